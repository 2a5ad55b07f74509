#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The core as a kernel gets it: compiled with nothing but the compiler for each processor, by each compiler, it calls no
library, and has no variable. The checking host likewise, but for variables; and all global names are ours.

Usage: core_archive.py SOURCE_FOLDER BUILD_FOLDER LIBHDABUS_CORE

The first two checks are of LIBHDABUS_CORE, as Meson builds it for libhdabus: position-independent, which adds the table
of global offsets to what is undefined.
"""

import sys
from pathlib import Path

SOURCE = Path(sys.argv[1])
sys.path.insert(0, str(SOURCE / "tools"))

import core_archive  # noqa: E402

PIC = {"_GLOBAL_OFFSET_TABLE_"}
OF_THE_CORE = {"hda_missing_hook"}  # what the checking host calls
BUILDS = [
    core_archive.Build(processor, compiler, optimisation)
    for compiler in core_archive.COMPILERS
    for processor in core_archive.PROCESSORS
    for optimisation in core_archive.OPTIMISATIONS[compiler]
]


def meson_has_all(library):
    """core.mk takes what is in the folder, meson.build has a list."""
    files = {path.stem for path in (SOURCE / "src/core").glob("*.c")}
    objects = set(core_archive.sizes_of_objects(library))
    return [f"src/core/meson.build has no {name}.c" for name in sorted(files - objects)]


CHECKING_HOSTS = [core_archive.Build(processor, "gcc", "-O2", "check") for processor in core_archive.PROCESSORS]


def check(build, folder):
    archive = core_archive.archive_in(build.make(SOURCE, folder), build.part)
    size = core_archive.total(core_archive.sizes_of_objects(archive))
    print(f"# {build.name}: text: {size.text} bytes, rodata {size.rodata}, data {size.data}, bss {size.bss}")
    if build.part == "check":
        return core_archive.complaints(archive, core_archive.ALLOWED[build.processor] | OF_THE_CORE)
    return core_archive.complaints(archive, core_archive.ALLOWED[build.processor]) + core_archive.variables(archive)


def report(number, name, subject):
    """One check's line, after its complaints; returns whether it is fine."""
    try:
        wrong = subject()
    except core_archive.Missing as missing:
        print(f"ok {number} - {name} # SKIP {missing}")
        return True
    except core_archive.Failed as failed:
        wrong = [str(failed)]
    for line in wrong:
        print("#", line.replace("\n", "\n# "))
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
    return not wrong


def main():
    folder, library = Path(sys.argv[2]), sys.argv[3]
    subjects = [
        ("Meson builds each file of the core", lambda: meson_has_all(library)),
        ("the core as Meson builds it", lambda: core_archive.complaints(library, core_archive.MEMORY | PIC)),
    ]
    subjects += [(f"built for {build.name}", lambda build=build: check(build, folder)) for build in BUILDS + CHECKING_HOSTS]
    print(f"1..{len(subjects)}")
    fine = [report(number, name, subject) for number, (name, subject) in enumerate(subjects, 1)]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
