#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Recording, and playing into a cable, with codecs made from dumps of real ones: exact, or refused with a reason.

Usage: corpus.py HDABUS CODECS

HDABUS_CODECS names another folder of dumps.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from command import DONE, FAILED, CommandTest, Wav, main, run, samples, wav

SKIPPED = 77  # what tells meson that a test did not run
CODECS = Path(os.environ.get("HDABUS_CODECS") or (sys.argv.pop(1) if len(sys.argv) > 1 else "codecs"))
AT_ONCE = 2
REASONS = (
    "no connected input pin that audio reaches",
    "no connected output pin that audio reaches",
    "does not reach 0 dB",
    "2 channels mixed to 1",
)


class Corpus(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * 700, 16)
        self.source = self.file(wav(self.data, 2, 48000, 16))

    def run_dump(self, dump, *arguments):
        """Whether noise is recorded with this codec; else it is refused with a reason."""
        recorded = self.folder / (dump.name + ".wav")
        arguments = [recorded if argument is None else argument for argument in arguments]
        result = run("--device", f"sim:codec={dump}", *arguments, "--exact", "--buffer", 256)
        if result.code == DONE:
            self.assertTrue(Wav(recorded).data == self.data, f"{dump.name}: what was recorded is not what was fed")
            return True
        self.check(result, FAILED)
        self.assertTrue(any(reason in result.err for reason in REASONS), f"{dump.name}: {result.err}")
        return False

    def run_half(self, first, *arguments):
        """Every second dump, from the first one on: one test takes those that the other leaves."""
        dumps = sorted(CODECS.glob("*.codec"))[first::2]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(lambda dump: self.run_dump(dump, *arguments), dumps))
        self.assertGreater(sum(done), len(done) // 2)

    def test_record(self):
        self.run_half(0, "record", "--in", self.source, None)

    def test_loopback(self):
        self.run_half(1, "play", "--loopback", "--record", None, self.source)


if __name__ == "__main__":
    if not any(CODECS.glob("*.codec")):
        print(f"there is no dump in {CODECS} (HDABUS_CODECS names another folder)")
        sys.exit(SKIPPED)
    main()
