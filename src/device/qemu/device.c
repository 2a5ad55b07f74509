/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.c - QEMU's controller as a device of a Linux host: see qemu_device.h.
 *
 * One thread, the keeper, starts QEMU, takes what it says, and ends it. The device's lock is the innermost
 * but for the host's own; no routine of the core is called, and nothing sent to QEMU, with it held.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arguments.h"
#include "memory.h"
#include "pci.h"
#include "process.h"
#include "qemu_device.h"
#include "qtest.h"

#define PACKAGE       "qemu-system-x86" /* Debian's */
#define FIRMWARE_SIZE 65536
#define INTX_LINES    0x00FF0000u /* of the I/O APIC, to which q35 leads the slots' interrupts */
#define LEVEL_LIMIT   1000        /* calls of a handler that does not make its interrupt go away */
#define SENTENCE_SIZE 256

struct qemu_device {
    struct linux_host *host;
    struct guest_memory memory;
    struct arguments arguments;
    struct channels channels;
    struct qtest qtest;
    int socket; /* our end of channels.qtest */
    struct pci_function function;

    pthread_t keeper;
    int start_error;              /* an errno of starting QEMU; the keeper's until it has ended */
    char sentence[SENTENCE_SIZE]; /* QEMU's last; so is this */

    pthread_mutex_t lock;
    pthread_cond_t idle; /* no interrupt is being delivered */
    hda_interrupt_routine *routine;
    void *routine_context;
    uint32_t lines; /* asserted, a bit each */
    bool running;   /* whoever ended QEMU, it was not us */
    bool delivering;
    bool masked; /* a level that no handler clears */
    bool lost;   /* QEMU is gone */
};

static void __attribute__((format(printf, 2, 3)))
log_error(struct qemu_device *device, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    linux_host_ops.log(device->host, HDA_LOG_ERROR, format, arguments);
    va_end(arguments);
}

/* ---- Interrupts ---------------------------------------------------------------------------------------- */

/* A qtest_line_routine. */
static void line_changed(void *context, unsigned line, bool raised)
{
    struct qemu_device *device = context;
    uint32_t bit = line < 32 ? 1u << line & INTX_LINES : 0;

    pthread_mutex_lock(&device->lock);
    if (raised)
        device->lines |= bit;
    else
        device->lines &= ~bit;
    if (raised && bit && device->routine)
        linux_host_interrupt(device->host);
    pthread_mutex_unlock(&device->lock);
}

/* With the lock held: whether the routine is to be called once more. Once when QEMU is gone: it finds out. */
static bool wants_interrupt(struct qemu_device *device, unsigned calls)
{
    if (!device->routine || device->masked)
        return false;
    if (device->lost)
        return calls == 0;
    if (!device->lines)
        return false;
    device->masked = calls == LEVEL_LIMIT;
    if (device->masked)
        log_error(device, "the interrupt does not go away: it is masked");
    return !device->masked;
}

/* What the routine wrote has to arrive before the line's level says anything. */
static void device_interrupt(void *context)
{
    struct qemu_device *device = context;
    unsigned calls = 0;

    pthread_mutex_lock(&device->lock);
    device->delivering = true;
    while (wants_interrupt(device, calls++)) {
        hda_interrupt_routine *routine = device->routine;
        void *routine_context = device->routine_context;

        pthread_mutex_unlock(&device->lock);
        routine(routine_context);
        qtest_flush(&device->qtest);
        pthread_mutex_lock(&device->lock);
    }
    device->delivering = false;
    pthread_cond_broadcast(&device->idle);
    pthread_mutex_unlock(&device->lock);
}

/* QEMU's time passes by itself. */
static uint64_t device_next(void *context)
{
    (void)context;
    return UINT64_MAX;
}

static void device_advance(void *context, uint64_t now)
{
    (void)context;
    (void)now;
}

static const struct linux_device_ops host_ops = {
    .next = device_next,
    .advance = device_advance,
    .interrupt = device_interrupt,
};

static NTSTATUS device_interrupt_connect(void *context, hda_interrupt_routine *routine, void *routine_context)
{
    struct qemu_device *device = context;

    pthread_mutex_lock(&device->lock);
    device->routine = routine;
    device->routine_context = routine_context;
    device->masked = false;
    if (device->lines)
        linux_host_interrupt(device->host);
    pthread_mutex_unlock(&device->lock);
    return STATUS_SUCCESS;
}

