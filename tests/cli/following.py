#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What plays goes where something is plugged in: at first, and with --follow-jack while it plays.

Usage: following.py HDABUS
"""

from pathlib import Path

from command import DONE, NO_DEVICE, USAGE, CommandTest, Wav, heard, main, run, samples, wav

RATE = 48000
LINE, HEADPHONES, SPEAKER, DISPLAY = 0x0E, 0x0F, 0x10, 0x13  # of the built-in codec; the speaker has no jack
SURROUND = Path(__file__).with_name("surround.codec")
FRONT, SIDE, CENTER, REAR = 0x0C, 0x0D, 0x0E, 0x10  # of that: line outputs with sequences 0, 4, 1 and 2
PERIOD = RATE // 20


# A line output whose converter, were it left playing, would be heard at the speaker, too: its mixer cannot mute.
LEAK = """Codec: Hdabus Leak
Address: 0
Function Id: 0x1
Vendor Id: 0x1b361eac
Subsystem Id: 0x1b360001
Revision Id: 0x100101
No Modem Function Group found
Default PCM:
    rates [0x40]: 48000
    bits [0x2]: 16
    formats [0x1]: PCM
Default Amp-In caps: N/A
Default Amp-Out caps: N/A
Node 0x02 [Audio Output] wcaps 0x1: Stereo
  Converter: stream=0, channel=0
Node 0x03 [Audio Output] wcaps 0x1: Stereo
  Converter: stream=0, channel=0
Node 0x04 [Audio Mixer] wcaps 0x200101: Stereo
  Connection: 2
     0x03 0x02
Node 0x05 [Pin Complex] wcaps 0x400181: Stereo
  Pincap 0x00000014: OUT Detect
  Pin Default 0x01014010: [Jack] Line Out at Ext Rear
  Pin-ctls: 0x40: OUT
  Unsolicited: tag=00, enabled=0
  Connection: 1
     0x02
Node 0x06 [Pin Complex] wcaps 0x400101: Stereo
  Pincap 0x00000010: OUT
  Pin Default 0x90170120: [Fixed] Speaker at Int N/A
  Pin-ctls: 0x40: OUT
  Connection: 1
     0x04
