# SPDX-License-Identifier: BSD-2-Clause
"""The core's archive as a kernel builds it, with core.mk: for which processors, by which compilers, with which flags; and
what is in it. For measure-core.py and the tests, which share what they have built."""

import fcntl
import os
import re
import shlex
import subprocess
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path

PROCESSORS = {
    "x86-64": "-mno-red-zone -mgeneral-regs-only -mcmodel=kernel -fcf-protection=none",
    "i686": "-march=i686 -mgeneral-regs-only -fcf-protection=none",
    "aarch64": "-mgeneral-regs-only -mno-outline-atomics",
}
KERNEL = "-fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables"
COMPILERS = {
    "gcc": {"x86-64": "gcc -m64", "i686": "gcc -m32", "aarch64": "aarch64-linux-gnu-gcc"},
    "clang": {name: f"clang-14 --target={name.replace('-', '_')}-none-elf" for name in PROCESSORS},
}
OPTIMISATIONS = {"gcc": ("-O2", "-Os"), "clang": ("-O2",)}
# Of gcc alone: what each function takes of the stack, and whom it calls. They change nothing in what is compiled.
GRAPH = {"gcc": "-fstack-usage -fcallgraph-info=su", "clang": ""}

MEMORY = {"memcpy", "memmove", "memset", "memcmp"}
DIVISION = {"__udivdi3", "__umoddi3", "__divdi3", "__moddi3", "__udivmoddi4", "__divmoddi4"}
ALLOWED = {"x86-64": MEMORY, "i686": MEMORY | DIVISION, "aarch64": MEMORY}

Sizes = namedtuple("Sizes", "text rodata data bss")


class Missing(Exception):
    """There is no such compiler, or tool, here."""


class Failed(Exception):
    """It does not build."""


def run(command, **options):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)
    except FileNotFoundError as error:
        raise Missing(f"there is no {command[0]}") from error


@dataclass(frozen=True)
class Build:
    """One way to build the archive."""

    processor: str
    compiler: str
    optimisation: str
    part: str = "core"  # or check, the checking host

    @property
    def name(self):
        part = "" if self.part == "core" else f", {self.part}"
        return f"{self.processor}, {self.compiler} {self.optimisation}{part}"

    @property
    def command(self):
        return COMPILERS[self.compiler][self.processor]

    @property
    def version(self):
        return int(self.asked("-dumpversion").split(".")[0])

    def asked(self, question):
        """What the compiler says when it is asked something."""
        return run([*shlex.split(self.command), question]).stdout.strip()

    def flags(self):
        """Nothing is found but the headers of the compiler's own."""
        own = self.asked("-print-file-name=include")
        cflags = [self.optimisation, KERNEL, PROCESSORS[self.processor], GRAPH[self.compiler], "-Werror"]
        return f"-nostdinc -isystem {own}", " ".join(filter(None, cflags))

    def probe(self, cflags):
        command = [*shlex.split(self.command), *cflags.split(), "-x", "c", "-c", "-o", os.devnull, "-"]
        done = run([word for word in command if word not in GRAPH["gcc"].split()], input="int nothing(void);\n")
        if done.returncode != 0:
            raise Missing(f"{self.command} does not compile for {self.processor}: {done.stderr.strip().splitlines()[0]}")

    def make(self, source, folder):
        """Builds it in a folder of its own below this one, or brings it up to date; returns the folder."""
        out = Path(folder) / self.name.replace(", ", "-").replace(" ", "")
        cppflags, cflags = self.flags()
        self.probe(cflags)
        out.mkdir(parents=True, exist_ok=True)
        command = ["make", "-s", "-f", Path(source) / "src/core/core.mk", f"OUT={out}"]
        settings = [f"CC={self.command}", f"CPPFLAGS={cppflags}", f"CFLAGS={cflags}", f"PART={self.part}"]
        # What a make that has called this was told is not meant for this one.
        around = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        with open(out / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = run([*command, *settings], env=around)
        if done.returncode != 0:
            raise Failed(f"{self.name}: {done.stderr.strip() or done.stdout.strip()}")
        return out


def archive_in(folder, part="core"):
    return folder / f"libhdabus-{part}.a"


# ---- What is in an archive -----------------------------------------------------------------------

# readelf knows every processor.
SYMBOL = re.compile(r" *\d+: [0-9a-f]+ +\S+ +(\w+) +(\w+) +\w+ +(?:\[.*?\] +)?(\w+)(?: +(\S+))?")
SECTION = re.compile(r" *\[ *\d+\] (\S+) +(\w+) +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +([A-Za-z]*) +\d+ +\d+ +\d+")
OBJECT = re.compile(r"File: .*[(\[](?:.*/)?(\w+)(?:\.c)?\.o[)\]]$")  # square where Meson's archive refers to its files


def readelf(option, archive):
    done = run(["readelf", "--wide", option, archive], env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise Failed(done.stderr.strip())
    return done.stdout.splitlines()


def symbols(archive):
    """What it defines for others, and what it leaves to whom it is linked to."""
    needed, defined = set(), set()
    for line in readelf("--symbols", archive):
        found = SYMBOL.match(line)
        if found and found[2] != "LOCAL" and found[4]:
            (needed if found[3] == "UND" else defined).add(found[4])
    return defined, needed - defined


def kind_of(section, flags):
    """Which of the sizes a section belongs to. What only relocation writes to is as good as constant."""
    if "A" not in flags:
        return None
    if "X" in flags:
        return "text"
    if "W" not in flags or section.startswith(".data.rel.ro"):
        return "rodata"
    return "bss" if section.startswith(".bss") else "data"


def sizes_of_objects(archive):
    """The sizes of each object, by its name."""
    sizes, current = {}, None
    for line in readelf("--sections", archive):
        found = OBJECT.match(line)
        if found:
            current = sizes.setdefault(found[1], dict.fromkeys(Sizes._fields, 0))
        found = SECTION.match(line)
        kind = found and kind_of(found[1], found[4])
        if kind:
            current[kind] += int(found[3], 16)
    if not sizes:
        raise Failed(f"{archive} has no objects")
    return {name: Sizes(**size) for name, size in sizes.items()}


def total(sizes):
    return Sizes(*map(sum, zip(*sizes.values())))


def complaints(archive, allowed):
    """A sentence for each thing that no kernel wants of an archive."""
    defined, undefined = symbols(archive)
    strangers = sorted(undefined - allowed)
    short = sorted(name for name in defined if not name.startswith("hda_"))
    found = [f"it calls {', '.join(strangers)}"] if strangers else []
    if short:
        found.append(f"a kernel may have these names, too: {', '.join(short)}")
    return found


def variables(archive):
    """A sentence for each object that has any."""
    return [
        f"{name}.o has variables: {size.data} bytes of data, {size.bss} of bss"
        for name, size in sizes_of_objects(archive).items()
        if size.data or size.bss
    ]
