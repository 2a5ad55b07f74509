#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Says whether the samples of one WAV file stand in another, bit for bit, with nothing but silence around them.

Usage: tools/compare-audio.py ORIGINAL PLAYED
"""

import struct
import sys
from pathlib import Path
from typing import NamedTuple


class Audio(NamedTuple):
    rate: int
    channels: int
    frame_size: int
    data: bytes


def read_wav(path):
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")
    chunks = dict(riff_chunks(path, content))
    if "fmt " not in chunks or "data" not in chunks:
        sys.exit(f"{path}: not a WAV file")
    _, channels, rate, _, frame_size, _ = struct.unpack_from("<HHIIHH", chunks["fmt "])
    return Audio(rate, channels, frame_size, chunks["data"])


def riff_chunks(path, content):
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        sys.exit(f"{path}: not a WAV file")
    offset = 12
    while offset + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, offset)
        yield name.decode("latin-1"), content[offset + 8 : offset + 8 + size]
        offset += 8 + size + size % 2


def silent_frames(audio):
    """How many frames of silence it begins with."""
    return (len(audio.data) - len(audio.data.lstrip(b"\0"))) // audio.frame_size


def difference(original, played):
    """What is not as it should be, or None; and the frames of silence before the sound."""
    if (original.rate, original.channels, original.frame_size) != (played.rate, played.channels, played.frame_size):
        return "another rate, sample size or number of channels", 0
    delay = silent_frames(played) - silent_frames(original)
    if delay < 0:
        return f"the first {-delay} frames of silence are missing", 0
    size = original.frame_size
    begin, end = delay * size, delay * size + len(original.data)
    if played.data[begin:end] != original.data:
        pairs = zip(original.data, played.data[begin:end])
        at = next((n for n, (a, b) in enumerate(pairs) if a != b), len(played.data) - begin)
        return f"different from frame {at // size} on", delay
    if played.data[end:].strip(b"\0"):
        return "something sounds after the end", delay
    return None, delay


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    original, played = read_wav(sys.argv[1]), read_wav(sys.argv[2])
    wrong, delay = difference(original, played)
    if wrong:
        sys.exit(f"{sys.argv[2]}: {wrong}")
    frames = len(original.data) // original.frame_size
    print(f"{sys.argv[2]}: the {frames} frames of {sys.argv[1]}, bit for bit, after {delay} frames of silence")


if __name__ == "__main__":
    main()
