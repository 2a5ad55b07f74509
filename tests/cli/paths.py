#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus paths: the ways of the built-in codec and what limits them, why there is none, and that those of dumps are there.

Usage: paths.py HDABUS DUMPS CODECS

DUMPS is the project's own set; CODECS a folder of real ones, which need not be there. HDABUS_CODECS names another one.
"""

import os
import re
import sys
from pathlib import Path

from command import DONE, FAILED, NO_DEVICE, USAGE, CommandTest, main, run

OWN = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "tests/simcodec/dumps")
CODECS = sys.argv.pop(1) if len(sys.argv) > 1 else "codecs"
CODECS = Path(os.environ.get("HDABUS_CODECS") or CODECS)
EVERY = 6  # of the corpus

HEAD = """Codec: Test
Address: 0
Vendor Id: 0x1de40001
Subsystem Id: 0x1
Revision Id: 0x100000
Default PCM:
    rates [0x60]: 44100 48000
    bits [0x2]: 16
    formats [0x1]: PCM
Node 0x02 [Audio Output] wcaps 0x1: Stereo
"""


class Nodes:
    """A dump's widgets: kind, pin capabilities and connections, read apart from hdabus."""

    def __init__(self, text):
        self.kind, self.caps, self.list = {}, {}, {}
        for part in re.split(r"^\s*Node 0x", re.split(r"^Codec:", text, flags=re.MULTILINE)[1], flags=re.MULTILINE)[1:]:
            node = int(part[:2], 16)
            self.kind[node] = int(re.search(r"wcaps 0x([0-9a-f]+)", part)[1], 16) >> 20
            caps = re.search(r"Pincap 0x([0-9a-f]+)", part)
            self.caps[node] = int(caps[1], 16) if caps else 0
            lists = re.search(r"^\s*Connection: \d+\n((?:\s+0x[0-9a-f]{2}\*?)+)", part, re.MULTILINE)
            self.list[node] = [int(nid, 16) for nid in re.findall("0x(..)", lists[1])] if lists else []


class Paths(CommandTest):
    def device(self, *changes, text=None):
        """The built-in codec, or another dump, with texts in it replaced."""
        text = text or run("codec").out
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return f"sim:codec={self.file(text.encode(), 'dump')}"

    def listed(self, device="sim"):
        return self.check(run("--device", device, "paths", "--json"), DONE).object["codecs"]

    def entry(self, way, node, device="sim"):
        (codec,) = self.listed(device)
        return next(entry for entry in codec[way] if entry["pin" if way == "outputs" else "converter"] == node)

    def assert_line(self, line, *changes, **others):
        out = self.check(run("--device", self.device(*changes, **others), "paths"), DONE).out
        self.assertIn(line, out.splitlines())


