#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Codecs made from dumps of real ones, read by verbs and printed, say what the dumps say; --diff finds so, too.

Usage: agree.py HDABUS CODECS OWN

CODECS is a folder of dumps of real codecs, HDABUS_CODECS names another; OWN has the project's own, which are odd on
purpose. Both texts are read here, by other rules than the program's, so that a misreading of its parser shows. Of a real
dump in today's form every line is compared that no reset and no driver changes.
"""

import os
import re
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from command import DONE, CommandTest, main, run

FOLDERS = [sys.argv.pop(1) if len(sys.argv) > 1 else name for name in ("codecs", "dumps")]
CODECS = Path(os.environ.get("HDABUS_CODECS") or FOLDERS[0])
OWN = Path(FOLDERS[1])
AT_ONCE = 2

HEX = "0x([0-9a-f]+)"
ID = re.compile(rf"(Vendor|Subsystem|Revision) Id: {HEX}")
NODE = re.compile(rf"Node {HEX} \[(.*)\] wcaps {HEX}")
AMP = re.compile(rf"(?:Default )?Amp-(In|Out) caps: (?:N/A|ofs={HEX}, nsteps={HEX}, stepsize={HEX}, mute=(\d))")
OLD_PCM = re.compile(rf"(?:Default )?PCM: rates {HEX}, bits {HEX}, types {HEX}")
PCM = re.compile(r"(rates|bits|formats) \[0x([0-9a-f]+)\]:")
CONNECTIONS = re.compile(r"Connection: (-?\d+)")
VALUES = re.compile(r"Amp-(In|Out) vals: ?(.*)")
NUMBERS = {  # name: what is compared of the line
    "processing": re.compile(r"Processing caps: (benign=\d, ncoeff=\d+)"),
    "knob": re.compile(r"Volume-Knob: (delta=\d, steps=\d+)"),
    "gpio": re.compile(r"GPIO: (.*)"),
    "power states": re.compile(r"Power states: ?(.*)"),
    "modem": re.compile(r"(No Modem|Modem Function Group: 0x[0-9a-f]+)"),
}

IN_TODAYS_FORM = "State of AFG node"
ITS_DRIVERS = (  # lines that only a driver of Linux fills, or a kernel that knows the maker's own verbs
    "Control:",
    "ControlAmp:",
    "Device:",
    "In-driver Connection:",
    "Processing Coefficient:",
    "Coefficient Index:",
    "Coeff 0x",
    "Power-Map:",
    "Analog Loopback:",
)
SETTINGS = re.compile(  # lines of which only the beginning outlives a reset
    r"(Codec|Amp-In vals|Amp-Out vals|Pin-ctls|Converter|Digital|Digital category|IEC Coding Type|SDI-Select"
    r"|Unsolicited|Power|EAPD|IO\[\d\]|Volume-Knob: delta=\d, steps=\d+)[:, ].*"
)
REASONS = {
    "no widget": "is connected to a NID that is no widget",
    "itself": "is connected to itself",
    "twice": "is connected twice to the same node",
    "values": "has fewer or more amplifier values than connections",
    "no list": "is a knob whose list its kernel did not print",
    "pin caps": "has pin capabilities that its kernel misprinted",
}


def pin_caps(digits):
    """Some kernels print `0x08` and then the value, for want of a percent sign."""
    return int(digits if len(digits) == 8 else digits[2:], 16)


def amp_caps(match):
    """Zeros of an old kernel are the N/A of later ones."""
    values = tuple(int(match[i], 16) for i in range(2, 6)) if match[2] else ()
    return values if any(values) else None


class Part:
    """The head of a dump, or one of its nodes: what it says, by name, and what is odd about it."""

    def __init__(self, lines):
        self.found = {}
        self.odd = []
        self.values = {}
        for number, line in enumerate(lines):
            following = " ".join(lines[number + 1 : number + 2])
            self.read(line, following if following.startswith("0x") else "")
        self.name = f"node 0x{self.found['node']:02x}" if "node" in self.found else "head"

    def read(self, line, following):
        if match := ID.match(line):
            self.found[match[1] + " id"] = int(match[2], 16)
        elif match := NODE.match(line):
            self.found.update({"node": int(match[1], 16), "kind": match[2], "widget caps": int(match[3], 16)})
        elif match := re.match(rf"Pincap {HEX}", line):
            self.found["pin caps"] = pin_caps(match[1])
            self.odd += ["pin caps"] if len(match[1]) != 8 else []
        elif match := re.match(rf"Pin Default {HEX}", line):
            self.found["pin default"] = int(match[1], 16)
        elif match := AMP.match(line):
            self.found[match[1] + "put amp caps"] = amp_caps(match)
        elif match := OLD_PCM.match(line):
            self.found.update(zip(("rates", "bits", "formats"), (int(match[i], 16) for i in (1, 2, 3))))
        elif match := PCM.match(line):
            self.found[match[1]] = int(match[2], 16)
        elif match := CONNECTIONS.match(line):
            self.found["connections"] = [int(nid, 16) for nid in re.findall(HEX, following)]
        elif match := VALUES.match(line):
            self.values[match[1]] = len(re.findall(r"\[|^0x", match[2]))
        else:
            self.read_number(line)

    def read_number(self, line):
        for name, pattern in NUMBERS.items():
            if match := pattern.match(line):
                self.found[name] = " ".join(match[1].split())

    @property
    def connections(self):
        return self.found.get("connections", [])

    def oddities(self, nodes):
        """Which of REASONS there are."""
        kind = self.found.get("kind", "")
        amps = 1 if kind == "Pin Complex" else len(self.connections)
        return self.odd + [
            name
            for name, there in {
                "no widget": not nodes.issuperset(self.connections),
                "itself": self.found.get("node") in self.connections,
                "twice": len(set(self.connections)) < len(self.connections),
                "values": self.values.get("In", amps) != amps,
                "no list": kind.startswith("Volume Knob") and "connections" not in self.found,
            }.items()
            if there
        ]


def section(text):
    """The lines of the first codec in the text, without blanks around them."""
    lines = [line.strip() for line in text.splitlines()]
    return lines[next(i for i, line in enumerate(lines) if line.startswith("Codec:")) :]


def read_parts(lines):
    """The head and, in their order, the nodes."""
    starts = [0] + [i for i, line in enumerate(lines) if line.startswith("Node 0x")] + [len(lines)]
    return [Part(lines[start:end]) for start, end in zip(starts, starts[1:])]


def holes(ours, theirs):
    """Nodes that no dump has, where it leaves out NIDs: those are vendor defined widgets."""
    nodes = {part.found.get("node") for part in theirs}
    kinds = {part.found.get("node"): part.found.get("kind") for part in ours}
    return [node for node, kind in kinds.items() if node not in nodes and kind == "Vendor Defined Widget"]


def differences(ours, theirs):
    """What the two say differently, in words. A list that is not printed is empty."""
    ours = [part for part in ours if part.found.get("node") not in holes(ours, theirs)]
    if len(ours) != len(theirs):
        yield f"there are {len(ours) - 1} nodes, not {len(theirs) - 1}"
    for our, their in zip(ours, theirs):
        for name, value in their.found.items():
            if our.found.get(name, "is missing") != value:
                yield f"{their.name}: {name} {our.found.get(name, 'is missing')}, not {value}"
        if our.connections != their.connections:
            yield f"{their.name}: connections {our.connections}, not {their.connections}"


def lasting(lines):
    """What no reset and no driver changes."""
    kept = []
    for i, line in enumerate(lines):
        drivers = line.startswith(ITS_DRIVERS) or (i > 0 and lines[i - 1].startswith("In-driver Connection:"))
        if line and not drivers:
            kept.append(SETTINGS.sub(r"\1", line).replace("*", ""))
    return kept


class Agree(CommandTest):
    def compare(self, dump):
        """Of a dump: whether it is in today's form, what differs, which oddities it has."""
        ours = section(self.check(run("--device", f"sim:codec={dump}", "codec"), DONE).out)
        text = dump.read_text(encoding="utf-8", errors="replace")
        theirs = section(text)
        parts = read_parts(theirs)
        nodes = {part.found["node"] for part in parts if "node" in part.found}
        found = list(differences(read_parts(ours), parts))
        found += [f"printed: {line}" for line in ours if line.startswith(ITS_DRIVERS)]
        diff = run("--device", f"sim:codec={dump}", "codec", "--diff", dump)
        found += [] if diff.code == DONE or holes(read_parts(ours), parts) else [f"--diff: {diff.out}"]
        today = IN_TODAYS_FORM in text and dump.parent != OWN
        if today and lasting(ours) != lasting(theirs):
            ahead = zip(lasting(ours) + [None], lasting(theirs) + [None])
            found.append("lines: {!r}, not {!r}".format(*next((a, b) for a, b in ahead if a != b)))
        odd = {name: [part.name for part in parts if name in part.oddities(nodes)] for name in REASONS}
        return today, found, {name: where for name, where in odd.items() if where}

    def compare_all(self, folder):
        dumps = sorted(folder.glob("*.codec"))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            compared = dict(zip(dumps, pool.map(self.compare, dumps)))
        wrong = {dump.name: found for dump, (_, found, _) in compared.items() if found}
        for name, reason in REASONS.items():
            odd = {dump.name: odd[name] for dump, (_, _, odd) in compared.items() if name in odd}
            print(f"a node {reason}: {len(odd)} dumps")
            for dump, where in odd.items():
                print(f"    {dump}: {', '.join(where)}")
        agree = [today for today, found, _ in compared.values() if not found]
        print(f"{len(agree)} of {len(dumps)} dumps agree, the {sum(agree)} in today's form line by line")
        self.assertGreater(len(dumps), 0)
        self.assertEqual(wrong, {})

    @unittest.skipUnless(any(CODECS.glob("*.codec")), f"no dump in {CODECS} (HDABUS_CODECS names another folder)")
    def test_real_dumps(self):
        self.compare_all(CODECS)

    def test_own_dumps(self):
        self.compare_all(OWN)


if __name__ == "__main__":
    main()
