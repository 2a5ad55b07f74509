#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus play and record with a sleep of the bus on the way.

Usage: sleeping.py HDABUS
"""

from command import DONE, FAILED, USAGE, CommandTest, Wav, heard, main, run, samples, wav

RATE = 48000
MOMENTS = (1, 49, 50, 333, 700, 1100)  # ms of a second and a bit; the last in the silence at the end
OVER = "it was over before"


class SleepTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * RATE * 11 // 10, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))
        self.recorded = self.folder / "recorded.wav"

    def sleep(self, ms, *arguments, device="sim"):
        result = self.check(run("--device", device, *arguments, "--exact", "--suspend", ms), DONE)
        self.assertNotIn(OVER, result.err)
        return result

    def test_play_is_exact(self):
        for ms in MOMENTS:
            for options in ((), ("--notify", 1), ("--buffer", 20000), ("--buffer", 333)):
                with self.subTest(ms=ms, options=options):
                    self.sleep(ms, "play", *options, "--out", self.out, self.source)
                    self.assertEqual(heard(self.out, self.data), 0)

    def test_record_is_exact(self):
        for ms in MOMENTS[:-1]:
            with self.subTest(ms=ms):
                self.sleep(ms, "record", "--in", self.source, self.recorded)
                self.assertEqual(Wav(self.recorded).data, self.data)

    def test_a_loopback_is_exact(self):
        for ms in MOMENTS[:-1]:
            with self.subTest(ms=ms):
                self.sleep(ms, "play", "--loopback", "--record", self.recorded, self.source)
                self.assertEqual(Wav(self.recorded).data, self.data)

    def test_tone(self):
        self.check(run("tone", "--out", self.out), DONE)
        self.check(run("tone", "--out", self.recorded, "--suspend", "500"), DONE)
        played, slept = Wav(self.out).data, Wav(self.recorded).data
        self.assertEqual(slept.rstrip(b"\0"), played.rstrip(b"\0"))

    def test_other_shapes_of_the_controller(self):
        for device in ("sim:shape=qemu", "sim:irq=level", "sim:positions=no", "sim:rings=2", "sim:fragment=1"):
            with self.subTest(device=device):
                self.sleep(333, "play", "--out", self.out, self.source, device=device)
                self.assertEqual(heard(self.out, self.data), 0)

    def test_on_the_real_clock(self):
        self.sleep(400, "play", "--buffer", "24000", "--out", self.out, self.source, device="sim:clock=real")
        self.assertEqual(heard(self.out, self.data), 0)

    def test_the_bus_does_sleep(self):
        """The registers are programmed anew, and the way to the pin is opened again."""
        awake = self.check(run("--json", "play", self.source), DONE).object
        slept = self.check(run("--json", "play", "--suspend", "500", self.source), DONE).object
        self.assertGreater(slept["register_writes"], awake["register_writes"] + 20)
        self.assertGreater(slept["verbs"], awake["verbs"] + 5)

    def test_a_controller_that_disappears_meanwhile(self):
        for ms in (560, 640, 720, 760):
            with self.subTest(ms=ms):
                result = run("--device", f"sim:remove={ms}", "play", "--suspend", "500", self.source, timeout=20)
                self.check(result, FAILED)
                self.assertIn("the controller has disappeared after", result.err)

    def test_a_time_that_does_not_come_is_told(self):
        result = self.check(run("play", "--suspend", "5000", self.source), DONE)
        self.assertIn(f"--suspend: {OVER} 5000 ms", result.err)

    def test_what_is_no_time(self):
        for value in ("0", "-1", "soon", ""):
            with self.subTest(value=value):
                self.check(run("play", "--suspend", value, self.source), USAGE)
        self.check(run("info", "--suspend", "1"), USAGE)


if __name__ == "__main__":
    main()