class BuiltIn(Paths):
    def test_text(self):
        lines = self.check(run("paths"), DONE).out.splitlines()
        self.assertEqual(lines[:2], ["codec 0: Generic 1de4 ID 1", "Output pins, back to a DAC"])
        rates = "8 11.025 16 22.05 32 44.1 48 88.2 96 176.4 192 kHz"
        for line in (
            "  pin 0x0e (Green line-out jack, rear) <- mixer 0x09 <- DAC 0x02",
            "  pin 0x0f (Green headphone jack, front) <- selector 0x0a <- DAC 0x03",
            "      also from DAC 0x02",
            "  pin 0x10 (Internal speaker) <- mixer 0x0b <- DAC 0x04",
            f"      stereo, {rates}, 16 20 24 32 bits, 0 dB",
            f"      8 channels, {rates}, 16 20 24 32 bits, 0 dB, digital, plugged in",
            "ADCs, back to an input pin",
            "  ADC 0x06 <- selector 0x0c <- pin 0x12 (Blue line-in jack, rear)",
            "      also from pin 0x11 (Pink microphone jack, rear)",
            "  ADC 0x16 <- pin 0x17 (Black S/PDIF-in jack, rear)",
        ):
            self.assertIn(line, lines)
        self.assertEqual(run("paths", "0").out.splitlines(), lines)

    def test_object(self):
        pin = self.entry("outputs", 0x0F)
        self.assertEqual((pin["name"], pin["connected"], pin["present"]), ("Green headphone jack, front", True, True))
        steps = [(step["node"], step["kind"]) for step in pin["path"]]
        self.assertEqual(steps, [(0x0F, "pin"), (0x0A, "selector"), (0x03, "DAC")])
        self.assertEqual((pin["converter"], pin["also"]), (3, [2]))
        self.assertEqual((pin["channels"], pin["rates"][0], pin["rates"][-1]), (2, 8000, 192000))
        self.assertEqual((pin["bits"], pin["digital"], pin["reaches_0_db"]), ([16, 20, 24, 32], False, True))
        self.assertEqual(self.entry("outputs", 0x13)["channels"], 8)
        self.assertTrue(self.entry("outputs", 0x13)["digital"])
        self.assertIsNone(self.entry("outputs", 0x10)["present"])
        adc = self.entry("inputs", 6)
        self.assertEqual((adc["pin"], adc["also"]), (0x12, [0x11]))

    def test_an_amplifier_that_does_not_reach_0_db(self):
        change = ("ofs=0x1f, nsteps=0x1f, stepsize=0x03", "ofs=0x1f, nsteps=0x1e, stepsize=0x03")
        pin = self.entry("outputs", 0x10, self.device(change))
        self.assertEqual((pin["reaches_0_db"], pin["not_0_db"]), (False, [0x0B]))
        out = run("--device", self.device(change), "paths").out
        self.assertRegex(out, "pin 0x10 .*\n.*, not 0 dB: 0x0b\n")

    def test_the_narrowest_widget_limits_the_channels(self):
        change = ("Node 0x0e [Pin Complex] wcaps 0x40058d: Stereo", "Node 0x0e [Pin Complex] wcaps 0x40058c: Mono")
        self.assertEqual(self.entry("outputs", 0x0E, self.device(change))["channels"], 1)
        self.assertRegex(run("--device", self.device(change), "paths").out, "pin 0x0e .*\n      mono, ")

    def test_a_digital_pin_that_calls_itself_mono_carries_two_channels(self):
        change = ("Node 0x17 [Pin Complex] wcaps 0x400681: Stereo", "Node 0x17 [Pin Complex] wcaps 0x400680: Mono")
        self.assertEqual(self.entry("inputs", 0x16, self.device(change))["channels"], 2)
        self.assertRegex(run("--device", self.device(change), "paths").out, "pin 0x17 .*\n      stereo, .*, digital")

    def test_what_is_plugged_in_comes_first_as_for_play_and_record(self):
        mic = ("Pin Default 0x01a19040", "Pin Default 0x01811060")  # a second line-in
        device = self.device(mic)
        self.assertEqual(self.entry("inputs", 6, device)["pin"], 0x12)
        self.assertEqual(self.entry("inputs", 6, device + ",unplug=0x12")["pin"], 0x11)
        self.assertIn("nothing plugged in", run("--device", "sim:unplug=0x0e", "paths").out)

    def test_a_jack_that_has_to_be_told_to_measure(self):
        text = run("codec").out
        trigger = ("Pincap 0x00000014: OUT Detect", "Pincap 0x00000016: OUT Detect Trigger")
        self.assertIs(self.entry("outputs", 0x0E, self.device(trigger, text=text))["present"], True)

    def test_what_a_link_cannot_carry_is_left_out(self):
        pcm = "    rates [0x7ff]: 8000 11025 16000 22050 32000 44100 48000 88200 96000 176400 192000\n"
        changed = "    rates [0xc40]: 48000 192000 384000\n"
        pin = self.entry("outputs", 0x0E, self.device((pcm, changed)))
        self.assertEqual(pin["rates"], [48000, 192000])

    def test_pins_without_connection_come_last(self):
        line_in = ("Pin Default 0x01813050", "Pin Default 0x41813050")
        adc = self.entry("inputs", 6, self.device(line_in))
        self.assertEqual((adc["pin"], adc["also"]), (0x11, [0x12]))
        out = run("--device", self.device(line_in), "paths").out
        self.assertNotIn("also from pin 0x12", out)
        neither = self.device(line_in, ("Pin Default 0x01a19040", "Pin Default 0x41a19040"))
        self.assertEqual(self.entry("inputs", 6, neither)["pin"], 0x11)


