/* SPDX-License-Identifier: BSD-2-Clause */
/* sim_options.c - reading the options of the simulated controller. */
#include "sim_options.h"

#include <stdlib.h>
#include <string.h>

#include "checked.h"

#define DEFAULT_FRAGMENT 64
#define MAX_FRAGMENT     65536
#define MAX_ONE_WAY      15     /* GCAP has four bits for inputs, and for outputs (HDA 3.3.2) */
#define MAX_PAYLOAD      0x3FFF /* words: 13:0 of OUTSTRMPAY */
#define MAX_COUNT        1000000
#define MAX_LATE         10000 /* milliseconds */
#define DEFAULT_LATE     5
#define FRAMES_PER_MS    48
#define MAX_REMOVAL      1000000000 /* ms */

/* ---- Options --------------------------------------------------------------------------------- */

/* Sets *choice to 0 or 1 by which of the two words the value is. */
static bool choose(const char *value, const char *first, const char *second, bool *choice)
{
    *choice = strcmp(value, second) == 0;
    return *choice || strcmp(value, first) == 0;
}

static bool set_clock(void *context, const char *value)
{
    struct sim_options *options = context;
    bool real;

    if (!choose(value, "virtual", "real", &real))
        return false;
    options->clock = real ? LINUX_CLOCK_REAL : LINUX_CLOCK_VIRTUAL;
    return true;
}

static bool set_check(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_checked_set(value, &options->check);
}

static bool set_codec(void *context, const char *value)
{
    struct sim_options *options = context;

    if (*value == '\0' || options->codec_count == SIM_MAX_CODECS)
        return false;
    options->codecs[options->codec_count++] = value;
    return true;
}

static bool set_machine(void *context, const char *value)
{
    struct sim_options *options = context;

    if (*value == '\0' || options->machine != NULL)
        return false;
    options->machine = value;
    return true;
}

/* ---- Bad codecs ------------------------------------------------------------------------------ */

/* A kind that takes no value. */
static bool *plain_vice(struct sim_vices *vices, const char *kind)
{
    if (strcmp(kind, "silent") == 0)
        return &vices->silent;
    if (strcmp(kind, "twice") == 0)
        return &vices->twice;
    if (strcmp(kind, "flood") == 0)
        return &vices->flood;
    return NULL;
}

/* slow or slow=MILLISECONDS; `value` is what stands behind the equals sign, or NULL. */
static bool set_late(struct sim_vices *vices, const char *value)
{
    unsigned late = DEFAULT_LATE;

    if (value != NULL && (!open_parse_number(value, MAX_LATE, &late) || late == 0))
        return false;
    vices->late = late * FRAMES_PER_MS;
    return true;
}

static bool set_impostor(struct sim_vices *vices, const char *value)
{
    unsigned address;

    if (value == NULL || !open_parse_number(value, SIM_MAX_CODECS - 1, &address))
        return false;
    vices->impostor = true;
    vices->poses_as = (uint8_t)address;
    return true;
}

/* Cuts the text in place. */
static bool set_vice(struct sim_vices *vices, char *kind)
{
    char *value = strchr(kind, '=');
    bool *plain;

    if (value != NULL)
        *value++ = '\0';
    if (strcmp(kind, "slow") == 0)
        return set_late(vices, value);
    if (strcmp(kind, "impostor") == 0)
        return set_impostor(vices, value);
    plain = plain_vice(vices, kind);
    if (plain == NULL || value != NULL)
        return false;
    *plain = true;
    return true;
}

/* ADDRESS:KIND, or several kinds with '+' between them. */
static bool set_bad(void *context, const char *value)
{
    struct sim_options *options = context;
    char text[80], *rest = text, *kind;
    unsigned address;

    if (strlen(value) >= sizeof(text))
        return false;
    strcpy(text, value);
    if (!open_parse_number(strsep(&rest, ":"), SIM_MAX_CODECS - 1, &address) || rest == NULL)
        return false;
    while ((kind = strsep(&rest, "+")) != NULL) {
        if (!set_vice(&options->bad[address], kind))
            return false;
    }
    options->bad_codecs |= (uint16_t)(1u << address);
    return true;
}

