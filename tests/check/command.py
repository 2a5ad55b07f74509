#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The hdabus command with check=yes: what it prints and what it ends with.

Usage: command.py HDABUS
"""

import json
import subprocess
import sys
import unittest

HDABUS = sys.argv.pop(1)
NEVER_CALLED = "check: device->interrupt_connect: it has succeeded, the controller has had causes to interrupt 3 times"


def run(device, *arguments):
    return subprocess.run([HDABUS, "--device", device, *arguments], capture_output=True, text=True, timeout=60)


class CheckTest(unittest.TestCase):
    def test_silence_where_all_is_well(self):
        result = run("sim:check=yes", "info")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_fault_is_printed_and_ends_with_1(self):
        """No interrupt of this controller ever arrives; the driver gets on without, and nothing else fails."""
        result = run("sim:check=yes,lost-messages=1", "info")
        self.assertEqual(result.returncode, 1)
        self.assertIn(NEVER_CALLED, result.stderr)
        self.assertTrue(result.stderr.endswith("hdabus: the checking host has found 1 fault\n"), result.stderr)
        self.assertEqual(run("sim:lost-messages=1", "info").returncode, 0)

    def test_json_has_it(self):
        result = run("sim:check=yes,lost-messages=1", "info", "--json")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(json.loads(result.stdout)["error"], "the checking host has found 1 fault")

    def test_a_host_that_is_wrong_from_the_start_is_not_used(self):
        result = run("sim:check=yes,remove=1", "info")
        self.assertEqual(result.returncode, 1)
        self.assertIn("before the bus was started; the first: device->read16: GCAP (0h) reads as all ones", result.stderr)

    def test_the_suite_is_no_place_to_hide(self):
        """Its log is quiet, but for what the checking host says."""
        result = run("sim:check=yes,lost-messages=1", "conformance", "--filter", "V2.RegisterEventCallback")
        self.assertEqual(result.returncode, 1)
        self.assertIn(NEVER_CALLED, result.stderr)


if __name__ == "__main__":
    unittest.main()
