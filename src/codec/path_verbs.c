/* SPDX-License-Identifier: BSD-2-Clause */
/* path_verbs.c - opening and closing the way between a converter and a pin by verbs (HDA 7.3.3). */
#include "path.h"
#include "path_display.h"
#include "verbs.h"

#define POWER_TRIES    100
#define POWER_INTERVAL -10000ll /* 1 ms, relative, in 100 ns */
#define POWER_MASK     0xFu
#define AMP_INPUTS     16u /* what the index field of an amplifier verb can name */
#define STREAM_SHIFT   4

/* VRef: as the pin's capabilities offer it (HDA 7.3.4.9), and as its control selects it (HDA 7.3.3.13). */
#define VREF_CAPS_50  0x02
#define VREF_CAPS_80  0x10
#define VREF_CAPS_100 0x20
#define VREF_HIZ      0x0
#define VREF_50       0x1
#define VREF_80       0x4
#define VREF_100      0x5

/* ---- Power --------------------------------------------------------------------------------------- */

static void set_power(struct verb_batch *batch, const struct codec *codec, const struct path *path,
                      UCHAR state)
{
    unsigned i;

    batch_set8(batch, codec->group, HDA_SET_POWER_STATE, state);
    for (i = 0; i < path->count; i++)
        if (path->steps[i].widget->caps & HDA_WIDGET_POWER)
            batch_set8(batch, path->steps[i].widget->node, HDA_SET_POWER_STATE, state);
}

/* Asks for all power states at once; answers[path->count] is the function group's. */
static void get_power(struct verb_batch *batch, const struct codec *codec, const struct path *path,
                      ULONG *answers)
{
    unsigned i;

    batch_get8(batch, codec->group, HDA_GET_POWER_STATE, 0, &answers[path->count]);
    for (i = 0; i < path->count; i++) {
        answers[i] = 0;
        if (path->steps[i].widget->caps & HDA_WIDGET_POWER)
            batch_get8(batch, path->steps[i].widget->node, HDA_GET_POWER_STATE, 0, &answers[i]);
    }
}

static bool all_in_d0(const ULONG *answers, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++)
        if ((answers[i] >> HDA_POWER_ACTUAL_SHIFT & POWER_MASK) != HDA_POWER_D0)
            return false;
    return true;
}

/* A widget takes its time to come up: PS-Set is what was asked for, PS-Act what is (HDA 7.3.3.10). */
static NTSTATUS power_up(const struct codec *codec, const struct path *path, struct verb_batch *batch)
{
    LARGE_INTEGER interval = {.QuadPart = POWER_INTERVAL};
    ULONG answers[PATH_MAX_STEPS + 1];
    NTSTATUS status;
    unsigned tries;

    set_power(batch, codec, path, HDA_POWER_D0);
    for (tries = 0; tries < POWER_TRIES; tries++) {
        get_power(batch, codec, path, answers);
        status = batch_send(batch, codec->ddi);
        if (!NT_SUCCESS(status) || all_in_d0(answers, path->count + 1))
            return status;
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    }
    return STATUS_DEVICE_NOT_READY;
}

/* ---- Amplifiers (HDA 7.3.3.7) -------------------------------------------------------------------- */

static ULONG zero_db_step(ULONG amp)
{
    return amp >> HDA_AMP_CAPS_OFFSET_SHIFT & HDA_AMP_GAIN_MASK;
}

static ULONG last_step(ULONG amp)
{
    return amp >> HDA_AMP_CAPS_STEPS_SHIFT & HDA_AMP_GAIN_MASK;
}

/* The step that is 0 dB, or the loudest of an amplifier that ends below it. */
static UCHAR zero_db(ULONG amp)
{
    return (UCHAR)min(zero_db_step(amp), last_step(amp));
}

static bool is_pin(const struct widget *widget)
{
    return widget_type(widget) == HDA_WIDGET_PIN;
}

