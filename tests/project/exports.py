#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""libhdabus exports what its public headers declare: all of it, and nothing else.

Usage: exports.py NM GCC INCLUDE_FOLDER LIBHDABUS_SO
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION_NODE = re.compile(r"HDABUS_\d+$")


def exported(nm, library):
    command = [nm, "--dynamic", "--defined-only", "--format=posix", library]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = {line.split()[0].split("@")[0] for line in listing.splitlines()}
    return {name for name in names if not VERSION_NODE.match(name)}


def declared(gcc, folder):
    guids = {
        guid
        for header in folder.glob("*.h")
        for guid in re.findall(r"^DEFINE_GUID\((\w+),", header.read_text(), re.MULTILINE)
    }
    return guids | prototypes(gcc, folder)


def prototypes(gcc, folder):
    """The functions with external linkage that the headers declare, as gcc lists them."""
    includes = "".join(f"#include <{header.name}>\n" for header in sorted(folder.glob("*.h")))
    with tempfile.TemporaryDirectory() as place:
        listing = Path(place) / "prototypes"
        command = [gcc, "-x", "c", "-std=gnu11", "-I", folder, "-aux-info", listing, "-fsyntax-only", "-"]
        subprocess.run(command, input=includes, text=True, check=True)
        lines = [line for line in listing.read_text().splitlines() if f"/* {folder}/" in line]
    found = (re.search(r"\*/ extern [^(]*?\b(\w+) \(", line) for line in lines)
    return {match.group(1) for match in found if match}


def main():
    nm, gcc, folder, library = sys.argv[1:]
    there, promised = exported(nm, library), declared(gcc, Path(folder))
    for name in sorted(there - promised):
        print(f"exported, but declared in no public header: {name}")
    for name in sorted(promised - there):
        print(f"declared in a public header, but not exported: {name}")
    if there != promised:
        return 1
    print(f"{len(there)} symbols, declared and exported")
    return 0


if __name__ == "__main__":
    sys.exit(main())
