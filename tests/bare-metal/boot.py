#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""examples/bare-metal built by its own makefile and booted: what it plays is exact, what it cannot do it says.

Usage: boot.py SOURCE_FOLDER BUILD_FOLDER COMPILER [TEST...]
"""

import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path
from typing import NamedTuple

from machine import SKIPPED, need_qemu

SOURCE, BUILD, COMPILER = Path(sys.argv.pop(1)), Path(sys.argv.pop(1)), sys.argv.pop(1)
EXAMPLE = SOURCE / "examples" / "bare-metal"
LIBRARIES = tuple(f"{part}={BUILD}/{part}/libhdabus-{part}.a" for part in ("core", "check"))
DONE, FAILED = 33, 35  # exit status of QEMU
TIMEOUT = 20  # seconds
# Time passes with what the processor executes: a busy machine changes nothing.
COUNTED = ("-icount", "shift=5,sleep=off")
PC, Q35 = ("pc", "intel-hda"), ("q35", "ich9-intel-hda")
CODECS = ("hda-output", "hda-duplex", "hda-micro")

RATE, AMPLITUDE, PERIOD = 48000, 12000, 48
TONE = b"".join(
    struct.pack("<hh", sample, sample)
    for n in range(RATE)
    for sample in [round(AMPLITUDE * math.sin(2 * math.pi * (n % PERIOD) / PERIOD))]
)
LINES = """\
controller 8086:(2668|293e), (which interrupts|asked at each tick of the timer)
{tried}\
hdabus: no SSYNC: streams start together as close as register writes allow
stack, start: (?P<start>\\d+) bytes
7 halves played
stack, play: (?P<play>\\d+) bytes
register accesses: (?P<reads>\\d+) reads, (?P<writes>\\d+) writes
interrupts: \\d+, periods: 7, of them lost: (?P<lost>\\d+)
stack, stop: (?P<stop>\\d+) bytes
{found}\
memory: (?P<most>\\d+) bytes at most, 0 still in use
"""
SPOKEN = LINES.format(tried="", found="")
CHECKED = LINES.format(
    tried="hdabus: the checking host tries each hook, at \\d+ ns\nfaults of the hooks: 0\n", found="faults in all: 0\n"
)
# A mistake in host.c, and what the checking host says of it.
MISTAKES = (
    ("lock->before = irql_raise(lock->level);", "lock->before = irql;", "host->lock_acquire: a lock of level DISPATCH was taken"),
    ("event->SignalState = 1;", "(void)event;", "host->event_wait: it says STATUS_TIMEOUT"),
    ("while (clock_now() < end)\n        ;", "(void)end;", "host->stall: "),
)
HOOKS = "all hooks 4294967295 deadbeef 100 18446744073709551615 deadbeefcafe\n"


DIVIDES = "unsigned long long divide(unsigned long long a, unsigned long long b) { return a / b; }"


def need_32_bits():
    """What the compiler itself has for 32 bits is in another package than what it has for 64."""
    flags = "-m32 -ffreestanding -nostdlib -shared -fPIC -x c - -Wl,--no-undefined -lgcc -o /dev/null"
    linked = subprocess.run([*COMPILER.split(), *flags.split()], input=DIVIDES, text=True, capture_output=True, check=False)
    if linked.returncode:
        print(f"{COMPILER} does not link for 32 bits: Debian's package is lib32gcc-12-dev")
        sys.exit(SKIPPED)


def call_make(folder, *words, **options):
    """Calls the example's makefile as a user does, without what another make may have left in the environment."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "CFLAGS")}
    command = ["make", "-s", "-C", EXAMPLE, f"BUILD={folder}", f"CC={COMPILER}", *words]
    return subprocess.run(command, env=environment, timeout=300, **options)


def make(folder, *variables):
    call_make(folder, *variables, check=True)
    return folder / "kernel.elf"


def make_other(program):
    """Another program on the same host, of this folder's sources."""
    return make(BUILD.with_name(program), f"PROGRAM={program}", f"VPATH={Path(__file__).parent} {EXAMPLE}", *LIBRARIES)


def make_mistaken(folder, old, new):
    """The kernel with a mistake in its host."""
    text = (EXAMPLE / "host.c").read_text()
    assert text.count(old) == 1, old
    example = folder / "examples" / "bare-metal"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns("build"))
    for room in ("include", "src"):
        (folder / room).symlink_to((SOURCE / room).resolve())
    (example / "host.c").write_text(text.replace(old, new))
    return make(folder / "build", "-C", example, *LIBRARIES)


class Booted(NamedTuple):
    status: int
    text: str
    waves: list


class BootTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hdabus-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def boot(self, machine=PC, codecs=CODECS[:1], words="", timing=COUNTED, devices=None, kernel=None, **others):
        """Boots the kernel; `devices` stands for the controller, `codecs` are on it, each with a WAV file."""
        chipset, controller = machine
        command = [others.get("qemu", "qemu-system-i386"), "-M", chipset, *timing, "-nodefaults", "-display", "none"]
        command += ["-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit", "-kernel", kernel or KERNEL]
        command += ["-append", words, *others.get("options", ())]
        for device in [controller] if devices is None else devices:
            command += ["-device", device]
        waves = [self.folder / f"{number}.wav" for number in range(len(codecs))]
        for number, codec in enumerate(codecs):
            command += ["-audiodev", f"wav,id=w{number},path={waves[number]},out.frequency={RATE}"]
            command += ["-device", f"{codec},audiodev=w{number},use-timer=off"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        return Booted(done.returncode, done.stdout, waves)

    def check_played(self, booted, spoken=SPOKEN):
        """Returns the numbers that it has said."""
        said = re.fullmatch(spoken, booted.text)
        self.assertTrue(said, booted.text)
        self.assertEqual(booted.status, DONE, booted.text)
        self.check_wave(booted.waves[0])
        numbers = {name: int(number) for name, number in said.groupdict().items()}
        for phase in ("start", "play", "stop"):
            self.assertTrue(256 < numbers[phase] < 8192, booted.text)
        return numbers

    def check_wave(self, path):
        with wave.open(str(path)) as file:
            self.assertEqual((file.getframerate(), file.getnchannels(), file.getsampwidth()), (RATE, 2, 2))
            heard = file.readframes(file.getnframes())
        self.assertEqual(heard[: len(TONE)], TONE, "the tone")
        self.assertGreater(len(heard), len(TONE))
        self.assertFalse(heard[len(TONE) :].strip(b"\0"), "there is more than the tone")

    def check_nothing_left(self, booted):
        self.assertIn(" at most, 0 still in use\n", booted.text)

    def check_failed(self, booted, sentence):
        self.assertEqual(booted.status, FAILED, booted.text)
        self.assertIn(sentence, booted.text)


class Plays(BootTest):
    def test_each_controller_and_codec_with_its_interrupt_and_polled(self):
        for machine in (PC, Q35):
            for codec in CODECS:
                for words in ("", "poll"):
                    with self.subTest(machine=machine, codec=codec, words=words):
                        self.assertEqual(self.check_played(self.boot(machine, [codec], words))["lost"], 0)

    def test_on_the_real_clock(self):
        """Where interrupts may be so late that the driver looks by itself, and says that they are lost."""
        for words in ("", "poll"):
            booted = self.boot(words=words, timing=())
            self.assertEqual(booted.status, DONE, booted.text)
            self.check_wave(booted.waves[0])
            self.check_nothing_left(booted)

    def test_the_64_bit_machine(self):
        self.check_played(self.boot(Q35, qemu="qemu-system-x86_64"))

    def test_of_two_codecs_the_first_plays(self):
        booted = self.boot(codecs=["hda-micro", "hda-output"])
        self.check_played(booted)
        self.assertFalse(booted.waves[1].read_bytes()[44:].strip(b"\0"))

    def test_a_controller_that_is_not_the_first_function_of_its_device(self):
        self.check_played(self.boot(devices=["pci-testdev,addr=9.0,multifunction=on", "intel-hda,addr=9.3"]))

    def test_interrupts_save_register_accesses(self):
        """And so it shows that the interrupt, or the timer, is what the host has used."""
        woken, polled = (self.check_played(self.boot(words=words)) for words in ("", "poll"))
        self.assertLess(woken["reads"], 100)
        self.assertGreater(polled["reads"], 1000)


class Runs(BootTest):
    """`make run`, with QEMU and without."""

    def test_with_the_interrupt_and_polled(self):
        for words, how in ([], "which interrupts"), (["POLL=1"], "asked at each tick of the timer"):
            done = call_make(BUILD, "run", *words, check=True, capture_output=True, text=True)
            self.assertIn(how, done.stdout)
            self.check_wave(BUILD / "tone.wav")

    def test_only_what_the_kernel_calls_well_is_well(self):
        for status in (0, 1, FAILED, DONE):
            done = call_make(BUILD, "run", f"QEMU=sh -c 'exit {status}'", check=False, capture_output=True)
            self.assertEqual(done.returncode == 0, status == DONE, f"QEMU's status is {status}")


class Hooks(BootTest):
    def test_each_keeps_what_the_seam_says(self):
        """Another program on the same host, hooks.c: it names the line that is not true."""
        booted = self.boot(codecs=[], kernel=make_other("hooks"))
        self.assertEqual((booted.text, booted.status), (HOOKS, DONE))

    def test_the_checking_host_finds_no_fault(self):
        """Neither when it tries the hooks nor while it stands between them and the core."""
        for words in ("check", "poll check"):
            self.check_played(self.boot(words=words), CHECKED)

    def test_the_checking_host_finds_a_mistake(self):
        for number, (old, new, sentence) in enumerate(MISTAKES):
            with self.subTest(mistake=new):
                self.check_failed(self.boot(words="check", kernel=make_mistaken(self.folder / str(number), old, new)), sentence)


class Says(BootTest):
    def test_that_there_is_no_controller(self):
        self.check_failed(self.boot(codecs=[], devices=[]), "there is no HD Audio controller on PCI bus 0\n")

    def test_that_there_is_no_codec(self):
        booted = self.boot(codecs=[])
        self.check_failed(booted, "there is no codec with an output\n")
        self.check_nothing_left(booted)

    def test_that_there_is_no_clock(self):
        self.check_failed(self.boot(options=["-no-hpet"]), "there is no clock: an HPET at FED00000h\n")

    def test_that_a_word_means_nothing(self):
        for words in ("pol", "polled", "loud", "checked poll"):
            with self.subTest(words=words):
                self.check_failed(self.boot(words=words), f'"{words}" means nothing here: there are poll and check\n')
        self.check_failed(self.boot(words="poll loud"), '"loud" means nothing here')

    def test_that_memory_is_short_wherever_it_ends(self):
        """Builds kernels with ever less memory, of which each gives back all that it took."""
        most = self.check_played(self.boot())["most"]
        folder = self.folder / "small"
        shutil.copytree(BUILD, folder)
        for arena in range(4096, most, 12288):
            with self.subTest(arena=arena):
                (folder / "arena.o").unlink()
                booted = self.boot(kernel=make(folder, f"ARENA={arena}", *LIBRARIES))
                self.check_failed(booted, "status c000009a\n")
                self.check_nothing_left(booted)


if __name__ == "__main__":
    need_qemu()
    need_32_bits()
    KERNEL = make(BUILD)
    unittest.main(verbosity=1)