/* A pin has an amplifier for each direction; all else passes sound from its input to its output. */
static bool uses_amplifier(const struct path *path, const struct widget *widget, ULONG amplifier)
{
    ULONG pins_own = path->direction == PATH_OUT ? HDA_WIDGET_OUTPUT_AMP : HDA_WIDGET_INPUT_AMP;

    return (widget->caps & amplifier) && (!is_pin(widget) || amplifier == pins_own);
}

static bool reaches_0_db(ULONG amp)
{
    return zero_db_step(amp) <= last_step(amp);
}

bool path_reaches_0_db(const struct path *path)
{
    unsigned i;

    for (i = 0; i < path->count; i++) {
        const struct widget *widget = path->steps[i].widget;

        if (uses_amplifier(path, widget, HDA_WIDGET_INPUT_AMP) && !reaches_0_db(widget->input_amp))
            return false;
        if (uses_amplifier(path, widget, HDA_WIDGET_OUTPUT_AMP) && !reaches_0_db(widget->output_amp))
            return false;
    }
    return true;
}

static void set_amplifier(struct verb_batch *batch, UCHAR node, ULONG which, UCHAR value)
{
    batch_set16(batch, node, HDA_SET_AMPLIFIER,
                (USHORT)(which | HDA_AMP_SET_LEFT | HDA_AMP_SET_RIGHT | value));
}

static UCHAR silent(ULONG amp)
{
    return amp & HDA_AMP_CAPS_MUTE ? HDA_AMP_MUTE : 0;
}

/* A mixer adds all its inputs, so that all but one are muted; a selector passes one alone. A pin's input
 * comes from outside, and has index 0. */
static void set_input_amplifiers(struct verb_batch *batch, const struct path_step *step)
{
    const struct widget *widget = step->widget;
    unsigned inputs = is_pin(widget) ? 1 : min(widget->connection_count, AMP_INPUTS), i;

    for (i = 0; i < inputs; i++) {
        if (i == step->input)
            set_amplifier(batch, widget->node, HDA_AMP_SET_INPUT | i << HDA_AMP_SET_INDEX_SHIFT,
                          zero_db(widget->input_amp));
        else if (widget_type(widget) == HDA_WIDGET_MIXER)
            set_amplifier(batch, widget->node, HDA_AMP_SET_INPUT | i << HDA_AMP_SET_INDEX_SHIFT,
                          silent(widget->input_amp));
    }
}

/* ---- The widgets --------------------------------------------------------------------------------- */

/* What stands last takes its sound from outside, or from the stream. */
static bool selects(const struct path *path, unsigned step)
{
    const struct widget *widget = path->steps[step].widget;

    return step + 1 < path->count && widget_type(widget) != HDA_WIDGET_MIXER && widget->connection_count > 1;
}

static void open_step(struct verb_batch *batch, const struct path *path, unsigned step)
{
    const struct widget *widget = path->steps[step].widget;

    if (selects(path, step))
        batch_set8(batch, widget->node, HDA_SET_CONNECTION_SELECT, path->steps[step].input);
    if (uses_amplifier(path, widget, HDA_WIDGET_INPUT_AMP))
        set_input_amplifiers(batch, &path->steps[step]);
    if (uses_amplifier(path, widget, HDA_WIDGET_OUTPUT_AMP))
        set_amplifier(batch, widget->node, HDA_AMP_SET_OUTPUT, zero_db(widget->output_amp));
}

/* ---- The pin (HDA 7.3.3.13) ---------------------------------------------------------------------- */

static unsigned default_device(const struct widget *pin)
{
    return pin->config_default >> HDA_CONFIG_DEVICE_SHIFT & 0xF;
}

static bool is_headphone(const struct widget *pin)
{
    return (pin->pin_caps & HDA_PIN_CAPS_HEADPHONE) && default_device(pin) == HDA_DEVICE_HEADPHONE;
}

/* A microphone may need a voltage: 80 % of the supply's or, where the pin has no such, another. All else is
 * left without. */
