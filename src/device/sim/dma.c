/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dma.c - memory for drivers: contiguous, or pages in runs. The controller's addresses of it are nothing like
 * the processor's, and neither is left to use once it has been given back.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "device.h"
#include "memory.h"

#define DMA_ALIGNMENT 128 /* of less than a page */

/* ---- Addresses ---------------------------------------------------------------------------------- */

/* Of an allocation's byte: a page lies free after each run. */
static uint64_t address_of(const struct allocation *a, size_t offset)
{
    return a->address + offset + offset / a->run * SIM_PAGE;
}

/* How many bytes from `offset` on lie at consecutive addresses. */
static size_t run_length(const struct allocation *a, size_t offset)
{
    size_t rest = a->size - offset, run = a->run - offset % a->run;

    return rest < run ? rest : run;
}

static void forget(struct sim_device *device, const struct allocation *a, size_t end)
{
    for (size_t offset = 0; offset < end; offset += run_length(a, offset))
        sim_controller_forget(device->controller, address_of(a, offset));
}

static bool remember(struct sim_device *device, const struct allocation *a)
{
    size_t offset = 0;

    while (offset < a->size) {
        size_t length = run_length(a, offset);

        if (!sim_controller_remember(device->controller, address_of(a, offset), (uint8_t *)a->memory + offset,
                                     length)) {
            forget(device, a, offset);
            return false;
        }
        offset += length;
    }
    return true;
}

/* ---- The list of allocations -------------------------------------------------------------------- */

/* Gives an allocation its addresses. */
static bool place(struct sim_device *device, struct allocation *a, uint64_t highest)
{
    size_t span = a->size + (a->size - 1) / a->run * SIM_PAGE;
    bool placed;

    pthread_mutex_lock(&device->lock);
    placed = sim_controller_place(device->controller, span, highest, &a->address) && remember(device, a);
    pthread_mutex_unlock(&device->lock);
    return placed;
}

static void publish(struct sim_device *device, struct allocation *a)
{
    pthread_mutex_lock(&device->lock);
    a->next = device->allocations;
    device->allocations = a;
    pthread_mutex_unlock(&device->lock);
}

/* Takes an allocation out of the list, and its addresses away. NULL, and a fault, when there is none with
 * this memory or MDL. */
static struct allocation *withdraw(struct sim_device *device, const void *memory, const MDL *mdl)
{
    struct allocation **link = &device->allocations, *a;

    pthread_mutex_lock(&device->lock);
    while (*link && ((*link)->mdl != mdl || (!mdl && (*link)->memory != memory)))
        link = &(*link)->next;
    a = *link;
    if (a) {
        *link = a->next;
        forget(device, a, a->size);
        sim_device_settle(device);
    } else {
        sim_device_report(device, "memory is given back that was not allocated");
    }
    pthread_mutex_unlock(&device->lock);
    return a;
}

static void destroy(struct allocation *a)
{
    if (a->range.memory)
        linux_range_remove(&a->range);
    if (a->mdl)
        linux_mdl_free(a->mdl);
    if (a->mapped)
        munmap(a->memory, a->mapped);
    else
        free(a->memory);
    free(a);
}

/* ---- Contiguous memory -------------------------------------------------------------------------- */

static struct allocation *create_contiguous(size_t size)
{
    size_t alignment = size < SIM_PAGE ? DMA_ALIGNMENT : SIM_PAGE;
    size_t rounded = (size + alignment - 1) / alignment * alignment;
    struct allocation *a;

    if (!size || rounded < size)
        return NULL;
    a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    a->memory = aligned_alloc(alignment, rounded);
    if (!a->memory) {
        free(a);
        return NULL;
    }
    memset(a->memory, 0, rounded);
    a->size = size;
    a->run = size;
    return a;
}

