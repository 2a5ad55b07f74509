#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The conformance suite of all four interfaces on QEMU's controller, with four codecs so that four streams can move.

Usage: conformance.py HDABUS
"""

import re
import time

from command import DONE, CommandTest, main, run
from machine import need_qemu

LIMIT = 150  # seconds
FEW = 4  # checks that may be tried again
PASSED = re.compile(r"^ok \d+ - ([^.\s]+)\.\S+$", re.MULTILINE)
FAILED = re.compile(r"^not ok \d+ - (\S+)((?:\n# .*)*)", re.MULTILINE)
SKIPPED = re.compile(r"^ok \d+ - \S+ # SKIP (.+)$", re.MULTILINE)
LACKING = (
    "this controller has no SSYNC",
    "no jack can be moved here",
    "this controller begins again after a pause",
    "this controller has no bidirectional engine",
    "the controller has one SDO line",
    "the controller's payloads are not known",
    "converters take 16 bits only here",
    "a reset of the link resets no codec here",
    "no codec wakes this controller",
    "the controller cannot be removed here",
)
# What needs a clock that stands still meanwhile, or a controller that can be told to fail.
NOT_SIMULATED = (
    "time passes by itself here",
    "deferred work runs on other processors meanwhile",
    "interrupts come on other processors meanwhile",
    "link frames cannot be counted here",
    "nothing can be made to fail here",
)


class Conformance(CommandTest):
    def check_again(self, result):
        """A machine that has other guests may stop QEMU for longer than a check allows. What is wrong is wrong again."""
        failures = FAILED.findall(result.out)
        if not failures:
            self.check(result, DONE)
        self.assertLessEqual(len(failures), FEW, failures)
        for name, why in failures:
            print(f"{name} is tried again:{why}", flush=True)
            self.check(run("conformance", "--device", "qemu", "--filter", name, timeout=LIMIT), DONE)

    def test_passes_and_skips_no_more_than_it_must(self):
        begun = time.monotonic()
        result = run("conformance", "--device", "qemu", timeout=2 * LIMIT)
        self.assertLess(time.monotonic() - begun, LIMIT)
        self.check_again(result)
        self.assertEqual({"V1", "V2", "V3", "BDL"}, set(PASSED.findall(result.out)))
        for reason in set(SKIPPED.findall(result.out)):
            self.assertTrue(reason.startswith(LACKING + NOT_SIMULATED), reason)


if __name__ == "__main__":
    need_qemu()
    main()
