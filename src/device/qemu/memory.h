/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - the guest's memory: one memory file that QEMU and this process map, so that an offset in it is
 * the controller's address. Handed out in whole pages, from 1 MiB on, where no firmware area is.
 */
#ifndef QEMU_MEMORY_H
#define QEMU_MEMORY_H

#include <hdaudio.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/linux/linux_host.h"

#define GUEST_MEMORY (256u << 20) /* bytes; pages that nobody touches take none */

struct guest_block;

struct guest_memory {
    int file;
    uint8_t *bytes;
    pthread_mutex_t lock;
    struct guest_block *blocks; /* in order of address */
    struct linux_range range;   /* all of it, once it is mapped */
};

/* False without memory; guest_memory_close() follows in any case. */
bool guest_memory_open(struct guest_memory *memory);
/* Gives back all that is still handed out; returns how many bytes that was. */
size_t guest_memory_close(struct guest_memory *memory);

/* `size` zeroed bytes at a page's start, whose end is not above `highest`; NULL when there are none. */
void *guest_memory_take(struct guest_memory *memory, size_t size, uint64_t highest);
/* Gives back what take() returned. */
void guest_memory_give(struct guest_memory *memory, void *bytes);

/* The same as an MDL. NULL when there is no memory. */
PMDL guest_pages_take(struct guest_memory *memory, size_t size, uint64_t highest);
void guest_pages_give(struct guest_memory *memory, PMDL mdl);

/* The controller's address of a byte. */
uint64_t guest_address(const struct guest_memory *memory, const void *byte);

#endif
