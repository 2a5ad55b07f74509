#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The issue's promise: a file played on QEMU's controller stands in QEMU's WAV file, sample for sample.

Usage: exact.py HDABUS
"""

from concurrent.futures import ThreadPoolExecutor

from command import DONE, FAILED, CommandTest, Wav, heard, main, run, samples, wav
from machine import need_qemu

RATES = (16000, 44100, 48000, 96000)
TIMES = 20
AT_ONCE = 4
SILENCE = 0.1  # seconds before the first sample, at most


class Exact(CommandTest):
    def play(self, rate, number, options=(), device=""):
        """Plays noise of another length each time, and returns how many frames of silence precede it."""
        frames = rate // 5 + 331 * number
        data = samples(2 * frames, 16, seed=number)
        source = self.file(wav(data, 2, rate, 16), f"in-{rate}-{number}.wav")
        out = self.folder / f"out-{rate}-{number}.wav"
        result = run("--device", f"qemu:out={out}{device}", "play", "--json", "--exact", *options, source)
        self.check(result, DONE)
        self.assertEqual((result.object["frames"], result.object["underruns"]), (frames, 0))
        self.assertEqual((result.object["clock"], result.object["rate"]), ("real", rate))
        self.assertEqual(Wav(out).rate, rate)
        silence = heard(out, data)
        self.assertIsNotNone(silence, f"{rate} Hz, {number}: the file does not stand in what was heard")
        self.assertLess(silence, SILENCE * rate)
        source.unlink()
        out.unlink()

    def test_every_rate_twenty_times(self):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            # A quarter of a second, so that a busy machine does not let it run dry.
            played = [pool.submit(self.play, rate, number, ("--buffer", rate))
                      for number in range(TIMES) for rate in RATES]
            for each in played:
                each.result()

    def test_buffers_and_notifications(self):
        for notify in (1, 2):
            for buffer in (8192, 48000):
                with self.subTest(notify=notify, buffer=buffer):
                    self.play(48000, 1, ("--notify", notify, "--buffer", buffer))

    def test_the_other_controller_and_codec(self):
        self.play(48000, 2, device=",controller=intel-hda,codec=hda-output")
        self.play(48000, 3, device=",codec=hda-micro")

    def test_a_rate_that_the_device_names_wins_over_the_files(self):
        source = self.file(wav(samples(2 * 16000, 16), 2, 16000, 16))
        self.check(run("--device", f"qemu:out={self.out},rate=48000", "play", source), DONE)
        self.assertEqual(Wav(self.out).rate, 48000)

    def test_the_file_to_play_is_not_written_over(self):
        content = wav(samples(1000, 16), 2, 48000, 16)
        source = self.file(content)
        result = self.check(run("--device", f"qemu:out={source}", "play", source), FAILED)
        self.assertIn("is the file to play", result.err)
        self.assertEqual(source.read_bytes(), content)

    def test_out_of_play_is_for_simulated_pins(self):
        source = self.file(wav(samples(1000, 16), 2, 48000, 16))
        result = self.check(run("--device", "qemu", "play", "--out", self.out, source), FAILED)
        self.assertIn("qemu:out=FILE", result.err)


if __name__ == "__main__":
    need_qemu()
    main()
