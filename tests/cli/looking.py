#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What looks at a bus: hdabus codec, verb and list.

Usage: looking.py HDABUS
"""

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from command import DONE, FAILED, NO_DEVICE, PROGRAM, USAGE, CommandTest, main, run


class Codec(CommandTest):
    def dump(self, name="dump", address=0, vendor=0x1DE40001):
        """The built-in codec's own print, at another address and with another id."""
        text = run("codec").out
        text = text.replace("Address: 0\n", f"Address: {address}\n").replace("0x1de40001", f"0x{vendor:08x}")
        return self.file(text.encode(), name)

    def test_text(self):
        out = self.check(run("codec"), DONE).out
        lines = out.splitlines()
        self.assertEqual(lines[:2], ["Codec: Generic 1de4 ID 1", "Address: 0"])
        self.assertIn("  Pincap 0x0000001c: OUT HP Detect", lines)
        self.assertNotIn("\n\n", out)
        self.assertEqual(self.check(run("codec", "0"), DONE).out, out)

    def test_printing_what_was_printed_changes_nothing(self):
        out = run("codec").out
        self.assertEqual(self.check(run("--device", f"sim:codec={self.dump()}", "codec"), DONE).out, out)

    def test_all_codecs_with_a_blank_line_between(self):
        first, second = self.dump("first", 3, 0x10EC0262), self.dump("second", 1)
        device = f"sim:codec={first},codec={second}"
        out = self.check(run("--device", device, "codec"), DONE).out
        one, three = out.split("\n\n")
        self.assertTrue(one.startswith("Codec: Generic 1de4 ID 1\nAddress: 1\n"))
        self.assertTrue(three.startswith("Codec: Realtek ID 262\nAddress: 3\n"))
        self.assertEqual(self.check(run("--device", device, "codec", "0x3"), DONE).out, three)

    def test_object(self):
        (codec,) = self.check(run("codec", "--json"), DONE).object["codecs"]
        self.assertEqual((codec["address"], codec["vendor_id"], codec["modem_group"]), (0, "0x1de40001", None))
        group = codec["audio_group"]
        self.assertEqual(group["pcm"]["bits"], [16, 20, 24, 32])
        nodes = {node["node"]: node for node in group["nodes"]}
        self.assertEqual(nodes[2]["type"], "Audio Output")
        self.assertEqual(nodes[2]["converter"]["stream"], 0)
        self.assertEqual(nodes[9]["connections"], [8, 2])
        self.assertEqual(nodes[9]["input_values"], [[0x80, 0x80], [0x80, 0x80]])
        self.assertEqual(nodes[0x10]["pin"]["device"], "Speaker")
        self.assertEqual(len(nodes), run("codec").out.count("\nNode 0x"))

    def test_no_codec_there(self):
        self.assertIn("no codec at address 5", self.check(run("codec", "5"), FAILED).err)
        self.assertTrue(run("codec", "--json", "5").object["error"])

    def test_wrong_usage(self):
        for operands in (("15",), ("-1",), ("first",), ("0", "1"), ("",), ("0x",), ("1e",)):
            with self.subTest(operands=operands):
                self.assertEqual(self.check(run("codec", "--", *operands), USAGE).out, "")
        self.check(run("codec", "--exact"), USAGE)
        self.check(run("codec", "--device", "toaster"), NO_DEVICE)


