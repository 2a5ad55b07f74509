#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The checking host keeps times in a word: idle.c, where that has 64 bits and where it has 32.

Usage: words.py COMPILER SOURCE_FOLDER
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = "-std=c11 -O2 -Wall -Wextra -Werror".split()


def main():
    compiler, source = sys.argv[1], Path(sys.argv[2])
    files = [*sorted((source / "src" / "host" / "check").glob("*.c")), source / "tests" / "check" / "idle.c"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "idle"
        for target in "-m64", "-m32":
            subprocess.run([compiler, target, *FLAGS, "-I", source / "include" / "hdabus", *files, "-o", program], check=True)
            print(target, flush=True)
            subprocess.run([program], check=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed: {error.cmd[0]}")
