/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * internal.h - what the files of the checking host share.
 *
 * An interrupt may come in the middle of any of this, on the same processor: so there is no lock, which it
 * would wait for in vain. What is known of the core's locks, work, events and memory stands in tables of a
 * fixed size, found by address (table.c); each field that another flow of control may look at is read and
 * written atomically, and what cannot be said for certain, since two things overlap, is not said.
 */
#ifndef CHECK_INTERNAL_H
#define CHECK_INTERNAL_H

#include <check.h>
#include <wdm.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)
#define SLACK     NS_PER_US /* what a clock may round away */

#define PAGE  4096u
#define GUARD 32u /* bytes behind each piece of memory that nobody writes to */

#define GET(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define PUT(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)
#define ADD(field, value) __atomic_add_fetch(&(field), (value), __ATOMIC_ACQ_REL)
#define SUB(field, value) __atomic_sub_fetch(&(field), (value), __ATOMIC_ACQ_REL)

/* A moment of bus time in one word, for 64 bits are not atomic everywhere: units of 1024 ns since a second
 * before the check was made. With 32 bits a difference is right for half an hour. */
typedef uintptr_t check_moment;

#define MOMENTS(nanoseconds) ((check_moment)((nanoseconds) >> 10))

static inline intptr_t check_after(check_moment later, check_moment earlier)
{
    return (intptr_t)(later - earlier);
}

/* 64 bits that are written before their record is published. */
struct check_wide {
    uint32_t low, high;
};

static inline void check_put_wide(struct check_wide *wide, uint64_t value)
{
    PUT(wide->low, (uint32_t)value);
    PUT(wide->high, (uint32_t)(value >> 32));
}

static inline uint64_t check_get_wide(const struct check_wide *wide)
{
    return GET(wide->low) | (uint64_t)GET(wide->high) << 32;
}

/* ---- Records by address (table.c) ---------------------------------------------------------------------- */

/* How each record begins. */
struct check_record {
    uintptr_t key;    /* what it is of; 0: free */
    uintptr_t serial; /* another one for each use of the record */
};

struct check_table {
    char *records;
    size_t size; /* of one, a multiple of a pointer's */
    unsigned capacity;
    unsigned used;   /* those from here on have never been taken */
    unsigned missed; /* times that there was no record left: what is not found may be right */
};

void hda_check_table_init(struct check_table *table, void *records, size_t size, unsigned capacity);
/* The record of an address, or NULL. */
void *hda_check_table_find(struct check_table *table, const void *key);
/* A new record, all zero but for its serial, which nobody finds before it is published. NULL: none is left.
 */
void *hda_check_table_take(struct check_table *table);
void hda_check_table_publish(void *record, const void *key);
void hda_check_table_drop(void *record);
/* The index-th record, NULL where there is none; for (i = 0; i < GET(table->used); i++). */
void *hda_check_table_at(struct check_table *table, unsigned index);

/* ---- Records ------------------------------------------------------------------------------------------- */

enum check_memory_state { MEMORY_LIVE, MEMORY_FREED };

struct check_memory {
    struct check_record record; /* its address */
    size_t size;                /* that the core asked for */
    unsigned state;
};

struct check_lock {
    struct check_record record;
    unsigned level;
    unsigned held;    /* 1 while somebody has it */
    unsigned before;  /* the holder's IRQL until then */
    unsigned known;   /* whether `holder` says something */
    uintptr_t holder; /* runner() */
    uintptr_t order;  /* grows with each acquisition */
    unsigned extra;   /* acquisitions by its own holder, which have not been passed on */
};

struct check_work {
    struct check_record record;
    struct hda_check *check;
    struct check_work *self; /* what the host hands back is no context of ours where this is not so */
    unsigned level;
    unsigned running;
    unsigned cancelled; /* since it was queued last */
    unsigned looks;     /* that have found it overdue since it ran last */
    unsigned calling;   /* whether `caller` is in work_queue(), at DISPATCH_LEVEL: see work.c */
    uintptr_t caller;
    uintptr_t runs_on;   /* whom it runs on, or ran last */
    uintptr_t word;      /* how often and when it may run: see work.c */
    check_moment began;  /* when its last run did */
    check_moment looked; /* when the last of the looks was */
    hda_work_routine *routine;
    void *context;
};

struct check_event {
    struct check_record record;
    unsigned type;
    unsigned waiters;
    unsigned begun;      /* times that it was set, when that began */
    unsigned setting;    /* of those, the ones that have not returned */
    unsigned done;       /* the last that has */
    unsigned consumed;   /* all until this one a wait may have ended with */
    unsigned spent;      /* all until this one a wait has ended with */
    unsigned successes;  /* waits that ended so */
    check_moment set_at; /* when the last one returned */
};

struct check_dma {
    struct check_record record; /* its memory */
    size_t size;
    struct check_wide address;
};

