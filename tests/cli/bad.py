#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command on a bus with a codec that breaks the rules of the link (sim:bad=).

Usage: bad.py HDABUS
"""

import itertools
from pathlib import Path

from command import DONE, FAILED, CommandTest, heard, main, run, samples, wav

BUILT_IN = Path(__file__).parent / "../../src/device/sim/default.codec"
BAD = 3  # its address, unless a test says otherwise
# Of each kind: whether it answers, under its own address and in time, what it is asked.
KINDS = {
    "silent": False,
    "slow": True,
    "slow=20": True,
    "slow=30": False,
    "slow=70": False,
    "twice": None,  # it depends
    "impostor=0": False,
    "impostor=5": False,
    "impostor=14": False,
    "flood": True,
    "flood+silent": False,
    "flood+twice": None,
    "flood+slow=30+impostor=5": False,
}


class Bad(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(4800 * 2, 16)
        self.source = self.file(wav(self.data, 2, 48000, 16))

    def healthy(self, address):
        """A codec of the built-in kind, with a vendor id of its own."""
        text = BUILT_IN.read_text().replace("Address: 0", f"Address: {address}")
        text = text.replace("0x1de40001", f"0x1de4000{address:x}")
        return self.file(text.encode(), f"codec{address}")

    def codecs(self, device, *options):
        found = self.check(run("--device", device, *options, "info", "--json"), DONE).object["codecs"]
        return {codec["address"]: codec["vendor_id"] for codec in found}

    def play(self, device, *options):
        arguments = ("--json", "--exact", "--out", self.out, *options, self.source)
        played = self.check(run("--device", device, "play", *arguments), DONE).object
        self.assertEqual((played["frames"], played["underruns"]), (4800, 0))
        self.assertIsNotNone(heard(self.out, self.data), "the file does not stand in what was heard")

    def test_healthy_codecs_are_found_and_play(self):
        for kind, rings in itertools.product(KINDS, (2, 16, 256)):
            with self.subTest(kind=kind, rings=rings):
                device = f"sim:codec={self.healthy(0)},codec={self.healthy(5)},bad={BAD}:{kind},rings={rings}"
                codecs = self.codecs(device)
                self.assertEqual((codecs.pop(0), codecs.pop(5)), ("0x1de40000", "0x1de40005"))
                self.assertLessEqual(set(codecs), {BAD})
                if KINDS[kind] is not None:
                    self.assertEqual(BAD in codecs, KINDS[kind])
                self.play(device)

    def test_a_bus_without_a_healthy_codec(self):
        for kind, answers in KINDS.items():
            with self.subTest(kind=kind):
                self.codecs(f"sim:bad=0:{kind}")
                if answers is not None and kind != "impostor=0":
                    result = run("--device", f"sim:bad=0:{kind}", "play", "--out", self.out, self.source)
                    self.check(result, DONE if answers else FAILED)

    def test_fifteen_bad_codecs(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                device = "sim:" + ",".join(f"bad={address}:{kind}" for address in range(15))
                self.codecs(device)
                self.codecs(device + ",lock-up=yes,rings=2")

    def test_real_clock(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                device = f"sim:bad={BAD}:{kind}"
                self.assertIn(0, self.codecs(device, "--clock", "real"))
                # A flood overruns the rings whenever the processor is busy for some milliseconds.
                if not kind.startswith("flood"):
                    self.play(device, "--clock", "real", "--buffer", "24000")
                else:
                    run("--device", device, "--clock", "real", "play", "--out", self.out, self.source)


if __name__ == "__main__":
    main()
