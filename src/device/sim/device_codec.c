/* SPDX-License-Identifier: BSD-2-Clause */
/* device_codec.c - what sim.h offers at the codecs of a simulated device: each is done under the device's
 * lock, at the time that it is now, and the controller looks whether a codec has something to say. */
#include "codec.h"
#include "device.h"

static struct sim_codec *find_codec(const struct sim_device *device, UCHAR address)
{
    return address < SIM_MAX_CODECS ? device->codecs[address] : NULL;
}

static NTSTATUS leave(struct sim_device *device, bool done)
{
    sim_controller_stir(device->controller);
    sim_device_settle(device);
    pthread_mutex_unlock(&device->lock);
    return done ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS sim_device_hear(struct sim_device *device, UCHAR codec_address, UCHAR pin, hdabus_sink *sink,
                         void *context)
{
    struct sim_codec *codec = find_codec(device, codec_address);

    if (!codec)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    return leave(device, sim_codec_hear(codec, pin, sink, context));
}

NTSTATUS sim_device_feed(struct sim_device *device, UCHAR codec_address, UCHAR pin, hdabus_source *source,
                         void *context)
{
    struct sim_codec *codec = find_codec(device, codec_address);

    if (!codec)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    return leave(device, sim_codec_feed(codec, pin, source, context));
}

NTSTATUS sim_device_connect(struct sim_device *device, UCHAR from_codec, UCHAR from_pin, UCHAR to_codec,
                            UCHAR to_pin)
{
    struct sim_codec *from = find_codec(device, from_codec), *to = find_codec(device, to_codec);
    NTSTATUS status;

    if (!from || !to)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    status = sim_codec_connect(from, from_pin, to, to_pin);
    leave(device, true);
    return status;
}

NTSTATUS sim_device_plug_jack(struct sim_device *device, UCHAR codec_address, UCHAR pin, BOOLEAN plugged)
{
    struct sim_codec *codec = find_codec(device, codec_address);

    if (!codec)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    return leave(device, sim_codec_plug(codec, pin, plugged));
}

NTSTATUS sim_device_gpio(struct sim_device *device, UCHAR codec_address, UCHAR mask, UCHAR levels)
{
    struct sim_codec *codec = find_codec(device, codec_address);

    if (!codec)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    return leave(device, sim_codec_gpio(codec, mask, levels));
}

NTSTATUS sim_device_turn(struct sim_device *device, UCHAR codec_address, UCHAR knob, UCHAR volume)
{
    struct sim_codec *codec = find_codec(device, codec_address);

    if (!codec)
        return STATUS_INVALID_PARAMETER;
    sim_device_enter(device);
    return leave(device, sim_codec_turn(codec, knob, volume));
}