static void device_interrupt_disconnect(void *context)
{
    struct qemu_device *device = context;

    pthread_mutex_lock(&device->lock);
    device->routine = NULL;
    while (device->delivering)
        pthread_cond_wait(&device->idle, &device->lock);
    pthread_mutex_unlock(&device->lock);
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static uint32_t read_register(struct qemu_device *device, unsigned width, uint32_t offset)
{
    return qtest_read(&device->qtest, width, device->function.registers + offset);
}

static void write_register(struct qemu_device *device, unsigned width, uint32_t offset, uint32_t value)
{
    qtest_write(&device->qtest, width, device->function.registers + offset, value);
}

static uint8_t device_read8(void *device, uint32_t offset)
{
    return (uint8_t)read_register(device, 1, offset);
}

static uint16_t device_read16(void *device, uint32_t offset)
{
    return (uint16_t)read_register(device, 2, offset);
}

static uint32_t device_read32(void *device, uint32_t offset)
{
    return read_register(device, 4, offset);
}

static void device_write8(void *device, uint32_t offset, uint8_t value)
{
    write_register(device, 1, offset, value);
}

static void device_write16(void *device, uint32_t offset, uint16_t value)
{
    write_register(device, 2, offset, value);
}

static void device_write32(void *device, uint32_t offset, uint32_t value)
{
    write_register(device, 4, offset, value);
}

/* The registers are in another process. */
static volatile ULONG *device_map(void *device, uint32_t offset)
{
    (void)device;
    (void)offset;
    return NULL;
}

/* ---- Memory -------------------------------------------------------------------------------------------- */

static NTSTATUS device_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma)
{
    struct qemu_device *device = context;
    void *bytes = guest_memory_take(&device->memory, size, highest);

    if (!bytes)
        return STATUS_INSUFFICIENT_RESOURCES;
    *dma = (struct hda_dma){.memory = bytes, .address = guest_address(&device->memory, bytes), .size = size};
    return STATUS_SUCCESS;
}

static void device_dma_free(void *context, struct hda_dma *dma)
{
    struct qemu_device *device = context;

    guest_memory_give(&device->memory, dma->memory);
    *dma = (struct hda_dma){0};
}

/* QEMU sees the processor's caches. */
static void device_dma_sync(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                            enum hda_sync direction)
{
    (void)device;
    (void)dma;
    (void)offset;
    (void)size;
    (void)direction;
}

static NTSTATUS device_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl)
{
    struct qemu_device *device = context;

    *mdl = guest_pages_take(&device->memory, size, highest);
    return *mdl ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static void device_pages_free(void *context, PMDL mdl)
{
    struct qemu_device *device = context;

    guest_pages_give(&device->memory, mdl);
}

static size_t device_pages_run(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    (void)device;
    *address = ((uint64_t)*MmGetMdlPfnArray(mdl) << PAGE_SHIFT) + offset;
    return MmGetMdlByteCount(mdl) - offset;
}

/* ---- The keeper ---------------------------------------------------------------------------------------- */

/* Nobody asserts lines any more. The driver need not wait for an interrupt that does not come. */
static void lose_controller(struct qemu_device *device)
{
    pthread_mutex_lock(&device->lock);
    device->lines = 0;
    device->lost = true;
    if (device->routine)
        linux_host_interrupt(device->host);
    pthread_mutex_unlock(&device->lock);
}

static bool is_running(struct qemu_device *device)
{
    bool running;

    pthread_mutex_lock(&device->lock);
    running = device->running;
    pthread_mutex_unlock(&device->lock);
    return running;
}

/* Tells of one that is there, and is going to be ended. */
static void report_silence(struct qemu_device *device)
{
    if (is_running(device) && qtest_was_silent(&device->qtest))
        log_error(device, "%s has given no answer for %d s", QEMU_PROGRAM, QTEST_PATIENCE_MS / 1000);
}

/* Tells of an end that nobody asked for. */
static void report_end(struct qemu_device *device)
{
    if (is_running(device) && !qtest_was_silent(&device->qtest))
        log_error(device, "%s is gone: %s", QEMU_PROGRAM,
                  device->sentence[0] ? device->sentence : "it said nothing");
}

/* QEMU has its end of the socket for itself, so that ours tells when QEMU is gone. */
static void *keep(void *context)
{
    struct qemu_device *device = context;
    int inherited[] = {device->channels.memory, device->channels.firmware, device->channels.qtest};
    struct process process;

    device->start_error = process_start(&process, device->arguments.list, inherited, 3);
    close(device->channels.qtest);
    device->channels.qtest = -1;
    if (device->start_error == 0)
        qtest_serve(&device->qtest);
    else
        qtest_hang_up(&device->qtest);
    report_silence(device);
    lose_controller(device);
    process_end(&process);
    process_sentence(&process, device->sentence, sizeof(device->sentence));
    process_close(&process);
    report_end(device);
    return NULL;
}

/* Signals are for the program's own threads. */
static bool start_keeper(struct qemu_device *device)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&device->keeper, NULL, keep, device);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

static void stop_keeper(struct qemu_device *device)
{
    qtest_flush(&device->qtest);
    qtest_hang_up(&device->qtest);
    pthread_join(device->keeper, NULL);
}

/* ---- Starting ------------------------------------------------------------------------------------------ */

static void close_file(int file)
{
    if (file >= 0)
        close(file);
}

/* A processor that does nothing for good: cli; hlt; jmp to the hlt, at its first instruction, hlt all over.
 */
static int create_firmware(void)
{
    static const uint8_t start[] = {0xFA, 0xF4, 0xEB, 0xFD};
    uint8_t image[FIRMWARE_SIZE];
    int file = memfd_create("hdabus-firmware", MFD_CLOEXEC);

    memset(image, 0xF4, sizeof(image));
    memcpy(image + FIRMWARE_SIZE - 16, start, sizeof(start));
    if (file >= 0 && write(file, image, sizeof(image)) == (ssize_t)sizeof(image))
        return file;
    close_file(file);
    return -1;
}