@unittest.skipUnless(shutil.which("qemu-system-x86_64"), "there is no qemu-system-x86_64 here")
class CodecOfQemu(CommandTest):
    MODELS = {"hda-output": "0x1af40012", "hda-duplex": "0x1af40022", "hda-micro": "0x1af40032"}
    SETTINGS = ("  Amp-In vals:", "  Amp-Out vals:", "  Pin-ctls:", "  Power")

    def parts(self, text):
        """What no reset changes."""
        return [line for line in text.splitlines() if not line.startswith(self.SETTINGS)]

    def test_each_codec(self):
        for model, vendor in self.MODELS.items():
            with self.subTest(model=model):
                out = self.check(run("--device", f"qemu:codec={model}", "codec"), DONE).out
                self.assertIn(f"Vendor Id: {vendor}\n", out)
                dump = self.file(out.encode(), "dump")
                again = self.check(run("--device", f"sim:codec={dump}", "codec"), DONE).out
                self.assertEqual(self.parts(again), self.parts(out))

    def test_all_on_one_controller(self):
        device = "qemu:" + ",".join(f"codec={model}" for model in self.MODELS)
        codecs = self.check(run("--device", device, "codec", "--json"), DONE).object["codecs"]
        self.assertEqual([codec["vendor_id"] for codec in codecs], list(self.MODELS.values()))

    def test_verb(self):
        response = self.check(run("--device", "qemu:codec=hda-micro", "verb", "0", "0", "param", "vendor"), DONE).out
        self.assertEqual(response, "0x1af40032\n")


class Verb(CommandTest):
    def response(self, *operands):
        return self.check(run("verb", *operands), DONE).out

    def test_names_and_numbers_say_the_same(self):
        for operands in (
            ("0", "0", "PARAMETERS", "VENDOR_ID"),
            ("0", "0", "param", "vend"),
            ("0", "0x0", "0xf00", "0"),
            ("0x0", "0", "0XF00", "0b0"),
            ("0", "00", "3840"),
            ("0", "0", "07400", "00"),
        ):
            with self.subTest(operands=operands):
                self.assertEqual(self.response(*operands), "0x1de40001\n")

    def test_amplifiers_have_16_bits_of_payload(self):
        for verb in ("GET_AMP_GAIN_MUTE", "get_amp", "amp_gain", "0xb", "0xb00", "11"):
            with self.subTest(verb=verb):
                self.assertEqual(self.response("0", "2", verb, "0xa000"), "0x00000080\n")
        self.assertEqual(self.response("0", "2", "0xba0", "0"), "0x00000080\n")

    def test_object(self):
        sent = self.check(run("verb", "--json", "0", "1", "PARAMETERS", "NODE_COUNT"), DONE).object
        self.assertEqual((sent["address"], sent["node"], sent["name"]), (0, 1, "PARAMETERS"))
        self.assertEqual((sent["verb"], sent["payload"]), ("0xf00", "0x04"))
        self.assertRegex(sent["response"], "^0x0002[0-9a-f]{4}$")

    def test_list(self):
        names = self.check(run("verb", "--list"), DONE).out
        for line in ("  0xf00   8  PARAMETERS", "  0x300  16  SET_AMP_GAIN_MUTE", "  0x12  AMP_OUT_CAP"):
            self.assertIn(line, names.splitlines())
        listed = self.check(run("verb", "--list", "--json"), DONE).object
        self.assertIn({"name": "PARAMETERS", "id": "0xf00"}, listed["verbs"])
        self.assertIn({"name": "PCM", "id": "0x0a"}, listed["parameters"])
        self.check(run("verb", "--list", "0"), USAGE)

    def test_no_codec_there(self):
        self.check(run("verb", "3", "0", "PARAMETERS"), FAILED)
        self.assertNotIn("response", run("verb", "--json", "3", "0", "PARAMETERS").object)

    def test_wrong_usage(self):
        for operands in (
            (),
            ("0",),
            ("0", "0"),
            ("15", "0", "PARAMETERS"),
            ("0", "256", "PARAMETERS"),
            ("0", "-1", "PARAMETERS"),
            ("0", "0", "GET_GPIO"),
            ("0", "0", "FROBNICATE"),
            ("0", "0", ""),
            ("0", "0", "7"),
            ("0", "0", "0x10"),
            ("0", "0", "0x1000"),
            ("0", "0", "0xf0g"),
            ("0", "0", "PARAMETERS", "256"),
            ("0", "0", "PARAMETERS", "P"),
            ("0", "0", "PARAMETERS", ""),
            ("0", "0", "PARAMETERS", "0x"),
            ("0", "0", "GET_CONV", "PCM"),
            ("0", "0", "GET_AMP", "0x10000"),
            ("0", "0", "PARAMETERS", "0", "0"),
        ):
            with self.subTest(operands=operands):
                self.assertEqual(self.check(run("verb", "--", *operands), USAGE).out, "")

    def test_an_ambiguous_name_is_answered_with_two(self):
        self.assertRegex(run("verb", "0", "0", "set_gpio").err, "SET_GPIO_[A-Z_]+ or SET_GPIO_[A-Z_]+")


