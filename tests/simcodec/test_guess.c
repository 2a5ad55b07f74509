/* SPDX-License-Identifier: BSD-2-Clause */
/* test_guess.c - what a codec dump does not say, or is not understood in it, is told of by line. */
#include "rig.h"

#define HEAD                                                                              \
    "Codec: Example\nAddress: 0\nAFG Function Id: 0x1 (unsol 0)\nVendor Id: 0x1de400ff\n" \
    "Subsystem Id: 0x1\nRevision Id: 0x100000\nNo Modem Function Group found\n"           \
    "Default PCM: rates 0x60, bits 0x02, types 0x1\nDefault Amp-In caps: N/A\n"           \
    "Default Amp-Out caps: ofs=0x00, nsteps=0x00, stepsize=0x00, mute=1\n"                \
    "State of AFG node 0x01:\n  Power states:  D0 D3\n  Power: setting=D0, actual=D0\n"   \
    "GPIO: io=0, o=0, i=0, unsolicited=0, wake=0\n"
#define NEXT "\nNode 0x03 [Audio Output] wcaps 0x1: Stereo\n"

/* All guesses of a text, each in a line of its own. */
struct told {
    unsigned count;
    size_t used;
    char text[8192];
};

static void on_guess(void *context, unsigned line, const char *sentence)
{
    struct told *told = context;
    told->count++;
    told->used += (size_t)snprintf(told->text + told->used, sizeof(told->text) - told->used, "line %u: %s\n",
                                   line, sentence);
    assert_true(told->used < sizeof(told->text));
}

static void listen(const char *text, struct told *told)
{
    struct codec_dump_reader *reader = codec_dump_open(text, strlen(text));
    struct codec_dump_section section;
    *told = (struct told){.count = 0};
    assert_non_null(reader);
    codec_dump_on_guess(reader, on_guess, told);
    while (codec_dump_next(reader, &section)) {
        if (section.dump == NULL)
            fail_msg("%s", section.error);
        codec_dump_free(section.dump);
    }
    codec_dump_close(reader);
}

static void a_dump_that_says_all_leaves_nothing_to_guess(void **state)
{
    struct told told;
    (void)state;
    listen(HEAD "Node 0x02 [Audio Output] wcaps 0x1: Stereo" NEXT, &told);
    assert_string_equal(told.text, "");
}