static NTSTATUS refuse(char *why, size_t size, NTSTATUS status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static NTSTATUS refuse(char *why, size_t size, NTSTATUS status, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(why, size, format, values);
    va_end(values);
    return status;
}

static NTSTATUS explain(const struct qemu_device *device, char *why, size_t size)
{
    if (device->start_error == ENOENT)
        return refuse(why, size, STATUS_NO_SUCH_DEVICE, "there is no %s: install Debian's package %s",
                      QEMU_PROGRAM, PACKAGE);
    if (device->start_error != 0)
        return refuse(why, size, STATUS_NO_SUCH_DEVICE, "%s (Debian's package %s) does not start: %s",
                      QEMU_PROGRAM, PACKAGE, strerror(device->start_error));
    return refuse(why, size, STATUS_NO_SUCH_DEVICE,
                  "%s does not serve: is it older than that of Debian 12's package %s? It said: %s",
                  QEMU_PROGRAM, PACKAGE, device->sentence[0] ? device->sentence : "nothing");
}

/* QEMU runs, its controller can be reached, and its interrupts are heard of. */
static bool meet(struct qemu_device *device)
{
    return qtest_command(&device->qtest, "irq_intercept_in ioapic") &&
           pci_start(&device->qtest, &device->function);
}

static bool open_channels(struct qemu_device *device)
{
    int pair[2];

    device->channels.firmware = create_firmware();
    if (!guest_memory_open(&device->memory) || device->channels.firmware < 0)
        return false;
    device->channels.memory = device->memory.file;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    device->socket = pair[0];
    device->channels.qtest = pair[1];
    return true;
}

static void release(struct qemu_device *device)
{
    size_t left = guest_memory_close(&device->memory);

    if (left)
        log_error(device, "%lu bytes of DMA memory were not given back", (unsigned long)left);
    close_file(device->channels.firmware);
    close_file(device->channels.qtest);
    close_file(device->socket);
    arguments_free(&device->arguments);
    qtest_close(&device->qtest);
    pthread_cond_destroy(&device->idle);
    pthread_mutex_destroy(&device->lock);
    free(device);
}

static NTSTATUS start(struct qemu_device *device, const struct qemu_device_options *options, char *why,
                      size_t size)
{
    bool open = open_channels(device);

    qtest_open(&device->qtest, device->socket, line_changed, device);
    if (!open || !arguments_build(&device->arguments, options, &device->channels))
        return refuse(why, size, STATUS_INSUFFICIENT_RESOURCES, "there is no memory, or no descriptor");
    if (!start_keeper(device))
        return refuse(why, size, STATUS_INSUFFICIENT_RESOURCES, "there is no thread");
    if (meet(device))
        return STATUS_SUCCESS;
    stop_keeper(device);
    return explain(device, why, size);
}

NTSTATUS qemu_device_create(struct linux_host *host, const struct qemu_device_options *options,
                            struct qemu_device **device, char *why, size_t size)
{
    struct qemu_device *d = calloc(1, sizeof(*d));
    NTSTATUS status;

    *device = NULL;
    if (!d)
        return refuse(why, size, STATUS_INSUFFICIENT_RESOURCES, "there is no memory");
    d->host = host;
    d->socket = d->channels.qtest = -1;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->idle, NULL);
    status = start(d, options, why, size);
    if (!NT_SUCCESS(status)) {
        release(d);
        return status;
    }
    pthread_mutex_lock(&d->lock);
    d->running = true;
    pthread_mutex_unlock(&d->lock);
    linux_host_attach(host, &host_ops, d);
    *device = d;
    return STATUS_SUCCESS;
}

void qemu_device_destroy(struct qemu_device *device)
{
    linux_host_detach(device->host);
    pthread_mutex_lock(&device->lock);
    device->running = device->lost; /* what was lost before was not ended by us */
    pthread_mutex_unlock(&device->lock);
    stop_keeper(device);
    release(device);
}

void qemu_device_info(const struct qemu_device *device, struct hda_device_info *info)
{
    *info = (struct hda_device_info){
        .vendor_id = device->function.vendor_id,
        .device_id = device->function.device_id,
        .revision = device->function.revision,
        .message_interrupts = false,
    };
}

const struct hda_device_ops qemu_device_ops = {
    .read8 = device_read8,
    .read16 = device_read16,
    .read32 = device_read32,
    .write8 = device_write8,
    .write16 = device_write16,
    .write32 = device_write32,
    .map = device_map,
    .dma_alloc = device_dma_alloc,
    .dma_free = device_dma_free,
    .dma_sync = device_dma_sync,
    .pages_alloc = device_pages_alloc,
    .pages_free = device_pages_free,
    .pages_run = device_pages_run,
    .interrupt_connect = device_interrupt_connect,
    .interrupt_disconnect = device_interrupt_disconnect,
};
