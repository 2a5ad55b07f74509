#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Builds and runs every test in every configuration, and counts.

Usage: tools/run-tests.py [CONFIGURATION...]

Each configuration has a build folder of its own below build-tests/. What cannot run here is reported as skipped, with
the reason. The last line of the output is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent.parent
BUILDS = SOURCE / "build-tests"


class Configuration(NamedTuple):
    name: str
    compiler: str
    sanitize: str = "none"
    tests: tuple = ()  # arguments of meson test; none: all tests


class Outcome(NamedTuple):
    name: str
    result: str  # passed, failed or skipped
    reason: str = ""


# What takes minutes, and is not about a compiler or a sanitizer, runs in the first one only.
CONFIGURATIONS = (
    Configuration("gcc", "gcc"),
    Configuration("asan", "gcc", "address,undefined", ("--no-suite", "long")),
    Configuration("tsan", "gcc", "thread", ("--suite", "host", "--suite", "real-clock", "--suite", "threads")),
    Configuration("clang", "clang-14", tests=("--no-suite", "long", "--no-suite", "qemu", "--no-suite", "races")),
)

# A report ends the process with an exit status that no test expects.
ENVIRONMENT = {
    "ASAN_OPTIONS": "halt_on_error=1:detect_stack_use_after_return=1:exitcode=66",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=66",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}

MESON_RESULTS = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}
# A case that skips itself inside a test that passes: cmocka names it after the line that says why; TAP has both in one.
SKIPPED_CMOCKA = re.compile(r"^(.*)\n\[ +SKIPPED +\] (.+)$", re.MULTILINE)
SKIPPED_TAP = re.compile(r"^ok \d+ -? *(.*?) *# SKIP *(.*)$", re.MULTILINE)
RUN_TAP = re.compile(r"^ok \d+ -? *([^#\n]*?) *$", re.MULTILINE)

# The line of a test's output that says best why it failed: the first of these, else the last line.
TELLING = re.compile(
    r"^(?:not ok|\[ +FAILED +\]|FAIL|ERROR|==\d+==ERROR|WARNING: ThreadSanitizer|.*(?:runtime|:) error:).*", re.MULTILINE
)


def main():
    wanted = sys.argv[1:] or [configuration.name for configuration in CONFIGURATIONS]
    known = {configuration.name: configuration for configuration in CONFIGURATIONS}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"no such configuration: {' '.join(unknown)}; there are {' '.join(known)}")
    outcomes, checks_run = [], set()
    for name in wanted:
        outcomes += run(known[name], checks_run)
    return report(outcomes)


def run(configuration, checks_run):
    print(f"\n==== {configuration.name}", flush=True)
    prefix, reason = runnable(configuration)
    if reason:
        return [Outcome(configuration.name, "skipped", reason)]
    folder = BUILDS / configuration.name
    if not build(configuration, folder):
        return [Outcome(f"{configuration.name}: build", "failed", "does not build, or not without warnings")]
    log = folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    slow = "1" if configuration.sanitize == "none" else "3"
    command = ["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", "--timeout-multiplier", slow]
    subprocess.run([*prefix, *command, *configuration.tests], env=os.environ | ENVIRONMENT, check=False)
    return outcomes_of(configuration, log, checks_run)


def runnable(configuration):
    """What to run the tests under, and why they cannot run here, if so."""
    if not shutil.which(configuration.compiler):
        return [], f"no {configuration.compiler} here"
    if configuration.sanitize == "none":
        return [], ""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "empty"
        flags = [f"-fsanitize={configuration.sanitize}", "-x", "c", "-", "-o", program]
        text = "int main(void) { return 0; }"
        compiled = subprocess.run([configuration.compiler, *flags], input=text, text=True, capture_output=True)
        if compiled.returncode:
            return [], f"{configuration.compiler} has no -fsanitize={configuration.sanitize} here"
        # Older sanitizers do not cope with the address space layout of newer kernels; they do without its randomness.
        for prefix in ([], ["setarch", "-R"]):
            if quietly([*prefix, program]):
                return prefix, ""
    return [], f"programs with -fsanitize={configuration.sanitize} do not start here"


def quietly(command):
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def build(configuration, folder):
    if not (folder / "build.ninja").exists():
        options = ["-Dwerror=true", "-Dbuildtype=debugoptimized", f"-Db_sanitize={configuration.sanitize}"]
        environment = os.environ | {"CC": configuration.compiler}
        setup = subprocess.run(["meson", "setup", folder, SOURCE, *options], env=environment, check=False)
        if setup.returncode:
            return False
    return subprocess.run(["ninja", "-C", folder], check=False).returncode == 0


def outcomes_of(configuration, log, checks_run):
    if not log.exists():
        return [Outcome(f"{configuration.name}: meson test", "failed", "no test ran")]
    tests = [json.loads(line) for line in log.read_text().splitlines()]
    checks_run.update(case for test in tests for case in RUN_TAP.findall(test.get("stdout") or ""))
    outcomes = []
    for test in tests:
        name = f"{configuration.name}: {test['name'].removeprefix('hdabus:')}"
        result = MESON_RESULTS.get(test["result"], "failed")
        output = test.get("stdout") or ""
        if result == "passed":
            outcomes += [Outcome(name, result), *skipped_cases(name, output, checks_run)]
        else:
            outcomes.append(Outcome(name, result, reason_in(output + (test.get("stderr") or "")) or test["result"].lower()))
    return outcomes


def skipped_cases(name, output, checks_run):
    """A check that needs another controller than this test's is no skip when another has run it by now."""
    checks = [(case, reason) for case, reason in SKIPPED_TAP.findall(output) if case not in checks_run]
    cases = [(case, reason) for reason, case in SKIPPED_CMOCKA.findall(output)] + checks
    return [Outcome(f"{name}: {case}", "skipped", reason) for case, reason in cases]


def reason_in(output):
    told = TELLING.search(output)
    if told:
        return told.group().strip()
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def report(outcomes):
    print()
    for outcome in outcomes:
        if outcome.result != "passed":
            print(f"{outcome.result}: {outcome.name}: {outcome.reason}")
    count = {result: sum(o.result == result for o in outcomes) for result in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
