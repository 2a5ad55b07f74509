#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The hdabus command when the simulated controller disappears.

Usage: removal.py HDABUS
"""

import re

from command import DONE, FAILED, USAGE, CommandTest, Wav, main, run, samples, wav

GONE = "the controller has disappeared"
MOMENTS = [1, 2, 3, 5, 8, 13, 20, 28, 35, 45, 60, 90, 140, 201, 333, 500, 777]  # ms
RATE = 48000
FRAME = 4


class RemovalTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.data = samples(2 * RATE, 16)
        self.source = self.file(wav(self.data, 2, RATE, 16))

    def run_removed(self, ms, *arguments):
        return run("--device", f"sim:remove={ms}", *arguments, timeout=20)

    def check_gone(self, result):
        """It failed, and one sentence says why."""
        self.check(result, FAILED)
        said = [line for line in result.err.splitlines() if GONE in line]
        self.assertEqual(len(said), 1, result.err)
        self.assertRegex(said[0], r"^hdabus: (device sim:remove=\d+: )?" + GONE + r"( after \d+\.\d{3} s)?$")
        self.assertNotIn("STATUS_", result.err)
        return said[0]

    def check_begins(self, path):
        """What the file holds is how the source begins, with silence ahead of it or behind at most."""
        data = Wav(path).data.strip(b"\0")
        self.assertIn(data, self.data)
        return len(data)


class Playing(RemovalTest):
    def test_play_at_many_moments(self):
        most = 0
        for ms in MOMENTS:
            with self.subTest(ms=ms):
                self.check_gone(self.run_removed(ms, "play", "--out", self.out, self.source))
                if self.out.exists():
                    most = max(most, self.check_begins(self.out))
                    self.out.unlink()
        self.assertGreater(most, 600 * RATE // 1000 * FRAME)

    def test_the_sentence_tells_how_far_it_came(self):
        said = self.check_gone(self.run_removed(500, "play", self.source))
        seconds = float(re.search(r"after (\S+) s", said)[1])
        self.assertTrue(0.3 < seconds <= 0.5, said)

    def test_json_tells_the_same(self):
        result = self.run_removed(500, "--json", "play", self.source)
        self.check_gone(result)
        self.assertIn(GONE, result.object["error"])
        self.assertEqual(result.object["status"], "STATUS_DEVICE_REMOVED")
        self.assertGreater(result.object["frames"], 0)

    def test_tone(self):
        for ms in MOMENTS:
            with self.subTest(ms=ms):
                self.check_gone(self.run_removed(ms, "tone"))

    def test_on_the_real_clock(self):
        result = run("--device", "sim:clock=real,remove=400", "play", "--buffer", "24000", self.source, timeout=10)
        self.check_gone(result)

    def test_one_that_stays_long_enough_is_not_missed(self):
        self.check(run("--device", "sim:remove=60000", "play", "--exact", self.source), DONE)
        self.check(run("--device", "sim:remove=0", "play", "--exact", self.source), DONE)


class Recording(RemovalTest):
    def record(self, ms, path, *options):
        self.check_gone(self.run_removed(ms, "record", "--in", self.source, *options, path))

    def test_record_at_many_moments(self):
        most = 0
        for ms in MOMENTS:
            with self.subTest(ms=ms):
                self.record(ms, self.out)
                if self.out.exists():
                    kept = Wav(self.out).data
                    self.assertEqual(kept, self.data[: len(kept)])
                    most = max(most, len(kept))
                    self.out.unlink()
        self.assertGreater(most, 600 * RATE // 1000 * FRAME)

    def test_a_flac_file_can_be_played(self):
        path = self.folder / "out.flac"
        self.record(500, path)
        result = self.check(run("--json", "play", "--exact", "--out", self.out, path), DONE)
        self.assertGreater(result.object["frames"], 300 * RATE // 1000)
        self.check_begins(self.out)

    def test_both_files_of_a_loopback_are_right(self):
        for ms in MOMENTS:
            with self.subTest(ms=ms):
                recorded = self.folder / "recorded.wav"
                options = ["--loopback", "--record", recorded, "--out", self.out]
                self.check_gone(self.run_removed(ms, "play", *options, self.source))
                for path in (recorded, self.out):
                    if path.exists():
                        self.check_begins(path)
                        path.unlink()


class Looking(RemovalTest):
    def test_codec_in_the_middle(self):
        """Ten and more batches of verbs take more than 5 ms."""
        for ms in (1, 2, 3, 5):
            with self.subTest(ms=ms):
                self.check_gone(self.run_removed(ms, "codec"))

    def test_info_and_verb_while_the_bus_is_opened(self):
        self.check_gone(self.run_removed(1, "info"))
        self.check_gone(self.run_removed(1, "verb", "0", "0", "PARAMETERS", "VENDOR_ID"))

    def test_conformance_comes_to_its_end(self):
        for ms in (1, 100, 1000, 5000):
            with self.subTest(ms=ms):
                self.check(self.run_removed(ms, "conformance", "--filter", "SetDmaEngineState"), FAILED)

    def test_what_is_no_time(self):
        for value in ("", "soon", "-1", "1.5", "10000000000"):
            with self.subTest(value=value):
                result = self.check(self.run_removed(value, "info"), USAGE)
                self.assertIn("expected a number of ms", result.err)


if __name__ == "__main__":
    main()
