/* SPDX-License-Identifier: BSD-2-Clause */
/* device.c - the simulated controller as a device of a Linux host: time, registers, interrupts, faults. */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "registers.h"

#define LEVEL_LIMIT 1000 /* calls of a handler that does not make its interrupt go away */

#define VENDOR_ID 0x8086
#define DEVICE_ID 0x2668
#define REVISION  1

/* ---- Faults ------------------------------------------------------------------------------------- */

void sim_device_report(void *context, const char *sentence)
{
    struct sim_device *device = context;

    if (device->fault_count < FAULTS_KEPT)
        device->faults[device->fault_count] = strdup(sentence);
    device->fault_count++;
}

unsigned sim_device_faults(struct sim_device *device)
{
    unsigned count;

    pthread_mutex_lock(&device->lock);
    count = device->fault_count;
    pthread_mutex_unlock(&device->lock);
    return count;
}

const char *sim_device_fault(struct sim_device *device, unsigned index)
{
    const char *sentence = NULL;

    pthread_mutex_lock(&device->lock);
    if (index < FAULTS_KEPT)
        sentence = device->faults[index];
    pthread_mutex_unlock(&device->lock);
    return sentence;
}

/* ---- Time: 24 ticks are 1000 ns ----------------------------------------------------------------- */

static uint64_t ticks(uint64_t nanoseconds)
{
    return nanoseconds / 125 * 3 + nanoseconds % 125 * 3 / 125;
}

/* The first nanosecond at which so many ticks have passed. */
static uint64_t nanoseconds(uint64_t tick)
{
    return tick / 3 * 125 + (tick % 3 * 125 + 2) / 3;
}

/* Nobody looks before map() has handed something out. */
static void show_registers(struct sim_device *device)
{
    unsigned streams = sim_controller_streams(device->controller);

    if (!device->shown)
        return;
    __atomic_store_n(&device->wall_clock, sim_controller_wall_clock(device->controller), __ATOMIC_RELAXED);
    for (unsigned i = 0; i < streams; i++)
        __atomic_store_n(&device->positions[i], sim_controller_position(device->controller, i),
                         __ATOMIC_RELAXED);
}

static bool interrupt_due(const struct sim_device *device)
{
    if (device->options.level_interrupts)
        return sim_controller_asserted(device->controller) && !device->masked;
    return sim_controller_message(device->controller);
}

void sim_device_settle(struct sim_device *device)
{
    uint64_t next = sim_controller_next(device->controller);

    show_registers(device);
    if (next < device->announced) {
        device->announced = next;
        linux_host_changed(device->host);
    }
    if (device->routine && !device->requested && !device->delivering && interrupt_due(device)) {
        device->requested = true;
        linux_host_interrupt(device->host);
    }
}

static uint64_t device_next(void *context)
{
    struct sim_device *device = context;
    uint64_t next;

    pthread_mutex_lock(&device->lock);
    next = sim_controller_next(device->controller);
    device->announced = next;
    pthread_mutex_unlock(&device->lock);
    return next == UINT64_MAX ? UINT64_MAX : nanoseconds(next);
}

static void device_advance(void *context, uint64_t now)
{
    struct sim_device *device = context;

    pthread_mutex_lock(&device->lock);
    sim_controller_advance(device->controller, ticks(now));
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
}

/* ---- Interrupts --------------------------------------------------------------------------------- */

/* Whether the routine is to be called once more. */
static bool take_interrupt(struct sim_device *device, unsigned calls)
{
    if (!device->routine)
        return false;
    if (!device->options.level_interrupts)
        return sim_controller_take_message(device->controller);
    if (!interrupt_due(device))
        return false;
    if (calls < LEVEL_LIMIT)
        return true;
    device->masked = true;
    sim_device_report(device, "the interrupt handler does not clear the cause of a level interrupt: masked");
    return false;
}

static void device_interrupt(void *context)
{
    struct sim_device *device = context;
    unsigned calls = 0;

    pthread_mutex_lock(&device->lock);
    device->requested = false;
    device->delivering = true;
    while (take_interrupt(device, calls++)) {
        hda_interrupt_routine *routine = device->routine;
        void *routine_context = device->routine_context;

        pthread_mutex_unlock(&device->lock);
        routine(routine_context);
        pthread_mutex_lock(&device->lock);
    }
    device->delivering = false;
    pthread_cond_broadcast(&device->idle);
    pthread_mutex_unlock(&device->lock);
}

static const struct linux_device_ops host_ops = {
    .next = device_next,
    .advance = device_advance,
    .interrupt = device_interrupt,
};

static NTSTATUS device_interrupt_connect(void *context, hda_interrupt_routine *routine, void *routine_context)
{
    struct sim_device *device = context;

    pthread_mutex_lock(&device->lock);
    device->routine = routine;
    device->routine_context = routine_context;
    device->masked = false;
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
    return STATUS_SUCCESS;
}

static void device_interrupt_disconnect(void *context)
{
    struct sim_device *device = context;

    pthread_mutex_lock(&device->lock);
    device->routine = NULL;
    while (device->delivering)
        pthread_cond_wait(&device->idle, &device->lock);
    pthread_mutex_unlock(&device->lock);
}

/* ---- Registers ---------------------------------------------------------------------------------- */

/* Takes the lock, at the time of the access. */
static void begin_access(struct sim_device *device)
{
    uint64_t now = linux_host_access(device->host);

    pthread_mutex_lock(&device->lock);
    sim_controller_advance(device->controller, ticks(now));
}

