#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus codec --diff and --set: a codec beside a dump, and after verbs.

Usage: diff.py HDABUS
"""

import re

from command import DONE, FAILED, USAGE, CommandTest, main, run


class Diff(CommandTest):
    def setUp(self):
        super().setUp()
        self.text = run("codec").out

    def changed(self, old, new, count=1):
        """The built-in codec's dump with a text replaced."""
        self.assertIn(old, self.text)
        return self.file(self.text.replace(old, new, count).encode(), "dump")

    def compare(self, dump, code, *arguments):
        """What differs: a list of (node, dump's line, codec's line) with None where one side has none."""
        result = run("codec", "--json", "--diff", dump, *arguments)
        self.assertEqual(result.code, code, result.err or result.out)
        self.assertEqual(result.object["agrees"], code == DONE)
        found = result.object["differences"]
        return [(entry["node"], entry["dump"], entry["codec"]) for entry in found]

    def test_what_was_printed_agrees(self):
        dump = self.file(self.text.encode(), "dump")
        self.assertEqual(self.check(run("codec", "--diff", dump), DONE).out, f"codec 0 agrees with {dump}\n")
        self.assertEqual(self.compare(dump, DONE, "--settings"), [])

    def test_standard_input(self):
        out = self.check(run("codec", "--diff", "-", data=self.text.encode()), DONE).out
        self.assertEqual(out, "codec 0 agrees with standard input\n")
        self.assertIn("standard input: ", self.check(run("codec", "--diff", "-"), USAGE).err)

    def test_text(self):
        dump = self.changed("Pincap 0x0000001c: OUT HP Detect", "Pincap 0x00000014: OUT Detect")
        result = run("codec", "--diff", dump)
        self.assertEqual((result.code, result.err), (FAILED, ""))
        self.assertEqual(
            result.out.splitlines(),
            [
                "Node 0x0f",
                "  - Pincap 0x00000014: OUT Detect",
                "  + Pincap 0x0000001c: OUT HP Detect",
                f"codec 0 differs from {dump} in 1 line; - is the dump, + the codec",
            ],
        )

    def test_each_kind_of_line_that_outlives_a_reset(self):
        for old, new in (
            ("Vendor Id: 0x1de40001", "Vendor Id: 0x1de40002"),
            ("Subsystem Id: 0x1de40100", "Subsystem Id: 0x1de40101"),
            ("Revision Id: 0x100100", "Revision Id: 0x100101"),
            ("AFG Function Id: 0x1 (unsol 1)", "AFG Function Id: 0x1 (unsol 0)"),
            ("State of AFG node 0x01", "State of AFG node 0x1f"),
            ("rates [0x7ff]: 8000", "rates [0x7fe]:"),
            ("bits [0x1e]: 16 20 24 32", "bits [0xe]: 16 20 24"),
            ("formats [0x1]: PCM", "formats [0x5]: PCM AC3"),
            ("Default Amp-In caps: ofs=0x17", "Default Amp-In caps: ofs=0x16"),
            ("Default Amp-Out caps: ofs=0x57", "Default Amp-Out caps: ofs=0x56"),
            ("Power states:  D0 D1 D2 D3", "Power states:  D0 D3"),
            ("GPIO: io=2, o=0", "GPIO: io=2, o=1"),
            ("wcaps 0x300101", "wcaps 0x310101"),
            ("Amp-In caps: ofs=0x1f, nsteps=0x1f", "Amp-In caps: ofs=0x1f, nsteps=0x20"),
            ("Amp-Out caps: ofs=0x03, nsteps=0x03, stepsize=0x17", "Amp-Out caps: ofs=0x03, nsteps=0x03, stepsize=0x16"),
            ("Pincap 0x0000001c: OUT HP Detect", "Pincap 0x0000000c: HP Detect"),
            ("Volume-Knob: delta=0, steps=87", "Volume-Knob: delta=0, steps=86"),
        ):
            with self.subTest(new=new):
                ((_, told, is_now),) = self.compare(self.changed(old, new), FAILED)
                self.assertIn(new, told)
                self.assertIn(old.split(":")[0].split(" 0x")[0], is_now)

    def test_a_modem_more(self):
        dump = self.changed("No Modem Function Group found", "Modem Function Group: 0x1f")
        self.assertEqual(self.compare(dump, FAILED), [(None, "Modem Function Group: 0x1f", None)])

    def test_order_of_connections(self):
        dump = self.changed("     0x08 0x02\n", "     0x02 0x08\n")
        self.assertEqual(self.compare(dump, FAILED), [(9, "Connection: 2 0x02 0x08", "Connection: 2 0x08 0x02")])

    def test_pin_default_in_words(self):
        dump = self.changed("0x01014010: [Jack] Line Out", "0x01114010: [Jack] Speaker")
        ((node, told, is_now),) = self.compare(dump, FAILED)
        self.assertEqual((node, told.split("[")[1]), (0x0E, "Jack] Speaker at Ext Rear"))
        self.assertTrue(is_now.endswith("[Jack] Line Out at Ext Rear"))

    def test_a_node_more_and_a_node_less(self):
        last = self.text[self.text.index("Node 0x19") :]
        fewer = self.file(self.text.replace(last, "").encode(), "dump")
        self.assertEqual(self.compare(fewer, FAILED), [(0x19, None, last.splitlines()[0])])
        more = self.file((self.text + "Node 0x1a [Audio Mixer] wcaps 0x200100: Mono\n  Connection: 0\n").encode(), "dump")
        self.assertEqual(self.compare(more, FAILED), [(0x1A, "Node 0x1a [Audio Mixer] wcaps 0x200100: Mono", None)])

    def test_settings_do_not_count_unless_they_shall(self):
        changes = {
            "Pin-ctls: 0x00:": "Pin-ctls: 0x40: OUT",
            "[0x80 0x80]": "[0x00 0x80]",
            "0x09* 0x03": "0x09 0x03*",
            "direct=0, val=": "direct=1, val=",
            "stream=0": "stream=5",
        }
        for old, new in changes.items():
            with self.subTest(new=new):
                dump = self.changed(old, new)
                self.assertEqual(self.compare(dump, DONE), [])
                self.assertEqual(
                    self.check(run("codec", "--diff", dump), DONE).out,
                    f"codec 0 agrees with {dump}\n1 setting differs; --settings shows them\n",
                )
                ((_, told, _),) = self.compare(dump, FAILED, "--settings")
                self.assertIn(new, told)

    def test_what_another_kernel_does_not_print_does_not_count(self):
        kept = [line for line in self.text.splitlines() if not re.search(r"GPIO|IO\[|Power|State of|AFG F|Delay", line)]
        dump = self.file("\n".join(kept + [""]).encode(), "dump")
        self.assertEqual(self.compare(dump, DONE), [])

    def test_names_and_addresses_do_not_count(self):
        text = self.text.replace("Address: 0", "Address: 3").replace("Codec: Generic", "Codec: Other")
        dump = self.file(text.encode(), "dump")
        self.assertEqual(self.compare(dump, DONE), [])
        self.assertEqual(self.compare(dump, DONE, "0"), [])
        self.assertIn("no codec at address 3", self.check(run("codec", "--diff", dump, "3"), FAILED).err)

    def test_of_several_codecs_the_one_at_the_dumps_address(self):
        other = self.file(self.text.replace("Address: 0", "Address: 2").replace("0x1de40001", "0x1de40002").encode(), "other")
        device = f"sim:codec={other},codec={self.file(self.text.encode(), 'first')}"
        result = self.check(run("--device", device, "codec", "--diff", other), DONE)
        self.assertEqual(result.out, f"codec 2 agrees with {other}\n")
        self.assertIn("Vendor Id: 0x1de40001", run("--device", device, "codec", "0", "--diff", other).out)
        third = self.file(self.text.replace("Address: 0", "Address: 3").encode(), "third")
        self.assertIn("address 3", self.check(run("--device", device, "codec", "--diff", third), FAILED).err)

    def several(self, *changes, name="several"):
        """A file of several codecs, as alsa-info has them, each the built-in one with a text replaced."""
        parts = []
        for old, new in changes:
            self.assertIn(old, self.text)
            parts.append(f"!!Codec {len(parts)}\n\n" + self.text.replace(old, new, 1))
        return self.file("\n".join(parts + ["--endcollapse--\n"]).encode(), name)

    def test_of_several_in_the_file_the_one_at_the_codecs_address(self):
        moved = ("Address: 0\n", "Address: 2\n")
        file = self.several(moved, ("Pin Default 0x01014010", "Pin Default 0x01114010"))
        ((node, told, _),) = self.compare(file, FAILED)
        self.assertEqual((node, told[:22]), (0x0E, "Pin Default 0x01114010"))
        self.assertGreater(run("codec", "--json", "--diff", file).object["line"], self.text.count("\n"))
        device = f"sim:codec={self.file(self.text.replace(*moved, 1).encode(), 'two')}"
        self.check(run("--device", device, "codec", "--diff", file), DONE)
        device = f"sim:codec={self.file(self.text.replace('Address: 0', 'Address: 5', 1).encode(), 'five')}"
        result = self.check(run("--device", device, "codec", "--diff", file), FAILED)
        self.assertIn("there is no codec at address 5 in it", result.err)

    def test_of_several_cards_the_one_with_its_vendor_id(self):
        other, same = ("Vendor Id: 0x1de40001", "Vendor Id: 0x1de40002"), ("Codec:", "Codec:")
        self.assertEqual(self.compare(self.several(other, same), DONE), [])
        ((_, told, _),) = self.compare(self.several(other, ("0x1de40001", "0x1de40003")), FAILED)
        self.assertEqual(told, "Vendor Id: 0x1de40002")

    def test_of_several_here_and_in_the_file_one_is_named(self):
        file = self.several(("Address: 0\n", "Address: 2\n"), ("Codec:", "Codec:"))
        second = self.file(self.text.replace("Address: 0\n", "Address: 2\n").encode(), "second")
        device = f"sim:codec={self.file(self.text.encode(), 'first')},codec={second}"
        self.assertIn("say the ADDRESS", self.check(run("--device", device, "codec", "--diff", file), USAGE).err)
        self.check(run("--device", device, "codec", "2", "--diff", file), DONE)
        self.assertIn("no codec", self.check(run("--device", "sim:bad=0:silent", "codec", "--diff", file), FAILED).err)

    def test_lines_are_looked_for_in_the_codecs_own_section(self):
        kept = "".join(line for line in self.text.splitlines(True) if "Power" not in line)
        second = self.text.replace("Address: 0\n", "Address: 2\n")
        file = self.file((kept + "\n" + second).encode(), "dump")
        self.assertEqual(self.compare(file, DONE, "0"), [])

    def test_a_section_that_cannot_be_used_does_no_harm(self):
        broken = "Codec: Broken\nAddress: 0\nVendor Id: nonsense\n\n"
        self.assertEqual(self.compare(self.file((broken + self.text).encode(), "dump"), DONE), [])
        self.assertIn("line", self.check(run("codec", "--diff", self.file(broken.encode(), "broken")), USAGE).err)

    def test_a_word_within_a_line_is_no_line(self):
        lines = self.text.splitlines(True)
        kept = "".join(line for line in lines if not re.match(r"  (EAPD 0x|Digital|IEC Coding)", line))
        file = self.file(kept.encode(), "dump")
        self.assertIn("EAPD", kept)
        self.assertIn("Digital", kept)
        sets = ("--set", "0x10:SET_EAPD:2", "--set", "5:SET_DIGI_CONVERT_1:1")
        self.assertEqual(self.compare(file, DONE, *sets), [])

    def test_no_codec_agrees_with_nothing(self):
        dump = self.file(self.text.encode(), "dump")
        result = run("--device", "sim:bad=0:silent", "codec", "--diff", dump)
        self.assertIn("no codec at address 0", self.check(result, FAILED).err)

    def test_wrong_usage(self):
        empty = self.file(b"", "empty")
        binary = self.file(b"Codec: \0", "binary")
        for arguments in (
            ("--diff", self.folder / "missing"),
            ("--diff", self.folder),
            ("--diff", empty),
            ("--diff", binary),
            ("--diff", "/dev/zero"),
            ("--diff", ""),
            ("--diff",),
            ("--settings",),
            ("--diff", self.changed("Codec", "Codec"), "15"),
        ):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.check(run("codec", *arguments), USAGE).out, "")
        self.check(run("info", "--diff", empty), USAGE)
        self.assertTrue(run("codec", "--json", "--diff", empty).object["error"])


