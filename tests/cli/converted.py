#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of files that the codec cannot take as they are.

Usage: converted.py HDABUS
"""

import math
import struct

from command import DONE, CommandTest, Wav, heard, main, run, wav


def tone(frames, rate, hertz, level, channels=2):
    values = (level * math.sin(2 * math.pi * hertz * i / rate) for i in range(frames))
    return b"".join(struct.pack("<h", round(32767 * value)) * channels for value in values)


def left(path):
    out = Wav(path)
    assert out.bits == 16
    return [value[0] for value in struct.iter_unpack(f"<h{out.frame - 2}x", out.data)]


class Converted(CommandTest):
    def play(self, content, *options):
        return self.check(run("play", "--json", "--out", self.out, *options, self.file(content)), DONE)

    def test_a_rate_that_no_converter_takes_goes_to_the_nearest(self):
        result = self.play(wav(tone(23000, 46000, 1000, 0.5), 2, 46000, 16))
        self.assertEqual(result.object["rate"], 44100)
        self.assertEqual(result.object["frames"], round(23000 * 44100 / 46000))
        self.assertIn("converted from 46000 to 44100 Hz", result.err)
        heard_values = left(self.out)[2000:20000]
        self.assertAlmostEqual(max(heard_values), 16384, delta=40)
        crossings = sum(a < 0 <= b for a, b in zip(heard_values, heard_values[1:]))
        self.assertAlmostEqual(crossings, 18000 * 1000 / 44100, delta=1.5)

    def test_a_narrower_width_is_rounded_to_the_nearest(self):
        values = (0x123480, 0x12347F, -0x123480, -0x123481, 0x7FFFFF, -0x800000, 0x10000, 0)
        data = b"".join(struct.pack("<i", value)[:3] for value in values)
        self.play(wav(data, 2, 48000, 24), "--bits", 16)
        rounded = (0x1235, 0x1234, -0x1234, -0x1235, 0x7FFF, -0x8000, 0x100, 0)
        self.assertEqual(heard(self.out, struct.pack("<8h", *rounded)), 0)

    def test_real_numbers_become_24_bits_and_are_clipped(self):
        values = (0.5, -0.5, 1.5, -1.5, 1 / 2**23, 0.25)
        result = self.play(wav(struct.pack("<6f", *values), 2, 48000, 32, tag=3))
        self.assertEqual(result.object["bits"], 24)
        wanted = (0x400000, -0x400000, 0x7FFFFF, -0x800000, 1, 0x200000)
        data = b"".join(struct.pack("<i", value)[:3] for value in wanted)
        self.assertEqual(heard(self.out, data), 0)

    def test_eight_bits_go_as_sixteen(self):
        result = self.play(wav(bytes((129, 128, 255, 0)), 2, 48000, 8), "--exact")
        self.assertEqual(result.object["bits"], 16)
        self.assertEqual(heard(self.out, struct.pack("<4h", 0x100, 0, 0x7F00, -0x8000)), 0)

    def test_a_mix_keeps_every_channel_and_never_clips(self):
        for channel in (0, 2, 4):
            frame = [0] * 6
            frame[channel] = 32767
            self.play(wav(struct.pack("<6h", *frame) * 100, 6, 48000, 16), "--pin", "0x0e")
            self.assertGreater(left(self.out)[50], 5000)
        for level in (32767, 16384):
            self.play(wav(struct.pack("<6h", *[level] * 6) * 100, 6, 48000, 16), "--pin", "0x0e")
            self.assertAlmostEqual(max(left(self.out)), level, delta=2)


if __name__ == "__main__":
    main()