/* A widget of these capabilities and lines at NID 2: what is told of it. */
static void each_lack_of_a_widget_is_told(void **state)
{
    static const struct {
        const char *widget;
        const char *told;
    } cases[] = {
        {"[Pin Complex] wcaps 0x400001:", "line 15: node 0x02 has no `Pincap`: no capability assumed\n"
                                          "line 15: node 0x02 has no `Pin Default`: 0x00000000 assumed\n"
                                          "line 15: node 0x02 has no `Pin-ctls:`: 0x00 assumed\n"},
        {"[Pin Complex] wcaps 0x400001:\n Pincap 0x081c: OUT\n Pin Default 0x00000000: x\n Pin-ctls: 0x00:",
         "line 16: a misprint of some kernels: pin capabilities 0x0000001c assumed\n"},
        {"[Audio Output] wcaps 0x11:",
         "line 15: node 0x02 has no `PCM:`: the function group's formats assumed\n"},
        {"[Audio Output] wcaps 0x11:\n  PCM:\nN/A",
         "line 15: node 0x02: formats of its own are not said: the group's assumed\n"},
        {"[Audio Output] wcaps 0x401:",
         "line 15: node 0x02: the power states are not said: D0 to D3 assumed\n"},
        {"[Audio Output] wcaps 0x401:\n Power states:\n Power: setting=D0, actual=D0",
         "line 15: node 0x02: the power states are not said: D0 to D3 assumed\n"},
        {"[Audio Output] wcaps 0x401:\n Power states: D0 D3\n Power: setting=UNKNOWN, actual=D0",
         "line 17: a power state that has no name: D0 assumed\n"},
        {"[Audio Output] wcaps 0x81:", "line 15: node 0x02 has no `Unsolicited:`: disabled assumed\n"},
        {"[Vendor Defined Widget] wcaps 0xf00040:",
         "line 15: node 0x02 has no `Processing caps:`: no coefficients assumed\n"},
        {"[Volume Knob Widget] wcaps 0x600000:",
         "line 15: node 0x02 has no `Volume-Knob:`: no steps assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:",
         "line 15: node 0x02 has no `Connection:`: no connections assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:\n Connection: -22",
         "line 16: the list's length is the error -22: no connections assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:\n Connection: 3\n 0x03 0x04",
         "line 16: 3 connections announced, 2 there: these assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:\n Connection: 2\n",
         "line 16: 2 connections announced, 0 there: these assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:\n Connection: 2\n 0x03 0x123",
         "line 17: a connection that no list can have: passed over\n"
         "line 16: 2 connections announced, 1 there: these assumed\n"},
        {"[Audio Mixer] wcaps 0x200101:\n Connection: 3\n 0x123 0x124\n 0x03 0x125 0x04 0x05",
         "line 17: a connection that no list can have: passed over\n"
         "line 18: a connection that no list can have: passed over\n"},
        {"[Audio Mixer] wcaps 0x200001:\n Connection: 1\n 0x03",
         "line 15: node 0x02 has connections, but not in its capabilities: kept\n"},
        {"[Audio Selector] wcaps 0x300101:\n Connection: 2\n 0x03 0x04",
         "line 15: node 0x02 has no connection marked: the first assumed\n"},
        {"[Audio Selector] wcaps 0x300101:\n Connection: 2\n 0x03 0x04*", ""},
        {"[Audio Mixer] wcaps 0x20010b:\n Amp-In caps: ofs=0x00, nsteps=0x00, stepsize=0x00, mute=1\n"
         " Amp-In vals: [0x00 0x00]\n Connection: 2\n 0x03 0x04",
         "line 15: node 0x02: 1 values of input amplifiers, 2 connections: one for each connection "
         "assumed\n"},
        {"[Audio Input] wcaps 0x10010b:\n Amp-In caps: ofs=0x00, nsteps=0x00, stepsize=0x00, mute=1\n"
         " Amp-In vals: [0x00 0x00]\n Connection: 2\n 0x03* 0x04",
         ""},
        {"[Audio Mixer] wcaps 0x200103:\n Amp-In caps: N/A\n Amp-In vals: [0x00 0x00]\n Connection: 1\n 0x03",
         "line 15: node 0x02: the Amp-In caps are nowhere: a gain of 0 dB assumed\n"},
        {"[Audio Mixer] wcaps 0x20000d:\n Amp-Out caps: N/A\n Amp-Out vals: [0x00 0x00]",
         "line 15: node 0x02: Amp-Out caps of its own are not said: the group's assumed\n"},
        {"[Audio Mixer] wcaps 0x200005:\n Amp-Out caps: N/A\n Amp-Out vals: [0x00 0x00]", ""},
        {"[Audio Mixer] wcaps 0x200005:\n Amp-Out caps: N/A\n Amp-Out vals: [0x00\n0x00]", ""},
        {"[Audio Mixer] wcaps 0x200005:\n Amp-Out caps: N/A\n Amp-Out vals: [0x00",
         "line 18: half of an amplifier's values should be here: passed over\n"},
        {"[Audio Mixer] wcaps 0x200005:\n Amp-Out caps: N/A\n Amp-Out vals: [0x00 ?]",
         "line 17: `Amp-Out vals:` not understood, at least in part: passed over\n"},
    };
    struct told told;
    char text[4096];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), HEAD "Node 0x02 %s" NEXT, cases[i].widget);
        listen(text, &told);
        if (strcmp(told.text, cases[i].told) != 0)
            fail_msg("%s\nis told: %s", cases[i].widget, told.text);
    }
}