void sim_device_enter(struct sim_device *device)
{
    uint64_t now = linux_host_ops.now(device->host);

    pthread_mutex_lock(&device->lock);
    sim_controller_advance(device->controller, ticks(now));
}

static uint32_t read_register(struct sim_device *device, uint32_t offset, unsigned width)
{
    uint32_t value;

    begin_access(device);
    value = sim_controller_read(device->controller, offset, width);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
    return value;
}

static void write_register(struct sim_device *device, uint32_t offset, unsigned width, uint32_t value)
{
    begin_access(device);
    sim_controller_write(device->controller, offset, width, value);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
}

static uint8_t device_read8(void *device, uint32_t offset)
{
    return (uint8_t)read_register(device, offset, 1);
}

static uint16_t device_read16(void *device, uint32_t offset)
{
    return (uint16_t)read_register(device, offset, 2);
}

static uint32_t device_read32(void *device, uint32_t offset)
{
    return read_register(device, offset, 4);
}

static void device_write8(void *device, uint32_t offset, uint8_t value)
{
    write_register(device, offset, 1, value);
}

static void device_write16(void *device, uint32_t offset, uint16_t value)
{
    write_register(device, offset, 2, value);
}

static void device_write32(void *device, uint32_t offset, uint32_t value)
{
    write_register(device, offset, 4, value);
}

/* The word that shows a register, and its alias; NULL when none does. */
static volatile ULONG *shown_register(struct sim_device *device, uint32_t offset)
{
    uint32_t target = offset < REG_ALIAS ? offset : offset - REG_ALIAS;
    unsigned stream = (target - REG_SDLPIB) / REG_SD_STRIDE;

    if (target != offset && !sim_controller_has_alias(device->controller))
        return NULL;
    if (target == REG_WALCLK)
        return &device->wall_clock;
    if (target < REG_SDLPIB || (target - REG_SDLPIB) % REG_SD_STRIDE)
        return NULL;
    return stream < sim_controller_streams(device->controller) ? &device->positions[stream] : NULL;
}

/* What is handed out is current, and the host sees to it that it stays so. */
static volatile ULONG *device_map(void *context, uint32_t offset)
{
    struct sim_device *device = context;

    pthread_mutex_lock(&device->lock);
    device->shown = true;
    pthread_mutex_unlock(&device->lock);
    linux_host_watch(device->host);
    device_advance(device, linux_host_ops.now(device->host));
    return shown_register(device, offset);
}

/* ---- The device --------------------------------------------------------------------------------- */

const struct hda_device_ops sim_device_ops = {
    .read8 = device_read8,
    .read16 = device_read16,
    .read32 = device_read32,
    .write8 = device_write8,
    .write16 = device_write16,
    .write32 = device_write32,
    .map = device_map,
    .dma_alloc = sim_dma_alloc,
    .dma_free = sim_dma_free,
    .dma_sync = sim_dma_sync,
    .pages_alloc = sim_pages_alloc,
    .pages_free = sim_pages_free,
    .pages_run = sim_pages_run,
    .interrupt_connect = device_interrupt_connect,
    .interrupt_disconnect = device_interrupt_disconnect,
};

NTSTATUS sim_device_create(struct linux_host *host, const struct sim_device_options *options,
                           struct sim_device **device)
{
    struct sim_device *d = calloc(1, sizeof(*d));

    *device = NULL;
    if (!d)
        return STATUS_INSUFFICIENT_RESOURCES;
    d->controller =
        sim_controller_create(options->shape ? options->shape : &sim_default_shape, sim_device_report, d);
    if (!d->controller) {
        free(d);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    d->host = host;
    d->options = *options;
    d->options.shape = NULL; /* the caller's */
    d->announced = UINT64_MAX;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->idle, NULL);
    linux_host_attach(host, &host_ops, d);
    *device = d;
    return STATUS_SUCCESS;
}

void sim_device_destroy(struct sim_device *device)
{
    linux_host_detach(device->host);
    sim_dma_free_leaks(device);
    for (unsigned i = 0; i < SIM_MAX_CODECS; i++) {
        if (device->codecs[i])
            sim_codec_destroy(device->codecs[i]);
    }
    for (unsigned i = 0; i < FAULTS_KEPT; i++)
        free(device->faults[i]);
    sim_controller_destroy(device->controller);
    pthread_cond_destroy(&device->idle);
    pthread_mutex_destroy(&device->lock);
    free(device);
}

void sim_device_info(const struct sim_device *device, struct hda_device_info *info)
{
    *info = (struct hda_device_info){
        .vendor_id = VENDOR_ID,
        .device_id = DEVICE_ID,
        .revision = REVISION,
        .message_interrupts = !device->options.level_interrupts,
    };
}

bool sim_device_plug(struct sim_device *device, unsigned address, struct sim_codec *codec)
{
    if (address >= SIM_MAX_CODECS || device->codecs[address])
        return false;
    device->codecs[address] = codec;
    sim_controller_plug(device->controller, address, codec);
    return true;
}

NTSTATUS sim_device_fail(struct sim_device *device, enum hdabus_sim_failure failure, unsigned which)
{
    bool known;

    pthread_mutex_lock(&device->lock);
    known = sim_controller_fail(device->controller, failure, which);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
    return known ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

void sim_device_remove(struct sim_device *device)
{
    sim_device_enter(device);
    sim_controller_remove(device->controller);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
}

bool sim_device_woken(struct sim_device *device)
{
    bool woken;

    sim_device_enter(device);
    woken = sim_controller_woken(device->controller);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
    return woken;
}
