#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Playing and recording with codecs made from dumps of real ones: each that can does, sample for sample.

Usage: corpus.py HDABUS CODECS

HDABUS_CODECS names another folder of dumps. What a codec can is told from its dump by dump_graph.py.
"""

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from command import DONE, FAILED, CommandTest, Wav, heard, main, run, samples, wav
from dump_graph import Graph

SKIPPED = 77  # what tells meson that a test did not run
CODECS = Path(os.environ.get("HDABUS_CODECS") or (sys.argv.pop(1) if len(sys.argv) > 1 else "codecs"))
AT_ONCE = 2
TOGETHER = 4  # pins
REASONS = (
    "no connected input pin that audio reaches",
    "no connected output pin that audio reaches",
    "does not reach 0 dB",
    "2 channels mixed to 1",
)

# What there is to count in the folder of 648.
KNOWN = 648
KNOWN_COUNTS = {
    "play": {"done": 580, "not exact": 3, "no pin": 65},
    "record": {"done": 467, "no pin": 181},
    "spread over 3": {"done": 44},
    "spread over 4": {"done": 30},
}


def read_exceptions():
    """By dump, what it cannot: "play" or "record" at all, or "exact"."""
    lines = Path(__file__).with_name("corpus_exceptions.txt").read_text().splitlines()
    words = (line.split() for line in lines if not line.startswith("#"))
    return {name: {word for word in rest if word in ("play", "record", "exact")} for name, *rest in words}


EXCEPTIONS = read_exceptions()


def is_exact(dump):
    return "exact" not in EXCEPTIONS.get(dump.name, ())


def is_known_folder():
    return len(list(CODECS.glob("*.codec"))) == KNOWN


class Corpus(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * 700, 16)
        self.source = self.file(wav(self.data, 2, 48000, 16))

    def run_on(self, dump, *arguments):
        return run("--device", f"sim:codec={dump}", *arguments)

    def for_each(self, function, dumps=None):
        """Counts what a function says of each dump."""
        dumps = sorted(CODECS.glob("*.codec")) if dumps is None else dumps
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return Counter(pool.map(function, dumps))

    def check_counts(self, what, counts):
        print(f"{what}: {dict(counts)}", file=sys.stderr)
        if is_known_folder():
            self.assertEqual(dict(counts), KNOWN_COUNTS[what])

    def check_exception(self, dump, what):
        if is_known_folder():
            self.assertIn(what, EXCEPTIONS.get(dump.name, ()), f"{dump.name} is not in the table")

    def refuse(self, dump, result, reason):
        self.check(result, FAILED)
        self.assertIn(reason, result.err, dump.name)

    # ---- A second of 16 bits --------------------------------------------------------------------

    def play(self, dump):
        out = self.folder / (dump.name + ".wav")
        data = samples(2 * 48000, 16)
        result = self.run_on(dump, "play", "--out", out, self.second)
        if not Graph(dump).output_pins():
            self.refuse(dump, result, "no connected output pin that audio reaches")
            self.check_exception(dump, "play")
            return "no pin"
        self.check(result, DONE)
        if not is_exact(dump):
            self.assertIn("does not reach 0 dB", result.err, dump.name)
            self.assertIsNone(heard(out, data), dump.name)
            return "not exact"
        self.assertIsNotNone(heard(out, data), f"{dump.name}: what was heard is not what was played: {result.err}")
        out.unlink()
        return "done"

    def test_play(self):
        self.second = self.file(wav(samples(2 * 48000, 16), 2, 48000, 16), "second.wav")
        self.check_counts("play", self.for_each(self.play))

    # ---- Recording ------------------------------------------------------------------------------

    def record(self, dump):
        recorded = self.folder / (dump.name + ".wav")
        result = self.run_on(dump, "record", "--exact", "--buffer", 256, "--in", self.source, recorded)
        if not Graph(dump).input_pins():
            self.refuse(dump, result, "no connected input pin that audio reaches")
            self.check_exception(dump, "record")
            return "no pin"
        self.check(result, DONE)
        self.assertTrue(Wav(recorded).data == self.data, f"{dump.name}: what was recorded is not what was fed")
        return "done"

    def test_record(self):
        self.check_counts("record", self.for_each(self.record))

    def loop(self, dump):
        recorded = self.folder / (dump.name + ".wav")
        result = self.run_on(
            dump, "play", "--exact", "--buffer", 256, "--loopback", "--record", recorded, self.source
        )
        if result.code == DONE:
            self.assertTrue(Wav(recorded).data == self.data, f"{dump.name}: what was recorded is not what was played")
            return True
        self.check(result, FAILED)
        self.assertTrue(any(reason in result.err for reason in REASONS), f"{dump.name}: {result.err}")
        return False

    def test_loopback(self):
        dumps = sorted(CODECS.glob("*.codec"))[1::2]
        self.assertGreater(self.for_each(self.loop, dumps)[True], len(dumps) // 2)

    # ---- Several pins ---------------------------------------------------------------------------

    def play_to(self, dump, pins):
        """Whether these pins can all be heard at once; each then gives what was played."""
        out = self.folder / (dump.name + ".wav")
        names = [out] if len(pins) == 1 else [out.with_stem(f"{out.stem}-0x{pin:02x}") for pin in pins]
        options = [word for pin in pins for word in ("--pin", pin)]
        result = self.run_on(dump, "play", "--buffer", 256, "--out", out, *options, self.source)
        if result.code == FAILED and len(pins) > 1:
            self.assertIn("no converter reaches it beside the pins named before", result.err, dump.name)
            return False
        self.check(result, DONE)
        for pin, name in zip(pins, names):
            if is_exact(dump):
                self.assertIsNotNone(heard(name, self.data), f"{dump.name}: pin 0x{pin:02x} of {pins}: {result.err}")
            name.unlink()
        return True

    def play_to_all(self, dump):
        """To all connected output pins, some at a time, and where these do not go together one at a time."""
        pins = [pin.nid for pin in Graph(dump).output_pins() if pin.is_stereo]
        together = 0
        for first in range(0, len(pins), TOGETHER):
            some = pins[first : first + TOGETHER]
            if self.play_to(dump, some):
                together += 1
            else:
                for pin in some:
                    self.play_to(dump, [pin])
        return together > 0

    def test_all_pins(self):
        counts = self.for_each(self.play_to_all)
        self.assertGreater(counts[True], counts[False])

    def spread(self, dump, pins):
        """Whether as many channels as these pins have go to so many, side by side as they were in the file."""
        out = self.folder / (dump.name + ".wav")
        data = samples(2 * pins * 300, 16)
        source = self.file(wav(data, 2 * pins, 48000, 16), dump.name + ".in.wav")
        result = self.run_on(dump, "play", "--json", "--buffer", 256, "--out", out, source)
        if result.code == FAILED:
            return None
        played = result.object
        if len(played["pins"]) == pins and played["channels"] == 2 * pins:
            self.assertIsNotNone(heard(out, data), f"{dump.name}: what was heard is not what was played: {result.err}")
            return "done"
        self.assertLess(Graph(dump).most_in_group(), pins, dump.name)
        return None

    def test_spread(self):
        """Where two pins are of one group, too: they are too few."""
        dumps = [dump for dump in sorted(CODECS.glob("*.codec")) if Graph(dump).most_in_group() > 1]
        for pins in (3, 4):
            counts = self.for_each(lambda dump, pins=pins: self.spread(dump, pins), dumps)
            del counts[None]
            self.check_counts(f"spread over {pins}", counts)


if __name__ == "__main__":
    if not any(CODECS.glob("*.codec")):
        print(f"there is no dump in {CODECS} (HDABUS_CODECS names another folder)")
        sys.exit(SKIPPED)
    main()
