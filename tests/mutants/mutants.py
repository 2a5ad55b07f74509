#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A test of the suite: each mistake of mistakes.toml, made in a copy of the core, must be found by the check for its rule.

Usage: mutants.py SOURCE_FOLDER BUILD_FOLDER HDABUS [NAME]

HDABUS is the command in the build folder. For each mistake, or those whose name contains NAME, the files of the core that
it changes are compiled as the build compiles them, and the command is linked anew with them.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NINJA = os.environ.get("NINJA", "ninja")
SOURCE, BUILD, HDABUS = (Path(argument).resolve() for argument in sys.argv[1:4])
WANTED = sys.argv[4] if len(sys.argv) > 4 else ""
HERE = Path(__file__).resolve().parent
PLACE = BUILD / "tests" / "mutants" / "built"
FAILED = re.compile(r"^not ok \d+ - (\S+)\n# DDI: \S", re.MULTILINE)
TIMEOUT = 30
CODEC = SOURCE / "src" / "device" / "sim" / "default.codec"
NEIGHBOUR = SOURCE / "tests" / "differential" / "hda-duplex.codec"


class Trouble(Exception):
    """A sentence that says why a mistake could not be tried, or was not found."""


def main():
    mistakes = tomllib.loads((HERE / "mistakes.toml").read_text())["mistake"]
    mistakes = [mistake for mistake in mistakes if WANTED in mistake["name"]]
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for name, codec in (("codec2", CODEC), ("neighbour2", NEIGHBOUR)):
        (PLACE / name).write_text(codec.read_text().replace("\nAddress: 0\n", "\nAddress: 2\n"))
    modem = CODEC.read_text().replace("\nNo Modem Function Group found\n", "\nModem Function Group: 0x20\n")
    (PLACE / "groups").write_text(modem)
    commands = build_commands()
    devices = sorted({(device_of(mistake), mistake.get("filter", "")) for mistake in mistakes})
    if not mistakes:
        sys.exit(f"no mistake is called like {WANTED}")
    print(f"1..{len(devices) + len(mistakes)}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        lines = list(pool.map(lambda one: without_mistake(*one), devices))
        lines += pool.map(lambda one: try_mistake(commands, *one), enumerate(mistakes))
    for number, (good, line) in enumerate(lines, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {line}")
    found = sum(good for good, _ in lines[len(devices) :])
    print(f"# {found} of {len(mistakes)} mistakes found by the check for their rule")
    return 0 if all(good for good, _ in lines) else 1


def without_mistake(device, only):
    """What fails of itself finds nothing."""
    code, failures = run(HDABUS, device, only)
    return code == 0, f"the driver as it is on {device}" + "".join(f", but {name}" for name in failures)


def try_mistake(commands, number, mistake):
    name, rule = mistake["name"], mistake["rule"]
    try:
        program = build(commands, PLACE / str(number), mistake)
        code, failures = run(program, device_of(mistake), mistake.get("filter", ""))
        shutil.rmtree(program.parent)
        if rule not in failures:
            raise Trouble(f"{rule} does not find it, but {' '.join(failures) or 'nobody'} ({code})")
        if code not in (1, -signal.SIGSEGV, -signal.SIGABRT):
            raise Trouble(f"{rule} finds it, but the command ends with {code}")
    except Trouble as trouble:
        return False, f"{name}: {trouble}"
    others = len(failures) - 1
    return True, f"{name}: {rule}" + (f" and {others} more" if others else "")


def device_of(mistake):
    """As --device wants it."""
    device = mistake.get("device", "sim")
    device = device.replace("@codecs@", f"sim:codec={NEIGHBOUR},codec={PLACE / 'codec2'}")
    device = device.replace("@groups@", f"sim:codec={PLACE / 'groups'},codec={PLACE / 'neighbour2'}")
    return device.replace("@codec2@", f"sim:codec={PLACE / 'codec2'}")


def run(program, device, only):
    """The exit code and the names of the checks that failed, each with its sentence of the contract; last the controller,
    if it saw what no driver may do."""
    command = [program, "conformance", "--device", device] + (["--filter", only] if only else [])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # it says which check has no end
        output, _ = process.communicate()
    return process.returncode, FAILED.findall(output) + (["the controller"] if "\n# the controller: " in output else [])


# ---- Building a driver with a mistake


def build_commands():
    """How the build compiles each file of the core, and links the command."""
    target = HDABUS.relative_to(BUILD)
    tool = [NINJA, "-C", BUILD, "-t", "commands", target]
    listed = subprocess.run(tool, capture_output=True, text=True, check=True).stdout
    commands = {}
    for words in map(shlex.split, listed.splitlines()):
        made = words[words.index("-o") + 1] if "-o" in words else ""
        if made.startswith("src/core/"):
            commands[Path(words[-1]).name] = words
        elif made == str(target):
            commands["link"] = words
    return commands


def build(commands, place, mistake):
    shutil.copytree(SOURCE / "src" / "core", place)
    apply(place / mistake["file"], mistake.get("edits") or [mistake])
    changed = mistake["file"]
    sources = [changed] if changed.endswith(".c") else [name for name in commands if name != "link"]
    objects = [compile_one(commands[name], place / name) for name in sources]
    words = commands["link"]
    at = words.index("-o") + 2
    # An object comes before the library, whose member of the same symbols is left where it is then.
    execute(words[: at - 1] + [str(place / "hdabus")] + objects + words[at:])
    return place / "hdabus"


def apply(path, edits):
    text = path.read_text()
    for edit in edits:
        count = text.count(edit["old"])
        if count != 1:
            raise Trouble(f"does not apply: in src/core/{path.name} there is {count} times {edit['old'].strip()!r}")
        text = text.replace(edit["old"], edit["new"])
    path.write_text(text)


def compile_one(words, source):
    words = list(words)
    for option, value in (("-o", ".o"), ("-MF", ".d"), ("-MQ", ".o")):
        words[words.index(option) + 1] = str(source.with_suffix(value))
    execute(words[:-1] + ["-w", str(source)])
    return str(source.with_suffix(".o"))


def execute(words):
    done = subprocess.run(words, cwd=BUILD, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"does not build: {done.stderr.strip().splitlines()[:3]}")


if __name__ == "__main__":
    sys.exit(main())
