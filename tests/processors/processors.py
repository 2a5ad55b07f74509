#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The conformance suite on another processor: libhdabus is built for it, with libhdabus-core.a as a kernel gets it.

Usage: processors.py SOURCE_FOLDER BUILD_FOLDER RUNNER COMPILER [FLAG...]

RUNNER runs the programs of that processor, as qemu-aarch64 does; "" where they run by themselves.
"""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DEVICES = ("sim", "sim:irq=level,rings=2,address64=no,fragment=1", "sim:lpib=jumps,alias=no")
# All but the core, which core.mk builds.
SOURCES = (
    "src/host/*/*.c",
    "src/codec/dump*.c",
    "src/device/*/*.c",
    "src/open/*.c",
    "conformance/*.c",
    "src/cli/conformance.c",
    "tests/processors/alone.c",
)
FOLDERS = ("include/hdabus", "src", "src/cli", ".")
SKIP = 77


def main():
    source, build, runner, *compiler = sys.argv[1:]
    missing = what_is_missing(compiler, runner.split())
    if missing:
        print(missing)
        return SKIP
    program = Build(Path(source), Path(build), compiler).program()
    return max(judge([*runner.split(), program, device]) for device in DEVICES)


def what_is_missing(compiler, runner):
    for tool in [compiler[0], *runner]:
        if not shutil.which(tool):
            return f"there is no {tool} here"
    command = [*compiler, "-static", "-x", "c", "-", "-o", "/dev/null"]
    linked = subprocess.run(command, input="int main(void) { return 0; }", text=True, capture_output=True)
    return f"{' '.join(compiler)} links no programs here" if linked.returncode else ""


class Build:
    def __init__(self, source, folder, compiler):
        self.source, self.folder, self.compiler = source, folder, compiler
        folder.mkdir(parents=True, exist_ok=True)

    def program(self):
        files = [path for pattern in SOURCES for path in sorted(self.source.glob(pattern))]
        with ThreadPoolExecutor(2) as pool:
            objects = list(pool.map(self.compile, [*files, self.built_in_codec()]))
        program = self.folder / "alone"
        self.run(*self.compiler, "-static", "-pthread", *objects, self.core(), "-lm", "-o", program)
        return program

    def compile(self, path):
        target = self.folder / (path.relative_to(path.anchor).as_posix().replace("/", "-") + ".o")
        includes = [flag for name in FOLDERS for flag in ("-I", self.source / name)]
        flags = "-std=gnu11 -O1 -w -D_GNU_SOURCE -pthread".split()  # warnings are the other builds' concern
        self.run(*self.compiler, *flags, *includes, *system_includes(), "-c", path, "-o", target)
        return target

    def core(self):
        compiler, *flags = map(str, self.compiler)
        words = [f"CC={compiler}", f"CFLAGS=-O2 {' '.join(flags)}", f"OUT={self.folder}/core"]
        self.run("make", "-s", "-f", self.source / "src/core/core.mk", *words)
        return self.folder / "core" / "libhdabus-core.a"

    def built_in_codec(self):
        codec = self.folder / "default_codec.c"
        names = ["sim_default_codec", "device/sim/codec.h"]
        self.run(self.source / "tools/embed.py", self.source / "src/device/sim/default.codec", codec, *names)
        return codec

    @staticmethod
    def run(*command):
        subprocess.run(command, check=True)


def system_includes():
    """Headers that another processor's compiler does not look for where Debian has them: the kernel's and json-c's."""
    machine = subprocess.run(["cc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    return ["-idirafter", f"/usr/include/{machine}", "-idirafter", "/usr/include"]


def judge(command):
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    failures = re.findall(r"^not ok.*(?:\n# .*)*", output.stdout, re.MULTILINE)
    skipped = len(re.findall(r"^ok .*# SKIP", output.stdout, re.MULTILINE))
    passed = len(re.findall(r"^ok", output.stdout, re.MULTILINE)) - skipped
    print(f"{command[-1]}: {passed} checks passed, {len(failures)} failed, {skipped} skipped")
    for text in [*failures, output.stderr.strip()]:
        if text:
            print(text)
    return 1 if output.returncode or failures or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed: {' '.join(map(str, error.cmd))}")
