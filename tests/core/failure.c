/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failure.c - every allocation fails once, from opening a bus over a client's life to closing it: the status
 * is right, nothing is leaked, and the next try works. All that the host, the simulator, the core and a
 * function driver allocate comes from the C library, and the linker puts our own routines before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bus.h>
#include <errno.h>
#include <sim.h>
#include <string.h>
#include <sys/mman.h>

#include "rig.h"
#include "scenario.h"

/* ---- The n-th allocation fails ------------------------------------------------------------------- */

static unsigned allocations, fail_at;
static int live;

static bool fails(void)
{
    bool now = ++allocations == fail_at;

    if (now)
        errno = ENOMEM;
    return now;
}

/* mmap64 is mmap, where file offsets have 64 bits. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__real_mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset);
void __real_free(void *memory);
int __real_munmap(void *address, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset);
void __wrap_free(void *memory);
int __wrap_munmap(void *address, size_t length);

static void *count(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t number, size_t size)
{
    return fails() ? NULL : count(__real_calloc(number, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    void *grown = fails() ? NULL : __real_realloc(memory, size);

    live += memory == NULL && grown != NULL;
    return grown;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : count(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
    int error = fails() ? ENOMEM : __real_posix_memalign(memory, alignment, size);

    live += error == 0;
    return error;
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : count(__real_strdup(text));
}

void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    void *memory;

    if (fails())
        return MAP_FAILED;
    memory = __real_mmap64(address, length, protection, flags, file, offset);
    live += memory != MAP_FAILED;
    return memory;
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

int __wrap_munmap(void *address, size_t length)
{
    live--;
    return __real_munmap(address, length);
}

/* ---- What is tried ------------------------------------------------------------------------------- */

static void ignore_line(void *context, int level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static NTSTATUS open_bus(struct hdabus **bus)
{
    struct hdabus_options options = {.log = ignore_line};
    NTSTATUS status = hdabus_open("sim", &options, bus);

    if (!NT_SUCCESS(status))
        assert_null(*bus);
    return status;
}

static NTSTATUS query(struct hdabus *bus, const GUID *type, USHORT size, void *table)
{
    return hdabus_query_interface(bus, 0, type, size, 0x0100, table);
}

/* Whatever fails on the way, a second resume works. */
static NTSTATUS sleep_once(struct hdabus *bus)
{
    NTSTATUS status = hdabus_suspend(bus), second = hdabus_resume(bus);

    if (!NT_SUCCESS(second))
        assert_int_equal(hdabus_resume(bus), STATUS_SUCCESS);
    return NT_SUCCESS(status) ? second : status;
}

static NTSTATUS live_on(struct hdabus *bus)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi;
    HDAUDIO_BUS_INTERFACE_BDL bdl;
    NTSTATUS status = query(bus, &GUID_HDAUDIO_BUS_INTERFACE_V3, sizeof(ddi), &ddi);

    if (NT_SUCCESS(status))
        status = scenario_live(&ddi);
    if (NT_SUCCESS(status))
        status = sleep_once(bus);
    if (NT_SUCCESS(status))
        status = query(bus, &GUID_HDAUDIO_BUS_INTERFACE_BDL, sizeof(bdl), &bdl);
    return NT_SUCCESS(status) ? scenario_live_bdl(&bdl) : status;
}

static unsigned faults(struct hdabus *bus)
{
    const char *sentence;

    for (unsigned i = 0; (sentence = hdabus_sim_fault(bus, i)) != NULL; i++)
        print_error("%s\n", sentence);
    return hdabus_sim_faults(bus);
}

static void close_bus(struct hdabus *bus)
{
    assert_int_equal(faults(bus), 0);
    hdabus_close(bus);
}

/* Opens, lives and closes; returns how many allocations that takes. */
static unsigned all_is_well(void)
{
    struct hdabus *bus;

    fail_at = allocations = 0;
    assert_int_equal(open_bus(&bus), STATUS_SUCCESS);
    assert_int_equal(live_on(bus), STATUS_SUCCESS);
    close_bus(bus);
    assert_int_equal(live, 0);
    return allocations;
}

static bool is_for_want_of_memory(NTSTATUS status)
{
    return status == STATUS_INSUFFICIENT_RESOURCES || status == STATUS_NO_MEMORY;
}

static void one_fails(unsigned n)
{
    struct hdabus *bus;
    NTSTATUS status;

    allocations = 0;
    fail_at = n;
    status = open_bus(&bus);
    if (!NT_SUCCESS(status)) {
        assert_true(is_for_want_of_memory(status));
        assert_int_equal(live, 0);
        all_is_well();
        return;
    }
    status = live_on(bus);
    if (!is_for_want_of_memory(status))
        fail_msg("allocation %u failed unnoticed: %08x", n, (unsigned)status);
    assert_int_equal(live_on(bus), STATUS_SUCCESS);
    close_bus(bus);
    assert_int_equal(live, 0);
}

static void every_allocation_fails_once(void **state)
{
    unsigned needed = all_is_well();

    (void)state;
    print_message("# %u allocations\n", needed);
    assert_true(needed > 40);
    for (unsigned n = 1; n <= needed; n++)
        one_fails(n);
}

/* ---- What is no memory --------------------------------------------------------------------------- */

static NTSTATUS refuse_connection(void *context, hda_interrupt_routine *routine, void *argument)
{
    (void)context, (void)routine, (void)argument;
    return STATUS_INSUFFICIENT_RESOURCES;
}

static void an_interrupt_that_cannot_be_had_ends_the_start(void **state)
{
    struct hda_bus *bus;

    (void)state;
    rig.device_ops.interrupt_connect = refuse_connection;
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_INSUFFICIENT_RESOURCES);
    assert_null(bus);
    rig.device_ops.interrupt_connect = sim_device_ops.interrupt_connect;
    rig_start();
}

static void a_table_with_a_hole_is_refused(void **state)
{
    struct hda_bus *bus;

    (void)state;
    rig.host_ops.stall = NULL;
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_INVALID_PARAMETER);
    assert_null(bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test_setup_teardown(an_interrupt_that_cannot_be_had_ends_the_start, rig_set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(a_table_with_a_hole_is_refused, rig_set_up, rig_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
