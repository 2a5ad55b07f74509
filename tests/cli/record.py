#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is fed into a pin is recorded, and what is played over a cable, sample for sample.

Usage: record.py HDABUS
"""

import itertools
import math
import re
import struct

from command import DONE, FAILED, CommandTest, Wav, heard, main, run, samples, wav
from exact import CHANNELS, LOOSE_SHAPES, PERIODS, RATES, SHAPES, TOO_MUCH, WIDTHS, divided_up

MIC, LINE_IN, DIGITAL_IN, SPDIF_IN = 0x11, 0x12, 0x15, 0x17
PINS = (MIC, LINE_IN, DIGITAL_IN, SPDIF_IN)
PADDED = {16: 16, 20: 24, 24: 24, 32: 32}  # bits of a sample, counted in bytes
STREAM_BITS = 16 * 24  # of a frame: what one stream may take of a codec's line
WIDE = "sim:input-payload=255,input-stream-payload=0"  # a line that carries more


def fits(bits, channels, rate):
    """Whether one stream may take so much of the line (HDA 3.3.10)."""
    return PADDED[bits] * channels * max(rate // 44100, 1) <= STREAM_BITS


def formats():
    """The play list, with a change of periods and buffers."""
    periods = itertools.cycle(((1, 128), (2, 480), (2, None), (1, 1000), (2, 128), (1, None)))
    for width, channels, rate in itertools.product(WIDTHS, CHANNELS, RATES):
        notify, buffer = next(periods)
        if (width[1], channels, rate) != TOO_MUCH:
            yield {"width": width, "channels": channels, "rate": rate, "notify": notify, "buffer": buffer}


class RecordTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.recorded = self.folder / "recorded.wav"

    def noise(self, frames, width, channels, rate):
        """Noise of so many frames, and a file of it."""
        data = samples(frames * channels, width[0], valid=width[1])
        return data, self.file(wav(data, channels, rate, width[0]))

    @staticmethod
    def options(width, channels, rate, notify, buffer):
        arguments = ["--json", "--exact", "--notify", notify]
        if not fits(width[1], channels, rate):
            arguments += ["--device", WIDE]
        if buffer:
            arguments += ["--buffer", buffer]
        if width[0] != width[1]:
            arguments += ["--bits", width[1]]
        return arguments

    def check_counts(self, counts, frames, block):
        buffer_frames = counts["buffer_bytes"] // block
        period = buffer_frames // counts["notification_count"]
        self.assertEqual(counts["frames"], frames)
        self.assertEqual(counts["expected_notifications"], divided_up(frames, period))
        self.assertEqual(counts["notifications"], counts["expected_notifications"])
        self.assertEqual((counts["late"], counts["overruns"], counts["lost"], counts["stopped"]), (0, 0, 0, False))
        return counts


class Fed(RecordTest):
    def record(self, frames, width=(16, 16), channels=2, rate=48000, notify=2, buffer=None, options=()):
        """Records noise, checks what was recorded and what was counted; returns the JSON object."""
        data, source = self.noise(frames, width, channels, rate)
        arguments = self.options(width, channels, rate, notify, buffer)
        result = self.check(run("record", *arguments, *options, "--in", source, self.recorded), DONE)
        counts = self.check_counts(result.object, frames, channels * (2 if width[1] == 16 else 4))
        self.assertEqual((counts["rate"], counts["channels"], counts["bits"]), (rate, channels, width[1]))
        self.assertEqual(counts["merged"], 0)
        recorded = Wav(self.recorded)
        self.assertEqual((recorded.rate, recorded.channels, recorded.bits), (rate, channels, width[0]))
        self.assertTrue(recorded.data == data, "what was recorded is not what was fed")
        return counts

    def test_every_width_channel_count_and_rate(self):
        for each in formats():
            with self.subTest(**each):
                self.record(each["rate"] // 20 + 7, **each)

    def test_every_buffer(self):
        for notify, buffer in itertools.product((1, 2), (128, 129, 192, 256, 441, 4096, 24000, 48000)):
            with self.subTest(notify=notify, buffer=buffer):
                self.record(60000, notify=notify, buffer=buffer)

    def test_files_shorter_than_a_buffer(self):
        for notify, frames in itertools.product((1, 2), (1, 2, 63, 64, 65, 127, 128, 129)):
            with self.subTest(notify=notify, frames=frames):
                self.record(frames, notify=notify, buffer=128)
                self.record(frames, notify=notify, buffer=48000)

    def test_every_pin(self):
        for pin in PINS:
            with self.subTest(pin=pin):
                self.assertEqual(self.record(3000, options=("--pin", hex(pin)))["pin"], pin)

    def test_a_line_input_is_the_best_pin_and_more_channels_go_to_the_one_that_has_them(self):
        self.assertEqual(self.record(1000)["pin"], LINE_IN)
        self.assertEqual(self.record(1000, channels=8)["pin"], DIGITAL_IN)

    def test_one_channel(self):
        self.record(5000, channels=1)
        self.record(5000, (24, 24), channels=1, rate=96000)

    def test_every_shape_of_controller(self):
        for shape, (notify, buffer) in itertools.product(("outputs=0", *SHAPES), PERIODS):
            with self.subTest(shape=shape, notify=notify, buffer=buffer):
                self.record(10000, notify=notify, buffer=buffer, options=("--device", "sim:" + shape))

    def test_every_shape_whose_interrupts_cannot_be_counted(self):
        data, source = self.noise(20000, (16, 16), 2, 48000)
        for shape, (notify, buffer) in itertools.product(LOOSE_SHAPES, PERIODS):
            with self.subTest(shape=shape, notify=notify, buffer=buffer):
                options = ("--device", "sim:" + shape, "--notify", notify, "--buffer", buffer, "--exact")
                self.check(run("record", *options, "--in", source, self.recorded), DONE)
                self.assertTrue(Wav(self.recorded).data == data)

    def test_a_recording_ends_though_its_last_interrupt_is_lost(self):
        _, source = self.noise(14009, (32, 32), 5, 96000)
        options = ("--device", "sim:lost-messages=7", "--notify", 1, "--buffer", 97)
        result = self.check(run("record", "--json", *options, "--in", source, self.recorded), DONE).object
        self.assertEqual((result["frames"], result["lost"], result["stopped"]), (14009, 0, False))

    def test_the_same_run_gives_the_same(self):
        _, source = self.noise(50000, (16, 16), 2, 44100)
        outputs, files = set(), set()
        for _ in range(3):
            outputs.add(self.check(run("record", "--json", "--in", source, self.recorded), DONE).out)
            files.add(self.recorded.read_bytes())
        self.assertEqual((len(outputs), len(files)), (1, 1))

    def test_what_the_line_cannot_carry_is_refused_with_the_status(self):
        _, source = self.noise(100, (32, 32), 2, 192000)
        self.check(run("record", "--json", "--in", source, self.recorded), DONE)
        _, source = self.noise(100, (32, 32), 8, 96000)
        self.recorded.unlink()
        result = self.check(run("record", "--json", "--in", source, self.recorded), FAILED)
        self.assertEqual(result.object["status"], "STATUS_BUFFER_TOO_SMALL")
        self.assertFalse(self.recorded.exists())


class Duration(RecordTest):
    def record(self, *options):
        return self.check(run("record", "--json", *options, self.recorded), DONE)

    def test_silence_when_nothing_is_fed(self):
        result = self.record("-d", "0.5")
        self.check_counts(result.object, 24000, 4)
        self.assertIn("fed with nothing", result.err)
        self.assertEqual((result.object["in"], result.object["file"]), (None, str(self.recorded)))
        self.assertEqual(Wav(self.recorded).data, bytes(24000 * 4))

    def test_fractions_are_rounded_to_frames_and_one_is_the_least(self):
        for seconds, frames in (("0.00001", 1), ("0.1", 4800), ("1.00001", 48000), ("1.000011", 48001), (".25", 12000)):
            with self.subTest(seconds=seconds):
                self.assertEqual(self.record("-d", seconds).object["frames"], frames)

    def test_a_file_is_cut_or_followed_by_silence(self):
        data, source = self.noise(4800, (16, 16), 2, 48000)
        self.record("--duration", "0.05", "--in", source)
        self.assertEqual(Wav(self.recorded).data, data[: 2400 * 4])
        self.record("--duration", "0.15", "--in", source)
        self.assertEqual(Wav(self.recorded).data, data + bytes(2400 * 4))

    def check_cut_off(self, source, data, *options):
        """A part of `data` is left in `source`: that is told, unless no more is recorded."""
        said = self.check(run("record", *options, "--in", source, self.recorded), FAILED).err
        frames = int(re.search(r"is cut off after (\d+) frames", said)[1])
        self.assertTrue(480 < frames < len(data) // 4)
        recorded = Wav(self.recorded).data
        self.assertEqual(recorded[: 4 * frames], data[: 4 * frames])
        self.assertEqual(recorded[4 * frames :].strip(b"\0"), b"")
        self.record(*options, "-d", "0.01", "--in", source)
        self.assertEqual(Wav(self.recorded).data, data[: 4 * 480])

    def test_a_file_that_is_cut_off_is_recorded_as_far_as_it_goes(self):
        data, source = self.noise(20000, (16, 16), 2, 48000)
        flac = self.folder / "in.flac"
        self.check(run("record", "--exact", "--in", source, flac), DONE)
        for file in (source, flac):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
            for options in ((), ("--exact",), ("--exact", "--clock", "real")):
                with self.subTest(file=file.name, options=options):
                    self.check_cut_off(file, data, *options)

    def test_format_options(self):
        result = self.record("-d", "0.1", "--rate", 96000, "-c", 1, "--bits", 24).object
        self.assertEqual((result["rate"], result["channels"], result["bits"]), (96000, 1, 24))
        recorded = Wav(self.recorded)
        self.assertEqual((recorded.rate, recorded.channels, recorded.bits), (96000, 1, 24))
        self.assertEqual(len(recorded.data), 9600 * 3)

    def test_flac(self):
        data, source = self.noise(3000, (24, 24), 2, 48000)
        flac = self.folder / "recorded.flac"
        self.check(run("record", "--exact", "--in", source, flac), DONE)
        self.assertEqual(flac.read_bytes()[:4], b"fLaC")
        self.check(run("record", "--exact", "--in", flac, self.recorded), DONE)
        self.assertEqual(Wav(self.recorded).data, data)
        self.assertIn("24 bits", self.check(run("record", "-d", 1, "--bits", 32, flac), FAILED).err)

    def test_a_file_of_another_rate_is_converted_or_refused(self):
        _, source = self.noise(2000, (16, 16), 2, 12345)
        self.assertIn("from 12345 to", self.record("--in", source).err)
        self.assertIn("from 12345 to", self.check(run("record", "--exact", "--in", source, self.recorded), FAILED).err)


def left(path):
    out = Wav(path)
    return [value[0] for value in struct.iter_unpack(f"<h{out.frame - 2}x", out.data)]


def right_tone(hertz, rate, frames):
    level = 10 ** (-6 / 20) * 32768
    return [level * math.sin(2 * math.pi * hertz * i / rate) for i in range(frames)]


class Tone(RecordTest):
    def check_tone(self, values, hertz, rate):
        for value, right in zip(values, right_tone(hertz, rate, len(values))):
            self.assertLessEqual(abs(value - right), 0.51)

    def test_recorded(self):
        self.check(run("record", "-d", "0.1", "--in", "tone=1000", self.recorded), DONE)
        self.check_tone(left(self.recorded), 1000, 48000)
        self.check(run("record", "-d", "0.1", "--in", "tone", "--rate", 44100, self.recorded), DONE)
        self.check_tone(left(self.recorded), 440, 44100)

    def test_played(self):
        for options, hertz, rate, channels, frames in (
            ((), 440, 48000, 2, 48000),
            (("-f", "997.5", "-d", "0.25", "--rate", 96000), 997.5, 96000, 2, 24000),
            (("--frequency", 20, "--duration", 2, "-c", 8), 20, 48000, 8, 96000),
        ):
            with self.subTest(options=options):
                result = self.check(run("tone", "--json", "--exact", *options, "--out", self.out), DONE).object
                self.assertEqual((result["rate"], result["channels"], result["frames"]), (rate, channels, frames))
                self.assertEqual(result["notifications"], result["expected_notifications"])
                out = Wav(self.out)
                for frame in range(0, 4000):
                    values = out.data[frame * out.frame : (frame + 1) * out.frame]
                    self.assertEqual(values, values[:2] * channels)
                self.check_tone(left(self.out)[:frames], hertz, rate)
                self.assertEqual(out.data[frames * out.frame :].strip(b"\0"), b"")

    def test_a_tone_has_the_bits_that_are_asked_for(self):
        self.check(run("tone", "--exact", "--bits", 24, "-d", "0.1", "--out", self.out), DONE)
        self.assertEqual(Wav(self.out).bits, 24)
        self.assertTrue(any(Wav(self.out).data[::3]))

    def test_what_a_rate_does_not_carry(self):
        said = self.check(run("tone", "-f", 24000), FAILED).err
        self.assertIn("48000 Hz are too few", said)
        self.check(run("tone", "-f", 24000, "--rate", 96000), DONE)


class Loopback(RecordTest):
    """Full duplex: what is played on one pin is recorded from another, from the first frame on."""

    def duplex(self, frames, width=(16, 16), channels=2, rate=48000, notify=2, buffer=None, options=()):
        data, source = self.noise(frames, width, channels, rate)
        arguments = self.options(width, channels, rate, notify, buffer)
        arguments += ["--loopback", "--record", self.recorded, "--out", self.out]
        played = self.check(run("play", *arguments, *options, source), DONE).object
        self.check_counts(played["record"], frames, channels * (2 if width[1] == 16 else 4))
        self.assertEqual(played["record"]["file"], str(self.recorded))
        self.assertEqual(played["frames"], frames)
        self.assertEqual(played["notifications"], played["expected_notifications"])
        self.assertEqual((played["late"], played["underruns"]), (0, 0))
        self.assertEqual(heard(self.out, data), 0)
        self.assertTrue(Wav(self.recorded).data == data, "what was recorded is not what was played")
        return played

    def test_every_width_channel_count_and_rate(self):
        for each in formats():
            with self.subTest(**each):
                self.duplex(each["rate"] // 20 + 7, **each)

    def test_every_buffer(self):
        for notify, buffer in itertools.product((1, 2), (128, 441, 4096, 48000)):
            with self.subTest(notify=notify, buffer=buffer):
                self.duplex(30000, notify=notify, buffer=buffer)

    def test_every_pair_of_pins(self):
        for pin, record_pin in itertools.product((0x0E, 0x0F, 0x10, 0x13), PINS):
            with self.subTest(pin=pin, record_pin=record_pin):
                played = self.duplex(3000, options=("--pin", hex(pin), "--record-pin", hex(record_pin)))
                self.assertEqual((played["pin"], played["record"]["pin"]), (pin, record_pin))

    def test_level_interrupts_and_scattered_memory(self):
        for device in ("sim:irq=level", "sim:fragment=1"):
            with self.subTest(device=device):
                self.duplex(30000, options=("--device", device), buffer=10000)

    def test_one_channel_is_recorded_from_both(self):
        data = samples(5000, 16)
        both = b"".join(data[i : i + 2] * 2 for i in range(0, len(data), 2))
        source = self.file(wav(data, 1, 48000, 16))
        self.check(run("play", "--exact", "--loopback", "--record", self.recorded, source), DONE)
        self.assertEqual(Wav(self.recorded).data, both)

    def test_without_a_cable_silence_is_recorded(self):
        data, source = self.noise(5000, (16, 16), 2, 48000)
        result = self.check(run("play", "--json", "--record", self.recorded, "--out", self.out, source), DONE)
        self.assertIn("fed with nothing", result.err)
        self.assertIsNotNone(heard(self.out, data))
        self.assertEqual(Wav(self.recorded).data, bytes(5000 * 4))

    def test_a_tone(self):
        self.check(run("tone", "-d", "0.1", "--loopback", "--record", self.recorded), DONE)
        self.assertEqual(len(left(self.recorded)), 4800)
        self.assertAlmostEqual(max(left(self.recorded)), 16423, delta=1)


if __name__ == "__main__":
    main()