class Reasons(Paths):
    def test_outputs(self):
        hdmi = "Connection: 1\n     0x05\n"
        why = "  pin 0x13 (Digital-out jack, HDMI): no path: "
        self.assert_line(why + "its connection list is empty", (hdmi, "Connection: 0\n"))
        self.assert_line(why + "its connection list names no widget", (hdmi, "Connection: 1\n     0x77\n"))
        self.assert_line(why + "no DAC leads to it", (hdmi, "Connection: 1\n     0x18\n"))
        self.assert_line(why + "no DAC leads to it", (hdmi, "Connection: 1\n     0x0e\n"))  # a pin is an end
        dac = run("codec").out.split("Node 0x05")[1].split("Node 0x06")[0]
        no_pcm = dac.replace("formats [0x1]: PCM", "formats [0x4]: AC3")
        self.assert_line(why + "DAC 0x05 takes no PCM", (dac, no_pcm))

    def test_inputs(self):
        spdif = "Connection: 1\n     0x17\n"
        pin = "  pin 0x17 (Black S/PDIF-in jack, rear): no path: "
        adc = "  ADC 0x16: no path: "
        self.assert_line(pin + "no connection list names it", (spdif, "Connection: 0\n"))
        self.assert_line(adc + "its connection list is empty", (spdif, "Connection: 0\n"))
        self.assert_line(adc + "no input pin leads to it", (spdif, "Connection: 1\n     0x0e\n"))
        knob = ("Connection: 1\n     0x02\n", "Connection: 1\n     0x17\n")
        self.assert_line(pin + "it leads to no ADC", (spdif, "Connection: 0\n"), knob)
        over_a_pin = ("Connection: 1\n     0x09\n", "Connection: 1\n     0x17\n")
        self.assert_line(pin + "it leads to no ADC", (spdif, "Connection: 1\n     0x0e\n"), over_a_pin)

    def test_input_without_pcm(self):
        part = run("codec").out.split("Node 0x16")[1].split("Node 0x17")[0]
        change = (part, part.replace("formats [0x1]: PCM", "formats [0x4]: AC3"))
        self.assert_line("  pin 0x17 (Black S/PDIF-in jack, rear): no path: ADC 0x16 takes no PCM", change)
        self.assert_line("  ADC 0x16: no path: it takes no PCM", change)
        self.assertEqual(self.entry("inputs", 0x16, self.device(change))["reason"], "it takes no PCM")

    def test_a_way_that_is_too_long(self):
        def chain(length):
            text = HEAD
            for node in range(3, 3 + length):
                text += f"Node 0x{node:02x} [Audio Selector] wcaps 0x300101: Stereo\n  Connection: 1\n     0x{node - 1:02x}\n"
            text += f"Node 0x{3 + length:02x} [Pin Complex] wcaps 0x400101: Stereo\n  Pincap 0x00000010: OUT\n"
            return text + f"  Pin Default 0x01014010: [Jack] Line Out\n  Pin-ctls: 0x40: OUT\n  Connection: 1\n     0x{2 + length:02x}\n"

        (pin,) = self.listed(self.device(text=chain(14)))[0]["outputs"]
        self.assertEqual(len(pin["path"]), 16)
        (pin,) = self.listed(self.device(text=chain(15)))[0]["outputs"]
        self.assertEqual((pin["path"], pin["reason"]), (None, "DAC 0x02 is too many widgets away"))


class Codecs(Paths):
    def test_several_with_a_blank_line_between(self):
        device = f"sim:codec={OWN / 'long.codec'},codec={OWN / 'modem.codec'}"
        out = self.check(run("--device", device, "paths"), DONE).out
        self.assertEqual(len(out.split("\n\n")), 2)
        self.assertRegex(out, r"\n\ncodec 1: .*, no audio function group\n$")
        codecs = self.listed(device)
        self.assertEqual([(codec["address"], codec["function_group"]) for codec in codecs], [(0, 1), (1, None)])
        self.assertEqual(codecs[1]["outputs"], [])
        self.assertTrue(self.check(run("--device", device, "paths", "1"), DONE).out.startswith("codec 1: "))

    def test_wrong_usage(self):
        for operands in (("15",), ("-1",), ("first",), ("0", "1"), ("",)):
            with self.subTest(operands=operands):
                self.assertEqual(self.check(run("paths", "--", *operands), USAGE).out, "")
        self.assertIn("no codec at address 5", self.check(run("paths", "5"), FAILED).err)
        self.assertTrue(run("paths", "--json", "5").object["error"])
        self.check(run("paths", "--path", "0x0e"), USAGE)
        self.check(run("paths", "--device", "toaster"), NO_DEVICE)

    def check_path(self, nodes, entry):
        steps = [step["node"] for step in entry["path"]]
        self.assertEqual({steps[0], steps[-1]}, {entry["pin"], entry["converter"]})
        for left, right in zip(steps, steps[1:]):
            self.assertIn(right, nodes.list[left])
        self.assertTrue(all(nodes.kind[node] in (2, 3, 5) for node in steps[1:-1]), steps)

    def check_dump(self, dump):
        nodes = Nodes(dump.read_text(errors="replace").replace("\r\n", "\n"))
        (codec,) = self.listed(f"sim:codec={dump}")
        outs = [entry["pin"] for entry in codec["outputs"]]
        self.assertEqual(outs, [node for node, caps in nodes.caps.items() if caps & 0x10])
        adcs = [entry["converter"] for entry in codec["inputs"] if entry["converter"] is not None]
        self.assertEqual(adcs, [node for node, kind in nodes.kind.items() if kind == 1])
        for entry in codec["outputs"] + codec["inputs"]:
            if entry["path"]:
                self.check_path(nodes, entry)
            else:
                self.assertTrue(entry["reason"])
        unreached = {entry["pin"] for entry in codec["inputs"] if entry["converter"] is None}
        reached = {pin for entry in codec["inputs"] if entry["path"] for pin in entry["also"] + [entry["pin"]]}
        self.assertEqual(unreached | reached, {node for node, caps in nodes.caps.items() if caps & 0x20})
        self.assertFalse(unreached & reached)

    def test_dumps(self):
        for dump in sorted(OWN.glob("*.codec")) + sorted(CODECS.glob("*.codec"))[::EVERY]:
            with self.subTest(dump=dump.name):
                self.check_dump(dump)


if __name__ == "__main__":
    main()