class Set(CommandTest):
    def lines(self, *sets, device="sim"):
        arguments = [argument for verb in sets for argument in ("--set", verb)]
        return self.check(run("--device", device, "codec", *arguments), DONE).out.splitlines()

    def test_changes_the_print(self):
        before = self.lines()
        for verb, line in {
            "2:SET_AMP_GAIN_MUTE:0xb040": "  Amp-Out vals:  [0x40 0x40]",
            "0x02:set_amp:0xa040": "  Amp-Out vals:  [0x40 0x80]",
            "0xe:SET_PIN_WIDGET_CONTROL:0x40": "  Pin-ctls: 0x40: OUT",
            "0xe:0x707:0x40": "  Pin-ctls: 0x40: OUT",
            "0xa:SET_CONNECT_SEL:1": "     0x09 0x03*",
            "2:0x706:0x52": "  Converter: stream=5, channel=2",
            "0x10:SET_EAPD:2": "  EAPD 0x2: EAPD",
            "1:SET_GPIO_MASK:1": "  IO[0]: enable=1, dir=0, wake=0, sticky=0, data=0, unsol=0",
            "0x0e:SET_UNSOL:0xbf": "  Unsolicited: tag=3f, enabled=1",
            "5:SET_DIGI_CONVERT_1:0x11": "  Digital: Enabled Non-Copyright",
        }.items():
            with self.subTest(verb=verb):
                after = self.lines(verb)
                self.assertEqual([b for a, b in zip(before, after) if a != b], [line])

    def test_in_their_order(self):
        self.assertIn("  Pin-ctls: 0x40: OUT", self.lines("0xe:0x707:0", "0xe:0x707:0x40"))
        self.assertEqual(self.lines("0xe:0x707:0x40", "0xe:0x707"), self.lines())

    def test_with_diff_settings_count(self):
        dump = self.file(run("codec").out.encode(), "dump")
        out = run("codec", "--set", "0xe:0x707:0x40", "--diff", dump)
        self.assertEqual(out.code, FAILED)
        self.assertEqual(out.out.splitlines()[:3], ["Node 0x0e", "  - Pin-ctls: 0x00:", "  + Pin-ctls: 0x40: OUT"])
        after = self.file("\n".join(self.lines("0xe:0x707:0x40") + [""]).encode(), "after")
        self.check(run("codec", "--set", "0xe:0x707:0x40", "--diff", after), DONE)

    def test_object(self):
        result = self.check(run("codec", "--json", "--set", "0xe:0x707:0x40"), DONE).object
        pins = {node["node"]: node for node in result["codecs"][0]["audio_group"]["nodes"]}
        self.assertEqual(pins[0x0E]["pin"]["control"], "0x40")

    def test_of_several_codecs_one_is_named(self):
        text = run("codec").out
        device = "sim:codec={},codec={}".format(
            self.file(text.encode(), "0"), self.file(text.replace("Address: 0", "Address: 1").encode(), "1")
        )
        self.assertIn("ADDRESS", self.check(run("--device", device, "codec", "--set", "0xe:0x707:0x40"), USAGE).err)
        out = self.check(run("--device", device, "codec", "1", "--set", "0xe:0x707:0x40"), DONE).out
        self.assertIn("Pin-ctls: 0x40", out)

    def test_wrong_usage(self):
        for verb in ("", "2", "2:", ":0x707:0", "256:0x707:0", "2:0x707:256", "2:0xf00:0", "2:GET_AMP:0", "2:SET_X:0",
                     "2:SET_GPIO:0", "2:0x707:0:0", "2:0x707:"):
            with self.subTest(verb=verb):
                self.assertEqual(self.check(run("codec", "--set", verb), USAGE).out, "")
        self.check(run("codec", *["--set", "0xe:0x707:0x40"] * 64), DONE)
        self.check(run("codec", *["--set", "0xe:0x707:0x40"] * 65), USAGE)


if __name__ == "__main__":
    main()
