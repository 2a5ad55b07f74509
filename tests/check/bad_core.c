/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_core.c - what a core must not do with a host and a device that are well: each deed is told by name. */
#include "breach.h"

#include <ntddk.h>
#include <string.h>

/* What the core is given. */
#define HOST   (rig.config.host)
#define DEVICE (rig.config.device)
#define H      (rig.config.host_context)
#define D      (rig.config.device_context)

static struct hda_lock lock, other_lock;
static struct hda_work work;
static KEVENT event;
static struct hda_dma dma;
static PMDL mdl;

/* ---- Memory ----------------------------------------------------------------------------------------------
 */

static void frees_twice(void)
{
    void *memory = HOST->alloc(H, 64);

    HOST->free(H, memory);
    HOST->free(H, memory);
}

static void frees_what_it_does_not_have(void)
{
    static int own;

    HOST->free(H, &own);
}

static void writes_beyond_the_end(void)
{
    uint8_t *memory = HOST->alloc(H, 61);

    memory[61] = 0;
    HOST->free(H, memory);
}

static void writes_after_free(void)
{
    uint8_t *memory = HOST->alloc(H, 61);

    HOST->free(H, memory);
    memory[7] = 0;
}

static void leaves_memory(void)
{
    HOST->alloc(H, 61);
}

static void raised(void (*deed)(void))
{
    HOST->lock_init(H, &lock, HDA_LEVEL_INTERRUPT);
    HOST->lock_acquire(H, &lock);
    deed();
    HOST->lock_release(H, &lock);
}

static void allocate(void)
{
    HOST->free(H, HOST->alloc(H, 61));
}

static void allocates_in_the_interrupt(void)
{
    raised(allocate);
}

/* ---- Locks -----------------------------------------------------------------------------------------------
 */

static void releases_twice(void)
{
    HOST->lock_init(H, &lock, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, &lock);
    HOST->lock_release(H, &lock);
    HOST->lock_release(H, &lock);
}

static void acquires_twice(void)
{
    HOST->lock_init(H, &lock, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, &lock);
    HOST->lock_acquire(H, &lock);
    HOST->lock_release(H, &lock);
    HOST->lock_release(H, &lock);
}

static void releases_in_the_wrong_order(void)
{
    HOST->lock_init(H, &lock, HDA_LEVEL_DISPATCH);
    HOST->lock_init(H, &other_lock, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, &lock);
    HOST->lock_acquire(H, &other_lock);
    HOST->lock_release(H, &lock);
}

static void takes_a_lock_that_is_not_initialised(void)
{
    HOST->lock_acquire(H, &lock);
}

static void releases_a_lock_that_is_not_initialised(void)
{
    HOST->lock_release(H, &lock);
}

static void asks_for_a_lock_of_passive_level(void)
{
    HOST->lock_init(H, &lock, HDA_LEVEL_PASSIVE);
}

static void take_dispatch_lock(void)
{
    HOST->lock_init(H, &other_lock, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, &other_lock);
}

static void takes_a_dispatch_lock_in_the_interrupt(void)
{
    HOST->lock_init(H, &other_lock, HDA_LEVEL_DISPATCH);
    HOST->lock_init(H, &lock, HDA_LEVEL_INTERRUPT);
    HOST->lock_acquire(H, &lock);
    HOST->lock_acquire(H, &other_lock);
}

static void initialises_a_held_lock(void)
{
    take_dispatch_lock();
    HOST->lock_init(H, &other_lock, HDA_LEVEL_DISPATCH);
}

static void frees_a_held_lock(void)
{
    struct hda_lock *held = HOST->alloc(H, sizeof(*held));

    HOST->lock_init(H, held, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, held);
    HOST->free(H, held);
}

static void leaves_a_lock_held(void)
{
    take_dispatch_lock();
}

static void asks_for_a_lock_of_no_level(void)
{
    HOST->lock_init(H, &lock, (enum hda_level)3);
}

static void releases_at_passive_level(void)
{
    HOST->lock_init(H, &lock, HDA_LEVEL_DISPATCH);
    HOST->lock_acquire(H, &lock);
    KeLowerIrql(PASSIVE_LEVEL);
    HOST->lock_release(H, &lock);
}

/* ---- Deferred work ---------------------------------------------------------------------------------------
 */

static void nothing(void *context)
{
    (void)context;
}

static void end_at_dispatch_level(void *context)
{
    (void)context;
    take_dispatch_lock();
}

