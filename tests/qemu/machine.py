# SPDX-License-Identifier: BSD-2-Clause
"""What the tests on QEMU's controller share: whether there is a QEMU, and which QEMU processes run."""

import shutil
import sys
import time
from pathlib import Path

QEMU = "qemu-system-x86_64"
SKIPPED = 77  # what tells meson that a test did not run


def need_qemu():
    if not shutil.which(QEMU):
        print(f"there is no {QEMU}: Debian's package is qemu-system-x86")
        sys.exit(SKIPPED)


def qemus(mark):
    """The ids of the QEMU processes, zombies left out, whose command line has `mark` in it."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if belongs(path, mark)]


def belongs(path, mark):
    try:
        arguments = path.read_bytes().split(b"\0")
    except OSError:
        return False
    return arguments[0].endswith(QEMU.encode()) and any(mark.encode() in argument for argument in arguments)


def within(seconds, condition):
    """Whether the condition comes true in so many seconds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
