#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The tools that judge are judged: each finds what it is there to find.

Usage: tools.py SOURCE_FOLDER
"""

import importlib.util
import io
import json
import subprocess
import sys
import tempfile
import unittest
import wave
from contextlib import redirect_stdout
from pathlib import Path

SOURCE = Path(sys.argv.pop(1))
FRAME = b"\x01\x02\x03\x04"
SILENCE = b"\0\0\0\0"


class InAFolder(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def tool(self, name, *arguments):
        command = [SOURCE / "tools" / name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)


class CompareAudio(InAFolder):
    def wav(self, name, data, rate=48000):
        with wave.open(str(self.folder / name), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(data)
        return self.folder / name

    def compare(self, original, played, **options):
        done = self.tool("compare-audio.py", self.wav("a.wav", original), self.wav("b.wav", played, **options))
        return done.returncode == 0, done.stdout + done.stderr

    def test_the_same_is_the_same(self):
        self.assertTrue(self.compare(FRAME * 100, FRAME * 100)[0])

    def test_silence_around_it_is_allowed_and_counted(self):
        same, output = self.compare(FRAME * 100, SILENCE * 7 + FRAME * 100 + SILENCE * 9)
        self.assertTrue(same)
        self.assertIn("after 7 frames", output)

    def test_one_bit_is_found_with_its_frame(self):
        same, output = self.compare(FRAME * 100, FRAME * 42 + b"\x01\x02\x03\x05" + FRAME * 57)
        self.assertFalse(same)
        self.assertIn("frame 42", output)

    def test_a_lost_frame_is_found(self):
        self.assertFalse(self.compare(FRAME * 100, FRAME * 99)[0])
        self.assertFalse(self.compare(SILENCE + FRAME * 100, FRAME * 100)[0])

    def test_sound_after_the_end_is_found(self):
        self.assertFalse(self.compare(FRAME * 100, FRAME * 100 + SILENCE + FRAME)[0])

    def test_another_rate_is_found(self):
        self.assertFalse(self.compare(FRAME * 100, FRAME * 100, rate=44100)[0])

    def test_what_is_no_wav_file_is_refused(self):
        (self.folder / "c.wav").write_bytes(b"no sound")
        good = self.wav("a.wav", FRAME)
        self.assertNotEqual(self.tool("compare-audio.py", good, self.folder / "c.wav").returncode, 0)


class CheckRooms(InAFolder):
    TABLE = "## Who includes whom\n\n| room | may |\n| --- | --- |\n| `src/core` | `<host.h>` `<stdint.h>` |\n"

    def check(self, text, table=TABLE):
        files = {"docs/DESIGN.md": table, "src/core/a.c": text, "src/core/a.h": ""}
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return self.tool("check-rooms.py", self.folder)

    def test_what_the_table_allows_passes(self):
        self.assertEqual(self.check('#include <host.h>\n#include <stdint.h>\n#include "a.h"\n').returncode, 0)

    def test_a_system_header_that_is_not_in_the_table_is_found(self):
        self.assertIn("<stdio.h>", self.check("#include <stdio.h>\n").stdout)

    def test_another_room_is_found(self):
        (self.folder / "src/device").mkdir(parents=True)
        (self.folder / "src/device/d.h").write_text("")
        done = self.check('  #  include "device/d.h"\n')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("src/core/a.c: includes src/device/d.h", done.stdout)

    def test_a_file_in_no_room_is_found(self):
        (self.folder / "src").mkdir()
        (self.folder / "src/stray.c").write_text("")
        self.assertIn("src/stray.c", self.check("").stdout)

    def test_a_missing_table_is_an_error(self):
        self.assertNotEqual(self.check("", table="nothing").returncode, 0)


class RunTests(InAFolder):
    def setUp(self):
        super().setUp()
        where = importlib.util.spec_from_file_location("run_tests", SOURCE / "tools" / "run-tests.py")
        self.module = importlib.util.module_from_spec(where)
        where.loader.exec_module(self.module)
        self.checks_run = set()

    def summary(self, *tests):
        """The exit status and the lines that a log of (name, result, output) leads to."""
        log = self.folder / "testlog.json"
        records = ({"name": name, "result": result, "stdout": output} for name, result, output in tests)
        log.write_text("".join(json.dumps(record) + "\n" for record in records))
        with redirect_stdout(io.StringIO()) as output:
            configuration = self.module.Configuration("gcc", "gcc")
            status = self.module.report(self.module.outcomes_of(configuration, log, self.checks_run))
        return status, output.getvalue().splitlines()

    def test_it_counts(self):
        status, lines = self.summary(("a", "OK", ""), ("b", "OK", ""), ("c", "SKIP", "no clang here\n"))
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 1 skipped"))
        self.assertIn("skipped: gcc: c: no clang here", lines)

    def test_what_did_not_pass_failed(self):
        for result in ("FAIL", "TIMEOUT", "ERROR", "UNEXPECTEDPASS", "INTERRUPT"):
            status, lines = self.summary(("a", "OK", ""), ("b", result, ""))
            self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_a_check_that_another_test_runs_is_not_reported(self):
        one_line = "1..2\nok 1 - this\nok 2 - that # SKIP one SDO line\n"
        two_lines = "1..2\nok 1 - this # SKIP two SDO lines\nok 2 - that\n"
        _, lines = self.summary(("a", "OK", one_line), ("b", "OK", two_lines))
        self.assertEqual(lines[-1], "2 passed, 0 failed, 0 skipped")
        _, lines = self.summary(("a", "OK", one_line))
        self.assertEqual(lines[-1], "1 passed, 0 failed, 0 skipped")

    def test_a_skipped_part_of_a_test_is_reported(self):
        tap = "1..2\nok 1 - this\nok 2 - that # SKIP one SDO line\n"
        cmocka = "[       OK ] this\nno dumps here\n[  SKIPPED ] every_dump_parses\n"
        _, lines = self.summary(("a", "OK", tap), ("b", "OK", cmocka))
        self.assertEqual(lines[-1], "2 passed, 0 failed, 2 skipped")
        self.assertIn("skipped: gcc: a: that: one SDO line", lines)
        self.assertIn("skipped: gcc: b: every_dump_parses: no dumps here", lines)

    def test_no_log_is_a_failure(self):
        configuration = self.module.Configuration("gcc", "gcc")
        outcomes = self.module.outcomes_of(configuration, self.folder / "nothing", self.checks_run)
        self.assertEqual([outcome.result for outcome in outcomes], ["failed"])


if __name__ == "__main__":
    unittest.main()
