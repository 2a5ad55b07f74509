#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the core costs a kernel: text, data, and how deep each entry point goes on the stack.

Usage: tools/measure-core.py [--folder FOLDER] [--write PAGE | --check PAGE]

Builds the core as kernels do, with gcc for each processor, in FOLDER (build/core-archives), and prints what it finds.
--write puts it into PAGE, between its two markers. --check compares: exit status 1, with a sentence each, when a figure
of PAGE is more than 5 % and 64 bytes off, or an entry point is missing. The figures are those of gcc 12; another one's are
printed, and not compared. So are those of the processors for which there is a compiler. 77 if there is none at all.

Depths are read from gcc's call graphs, all files joined, each function with what it takes of the stack. What is called
through a pointer is known here or an error: hooks of host.h and the callbacks of clients count 0, since they are not the
core's, and so do memcpy and its like. The core may not recurse, nor take what it knows only when it runs.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from core_archive import DIVISION, MEMORY, OPTIMISATIONS, PROCESSORS, Build, Failed, Missing, archive_in  # noqa: E402
from core_archive import Sizes, sizes_of_objects, total  # noqa: E402

SOURCE = Path(__file__).resolve().parent.parent
GCC = 12
OFF = 0.05
SLACK = 64  # bytes
BEGIN, END = "<!-- tools/measure-core.py: begin -->", "<!-- tools/measure-core.py: end -->"

# What stands before the parenthesis of a call through a pointer, and which of the core's functions it may be.
HOOK = re.compile(r"(?:\w+->)*(?:host|device)->\w+$")
POINTERS = {
    "batch->callback": [],  # of a client, as the next three
    "copy.routine": [],
    "isr->routine": [],
    "listener.routine": [],
    "wake.routine": [],  # of whoever opened the bus
}
# Functions that the host calls because the core has given them to it.
GIVEN = {
    "hda_interrupt": "interrupt routine",
    "hda_deferred": "deferred work, DISPATCH",
    "hda_clients_release_dead": "deferred work, PASSIVE",
}
ON_TOP = ("hda_deferred", "hda_interrupt")


# ---- The graph of calls --------------------------------------------------------------------------

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "([^"]*)")?')
USAGE = re.compile(r"\\n(\d+) bytes \(([^)]+)\)$")


def name_of(title):
    """Statics are titled PATH:NAME; a file's name is enough to tell them apart."""
    path, _, name = title.rpartition(":")
    return f"{Path(path).name}:{name}" if path else name


def short(name):
    return name.rpartition(":")[2]


class Graph:
    """Who calls whom, and what each takes of the stack."""

    def __init__(self):
        self.usage = {}  # of each function of the core
        self.calls = {}  # sets of names
        self.known = {}  # depth and chain of what has been asked for

    def read(self, text, core):
        """One file's graph. `core` is the folder with the source."""
        for title, label in NODE.findall(text):
            found = USAGE.search(label)
            if found:
                self.add(name_of(title), int(found[1]), found[2])
        for source, target, place in EDGE.findall(text):
            targets = called_through_pointer(place, core) if target == "__indirect_call" else [target]
            self.calls.setdefault(name_of(source), set()).update(map(name_of, targets))

    def add(self, name, size, kind):
        if kind == "dynamic":
            raise Failed(f"{name} takes as much of the stack as it finds out when it runs")
        self.usage[name] = size

    def depth(self, name, callers=()):
        """Bytes at most from its call on, and the chain of names that takes them."""
        if name in callers:
            raise Failed(f"recursion: {' > '.join((*callers[callers.index(name) :], name))}")
        if name not in self.known:
            self.known[name] = self.reckon(name, callers)
        return self.known[name]

    def reckon(self, name, callers):
        if name not in self.usage:
            if name not in MEMORY | DIVISION:
                raise Failed(f"{name} is called, and nobody knows what it takes of the stack")
            return 0, []
        below = [self.depth(called, (*callers, name)) for called in sorted(self.calls.get(name, ()))]
        deepest, chain = max(below, key=lambda found: found[0], default=(0, []))
        return self.usage[name] + deepest, [name, *chain]

    def reached_from(self, names):
        reached, left = set(), list(names)
        while left:
            name = left.pop()
            if name not in reached:
                reached.add(name)
                left.extend(self.calls.get(name, ()))
        return reached


