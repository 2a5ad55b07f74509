/* SPDX-License-Identifier: BSD-2-Clause */
/* jacks.c - what is plugged into a simulated device's jacks, and pulled out, at a time. */
#include "jacks.h"

#include <stdlib.h>
#include <string.h>

#include "device/sim/controller.h"
#include "device/sim/sim_device.h"

#define LONGEST 1000000000 /* ms */

/* ---- Options --------------------------------------------------------------------------------- */

/* In C notation, as commands take pins. */
static bool read_pin(const char *text, unsigned *pin)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);

    *pin = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value > 0 && value <= UINT8_MAX;
}

bool open_jacks_add(struct open_jacks *jacks, const char *value, bool plugged)
{
    char text[32], *time = text, *pin;
    struct open_jack *jack = &jacks->jack[jacks->count];

    if (jacks->count == OPEN_JACKS || strlen(value) >= sizeof(text))
        return false;
    strcpy(text, value);
    pin = strsep(&time, "@");
    *jack = (struct open_jack){.plugged = plugged};
    if (!read_pin(pin, &jack->pin) || (time != NULL && !open_parse_number(time, LONGEST, &jack->ms)))
        return false;
    jacks->count++;
    return true;
}

/* ---- Doing it -------------------------------------------------------------------------------- */

static bool set_jack(struct sim_device *device, const struct open_jack *jack, bool plugged)
{
    bool found = false;

    for (UCHAR address = 0; address < SIM_MAX_CODECS; address++)
        found |= NT_SUCCESS(sim_device_plug_jack(device, address, (UCHAR)jack->pin, plugged));
    return found;
}

static void change(void *context)
{
    const struct open_jack *jack = context;

    set_jack(jack->jacks->bus->sim, jack, jack->plugged);
}

/* All jacks have something plugged in at first: one that is to be plugged in later is empty until then. */
static NTSTATUS begin(struct open_request *request, struct open_jack *jack)
{
    struct hdabus *bus = request->bus;

    if (!set_jack(bus->sim, jack, jack->ms > 0 ? !jack->plugged : jack->plugged))
        return open_fail(request, STATUS_NO_SUCH_DEVICE,
                         "no codec has a jack at pin 0x%02x that can tell whether something is plugged in",
                         jack->pin);
    if (jack->ms == 0)
        return STATUS_SUCCESS;
    linux_host_ops.work_queue(bus->host, &jack->work, jack->ms * NS_PER_MS);
    return STATUS_SUCCESS;
}

/* What comes first says what there is at first. */
NTSTATUS open_jacks_plan(struct open_request *request, const struct open_jacks *jacks)
{
    struct open_jacks *kept;
    NTSTATUS status = STATUS_SUCCESS;

    if (jacks->count == 0)
        return STATUS_SUCCESS;
    kept = malloc(sizeof(*kept));
    if (kept == NULL)
        return open_fail(request, STATUS_NO_MEMORY, "memory has run out");
    *kept = *jacks;
    kept->bus = request->bus;
    request->bus->jacks = kept;
    for (unsigned i = 0; i < kept->count; i++) {
        kept->jack[i].jacks = kept;
        linux_host_ops.work_init(request->bus->host, &kept->jack[i].work, HDA_LEVEL_DISPATCH, change,
                                 &kept->jack[i]);
    }
    for (unsigned i = kept->count; i > 0 && NT_SUCCESS(status); i--)
        status = begin(request, &kept->jack[i - 1]);
    return status;
}

void open_jacks_release(struct hdabus *bus)
{
    if (bus->jacks == NULL)
        return;
    for (unsigned i = 0; i < bus->jacks->count; i++)
        linux_host_ops.work_cancel(bus->host, &bus->jacks->jack[i].work);
    free(bus->jacks);
}
