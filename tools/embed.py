#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes a C source of a text file: embed.py TEXT SOURCE NAME HEADER defines `const char NAME[]`, declared by HEADER."""

import sys


def literal(line):
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"'


def main():
    text, source, name, header = sys.argv[1:]
    with open(text, encoding="ascii") as lines:
        literals = [literal(line) for line in lines.read().splitlines()]
    with open(source, "w", encoding="ascii") as out:
        out.write(f'/* Made from a text file by embed.py. */\n#include "{header}"\n\nconst char {name}[] =\n')
        out.write("\n".join("    " + line for line in literals) + ";\n")


if __name__ == "__main__":
    main()
