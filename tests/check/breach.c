/* SPDX-License-Identifier: BSD-2-Clause */
/* breach.c - breaches, each in a process of its own: see breach.h. */
#include "breach.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 30 /* that one may take */

void breach_try(void)
{
    hda_check_hooks(checked->check);
}

void breach_live(void)
{
    checked_live();
}

/* What else goes wrong then, a bug check among it, is nobody's concern. */
static void commit_in_child(const struct breach *breach)
{
    int nowhere = open("/dev/null", O_WRONLY);

    signal(SIGABRT, SIG_DFL);
    signal(SIGSEGV, SIG_DFL);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    alarm(SECONDS);
    if (breach->commit != NULL)
        breach->commit();
    breach->act();
    if (rig.bus == NULL)
        hda_check_destroy(checked->check);
    _exit(0);
}

static void is_told(void **state)
{
    const struct breach *breach = *state;
    pid_t child;
    int status;

    checked_set_up_nothing();
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        checked_set_up(breach->clock);
        commit_in_child(breach);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fail_msg("%s: it has no end", breach->name);
    if (checked->told > 0 && strstr(checked->sentences[0], breach->sentence) != NULL)
        return;
    checked_print();
    fail_msg("%s: \"%s\" is not what is told first", breach->name, breach->sentence);
}

int breach_run(const char *group, const struct breach *breaches, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    int failed;

    if (tests == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        tests[i] =
            (struct CMUnitTest){breaches[i].name, is_told, NULL, NULL, (void *)(uintptr_t)&breaches[i]};
    failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
