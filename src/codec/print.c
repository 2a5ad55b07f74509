/* SPDX-License-Identifier: BSD-2-Clause */
/* print.c - a codec in the ALSA dump format. */
#include "print.h"

#include <hdacodec.h>
#include <inttypes.h>
#include <wdm.h>

#include "words.h"

/* A word that a line has while a bit of its value is set. */
struct mark {
    uint32_t bit;
    const char *word;
};

static void print_marks(FILE *stream, const struct mark *marks, unsigned count, uint32_t value)
{
    unsigned i;

    for (i = 0; i < count; i++)
        if (value & marks[i].bit)
            fprintf(stream, "%s", marks[i].word);
}

#define PRINT_MARKS(stream, marks, value) print_marks(stream, marks, RTL_NUMBER_OF(marks), value)

static unsigned node_type(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

/* ---- What function groups and widgets have ------------------------------------------------------- */

static void print_pcm(FILE *stream, const struct codec_dump_pcm *pcm)
{
    static const struct mark formats[] = {
        {HDA_STREAM_FORMAT_PCM, " PCM"},
        {HDA_STREAM_FORMAT_FLOAT32, " FLOAT"},
        {HDA_STREAM_FORMAT_AC3, " AC3"},
    };
    uint32_t rates = pcm->sizes_rates & 0xFFF, sizes = pcm->sizes_rates >> 16 & 0xFF;
    unsigned i;

    fprintf(stream, "    rates [0x%" PRIx32 "]:", rates);
    for (i = 0; i < PCM_RATES; i++)
        if (rates >> i & 1)
            fprintf(stream, " %u", pcm_rate(i));
    fprintf(stream, "\n    bits [0x%" PRIx32 "]:", sizes);
    for (i = 0; i < PCM_SIZES; i++)
        if (sizes >> i & 1)
            fprintf(stream, " %u", pcm_size(i));
    fprintf(stream, "\n    formats [0x%" PRIx32 "]:", pcm->formats & 0xF);
    PRINT_MARKS(stream, formats, pcm->formats);
    fputc('\n', stream);
}

static void print_amp_caps(FILE *stream, const char *title, const struct codec_dump_amp_caps *amp)
{
    if (!amp->known)
        fprintf(stream, "%s caps: N/A\n", title);
    else
        fprintf(stream, "%s caps: ofs=0x%02x, nsteps=0x%02x, stepsize=0x%02x, mute=%d\n", title,
                amp->caps >> HDA_AMP_CAPS_OFFSET_SHIFT & 0x7F, amp->caps >> HDA_AMP_CAPS_STEPS_SHIFT & 0x7F,
                amp->caps >> HDA_AMP_CAPS_SIZE_SHIFT & 0x7F, (amp->caps & HDA_AMP_CAPS_MUTE) != 0);
}

static void print_power(FILE *stream, const struct codec_dump_power *power)
{
    static const struct mark states[] = {
        {1u << 0, " D0"},     {1u << 1, " D1"},        {1u << 2, " D2"},       {1u << 3, " D3"},
        {1u << 4, " D3cold"}, {1u << 29, " S3D3cold"}, {1u << 30, " CLKSTOP"}, {1u << 31, " EPSS"},
    };
    static const struct mark flags[] = {
        {0x100, ", Error"},
        {0x200, ", Clock-stop-OK"},
        {0x400, ", Setting-reset"},
    };

    if (power->states_known) {
        fprintf(stream, "  Power states: ");
        PRINT_MARKS(stream, states, power->states);
        fputc('\n', stream);
    }
    fprintf(stream, "  Power: setting=%s, actual=%s", power_state_word(power->setting),
            power_state_word(power->actual));
    PRINT_MARKS(stream, flags, power->flags);
    fputc('\n', stream);
}

/* ---- The function group -------------------------------------------------------------------------- */

static void print_head(const struct codec_dump *dump, FILE *stream)
{
    fprintf(stream, "Codec: %s\nAddress: %u\n", dump->name, dump->address);
    if (dump->audio_group)
        fprintf(stream, "AFG Function Id: 0x%x (unsol %d)\n", HDA_FUNCTION_AUDIO, dump->audio_unsolicited);
    if (dump->modem_group)
        fprintf(stream, "MFG Function Id: 0x%x (unsol %d)\n", HDA_FUNCTION_MODEM, dump->modem_unsolicited);
    fprintf(stream, "Vendor Id: 0x%08" PRIx32 "\n", dump->vendor_id);
    fprintf(stream, "Subsystem Id: 0x%08" PRIx32 "\n", dump->subsystem_id);
    fprintf(stream, "Revision Id: 0x%" PRIx32 "\n", dump->revision_id);
    if (dump->modem_group)
        fprintf(stream, "Modem Function Group: 0x%x\n", dump->modem_group);
    else
        fprintf(stream, "No Modem Function Group found\n");
}

/* HDA 7.3.4.14 */
static void print_gpio(const struct codec_dump *dump, FILE *stream)
{
    unsigned count = dump->gpio & 0xFF, i;

    fprintf(stream, "GPIO: io=%u, o=%u, i=%u, unsolicited=%u, wake=%u\n", count, dump->gpio >> 8 & 0xFF,
            dump->gpio >> 16 & 0xFF, dump->gpio >> 30 & 1, dump->gpio >> 31);
    for (i = 0; i < count && count <= CODEC_DUMP_GPIOS; i++) {
        const struct codec_dump_gpio *gpio = &dump->gpios[i];

        fprintf(stream, "  IO[%u]: enable=%d, dir=%d, wake=%d, sticky=%d, data=%d, unsol=%d\n", i,
                gpio->enable, gpio->output, gpio->wake, gpio->sticky, gpio->data, gpio->unsolicited);
    }
}

static void print_audio_group(const struct codec_dump *dump, FILE *stream)
{
    fprintf(stream, "Default PCM:\n");
    print_pcm(stream, &dump->pcm);
    print_amp_caps(stream, "Default Amp-In", &dump->input_amp);
    print_amp_caps(stream, "Default Amp-Out", &dump->output_amp);
    fprintf(stream, "State of AFG node 0x%02x:\n", dump->audio_group);
    print_power(stream, &dump->power);
    print_gpio(dump, stream);
}

/* ---- Pins ---------------------------------------------------------------------------------------- */

/* Realtek means something else by the bit that says HDMI. */
static void print_pin_interface(const struct codec_dump *dump, FILE *stream, uint32_t caps)
{
    if (!(caps & HDA_PIN_CAPS_HDMI))
        return;
    if (dump->vendor_id >> 16 == 0x10EC)
        fprintf(stream, " R/L");
    else
        fprintf(stream, "%s HDMI", caps & HDA_PIN_CAPS_HBR ? " HBR" : "");
}

static void print_pin_caps(const struct codec_dump *dump, FILE *stream, uint32_t caps)
{
    static const struct mark before[] = {
        {HDA_PIN_CAPS_INPUT, " IN"},        {HDA_PIN_CAPS_OUTPUT, " OUT"},
        {HDA_PIN_CAPS_HEADPHONE, " HP"},    {HDA_PIN_CAPS_EAPD, " EAPD"},
        {HDA_PIN_CAPS_PRESENCE, " Detect"}, {HDA_PIN_CAPS_BALANCED, " Balanced"},
    };
    static const struct mark behind[] = {
        {HDA_PIN_CAPS_DISPLAYPORT, " DP"},
        {HDA_PIN_CAPS_TRIGGER, " Trigger"},
        {HDA_PIN_CAPS_IMPEDANCE, " ImpSense"},
    };
    static const struct mark references[] = {
        {0x0100, " HIZ"}, {0x0200, " 50"}, {0x0400, " GRD"}, {0x1000, " 80"}, {0x2000, " 100"},
    };

    fprintf(stream, "  Pincap 0x%08" PRIx32 ":", caps);
    PRINT_MARKS(stream, before, caps);
    print_pin_interface(dump, stream, caps);
    PRINT_MARKS(stream, behind, caps);
    fputc('\n', stream);
    if (!(caps & HDA_PIN_CAPS_VREF))
        return;
    fprintf(stream, "    Vref caps:");
    PRINT_MARKS(stream, references, caps);
    fputc('\n', stream);
}

static void print_eapd(FILE *stream, uint32_t eapd)
{
    static const struct mark marks[] = {
        {HDA_EAPD_BALANCED, " BALANCED"},
        {HDA_EAPD_ENABLE, " EAPD"},
        {HDA_EAPD_SWAP, " R/L"},
    };

    fprintf(stream, "  EAPD 0x%" PRIx32 ":", eapd);
    PRINT_MARKS(stream, marks, eapd);
    fputc('\n', stream);
}

static void print_pin_default(FILE *stream, uint32_t config)
{
    fprintf(stream, "  Pin Default 0x%08" PRIx32 ": [%s] %s at %s %s\n", config, port_word(config),
            device_word(config), place_word(config), location_word(config));
    fprintf(stream, "    Conn = %s, Color = %s\n", connector_word(config), color_word(config));
    fprintf(stream, "    DefAssociation = 0x%" PRIx32 ", Sequence = 0x%" PRIx32 "\n",
            config >> HDA_CONFIG_ASSOCIATION_SHIFT & 0xF, config >> HDA_CONFIG_SEQUENCE_SHIFT & 0xF);
    if (config & HDA_CONFIG_NO_PRESENCE)
        fprintf(stream, "    Misc = NO_PRESENCE\n");
}

/* HDA 7.3.3.13 */
static void print_pin_control(FILE *stream, uint32_t control, bool has_reference)
{
    static const struct mark marks[] = {
        {HDA_PIN_CONTROL_INPUT, " IN"},
        {HDA_PIN_CONTROL_OUTPUT, " OUT"},
        {HDA_PIN_CONTROL_HEADPHONE, " HP"},
    };
    static const char *const references[8] = {
        " VREF_HIZ", " VREF_50", " VREF_GRD", "", " VREF_80", " VREF_100", "", "",
    };

    fprintf(stream, "  Pin-ctls: 0x%02" PRIx32 ":", control);
    PRINT_MARKS(stream, marks, control);
    fprintf(stream, "%s\n", has_reference ? references[control & 7] : "");
}

static void print_pin(const struct codec_dump *dump, FILE *stream, const struct codec_dump_node *node)
{
    print_pin_caps(dump, stream, node->pin_caps);
    if (node->pin_caps & HDA_PIN_CAPS_EAPD)
        print_eapd(stream, node->eapd);
    print_pin_default(stream, node->pin_default);
    print_pin_control(stream, node->pin_control, node->pin_caps & HDA_PIN_CAPS_VREF);
}

/* ---- Converters and knobs ------------------------------------------------------------------------ */

/* HDA 7.3.3.9 */
static void print_digital(FILE *stream, uint32_t digital)
{
    static const struct mark marks[] = {
        {0x01, " Enabled"},     {0x02, " Validity"},      {0x04, " ValidityCfg"},
        {0x08, " Preemphasis"}, {0x10, " Non-Copyright"}, {0x20, " Non-Audio"},
        {0x40, " Pro"},         {0x80, " GenLevel"},      {0x800000, " KAE"},
    };

    fprintf(stream, "  Digital:");
    PRINT_MARKS(stream, marks, digital);
    fprintf(stream, "\n  Digital category: 0x%" PRIx32 "\n", digital >> 8 & 0x7F);
    fprintf(stream, "  IEC Coding Type: 0x%" PRIx32 "\n", digital >> 16 & 0xF);
}

static void print_converter(FILE *stream, const struct codec_dump_node *node)
{
    fprintf(stream, "  Converter: stream=%u, channel=%u\n", node->stream, node->channel);
    if (node_type(node) == HDA_WIDGET_AUDIO_INPUT)
        fprintf(stream, "  SDI-Select: %u\n", node->sdi_select);
    if (node->caps & HDA_WIDGET_DIGITAL)
        print_digital(stream, node->digital);
    if (node->caps & HDA_WIDGET_FORMAT_OVERRIDE) {
        fprintf(stream, "  PCM:\n");
        print_pcm(stream, &node->pcm);
    }
}

static void print_knob(FILE *stream, const struct codec_dump_node *node)
{
    fprintf(stream, "  Volume-Knob: delta=%" PRIu32 ", steps=%" PRIu32 ", direct=%d, val=%d\n",
            node->knob >> 7 & 1, node->knob & 0x7F, node->knob_value >> 7, node->knob_value & 0x7F);
}

/* ---- Widgets ------------------------------------------------------------------------------------- */

static void print_channels(FILE *stream, uint32_t caps)
{
    unsigned extension = caps >> HDA_WIDGET_CHANNELS_SHIFT & 7;

    if (!(caps & HDA_WIDGET_STEREO))
        fprintf(stream, " Mono");
    else if (extension == 0)
        fprintf(stream, " Stereo");
    else
        fprintf(stream, " %u-Channels", 2 * extension + 2);
}

static void print_title(FILE *stream, const struct codec_dump_node *node)
{
    static const struct mark marks[] = {
        {HDA_WIDGET_DIGITAL, " Digital"},    {HDA_WIDGET_INPUT_AMP, " Amp-In"},
        {HDA_WIDGET_OUTPUT_AMP, " Amp-Out"}, {HDA_WIDGET_STRIPE, " Stripe"},
        {HDA_WIDGET_SWAP, " R/L"},           {HDA_WIDGET_CONTENT_PROTECTION, " CP"},
    };

    fprintf(stream, "Node 0x%02x [%s] wcaps 0x%" PRIx32 ":", node->nid, widget_type_word(node->caps),
            node->caps);
    print_channels(stream, node->caps);
    PRINT_MARKS(stream, marks, node->caps);
    fputc('\n', stream);
}

static void print_amp(FILE *stream, const char *title, const struct codec_dump_node *node,
                      const struct codec_dump_amp_caps *caps, const struct codec_dump_amp_values *values)
{
    unsigned i;

    print_amp_caps(stream, title, caps);
    fprintf(stream, "%s vals: ", title);
    for (i = 0; i < values->count; i++) {
        fprintf(stream, " [0x%02x", values->values[i][0]);
        if (node->caps & HDA_WIDGET_STEREO)
            fprintf(stream, " 0x%02x", values->values[i][1]);
        fputc(']', stream);
    }
    fputc('\n', stream);
}

static void print_kind(const struct codec_dump *dump, FILE *stream, const struct codec_dump_node *node)
{
    switch (node_type(node)) {
    case HDA_WIDGET_AUDIO_OUTPUT:
    case HDA_WIDGET_AUDIO_INPUT:
        print_converter(stream, node);
        break;
    case HDA_WIDGET_PIN:
        print_pin(dump, stream, node);
        break;
    case HDA_WIDGET_VOLUME_KNOB:
        print_knob(stream, node);
        break;
    default:
        break;
    }
}

/* A knob has a list whether it says so or not (HDA 7.2.3.7). */
static bool has_connections(const struct codec_dump_node *node)
{
    return (node->caps & HDA_WIDGET_CONNECTION_LIST) || node_type(node) == HDA_WIDGET_VOLUME_KNOB;
}

static void print_connections(FILE *stream, const struct codec_dump_node *node)
{
    unsigned i;

    fprintf(stream, "  Connection: %u\n", node->connection_count);
    if (node->connection_count == 0)
        return;
    fprintf(stream, "    ");
    for (i = 0; i < node->connection_count; i++)
        fprintf(stream, " 0x%02x%s", node->connections[i], node->selected == (int)i ? "*" : "");
    fputc('\n', stream);
}

static void print_node(const struct codec_dump *dump, FILE *stream, const struct codec_dump_node *node)
{
    unsigned delay = node->caps >> HDA_WIDGET_DELAY_SHIFT & 0xF;

    print_title(stream, node);
    if (node->caps & HDA_WIDGET_INPUT_AMP)
        print_amp(stream, "  Amp-In", node, &node->input_amp, &node->input_values);
    if (node->caps & HDA_WIDGET_OUTPUT_AMP)
        print_amp(stream, "  Amp-Out", node, &node->output_amp, &node->output_values);
    print_kind(dump, stream, node);
    if (node->caps & HDA_WIDGET_UNSOLICITED)
        fprintf(stream, "  Unsolicited: tag=%02x, enabled=%d\n", node->unsolicited & 0x3F,
                (node->unsolicited & HDA_UNSOLICITED_ENABLE) != 0);
    if (node->caps & HDA_WIDGET_POWER)
        print_power(stream, &node->power);
    if (delay)
        fprintf(stream, "  Delay: %u samples\n", delay);
    if (has_connections(node))
        print_connections(stream, node);
    if (node->caps & HDA_WIDGET_PROCESSING)
        fprintf(stream, "  Processing caps: benign=%" PRIu32 ", ncoeff=%" PRIu32 "\n", node->processing & 1,
                node->processing >> 8 & 0xFF);
}

void codec_print(const struct codec_dump *dump, FILE *stream)
{
    unsigned i;

    print_head(dump, stream);
    if (!dump->audio_group)
        return;
    print_audio_group(dump, stream);
    for (i = 0; i < dump->node_count; i++)
        print_node(dump, stream, &dump->nodes[i]);
}