class List(CommandTest):
    def listed(self, script=None):
        """What is listed when QEMU is this shell script, or is missing."""
        folder = self.folder / "bin"
        folder.mkdir()
        if script is not None:
            program = folder / "qemu-system-x86_64"
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        process = subprocess.run(
            [PROGRAM, "list", "--json"],
            env=dict(os.environ, PATH=str(folder)),
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.assertEqual((process.returncode, process.stderr), (DONE, b""))
        return {device["name"]: device for device in json.loads(process.stdout)["devices"]}

    def test_text(self):
        out = self.check(run("list"), DONE).out
        for word in ("sim[:OPTION,...]", "qemu[:OPTION,...]", "codec=FILE[@ADDRESS]", "controller=ich9-intel-hda|intel-hda"):
            self.assertIn(word, out)

    def test_a_qemu_that_is_there(self):
        qemu = self.listed("echo QEMU emulator version 7.2.15 '(Debian)'; echo Copyright")["qemu"]
        self.assertEqual((qemu["available"], qemu["version"]), (True, "7.2.15 (Debian)"))

    def test_a_qemu_that_is_missing(self):
        devices = self.listed()
        self.assertTrue(devices["sim"]["available"])
        self.assertEqual((devices["qemu"]["available"], devices["qemu"]["version"]), (False, None))
        self.assertEqual(devices["qemu"]["package"], "qemu-system-x86")

    def test_a_qemu_that_fails(self):
        self.assertFalse(self.listed("echo QEMU emulator version 7.2.15; exit 1")["qemu"]["available"])

    def test_something_else_of_that_name(self):
        self.assertFalse(self.listed("echo hello")["qemu"]["available"])

    def test_the_manual_and_the_list_have_the_same_options(self):
        page = (Path(__file__).resolve().parents[2] / "man" / "hdabus.1").read_text()
        page = page.split("The simulated controller, with", 1)[1].split(".It Cm qemu", 1)[0]
        told = {name for line in page.splitlines() if line.startswith(".It ") for name in re.findall(r"([a-z0-9-]+)=", line)}
        listed = self.check(run("--json", "list"), DONE).object["devices"][0]["options"]
        self.assertEqual({entry["option"].split("=")[0] for entry in listed}, told)

    def test_every_option_of_the_simulator_is_one(self):
        listed = self.check(run("--json", "list"), DONE).object["devices"][0]
        self.assertEqual(listed["name"], "sim")
        for entry in listed["options"]:
            name, values = entry["option"].split("=")
            examples = {"FILE": "/no/such/dump", "PAGES": "1", "N": "2", "WORDS": "40", "SIZES": "2+256",
                        "ID": "1002:4383", "NAMES": "4k+lpib", "PIN[@MS]": "0x0e|15@20", "MS": "3600000",
                        "ADDRESS:KIND": "3:slow=20+twice|4:silent|5:impostor=6+flood|0:slow"}
            values = examples.get(values, values)
            for value in values.split("|"):
                with self.subTest(option=name, value=value):
                    self.assertIn(run("--device", f"sim:{name}={value}", "info").code, (DONE, NO_DEVICE))

    def test_wrong_usage(self):
        self.check(run("list", "everything"), USAGE)
        self.check(run("list", "--device", "sim"), USAGE)


if __name__ == "__main__":
    main()
