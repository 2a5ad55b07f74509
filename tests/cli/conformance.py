#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus conformance: which checks it runs, and what it prints. What it finds is tested in tests/mutants.

Usage: conformance.py HDABUS
"""

import re
import time

from command import DONE, NO_DEVICE, USAGE, CommandTest, main, run

LINE = re.compile(r"^ok (\d+) - (\w+\.\w+\.[\w-]+)(?: # SKIP \w.+)?$")
LIMIT = 30  # seconds for an interface on the simulator


def names(result):
    """The checks in order; the output is a plan, then a line for each, and nothing else."""
    plan, *lines = result.out.splitlines()
    matches = [LINE.match(line) for line in lines]
    assert None not in matches, result.out
    assert plan == f"1..{len(lines)}", plan
    assert [int(match[1]) for match in matches] == list(range(1, len(lines) + 1))
    return [match[2] for match in matches]


class Conformance(CommandTest):
    def checks(self, *arguments):
        result = self.check(run("conformance", *arguments), DONE)
        self.assertEqual(result.err, "")
        return names(result)

    def test_every_interface(self):
        everything = self.checks()
        self.assertEqual(len(everything), len(set(everything)))
        for version in ("v1", "v2"):
            begun = time.monotonic()
            expected = [name for name in everything if name.startswith(version.upper() + ".")]
            self.assertEqual(self.checks("--interface", version), expected)
            self.assertGreater(len(expected), 100)
            self.assertLess(time.monotonic() - begun, LIMIT)

    def test_filter(self):
        for arguments in (("--filter", "NotificationEvent.null"), ("--interface", "v2", "--filter", "Event.null")):
            found = self.checks(*arguments)
            self.assertIn("V2.RegisterNotificationEvent.null", found)
            self.assertTrue(all(arguments[-1] in name for name in found))
        self.assertEqual(self.checks("--filter", "V1.Query.size"), ["V1.Query.size"])

    def test_device_and_clock(self):
        only = ("--filter", "V1.AllocateRenderDmaEngine.stripe-runs")
        self.assertIn("# SKIP the controller has one SDO line", run("conformance", *only).out)
        self.assertNotIn("SKIP", run("conformance", "--device", "sim:sdo=2", *only).out)
        self.assertEqual(len(self.checks("--clock", "real", *only)), 1)

    def test_another_bus_after_each_removal(self):
        self.assertEqual(
            self.checks("--filter", "Removal.event-once"), ["V2.Removal.event-once", "V3.Removal.event-once"]
        )

    def test_no_such_device(self):
        self.assertEqual(self.check(run("conformance", "--device", "toaster"), NO_DEVICE).out, "")

    def test_no_such_check(self):
        for arguments, sentence in (
            (("--filter", "Toast"), "there is no check whose name contains Toast"),
            (("--interface", "v1", "--filter", "V2."), "there is no check of interface v1 whose name contains V2."),
        ):
            self.assertIn(sentence, self.check(run("conformance", *arguments), USAGE).err)


if __name__ == "__main__":
    main()
