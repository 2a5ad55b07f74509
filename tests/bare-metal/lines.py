#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The host of examples/bare-metal is short, and needs of a log no more than host.h says.

Usage: lines.py SOURCE_FOLDER
"""

import re
import sys
import unittest
from pathlib import Path

SOURCE = Path(sys.argv.pop(1))
EXAMPLE = SOURCE / "examples" / "bare-metal"
HOST = ("host.c", "device.c")  # what fills in the two tables of host.h
MOST = 400
LOGGED = re.compile(r'hda_log\([^"]*((?:"(?:[^"\\]|\\.)*"\s*)+)')
FORMAT = re.compile(r"%[^a-z%]*(?:ll|l|z)?[a-z%]")


class Lines(unittest.TestCase):
    def test_the_host_has_fewer_than_400(self):
        lines = {name: len((EXAMPLE / name).read_text().splitlines()) for name in HOST}
        self.assertLess(sum(lines.values()), MOST, lines)
        self.assertIn(f"the host, {sum(lines.values())} lines", " ".join((SOURCE / "docs/PORTING.md").read_text().split()))

    def test_the_readme_counts_the_lines_that_there_are(self):
        table = re.findall(r"^\| (\d+) \| ([^|]*) \|", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
        self.assertEqual(len(table), 4)
        for said, files in table:
            lines = sum(len((EXAMPLE / name).read_text().splitlines()) for name in re.findall(r"`(.*?)`", files))
            self.assertEqual(int(said), lines, files)

    def test_the_core_logs_with_no_other_formats_than_the_seam_names(self):
        texts = [text for path in (SOURCE / "src" / "core").glob("*.c") for text in LOGGED.findall(path.read_text())]
        self.assertGreater(len(texts), 20)
        formats = {name for text in texts for name in FORMAT.findall(text)}
        self.assertLessEqual(formats, {"%s", "%u", "%x", "%p", "%llu", "%llx"})


if __name__ == "__main__":
    unittest.main(verbosity=1)