/* ---- How it interrupts, and memory ----------------------------------------------------------- */

static bool set_irq(void *context, const char *value)
{
    struct sim_options *options = context;

    return choose(value, "msi", "level", &options->device.level_interrupts);
}

/* Hexadecimal digits, one to four; moves on behind them. */
static bool read_id(const char **text, uint16_t *id)
{
    size_t digits = strspn(*text, "0123456789abcdefABCDEF");

    *id = (uint16_t)strtoul(*text, NULL, 16);
    *text += digits;
    return digits > 0 && digits <= 4;
}

/* No device has FFFFh of either; 0 is nobody's vendor id. */
static bool set_pci(void *context, const char *value)
{
    struct sim_options *options = context;
    uint16_t vendor, device;

    if (!read_id(&value, &vendor) || *value++ != ':' || !read_id(&value, &device) || *value != '\0' ||
        vendor == 0 || vendor == UINT16_MAX || device == UINT16_MAX)
        return false;
    options->device.vendor_id = vendor;
    options->device.device_id = device;
    return true;
}

static bool set_fragment(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_parse_number(value, MAX_FRAGMENT, &options->device.fragment_pages);
}

static bool set_remove(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_parse_number(value, MAX_REMOVAL, &options->removal);
}

static bool set_plug(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_jacks_add(&options->jacks, value, true);
}

static bool set_unplug(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_jacks_add(&options->jacks, value, false);
}

/* ---- Options that make up the controller's shape ---------------------------------------------- */

/* A shape as a whole would undo what options before it have changed. */
static bool set_shape(void *context, const char *value)
{
    struct sim_options *options = context;
    bool qemu;

    if (options->shaped || !choose(value, "plain", "qemu", &qemu))
        return false;
    options->shape = qemu ? sim_qemu_shape : sim_default_shape;
    return true;
}

static struct sim_shape *shape_of(void *context)
{
    struct sim_options *options = context;

    options->shaped = true;
    return &options->shape;
}

/* Which of `words`, which end with NULL, the value is; false: none. */
static bool choose_word(const char *value, const char *const *words, unsigned *choice)
{
    for (*choice = 0; words[*choice] != NULL; (*choice)++) {
        if (strcmp(value, words[*choice]) == 0)
            return true;
    }
    return false;
}

static bool set_quirks(void *context, const char *value)
{
    static const char *const words[] = {"none", "ssync34", "32bit", "40bit", "4k", "lpib", NULL};
    static const uint32_t quirks[] = {
        0,
        HDA_QUIRK_SSYNC_AT_34,
        HDA_QUIRK_NO_64_BIT,
        HDA_QUIRK_40_BIT,
        HDA_QUIRK_4K_FRAGMENTS,
        HDA_QUIRK_LINK_POSITIONS,
    };
    struct sim_options *options = context;
    char text[64], *rest = text, *word;
    unsigned choice;

    if (strlen(value) >= sizeof(text))
        return false;
    strcpy(text, value);
    options->quirks_given = true;
    options->quirks = 0;
    while ((word = strsep(&rest, "+")) != NULL) {
        if (!choose_word(word, words, &choice))
            return false;
        options->quirks |= quirks[choice];
    }
    return true;
}

static bool set_inputs(void *context, const char *value)
{
    return open_parse_number(value, MAX_ONE_WAY, &shape_of(context)->inputs);
}

static bool set_outputs(void *context, const char *value)
{
    return open_parse_number(value, MAX_ONE_WAY, &shape_of(context)->outputs);
}

