/* SPDX-License-Identifier: BSD-2-Clause */
/* ntddk.h - drivers include it or wdm.h; off Windows they are the same. */
#ifndef HDABUS_NTDDK_H
#define HDABUS_NTDDK_H

#include <wdm.h>

#endif
