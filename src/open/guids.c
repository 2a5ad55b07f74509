/* SPDX-License-Identifier: BSD-2-Clause */
/* guids.c - the one place where the library defines the GUIDs of hdaudio.h. */
#include <initguid.h>

#include <hdaudio.h>
