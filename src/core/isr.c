/* SPDX-License-Identifier: BSD-2-Clause */
/* isr.c - a client's routine that is called in the interrupt (DDI SetupDmaEngineWithBdl). */
#include "isr.h"

#include "core.h"

void hda_isr_init(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;

    bus->host->lock_init(bus->config.host_context, &engine->isr.lock, HDA_LEVEL_INTERRUPT);
}

void hda_isr_set(struct hda_engine *engine, PHDAUDIO_BDL_ISR routine, PVOID context)
{
    hda_lock(engine->bus, &engine->isr.lock);
    engine->isr.context = context;
    __atomic_store_n(&engine->isr.routine, routine, __ATOMIC_RELAXED);
    hda_unlock(engine->bus, &engine->isr.lock);
}

void hda_isr_wait(struct hda_engine *engine)
{
    if (__atomic_load_n(&engine->isr.routine, __ATOMIC_RELAXED) == NULL)
        return;
    hda_lock(engine->bus, &engine->isr.lock);
    hda_unlock(engine->bus, &engine->isr.lock);
}

/* Most engines have none: they must not cost a lock in each interrupt. */
void hda_isr_call(struct hda_engine *engine, uint32_t causes, uint32_t generation)
{
    struct hda_isr *isr = &engine->isr;

    if (causes == 0 || __atomic_load_n(&isr->routine, __ATOMIC_RELAXED) == NULL)
        return;
    hda_lock(engine->bus, &isr->lock);
    if (isr->routine != NULL && __atomic_load_n(&engine->notify.generation, __ATOMIC_ACQUIRE) == generation)
        isr->routine(isr->context, causes);
    hda_unlock(engine->bus, &isr->lock);
}
