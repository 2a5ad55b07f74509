#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each public header compiles alone, as C and as C++, in the oldest and a newer standard.

Usage: headers.py INCLUDE_FOLDER COMPILER...
"""

import shutil
import subprocess
import sys
from pathlib import Path

FLAGS = "-Wall -Wextra -Wpointer-arith -Werror -fsyntax-only".split()
LANGUAGES = (("c", "c11"), ("c", "gnu17"), ("c++", "c++11"), ("c++", "gnu++17"))


def failures(compiler, folder):
    for header in sorted(folder.glob("*.h")):
        for language, standard in LANGUAGES:
            command = [compiler, "-x", language, f"-std={standard}", *FLAGS, "-I", folder, "-"]
            text = f"#include <{header.name}>\n#include <{header.name}>\n"
            result = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
            if result.returncode:
                yield f"{header.name} as {standard} with {compiler}:\n{result.stderr}"


def main():
    folder = Path(sys.argv[1])
    compilers = [compiler for compiler in sys.argv[2:] if shutil.which(compiler)]
    if not compilers:
        print(f"none of {' '.join(sys.argv[2:])} here")
        return 77
    wrong = [failure for compiler in compilers for failure in failures(compiler, folder)]
    print("\n".join(wrong) if wrong else f"compile alone with {' and '.join(compilers)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