struct check_pages {
    struct check_record record; /* its MDL */
    size_t size;
    struct check_wide highest;
};

struct check_object {
    struct check_record record;
    unsigned references;
};

/* ---- The check ----------------------------------------------------------------------------------------- */

#define MEMORY_RECORDS 4096
#define LOCK_RECORDS   128
#define WORK_RECORDS   32
#define EVENT_RECORDS  128
#define DMA_RECORDS    256
#define PAGES_RECORDS  128
#define OBJECT_RECORDS 128
#define TOLD_RECORDS   256
#define KEPT           32 /* pieces of memory that have been freed and are looked at again */

struct check_told {
    uintptr_t kind;
    unsigned times;
};

/* What the try-out hands to the host, in memory that is there when the host is late. */
struct check_trial {
    struct hda_check *check;
    enum hda_level level;
    struct hda_work work;
    uintptr_t behind_work; /* what stands behind is nobody's */
    struct hda_lock lock;
    uintptr_t behind_lock;
    KEVENT event;
    uintptr_t behind_event;
    uintptr_t runner; /* of the routine, when it began */
    unsigned begun;
    unsigned queued;
    unsigned runs;
};

enum check_connection { NOT_CONNECTED, CONNECTING, CONNECTED, DISCONNECTING };

struct check_interrupt {
    unsigned state;  /* of enum check_connection */
    unsigned active; /* calls of the routine that go on */
    unsigned calls;  /* since it was connected */
    unsigned missed; /* times that a cause was found and the routine had never been called */
    hda_interrupt_routine *routine;
    void *context;
};

struct hda_check {
    struct hda_check *self;          /* as in struct check_work */
    struct hda_bus_config config;    /* for the core */
    const struct hda_host_ops *host; /* what is checked */
    void *host_context;
    const struct hda_device_ops *device;
    void *device_context;
    hda_check_report *report;
    void *report_context;
    uint64_t epoch; /* a second before now() when it was made */
    unsigned faults;
    unsigned trying; /* hda_check_hooks() calls the hooks, not the core */
    struct check_told told[TOLD_RECORDS];

    struct check_table memories, locks, works, events, dmas, pages, objects;
    struct check_memory *kept[KEPT];
    unsigned kept_next;
    uintptr_t acquisitions;
    unsigned held; /* locks */

    uintptr_t latest;         /* that now() has said: see time.c */
    uintptr_t latest_counter; /* performance_counter(), once `counted`: see time.c */
    unsigned counted;
    unsigned interrupt_level; /* that the routine is called at; 0: not known yet */
    struct check_interrupt interrupt;
    struct check_trial trial;

    struct check_memory memory_records[MEMORY_RECORDS];
    struct check_lock lock_records[LOCK_RECORDS];
    struct check_work work_records[WORK_RECORDS];
    struct check_event event_records[EVENT_RECORDS];
    struct check_dma dma_records[DMA_RECORDS];
    struct check_pages page_records[PAGES_RECORDS];
    struct check_object object_records[OBJECT_RECORDS];
};

/* ---- Sentences (report.c) ------------------------------------------------------------------------------ */

/* Counts a fault, and tells it unless its like has been told three times. `subject` tells apart faults with
 * the same words: any pointer that stands for whom it is about, or NULL. */
__attribute__((format(printf, 3, 4))) void hda_check_fault(struct hda_check *check, const void *subject,
                                                           const char *format, ...);

/* Who calls the hooks, for a sentence. */
const char *hda_check_caller(const struct hda_check *check);

/* ---- Levels (level.c) ---------------------------------------------------------------------------------- */

enum check_hook {
    HOOK_ALLOC,
    HOOK_FREE,
    HOOK_LOCK_INIT,
    HOOK_LOCK_ACQUIRE,
    HOOK_LOCK_RELEASE,
    HOOK_WORK_INIT,
    HOOK_WORK_QUEUE,
    HOOK_WORK_CANCEL,
    HOOK_EVENT_INIT,
    HOOK_EVENT_SET,
    HOOK_EVENT_WAIT,
    HOOK_IRQL,
    HOOK_RUNNER,
    HOOK_NOW,
    HOOK_PERFORMANCE_COUNTER,
    HOOK_STALL,
    HOOK_SLEEP,
    HOOK_OBJECT_REFERENCE,
    HOOK_OBJECT_DEREFERENCE,
    HOOK_LOG,
    HOOK_READ8,
    HOOK_READ16,
    HOOK_READ32,
    HOOK_WRITE8,
    HOOK_WRITE16,
    HOOK_WRITE32,
    HOOK_MAP,
    HOOK_DMA_ALLOC,
    HOOK_DMA_FREE,
    HOOK_DMA_SYNC,
    HOOK_PAGES_ALLOC,
    HOOK_PAGES_FREE,
    HOOK_PAGES_RUN,
    HOOK_INTERRUPT_CONNECT,
    HOOK_INTERRUPT_DISCONNECT,
    HOOKS
};

