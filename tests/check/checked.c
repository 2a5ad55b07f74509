/* SPDX-License-Identifier: BSD-2-Clause */
/* checked.c - the rig with the checking host: see checked.h. */
#include "checked.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "scenario.h"

struct checked *checked;

static void share(void)
{
    if (checked == NULL)
        checked = mmap(NULL, sizeof(*checked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(checked, MAP_FAILED);
}

static void keep_sentence(void *context, const char *format, va_list arguments)
{
    unsigned index = __atomic_fetch_add(&checked->told, 1, __ATOMIC_ACQ_REL);

    (void)context;
    if (index < SENTENCES)
        vsnprintf(checked->sentences[index], SENTENCE_SIZE, format, arguments);
}

const char *checked_sentence(const char *text)
{
    for (unsigned i = 0; i < checked->told && i < SENTENCES; i++) {
        if (strstr(checked->sentences[i], text) != NULL)
            return checked->sentences[i];
    }
    return NULL;
}

void checked_print(void)
{
    for (unsigned i = 0; i < checked->told && i < SENTENCES; i++)
        print_message("# %s\n", checked->sentences[i]);
}

void checked_set_up_nothing(void)
{
    share();
    memset(checked, 0, sizeof(*checked));
}

void checked_set_up(enum linux_clock clock)
{
    checked_set_up_nothing();
    rig_set_up_shape(clock, NULL);
    rig_plug(0);
    checked->bare = rig.config;
    assert_int_equal(hda_check_create(&rig.config, keep_sentence, NULL, &checked->check), STATUS_SUCCESS);
    rig.config = *hda_check_config(checked->check);
}

static bool live_bdl(void)
{
    HDAUDIO_BUS_INTERFACE_BDL ddi = rig_client_bdl();

    return NT_SUCCESS(scenario_live_bdl(&ddi));
}

static bool live(void)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi = rig_client_v3();

    return NT_SUCCESS(scenario_live(&ddi));
}

bool checked_live_on(void)
{
    return hda_bus_child_count(rig.bus) > 0 && live() && NT_SUCCESS(hda_bus_suspend(rig.bus)) &&
           NT_SUCCESS(hda_bus_resume(rig.bus)) && live_bdl();
}

bool checked_live(void)
{
    bool works;

    if (!NT_SUCCESS(hda_bus_start(&rig.config, &rig.bus)))
        return false;
    works = checked_live_on();
    rig_stop();
    return works;
}

unsigned checked_tear_down(void)
{
    unsigned faults;

    faults = hda_check_destroy(checked->check);
    rig.host_ops = linux_host_ops;
    rig.device_ops = sim_device_ops;
    sim_device_destroy(rig.device);
    linux_host_destroy(rig.host);
    return faults;
}
