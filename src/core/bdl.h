/* SPDX-License-Identifier: BSD-2-Clause */
/* bdl.h - buffer descriptor lists (HDA 3.6.2, 3.6.3) and the sizes of buffers that they can describe (DDI DMA
 * buffers). */
#ifndef HDA_BDL_H
#define HDA_BDL_H

#include <host.h>

struct hda_bus;

#define HDA_BDL_ENTRIES 256
#define HDA_BDL_SIZE    (HDA_BDL_ENTRIES * sizeof(HDAUDIO_BUFFER_DESCRIPTOR))

/* The size nearest to `requested` (ties up) whose `periods` equal parts each are whole sample blocks and
 * whole 128-byte units, at least two fragments; 0 when there is none below 4 GiB. periods is 1 or 2. */
size_t hda_bdl_buffer_size(size_t requested, unsigned periods, unsigned block);

/* Describes `size` bytes of `mdl` in `list`, in at most HDA_BDL_ENTRIES entries; the last of each of
 * `notifications` equal parts interrupts on completion. Returns the number of entries, at least 2, or 0 when
 * the memory is too scattered. */
unsigned hda_bdl_build(struct hda_bus *bus, PMDL mdl, size_t size, unsigned notifications,
                       PHDAUDIO_BUFFER_DESCRIPTOR list);

/* Whether the entries 0 to `last` of a client's list are what DDI BDL clients asks for: `length` bytes in
 * all, each inside `data`. */
bool hda_bdl_check(struct hda_bus *bus, const struct hda_dma *data, const HDAUDIO_BUFFER_DESCRIPTOR *list,
                   unsigned last, size_t length);
/* How many of them interrupt on completion. */
unsigned hda_bdl_interrupts(const HDAUDIO_BUFFER_DESCRIPTOR *list, unsigned last);

#endif
