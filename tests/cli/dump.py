#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hdabus dump: what it tells of dumps, good and bad.

Usage: dump.py HDABUS FOLDER_OF_DUMPS [FOLDER_OF_REAL_DUMPS]
"""

import os
import sys
from pathlib import Path

from command import DONE, FAILED, USAGE, CommandTest, main, run

REAL = Path(os.environ.get("HDABUS_CODECS", sys.argv.pop()))
DUMPS = Path(sys.argv.pop())
REPORT = DUMPS / "alsa-info.txt"


class Dump(CommandTest):
    def test_table(self):
        lines = self.check(run("dump", REPORT), DONE).out.splitlines()
        self.assertEqual(
            lines[:8],
            [
                str(REPORT),
                "  line 55, card 1: Example Notebook",
                "    address 0, vendor 0x1de40018, subsystem 0x1de41234, revision 0x00100100",
                "    audio function group 0x01, 5 nodes: 1 Audio Output, 1 Audio Input, 3 Pin Complex",
                "    output 0x04  Speaker      Fixed  Int N/A         Analog   Unknown",
                "    input  0x05  Mic          Jack   Ext Front       1/8      Black",
                "    input  0x06  Mic          Fixed  Int N/A         Unknown  Unknown",
                "    nothing was guessed",
            ],
        )
        self.assertIn("    modem function group 0x01", lines)
        self.assertIn("    1 guess", lines)
        self.assertIn("  line 189, card 3: Example HDMI of the graphics card", lines)

    def test_pins_of_both_directions_and_none(self):
        out = self.check(run("dump", DUMPS / "sixty.codec"), DONE).out
        self.assertIn("60 nodes: 10 Audio Output, 5 Audio Input, 9 Audio Mixer, 5 Audio Selector, 26 Pin Complex", out)
        self.assertIn("    output 0x3a  HP Out       Jack   Ext Front       1/8      Green\n", out)
        self.assertIn("    input  0x2d  CD           Fixed  Int ATAPI       ATAPI    Unknown\n", out)
        self.assertNotIn(" 0x35 ", out)
        self.assertEqual((out.count("    output "), out.count("    input ")), (12, 10))

    def test_pins_of_both_directions_are_what_is_connected(self):
        text = (DUMPS / "sixty.codec").read_text()
        for caps in ("0x00000010", "0x00000020", "0x00000024", "0x00003724", "0x00010014"):
            text = text.replace(f"Pincap {caps}:", "Pincap 0x00003f3f:")
        out = self.check(run("dump", self.file(text.encode())), DONE).out
        self.assertEqual((out.count("    output "), out.count("    input ")), (12, 10))
        self.assertIn("    input  0x2d  CD ", out)

    def test_guesses(self):
        out = self.check(run("dump", "--verbose", DUMPS / "old.codec"), DONE).out
        self.assertIn("    8 guesses:\n      line 1: the node of the audio function group is not said", out)
        guesses = [line for line in out.splitlines() if line.startswith("      line ")]
        self.assertEqual(len(guesses), 8)
        numbers = [int(line.split()[1].rstrip(":")) for line in guesses]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(run("dump", "-v", DUMPS / "old.codec").out, out)
        self.assertTrue(run("dump", DUMPS / "old.codec").out.endswith("    8 guesses\n"))

    def test_object(self):
        files = self.check(run("dump", "--json", REPORT, DUMPS / "new.codec"), DONE).object["files"]
        self.assertEqual([file["file"] for file in files], [str(REPORT), str(DUMPS / "new.codec")])
        first, modem, _, last = files[0]["codecs"]
        self.assertEqual((first["line"], first["card"], first["codec"], first["error"]), (55, 1, None, None))
        self.assertEqual((first["name"], first["vendor_id"], first["guesses"]), ("Example Notebook", "0x1de40018", []))
        self.assertEqual([guess["line"] for guess in modem["guesses"]], [140])
        self.assertEqual((modem["audio_group"], modem["modem_group"]), (None, 1))
        self.assertEqual((last["card"], last["address"]), (3, 0))
        (new,) = files[1]["codecs"]
        group = new["audio_group"]
        self.assertEqual((new["card"], new["modem_unsolicited"]), (None, True))
        self.assertTrue(group["gpio_pins"][0]["enable"] and group["gpio_pins"][1]["sticky"])
        self.assertTrue(group["power"]["clock_stop_ok"])
        nodes = {node["node"]: node for node in group["nodes"]}
        self.assertEqual(nodes[0x0A]["converter"]["sdi_select"], 1)
        self.assertEqual((nodes[8]["power"]["error"], nodes[8]["power"]["settings_reset"]), (True, True))
        self.assertEqual(nodes[0x0A]["connections"], [0x0C, 0x0D, 0x0C, 0x77])
        (old,) = run("dump", "--json", DUMPS / "old.codec").object["files"][0]["codecs"]
        self.assertIsNone(old["audio_group"]["nodes"][0]["power"]["states"])

    def test_standard_input(self):
        data = (DUMPS / "mail.eml").read_bytes()
        result = self.check(run("dump", "-", data=data), DONE)
        self.assertTrue(result.out.startswith("standard input\n  line 11: Example New\n"))
        self.assertIn("standard input: ", self.check(run("dump", "-"), FAILED).err)
        twice = self.check(run("dump", "-", "-", data=data), FAILED)
        self.assertEqual(twice.err.count("no line began with `Codec:`"), 1)

    def test_path_before_a_section(self):
        text = "==> /proc/asound/card2/codec#1 <==\n" + (DUMPS / "modem.codec").read_text()
        path = self.file(text.encode())
        self.assertIn("  line 2, card 2, codec#1: Example Modem\n", run("dump", path).out)
        (codec,) = run("dump", "--json", path).object["files"][0]["codecs"]
        self.assertEqual((codec["card"], codec["codec"]), (2, 1))

    def test_strict(self):
        self.check(run("dump", "--strict", DUMPS / "old.codec"), FAILED)
        whole = REPORT.read_text().split("Codec: Example Modem")[0]
        self.assertEqual(self.check(run("dump", "--strict", self.file(whole.encode())), DONE).err, "")
        strange = self.file(whole.replace("  SDI-Select: 0\n", "  SDI-Select: 0\n  Strange: 1\n").encode(), "strange")
        line = strange.read_text().splitlines().index("  Strange: 1") + 1
        result = self.check(run("dump", "--strict", strange), FAILED)
        self.assertEqual(result.err, f"hdabus: {strange}: line {line}: not known: passed over\n")
        self.assertIn("Example Notebook", result.out)
        object = self.check(run("dump", "--strict", "--json", strange), FAILED).object
        self.assertIn(f"line {line}", object["error"])
        self.check(run("dump", strange), DONE)

    def test_bad_files_do_not_keep_others_from_being_told(self):
        bad = self.file(b"Codec: x\nAddress: 15\n", "bad")
        cut = self.file((DUMPS / "old.codec").read_bytes()[:400], "cut")
        sound = self.file(b"RIFF\0\0\0\0WAVE", "sound")
        missing = self.folder / "missing"
        result = self.check(run("dump", bad, missing, cut, self.folder, sound, DUMPS / "modem.codec"), FAILED)
        for said in (
            f"{bad}: line 2: not understood",
            f"{missing}: No such file",
            f"{cut}: line ",
            f"{self.folder}: Is a directory",
            f"{sound}: the text ends",
        ):
            self.assertIn(f"hdabus: {said}", result.err)
        self.assertIn("Example Modem", result.out)
        object = self.check(run("dump", "--json", bad, DUMPS / "modem.codec"), FAILED).object
        self.assertIn("line 2", object["error"])
        self.assertIn("line 2", object["files"][0]["codecs"][0]["error"])
        self.assertEqual(object["files"][1]["codecs"][0]["name"], "Example Modem")

    def test_bad_section_beside_good_ones(self):
        modem = (DUMPS / "modem.codec").read_bytes()
        result = self.check(run("dump", self.file(modem + b"Codec: x\nAddress: 15\n" + modem)), FAILED)
        self.assertIn("line 9: not understood", result.err)
        self.assertEqual(result.out.count("Example Modem"), 2)

    def test_names_are_fit_to_print(self):
        text = (DUMPS / "modem.codec").read_bytes().replace(b"Example Modem", b"\x1b[31m\xff\xc3\xa4")
        path = self.file(text)
        self.assertIn("line 1: ?[31m???\n", self.check(run("dump", path), DONE).out)
        self.assertEqual(run("dump", "--json", path).object["files"][0]["codecs"][0]["name"], "?[31m???")

    def test_wrong_usage(self):
        for arguments in ((), ("--strict",), ("--what", REPORT), ("--device", "sim", REPORT), ("--exact", REPORT)):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.check(run("dump", *arguments), USAGE).out, "")
        self.assertIn("--strict", self.check(run("dump", "--help"), DONE).out)
        self.check(run("info", "--verbose"), USAGE)

    def test_every_dump(self):
        """All of a folder in one run: each has one codec, with as many nodes as it has lines that begin so."""
        folder = REAL if REAL.is_dir() else DUMPS
        paths = sorted(folder.glob("*.codec"))
        files = self.check(run("dump", "--json", *paths), DONE).object["files"]
        self.assertEqual(len(files), len(paths))
        for file in files:
            (codec,) = file["codecs"]
            text = Path(file["file"]).read_text(errors="replace")
            lines = sum(line.strip().startswith("Node 0x") for line in text.splitlines())
            group = codec["audio_group"]
            self.assertEqual(len(group["nodes"]) if group else 0, lines, file["file"])


if __name__ == "__main__":
    main()
