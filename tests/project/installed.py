#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What `meson install` puts down is enough for a stranger: the example of README.md compiles against it, and runs.

Usage: installed.py SOURCE_FOLDER BUILD_FOLDER PREFIX LIBDIR COMPILER...
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HEADERS = "bus.h hdacodec.h hdaudio.h host.h initguid.h ntddk.h sim.h wdm.h"
STRICT = "-std=c11 -Wall -Wextra -Werror".split()


class Installation:
    def __init__(self, folder, prefix, libdir):
        self.root = folder / "root"
        self.folder = folder
        self.prefix = self.root / prefix.lstrip("/")
        self.libraries = self.prefix / libdir

    def install(self, build):
        command = ["meson", "install", "-C", build, "--no-rebuild", "--destdir", self.root]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def missing(self):
        names = [f"include/hdabus/{header}" for header in HEADERS.split()]
        names += ["bin/hdabus", "share/man/man1/hdabus.1"]
        paths = [self.prefix / name for name in names]
        paths += [self.libraries / name for name in ("libhdabus.so.0", "libhdabus.so", "libhdabus.a")]
        paths += [self.libraries / "pkgconfig" / "hdabus.pc"]
        return [str(path.relative_to(self.root)) for path in paths if not path.exists()]

    def flags(self, *what):
        """What pkg-config says."""
        environment = os.environ | {
            "PKG_CONFIG_LIBDIR": str(self.libraries / "pkgconfig"),
            "PKG_CONFIG_SYSROOT_DIR": str(self.root),
        }
        command = ["pkg-config", *what, "hdabus"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    def run(self, program):
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.libraries)}
        done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode or done.stderr:
            sys.exit(f"{program.name}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


def blocks(readme, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)


def build_example(installation, compiler, name, libraries):
    program = installation.folder / name
    source = installation.folder / "example.c"
    subprocess.run([*compiler, *STRICT, *installation.flags("--cflags"), source, "-o", program, *libraries], check=True)
    return program


def main():
    source, build, prefix, libdir, *compiler = sys.argv[1:]
    readme = (Path(source) / "README.md").read_text()
    (example,) = blocks(readme, "c")
    (promised,) = blocks(readme, "text")
    with tempfile.TemporaryDirectory() as place:
        installation = Installation(Path(place), prefix, libdir)
        installation.install(build)
        if installation.missing():
            sys.exit(f"not installed: {' '.join(installation.missing())}")
        (installation.folder / "example.c").write_text(example)
        shared = installation.flags("--libs")
        archive = {"-lhdabus": "-l:libhdabus.a"}
        static = [archive.get(flag, flag) for flag in installation.flags("--static", "--libs")]
        for name, libraries in (("shared", shared), ("static", static)):
            output = installation.run(build_example(installation, compiler, name, libraries))
            if output != promised:
                sys.exit(f"the example, {name}, prints\n{output}and README.md promises\n{promised}")
    print("installed; the example runs with the shared and with the static library")


if __name__ == "__main__":
    main()
