#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's controller put to sleep in the middle of a file, which stands in QEMU's WAV file none the less.

Usage: sleeping.py HDABUS
"""

from command import DONE, CommandTest, Wav, heard, main, run, samples, wav
from machine import need_qemu

RATE = 48000
FRAME = 4


class Sleeping(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * RATE * 3 // 2, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))

    def test_play_goes_on_where_it_was(self):
        for ms, options in ((1, ()), (300, ("--buffer", 9600)), (700, ()), (1000, ("--notify", 1))):
            with self.subTest(ms=ms, options=options):
                result = run("--json", "--device", f"qemu:out={self.out}", "play", "--suspend", ms, *options, self.source)
                told = self.check(result, DONE).object
                self.assertEqual((told["frames"], told["underruns"]), (RATE * 3 // 2, 0))
                self.assertIsNotNone(heard(self.out, self.data), "the file does not stand in what was heard")

    def test_record_goes_on(self):
        recorded = self.folder / "recorded.wav"
        told = self.check(run("--json", "--device", "qemu", "record", "-d", "1", "--suspend", "400", recorded), DONE)
        self.assertEqual((told.object["frames"], told.object["overruns"]), (RATE, 0))
        self.assertEqual(Wav(recorded).data, bytes(RATE * FRAME))

    def test_both_at_once_go_on(self):
        recorded = self.folder / "recorded.wav"
        told = self.check(
            run("--json", "--device", "qemu", "play", "--suspend", "400", "--record", recorded, self.source), DONE
        ).object
        self.assertEqual((told["frames"], told["record"]["frames"]), (RATE * 3 // 2, RATE * 3 // 2))


if __name__ == "__main__":
    need_qemu()
    main()