NTSTATUS sim_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma)
{
    struct sim_device *device = context;
    struct allocation *a = linux_host_may_allocate(device->host) ? create_contiguous(size) : NULL;

    if (!a)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!place(device, a, highest)) {
        destroy(a);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    publish(device, a);
    a->range = (struct linux_range){.memory = a->memory, .size = size, .address = a->address};
    linux_range_add(&a->range);
    *dma = (struct hda_dma){.memory = a->memory, .address = a->address, .size = size};
    return STATUS_SUCCESS;
}

void sim_dma_free(void *context, struct hda_dma *dma)
{
    struct allocation *a = withdraw(context, dma->memory, NULL);

    if (a)
        destroy(a);
    *dma = (struct hda_dma){0};
}

/* The simulated controller sees the processor's caches. */
void sim_dma_sync(void *context, const struct hda_dma *dma, size_t offset, size_t size,
                  enum hda_sync direction)
{
    (void)context;
    (void)dma;
    (void)offset;
    (void)size;
    (void)direction;
}

/* ---- Pages -------------------------------------------------------------------------------------- */

static struct allocation *create_pages(size_t size, unsigned fragment_pages)
{
    size_t mapped = (size + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
    struct allocation *a;

    if (!size || mapped < size)
        return NULL;
    a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    a->memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (a->memory == MAP_FAILED) {
        free(a);
        return NULL;
    }
    a->mapped = mapped;
    a->size = size;
    a->run = fragment_pages ? (size_t)fragment_pages * SIM_PAGE : mapped;
    return a;
}

static PMDL describe(const struct allocation *a)
{
    size_t count = a->mapped / SIM_PAGE;
    uint64_t *pages = malloc(count * sizeof(*pages));
    PMDL mdl;

    if (!pages)
        return NULL;
    for (size_t i = 0; i < count; i++)
        pages[i] = address_of(a, i * SIM_PAGE);
    mdl = linux_mdl_create(a->memory, a->size, pages);
    free(pages);
    return mdl;
}

static void unplace(struct sim_device *device, const struct allocation *a)
{
    pthread_mutex_lock(&device->lock);
    forget(device, a, a->size);
    pthread_mutex_unlock(&device->lock);
}

NTSTATUS sim_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl)
{
    struct sim_device *device = context;
    struct allocation *a = NULL;

    if (linux_host_may_allocate(device->host))
        a = create_pages(size, device->options.fragment_pages);
    if (!a)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!place(device, a, highest))
        goto no_place;
    a->mdl = describe(a);
    if (!a->mdl)
        goto no_mdl;
    publish(device, a);
    *mdl = a->mdl;
    return STATUS_SUCCESS;

no_mdl:
    unplace(device, a);
no_place:
    destroy(a);
    return STATUS_INSUFFICIENT_RESOURCES;
}

void sim_pages_free(void *context, PMDL mdl)
{
    struct allocation *a = withdraw(context, NULL, mdl);

    if (a)
        destroy(a);
}

size_t sim_pages_run(void *context, PMDL mdl, size_t offset, uint64_t *address)
{
    struct sim_device *device = context;
    const struct allocation *a;
    size_t length = 1;

    pthread_mutex_lock(&device->lock);
    for (a = device->allocations; a && a->mdl != mdl; a = a->next)
        ;
    if (a && offset < a->size) {
        *address = address_of(a, offset);
        length = run_length(a, offset);
    } else {
        *address = 0; /* where there never is memory */
        sim_device_report(device, "the address is asked of memory that was not allocated");
    }
    pthread_mutex_unlock(&device->lock);
    return length;
}

/* ---- Leaks -------------------------------------------------------------------------------------- */

static void log_error(struct sim_device *device, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    linux_host_ops.log(device->host, HDA_LOG_ERROR, format, arguments);
    va_end(arguments);
}

void sim_dma_free_leaks(struct sim_device *device)
{
    while (device->allocations) {
        struct allocation *a = device->allocations;

        device->allocations = a->next;
        log_error(device, "%lu bytes of DMA memory at %llxh were not given back", (unsigned long)a->size,
                  (unsigned long long)a->address);
        destroy(a);
    }
}
