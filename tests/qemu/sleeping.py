#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's controller put to sleep in the middle of a file, and what stands in its WAV file.

Usage: sleeping.py HDABUS
"""

from command import DONE, CommandTest, Wav, main, run, samples, wav
from machine import need_qemu

RATE = 48000
FRAME = 4
MOST_LOST = 60 * RATE // 1000  # frames: what QEMU may have fetched (hdabus_latency())


def common(one, other):
    """How many whole frames two pieces of audio begin with alike."""
    most = min(len(one), len(other)) // FRAME
    return next((i for i in range(most) if one[i * FRAME : (i + 1) * FRAME] != other[i * FRAME : (i + 1) * FRAME]), most)


class Sleeping(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * RATE * 3 // 2, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))

    def split(self):
        """Frames of the source that were played ahead of the sleep, and the first one that was played after it."""
        played = Wav(self.out).data
        start = len(played) - len(played.lstrip(b"\0"))
        played = played[start - start % FRAME :].rstrip(b"\0")
        played += bytes(-len(played) % FRAME)
        before = common(played, self.data)
        rest = played[before * FRAME :].lstrip(b"\0")
        if not rest:
            return before, before
        after = self.data.find(rest[: 64 * FRAME])
        self.assertGreaterEqual(after, 0, "what follows is not of the file")
        self.assertEqual(self.data[after:], rest, "the file is not played to its end")
        return before, -(-after // FRAME)

    def test_play_goes_on_where_it_was(self):
        for ms, options in ((1, ()), (300, ("--buffer", 9600)), (700, ()), (1000, ("--notify", 1))):
            with self.subTest(ms=ms, options=options):
                result = run("--json", "--device", f"qemu:out={self.out}", "play", "--suspend", ms, *options, self.source)
                told = self.check(result, DONE).object
                self.assertEqual((told["frames"], told["underruns"]), (RATE * 3 // 2, 0))
                before, after = self.split()
                self.assertIn(after - before, range(MOST_LOST), "frames between the two parts")

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
