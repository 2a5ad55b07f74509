/* SPDX-License-Identifier: BSD-2-Clause */
/* ends.c - see ends.h. */
#include "ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void call_in_child(void (*routine)(void *context), void *context, int errors)
{
    signal(SIGABRT, SIG_DFL); /* the child's end is expected: cmocka must not see the signal */
    dup2(errors, 2);
    routine(context);
    _exit(0);
}

void ends_process(void (*routine)(void *context), void *context, const char *sentence)
{
    char text[512] = "";
    size_t length = 0;
    int ends[2], status;
    ssize_t got;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        call_in_child(routine, context, ends[1]);
    close(ends[1]);
    while (length < sizeof(text) - 1 && (got = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !strstr(text, sentence))
        fail_msg("status %x, said \"%s\"", (unsigned)status, text);
}
