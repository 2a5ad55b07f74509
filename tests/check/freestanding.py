#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The checking host goes wherever the core goes: it compiles with nothing but the compiler's own headers, for 64 and for
32 bits, and needs nothing from outside but what a compiler may call by itself and one function of the core.

Usage: freestanding.py COMPILER NM SOURCE_FOLDER
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = "-std=c11 -O2 -ffreestanding -nostdinc -Wall -Wextra -Wconversion -Werror".split()
ALLOWED = {"memcpy", "memmove", "memset", "memcmp", "hda_missing_hook", "_GLOBAL_OFFSET_TABLE_"}
DIVISION = {"__udivdi3", "__umoddi3", "__udivmoddi4", "__divdi3", "__moddi3"}  # the compiler's own, of 64 bits with 32

# Without coprocessor registers, as in a kernel, 32 bits have no atomics of 64.
TARGETS = [("-m64 -mgeneral-regs-only", ALLOWED), ("-m32 -march=i686 -mgeneral-regs-only", ALLOWED | DIVISION)]


def main():
    compiler, nm, source = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    files = sorted((source / "src" / "host" / "check").glob("*.c"))
    if not files:
        sys.exit("no checking host")
    own = subprocess.run([compiler, "-print-file-name=include"], capture_output=True, text=True, check=True)
    where = ["-isystem", own.stdout.strip(), "-I", source / "include" / "hdabus"]
    for target, allowed in TARGETS:
        strangers = needed(compiler, nm, [*target.split(), *FLAGS, *where], files) - allowed
        if strangers:
            sys.exit(f"{target}: it calls {', '.join(sorted(strangers))}")
    print(f"{len(files)} files, for 64 and 32 bits")


def needed(compiler, nm, flags, files):
    """What all of them together leave undefined."""
    defined, undefined = set(), set()
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            made = Path(folder) / (file.stem + ".o")
            subprocess.run([compiler, *flags, "-c", file, "-o", made], check=True)
            for line in subprocess.run([nm, "--format=posix", made], capture_output=True, text=True, check=True).stdout.splitlines():
                name, kind, *_ = line.split()
                (undefined if kind in "Uw" else defined).add(name)
    return undefined - defined


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed: {' '.join(map(str, error.cmd))}")