static bool set_bidirectional(void *context, const char *value)
{
    return open_parse_number(value, SIM_MAX_STREAMS, &shape_of(context)->bidirectional);
}

static bool set_lines(void *context, const char *value)
{
    static const char *const words[] = {"1", "2", "4", NULL};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->output_lines = 1u << choice;
    return true;
}

/* Sizes with '+' between them. */
static bool set_rings(void *context, const char *value)
{
    static const char *const words[] = {"2", "16", "256", NULL};
    char text[16], *rest = text, *word;
    uint8_t sizes = 0;
    unsigned choice;

    if (strlen(value) >= sizeof(text))
        return false;
    strcpy(text, value);
    while ((word = strsep(&rest, "+")) != NULL) {
        if (!choose_word(word, words, &choice))
            return false;
        sizes |= (uint8_t)(0x10u << choice);
    }
    shape_of(context)->ring_sizes = sizes;
    return true;
}

static bool set_address64(void *context, const char *value)
{
    static const char *const words[] = {"no", "yes", "broken", NULL};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->address64 = (enum sim_address64)choice;
    return true;
}

static bool set_words(const char *value, uint16_t *payload)
{
    unsigned words;

    if (!open_parse_number(value, MAX_PAYLOAD, &words))
        return false;
    *payload = (uint16_t)words;
    return true;
}

static bool set_output_payload(void *context, const char *value)
{
    return set_words(value, &shape_of(context)->output_payload);
}

static bool set_input_payload(void *context, const char *value)
{
    return set_words(value, &shape_of(context)->input_payload);
}

static bool set_output_stream_payload(void *context, const char *value)
{
    return set_words(value, &shape_of(context)->output_stream_payload);
}

static bool set_input_stream_payload(void *context, const char *value)
{
    return set_words(value, &shape_of(context)->input_stream_payload);
}

static bool set_padding(void *context, const char *value)
{
    static const char *const words[] = {"byte", "container", "none", NULL};
    static const enum sim_padding paddings[] = {SIM_PAD_TO_BYTE, SIM_PAD_TO_CONTAINER, SIM_PAD_NOT};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->padding = paddings[choice];
    return true;
}

static bool set_ssync(void *context, const char *value)
{
    static const char *const words[] = {"38", "34", "none", NULL};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->ssync = (enum sim_stream_sync)choice;
    return true;
}

static bool set_lpib(void *context, const char *value)
{
    static const char *const words[] = {"exact", "behind", "ahead", "jumps", NULL};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->lpib = (enum sim_position)choice;
    return true;
}

static bool set_positions(void *context, const char *value)
{
    static const char *const words[] = {"yes", "late", "no", NULL};
    static const enum sim_position positions[] = {SIM_POSITION_EXACT, SIM_POSITION_BEHIND,
                                                  SIM_POSITION_NEVER};
    unsigned choice;

    if (!choose_word(value, words, &choice))
        return false;
    shape_of(context)->positions = positions[choice];
    return true;
}

static bool set_corbrp(void *context, const char *value)
{
    return choose(value, "handshake", "self-clearing", &shape_of(context)->corbrp_clears);
}

static bool set_rirbwp(void *context, const char *value)
{
    return choose(value, "right", "wild", &shape_of(context)->wild_rirbwp);
}

static bool set_alias(void *context, const char *value)
{
    return choose(value, "yes", "no", &shape_of(context)->no_alias);
}

static bool set_page_crossing(void *context, const char *value)
{
    return choose(value, "yes", "no", &shape_of(context)->no_page_crossing);
}

static bool set_lock_up(void *context, const char *value)
{
    return choose(value, "no", "yes", &shape_of(context)->locks_up);
}

static bool set_stale_messages(void *context, const char *value)
{
    return choose(value, "no", "yes", &shape_of(context)->stale_messages);
}

static bool set_lost_messages(void *context, const char *value)
{
    return open_parse_number(value, MAX_COUNT, &shape_of(context)->lost_messages);
}

