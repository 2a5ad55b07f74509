/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario.h - a client's life, from its interface to the last thing given back: it reads the codec, asks
 * verbs in both ways, plays and records at once, is told by events and callbacks, and is registered for
 * unsolicited responses. A client of BDL plays.
 *
 * Whatever fails on the way, it gives back all that it has; what does not work then has to work at the second
 * try, or the test fails.
 */
#ifndef CORE_SCENARIO_H
#define CORE_SCENARIO_H

#include <hdaudio.h>
#include <stdbool.h>

/* Lives it with an interface of a built-in codec's audio function group, whose reference it gives back. The
 * first status that was no success; IO_TIMEOUT: an answer or a notification did not come. */
NTSTATUS scenario_live(const HDAUDIO_BUS_INTERFACE_V3 *ddi);
NTSTATUS scenario_live_bdl(const HDAUDIO_BUS_INTERFACE_BDL *ddi);

#endif
