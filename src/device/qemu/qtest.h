/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qtest.h - QEMU's qtest protocol: a line for each command, a line for each answer, and lines that tell of
 * interrupts at any time.
 *
 * Writes are posted, as they are on PCI: the command is sent, and its answer awaited by whoever reads next.
 * Commands by different threads happen one after the other. When the connection is lost, or QEMU gives no
 * answer for QTEST_PATIENCE_MS, it is gone for good: reads give all ones, writes do nothing, and nobody
 * waits.
 */
#ifndef QTEST_H
#define QTEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define QTEST_PATIENCE_MS 5000 /* the first answer may take twice as long: QEMU has to start */

/* The level of an interrupt line has changed. Called by the thread that runs qtest_serve(). */
typedef void qtest_line_routine(void *context, unsigned line, bool raised);

struct qtest {
    int socket;
    qtest_line_routine *line;
    void *line_context;
    pthread_mutex_t turn; /* outer: held from a command until its answer */
    uint64_t sent;        /* commands; under `turn` */
    pthread_mutex_t lock; /* inner */
    pthread_cond_t changed;
    uint64_t answered; /* commands */
    uint64_t value;    /* of the last answer */
    bool failed;       /* the last answer was no OK */
    bool gone;
    bool silent; /* and that because it gave no answer */
};

/* A connection over `socket`, which stays the caller's. */
void qtest_open(struct qtest *qtest, int socket, qtest_line_routine *line, void *context);
/* Nobody uses it any more. */
void qtest_close(struct qtest *qtest);

/* Takes the lines that QEMU sends, until it is gone. */
void qtest_serve(struct qtest *qtest);
/* Ends qtest_serve(). */
void qtest_hang_up(struct qtest *qtest);

/* Sends a command as it stands and waits; whether the answer was OK. */
bool qtest_command(struct qtest *qtest, const char *command);
/* Access to guest memory, in bytes 1, 2, 4, and to ports, always 4. */
uint32_t qtest_read(struct qtest *qtest, unsigned width, uint64_t address);
void qtest_write(struct qtest *qtest, unsigned width, uint64_t address, uint32_t value);
uint32_t qtest_in(struct qtest *qtest, uint16_t port);
void qtest_out(struct qtest *qtest, uint16_t port, uint32_t value);
/* Whether it is gone because it gave no answer, though the connection was there. */
bool qtest_was_silent(struct qtest *qtest);
/* Waits until all that was sent has been done, and all lines told of that it changed. */
void qtest_flush(struct qtest *qtest);

#endif
