#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's process: started, refused, and never left behind.

Usage: process.py HDABUS
"""

import os
import random
import signal
import subprocess
import time

import command
from command import DONE, NO_DEVICE, USAGE, CommandTest, Wav, heard, main, run, samples, wav
from machine import QEMU, need_qemu, qemus, within

KILLS = 20
PACKAGE = "qemu-system-x86"


class ProcessTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * 30 * 48000, 16)
        self.source = self.file(wav(self.data, 2, 48000, 16))

    def start(self):
        """hdabus, playing half a minute, in a process group of its own."""
        arguments = [command.PROGRAM, "--device", f"qemu:out={self.out}", "play", self.source]
        process = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_playing(self):
        process = self.start()
        self.assertTrue(within(10, lambda: self.out.exists() and self.out.stat().st_size > 20000), "it does not play")
        return process

    def no_qemu(self):
        return not qemus(str(self.out))


class Killed(ProcessTest):
    def test_twenty_kills_leave_no_qemu_and_the_next_start_works(self):
        for number in range(KILLS):
            with self.subTest(number=number):
                self.start_playing().kill()
                self.assertTrue(within(2, self.no_qemu), "QEMU is left")
                self.out.unlink()
        self.check(run("--device", f"qemu:out={self.out}", "info"), DONE)
        self.assertTrue(self.no_qemu())

    def test_a_kill_at_any_moment_of_the_start_leaves_no_qemu(self):
        moments = random.Random(1)
        for number in range(KILLS):
            with self.subTest(number=number):
                process = self.start()
                time.sleep(moments.uniform(0, 0.15))
                process.kill()
                process.wait()
                self.assertTrue(within(2, self.no_qemu), "QEMU is left")

    def test_an_interrupt_stops_cleanly_and_keeps_what_was_written(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                process = self.start_playing()
                process.send_signal(number)
                self.assertEqual(process.wait(10), DONE)
                self.assertTrue(self.no_qemu())
                played = Wav(self.out).data.rstrip(b"\0")
                self.assertEqual(played, self.data[: len(played)])
                self.out.unlink()

    def test_the_terminals_interrupt_is_for_hdabus_alone(self):
        process = self.start_playing()
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(10), DONE)
        self.assertEqual(process.stderr.read(), b"")


class Refused(ProcessTest):
    def info(self, options="", path=None):
        before = os.environ["PATH"]
        try:
            os.environ["PATH"] = path or before
            return run("--device", f"qemu{options}", "info")
        finally:
            os.environ["PATH"] = before

    def impostor(self, script):
        """A folder with a QEMU that is none."""
        program = self.file(f"#!/bin/sh\n{script}\n".encode(), QEMU)
        program.chmod(0o755)
        return f"{self.folder}:/bin:/usr/bin"

    def test_a_missing_qemu_is_named_with_its_package(self):
        result = self.check(self.info(path="/nonexistent"), NO_DEVICE)
        self.assertIn(f"there is no {QEMU}: install Debian's package {PACKAGE}", result.err)

    def test_an_old_qemu_is_named_with_its_package_and_what_it_said(self):
        result = self.check(self.info(path=self.impostor("echo unknown option -wings >&2; exit 1")), NO_DEVICE)
        self.assertIn(PACKAGE, result.err)
        self.assertIn("unknown option -wings", result.err)

    def test_a_qemu_that_says_nothing_is_given_up_and_ended(self):
        marked = f"exec -a {QEMU} sleep 1000{random.randrange(10**6)}"
        self.check(self.info(path=self.impostor(f"exec /bin/bash -c '{marked}'")), NO_DEVICE)
        self.assertEqual(qemus(marked.rsplit(" ", 1)[1]), [])

    def test_options_that_are_wrong(self):
        for options, sentence in (
            (":codec=piano", "expected hda-duplex"),
            (":controller=ac97", "expected ich9-intel-hda or intel-hda"),
            (":rate=0", "expected Hz"),
            (":rate=fast", "expected Hz"),
            (":clock=virtual", "expected real"),
            (f":out={self.out},out={self.out}", "more files (2) than codecs (1)"),
            (f":codec=hda-duplex,codec=hda-micro,out={self.out},out={self.out}", "the same file"),
            (":wings=2", "there is no option 'wings'"),
        ):
            with self.subTest(options=options):
                self.assertIn(sentence, self.check(self.info(options), USAGE).err)

    def test_a_file_that_cannot_be_written(self):
        result = self.check(self.info(f":out={self.folder}/none/out.wav"), NO_DEVICE)
        self.assertIn("No such file or directory", result.err)


if __name__ == "__main__":
    need_qemu()
    main()
