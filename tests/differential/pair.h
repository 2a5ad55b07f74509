/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pair.h - QEMU's controller and the simulator in QEMU's shape, side by side: every access goes to both.
 *
 * Both have the same codecs, and the same memory at the same addresses. QEMU does things at once; the
 * simulator takes frames for them, and gets those after each write.
 */
#ifndef PAIR_H
#define PAIR_H

#include <stdbool.h>
#include <stdint.h>

#define CODECS 3 /* hda-duplex, hda-output, hda-micro at addresses 0, 1, 2 */

enum side { QEMU, SIM, SIDES };
extern const char *const side_names[SIDES];

/* Memory that both reach at `address`. */
struct block {
    uint8_t *bytes[SIDES];
    uint64_t address;
    uint32_t size;
};

struct pair;

/* NULL: why is in `why`. `dumps` is the folder of the codecs' dumps. */
struct pair *pair_create(const char *dumps, char *why, unsigned size);
void pair_destroy(struct pair *pair);

bool pair_allocate(struct pair *pair, struct block *block, uint32_t size);

uint32_t pair_read(struct pair *pair, enum side side, uint32_t offset, unsigned width);
void pair_write(struct pair *pair, uint32_t offset, unsigned width, uint32_t value);
/* Time passes: of the simulator's link so many frames, and as long for QEMU if that is a millisecond. */
void pair_wait(struct pair *pair, unsigned frames);

/* What the simulator says that no driver may do: the sequences are legal, so this is NULL. */
const char *pair_fault(const struct pair *pair);

#endif
