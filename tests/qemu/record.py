#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Recording on QEMU's controller, alone and while it plays: QEMU gives silence, and nothing may be missing.

Usage: record.py HDABUS
"""

from command import DONE, FAILED, CommandTest, Wav, heard, main, run, samples, wav
from machine import need_qemu

RATES = (16000, 44100, 48000, 96000)


class Record(CommandTest):
    def setUp(self):
        super().setUp()
        self.recorded = self.folder / "recorded.wav"

    def check_recorded(self, counts, frames, rate):
        self.assertEqual((counts["frames"], counts["overruns"], counts["lost"]), (frames, 0, 0))
        self.assertGreater(counts["notifications"], 0)
        self.assertLessEqual(counts["notifications"], counts["expected_notifications"])
        recorded = Wav(self.recorded)
        self.assertEqual((recorded.rate, recorded.channels, recorded.bits), (rate, 2, 16))
        self.assertEqual(recorded.data, bytes(4 * frames))

    def record(self, rate, frames, *options, device="qemu"):
        seconds = f"{frames / rate:.9f}"
        arguments = ["--device", device, "record", "--json", "--exact", "--rate", rate, "-d", seconds, *options]
        recorded = self.check(run(*arguments, self.recorded), DONE).object
        self.assertEqual((recorded["clock"], recorded["rate"], recorded["in"]), ("real", rate, None))
        self.check_recorded(recorded, frames, rate)
        return recorded

    def test_every_rate(self):
        for rate in RATES:
            with self.subTest(rate=rate):
                recorded = self.record(rate, rate // 2 + 331)
                self.assertEqual(recorded["notifications"] + recorded["late"], recorded["expected_notifications"])

    def test_buffers_and_notifications(self):
        for notify in (1, 2):
            for buffer in (8192, 48000):
                with self.subTest(notify=notify, buffer=buffer):
                    self.record(48000, 30000, "--notify", notify, "--buffer", buffer)

    def test_the_other_controller_and_codec(self):
        self.record(48000, 20000, device="qemu:controller=intel-hda")
        self.record(48000, 20000, device="qemu:codec=hda-micro")

    def duplex(self, device, rate):
        """Plays noise and records; returns what was played."""
        frames = rate // 2 + 331
        data = samples(2 * frames, 16)
        source = self.file(wav(data, 2, rate, 16))
        arguments = ["--device", device, "play", "--json", "--exact", "--record", self.recorded, source]
        played = self.check(run(*arguments), DONE).object
        self.assertEqual((played["frames"], played["underruns"]), (frames, 0))
        self.check_recorded(played["record"], frames, rate)
        return data

    def test_while_it_plays(self):
        for rate in RATES:
            with self.subTest(rate=rate):
                self.duplex("qemu", rate)

    def test_one_codec_records_while_another_plays(self):
        for rate in (44100, 48000):
            with self.subTest(rate=rate):
                data = self.duplex(f"qemu:codec=hda-output,out={self.out},codec=hda-duplex", rate)
                self.assertIsNotNone(heard(self.out, data), "the file does not stand in what was heard")

    def test_a_tone_is_written_at_its_own_rate(self):
        self.check(run("--device", f"qemu:out={self.out}", "tone", "--exact", "--rate", 44100, "-d", "0.5"), DONE)
        self.assertEqual(Wav(self.out).rate, 44100)
        self.assertGreaterEqual(len(Wav(self.out).data.strip(b"\0")), 4 * 22050 - 4)

    def test_a_codec_whose_audio_is_written_records_nothing(self):
        result = self.check(run("--device", f"qemu:out={self.out}", "record", "--json", "-d", 1, self.recorded), FAILED)
        self.assertEqual(result.object["status"], "STATUS_IO_TIMEOUT")
        self.assertIn("QEMU gives a codec no input while it writes what that plays to out=FILE", result.err)
        self.assertEqual(Wav(self.recorded).data, b"")

    def test_what_qemu_cannot_do(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        for arguments in (("record", "--in", "tone", "-d", 1, self.recorded),
                          ("play", "--record", self.recorded, "--loopback", source)):
            said = self.check(run("--device", "qemu", *arguments), FAILED).err
            self.assertIn("needs a simulated device", said)
        said = self.check(run("--device", "qemu:codec=hda-output", "record", "-d", 1, self.recorded), FAILED).err
        self.assertIn("no connected input pin", said)
        said = self.check(run("--device", f"qemu:out={self.out}", "record", "-d", 1, self.out), FAILED).err
        self.assertIn("is written by the device", said)
        self.assertFalse(self.recorded.exists())


if __name__ == "__main__":
    need_qemu()
    main()
