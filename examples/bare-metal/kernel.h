/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel.h - what the files of the example share: a small kernel, and the host of the core on top of it. */
#ifndef KERNEL_H
#define KERNEL_H

#include <host.h>

/* ---- The kernel: what any has ---------------------------------------------------------------- */

/* pc.c: to the serial port, with the formats %s, %u, %x, %p, %llu and %llx. Any level. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
void print_list(const char *format, va_list arguments);
/* pc.c: ends QEMU, whose exit status is 33 when all went well, else 35. */
_Noreturn void finish(bool well);

/* pc.c: interrupts are off at DEVICE_LEVEL, and only there. Raise returns the level to come back to. */
extern KIRQL irql;
KIRQL irql_raise(KIRQL level);
void irql_lower(KIRQL level);
/* pc.c: who is called at DEVICE_LEVEL for each interrupt of a line; NULL: nobody any more. One line at a
 * time. */
#define TIMER_LINE 0 /* a thousand a second */
void interrupt_route(unsigned line, hda_interrupt_routine *routine, void *context);

/* pc.c: nanoseconds since some start. Any level. */
uint64_t clock_now(void);
/* pc.c: 32 bits of the configuration space of a function, bus 15:8, device 7:3, function 2:0. */
uint32_t pci_read(unsigned function, unsigned offset);
void pci_write(unsigned function, unsigned offset, uint32_t value);
/* pc.c: to PASSIVE_LEVEL. Ends with a sentence on a machine that has not what it takes. */
void pc_start(void);

/* arena.c: zeroed, aligned to 128 bytes, from a page on to a page; NULL: there is none. Up to
 * DISPATCH_LEVEL. */
void *memory_alloc(size_t size);
void memory_free(void *memory);
extern size_t memory_used, memory_peak; /* bytes, now and at most */

/* ---- The host -------------------------------------------------------------------------------- */

/* host.c */
extern const struct hda_host_ops host_ops;
/* host.c: runs a piece of work of this level that is due; false when there is none. */
bool work_run(enum hda_level level);

/* device.c */
extern const struct hda_device_ops device_ops;
/* device.c: finds the controller on PCI: NULL, or a sentence that says why not. `poll`: without its
 * interrupt. */
const char *device_find(bool poll, struct hda_device_info *info);

/* ---- The client ------------------------------------------------------------------------------ */

/* tone.c: plays a second of a tone. NOT_FOUND: the child has no output. */
NTSTATUS tone_play(struct hda_bus *bus, unsigned child);

#endif