static bool set_failed_resets(void *context, const char *value)
{
    return open_parse_number(value, MAX_COUNT, &shape_of(context)->failed_resets);
}

static const struct open_option option_table[] = {
    {"clock", set_clock, "virtual or real"},
    {"check", set_check, "yes or no"},
    {"codec", set_codec, "a file, or one with @ and an address up to 14 behind it, at most 15 times"},
    {"machine", set_machine, "a file, or one with # and the number of a card behind it, once"},
    {"bad", set_bad,
     "an address up to 14, a colon, and silent, slow, slow=MILLISECONDS, twice, impostor=ADDRESS or flood, "
     "or several with '+' between them"},
    {"irq", set_irq, "msi or level"},
    {"pci", set_pci, "a PCI id such as 8086:2668"},
    {"quirks", set_quirks, "ssync34, 32bit, 40bit, 4k, lpib, several with '+' between them, or none"},
    {"fragment", set_fragment, "a number of pages up to 65536, 0 for all in one"},
    {"remove", set_remove, "a number of ms, 0 for never"},
    {"plug", set_plug, "a pin, or a pin, '@' and a number of ms; 16 of these and unplug at most"},
    {"unplug", set_unplug, "a pin, or a pin, '@' and a number of ms; 16 of these and plug at most"},
    {"shape", set_shape, "plain or qemu, before the options that change it"},
    {"inputs", set_inputs, "a number up to 15"},
    {"outputs", set_outputs, "a number up to 15"},
    {"bidirectional", set_bidirectional, "a number up to 30"},
    {"sdo", set_lines, "1, 2 or 4"},
    {"rings", set_rings, "2, 16 or 256, or several with '+' between them"},
    {"address64", set_address64, "yes, no or broken"},
    {"output-payload", set_output_payload, "a number of words up to 16383"},
    {"input-payload", set_input_payload, "a number of words up to 16383"},
    {"output-stream-payload", set_output_stream_payload, "a number of words up to 16383"},
    {"input-stream-payload", set_input_stream_payload, "a number of words up to 16383"},
    {"padding", set_padding, "byte, container or none"},
    {"ssync", set_ssync, "38, 34 or none"},
    {"lpib", set_lpib, "exact, behind, ahead or jumps"},
    {"positions", set_positions, "yes, late or no"},
    {"alias", set_alias, "yes or no"},
    {"corbrp", set_corbrp, "handshake or self-clearing"},
    {"rirbwp", set_rirbwp, "right or wild"},
    {"page-crossing", set_page_crossing, "yes or no"},
    {"failed-resets", set_failed_resets, "a number"},
    {"lock-up", set_lock_up, "yes or no"},
    {"lost-messages", set_lost_messages, "a number: one of so many is lost, 0 for none"},
    {"stale-messages", set_stale_messages, "yes or no"},
    {NULL, NULL, NULL},
};

static NTSTATUS check_shape(const struct open_request *request, const struct sim_shape *shape)
{
    unsigned streams = shape->inputs + shape->outputs + shape->bidirectional;

    if (streams <= SIM_MAX_STREAMS)
        return STATUS_SUCCESS;
    return open_fail(
        request, STATUS_INVALID_PARAMETER,
        "sim: %u inputs, %u outputs and %u bidirectional are %u streams: a controller has at most %d",
        shape->inputs, shape->outputs, shape->bidirectional, streams, SIM_MAX_STREAMS);
}

NTSTATUS sim_options_read(struct open_request *request, struct sim_options *options)
{
    NTSTATUS status;

    *options = (struct sim_options){.device.fragment_pages = DEFAULT_FRAGMENT, .shape = sim_default_shape};
    options->device.shape = &options->shape;
    status = open_parse_options(request, "sim", option_table, options);
    request->check = options->check;
    return NT_SUCCESS(status) ? check_shape(request, &options->shape) : status;
}
