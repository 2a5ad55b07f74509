/* SPDX-License-Identifier: BSD-2-Clause */
/* event.c - the dispatcher: events, their descriptors, and waits on either clock. */
#include "internal.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* ---- The lock ------------------------------------------------------------------------------------------ */

pthread_mutex_t linux_dispatcher = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t entered = PTHREAD_COND_INITIALIZER;
static unsigned entering; /* threads that found the dispatcher taken */

void linux_dispatcher_lock(void)
{
    if (pthread_mutex_trylock(&linux_dispatcher) == 0)
        return;
    __atomic_add_fetch(&entering, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&linux_dispatcher);
    __atomic_sub_fetch(&entering, 1, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&entered);
}

void linux_dispatcher_unlock(void)
{
    pthread_mutex_unlock(&linux_dispatcher);
}

bool linux_dispatcher_yield(void)
{
    /* A thread that is counted gets the lock once it is free, and signals: this wait ends. */
    if (__atomic_load_n(&entering, __ATOMIC_SEQ_CST) == 0)
        return false;
    pthread_cond_wait(&entered, &linux_dispatcher);
    return true;
}

/* ---- Waits --------------------------------------------------------------------------------------------- */

static PKEVENT event_of(const KWAIT_BLOCK *block)
{
    return block->Object;
}

/* Makes the descriptor, if there is one, say what the state is. */
static void show_state(PKEVENT event, LONG before)
{
    eventfd_t count;

    if (event->Descriptor < 0 || !event->SignalState == !before)
        return;
    /* Neither can fail in a way that matters: the counter goes between 0 and 1. */
    if (event->SignalState)
        (void)eventfd_write(event->Descriptor, 1);
    else
        (void)eventfd_read(event->Descriptor, &count);
}

/* A wait that is satisfied by it takes a synchronization event's signal. */
static void consume(PKEVENT event)
{
    if (event->Type == SynchronizationEvent)
        event->SignalState = 0;
}

/* Whether the wait is satisfied by the events' state, and then by which (0 for all of them). */
static bool satisfied(const struct linux_wait *wait, ULONG *which)
{
    ULONG signalled = 0;

    *which = 0;
    for (ULONG i = 0; i < wait->count; i++) {
        if (!event_of(&wait->blocks[i])->SignalState)
            continue;
        signalled++;
        if (wait->type == WaitAny) {
            *which = i;
            return true;
        }
    }
    return wait->count && signalled == wait->count;
}

/* Takes what the wait is satisfied by; keeps descriptors current but that of `shown_later`. */
static void consume_for(const struct linux_wait *wait, ULONG which, PKEVENT shown_later)
{
    for (ULONG i = 0; i < wait->count; i++) {
        PKEVENT event = event_of(&wait->blocks[i]);
        LONG before = event->SignalState;

        if (wait->type == WaitAll || i == which)
            consume(event);
        if (event != shown_later)
            show_state(event, before);
    }
}

void linux_wait_finish(struct linux_wait *wait, NTSTATUS status)
{
    for (ULONG i = 0; i < wait->count; i++)
        RemoveEntryList(&wait->blocks[i].WaitListEntry);
    wait->done = true;
    wait->status = status;
    if (wait->clock == LINUX_CLOCK_VIRTUAL)
        linux_virtual_wake(wait);
}

/* Ends waits on the real clock, outside the dispatcher: a thread that is woken runs at once, maybe in place
 * of this one, and finds nothing taken. When it sees that it is released its wait is gone, so may be the
 * events, and the thread itself. */
static void let_out(struct linux_wait *wait)
{
    while (wait) {
        struct linux_wait *next = wait->released_next;
        uint32_t *released = &wait->thread->released;

        __atomic_store_n(released, 1, __ATOMIC_RELEASE);
        linux_futex_wake(released);
        wait = next;
    }
}

/* Releases whom the event's state satisfies, the longest waiting first. Returns those to let out. */
static struct linux_wait *release_waiters(PKEVENT event)
{
    struct linux_wait *released = NULL, **last = &released;
    PLIST_ENTRY entry = event->WaitListHead.Flink;
    ULONG which;