"""

LOW = "Amp-Out caps: ofs=0x1f, nsteps=0x1e, stepsize=0x05, mute=1\n  Amp-Out vals:  [0x1e 0x1e]"


class JackTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * RATE, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))

    def play(self, options, *arguments):
        device = "sim:" + options if options else "sim"
        return self.check(run("--device", device, "play", "--json", "--exact", *arguments), DONE)


class First(JackTest):
    """Of one kind a jack that is plugged comes first, and an empty one last; the kind comes before."""

    def choose(self, *empty):
        options = [f"codec={SURROUND}", *(f"unplug={pin}" for pin in empty)]
        return self.play(",".join(options), self.source).object["pin"]

    def test_by_sequence_if_all_are_alike(self):
        self.assertEqual(self.choose(), FRONT)
        self.assertEqual(self.choose(FRONT, SIDE, CENTER, REAR), FRONT)

    def test_what_is_plugged_in(self):
        self.assertEqual(self.choose(FRONT), CENTER)
        self.assertEqual(self.choose(FRONT, CENTER), REAR)
        self.assertEqual(self.choose(FRONT, CENTER, REAR), SIDE)

    def test_a_pin_that_is_named_is_taken_empty(self):
        played = self.play(f"unplug={LINE}", "--pin", LINE, self.source).object
        self.assertEqual(played["pin"], LINE)

    def test_a_microphone_that_is_plugged_in_records(self):
        recorded = run("--device", "sim:unplug=0x12", "record", "--json", "-d", 0.1, self.out)
        self.assertEqual(self.check(recorded, DONE).object["pin"], 0x12)

    def test_a_codec_that_has_no_such_jack(self):
        result = run("--device", f"sim:unplug={SPEAKER}", "play", self.source)
        self.assertIn("no codec has a jack at pin 0x10 that can tell", self.check(result, NO_DEVICE).err)


class Following(JackTest):
    def follow(self, events, *arguments):
        """Follows what happens to jacks; the pins that it went to, and the frames at which it did."""
        result = self.play(events, "--follow-jack", "--out", self.out, *arguments, self.source)
        self.assertEqual(heard(self.out, self.data), 0)
        moves = result.object["moves"]
        for move in moves:
            self.assertIn(f"pin 0x{move['pin']:02x} plays from {move['frames'] / RATE:.3f} s on", result.err)
        return [move["pin"] for move in moves], [move["frames"] for move in moves]

    def test_no_frame_is_lost_or_repeated(self):
        for options in ((), ("--notify", 1), ("--buffer", 20000), ("--buffer", 333)):
            with self.subTest(options=options):
                pins, _ = self.follow(f"unplug={LINE}@200,unplug={HEADPHONES}@400,plug={LINE}@700", *options)
                self.assertEqual(pins, [HEADPHONES, SPEAKER, LINE])

    def test_it_is_quick(self):
        _, frames = self.follow(f"unplug={LINE}@200,unplug={HEADPHONES}@400,plug={HEADPHONES}@700")
        for frame, ms in zip(frames, (200, 400, 700)):
            self.assertAlmostEqual(frame, ms * RATE // 1000, delta=2 * PERIOD)

    def test_what_is_plugged_in_comes_before_speakers_and_they_before_a_display(self):
        self.assertEqual(self.follow(f"unplug={LINE},plug={HEADPHONES}@300")[0], [HEADPHONES])
        self.assertEqual(self.follow(f"unplug={LINE},unplug={HEADPHONES}@300")[0], [SPEAKER])
        pins, _ = self.follow(f"plug={LINE}@500,unplug={HEADPHONES}@200")
        self.assertEqual(pins, [SPEAKER, LINE])

    def test_it_stays_where_nothing_is_better(self):
        for events in ("", f"unplug={HEADPHONES}@100", f"unplug={DISPLAY}@100", f"unplug={DISPLAY},plug={DISPLAY}@9"):
            self.assertEqual(self.follow(events), ([], []))

    def test_it_goes_on_after_a_sleep(self):
        pins, _ = self.follow(f"unplug={LINE}@300,unplug={HEADPHONES}@800", "--suspend", 500)
        self.assertEqual(pins, [HEADPHONES, SPEAKER])
        pins, _ = self.follow(f"unplug={LINE}@600", "--suspend", 500)  # while it sleeps
        self.assertEqual(pins, [HEADPHONES])

    def test_another_pin_records_all_the_while(self):
        back = self.folder / "back.wav"
        pins, _ = self.follow(f"unplug={LINE}@300", "--record", back)
        self.assertEqual(pins, [HEADPHONES])
        self.assertEqual(len(Wav(back).data), len(self.data))

    def test_it_leaves_nothing_playing_behind(self):
        codec = self.file(LEAK.encode(), "leak.codec")
        self.assertEqual(self.follow(f"codec={codec},unplug=5@300")[0], [6])

    def test_an_amplifier_that_changes_samples(self):
        """The speaker's ends below 0 dB: --exact stays where it is, else it is told."""
        text = LEAK.replace("wcaps 0x400101: Stereo", "wcaps 0x40010d: Stereo Amp-Out\n  " + LOW)
        codec = self.file(text.encode(), "low.codec")
        self.assertEqual(self.follow(f"codec={codec},unplug=5@300")[0], [])
        result = run("--device", f"sim:codec={codec},unplug=5@300", "play", "--json", "--follow-jack", self.source)
        self.assertEqual([move["pin"] for move in self.check(result, DONE).object["moves"]], [6])
        self.assertIn("pin 0x06: an amplifier on the way to it does not reach 0 dB", result.err)

    def test_in_real_time(self):
        pins, _ = self.follow(f"clock=real,unplug={LINE}@300", "--buffer", 24000)
        self.assertEqual(pins, [HEADPHONES])

    def test_surround_stays_whole(self):
        self.data = samples(6 * RATE // 2, 16)
        self.source = self.file(wav(self.data, 6, RATE, 16))
        pins, _ = self.follow(f"codec={SURROUND},unplug={FRONT}@100")
        self.assertEqual(pins, [])

    def test_without_a_jack_that_tells(self):
        text = SURROUND.read_text().replace("OUT Detect", "OUT").replace("0x00000014:", "0x00000010:")
        codec = self.file(text.replace("0x0000001c: OUT HP Detect", "0x00000018: OUT HP").encode(), "dumb.codec")
        result = self.play(f"codec={codec}", "--follow-jack", self.source)
        self.assertIn("no jack of codec 2 tells when something is plugged in", result.err)
        self.assertEqual(result.object["moves"], [])

    def test_what_it_does_not_go_with(self):
        for arguments in (("--pin", LINE), ("--loopback", "--record", self.out)):
            result = run("play", "--follow-jack", *arguments, self.source)
            self.assertIn(f"--follow-jack does not go with {arguments[0]}", self.check(result, USAGE).err)


if __name__ == "__main__":
    main()
