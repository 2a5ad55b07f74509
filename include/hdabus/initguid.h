/* SPDX-License-Identifier: BSD-2-Clause */
/* initguid.h - included before hdaudio.h in one source file, makes DEFINE_GUID define instead of declare. */
#ifndef INITGUID
#define INITGUID
#endif
