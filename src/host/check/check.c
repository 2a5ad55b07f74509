/* SPDX-License-Identifier: BSD-2-Clause */
/* check.c - the checking host from its creation to its end: see check.h. */
#include "internal.h"

static const struct hda_host_ops host_ops = {
    .alloc = hda_check_alloc,
    .free = hda_check_free,
    .lock_init = hda_check_lock_init,
    .lock_acquire = hda_check_lock_acquire,
    .lock_release = hda_check_lock_release,
    .work_init = hda_check_work_init,
    .work_queue = hda_check_work_queue,
    .work_cancel = hda_check_work_cancel,
    .event_init = hda_check_event_init,
    .event_set = hda_check_event_set,
    .event_wait = hda_check_event_wait,
    .irql = hda_check_irql_hook,
    .runner = hda_check_runner,
    .now = hda_check_now,
    .performance_counter = hda_check_performance_counter,
    .stall = hda_check_stall,
    .sleep = hda_check_sleep,
    .object_reference = hda_check_object_reference,
    .object_dereference = hda_check_object_dereference,
    .log = hda_check_log,
};

static const struct hda_device_ops device_ops = {
    .read8 = hda_check_read8,
    .read16 = hda_check_read16,
    .read32 = hda_check_read32,
    .write8 = hda_check_write8,
    .write16 = hda_check_write16,
    .write32 = hda_check_write32,
    .map = hda_check_map,
    .dma_alloc = hda_check_dma_alloc,
    .dma_free = hda_check_dma_free,
    .dma_sync = hda_check_dma_sync,
    .pages_alloc = hda_check_pages_alloc,
    .pages_free = hda_check_pages_free,
    .pages_run = hda_check_pages_run,
    .interrupt_connect = hda_check_interrupt_connect,
    .interrupt_disconnect = hda_check_interrupt_disconnect,
};

/* Whoever calls with a context that is not ours has lost all that tells whose call it is. The only variable
 * here that does not belong to one check. */
static struct hda_check *newest;

void hda_check_lost_context(enum check_hook hook)
{
    struct hda_check *check = GET(newest);

    if (check != NULL)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: the routine is called with another context than %s was given",
                        hda_check_hook_name(hook), hda_check_hook_name(hook));
}

/* ---- Creation ------------------------------------------------------------------------------------------ */

#define INIT_TABLE(table, records) \
    hda_check_table_init(&(table), (records), sizeof((records)[0]), (unsigned)RTL_NUMBER_OF(records))

static void init_tables(struct hda_check *check)
{
    INIT_TABLE(check->memories, check->memory_records);
    INIT_TABLE(check->locks, check->lock_records);
    INIT_TABLE(check->works, check->work_records);
    INIT_TABLE(check->events, check->event_records);
    INIT_TABLE(check->dmas, check->dma_records);
    INIT_TABLE(check->pages, check->page_records);
    INIT_TABLE(check->objects, check->object_records);
}

static void fill_in(struct hda_check *check, const struct hda_bus_config *config)
{
    check->self = check;
    check->host = config->host;
    check->host_context = config->host_context;
    check->device = config->device;
    check->device_context = config->device_context;
    check->config = *config;
    check->config.host = &host_ops;
    check->config.host_context = check;
    check->config.device = &device_ops;
    check->config.device_context = check;
}

/* There is no check yet that could tell. */
__attribute__((format(printf, 4, 5))) static void tell(const struct hda_bus_config *config,
                                                       hda_check_report *report, void *report_context,
                                                       const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (report != NULL)
        report(report_context, format, arguments);
    else if (config != NULL && config->host != NULL && config->host->log != NULL)
        config->host->log(config->host_context, HDA_LOG_ERROR, format, arguments);
    va_end(arguments);
}

NTSTATUS hda_check_create(const struct hda_bus_config *config, hda_check_report *report, void *report_context,
                          struct hda_check **out)
{
    const char *missing = hda_missing_hook(config);
    struct hda_check *check;

    *out = NULL;
    if (missing != NULL) {
        tell(config, report, report_context, "%s is missing: the core calls each entry of both tables",
             missing);
        return STATUS_INVALID_PARAMETER;
    }
    check = config->host->alloc(config->host_context, sizeof(*check));
    if (check == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* Whether the host zeroes memory is one of the questions. */
    RtlZeroMemory(check, sizeof(*check));
    fill_in(check, config);
    check->report = report;
    check->report_context = report_context;
    /* So that there are moments before this one for a clock that goes back. */
    check->epoch = config->host->now(config->host_context) - NS_PER_S;
    init_tables(check);
    PUT(newest, check);
    *out = check;
    return STATUS_SUCCESS;
}

const struct hda_bus_config *hda_check_config(const struct hda_check *check)
{
    return &check->config;
}

unsigned hda_check_faults(const struct hda_check *check)
{
    return GET(check->faults);
}

/* ---- The end ------------------------------------------------------------------------------------------- */

unsigned hda_check_destroy(struct hda_check *check)
{
    struct hda_check *self = check;
    unsigned faults;

    if (check == NULL)
        return 0;
    hda_check_balance(check);
    faults = GET(check->faults);
    __atomic_compare_exchange_n(&newest, &self, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    check->host->free(check->host_context, check);
    return faults;
}
