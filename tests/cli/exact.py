#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What --exact promises: the file stands in what comes out of the pin, sample for sample.

Usage: exact.py HDABUS
"""

import itertools

from command import DONE, FAILED, CommandTest, heard, main, run, samples, wav

HDMI = 0x13  # the built-in codec's pin for more than two channels
WIDTHS = ((16, 16), (24, 24), (32, 32), (24, 20))  # of the file, on the link
CHANNELS = (2, 6, 8)
RATES = (44100, 48000, 96000, 192000)
TOO_MUCH = (32, 8, 192000)

# Controllers, as options of sim:. On those of the second list interrupts are lost or come late, so that how many there
# were is not counted; samples have to be right all the same.
SHAPES = (
    "irq=level",
    "fragment=1",
    "address64=no",
    "rings=2",
    "rings=16",
    "ssync=none",
    "alias=no",
    "sdo=4",
    "inputs=0,outputs=0,bidirectional=15",
    "page-crossing=no",
    "page-crossing=no,fragment=1",
    "address64=broken",
    "ssync=34",
    "corbrp=self-clearing",
    "rirbwp=wild",
    "stale-messages=yes",
    "lock-up=yes",
    "bad=3:silent,lock-up=yes",
    "bad=3:flood",
    "failed-resets=2",
    "shape=qemu",
    "address64=no,rings=2,ssync=none,alias=no,fragment=1,page-crossing=no",
)
LOOSE_SHAPES = (
    "positions=no",
    "positions=late",
    "lpib=behind",
    "lpib=ahead",
    "lpib=jumps",
    "lost-messages=7",
    "lost-messages=2",
    "lost-messages=3,irq=level",
    "lost-messages=5,stale-messages=yes,positions=no,alias=no",
)
PERIODS = ((1, 1000), (2, 256))  # notifications, frames of the buffer


def divided_up(dividend, divisor):
    return (dividend + divisor - 1) // divisor


class Exact(CommandTest):
    def play(self, frames, width=(16, 16), channels=2, rate=48000, notify=2, buffer=None, options=()):
        """Plays noise, checks what was heard and what was counted; returns the JSON object."""
        file_bits, link_bits = width
        data = samples(frames * channels, file_bits, valid=link_bits)
        arguments = ["play", "--json", "--exact", "--notify", notify, "--out", self.out, *options]
        if buffer:
            arguments += ["--buffer", buffer]
        if file_bits != link_bits:
            arguments += ["--bits", link_bits]
        played = self.check(run(*arguments, self.file(wav(data, channels, rate, file_bits))), DONE).object

        self.assertEqual((played["rate"], played["channels"], played["bits"]), (rate, channels, link_bits))
        self.assertEqual((played["frames"], played["notification_count"]), (frames, notify))
        block = channels * (2 if link_bits == 16 else 4)
        buffer_frames = played["buffer_bytes"] // block
        self.assertEqual(played["expected_notifications"], divided_up(frames, buffer_frames // notify) + 1)
        self.assertEqual(played["notifications"], played["expected_notifications"])
        self.assertEqual((played["merged"], played["late"], played["underruns"]), (0, 0, 0))
        silence = heard(self.out, data)
        self.assertIsNotNone(silence, "the file does not stand in what was heard")
        self.assertLessEqual(silence, 2 * buffer_frames)
        return played

    def test_every_width_channel_count_and_rate(self):
        periods = itertools.cycle(((1, 128), (2, 480), (2, None), (1, 1000), (2, 128), (1, None)))
        for width, channels, rate in itertools.product(WIDTHS, CHANNELS, RATES):
            notify, buffer = next(periods)
            if (width[1], channels, rate) == TOO_MUCH:
                continue
            with self.subTest(width=width, channels=channels, rate=rate, notify=notify, buffer=buffer):
                self.play(rate // 20 + 7, width, channels, rate, notify, buffer)

    def test_controllers_that_the_driver_knows_by_their_id(self):
        for options in (
            "pci=8086:2668,ssync=34",
            "pci=1002:437b,address64=broken,positions=no",
            "pci=1002:4383,address64=broken,positions=late",
            "pci=1106:3288,positions=no,lpib=behind",
            "pci=1102:0012,address64=broken,page-crossing=no,positions=no,fragment=0",
            "pci=6549:1200,address64=broken",
        ):
            for buffer in (480, 24000):
                with self.subTest(options=options, buffer=buffer):
                    self.play(30000, buffer=buffer, options=("--device", "sim:" + options))

    def test_without_their_row_they_do_not_play(self):
        source = self.file(wav(samples(2 * 30000, 16), 2, 48000, 16))
        for options in ("address64=broken", "page-crossing=no,fragment=0"):
            for unknown in ("pci=8086:1234,", "pci=1102:0012,quirks=none,"):
                with self.subTest(options=options, unknown=unknown):
                    device = "sim:" + unknown + options
                    result = run("play", "--exact", "--out", self.out, "--device", device, source)
                    self.assertNotEqual(result.code, DONE)

    def test_controllers_that_lose_interrupts(self):
        for irq, lost in itertools.product(("msi", "level"), (1, 2, 3, 7, 40)):
            for notify, buffer in ((1, 480), (2, 1024), (2, 24000)):
                for position in ("", ",positions=late", ",positions=no"):
                    with self.subTest(irq=irq, lost=lost, notify=notify, buffer=buffer, position=position):
                        device = f"sim:irq={irq},lost-messages={lost}{position}"
                        self.play(60000, notify=notify, buffer=buffer, options=("--device", device))

    def test_every_buffer(self):
        for notify, buffer in itertools.product((1, 2), (128, 129, 192, 256, 441, 4096, 24000, 48000)):
            with self.subTest(notify=notify, buffer=buffer):
                played = self.play(60000, notify=notify, buffer=buffer)
                self.assertLessEqual(abs(played["buffer_bytes"] - 4 * buffer), 64 * 2 * notify)

    def test_files_shorter_than_a_buffer(self):
        for notify, frames in itertools.product((1, 2), (1, 2, 63, 64, 65, 127, 128, 129)):
            with self.subTest(notify=notify, frames=frames):
                self.play(frames, notify=notify, buffer=128)
                self.play(frames, notify=notify, buffer=48000)

    def test_more_than_two_channels_go_to_the_pin_that_carries_them(self):
        self.assertEqual(self.play(1000, channels=6)["pin"], HDMI)
        self.assertNotEqual(self.play(1000, channels=2)["pin"], HDMI)

    def test_every_pin(self):
        for pin in (0x0E, 0x0F, 0x10, HDMI):
            with self.subTest(pin=pin):
                self.assertEqual(self.play(3000, options=("--pin", hex(pin)))["pin"], pin)

    def test_every_shape_of_controller(self):
        for shape, (notify, buffer) in itertools.product(("inputs=0", *SHAPES), PERIODS):
            with self.subTest(shape=shape, notify=notify, buffer=buffer):
                self.play(10000, notify=notify, buffer=buffer, options=("--device", "sim:" + shape))

    def test_every_shape_whose_interrupts_cannot_be_counted(self):
        data = samples(10000 * 2, 16)
        source = self.file(wav(data, 2, 48000, 16))
        for shape, (notify, buffer) in itertools.product(LOOSE_SHAPES, PERIODS):
            with self.subTest(shape=shape, notify=notify, buffer=buffer):
                options = ("--device", "sim:" + shape, "--notify", notify, "--buffer", buffer, "--out", self.out)
                self.check(run("play", "--exact", *options, source), DONE)
                self.assertIsNotNone(heard(self.out, data))

    def test_one_channel_plays_on_both(self):
        data = samples(5000, 16)
        both = b"".join(data[i : i + 2] * 2 for i in range(0, len(data), 2))
        result = run("play", "--exact", "--out", self.out, self.file(wav(data, 1, 48000, 16)))
        self.check(result, DONE)
        self.assertIsNotNone(heard(self.out, both))

    def test_a_wider_container_is_exact(self):
        data = samples(5000 * 2, 16)
        result = run("play", "--exact", "--bits", 24, "--out", self.out, self.file(wav(data, 2, 48000, 16)))
        self.check(result, DONE)
        wide = b"".join(b"\0" + data[i : i + 2] for i in range(0, len(data), 2))
        self.assertIsNotNone(heard(self.out, wide))

    def test_standard_input(self):
        data = samples(5000 * 2, 16)
        for said in (None, 0xFFFFFFFF, 0x7FFFFFFF):  # who writes into a pipe may not know the length
            with self.subTest(said=said):
                result = run("play", "--exact", "--out", self.out, "-", data=wav(data, 2, 48000, 16, said=said))
                self.check(result, DONE)
                self.assertIsNotNone(heard(self.out, data))

    def test_the_same_run_gives_the_same(self):
        source = self.file(wav(samples(50000 * 2, 16), 2, 44100, 16))
        outputs, files = set(), set()
        for _ in range(3):
            outputs.add(self.check(run("play", "--json", "--out", self.out, source), DONE).out)
            files.add(self.out.read_bytes())
        self.assertEqual((len(outputs), len(files)), (1, 1))

    def test_what_the_link_cannot_carry_is_refused_with_the_status(self):
        bits, channels, rate = TOO_MUCH
        source = self.file(wav(samples(100 * channels, bits), channels, rate, bits))
        result = self.check(run("play", "--json", "--exact", "--out", self.out, source), FAILED)
        self.assertEqual(result.object["status"], "STATUS_BUFFER_TOO_SMALL")
        self.assertIn("STATUS_BUFFER_TOO_SMALL: ", result.err)
        self.assertFalse(self.out.exists())


class Refused(CommandTest):
    """What --exact does not do, and without it is done with a message."""

    def refuse(self, content, *options, sentence):
        source = self.file(content)
        result = self.check(run("play", "--exact", *options, source), FAILED)
        self.assertIn(sentence, result.err)
        self.check(run("play", *options, source), DONE)

    def test_another_rate(self):
        self.refuse(wav(samples(2000, 16), 2, 12345, 16), sentence="from 12345 to")

    def test_a_narrower_width(self):
        self.refuse(wav(samples(2000, 24), 2, 48000, 24), "--bits", 16, sentence="from 24 to 16 bits")
        self.refuse(wav(samples(2000, 32), 2, 48000, 32), "--bits", 24, sentence="from 32 to 24 bits")

    def test_a_bit_that_20_bits_do_not_hold(self):
        data = bytearray(samples(2 * 9000, 24, valid=20))
        data[6 * 5123] |= 1
        self.refuse(wav(bytes(data), 2, 48000, 24), "--bits", 20, sentence="frame 5123 ")

    def test_mixing(self):
        self.refuse(wav(samples(6000, 16), 6, 48000, 16), "--pin", "0x0e", sentence="6 channels mixed to 2")
        self.refuse(wav(samples(10000, 16), 10, 48000, 16), sentence="10 channels mixed to 8")

    def test_samples_that_are_no_integers(self):
        self.refuse(wav(bytes(8000), 2, 48000, 32, tag=3), sentence="no integers")


if __name__ == "__main__":
    main()
