/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spinlock.c - spin locks, fast mutexes, and the seam's locks.
 *
 * A spin lock is one word, as in the WDK. A waiter spins for a moment and then sleeps on the word (futex(2)):
 * the holder's thread may have been preempted, which no IRQL prevents in user space. A full word is the
 * owner's number, and one bit for sleepers.
 */
#include "internal.h"

#define SLEEPERS ((ULONG_PTR)0x80000000)
#define SPINS    64

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a futex is the first 32 bits of the word");

static bool take(ULONG_PTR *word, ULONG_PTR owner)
{
    ULONG_PTR none = 0;

    return __atomic_compare_exchange_n(word, &none, owner, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Sleeps unless the word is free. Whoever has slept takes the lock with SLEEPERS set: others may sleep still.
 */
static void sleep_on(ULONG_PTR *word)
{
    ULONG_PTR held = __atomic_load_n(word, __ATOMIC_RELAXED);

    if (!held)
        return;
    if (!(held & SLEEPERS) &&
        !__atomic_compare_exchange_n(word, &held, held | SLEEPERS, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    linux_futex_wait(word, (uint32_t)(held | SLEEPERS), NEVER);
}

static uint32_t owner_of(const ULONG_PTR *word)
{
    return (uint32_t)(__atomic_load_n(word, __ATOMIC_RELAXED) & ~SLEEPERS);
}

static void require_not_held(const ULONG_PTR *word, const char *routine)
{
    if (owner_of(word) == linux_thread_number())
        linux_bug_check("%s at IRQL %u: the thread holds this lock already", routine, linux_self.level.irql);
}

static void lock_scheduled(ULONG_PTR *word, const char *routine)
{
    linux_schedule_turn(LINUX_POINT_LOCK);
    require_not_held(word, routine);
    while (!take(word, linux_thread_number()))
        linux_schedule_block(word, owner_of(word));
}

void linux_word_lock(ULONG_PTR *word, const char *routine)
{
    ULONG_PTR self = linux_thread_number();

    if (linux_scheduled()) {
        lock_scheduled(word, routine);
        return;
    }
    for (unsigned spin = 0; spin < SPINS; spin++)
        if (take(word, self))
            return;
    require_not_held(word, routine);
    while (!take(word, self | SLEEPERS))
        sleep_on(word);
}

void linux_word_unlock(ULONG_PTR *word, const char *routine)
{
    ULONG_PTR held;

    if (owner_of(word) != linux_thread_number())
        linux_bug_check("%s at IRQL %u: the thread does not hold this lock", routine, linux_self.level.irql);
    held = __atomic_exchange_n(word, 0, __ATOMIC_RELEASE);
    if (held & SLEEPERS)
        linux_futex_wake(word);
    if (linux_scheduled()) {
        linux_schedule_wake(word);
        linux_schedule_turn(LINUX_POINT_UNLOCK);
    }
}

/* ---- KSPIN_LOCK ---------------------------------------------------------------------------------------- */

KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    KIRQL old;

    linux_require_at_most("KeAcquireSpinLock", DISPATCH_LEVEL);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    linux_word_lock(SpinLock, "KeAcquireSpinLock");
    return old;
}

VOID KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql)
{
    *OldIrql = KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    if (linux_self.level.irql != DISPATCH_LEVEL)
        linux_bug_check("KeReleaseSpinLock was called at IRQL %u, not %u", linux_self.level.irql,
                        DISPATCH_LEVEL);
    linux_word_unlock(SpinLock, "KeReleaseSpinLock");
    linux_irql_lower("KeReleaseSpinLock", NewIrql, linux_thread_clock());
}

VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    linux_require_at_least("KeAcquireSpinLockAtDpcLevel", DISPATCH_LEVEL);
    linux_word_lock(SpinLock, "KeAcquireSpinLockAtDpcLevel");
}

VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    linux_require_at_least("KeReleaseSpinLockFromDpcLevel", DISPATCH_LEVEL);
    linux_word_unlock(SpinLock, "KeReleaseSpinLockFromDpcLevel");
}

