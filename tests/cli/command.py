# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the hdabus command share: running it, and audio files as bytes.

The program's path is the first argument of a test, or HDABUS.
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
    PROGRAM = sys.argv.pop(1)
else:
    PROGRAM = os.environ.get("HDABUS", "build/hdabus")

DONE, FAILED, USAGE, NO_DEVICE = range(4)
TIMEOUT = 60


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()

    @property
    def object(self):
        return json.loads(self.out)


def run(*arguments, data=b"", timeout=TIMEOUT):
    """Runs hdabus. A crash, a sanitizer's report or an exit code that is not documented fails the test."""
    process = subprocess.run(
        [PROGRAM, *map(str, arguments)], input=data, capture_output=True, timeout=timeout, check=False
    )
    result = Result(process)
    for mark in ("Sanitizer", "runtime error", "bug check"):
        if mark in result.err:
            raise AssertionError(f"{arguments}: {result.err}")
    if result.code not in range(4):
        raise AssertionError(f"{arguments}: exit code {result.code}: {result.err}")
    return result


def samples(count, bits, seed=1, valid=None):
    """Little-endian samples of noise, the first one not 0; `valid`: so many of the bits may be set."""
    width = bits // 8
    noise = bytearray(random.Random(seed).randbytes(count * width))
    if valid and valid < bits:
        for i in range(0, len(noise), width):
            noise[i] &= 0xFF << (bits - valid) & 0xFF
    noise[width - 1] |= 1
    return bytes(noise)


def wav(data, channels, rate, bits, tag=1, said=None):
    """A WAV file; `said`: the length of the data that its header tells."""
    said = len(data) if said is None else said
    width = bits // 8
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * width, channels * width, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", said)
    return b"RIFF" + struct.pack("<I", min(len(chunks) + said, 0xFFFFFFFF)) + chunks + data


class Wav:
    """A WAV file taken apart."""

    def __init__(self, path):
        content = Path(path).read_bytes()
        assert content[:4] == b"RIFF" and content[8:12] == b"WAVE", content[:12]
        assert struct.unpack("<I", content[4:8])[0] == len(content) - 8, "RIFF size"
        at, chunks = 12, {}
        while at + 8 <= len(content):
            name, size = struct.unpack("<4sI", content[at : at + 8])
            chunks[name] = content[at + 8 : at + 8 + size]
            at += 8 + size + size % 2
        self.tag, self.channels, self.rate, _, self.frame, self.bits = struct.unpack("<HHIIHH", chunks[b"fmt "][:16])
        self.data = chunks[b"data"]


def heard(path, data):
    """Where in the file, in frames, `data` stands, with nothing but silence around it; None if it does not."""
    out = Wav(path)
    start = len(out.data) - len(out.data.lstrip(b"\0"))
    start -= start % out.frame
    end = start + len(data)
    if out.data[start:end] != data or out.data[end:].strip(b"\0"):
        return None
    return start // out.frame


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hdabus-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out.wav"

    def file(self, content, name="in.wav"):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def check(self, result, code):
        self.assertEqual(result.code, code, result.err or result.out)
        if code != DONE:
            self.assertTrue(result.err.startswith("hdabus: ") or "\nhdabus: " in result.err, result.err)
        return result


def main():
    unittest.main(verbosity=1)
