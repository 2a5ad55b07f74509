/* SPDX-License-Identifier: BSD-2-Clause */
/* qtest.c - the qtest protocol: see qtest.h. */
#include "qtest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FIRST_MS    (2 * QTEST_PATIENCE_MS) /* QEMU gives its first answer when it has started */
#define STEP_MS     100
#define NS_PER_MS   1000000
#define POSTED_MOST 64 /* commands without an answer: they fit in the socket's buffer many times */
#define LINE_SIZE   256

void qtest_open(struct qtest *qtest, int socket, qtest_line_routine *line, void *context)
{
    *qtest = (struct qtest){.socket = socket, .line = line, .line_context = context};
    pthread_mutex_init(&qtest->turn, NULL);
    pthread_mutex_init(&qtest->lock, NULL);
    pthread_cond_init(&qtest->changed, NULL);
}

void qtest_close(struct qtest *qtest)
{
    pthread_cond_destroy(&qtest->changed);
    pthread_mutex_destroy(&qtest->lock);
    pthread_mutex_destroy(&qtest->turn);
}

void qtest_hang_up(struct qtest *qtest)
{
    pthread_mutex_lock(&qtest->lock);
    qtest->gone = true;
    pthread_cond_broadcast(&qtest->changed);
    pthread_mutex_unlock(&qtest->lock);
    shutdown(qtest->socket, SHUT_RDWR);
}

/* ---- What QEMU says ------------------------------------------------------------------------------------ */

static void take_answer(struct qtest *qtest, const char *line)
{
    bool ok = strncmp(line, "OK", 2) == 0;

    pthread_mutex_lock(&qtest->lock);
    qtest->answered++;
    qtest->failed = !ok;
    qtest->value = ok ? strtoull(line + 2, NULL, 0) : UINT64_MAX;
    pthread_cond_broadcast(&qtest->changed);
    pthread_mutex_unlock(&qtest->lock);
}

static void take_line(struct qtest *qtest, const char *line)
{
    unsigned number;

    if (sscanf(line, "IRQ raise %u", &number) == 1)
        qtest->line(qtest->line_context, number, true);
    else if (sscanf(line, "IRQ lower %u", &number) == 1)
        qtest->line(qtest->line_context, number, false);
    else
        take_answer(qtest, line);
}

/* Takes the whole lines out of `text`; returns how many bytes are left over, at its beginning. */
static size_t take_lines(struct qtest *qtest, char *text, size_t size)
{
    char *line = text, *end;

    while ((end = memchr(line, '\n', size - (size_t)(line - text))) != NULL) {
        *end = '\0';
        take_line(qtest, line);
        line = end + 1;
    }
    size -= (size_t)(line - text);
    memmove(text, line, size);
    return size;
}

