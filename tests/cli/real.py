#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus play and record while time passes by itself.

Usage: real.py HDABUS
"""

import json
import signal
import subprocess
import time

from command import DONE, PROGRAM, CommandTest, Wav, main, run, samples, wav


PATIENT = ("--buffer", "24000")  # half a second: a busy machine lets a thread wait for its turn


class RealClock(CommandTest):
    def start(self, seconds):
        self.data = samples(48000 * 2 * seconds, 16)
        source = self.file(wav(self.data, 2, 48000, 16))
        options = ["--json", "--clock", "real", *PATIENT, "--out", str(self.out)]
        arguments = [PROGRAM, "play", *options, str(source)]
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for_data(self, process):
        while not (self.out.exists() and self.out.stat().st_size > 100000):
            time.sleep(0.05)
            self.assertIsNone(process.poll(), "it ended by itself")

    def test_plays_in_real_time(self):
        began = time.monotonic()
        process = self.start(1)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, DONE, err)
        self.assertGreater(time.monotonic() - began, 0.99)
        self.assertIn(self.data, Wav(self.out).data)

    def test_interrupt_keeps_what_was_captured(self):
        process = self.start(30)
        self.wait_for_data(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, DONE, err)
        self.assertIn(b'"stopped": true', out)
        kept = Wav(self.out).data.lstrip(b"\0")
        self.assertGreater(len(kept), 90000)
        self.assertTrue(self.data.lstrip(b"\0").startswith(kept))

    def test_records_in_real_time(self):
        began = time.monotonic()
        data = samples(48000 * 2, 16)
        source = self.file(wav(data, 2, 48000, 16))
        self.check(run("record", "--clock", "real", "--exact", *PATIENT, "--in", source, self.out), DONE)
        self.assertGreater(time.monotonic() - began, 0.99)
        self.assertEqual(Wav(self.out).data, data)

    def test_plays_and_records_at_once(self):
        data = samples(48000 * 2, 16)
        source = self.file(wav(data, 2, 48000, 16))
        options = ("--clock", "real", "--exact", *PATIENT, "--loopback", "--record", self.out)
        self.check(run("play", *options, source), DONE)
        self.assertEqual(Wav(self.out).data, data)

    def test_interrupt_stops_both_ways(self):
        data = samples(48000 * 2 * 30, 16)
        source = self.file(wav(data, 2, 48000, 16))
        arguments = [PROGRAM, "play", "--json", "--clock", "real", "--loopback", "--record", str(self.out), str(source)]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.wait_for_data(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, DONE, err)
        self.assertTrue(json.loads(out)["stopped"] and json.loads(out)["record"]["stopped"])
        recorded = Wav(self.out).data
        self.assertEqual(len(recorded), 4 * json.loads(out)["record"]["frames"])
        self.assertTrue(data.startswith(recorded))

    def test_interrupt_completes_what_was_recorded(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                self.out.unlink(missing_ok=True)
                arguments = [PROGRAM, "record", "--json", "--clock", "real", "--in", "tone", str(self.out)]
                process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.wait_for_data(process)
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, DONE, err)
                recorded = json.loads(out)
                self.assertTrue(recorded["stopped"])
                self.assertEqual(len(Wav(self.out).data), 4 * recorded["frames"])
                # A period may have ended after the last wait, and its frames were kept without it.
                self.assertIn(recorded["expected_notifications"] - recorded["notifications"], (0, 1))


if __name__ == "__main__":
    main()
