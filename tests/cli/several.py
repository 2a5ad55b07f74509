#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Several pins at once: the same at each, and 5.1 and 7.1 spread over them.

Usage: several.py HDABUS

surround.codec has four stereo line outputs of one association, whose sequences do not ascend with their NIDs, headphones
that can have the converter of the first of them, and a speaker.
"""

from pathlib import Path

from command import DONE, FAILED, USAGE, CommandTest, Wav, heard, main, run, samples, wav

CODEC = Path(__file__).with_name("surround.codec")
DEVICE = ("--device", f"sim:codec={CODEC}")
FRONT, SIDE, CENTER, REAR, HEADPHONES, SPEAKER = 0x0C, 0x0D, 0x0E, 0x10, 0x11, 0x12
FRAMES = 3000


class Several(CommandTest):
    def noise(self, channels, rate=48000):
        self.data = samples(channels * FRAMES, 16, seed=channels)
        return self.file(wav(self.data, channels, rate, 16))

    def play(self, *arguments, device=DEVICE):
        return self.check(run(*device, "play", "--json", "--exact", "--out", self.out, *arguments), DONE).object

    def own(self, pin):
        return self.folder / f"out-0x{pin:02x}.wav"

    def test_surround_goes_to_pins_by_their_sequence(self):
        for channels, pins in ((6, [FRONT, CENTER, REAR]), (8, [FRONT, CENTER, REAR, SIDE])):
            for rate in (44100, 48000):
                played = self.play(self.noise(channels, rate))
                self.assertEqual((played["channels"], played["rate"]), (channels, rate))
                self.assertEqual((played["pins"], played["pin"]), (pins, FRONT))
                self.assertEqual(Wav(self.out).channels, channels)
                self.assertEqual(heard(self.out, self.data), 0)

    def test_surround_over_a_sleep_and_in_real_time(self):
        played = self.play("--suspend", 20, "--buffer", 512, self.noise(8))
        self.assertEqual(len(played["pins"]), 4)
        self.assertEqual(heard(self.out, self.data), 0)
        self.play("--clock", "real", "--buffer", 4096, self.noise(6))
        self.assertIsNotNone(heard(self.out, self.data))

    def test_surround_is_mixed_where_pins_are_too_few(self):
        result = run(*DEVICE, "play", "--json", "--pin", FRONT, self.noise(6))
        self.assertIn("6 channels mixed to 2", self.check(result, DONE).err)
        self.assertEqual(result.object["pins"], [FRONT])
        for channels in (3, 4, 5, 7):
            result = self.check(run(*DEVICE, "play", "--json", self.noise(channels)), DONE)
            self.assertEqual(result.object["channels"], 6 if channels == 7 else 2)

    def test_a_cable_leads_from_one_pin(self):
        back = self.folder / "back.wav"
        result = run(*DEVICE, "play", "--json", "--loopback", "--record", back, self.noise(6))
        self.assertEqual(self.check(result, DONE).object["pins"], [FRONT])
        self.assertEqual(Wav(back).channels, 2)

    def test_another_pin_records_at_the_same_time(self):
        back = self.folder / "back.wav"
        played = self.play("--record", back, self.noise(6))
        self.assertEqual((len(played["pins"]), played["record"]["pin"]), (3, 0x0F))
        self.assertEqual(heard(self.out, self.data), 0)

    def test_all_pins_named_play_the_same(self):
        for pins in ([FRONT, HEADPHONES], [HEADPHONES, SPEAKER], [SPEAKER, FRONT, SIDE, CENTER]):
            played = self.play(*(word for pin in pins for word in ("--pin", pin)), self.noise(2))
            self.assertEqual((played["pins"], played["pin"]), (pins, pins[0]))
            for pin in pins:
                self.assertEqual(heard(self.own(pin), self.data), 0, f"pin 0x{pin:02x} of {pins}")
            self.assertFalse(self.out.exists())

    def test_pins_of_the_built_in_codec(self):
        played = self.play("--pin", "0x0e", "--pin", "0x0f", self.noise(2), device=())
        self.assertEqual(played["pins"], [0x0E, 0x0F])
        self.assertEqual([heard(self.own(pin), self.data) for pin in (0x0E, 0x0F)], [0, 0])

    def test_the_result_names_all_pins(self):
        result = run(*DEVICE, "play", "--pin", FRONT, "--pin", SPEAKER, self.noise(2))
        self.assertIn("frames, pins 0x0c 0x12, ", self.check(result, DONE).out)

    def test_pins_that_do_not_go_together_are_refused(self):
        path = self.noise(2)
        for pins, code, sentence in (
            ([FRONT, 0x0F], FAILED, "pin 0x0f: the device has no such output pin; it has 0x0c, 0x0d, 0x0e, 0x10"),
            ([FRONT, FRONT], USAGE, "--pin 12: takes 1 to 0xff"),
            (range(1, 10), USAGE, "--pin 9: takes 1 to 0xff"),
        ):
            result = run(*DEVICE, "play", *(word for pin in pins for word in ("--pin", pin)), path)
            self.assertIn(sentence, self.check(result, code).err)
        mixing = "--device", f"sim:codec={self.file(self.narrow(), 'narrow.codec')}"
        result = run(*mixing, "play", "--pin", FRONT, "--pin", SPEAKER, path)
        sentence = "pin 0x12: no converter reaches it beside the pins named before"
        self.assertIn(sentence, self.check(result, FAILED).err)

    def narrow(self):
        """The speaker's converter has 44.1 kHz alone, which the line's does not take it for."""
        nodes = CODEC.read_bytes().split(b"Node ")
        return b"Node ".join(
            node.replace(b"rates [0x60]: 44100 48000", b"rates [0x20]: 44100") if node.startswith(b"0x06") else node
            for node in nodes
        )

    def test_files_of_pins_are_not_the_file_to_play_or_to_record_to(self):
        source = self.noise(2)
        own = self.own(SPEAKER)
        source.rename(own)
        pins = ("--pin", FRONT, "--pin", SPEAKER)
        result = run(*DEVICE, "play", *pins, "--out", self.out, own)
        self.assertIn("is the file to play", self.check(result, FAILED).err)
        self.assertEqual(Wav(own).data, self.data)
        result = run(*DEVICE, "play", *pins, "--out", self.out, "--record", self.own(FRONT), own.rename(source))
        self.assertIn("would be written twice", self.check(result, FAILED).err)

    def test_record_takes_one_pin(self):
        result = run(*DEVICE, "record", "--pin", 1, "--pin", 2, "-d", 1, self.out)
        self.assertIn("record takes one --pin", self.check(result, USAGE).err)


if __name__ == "__main__":
    main()
