#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The tools that judge are judged: each finds what it is there to find.

Usage: tools.py SOURCE_FOLDER
"""

import importlib.util
import io
import json
import shutil
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


def load(name):
    """A tool as a module."""
    where = importlib.util.spec_from_file_location(name.replace("-", "_"), SOURCE / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(where)
    where.loader.exec_module(module)
    return module


class CoreArchive(InAFolder):
    """A core of one file, by the real core.mk and the compiler that is always there."""

    def setUp(self):
        super().setUp()
        self.module = load("core_archive")
        core = self.folder / "src/core"
        core.mkdir(parents=True)
        shutil.copy(SOURCE / "src/core/core.mk", core)

    def complaints(self, text, optimisation="-O2"):
        (self.folder / "src/core/only.c").write_text(text)
        build = self.module.Build("x86-64", "gcc", optimisation)
        archive = self.module.archive_in(build.make(self.folder, self.folder / "out"))
        return self.module.complaints(archive, self.module.MEMORY) + self.module.variables(archive)

    def test_what_needs_nothing_is_fine(self):
        self.assertEqual(self.complaints("int hda_f(void);\nint hda_f(void)\n{\n    return 1;\n}\n"), [])

    def test_a_call_of_a_library_is_found(self):
        text = "unsigned long strlen(const char *);\nint hda_f(const char *);\nint hda_f(const char *t) { return strlen(t) > 4; }"
        self.assertEqual(self.complaints(text), ["it calls strlen"])

    def test_a_name_that_a_kernel_may_have_is_found(self):
        found = self.complaints("int print(void);\nint print(void)\n{\n    return 1;\n}\n")
        self.assertEqual(found, ["a kernel may have these names, too: print"])

    def test_a_variable_is_found(self):
        found = self.complaints("int hda_f(void);\nint hda_f(void)\n{\n    static int calls;\n    return ++calls;\n}\n")
        self.assertEqual(found, ["only.o has variables: 0 bytes of data, 4 of bss"])
        found = self.complaints("int hda_f(void);\nint hda_f(void)\n{\n    static int calls = 3;\n    return ++calls;\n}\n")
        self.assertEqual(found, ["only.o has variables: 4 bytes of data, 0 of bss"])

    def test_a_header_of_the_system_is_found(self):
        with self.assertRaisesRegex(self.module.Failed, "stdlib.h"):
            self.complaints("#include <stdlib.h>\n")

    def test_a_compiler_that_is_not_there_is_missing(self):
        self.module.COMPILERS["gcc"]["x86-64"] = "no-such-compiler"
        with self.assertRaisesRegex(self.module.Missing, "no-such-compiler"):
            self.complaints("")


class MeasureCore(InAFolder):
    def setUp(self):
        super().setUp()
        self.module = load("measure-core")
        self.failed = self.module.Failed

    def graph(self, *edges, sizes=None, kind="static", source=""):
        """Functions of 10 bytes each, or as many as `sizes` says; an edge is "a b", or "a *LINE:COLUMN" of `source`."""
        core = self.folder / "core"
        core.mkdir(exist_ok=True)
        (core / "x.c").write_text(source)
        names = sorted({edge.split()[0] for edge in edges} | set(sizes or ()))
        usage = {name: f"{(sizes or {}).get(name, 10)} bytes ({kind})" for name in names}
        lines = [f'node: {{ title: "{name}" label: "{name}\\nx.c:1:1\\n{usage[name]}" }}' for name in names]
        for name, target in map(str.split, edges):
            called, place = ("__indirect_call", target[1:]) if target[0] == "*" else (target, "1:1")
            lines.append(f'edge: {{ sourcename: "{name}" targetname: "{called}" label: "src/x.c:{place}" }}')
        graph = self.module.Graph()
        graph.read("\n".join(lines), core)
        return graph

    def test_the_deepest_way_counts(self):
        graph = self.graph("a b", "a c", "b d", "c d", sizes={"c": 30, "d": 5})
        self.assertEqual(graph.depth("a"), (45, ["a", "c", "d"]))

    def test_recursion_is_found(self):
        with self.assertRaisesRegex(self.failed, "recursion: b > c > b"):
            self.graph("a b", "b c", "c b").depth("a")
        with self.assertRaisesRegex(self.failed, "recursion: a > a"):
            self.graph("a a").depth("a")

    def test_what_grows_when_it_runs_is_found(self):
        with self.assertRaisesRegex(self.failed, "a takes as much"):
            self.graph("a memcpy", kind="dynamic")
        self.assertEqual(self.graph("a memcpy", kind="dynamic,bounded").depth("a")[0], 10)

    def test_a_function_that_nobody_has_is_found(self):
        with self.assertRaisesRegex(self.failed, "strlen"):
            self.graph("a strlen").depth("a")

    def test_hooks_and_clients_count_nothing(self):
        for call in ("bus->host->alloc(8)", "host->now()", "isr->routine(isr->context)"):
            self.assertEqual(self.graph("a *1:5", source=f"    {call};\n").depth("a"), (10, ["a"]))

    def test_an_unknown_call_through_a_pointer_is_found(self):
        for call in ("entry->function(1)", "(*routine)()", "bus->hosted->now()"):
            with self.assertRaisesRegex(self.failed, "x.c:1: .* this tool does not know"):
                self.graph("a *1:5", source=f"    {call};\n")

    def test_a_pointer_of_the_core_counts_what_it_may_call(self):
        self.module.POINTERS["work->done"] = ["b", "c"]
        graph = self.graph("a *1:1", sizes={"b": 20, "c": 50}, source="work->done();\n")
        self.assertEqual(graph.depth("a"), (60, ["a", "c"]))

    def test_statics_of_one_name_are_told_apart(self):
        graph = self.graph("a src/x.c:f", "src/x.c:f memset", sizes={"src/x.c:f": 1, "src/y.c:f": 99})
        self.assertEqual(graph.depth("a"), (11, ["a", "x.c:f"]))

    def test_entry_points_lead_to_everything(self):
        graph = self.graph("a b", sizes={"b": 1})
        self.module.check_complete(graph, {"a": "A"})
        with self.assertRaisesRegex(self.failed, "no known entry point leads to a$"):
            self.module.check_complete(graph, {"b": "B"})
        with self.assertRaisesRegex(self.failed, "no object: c"):
            self.module.check_complete(graph, {"a": "A", "c": "C"})

    def test_entry_points_are_found_in_the_source(self):
        header = "/* hda_no(x); */\ntypedef void hda_t(int);\nstruct x *hda_b(struct y *y,\n    int z);\nint hda_a(void);"
        self.assertEqual(self.module.declared(header), ["hda_b", "hda_a"])
        tables = "    .Version = VERSION,\n    .Free = free_it,\n    .FreeAll = free_it,\n    .Free = free_it,\n"
        self.assertEqual(self.module.in_tables(tables), {"interface.c:free_it": ["Free", "FreeAll"]})

    def measured(self, depth=1000, version=12):
        measured = self.module.Measured({"hda_interrupt": "`i`", "hda_deferred": "`d`", "a": "`a`"})
        for processor in ("p", "q"):
            measured.sizes[f"{processor}, gcc -O2"] = self.module.Sizes(30000, 2000, 0, 0)
            measured.depths[processor] = {"hda_interrupt": (100, []), "hda_deferred": (200, []), "a": (depth, ["a"])}
            measured.versions[processor] = version
        return measured

    def check(self, measured, change=lambda page: page):
        page = self.folder / "PAGE.md"
        page.write_text(f"before {self.module.BEGIN}\n{self.module.END} after")
        self.module.write(page, self.measured())
        page.write_text(change(page.read_text()))
        with redirect_stdout(io.StringIO()) as output:
            return self.module.check(page, measured), output.getvalue()

    def test_a_page_that_is_right_passes(self):
        self.assertEqual(self.check(self.measured()), ([], ""))
        self.assertEqual(self.check(self.measured(depth=1060)), ([], ""))
        self.assertEqual(self.check(self.measured(), lambda page: page.replace("30,000", "29,000")), ([], ""))

    def test_a_figure_that_is_off_is_found(self):
        for depth in (1066, 900):
            self.assertIn(f"PAGE.md: `a` (q) is {depth} bytes, not 1000", self.check(self.measured(depth=depth))[0])
        found, _ = self.check(self.measured(), lambda page: page.replace("30,000", "28,000"))
        self.assertIn("PAGE.md: p, gcc -O2 (text) is 30000 bytes, not 28000", found)

    def test_a_missing_entry_point_is_found(self):
        found, _ = self.check(self.measured(), lambda page: page.replace("| `a` | 1,000 | 1,000 |\n", ""))
        self.assertEqual(found, [f"PAGE.md: `a` ({p}) is not in it" for p in "pq"])
        found, _ = self.check(self.measured(), lambda page: page.replace("| `a` |", "| `b` | 1 | 1 |\n| `a` |"))
        self.assertEqual(found, [f"PAGE.md: it has `b` ({p}), which does not exist" for p in "pq"])

    def test_a_page_without_a_place_for_it_is_refused(self):
        with self.assertRaisesRegex(self.failed, "does not have"):
            self.check(self.measured(), lambda page: page.replace(self.module.END, ""))

    def test_another_compiler_is_not_compared(self):
        found, output = self.check(self.measured(depth=5000, version=13))
        self.assertEqual((found, output.splitlines()[0]), ([], "not compared: gcc 13 for p, and the page is of gcc 12"))

    def test_a_page_is_not_written_by_another_compiler(self):
        with self.assertRaisesRegex(self.failed, "gcc 12"):
            self.module.write(self.folder / "PAGE.md", self.measured(version=13))

    def test_a_processor_without_a_compiler_is_not_compared(self):
        measured = self.measured()
        for kept in (measured.depths, measured.versions):
            del kept["q"]
        del measured.sizes["q, gcc -O2"]
        measured.left_out["q"] = "there is no q-gcc"
        self.assertEqual(self.check(measured), ([], ""))


class RunTests(InAFolder):
    def setUp(self):
        super().setUp()
        self.module = load("run-tests")
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
