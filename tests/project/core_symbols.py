#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The core needs no library: all that it leaves undefined are the four functions that a compiler may call by itself.

Usage: core_symbols.py NM LIBHDABUS_CORE
"""

import subprocess
import sys

ALLOWED = {"memcpy", "memmove", "memset", "memcmp", "_GLOBAL_OFFSET_TABLE_"}


def main():
    nm, library = sys.argv[1:]
    listing = subprocess.run([nm, "--format=posix", library], capture_output=True, text=True, check=True).stdout
    symbols = [line.split() for line in listing.splitlines() if len(line.split()) > 1]
    defined = {name for name, kind, *_ in symbols if kind not in "Uw"}
    needed = {name for name, kind, *_ in symbols if kind in "Uw"}
    strangers = sorted(needed - defined - ALLOWED)
    if strangers:
        sys.exit(f"the core calls {', '.join(strangers)}")
    if not any(name.startswith("hda_bus_") for name in defined):
        sys.exit(f"{library} is not the core")
    print(f"{len(defined)} symbols defined, nothing needed from outside")


if __name__ == "__main__":
    main()
