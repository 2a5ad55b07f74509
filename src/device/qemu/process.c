/* SPDX-License-Identifier: BSD-2-Clause */
/* process.c - starting and ending a process: see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000 /* for it to end by itself */
#define LOOK_MS     2    /* between two looks whether it has */
#define TAIL        1024 /* bytes at the end of standard error that may hold the last line */

/* ---- The child's side: nothing but system calls, since our process may have threads -------------------- */

struct birth {
    const char *path;
    char *const *arguments;
    const int *inherited;
    unsigned count;
    int errors;
    int report; /* where to write errno */
    pid_t parent;
};

static bool arrange_descriptors(const struct birth *birth)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(birth->errors, 2) < 0)
        return false;
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) != 0)
        return false;
    for (unsigned i = 0; i < birth->count; i++) {
        if (fcntl(birth->inherited[i], F_SETFD, 0) != 0)
            return false;
    }
    return true;
}

static void restore_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The parent may have died before prctl() took effect. A terminal's signals are for the parent alone. */
static _Noreturn void become(const struct birth *birth)
{
    bool bound = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == birth->parent && setpgid(0, 0) == 0;
    ssize_t written = 0;

    if (bound && arrange_descriptors(birth)) {
        restore_signals();
        execv(birth->path, birth->arguments);
    }
    written = write(birth->report, &errno, sizeof(errno));
    _exit(written == sizeof(errno) ? 127 : 126);
}

/* ---- Starting ------------------------------------------------------------------------------------------ */

/* The program's path, allocated; NULL when PATH does not lead to it. */
static char *find_program(const char *name)
{
    const char *folder = getenv("PATH");
    char *path;

    while (folder && *folder) {
        size_t length = strcspn(folder, ":");

        if (asprintf(&path, "%.*s/%s", (int)length, folder, name) < 0)
            return NULL;
        if (length && access(path, X_OK) == 0)
            return path;
        free(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

/* Whether the child has become the program: its end of the pipe closes with that, or brings an errno. */
static int await_birth(int report)
{
    int error = 0;
    ssize_t got;

    do
        got = read(report, &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    return got == sizeof(error) ? error : 0;
}

static int give_birth(struct process *process, struct birth *birth)
{
    int report[2], error;

    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    birth->report = report[1];
    birth->parent = getpid();
    process->id = fork();
    if (process->id == 0)
        become(birth);
    error = process->id < 0 ? errno : 0;
    close(report[1]);
    if (error == 0)
        error = await_birth(report[0]);
    close(report[0]);
    if (process->id < 0)
        process->id = 0;
    return error;
}

int process_start(struct process *process, char *const arguments[], const int *inherited, unsigned count)
{
    struct birth birth = {.arguments = arguments, .inherited = inherited, .count = count};
    char *path = find_program(arguments[0]);
    int error;

    *process = (struct process){.errors = memfd_create("hdabus-errors", MFD_CLOEXEC)};
    if (!path)
        return ENOENT;
    birth.path = path;
    birth.errors = process->errors;
    error = process->errors < 0 ? errno : give_birth(process, &birth);
    free(path);
    return error;
}

/* ---- Ending -------------------------------------------------------------------------------------------- */

/* Nobody is there to wait for when the program ignores SIGCHLD: that is an end, too. */
static bool has_ended(struct process *process)
{
    return waitpid(process->id, &process->status, WNOHANG) != 0;
}

static bool ends_soon(struct process *process)
{
    static const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};

    for (unsigned waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
        if (has_ended(process))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void process_end(struct process *process)
{
    if (process->id == 0)
        return;
    if (!has_ended(process)) {
        kill(process->id, SIGTERM);
        kill(process->id, SIGCONT); /* one that was stopped ends as well, and in order */
        if (!ends_soon(process)) {
            kill(process->id, SIGKILL);
            waitpid(process->id, &process->status, 0);
        }
    }
    process->id = 0;
}

void process_sentence(const struct process *process, char *sentence, size_t size)
{
    char tail[TAIL + 1];
    off_t end = lseek(process->errors, 0, SEEK_END);
    ssize_t got = pread(process->errors, tail, TAIL, end > TAIL ? end - TAIL : 0);
    char *line;

    if (size == 0)
        return;
    if (WIFSIGNALED(process->status)) {
        snprintf(sentence, size, "signal %d ended it", WTERMSIG(process->status));
        return;
    }
    sentence[0] = '\0';
    while (got > 0 && tail[got - 1] == '\n')
        got--;
    if (got <= 0)
        return;
    tail[got] = '\0';
    line = strrchr(tail, '\n');
    snprintf(sentence, size, "%s", line ? line + 1 : tail);
}

void process_close(struct process *process)
{
    if (process->errors >= 0)
        close(process->errors);
    process->errors = -1;
}