    while (event->SignalState && entry != &event->WaitListHead) {
        struct linux_wait *wait = CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry)->Thread;

        entry = entry->Flink;
        if (!satisfied(wait, &which))
            continue;
        /* The same wait may stand in this list more than once: step over all that leave it. */
        while (entry != &event->WaitListHead &&
               CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry)->Thread == wait)
            entry = entry->Flink;
        consume_for(wait, which, event);
        linux_wait_finish(wait, STATUS_WAIT_0 + (NTSTATUS)which);
        if (wait->clock == LINUX_CLOCK_REAL) {
            *last = wait;
            last = &wait->released_next;
        }
    }
    return released;
}

/* Until the thread is let out. False: the deadline has passed. */
static bool sleep_released(struct linux_thread *thread, uint64_t deadline)
{
    bool in_time = true;

    while (in_time && !__atomic_load_n(&thread->released, __ATOMIC_ACQUIRE))
        in_time = linux_futex_wait(&thread->released, 0, deadline);
    return in_time;
}

/* With the dispatcher held; leaves it. */
static void sleep_until(struct linux_wait *wait, uint64_t deadline)
{
    bool late = false;

    wait->thread->released = 0;
    linux_dispatcher_unlock();
    if (sleep_released(wait->thread, deadline))
        return;
    linux_dispatcher_lock();
    if (wait->done)
        late = true; /* somebody is about to let it out, and knows it until then */
    else
        linux_wait_finish(wait, STATUS_TIMEOUT);
    linux_dispatcher_unlock();
    if (late)
        sleep_released(wait->thread, NEVER);
}

/* With the dispatcher held. */
static void enlist(struct linux_wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++) {
        KWAIT_BLOCK *block = &wait->blocks[i];

        block->Thread = wait;
        block->WaitKey = i;
        InsertTailList(&event_of(block)->WaitListHead, &block->WaitListEntry);
    }
}

/* With the dispatcher held; leaves it. */
static void block(struct linux_wait *wait, uint64_t deadline)
{
    wait->thread = &linux_self;
    enlist(wait);
    if (wait->clock == LINUX_CLOCK_REAL) {
        sleep_until(wait, deadline);
        return;
    }
    linux_virtual_wait(wait, deadline);
    linux_dispatcher_unlock();
}

static NTSTATUS wait_for(struct linux_wait *wait, bool poll, uint64_t deadline)
{
    ULONG which;

    linux_schedule_point(LINUX_POINT_WAIT);
    linux_dispatcher_lock();
    if (satisfied(wait, &which)) {
        consume_for(wait, which, NULL);
        wait->status = STATUS_WAIT_0 + (NTSTATUS)which;
    } else if (poll) {
        wait->status = STATUS_TIMEOUT;
    } else {
        block(wait, deadline);
        return wait->status;
    }
    linux_dispatcher_unlock();
    return wait->status;
}

void linux_wait_until(enum linux_clock clock, uint64_t deadline)
{
    struct linux_wait wait = {.clock = clock, .type = WaitAll};

    wait_for(&wait, false, deadline);
}

NTSTATUS linux_event_wait(void *host, PKEVENT event, uint64_t timeout)
{
    enum linux_clock clock = ((struct linux_host *)host)->clock;
    KWAIT_BLOCK block = {.Object = event};
    struct linux_wait wait = {.clock = clock, .blocks = &block, .count = 1, .type = WaitAny};

    linux_require_at_most("event_wait", timeout ? APC_LEVEL : DISPATCH_LEVEL);
    return wait_for(&wait, timeout == 0, linux_time_after(linux_clock_now(clock), timeout));
}

/* Polling is legal at DISPATCH_LEVEL; waiting is not. */
static void require_wait_level(const char *routine, const LARGE_INTEGER *timeout)
{
    bool poll = timeout && timeout->QuadPart == 0;

    if (linux_self.level.irql > (poll ? DISPATCH_LEVEL : APC_LEVEL))
        linux_bug_check("%s%s was called at IRQL %u, above %u", routine,
                        poll ? "" : " with a timeout that is not 0", linux_self.level.irql,
                        poll ? DISPATCH_LEVEL : APC_LEVEL);
}

NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType, KWAIT_REASON WaitReason,
                                  KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                  PKWAIT_BLOCK WaitBlockArray)
{
    KWAIT_BLOCK own[THREAD_WAIT_OBJECTS];
    struct linux_wait wait = {.clock = linux_thread_clock(), .count = Count, .type = WaitType};

    UNREFERENCED_PARAMETER(WaitReason);
    UNREFERENCED_PARAMETER(WaitMode);
    UNREFERENCED_PARAMETER(Alertable);
    require_wait_level("KeWaitForMultipleObjects", Timeout);
    if (Count == 0 || Count > (WaitBlockArray ? MAXIMUM_WAIT_OBJECTS : THREAD_WAIT_OBJECTS))
        linux_bug_check("KeWaitForMultipleObjects at IRQL %u was given %u objects %s wait blocks",
                        linux_self.level.irql, Count, WaitBlockArray ? "and" : "without");
    wait.blocks = WaitBlockArray ? WaitBlockArray : own;
    for (ULONG i = 0; i < Count; i++)
        wait.blocks[i].Object = Object[i];
    return wait_for(&wait, Timeout && Timeout->QuadPart == 0, linux_clock_deadline(wait.clock, Timeout));
}

NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                               BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    require_wait_level("KeWaitForSingleObject", Timeout);
    return KeWaitForMultipleObjects(1, &Object, WaitAny, WaitReason, WaitMode, Alertable, Timeout, NULL);
}

/* ---- Events -------------------------------------------------------------------------------------------- */

VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    Event->Type = Type;
    Event->SignalState = State != FALSE;
    Event->Descriptor = -1;
    InitializeListHead(&Event->WaitListHead);
}

/* Sets the state and releases whom it satisfies; returns the state before. */
static LONG change_state(PKEVENT event, LONG state)
{
    struct linux_wait *released = NULL;
    LONG before;

    linux_schedule_point(LINUX_POINT_EVENT);
    linux_dispatcher_lock();
    before = event->SignalState;
    event->SignalState = state;
    if (state && !before)
        released = release_waiters(event);
    show_state(event, before);
    /* Nobody who was released is let out, or gets past the dispatcher, before this: the event was there. */
    linux_dispatcher_unlock();
    let_out(released);
    return before;
}

LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    UNREFERENCED_PARAMETER(Increment);
    UNREFERENCED_PARAMETER(Wait);
    linux_require_at_most("KeSetEvent", DISPATCH_LEVEL);
    return change_state(Event, 1);
}

LONG KeResetEvent(PRKEVENT Event)
{
    linux_require_at_most("KeResetEvent", DISPATCH_LEVEL);
    return change_state(Event, 0);
}

VOID KeClearEvent(PRKEVENT Event)
{
    linux_require_at_most("KeClearEvent", DISPATCH_LEVEL);
    change_state(Event, 0);
}

LONG KeReadStateEvent(PRKEVENT Event)
{
    LONG state;

    linux_require_at_most("KeReadStateEvent", DISPATCH_LEVEL);
    linux_dispatcher_lock();
    state = Event->SignalState;
    linux_dispatcher_unlock();
    return state;
}

INT HdabusEventDescriptor(PKEVENT Event)
{
    INT descriptor;

    linux_dispatcher_lock();
    if (Event->Descriptor < 0)
        Event->Descriptor = eventfd((unsigned)Event->SignalState, EFD_NONBLOCK | EFD_CLOEXEC);
    descriptor = Event->Descriptor;
    linux_dispatcher_unlock();
    return descriptor;
}

VOID HdabusCloseEventDescriptor(PKEVENT Event)
{
    linux_dispatcher_lock();
    if (Event->Descriptor >= 0)
        close(Event->Descriptor);
    Event->Descriptor = -1;
    linux_dispatcher_unlock();
}
