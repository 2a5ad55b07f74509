#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes share/hdabus.wav: a rising chord of bells, 1.5 s, 48 kHz, 16 bits, stereo.

Usage: tools/make-sound.py FILE
"""

import array
import math
import sys
import wave

RATE = 48000
SECONDS = 1.5
# A major ninth chord: when each bell is struck (s), its pitch (Hz), and where it stands (0 left, 1 right).
BELLS = ((0.00, 440.00, 0.5), (0.14, 554.37, 0.2), (0.28, 659.26, 0.8), (0.42, 830.61, 0.35), (0.56, 987.77, 0.65))
# A bell's partials: ratio to its pitch, strength, and how fast it dies away (1/s).
PARTIALS = ((1.0, 1.0, 4.0), (2.0, 0.35, 6.0), (3.01, 0.16, 9.0), (4.1, 0.07, 14.0))
ATTACK = 0.004
FADE = 0.25
LEVEL = 0.4


def bell(time, pitch):
    """A bell's amplitude `time` seconds after it was struck."""
    if time < 0:
        return 0.0
    sound = sum(
        strength * math.exp(-decay * time) * math.sin(2 * math.pi * pitch * ratio * time)
        for ratio, strength, decay in PARTIALS
    )
    return sound * min(1.0, time / ATTACK)


def frame(time):
    left = right = 0.0
    for start, pitch, place in BELLS:
        sound = bell(time - start, pitch)
        left += sound * math.cos(place * math.pi / 2)
        right += sound * math.sin(place * math.pi / 2)
    fade = min(1.0, (SECONDS - time) / FADE)
    return left * fade, right * fade


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    samples = array.array("h")
    for index in range(int(RATE * SECONDS)):
        samples.extend(round(32767 * LEVEL * value) for value in frame(index / RATE))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(sys.argv[1], "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
