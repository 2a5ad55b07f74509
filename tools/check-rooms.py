#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that each room includes only what the table in docs/DESIGN.md, "Who includes whom", lets it.

Usage: tools/check-rooms.py [SOURCE_FOLDER]

A row of the table names a room and what its files may include: public headers as `<hdaudio.h>`, headers of rooms by folder
or by file. Its own headers a room may always include; <public> is every header of include/hdabus, <system> all others.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

HEADING = "## Who includes whom"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


class Room(NamedTuple):
    folder: Path
    allowed: list  # of strings as they stand in the table


def main():
    source = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    rooms = read_table(source)
    wrong = [line for path in source_files(source) for line in strangers(source, rooms, path)]
    print("\n".join(wrong) if wrong else f"{len(rooms)} rooms, each with the includes it may have")
    return 1 if wrong else 0


def read_table(source):
    text = (source / "docs" / "DESIGN.md").read_text()
    if HEADING not in text:
        sys.exit(f'docs/DESIGN.md has no "{HEADING}"')
    rows = [row.split("|")[1:3] for row in text.split(HEADING)[1].splitlines() if row.startswith("| `")]
    return [Room(source / CODE.findall(name)[0], CODE.findall(allowed)) for name, allowed in rows]


def source_files(source):
    roots = (source / name for name in ("include", "src", "conformance", "bench", "fuzz", "examples"))
    return sorted(path for root in roots for path in root.rglob("*") if path.suffix in (".c", ".h"))


def strangers(source, rooms, path):
    """A line for each include of the file that its room may not have."""
    homes = [room for room in rooms if room.folder in path.parents or room.folder == path]
    if not homes:
        return [f"{path.relative_to(source)}: stands in no room of the table"]
    room = max(homes, key=lambda room: len(room.folder.parts))
    return [
        f"{path.relative_to(source)}: includes {target}, which {room.folder.relative_to(source)} may not"
        for quote, name in INCLUDE.findall(path.read_text())
        for target in [resolve(source, path, quote, name)]
        if not may_include(source, room, target)
    ]


def resolve(source, path, quote, name):
    """The header as a path below the source folder, or <name.h> for a system header."""
    places = [path.parent, source / "src", source] if quote == '"' else [source / "include" / "hdabus"]
    found = [place / name for place in places if (place / name).is_file()]
    return found[0].resolve().relative_to(source).as_posix() if found else f"<{name}>"


def may_include(source, room, target):
    folder = room.folder.relative_to(source).as_posix()
    return target.startswith(folder + "/") or any(covers(entry, target) for entry in room.allowed)


def covers(entry, target):
    if entry == "<system>":
        return target.startswith("<")
    if entry == "<public>":
        return target.startswith("include/hdabus/")
    if entry.startswith("<"):
        return target in (entry, f"include/hdabus/{entry[1:-1]}")
    return target == entry or target.startswith(entry + "/")


if __name__ == "__main__":
    sys.exit(main())
