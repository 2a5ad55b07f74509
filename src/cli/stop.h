/* SPDX-License-Identifier: BSD-2-Clause */
/* stop.h - a signal's wish that what runs stop: SIGINT, SIGTERM, SIGHUP. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/* From one to the other a signal is a wish; the second one does what it always does. */
void stop_catch_signals(void);
void stop_release_signals(void);

/* A stream client's: the context is not used. */
bool stop_is_wanted(void *context);

#endif