static void each_lack_of_a_head_is_told(void **state)
{
    static const char ids[] = "Codec: x\nAddress: 0\nVendor Id: 0x1\nSubsystem Id: 0x1\nRevision Id: 0x1\n";
    struct told told;
    char text[1024];
    (void)state;
    snprintf(text, sizeof(text), "\n%sNode 0x02 [x] wcaps 0x1:\nNode 0x04 [x] wcaps 0x1:\n", ids);
    listen(text, &told);
    assert_string_equal(
        told.text,
        "line 2: the node of the audio function group is not said: 0x01 assumed\n"
        "line 2: the default PCM is not said: any format assumed\n"
        "line 2: no `GPIO:`: no general purpose pins assumed\n"
        "line 2: function group 0x01: the power states are not said: D0 to D3 assumed\n"
        "line 2: node 0x04 comes after 0x02: vendor defined widgets assumed where none is told of\n");
    listen(HEAD "Node 0x01 [x] wcaps 0x1:\nNode 0x02 [x] wcaps 0x1:\n", &told);
    assert_string_equal(told.text, "line 1: node 0x01 is a widget and a function group: the group assumed\n");
    listen(ids, &told);
    assert_string_equal(told.text,
                        "line 1: no function group is told of: a modem's at 0x01 assumed\n"
                        "line 1: function group 0x01, a modem's: no widgets, and states D0 to D3, assumed\n");
    snprintf(text, sizeof(text), "%sModem Function Group: 0x2\n", ids);
    listen(text, &told);
    assert_string_equal(told.text,
                        "line 1: function group 0x02, a modem's: no widgets, and states D0 to D3, assumed\n");
}

static void lines_that_nobody_knows_are_told_of_in_one_piece(void **state)
{
    struct told told;
    (void)state;
    listen(HEAD "strange\n\nstranger\nNode 0x02 [x] wcaps 0x1:\n  Control: name=\"x\"\nodd\n"
                "Node 0x03 is mine\nAddress: 3\n\n!!other\nstrange\n",
           &told);
    assert_string_equal(told.text, "line 15: not known up to line 17: passed over\n"
                                   "line 20: not known: passed over\n"
                                   "line 21: no widget's line: passed over\n"
                                   "line 22: not known: passed over\n");
}

static void guesses_of_all_sections_have_the_texts_lines(void **state)
{
    size_t size;
    char *text = read_text(DUMPS "/alsa-info.txt", &size);
    struct told told;
    (void)state;
    listen(text, &told);
    assert_string_equal(
        told.text, "line 140: function group 0x01, a modem's: no widgets, and states D0 to D3, assumed\n");
    free(text);
}

static void known_lines_leave_nothing_to_guess(void **state)
{
    static const char *const lines[] = {
        "  Control: name=\"x\", index=0, device=0",
        "    ControlAmp: chs=3, dir=Out, idx=0, ofs=0",
        "  Device: name=\"x\", type=\"Audio\", device=0",
        "  Devices: 1",
        "     *Dev 00: PD = 0, ELDV = 0, IA = 0",
        "     Dev 01: PD = 0, ELDV = 0, IA = 0, Connections [ 0x02 ]",
        "  Delay: 13 samples",
        "  Processing Coefficient: 0x00",
        "  Coefficient Index: 0x07",
        "    Coeff 0x07: 0x1234",
        "Power-Map: 0x04",
        "Analog Loopback: 0xf0",
        "    Conn = 1/8, Color = Black",
        "    DefAssociation = 0x1, Sequence = 0x0",
        "    DefAssociation= 0x1, Sequence = 0x0",
        "    Misc = NO_PRESENCE",
        "    Vref caps: HIZ 50",
        "  Digital:",
        "  Digital category: 0x2",
        "  IEC Coding Type: 0x0",
        "  Power: setting=D0, actual=D0, Error, Clock-stop-OK, Setting-reset",
        "  In-driver Connection: 2\n     0x02 0x03*",
        "  Connection: 0\n     ",
    };
    struct told told;
    char text[4096];
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        snprintf(text, sizeof(text), HEAD "Node 0x02 [Audio Output] wcaps 0x1: Stereo\n%s" NEXT, lines[i]);
        listen(text, &told);
        if (told.count != 0)
            fail_msg("%s: %s", lines[i], told.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_that_says_all_leaves_nothing_to_guess),
        cmocka_unit_test(each_lack_of_a_widget_is_told),
        cmocka_unit_test(each_lack_of_a_head_is_told),
        cmocka_unit_test(lines_that_nobody_knows_are_told_of_in_one_piece),
        cmocka_unit_test(guesses_of_all_sections_have_the_texts_lines),
        cmocka_unit_test(known_lines_leave_nothing_to_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
