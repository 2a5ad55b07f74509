/* SPDX-License-Identifier: BSD-2-Clause */
/* stop.c - a signal's wish that what runs stop. */
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
#define STOP_SIGNALS (sizeof(stop_signals) / sizeof(stop_signals[0]))

static struct sigaction actions_before[STOP_SIGNALS];
static volatile sig_atomic_t wanted;

static void want_stop(int signal)
{
    (void)signal;
    wanted = 1;
}

void stop_catch_signals(void)
{
    struct sigaction action = {.sa_handler = want_stop, .sa_flags = (int)SA_RESETHAND};
    size_t i;

    wanted = 0;
    sigemptyset(&action.sa_mask);
    for (i = 0; i < STOP_SIGNALS; i++)
        sigaction(stop_signals[i], &action, &actions_before[i]);
}

void stop_release_signals(void)
{
    size_t i;

    for (i = 0; i < STOP_SIGNALS; i++)
        sigaction(stop_signals[i], &actions_before[i], NULL);
}

bool stop_is_wanted(void *context)
{
    (void)context;
    return wanted;
}
