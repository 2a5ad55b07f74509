#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The core compiles with nothing but the compiler's own headers, for 64 and for 32 bits.

Usage: freestanding.py COMPILER SOURCE_FOLDER
"""

import subprocess
import sys
from pathlib import Path

FLAGS = "-std=c11 -ffreestanding -nostdinc -Wall -Wextra -Wconversion -Werror -fsyntax-only".split()


def main():
    compiler, source = sys.argv[1], Path(sys.argv[2])
    files = sorted((source / "src" / "core").glob("*.c"))
    if not files:
        sys.exit("no core")
    own = subprocess.run([compiler, "-print-file-name=include"], capture_output=True, text=True, check=True)
    where = ["-isystem", own.stdout.strip(), "-I", source / "include" / "hdabus"]
    for width in ("-m64", "-m32"):
        for file in files:
            subprocess.run([compiler, width, *FLAGS, *where, file], check=True)
    print(f"{len(files)} files, for 64 and 32 bits")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed: {' '.join(map(str, error.cmd))}")