/* ---- Fast mutexes -------------------------------------------------------------------------------------- */

/* Count is 1 when free, and 1 less for the owner and each waiter: the event passes ownership on. */
VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    FastMutex->Count = 1;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    FastMutex->OldIrql = PASSIVE_LEVEL;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

static void own(PFAST_MUTEX mutex, KIRQL old)
{
    __atomic_store_n(&mutex->Owner, &linux_self, __ATOMIC_RELAXED);
    mutex->OldIrql = old;
}

VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL old;

    linux_require_at_most("ExAcquireFastMutex", APC_LEVEL);
    if (__atomic_load_n(&FastMutex->Owner, __ATOMIC_RELAXED) == &linux_self)
        linux_bug_check("ExAcquireFastMutex at IRQL %u: the thread holds this mutex already",
                        linux_self.level.irql);
    old = KfRaiseIrql(APC_LEVEL);
    if (InterlockedDecrement(&FastMutex->Count) < 0) {
        __atomic_add_fetch(&FastMutex->Contention, 1, __ATOMIC_RELAXED);
        KeWaitForSingleObject(&FastMutex->Event, Executive, KernelMode, FALSE, NULL);
    }
    own(FastMutex, old);
}

BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL old;

    linux_require_at_most("ExTryToAcquireFastMutex", APC_LEVEL);
    if (InterlockedCompareExchange(&FastMutex->Count, 0, 1) != 1)
        return FALSE;
    old = KfRaiseIrql(APC_LEVEL);
    own(FastMutex, old);
    return TRUE;
}

VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL old = (KIRQL)FastMutex->OldIrql;

    if (__atomic_load_n(&FastMutex->Owner, __ATOMIC_RELAXED) != &linux_self)
        linux_bug_check("ExReleaseFastMutex at IRQL %u: the thread does not hold this mutex",
                        linux_self.level.irql);
    __atomic_store_n(&FastMutex->Owner, NULL, __ATOMIC_RELAXED);
    if (InterlockedIncrement(&FastMutex->Count) <= 0)
        KeSetEvent(&FastMutex->Event, IO_NO_INCREMENT, FALSE);
    linux_irql_lower("ExReleaseFastMutex", old, linux_thread_clock());
}

/* ---- The seam's locks ---------------------------------------------------------------------------------- */

struct linux_lock {
    ULONG_PTR word;
    enum hda_level level;
    KIRQL before; /* the holder's */
};
_Static_assert(sizeof(struct linux_lock) <= sizeof(struct hda_lock), "a lock fits its storage");

static struct linux_lock *lock_of(struct hda_lock *lock)
{
    return (struct linux_lock *)(void *)lock;
}

static KIRQL irql_of(enum hda_level level)
{
    return level == HDA_LEVEL_INTERRUPT ? DEVICE_LEVEL : DISPATCH_LEVEL;
}

void linux_lock_init(void *host, struct hda_lock *lock, enum hda_level level)
{
    (void)host;
    *lock_of(lock) = (struct linux_lock){.level = level};
}

void linux_lock_acquire(void *host, struct hda_lock *hda_lock)
{
    struct linux_lock *lock = lock_of(hda_lock);
    KIRQL before;

    (void)host;
    linux_require_at_most("lock_acquire", irql_of(lock->level));
    before = KfRaiseIrql(irql_of(lock->level));
    linux_word_lock(&lock->word, "lock_acquire");
    lock->before = before;
}

void linux_lock_release(void *host, struct hda_lock *hda_lock)
{
    struct linux_lock *lock = lock_of(hda_lock);
    KIRQL before = lock->before;

    if (linux_self.level.irql != irql_of(lock->level))
        linux_bug_check("lock_release was called at IRQL %u, not %u", linux_self.level.irql,
                        irql_of(lock->level));
    linux_word_unlock(&lock->word, "lock_release");
    linux_irql_lower("lock_release", before, ((struct linux_host *)host)->clock);
}
