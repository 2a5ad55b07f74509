#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU that is killed, or stopped, while hdabus drives it: a controller that disappears.

Usage: removal.py HDABUS
"""

import os
import signal
import subprocess
import time

import command
from command import DONE, FAILED, CommandTest, Wav, main, samples, wav
from machine import QEMU, need_qemu, qemus, within

GONE = b"hdabus: the controller has disappeared"
SOON = 1  # s, to end in when QEMU is killed
PATIENCE = 5  # s, that a QEMU may keep silent (docs/QEMU.md); twice as long when it starts
RATE = 48000


class RemovalTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * 30 * RATE, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))
        self.recorded = self.folder / "recorded.wav"
        self.trace = self.folder / "trace"  # tells our QEMU from others

    def start(self, *arguments, out=None):
        device = f"qemu:trace={self.trace}" + (f",out={out}" if out else "")
        process = subprocess.Popen(
            [command.PROGRAM, "--device", device, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_playing(self, *options):
        process = self.start("play", *options, self.source, out=self.out)
        self.assertTrue(within(10, lambda: self.out.exists() and self.out.stat().st_size > 100000), "it does not play")
        return process

    def start_recording(self):
        process = self.start("record", "--duration", "30", self.recorded)
        self.assertTrue(within(10, self.trace.exists), "QEMU does not start")
        time.sleep(1.2)
        return process

    def hit(self, number):
        """Sends a signal to our QEMU. False: there is none yet."""
        hit = qemus(str(self.trace))
        for qemu in hit:
            os.kill(qemu, number)
        return bool(hit)

    def check_end(self, process, seconds):
        """It ends in time with a sentence and exit code 1, and QEMU with it."""
        began = time.monotonic()
        self.assertEqual(process.wait(seconds + 20), FAILED)
        took = time.monotonic() - began
        self.assertLess(took, seconds)
        said = process.stderr.read()
        self.assertEqual(said.count(b"the controller has disappeared"), 1, said)
        self.assertTrue(within(2, lambda: not qemus(str(self.trace))), "QEMU is left")
        return said

    def check_recorded(self):
        """A header that is right for what came: silence, which is what QEMU's codec records."""
        recorded = Wav(self.recorded).data
        self.assertGreater(len(recorded), RATE // 2 * 4)
        self.assertEqual(recorded.strip(b"\0"), b"")


class Killed(RemovalTest):
    def test_play_ends_at_once(self):
        """Long before an interrupt, one of which comes every two seconds, is missed."""
        process = self.start_playing("--buffer", 4 * RATE)
        self.hit(signal.SIGKILL)
        said = self.check_end(process, SOON)
        self.assertIn(f"{QEMU} is gone: signal 9".encode(), said)
        self.assertRegex(said, GONE + rb" after \d+\.\d{3} s\n")

    def test_record_ends_at_once_and_keeps_what_came(self):
        process = self.start_recording()
        self.hit(signal.SIGKILL)
        self.assertRegex(self.check_end(process, SOON), GONE + rb" after \d+\.\d{3} s\n")
        self.check_recorded()

    def test_it_says_so_however_early(self):
        for number in range(12):
            with self.subTest(number=number):
                process = self.start("play", self.source)
                self.assertTrue(within(10, lambda: qemus(str(self.trace))), "QEMU does not start")
                time.sleep(number * 0.02)
                self.hit(signal.SIGKILL)
                self.check_early(process)

    def check_early(self, process):
        """Killed before it has served, QEMU has not started; then that is said, and is no device."""
        code = process.wait(20)
        said = process.stderr.read()
        if code == FAILED:
            self.assertIn(b"the controller has disappeared", said)
        else:
            self.assertEqual(code, command.NO_DEVICE)
            self.assertIn(b"signal 9", said)

    def test_codec_and_conformance_end(self):
        for arguments in (("codec",), ("conformance", "--interface", "v2")):
            with self.subTest(arguments=arguments):
                process = self.start(*arguments)
                self.assertTrue(within(10, lambda: self.hit(signal.SIGKILL)), "QEMU does not start")
                self.assertNotEqual(process.wait(20), DONE)


class Stopped(RemovalTest):
    def test_play_ends_when_qemu_has_been_silent_for_long(self):
        process = self.start_playing()
        self.hit(signal.SIGSTOP)
        said = self.check_end(process, PATIENCE + 2)
        self.assertIn(f"{QEMU} has given no answer for {PATIENCE} s".encode(), said)
        self.assertRegex(said, GONE + rb" after \d+\.\d{3} s\n")
        played = Wav(self.out).data.strip(b"\0")  # QEMU was told to end, and did so in order
        self.assertIn(played[: RATE * 2], self.data)

    def test_record_ends_and_keeps_what_came(self):
        process = self.start_recording()
        self.hit(signal.SIGSTOP)
        self.check_end(process, PATIENCE + 2)
        self.check_recorded()

    def test_the_start_ends(self):
        process = self.start("play", self.source)
        self.assertTrue(within(10, lambda: self.hit(signal.SIGSTOP)), "QEMU does not start")
        self.assertNotEqual(process.wait(2 * PATIENCE + 10), DONE)
        self.assertTrue(within(2, lambda: not qemus(str(self.trace))), "QEMU is left")

    def test_a_pause_that_ends_in_time_is_none(self):
        process = self.start_playing()
        self.hit(signal.SIGSTOP)
        time.sleep(1)
        self.hit(signal.SIGCONT)
        time.sleep(1)
        self.assertIsNone(process.poll(), "it has given up")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), DONE)

    def test_hdabus_itself_may_be_stopped_for_longer(self):
        process = self.start_playing()
        process.send_signal(signal.SIGSTOP)
        time.sleep(PATIENCE + 2)
        process.send_signal(signal.SIGCONT)
        time.sleep(1)
        self.assertIsNone(process.poll(), "it has given up")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), DONE)


if __name__ == "__main__":
    need_qemu()
    main()
