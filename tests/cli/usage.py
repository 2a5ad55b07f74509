#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command line, exit codes, what stands on which stream, and input that is no good.

Usage: usage.py HDABUS
"""

import os
import re
import subprocess

from command import DONE, FAILED, NO_DEVICE, PROGRAM, USAGE, CommandTest, Wav, main, run, samples, wav

LAST_LINE = re.compile(r"^(\d+) frames, pin 0x[0-9a-f]{2}, (\d+) notifications, (\d+) late, (\d+) merged$")
RECORD_MEMBERS = """device clock rate channels bits pin pins in file frames buffer_bytes notification_count notifications
    expected_notifications late overruns lost stopped merged lost_interrupts fifo_errors descriptor_errors
    register_reads register_writes verbs""".split()
PLAY_MEMBERS = """device clock rate channels bits frames buffer_bytes notification_count notifications
    expected_notifications merged lost_interrupts fifo_errors descriptor_errors late register_reads register_writes
    verbs pin pins out""".split()
LISTS = {"pins"}
TEXTS = {"device", "clock", "out", "in", "file"}


class Usage(CommandTest):
    def test_help(self):
        for arguments in (("help",), ("--help",), ("-h",)):
            self.assertIn("play FILE", self.check(run(*arguments), DONE).out)
        for command in ("play", "record", "tone"):
            for arguments in (("help", command), (command, "--help"), (command, "-h")):
                self.assertIn("--notify COUNT", self.check(run(*arguments), DONE).out)
        self.assertIn("-d, --duration SECONDS", run("record", "--help").out)
        self.assertNotIn("--notify", run("info", "--help").out)
        self.assertNotRegex(run("tone", "--help").out, r" \n")
        self.assertNotIn("--in", run("tone", "--help").out)

    def test_version(self):
        self.assertRegex(self.check(run("--version"), DONE).out, r"^hdabus \d+\.\d+\.\d+\n$")

    def test_wrong_usage(self):
        source = self.file(wav(samples(200, 16), 2, 48000, 16))
        for arguments in (
            (),
            ("frobnicate",),
            ("help", "frobnicate"),
            ("play",),
            ("play", source, source),
            ("info", "more"),
            ("info", "--exact"),
            ("play", source, "--what"),
            ("play", source, "-x"),
            ("play", source, "--out"),
            ("play", source, "--exact=yes"),
            ("play", source, "--buffer", "0"),
            ("play", source, "--buffer", "many"),
            ("play", source, "--buffer", "-1"),
            ("play", source, "--buffer", "4294967296"),
            ("play", source, "--notify", "3"),
            ("play", source, "--notify", "0"),
            ("play", source, "--bits", "17"),
            ("play", source, "--pin", "0"),
            ("play", source, "--pin", "0x100"),
            ("play", source, "--clock", "sundial"),
            ("play", source, "--duration", "1"),
            ("play", source, "-d", "1"),
            ("play", source, "--loopback"),
            ("play", source, "--record-pin", "0x12"),
            ("play", source, "--record", ""),
            ("record",),
            ("record", "-d", "1"),
            ("record", "-d", "1", self.out, self.out),
            ("record", self.out),
            ("record", self.out, "--in", "tone"),
            ("record", self.out, "-d"),
            ("record", self.out, "-d", "0"),
            ("record", self.out, "-d", "0.000"),
            ("record", self.out, "-d", "-1"),
            ("record", self.out, "-d", "+1"),
            ("record", self.out, "-d", "1e3"),
            ("record", self.out, "-d", "nan"),
            ("record", self.out, "-d", "inf"),
            ("record", self.out, "-d", "1 "),
            ("record", self.out, "-d", "1.2.3"),
            ("record", self.out, "-d", "."),
            ("record", self.out, "-d", ""),
            ("record", self.out, "-d", "9" * 400),
            ("record", self.out, "-d", "1000000001"),
            ("record", self.out, "-d", "1", "--rate", "0"),
            ("record", self.out, "-d", "1", "--rate", "192001"),
            ("record", self.out, "-d", "1", "-c", "0"),
            ("record", self.out, "-d", "1", "--channels", "17"),
            ("record", self.out, "-d", "1", "--bits", "8"),
            ("record", self.out, "-d", "1", "--in", ""),
            ("record", self.out, "-d", "1", "--in", "tone="),
            ("record", self.out, "-d", "1", "--in", "tone=0"),
            ("record", self.out, "-d", "1", "--in", "tone=x"),
            ("record", self.out, "-d", "1", "--in", "tone=96001"),
            ("record", self.out, "-d", "1", "--out", self.out),
            ("record", self.out, "-d", "1", "-f", "440"),
            ("tone", "more"),
            ("tone", "-f", "0"),
            ("tone", "-f", "96001"),
            ("tone", "-f", "a"),
            ("tone", "-d", "0"),
            ("tone", "--in", "tone"),
            ("tone", "--loopback"),
            ("conformance", "more"),
            ("conformance", "--interface", "v4"),
            ("conformance", "--interface", ""),
            ("conformance", "--filter", ""),
            ("conformance", "--filter", "NoSuchRoutine"),
            ("conformance", "--interface", "v1", "--filter", "V2."),
            ("info", "--filter", "V1"),
            ("--device", "sim:colour=red", "info"),
            ("--device", "sim:clock=sundial", "info"),
        ):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.check(run(*arguments), USAGE).out, "")

    def test_wrong_usage_with_json_is_an_object(self):
        for arguments in (("--json",), ("frobnicate", "--json"), ("--json", "play", "--buffer", "0", "x"), ("conformance", "--json")):
            self.assertTrue(self.check(run(*arguments), USAGE).object["error"])

    def test_a_buffer_that_is_too_large_is_named(self):
        source = self.file(wav(samples(200, 16), 2, 48000, 16))
        for arguments in (("play", source), ("record", "-d", "1", self.out)):
            result = self.check(run(*arguments, "--json", "--buffer", 99999999), FAILED)
            self.assertRegex(result.object["error"], "^--buffer 99999999: ")
            self.assertEqual(result.object["status"], "STATUS_INSUFFICIENT_RESOURCES")

    def test_a_pipe_that_cannot_be_kept_names_the_folder(self):
        process = subprocess.run(
            [PROGRAM, "play", "-"],
            input=wav(samples(200, 16), 2, 48000, 16),
            env=dict(os.environ, TMPDIR="/no/such/folder"),
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(process.returncode, FAILED)
        self.assertEqual(
            process.stderr, b"hdabus: standard input: cannot be kept in /no/such/folder: No such file or directory\n"
        )

    def test_a_file_that_may_not_grow_is_told(self):
        source = self.file(wav(samples(200000, 16), 2, 48000, 16))
        process = subprocess.run(
            ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh", PROGRAM, "play", "--out", self.out, source],
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(process.returncode, FAILED)
        self.assertIn(f"{self.out}: ", process.stderr.decode())

    def test_no_such_device(self):
        for device in ("toaster", "sim:codec=/no/such/dump", ":", "simulator"):
            with self.subTest(device=device):
                self.check(run("--device", device, "info"), NO_DEVICE)
                self.assertEqual(run("info", "--json", "--device", device).object["status"], "STATUS_NO_SUCH_DEVICE")

    def test_global_options_before_and_after(self):
        outputs = {run("--json", "--device", "sim", "info").out, run("info", "--device", "sim", "--json").out}
        self.assertEqual(len(outputs), 1)


class Info(CommandTest):
    def test_text(self):
        out = self.check(run("info"), DONE).out
        for word in ("controller", "codec 0", r"HDAUDIO\FUNC_01&VEN_", "virtual"):
            self.assertIn(word, out)

    def test_object(self):
        info = self.check(run("info", "--json"), DONE).object
        self.assertEqual((info["device"], info["clock"]), ("sim", "virtual"))
        self.assertGreater(info["controller"]["output_engines"], 0)
        (codec,) = info["codecs"]
        (group,) = codec["function_groups"]
        self.assertEqual(group["function"], "audio")
        self.assertEqual(len(group["hardware_ids"]), 2)
        self.assertEqual(len(group["compatible_ids"]), 12)
        self.assertGreater(info["statistics"]["verbs"], 0)

    def test_what_the_link_carries(self):
        device = "sim:ssync=none,output-payload=44,input-payload=22,output-stream-payload=33,input-stream-payload=0"
        controller = run("info", "--json", "--device", device).object["controller"]
        payloads = [controller[f"{name}_payload"] for name in ("output", "input", "output_stream", "input_stream")]
        self.assertEqual((payloads, controller["stream_sync"]), ([44, 22, 33, 0], False))
        out = self.check(run("info", "--device", device), DONE).out
        for line in ("output     44 words a frame, 33 of one stream\n", "input      22 words a frame\n", "SSYNC      no\n"):
            self.assertIn(line, out)

    def test_quirks(self):
        def quirks(options):
            return run("info", "--json", "--device", "sim:" + options).object["controller"]["quirks"]

        lpib, narrow, pages = "LPIB instead of the position buffer", "addresses have 32 bits", "no descriptor crosses 4 KiB"
        for options, words in (
            ("", []),
            ("page-crossing=no,positions=no", [pages, lpib]),
            ("pci=1102:0012", [narrow, pages, lpib]),
            ("pci=1102:12", [narrow, pages, lpib]),
            ("pci=1106:3288,page-crossing=no", [lpib]),
            ("pci=1106:3288,quirks=none", []),
            ("pci=8086:1234,quirks=4k+32bit", [narrow, pages]),
            ("pci=8086:27d8", ["SSYNC is at 34h"]),
            ("pci=10de:1", ["addresses have 40 bits"]),
            ("pci=8086:1234", []),
        ):
            with self.subTest(options=options):
                self.assertEqual(quirks(options), words)
                out = self.check(run("info", "--device", "sim:" + options), DONE).out
                self.assertIn(f"  quirks     {'; '.join(words) or 'none'}\n", out)
        controller = run("info", "--json", "--device", "sim:pci=10DE:a1").object["controller"]
        self.assertEqual((controller["vendor_id"], controller["device_id"]), ("0x10de", "0x00a1"))
        for options in ("pci=", "pci=8086", "pci=8086:", "pci=:1", "pci=8086:12345", "pci=8086:1:2", "pci=0x8086:1",
                        "pci=0:1", "pci=ffff:1", "pci=8086:ffff", "quirks=", "quirks=4k+", "quirks=fast"):
            with self.subTest(options=options):
                self.check(run("info", "--device", "sim:" + options), USAGE)

    def test_positions(self):
        buffer, alias = "the position buffer", "LPIB in the alias page"
        for options, driver, clients, step, ahead in (
            ("", buffer, alias, 4, 0),
            ("lpib=exact", buffer, alias, 4, 0),
            ("lpib=behind", buffer, alias, 4, -192),
            ("lpib=ahead", buffer, alias, 4, 192),
            ("lpib=jumps", buffer, alias, 192, 0),
            ("positions=late", buffer, alias, 4, 0),
            ("positions=no", "LPIB", alias, 4, 0),
            ("positions=no,lpib=behind", "LPIB", alias, 4, -192),
            ("alias=no", buffer, "LPIB", 4, 0),
            ("alias=no,irq=level,lpib=jumps", buffer, "LPIB", 192, 0),
        ):
            with self.subTest(options=options):
                positions = self.check(run("info", "--json", "--device", "sim:" + options), DONE).object["positions"]
                self.assertEqual((positions["driver"], positions["clients"]), (driver, clients))
                self.assertEqual((positions["step_bytes"], positions["ahead_bytes"]), (step, ahead))
                self.assertAlmostEqual(positions["step_microseconds"], step / 0.192)
                self.assertIsNone(positions["not_measured"])
                out = self.check(run("info", "--device", "sim:" + options), DONE).out
                told = "exact" if ahead == 0 else f"192 bytes {'ahead' if ahead > 0 else 'behind'}"
                self.assertRegex(out, rf"\n  clients'   {clients}, moves by {step} bytes \(.*\), is {told} at interrupts\n")

    def test_positions_that_are_wrong(self):
        result = run("info", "--json", "--device", "sim:positions=no,quirks=none")
        self.assertEqual((result.code, result.object["positions"]["driver"]), (DONE, "LPIB"))
        self.assertEqual(result.err.count("the position buffer is wrong"), 1)

    def test_positions_that_cannot_be_measured(self):
        info = self.check(run("info", "--json", "--device", "sim:outputs=0"), DONE).object
        self.assertIn("AllocateRenderDmaEngine", info["positions"]["not_measured"])
        self.assertEqual((info["positions"]["clients"], "step_bytes" in info["positions"]), (None, False))
        self.assertIn("not measured: Alloc", self.check(run("info", "--device", "sim:outputs=0"), DONE).out)

    def test_engines(self):
        device = "sim:inputs=1,outputs=2,bidirectional=1"
        engines = self.check(run("info", "--json", "--device", device), DONE).object["engines"]
        directions = [engine["direction"] for engine in engines]
        self.assertEqual(directions, ["input", "output", "output", "bidirectional"])
        self.assertEqual([engine["completions"] for engine in engines], [0, 4, 0, 0])
        self.assertEqual([engine["fifo"] for engine in engines], [0, 192, 0, 0])
        result = run("info", "--json", "--device", "sim:lost-messages=1")
        self.assertEqual((result.code, result.object["engines"][4]["lost_interrupts"]), (DONE, 4))
        self.assertEqual(result.object["statistics"]["lost_interrupts"], 4)
        self.assertEqual(result.err.count("loses interrupts"), 1)
        self.assertIn("4 periods, 0 merged, 4 interrupts lost\n", run("info", "--device", "sim:lost-messages=1").out)

    def test_real_clock(self):
        self.assertEqual(run("info", "--json", "--clock", "real").object["clock"], "real")
        self.assertEqual(run("info", "--json", "--device", "sim:irq=level", "--clock", "real").object["clock"], "real")


class Output(CommandTest):
    def test_what_went_wrong_stands_at_the_end(self):
        source = self.file(wav(samples(20000, 16), 2, 48000, 16))
        result = run("play", "--device", "sim:lost-messages=1", source)
        self.assertRegex(result.out.splitlines()[-1], r", 0 merged, \d+ interrupts lost$")
        played = run("play", "--json", "--device", "sim:lost-messages=1", source).object
        self.assertEqual(played["lost_interrupts"], played["notifications"])
        self.assertEqual((played["fifo_errors"], played["descriptor_errors"]), (0, 0))

    def test_last_line(self):
        result = self.check(run("play", self.file(wav(samples(20000, 16), 2, 48000, 16))), DONE)
        frames, notifications, late, merged = map(int, LAST_LINE.match(result.out.splitlines()[-1]).groups())
        self.assertEqual((frames, late, merged), (10000, 0, 0))
        self.assertEqual(notifications, 6)
        self.assertEqual(result.err, "")

    def test_object_and_nothing_else(self):
        result = self.check(run("play", "--json", self.file(wav(samples(20000, 16), 2, 48000, 16))), DONE)
        played = result.object
        for member in PLAY_MEMBERS:
            self.assertIn(member, played)
            if member not in TEXTS | LISTS:
                self.assertIs(type(played[member]), int, member)
        self.assertEqual(played["pins"], [played["pin"]])
        self.assertIsNone(played["out"])
        self.assertNotIn("error", played)

    def test_full_standard_output_is_a_failure(self):
        with open("/dev/full", "w") as full:
            process = subprocess.run([PROGRAM, "info"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(process.returncode, FAILED)

    def test_out_is_not_the_input(self):
        content = wav(samples(2000, 16), 2, 48000, 16)
        source = self.file(content)
        os.link(source, self.out)
        self.check(run("play", "--out", self.out, source), FAILED)
        self.assertEqual(source.read_bytes(), content)

    def test_out_that_cannot_be_written(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        self.check(run("play", "--out", self.folder / "no" / "out.wav", source), FAILED)
        self.check(run("play", "--out", self.folder, source), FAILED)


class Recording(CommandTest):
    def setUp(self):
        super().setUp()
        self.source = self.file(wav(samples(2000, 16), 2, 48000, 16))

    def refuse(self, *arguments, sentence=""):
        said = self.check(run(*arguments), FAILED).err
        self.assertIn(sentence, said)

    def test_last_line(self):
        result = self.check(run("record", "--in", self.source, self.out), DONE)
        frames, notifications, late, merged = map(int, LAST_LINE.match(result.out.splitlines()[-1]).groups())
        self.assertEqual((frames, notifications, late, merged), (1000, 1, 0, 0))
        self.assertEqual(result.err, "")

    def test_object_and_nothing_else(self):
        recorded = self.check(run("record", "--json", "--in", self.source, self.out), DONE).object
        for member in RECORD_MEMBERS:
            self.assertIn(member, recorded)
            if member not in TEXTS | LISTS and member != "stopped":
                self.assertIs(type(recorded[member]), int, member)
        self.assertEqual((recorded["in"], recorded["file"]), (str(self.source), str(self.out)))
        self.assertNotIn("error", recorded)

    def test_without_an_end_on_the_virtual_clock(self):
        said = self.check(run("record", self.out), USAGE).err
        self.assertIn("nothing ends this recording on the virtual clock", said)
        self.assertFalse(self.out.exists())

    def test_file_that_cannot_be_written(self):
        for path in (self.folder / "no" / "out.wav", self.folder, "/dev/full", "-"):
            with self.subTest(path=path):
                self.refuse("record", "--in", self.source, path, sentence=str(path))
                self.refuse("play", "--record", path, self.source, sentence=str(path))

    def test_what_feeds_the_pin_is_not_written_over(self):
        content = self.source.read_bytes()
        os.link(self.source, self.out)
        self.refuse("record", "--in", self.source, self.source, sentence="is the file that feeds the pin")
        self.refuse("record", "--in", self.source, self.out, sentence="is the file that feeds the pin")
        self.refuse("play", "--record", self.out, self.source, sentence="is the file to play")
        self.assertEqual(self.source.read_bytes(), content)

    def test_no_file_is_written_twice(self):
        names = (self.out, self.folder / ".." / self.folder.name / self.out.name)
        for again in (False, True):
            self.refuse("play", "--out", names[0], "--record", names[1], self.source, sentence="would be written twice")
            self.assertEqual(self.out.exists(), again)
            self.out.write_bytes(b"")

    def test_what_cannot_feed_a_pin(self):
        for content in (b"", b"This is not audio.\n" * 100, wav(b"", 2, 48000, 16)):
            bad = self.file(content, "bad.wav")
            self.refuse("record", "--in", bad, self.out, sentence="bad.wav")
        self.refuse("record", "--in", self.folder / "none.wav", self.out, sentence="none.wav")
        self.refuse("record", "-d", "1", "--in", "tone:440", self.out, sentence="tone:440")
        self.assertFalse(self.out.exists())

    def test_pins(self):
        for pin in ("0x99", "0x0e", "2"):
            self.refuse("record", "-d", "1", "--pin", pin, self.out, sentence="no such input pin; it has 0x11, 0x12")
            self.refuse("play", "--record", self.out, "--record-pin", pin, self.source, sentence="no such input pin")

    def test_formats_that_no_converter_takes(self):
        record = ("record", "-d", "1", self.out)
        self.refuse(*record, "--rate", "12345", sentence="takes no 12345 Hz")
        self.refuse(*record, "-c", "16", sentence="with 16 channels")
        self.refuse(*record, "--pin", "0x12", "-c", "3", sentence="pin 0x12: no converter reaches it with 3 channels")
        self.refuse("tone", "--rate", "12345", sentence="takes no 12345 Hz")
        loopback = ("--loopback", "--record", self.out, "--record-pin", "0x12")
        self.refuse("tone", "-c", "8", *loopback, sentence="pin 0x12: no converter reaches it with 8 channels")

    def test_a_buffer_that_the_fifo_swallows(self):
        for notify in (1, 2):
            record = ("record", "--exact", "--notify", notify, "--in", self.source, self.out)
            self.refuse(*record, "--buffer", 64, sentence="holds back 192 bytes: take 97 or more")
            self.check(run(*record, "--buffer", 97), DONE)


class BadInput(CommandTest):
    def test_files(self):
        good = wav(samples(4000, 16), 2, 48000, 16)
        files = {
            "empty": b"",
            "zeros": bytes(5000),
            "text": b"This is not audio.\n" * 100,
            "header only": good[:44],
            "half a header": good[:30],
            "cut off": good[:4044],
            "no frames": wav(b"", 2, 48000, 16),
            "300 channels": wav(samples(300 * 100, 16), 300, 48000, 16),
            "no channels": wav(bytes(400), 0, 48000, 16),
            "no rate": wav(bytes(400), 2, 0, 16),
        }
        for name, content in files.items():
            with self.subTest(name=name):
                self.check(run("play", self.file(content)), FAILED)
                self.check(run("play", "-", data=content), FAILED)

    def test_a_file_that_is_cut_off_plays_as_far_as_it_goes(self):
        data = samples(4000, 16)
        result = self.check(run("play", "--out", self.out, self.file(wav(data, 2, 48000, 16)[:4044])), FAILED)
        self.assertIn("cut off", result.err)
        self.assertIn(data[:4000], Wav(self.out).data)

    def test_what_is_no_file(self):
        self.check(run("play", self.folder), FAILED)
        self.check(run("play", self.folder / "none.wav"), FAILED)
        if os.geteuid() != 0:
            locked = self.file(b"")
            locked.chmod(0)
            self.check(run("play", locked), FAILED)

    def test_pins(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        for pin in ("0x99", "0x11", "2"):
            with self.subTest(pin=pin):
                said = self.check(run("play", "--pin", pin, source), FAILED).err
                self.assertIn("no such output pin; it has 0x0e, 0x0f, 0x10, 0x13", said)

    def test_a_buffer_that_the_fifo_swallows(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        for frames in (1, 64):
            with self.subTest(frames=frames):
                said = self.check(run("play", "--buffer", frames, source), FAILED).err
                self.assertIn("fetches 192 bytes ahead: take 97 or more", said)
        self.check(run("play", "--exact", "--buffer", 97, source), DONE)

    def test_dumps(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        for name, content in {"empty": b"", "garbage": samples(4000, 16), "text": b"Codec: \nNode 0x02\n"}.items():
            with self.subTest(name=name):
                dump = self.file(content, "dump")
                self.assertNotEqual(run("--device", f"sim:codec={dump}", "play", source).code, DONE)

    def test_a_buffer_that_no_driver_grants(self):
        source = self.file(wav(samples(2000, 16), 2, 48000, 16))
        result = self.check(run("play", "--json", "--buffer", 4294967295, source), FAILED)
        self.assertTrue(result.object["status"].startswith("STATUS_"))


if __name__ == "__main__":
    main()