static UCHAR voltage(const struct widget *pin)
{
    static const struct {
        UCHAR caps, control;
    } voltages[] = {
        {VREF_CAPS_80, VREF_80},
        {VREF_CAPS_50, VREF_50},
        {VREF_CAPS_100, VREF_100},
    };
    unsigned i;

    if (default_device(pin) != HDA_DEVICE_MIC)
        return VREF_HIZ;
    for (i = 0; i < RTL_NUMBER_OF(voltages); i++)
        if (pin->pin_caps >> HDA_PIN_CAPS_VREF_SHIFT & voltages[i].caps)
            return voltages[i].control;
    return VREF_HIZ;
}

static UCHAR pin_control(const struct path *path)
{
    const struct widget *pin = path_pin(path);

    if (path->direction == PATH_IN)
        return HDA_PIN_CONTROL_INPUT | voltage(pin);
    return is_headphone(pin) ? HDA_PIN_CONTROL_OUTPUT | HDA_PIN_CONTROL_HEADPHONE : HDA_PIN_CONTROL_OUTPUT;
}

/* An external amplifier makes louder what leaves the pin. */
static bool uses_eapd(const struct path *path)
{
    return path->direction == PATH_OUT && (path_pin(path)->pin_caps & HDA_PIN_CAPS_EAPD);
}

static bool uses_display(const struct path *path)
{
    return path->direction == PATH_OUT && is_display(path_pin(path));
}

static void open_pin(struct verb_batch *batch, const struct path *path, HDAUDIO_CONVERTER_FORMAT format)
{
    UCHAR node = path_pin(path)->node;

    if (uses_display(path))
        display_open(batch, path_pin(path), format.NumberOfChannels + 1u);
    if (uses_eapd(path))
        batch_set8(batch, node, HDA_SET_EAPD, HDA_EAPD_ENABLE);
    batch_set8(batch, node, HDA_SET_PIN_CONTROL, pin_control(path));
}

/* ---- The converter, and all of it ---------------------------------------------------------------- */

static void open_converter(struct verb_batch *batch, const struct path *path, HDAUDIO_CONVERTER_FORMAT format,
                           UCHAR stream)
{
    const struct widget *converter = path_converter(path);

    batch_set16(batch, converter->node, HDA_SET_CONVERTER_FORMAT, format.ConverterFormat);
    batch_set8(batch, converter->node, HDA_SET_STREAM_CHANNEL,
               (UCHAR)(stream << STREAM_SHIFT | path->channel));
    if (!(converter->caps & HDA_WIDGET_DIGITAL))
        return;
    batch_set8(batch, converter->node, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
    if (widget_channels(converter) > 2)
        batch_set8(batch, converter->node, HDA_SET_CHANNEL_COUNT, format.NumberOfChannels);
}

NTSTATUS path_open(const struct codec *codec, const struct path *path, HDAUDIO_CONVERTER_FORMAT format,
                   UCHAR stream)
{
    struct verb_batch batch;
    NTSTATUS status;
    unsigned i;

    batch_init(&batch, codec->address);
    status = power_up(codec, path, &batch);
    if (NT_SUCCESS(status)) {
        open_converter(&batch, path, format, stream);
        for (i = path->count; i > 0; i--)
            open_step(&batch, path, i - 1);
        open_pin(&batch, path, format);
        status = batch_send(&batch, codec->ddi);
    }
    batch_free(&batch);
    if (!NT_SUCCESS(status))
        path_close(codec, path);
    return status;
}

NTSTATUS path_close(const struct codec *codec, const struct path *path)
{
    const struct widget *pin = path_pin(path), *converter = path_converter(path);
    struct verb_batch batch;
    NTSTATUS status;

    batch_init(&batch, codec->address);
    batch_set8(&batch, pin->node, HDA_SET_PIN_CONTROL, 0);
    if (uses_eapd(path))
        batch_set8(&batch, pin->node, HDA_SET_EAPD, 0);
    if (uses_display(path))
        display_close(&batch, pin);
    batch_set8(&batch, converter->node, HDA_SET_STREAM_CHANNEL, 0);
    if (converter->caps & HDA_WIDGET_DIGITAL)
        batch_set8(&batch, converter->node, HDA_SET_DIGITAL_CONTROL_1, 0);
    set_power(&batch, codec, path, HDA_POWER_D3);
    status = batch_send(&batch, codec->ddi);
    batch_free(&batch);
    return status;
}
