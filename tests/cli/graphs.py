#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus graph: what it draws of the built-in codec, and that dot renders every dump's graph without a warning.

Usage: graphs.py HDABUS DUMPS CODECS

DUMPS is the project's own set; CODECS a folder of real ones, which need not be there. HDABUS_CODECS names another one.
"""

import html
import os
import re
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from command import DONE, FAILED, NO_DEVICE, USAGE, CommandTest, main, run

OWN = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "tests/simcodec/dumps")
CODECS = sys.argv.pop(1) if len(sys.argv) > 1 else "codecs"
CODECS = Path(os.environ.get("HDABUS_CODECS") or CODECS)
AT_ONCE = 2
CHUNK = 40  # graphs that one dot renders
NO_DOT = "" if shutil.which("dot") else "skipped: there is no dot here, of Debian's package graphviz"
NO_CORPUS = "" if any(CODECS.glob("*.codec")) else f"skipped: there is no dump in {CODECS} (HDABUS_CODECS names another)"
ORANGE, BLUE = "#d95f02", "#1f6fb4"


def graph(*arguments):
    return run("graph", *arguments).out


def widgets(text):
    """The NIDs of all widgets that are drawn, also of those that share a box."""
    alone = re.findall(r"^ +c\d+n([0-9a-f]{2}) \[", text, re.MULTILINE)
    boxes = re.findall(r'label="vendor\'s, without connections([^"]*)"', text)
    return sorted(int(nid, 16) for nid in alone + [nid for box in boxes for nid in re.findall("0x(..)", box)])


def highlighted(text, color):
    """Left and right ends of the connections that have this colour."""
    return sorted(re.findall(rf"(c\d+n..) -> (c\d+n..) .*{color}", text))


def plain(text):
    """Without what dot makes of blanks and quotes."""
    return " ".join(html.unescape(text).replace("\xa0", " ").split())


class Graph(CommandTest):
    def test_the_built_in_codec(self):
        out = self.check(run("graph"), DONE).out
        self.assertIn('label="Codec 0: Generic 1de4 ID 1"', out)
        self.assertIn("pin 0x0e, out\\nGreen line-out jack, rear", out)
        self.assertIn("DAC 0x02\\nto 192 kHz, 32 bits\\nout -65.25 to 0 dB by 0.75, mute", out)
        self.assertEqual(widgets(out), list(range(2, 0x1A)))
        self.assertEqual(self.check(run("graph", "0"), DONE).out, out)

    def test_the_ways_of_play_and_record_stand_out(self):
        out = graph()
        self.assertEqual(highlighted(out, ORANGE), [("c0n02", "c0n09"), ("c0n09", "c0n0e")])
        self.assertEqual(highlighted(out, BLUE), [("c0n06", "c0n0c"), ("c0n0c", "c0n12")])

    def test_the_way_of_a_pin_stands_out(self):
        out = graph("--path", "0x10")
        self.assertEqual(highlighted(out, ORANGE), [("c0n04", "c0n0b"), ("c0n0b", "c0n10")])
        self.assertEqual(highlighted(out, BLUE), [])
        self.assertEqual(len(highlighted(graph("--path", "0x11"), BLUE)), 2)

    def test_a_pin_that_no_path_leads_to_is_drawn_with_a_message(self):
        dump = self.file(run("codec").out.replace("     0x05\n", "     0x19\n").encode(), "dump")
        result = self.check(run("--device", f"sim:codec={dump}", "graph", "--path", "0x13"), DONE)
        self.assertIn("pin 0x13: no path leads to a converter", result.err)
        self.assertNotIn(ORANGE, result.out.split("subgraph")[1])

    def test_several_codecs_are_one_graph(self):
        text = run("codec").out.replace("Address: 0\n", "Address: 3\n")
        device = f"sim:codec={OWN / 'long.codec'},codec={self.file(text.encode(), 'dump')},codec={OWN / 'modem.codec'}"
        out = self.check(run("--device", device, "graph"), DONE).out
        self.assertEqual(out.count("digraph"), 1)
        self.assertEqual(out.count("subgraph"), 3)
        self.assertEqual(out.count("no audio widgets"), 1)
        line_out = [("c3n02", "c3n09"), ("c3n09", "c3n0e")]
        self.assertEqual(highlighted(out, ORANGE), line_out)  # plugged in, while the other cannot tell
        unplugged = self.check(run("--device", device + ",unplug=0x0e", "graph"), DONE).out
        self.assertEqual(highlighted(unplugged, ORANGE), [("c0n7e", "c0n81"), ("c0n81", "c0n83")])
        one = self.check(run("--device", device, "graph", "3"), DONE).out
        self.assertEqual(one.count("subgraph"), 1)
        self.assertEqual(highlighted(one, ORANGE), line_out)

    def test_the_way_is_in_the_codec_with_the_best_pin(self):
        text = run("codec").out
        worse = self.file(text.replace("0x01014010", "0x41014010").encode(), "worse")
        better = self.file(text.replace("Address: 0\n", "Address: 3\n").encode(), "better")
        out = graph("--device", f"sim:codec={worse},codec={better}")
        self.assertEqual(highlighted(out, ORANGE), [("c3n02", "c3n09"), ("c3n09", "c3n0e")])

    def test_wrong_usage(self):
        for operands in (("15",), ("-1",), ("first",), ("0", "1"), ("",)):
            with self.subTest(operands=operands):
                self.assertEqual(self.check(run("graph", "--", *operands), USAGE).out, "")
        for pin in ("0", "256", "green", ""):
            self.check(run("graph", "--path", pin), USAGE)
        self.assertIn("no codec at address 5", self.check(run("graph", "5"), FAILED).err)
        self.assertIn("there is no such pin", self.check(run("graph", "--path", "0x70"), FAILED).err)
        self.assertIn("there is no such pin", self.check(run("graph", "--path", "0x02"), FAILED).err)
        self.check(run("graph", "--json"), USAGE)
        self.check(run("graph", "--device", "toaster"), NO_DEVICE)


class Pictures(CommandTest):
    """Those of docs/CODECS.md show what is drawn today: make graphs draws them anew."""

    def check_picture(self, name, out):
        picture = (OWN.parents[2] / "docs/graphs" / name).read_text()
        shown = re.findall("<text [^>]*>(.*)</text>", picture)
        labels = [line for label in re.findall(r'label="([^"]*)"', out) for line in label.split("\\n")]
        self.assertEqual(sorted(map(plain, shown)), sorted(map(plain, labels)), "make graphs draws it anew")
        for color in (ORANGE, BLUE):
            self.assertEqual(color in picture, color in out)

    def test_built_in(self):
        self.check_picture("built-in.svg", graph())

    def test_input(self):
        self.check_picture("input.svg", graph("--device", f"sim:codec={OWN / 'input.codec'}", "--path", "0x07"))


@unittest.skipIf(NO_DOT, NO_DOT)
class Rendered(CommandTest):
    def draw(self, dump):
        """The file with the dump's graph; every widget of the dump must be in it."""
        result = self.check(run("--device", f"sim:codec={dump}", "graph"), DONE)
        self.assertEqual(result.err, "", dump.name)
        section = re.split(r"^Codec:", dump.read_text(errors="replace"), flags=re.MULTILINE)[1]
        nodes = re.findall(r"^\s*Node 0x([0-9a-f]+)", section, re.MULTILINE)
        self.assertLessEqual({int(nid, 16) for nid in nodes}, set(widgets(result.out)), dump.name)
        return self.file(result.out.encode(), dump.name + ".dot")

    def dot(self, graphs):
        """How many pictures dot makes of them; a warning fails, with the graph it is of."""
        done = subprocess.run(["dot", "-Tsvg", *graphs], capture_output=True, timeout=250, check=False)
        if (done.returncode != 0 or done.stderr) and len(graphs) > 1:
            return sum(self.dot([graph]) for graph in graphs)
        self.assertEqual((done.returncode, done.stderr), (0, b""), graphs)
        return done.stdout.count(b"</svg>")

    def render(self, dumps):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            graphs = list(pool.map(self.draw, dumps))
            chunks = [graphs[i : i + CHUNK] for i in range(0, len(graphs), CHUNK)]
            self.assertEqual(sum(pool.map(self.dot, chunks)), len(dumps))
        print(f"{len(dumps)} graphs rendered without a warning")

    def test_own_set(self):
        self.render(sorted(OWN.glob("*.codec")))

    @unittest.skipIf(NO_CORPUS, NO_CORPUS)
    def test_corpus(self):
        self.render(sorted(CODECS.glob("*.codec")))

    def test_several_codecs(self):
        device = ",".join(f"codec={OWN / name}" for name in ("new.codec", "modem.codec"))
        self.assertEqual(self.dot([self.file(run("--device", f"sim:{device}", "graph").out.encode(), "graph.dot")]), 1)


if __name__ == "__main__":
    print(*filter(None, (NO_DOT, NO_CORPUS)), sep="\n")
    main()