void qtest_serve(struct qtest *qtest)
{
    char text[LINE_SIZE];
    size_t size = 0;
    ssize_t got;

    for (;;) {
        got = recv(qtest->socket, text + size, sizeof(text) - size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size = take_lines(qtest, text, size + (size_t)got);
        if (size == sizeof(text))
            break; /* no line of the protocol is so long */
    }
    qtest_hang_up(qtest);
}

/* ---- What is said to QEMU ------------------------------------------------------------------------------ */

static bool is_gone(struct qtest *qtest)
{
    bool gone;

    pthread_mutex_lock(&qtest->lock);
    gone = qtest->gone;
    pthread_mutex_unlock(&qtest->lock);
    return gone;
}

/* Under `turn`. */
static bool send_command(struct qtest *qtest, const char *command)
{
    size_t length = strlen(command);

    if (is_gone(qtest) || send(qtest->socket, command, length, MSG_NOSIGNAL) != (ssize_t)length)
        return false;
    qtest->sent++;
    return true;
}

static bool is_answered(const struct qtest *qtest)
{
    return qtest->answered == qtest->sent;
}

/* Under both locks. */
static void wait_step(struct qtest *qtest)
{
    struct timespec until;
    bool timely = true;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += STEP_MS * NS_PER_MS;
    until.tv_sec += until.tv_nsec / (1000 * NS_PER_MS);
    until.tv_nsec %= 1000 * NS_PER_MS;
    while (!is_answered(qtest) && !qtest->gone && timely)
        timely = pthread_cond_clockwait(&qtest->changed, &qtest->lock, CLOCK_MONOTONIC, &until) == 0;
}

/* Under `turn`: waits until all commands are answered. False: QEMU is gone. Counts steps rather than time,
 * so that a process that is stopped for a while itself does not take its own absence for QEMU's. */
static bool await_answers(struct qtest *qtest, uint64_t *value)
{
    unsigned steps;
    bool whole;

    pthread_mutex_lock(&qtest->lock);
    steps = (qtest->answered == 0 ? FIRST_MS : QTEST_PATIENCE_MS) / STEP_MS;
    for (; steps > 0 && !is_answered(qtest) && !qtest->gone; steps--)
        wait_step(qtest);
    whole = is_answered(qtest);
    qtest->silent |= !whole && !qtest->gone;
    *value = whole ? qtest->value : UINT64_MAX;
    pthread_mutex_unlock(&qtest->lock);
    if (!whole)
        qtest_hang_up(qtest);
    return whole;
}

/* Sends a command and waits for its answer. */
static bool ask(struct qtest *qtest, const char *command, uint64_t *value)
{
    bool answered;

    *value = UINT64_MAX;
    pthread_mutex_lock(&qtest->turn);
    answered = send_command(qtest, command) && await_answers(qtest, value);
    pthread_mutex_unlock(&qtest->turn);
    return answered;
}

/* Sends a command and, unless there are too many already, leaves its answer to those who come after. */
static void post(struct qtest *qtest, const char *command)
{
    uint64_t answered, value;

    pthread_mutex_lock(&qtest->turn);
    if (send_command(qtest, command)) {
        pthread_mutex_lock(&qtest->lock);
        answered = qtest->answered;
        pthread_mutex_unlock(&qtest->lock);
        if (qtest->sent - answered >= POSTED_MOST)
            await_answers(qtest, &value);
    }
    pthread_mutex_unlock(&qtest->turn);
}

bool qtest_was_silent(struct qtest *qtest)
{
    bool silent;

    pthread_mutex_lock(&qtest->lock);
    silent = qtest->silent;
    pthread_mutex_unlock(&qtest->lock);
    return silent;
}

void qtest_flush(struct qtest *qtest)
{
    uint64_t value;

    pthread_mutex_lock(&qtest->turn);
    if (!is_gone(qtest))
        await_answers(qtest, &value);
    pthread_mutex_unlock(&qtest->turn);
}

bool qtest_command(struct qtest *qtest, const char *command)
{
    char line[LINE_SIZE];
    uint64_t value;
    bool answered;

    snprintf(line, sizeof(line), "%s\n", command);
    answered = ask(qtest, line, &value);
    pthread_mutex_lock(&qtest->lock);
    answered = answered && !qtest->failed;
    pthread_mutex_unlock(&qtest->lock);
    return answered;
}

static char width_letter(unsigned width)
{
    return width == 1 ? 'b' : width == 2 ? 'w' : 'l';
}

uint32_t qtest_read(struct qtest *qtest, unsigned width, uint64_t address)
{
    char line[LINE_SIZE];
    uint64_t value;

    snprintf(line, sizeof(line), "read%c 0x%llx\n", width_letter(width), (unsigned long long)address);
    ask(qtest, line, &value);
    return (uint32_t)value;
}

void qtest_write(struct qtest *qtest, unsigned width, uint64_t address, uint32_t value)
{
    char line[LINE_SIZE];

    snprintf(line, sizeof(line), "write%c 0x%llx 0x%x\n", width_letter(width), (unsigned long long)address,
             (unsigned)value);
    post(qtest, line);
}

uint32_t qtest_in(struct qtest *qtest, uint16_t port)
{
    char line[LINE_SIZE];
    uint64_t value;

    snprintf(line, sizeof(line), "inl 0x%x\n", port);
    ask(qtest, line, &value);
    return (uint32_t)value;
}

void qtest_out(struct qtest *qtest, uint16_t port, uint32_t value)
{
    char line[LINE_SIZE];

    snprintf(line, sizeof(line), "outl 0x%x 0x%x\n", port, (unsigned)value);
    post(qtest, line);
}