def called_through_pointer(place, core):
    """Which functions of the core a call at FILE:LINE:COLUMN may reach."""
    path, line, column = place.rsplit(":", 2)
    text = (core / Path(path).name).read_text().splitlines()[int(line) - 1]
    pointer = text[int(column) - 1 :].split("(")[0]
    if HOOK.match(pointer):
        return []
    if pointer not in POINTERS:
        raise Failed(f"{Path(path).name}:{line}: {pointer} is called, and this tool does not know what that may be")
    return POINTERS[pointer]


def read_graph(files, core):
    graph = Graph()
    for file in files:
        if not file.exists():
            raise Failed(f"gcc has not written {file}")
        graph.read(file.read_text(), core)
    return graph


# ---- Entry points --------------------------------------------------------------------------------


def declared(text):
    """The functions that a header declares."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.findall(r"^(?!typedef)\w[\w *]*?\b(hda_\w+)\([^;{]*\);", text, re.MULTILINE)


def in_tables(text):
    """The routines of the DDI by the functions that stand in the interface tables, in order."""
    routines = {}
    for routine, function in re.findall(r"^    \.([A-Z]\w+) = ([a-z]\w+),$", text, re.MULTILINE):
        names = routines.setdefault(f"interface.c:{function}", [])
        if routine not in names:
            names.append(routine)
    return routines


def entry_points(source):
    """The name for people of each function that is called from outside."""
    entries = {function: f"{name}: `{function}`" for function, name in GIVEN.items()}
    header = (source / "include/hdabus/host.h").read_text()
    entries.update((function, f"`{function}`") for function in declared(header))
    for function, routines in in_tables((source / "src/core/interface.c").read_text()).items():
        entries[function] = ", ".join(f"`{routine}`" for routine in routines)
    return entries


def check_complete(graph, entries):
    strangers = set(graph.usage) - graph.reached_from(entries)
    if strangers:
        raise Failed(f"no known entry point leads to {', '.join(sorted(strangers))}")
    missing = set(entries) - set(graph.usage)
    if missing:
        raise Failed(f"an entry point is in no object: {', '.join(sorted(missing))}")


# ---- What is measured ----------------------------------------------------------------------------


class Measured:
    """All of it: rows of figures, and lines for people."""

    def __init__(self, entries):
        self.entries = entries
        self.sizes = {}  # of each build, by its name
        self.objects = {}  # the same, of each object
        self.depths = {}  # by processor and function: bytes and chain, the deeper of the builds
        self.left_out = {}  # processors, and why
        self.versions = {}  # of gcc, by processor

    def add(self, build, folder, source):
        self.objects[build.name] = sizes_of_objects(archive_in(folder))
        self.sizes[build.name] = total(self.objects[build.name])
        graph = read_graph([folder / f"{name}.ci" for name in self.objects[build.name]], source / "src/core")
        check_complete(graph, self.entries)
        depths = self.depths.setdefault(build.processor, {})
        for function in self.entries:
            depths[function] = max(depths.get(function, (0, [])), graph.depth(function), key=lambda found: found[0])

    def deepest(self, processor):
        return max(self.depths[processor].items(), key=lambda item: item[1][0])

    def on_one_stack(self, processor):
        """Deferred work that runs on the stack of whom it has interrupted, and the interrupt on that of both."""
        depths = self.depths[processor]
        caller = max(depth for function, (depth, _) in depths.items() if function not in ON_TOP)
        return caller + sum(depths[function][0] for function in ON_TOP)


def measure(source, folder):
    measured = Measured(entry_points(source))
    for processor in PROCESSORS:
        try:
            for optimisation in OPTIMISATIONS["gcc"]:
                build = Build(processor, "gcc", optimisation)
                measured.add(build, build.make(source, folder), source)
            measured.versions[processor] = build.version
        except Missing as missing:
            measured.left_out[processor] = str(missing)
    return measured


def print_lines(measured):
    for name, size in measured.sizes.items():
        print(f"{name}: core text: {size.text} bytes, rodata {size.rodata}, data {size.data}, bss {size.bss}")
        largest = sorted(measured.objects[name].items(), key=lambda item: -item[1].text)[:5]
        print(f"    the largest: {', '.join(f'{name}.o {size.text}' for name, size in largest)}")
    for processor, depths in measured.depths.items():
        optimisations = " and ".join(OPTIMISATIONS["gcc"])
        print(f"{processor}, bytes of stack, the deeper of {optimisations}:")
        for function, name in measured.entries.items():
            print(f"    {depths[function][0]:5} {name.replace('`', '')}")
        function, (depth, chain) = measured.deepest(processor)
        name = measured.entries[function].replace("`", "")
        chain = " > ".join(map(short, chain))
        print(f"{processor}: largest stack depth: {depth} bytes (entry point {name}: {chain})")
        print(f"{processor}: with deferred work and interrupt on the same stack: {measured.on_one_stack(processor)} bytes")
    for reason in measured.left_out.values():
        print(f"not measured: {reason}")


# ---- The page ------------------------------------------------------------------------------------


def table(corner, columns, rows):
    lines = [f"| {corner} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    return lines + [f"| {name} | {' | '.join(f'{value:,}' for value in values)} |" for name, values in rows]


def markdown(measured):
    processors = list(measured.depths)
    of_each = [(name, [measured.depths[p][f][0] for p in processors]) for f, name in measured.entries.items()]
    summary = [
        ("the deepest of them", [measured.deepest(p)[1][0] for p in processors]),
        ("with deferred work and interrupt on the same stack", [measured.on_one_stack(p) for p in processors]),
    ]
    return "\n".join(
        [
            BEGIN,
            "",
            *table("bytes", Sizes._fields, measured.sizes.items()),
            "",
            *table("bytes of stack", processors, summary + of_each),
            "",
            "The deepest calls:",
            "",
            *deepest_calls(measured),
            "",
            END,
        ]
    )


def deepest_calls(measured):
    """A line for each chain, with the processors that have it."""
    chains = {}
    for processor in measured.depths:
        chain = measured.deepest(processor)[1][1]
        chains.setdefault(" > ".join(f"`{short(name)}`" for name in chain), []).append(processor)
    return [f"- {', '.join(processors)}: {chain}" for chain, processors in chains.items()]


def between_markers(page):
    begin, end = page.find(BEGIN), page.find(END)
    if begin < 0 or end < begin:
        raise Failed(f"the page does not have {BEGIN} and {END}")
    return begin, end + len(END)


def write(path, measured):
    if measured.left_out or set(measured.versions.values()) != {GCC}:
        raise Failed(f"not written: a page is of gcc {GCC}, for each processor")
    page = path.read_text()
    begin, end = between_markers(page)
    path.write_text(page[:begin] + markdown(measured) + page[end:])


def figures(text):
    """Of the tables in a text: each figure by its row and column."""
    found, columns = {}, []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "---":
            continue
        if cells[0].startswith("bytes"):
            columns = cells[1:]
        else:
            found.update(((cells[0], column), int(cell.replace(",", ""))) for column, cell in zip(columns, cells[1:]))
    return found


def is_off(said, now):
    return abs(said - now) > max(SLACK, OFF * now)


def without(figures_found, processors):
    """The figures that are of none of these processors."""
    return {
        key: value
        for key, value in figures_found.items()
        if not any(re.match(rf"{processor}(,|$)", name) for name in key for processor in processors)
    }


def differences(said, now):
    """A sentence for each figure of a page that is wrong."""
    lines = [f"{row} ({column}) is not in it" for row, column in now.keys() - said.keys()]
    lines += [f"it has {row} ({column}), which does not exist" for row, column in said.keys() - now.keys()]
    both = [key for key in now if key in said and is_off(said[key], now[key])]
    lines += [f"{row} ({column}) is {now[row, column]} bytes, not {said[row, column]}" for row, column in both]
    return sorted(lines)


def check(path, measured):
    page = path.read_text()
    begin, end = between_markers(page)
    others = {p: f"gcc {v} for {p}, and the page is of gcc {GCC}" for p, v in measured.versions.items() if v != GCC}
    for reason in others.values():
        print(f"not compared: {reason}")
    if set(measured.versions) == set(others):
        return []
    not_here = {*measured.left_out, *others}
    said, now = (without(figures(text), not_here) for text in (page[begin:end], markdown(measured)))
    return [f"{path.name}: {line}" for line in differences(said, now)]


def main():
    parser = argparse.ArgumentParser(description="Measures what the core costs a kernel.")
    parser.add_argument("--folder", type=Path, default=SOURCE / "build/core-archives", help="where the core is built")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="puts the figures into a page")
    parser.add_argument("--check", type=Path, metavar="PAGE", help="compares with those of a page")
    arguments = parser.parse_args()
    measured = measure(SOURCE, arguments.folder)
    print_lines(measured)
    if not measured.depths:
        return 77
    if arguments.write:
        write(arguments.write, measured)
    wrong = check(arguments.check, measured) if arguments.check else []
    if wrong:
        print("\n".join([*wrong, f"tools/measure-core.py --write {arguments.check} puts it right"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(str(error))
