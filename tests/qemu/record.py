#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Recording on QEMU's controller, alone and while it plays: QEMU gives silence, and nothing may be missing.

Usage: record.py HDABUS
"""

import itertools
from concurrent.futures import ThreadPoolExecutor

from command import DONE, FAILED, CommandTest, Wav, heard, main, run, samples, wav
from machine import need_qemu

RATES = (16000, 44100, 48000, 96000)
AT_ONCE = 4


class Record(CommandTest):
    def setUp(self):
        super().setUp()
        self.recorded = self.folder / "recorded.wav"
        self.numbers = itertools.count()

    def path(self, name):
        """Another one each time: several processes write at once."""
        return self.folder / f"{next(self.numbers)}-{name}.wav"

    def check_recorded(self, path, counts, frames, rate):
        self.assertEqual((counts["frames"], counts["overruns"], counts["lost"]), (frames, 0, 0))
        self.assertGreater(counts["notifications"], 0)
        self.assertLessEqual(counts["notifications"], counts["expected_notifications"])
        recorded = Wav(path)
        self.assertEqual((recorded.rate, recorded.channels, recorded.bits), (rate, 2, 16))
        self.assertEqual(recorded.data, bytes(4 * frames))

    def record(self, device="qemu", rate=48000, frames=20000, options=()):
        path = self.path("recorded")
        arguments = ["record", "--json", "--exact", "--rate", rate, "-d", f"{frames / rate:.9f}", *options, path]
        recorded = self.check(run("--device", device, *arguments), DONE).object
        self.assertEqual((recorded["clock"], recorded["rate"], recorded["in"]), ("real", rate, None))
        self.check_recorded(path, recorded, frames, rate)

    def duplex(self, device="qemu", rate=48000, out=None):
        """Plays noise, which stands in `out`, and records."""
        path, frames = self.path("recorded"), rate // 2 + 331
        data = samples(2 * frames, 16)
        source = self.file(wav(data, 2, rate, 16), self.path("in").name)
        played = self.check(run("--device", device, "play", "--json", "--exact", "--record", path, source), DONE).object
        self.assertEqual((played["frames"], played["underruns"]), (frames, 0))
        self.check_recorded(path, played["record"], frames, rate)
        if out:
            self.assertIsNotNone(heard(out, data), "the file does not stand in what was heard")

    def run_all(self, routine, *cases):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for each in [pool.submit(routine, **case) for case in cases]:
                each.result()

    def test_every_rate(self):
        self.run_all(self.record, *({"rate": rate, "frames": rate // 2 + 331} for rate in RATES))

    def test_buffers_and_notifications(self):
        cases = itertools.product((1, 2), (8192, 48000))
        self.run_all(
            self.record, *({"options": ("--notify", notify, "--buffer", buffer)} for notify, buffer in cases)
        )

    def test_the_other_controller_and_codec(self):
        self.run_all(self.record, {"device": "qemu:controller=intel-hda"}, {"device": "qemu:codec=hda-micro"})

    def test_while_it_plays(self):
        self.run_all(self.duplex, *({"rate": rate} for rate in RATES))

    def test_one_codec_records_while_another_plays(self):
        cases = []
        for rate in (44100, 48000):
            out = self.path("out")
            device = f"qemu:codec=hda-output,out={out},codec=hda-duplex"
            cases.append({"device": device, "rate": rate, "out": out})
        self.run_all(self.duplex, *cases)

    def test_a_tone_is_written_at_its_own_rate(self):
        self.check(run("--device", f"qemu:out={self.out}", "tone", "--exact", "--rate", 44100, "-d", "0.5"), DONE)
        self.assertEqual(Wav(self.out).rate, 44100)
        self.assertGreaterEqual(len(Wav(self.out).data.strip(b"\0")), 4 * 22050 - 8)

    def test_a_codec_whose_audio_is_written_records_nothing(self):
        result = self.check(run("--device", f"qemu:out={self.out}", "record", "--json", "-d", 1, self.recorded), FAILED)
        self.assertEqual(result.object["status"], "STATUS_IO_TIMEOUT")
        self.assertIn("QEMU gives a codec no input while it writes what that plays to out=FILE", result.err)
        self.assertEqual(Wav(self.recorded).data, b"")

    def test_what_qemu_cannot_do(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        for arguments in (
            ("record", "--in", "tone", "-d", 1, self.recorded),
            ("play", "--record", self.recorded, "--loopback", source),
        ):
            said = self.check(run("--device", "qemu", *arguments), FAILED).err
            self.assertIn("needs a simulated device", said)
        said = self.check(run("--device", "qemu:codec=hda-output", "record", "-d", 1, self.recorded), FAILED).err
        self.assertIn("no connected input pin", said)
        said = self.check(run("--device", f"qemu:out={self.out}", "record", "-d", 1, self.out), FAILED).err
        self.assertIn("is written by the device", said)
        said = self.check(run("--device", f"qemu:out={self.out}", "play", "--record", self.out, source), FAILED).err
        self.assertIn("would be written twice", said)
        self.assertFalse(self.recorded.exists())


if __name__ == "__main__":
    need_qemu()
    main()