static void queues_work_that_is_not_initialised(void)
{
    HOST->work_queue(H, &work, 0);
}

static void cancels_work_that_is_not_initialised(void)
{
    HOST->work_cancel(H, &work);
}

static void initialises_queued_work(void)
{
    HOST->work_init(H, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
    HOST->work_queue(H, &work, MILLISECOND);
    HOST->work_init(H, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
}

static void frees_queued_work(void)
{
    struct hda_work *queued = HOST->alloc(H, sizeof(*queued));

    HOST->work_init(H, queued, HDA_LEVEL_DISPATCH, nothing, NULL);
    HOST->work_queue(H, queued, MILLISECOND);
    HOST->free(H, queued);
}

static void cancel(void)
{
    HOST->work_cancel(H, &work);
}

static void cancels_with_a_lock_held(void)
{
    HOST->work_init(H, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
    raised(cancel);
}

static void leaves_work_queued(void)
{
    HOST->work_init(H, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
    HOST->work_queue(H, &work, MILLISECOND);
}

static void ends_work_with_a_lock_held(void)
{
    HOST->work_init(H, &work, HDA_LEVEL_PASSIVE, end_at_dispatch_level, NULL);
    HOST->work_queue(H, &work, 0);
    HOST->sleep(H, 1000);
}

/* ---- Events and time -------------------------------------------------------------------------------------
 */

static void waits_for_an_event_that_is_not_initialised(void)
{
    KeInitializeEvent(&event, NotificationEvent, TRUE);
    HOST->event_wait(H, &event, 0);
}

/* Deferred work does something to an event, or its memory, while it is waited for. */
static PKEVENT waited_for;

static void init_again(void *context)
{
    (void)context;
    HOST->event_init(H, waited_for, NotificationEvent);
}

static void free_it(void *context)
{
    (void)context;
    HOST->free(H, waited_for);
}

static void wait_while(hda_work_routine *routine)
{
    waited_for = HOST->alloc(H, sizeof(*waited_for));
    HOST->event_init(H, waited_for, NotificationEvent);
    HOST->work_init(H, &work, HDA_LEVEL_DISPATCH, routine, NULL);
    HOST->work_queue(H, &work, MILLISECOND);
    HOST->event_wait(H, waited_for, 2 * MILLISECOND);
}

static void initialises_an_event_that_is_waited_for(void)
{
    wait_while(init_again);
}

static void frees_an_event_that_is_waited_for(void)
{
    wait_while(free_it);
}

static void wait(void)
{
    HOST->event_wait(H, &event, 0);
}

static void waits_with_a_lock_held(void)
{
    HOST->event_init(H, &event, NotificationEvent);
    raised(wait);
}

static void stalls_for_long(void)
{
    take_dispatch_lock();
    HOST->stall(H, 301);
}

static void sleeps_with_a_lock_held(void)
{
    take_dispatch_lock();
    HOST->sleep(H, 1);
}

static void ask_for_runner(void)
{
    HOST->runner(H);
}

static void asks_for_the_runner_in_the_interrupt(void)
{
    raised(ask_for_runner);
}

/* ---- Objects and the log ---------------------------------------------------------------------------------
 */

static int object;

static void references_nothing(void)
{
    HOST->object_reference(H, NULL);
}

static void dereferences_what_it_does_not_have(void)
{
    HOST->object_dereference(H, (PDEVICE_OBJECT)(void *)&object);
}

static void leaves_a_reference(void)
{
    HOST->object_reference(H, (PDEVICE_OBJECT)(void *)&object);
}

static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    HOST->log(H, HDA_LOG_INFO, format, arguments);
    va_end(arguments);
}

static void logs_a_line_feed(void)
{
    say("two\nlines");
}

static void logs_at_no_level(void)
{
    va_list none;

    memset(&none, 0, sizeof(none));
    HOST->log(H, (enum hda_log_level)4, "one line", none);
}

static void logs_another_format(void)
{
    say("%-5d", 1);
}

/* ---- Registers -------------------------------------------------------------------------------------------
 */

static void reads_gcap_with_8_bits(void)
{
    DEVICE->read8(D, GCAP);
}

static void reads_rirbsts_with_32_bits(void)
{
    DEVICE->read32(D, RIRBCTL);
}

static void writes_sdnctl_with_32_bits(void)
{
    DEVICE->write32(D, STREAM_BASE + STREAM_STEP + SD_CTL, 0);
}

static void reads_between_registers(void)
{
    DEVICE->read16(D, 0x1C);
}

static void reads_beyond_the_last_stream(void)
{
    DEVICE->read32(D, STREAM_BASE + 30 * STREAM_STEP + SD_LPIB);
}

static void reads_an_alias_that_is_none(void)
{
    DEVICE->read32(D, ALIAS + GCTL);
}

static void writes_gcap(void)
{
    DEVICE->write16(D, GCAP, 0);
}

static void maps_a_register_of_16_bits(void)
{
    DEVICE->map(D, GCAP);
}

/* ---- Memory for the controller ---------------------------------------------------------------------------
 */

static void allocate_dma(void)
{
    DEVICE->dma_alloc(D, 256, UINT64_MAX, &dma);
}

static void allocates_dma_with_a_lock_held(void)
{
    raised(allocate_dma);
}

static void frees_dma_twice(void)
{
    struct hda_dma copy;

    allocate_dma();
    copy = dma;
    DEVICE->dma_free(D, &dma);
    DEVICE->dma_free(D, &copy);
}

static void changes_what_dma_alloc_wrote(void)
{
    allocate_dma();
    dma.size = 128;
    DEVICE->dma_free(D, &dma);
}

static void syncs_beyond_the_end(void)
{
    allocate_dma();
    DEVICE->dma_sync(D, &dma, 200, 57, HDA_SYNC_FOR_CPU);
}

static void syncs_what_it_has_freed(void)
{
    struct hda_dma copy;

    allocate_dma();
    copy = dma;
    DEVICE->dma_free(D, &dma);
    DEVICE->dma_sync(D, &copy, 0, 1, HDA_SYNC_FOR_CPU);
}

static void leaves_dma(void)
{
    allocate_dma();
}

static void allocate_pages(void)
{
    DEVICE->pages_alloc(D, 5000, UINT64_MAX, &mdl);
}

static void frees_pages_twice(void)
{
    allocate_pages();
    DEVICE->pages_free(D, mdl);
    DEVICE->pages_free(D, mdl);
}

static void asks_for_a_run_beyond_the_end(void)
{
    uint64_t address;

    allocate_pages();
    DEVICE->pages_run(D, mdl, 5000, &address);
}

static void leaves_pages(void)
{
    allocate_pages();
}

/* ---- The interrupt ---------------------------------------------------------------------------------------
 */

static bool not_ours(void *context)
{
    (void)context;
    return false;
}

static void connects_twice(void)
{
    DEVICE->interrupt_connect(D, not_ours, NULL);
    DEVICE->interrupt_connect(D, not_ours, NULL);
}

static void disconnects_twice(void)
{
    DEVICE->interrupt_connect(D, not_ours, NULL);
    DEVICE->interrupt_disconnect(D);
    DEVICE->interrupt_disconnect(D);
}

static void stays_connected(void)
{
    DEVICE->interrupt_connect(D, not_ours, NULL);
}

/* ---- All -------------------------------------------------------------------------------------------------
 */

#define DEED(deed, sentence)                             \
    {                                                    \
#deed, NULL, deed, sentence, LINUX_CLOCK_VIRTUAL \
    }

static const struct breach breaches[] = {
    DEED(frees_twice, "host->free: the core frees the 64 bytes at"),
    DEED(frees_what_it_does_not_have, "which host->alloc has not handed out"),
    DEED(writes_beyond_the_end, "were written to beyond their end, at offset 61"),
    DEED(writes_after_free, "the one at offset 7 was written to after they were freed"),
    DEED(leaves_memory, "host->alloc: the 61 bytes at"),
    DEED(allocates_in_the_interrupt, "host->alloc: the core calls it at IRQL 8, and may up to 2"),

    DEED(releases_twice, "which nobody has"),
    DEED(acquires_twice, "which it has already"),
    DEED(releases_in_the_wrong_order, "before one that it took later"),
    DEED(takes_a_lock_that_is_not_initialised, "host->lock_acquire: the core takes a lock at"),
    DEED(releases_a_lock_that_is_not_initialised, "host->lock_release: the core lets go of a lock at"),
    DEED(asks_for_a_lock_of_passive_level, "host->lock_init: the core asks for a lock of level 0"),
    DEED(takes_a_dispatch_lock_in_the_interrupt, "the core takes a lock of level DISPATCH at IRQL 8"),
    DEED(initialises_a_held_lock, "while it is held"),
    DEED(frees_a_held_lock, "host->free: the core frees the memory of the lock at"),
    DEED(leaves_a_lock_held, "is held when the bus has stopped"),

    DEED(asks_for_a_lock_of_no_level, "host->lock_init: the core asks for a lock of level 3"),
    DEED(releases_at_passive_level, "the core lets go of a lock of level DISPATCH at IRQL 0"),

    DEED(queues_work_that_is_not_initialised, "the core queues work that it has not initialised"),
    DEED(cancels_work_that_is_not_initialised, "the core cancels work that it has not initialised"),
    DEED(initialises_queued_work, "the core initialises work that is queued"),
    DEED(frees_queued_work, "host->free: the core frees the memory of work that is queued"),
    DEED(cancels_with_a_lock_held, "host->work_cancel: the core calls it at IRQL 8, and may up to 0"),
    DEED(leaves_work_queued, "host->work_cancel: work is queued when the bus has stopped"),
    DEED(ends_work_with_a_lock_held, "host->work_queue: work that began at IRQL 0 has ended at 2"),

    DEED(waits_for_an_event_that_is_not_initialised,
         "the core waits for an event that it has not initialised"),
    DEED(initialises_an_event_that_is_waited_for, "the core initialises an event that is waited for"),
    DEED(frees_an_event_that_is_waited_for, "the core frees the memory of an event that is waited for"),
    DEED(waits_with_a_lock_held, "host->event_wait: the core calls it at IRQL 8, and may up to 0"),
    DEED(stalls_for_long, "host->stall: the core stalls for 301 us at IRQL 2"),
    DEED(sleeps_with_a_lock_held, "host->sleep: the core calls it at IRQL 2, and may up to 0"),
    DEED(asks_for_the_runner_in_the_interrupt, "host->runner: the core calls it at IRQL 8, and may up to 2"),

    DEED(references_nothing, "host->object_reference: the core gives it NULL"),
    DEED(dereferences_what_it_does_not_have, "the core gives back a reference to"),
    DEED(leaves_a_reference, "host->object_reference: references to"),
    DEED(logs_a_line_feed, "host->log: the core gives it a line feed"),
    DEED(logs_at_no_level, "host->log: the core gives it level 4"),
    DEED(logs_another_format, "a format that a host need not know: \"%-5d\""),

    DEED(reads_gcap_with_8_bits, "device->read8: the core accesses GCAP (0h) with 8 bits, and it has 16"),
    DEED(reads_rirbsts_with_32_bits,
         "device->read32: the core accesses RIRBCTL (5ch) with 32 bits, and it has 8"),
    DEED(writes_sdnctl_with_32_bits,
         "device->write32: the core accesses SDnCTL (a0h) with 32 bits, and it has 8"),
    DEED(reads_between_registers, "device->read16: the core accesses 1ch, where no register begins"),
    DEED(reads_beyond_the_last_stream, "device->read32: the core accesses 444h, where no register begins"),
    DEED(reads_an_alias_that_is_none, "device->read32: the core accesses 2008h, where no register begins"),
    DEED(writes_gcap, "device->write16: the core writes GCAP (0h), which is read only"),
    DEED(maps_a_register_of_16_bits, "device->map: the core asks for 0h, which is no register of 32 bits"),

    DEED(allocates_dma_with_a_lock_held, "device->dma_alloc: the core calls it at IRQL 8, and may up to 0"),
    DEED(frees_dma_twice, "device->dma_free: the core gives it memory at"),
    DEED(changes_what_dma_alloc_wrote,
         "device->dma_free: the core gives it a struct hda_dma that is not what"),
    DEED(syncs_beyond_the_end, "device->dma_sync: the core gives it 57 bytes at offset 200 of memory of 256"),
    DEED(syncs_what_it_has_freed, "device->dma_sync: the core gives it memory at"),
    DEED(leaves_dma, "device->dma_alloc: the 256 bytes at"),
    DEED(frees_pages_twice, "device->pages_free: the core gives it an MDL at"),
    DEED(asks_for_a_run_beyond_the_end, "device->pages_run: the core asks for offset 5000 of 5000 bytes"),
    DEED(leaves_pages, "device->pages_alloc: pages for 5000 bytes are not freed"),

    DEED(connects_twice, "device->interrupt_connect: the core connects what it has connected"),
    DEED(disconnects_twice, "device->interrupt_disconnect: the core disconnects what is not connected"),
    DEED(stays_connected,
         "device->interrupt_disconnect: the interrupt is connected when the bus has stopped"),
};

int main(void)
{
    return breach_run("bad core", breaches, sizeof(breaches) / sizeof(breaches[0]));
}