const char *hda_check_hook_name(enum check_hook hook);
/* The caller's IRQL, as the host tells it. */
unsigned hda_check_irql(struct hda_check *check);
/* The moment that a time of now()'s is, and the one that it is. */
static inline check_moment check_moment_of(const struct hda_check *check, uint64_t now)
{
    return MOMENTS(now - check->epoch);
}

static inline check_moment check_moment_now(const struct hda_check *check)
{
    return check_moment_of(check, check->host->now(check->host_context));
}

/* Before a hook: whether the core may call it at this IRQL. Returns the IRQL. */
unsigned hda_check_enter(struct hda_check *check, enum check_hook hook);
/* Behind it: whether it has left the IRQL as it was. */
void hda_check_leave(struct hda_check *check, enum check_hook hook, unsigned irql);

/* A host has called `hook`'s routine with a context that is not what it was given, so that it is not known
 * whose it is: the check that was made last tells. */
void hda_check_lost_context(enum check_hook hook);

/* ---- The hooks, a file for each subject ---------------------------------------------------------------- */

void *hda_check_alloc(void *context, size_t size);
void hda_check_free(void *context, void *memory);
/* Whether something that was handed out lies in the range, which `hook` has just given: a fault. */
bool hda_check_overlaps(struct hda_check *check, enum check_hook hook, const void *memory, size_t size);
/* Gives back what free() has kept for a while. */
void hda_check_free_kept(struct hda_check *check);

void hda_check_lock_init(void *context, struct hda_lock *lock, enum hda_level level);
void hda_check_lock_acquire(void *context, struct hda_lock *lock);
void hda_check_lock_release(void *context, struct hda_lock *lock);
/* The memory goes: so do the locks in it. */
void hda_check_forget_locks(struct hda_check *check, const void *memory, size_t size);

void hda_check_work_init(void *context, struct hda_work *work, enum hda_level level,
                         hda_work_routine *routine, void *routine_context);
void hda_check_work_queue(void *context, struct hda_work *work, uint64_t delay);
void hda_check_work_cancel(void *context, struct hda_work *work);
void hda_check_forget_works(struct hda_check *check, const void *memory, size_t size);
/* Whether work was due long ago. */
void hda_check_overdue(struct hda_check *check);
/* Whether the record says for certain that the work is queued. */
bool hda_check_work_is_queued(const struct check_work *work);

void hda_check_event_init(void *context, PKEVENT event, EVENT_TYPE type);
void hda_check_event_set(void *context, PKEVENT event);
NTSTATUS hda_check_event_wait(void *context, PKEVENT event, uint64_t timeout);
void hda_check_forget_events(struct hda_check *check, const void *memory, size_t size);

KIRQL hda_check_irql_hook(void *context);
uintptr_t hda_check_runner(void *context);
uint64_t hda_check_now(void *context);
LONGLONG hda_check_performance_counter(void *context);
void hda_check_stall(void *context, uint32_t microseconds);
void hda_check_sleep(void *context, uint32_t microseconds);

void hda_check_object_reference(void *context, PDEVICE_OBJECT object);
void hda_check_object_dereference(void *context, PDEVICE_OBJECT object);
void hda_check_log(void *context, enum hda_log_level level, const char *format, va_list arguments);

uint8_t hda_check_read8(void *context, uint32_t offset);
uint16_t hda_check_read16(void *context, uint32_t offset);
uint32_t hda_check_read32(void *context, uint32_t offset);
void hda_check_write8(void *context, uint32_t offset, uint8_t value);
void hda_check_write16(void *context, uint32_t offset, uint16_t value);
void hda_check_write32(void *context, uint32_t offset, uint32_t value);
volatile ULONG *hda_check_map(void *context, uint32_t offset);

NTSTATUS hda_check_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma);
void hda_check_dma_free(void *context, struct hda_dma *dma);
void hda_check_dma_sync(void *context, const struct hda_dma *dma, size_t offset, size_t size,
                        enum hda_sync direction);
NTSTATUS hda_check_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl);
void hda_check_pages_free(void *context, PMDL mdl);
size_t hda_check_pages_run(void *context, PMDL mdl, size_t offset, uint64_t *address);

NTSTATUS hda_check_interrupt_connect(void *context, hda_interrupt_routine *routine, void *routine_context);
void hda_check_interrupt_disconnect(void *context);
/* INTSTS has been read: whether a cause was found that nobody was called for. */
void hda_check_interrupt_seen(struct hda_check *check, uint32_t status);

/* The balance (balance.c): what is left, and ending it where it would call later. */
void hda_check_balance(struct hda_check *check);

/* Whether `address` lies in the range. */
static inline bool check_lies_in(uintptr_t address, const void *memory, size_t size)
{
    return address - (uintptr_t)memory < size;
}

#endif
