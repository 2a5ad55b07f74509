#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which codecs sim:machine= and sim:codec= put at which addresses.

Usage: machine.py HDABUS FOLDER_OF_DUMPS
"""

import sys
from pathlib import Path

from command import DONE, NO_DEVICE, CommandTest, main, run

DUMPS = Path(sys.argv.pop())


class Machine(CommandTest):
    def codecs(self, options):
        """Address and vendor id of each codec of the device."""
        object = self.check(run("--device", f"sim:{options}", "codec", "--json"), DONE).object
        return [(codec["address"], codec["vendor_id"]) for codec in object["codecs"]]

    def refused(self, options, *words):
        said = self.check(run("--device", f"sim:{options}", "codec"), NO_DEVICE).err
        for word in words:
            self.assertIn(word, said)

    NOTEBOOK = [(0, "0x1de40018"), (1, "0x1de40012"), (2, "0x1de40019")]
    GRAPHICS = [(0, "0x1de4001a")]
    REPORT = DUMPS / "alsa-info.txt"

    def test_first_card_with_codecs(self):
        self.assertEqual(self.codecs(f"machine={self.REPORT}"), self.NOTEBOOK)
        self.assertEqual(self.codecs(f"machine={DUMPS / 'report.txt'}"), [(1, "0x1de40012"), (2, "0x1de40010")])

    def test_card_by_number(self):
        self.assertEqual(self.codecs(f"machine={self.REPORT}#1"), self.NOTEBOOK)
        self.assertEqual(self.codecs(f"machine={self.REPORT}#3"), self.GRAPHICS)
        self.refused(f"machine={self.REPORT}#2", str(self.REPORT), "no codec of card 2")

    def test_codecs_beside_a_machine(self):
        old = DUMPS / "old.codec"
        self.refused(f"machine={self.REPORT},codec={old}", str(old), "at address 2 already", "FILE@ADDRESS")
        self.assertEqual(self.codecs(f"machine={self.REPORT},codec={old}@7"), [*self.NOTEBOOK, (7, "0x1de40010")])

    def test_address(self):
        self.assertEqual(self.codecs(f"codec={DUMPS / 'old.codec'}"), [(2, "0x1de40010")])
        self.assertEqual(self.codecs(f"codec={DUMPS / 'old.codec'}@14"), [(14, "0x1de40010")])
        self.assertEqual(self.codecs(f"codec={self.REPORT}@3"), [(3, "0x1de40018")])
        self.refused(f"codec={DUMPS / 'old.codec'}@15", "address is 14 at most")
        self.refused(f"codec={DUMPS / 'old.codec'}@x", "old.codec@x")
        self.refused("codec=@3", "@3")

    def test_names_that_end_so_themselves(self):
        for name in ("old@3", "old#3"):
            self.file((DUMPS / "old.codec").read_bytes(), name)
        self.assertEqual(self.codecs(f"codec={self.folder / 'old@3'}"), [(2, "0x1de40010")])
        self.assertEqual(self.codecs(f"codec={self.folder / 'old@3'}@4"), [(4, "0x1de40010")])
        self.assertEqual(self.codecs(f"codec={self.folder / 'old#3'}"), [(2, "0x1de40010")])
        self.assertEqual(self.codecs(f"machine={self.folder / 'old#3'}"), [(2, "0x1de40010")])
        self.assertEqual(self.codecs(f"machine={self.folder / 'old#3'}#0"), [(2, "0x1de40010")])

    def test_bad_section(self):
        """It counts for the card of the section before it."""
        good = (DUMPS / "modem.codec").read_text()
        bad = "Codec: x\nAddress: 15\n"
        other = good.replace("Address: 1\n", "Address: 0\n")
        self.refused(f"machine={self.file((good + bad).encode(), 'last')}", "line 9")
        self.refused(f"machine={self.file((bad + good).encode(), 'first')}", "line 2")
        path = self.file((good + other + bad).encode(), "elsewhere")
        self.assertEqual(self.codecs(f"machine={path}"), [(1, "0x1de40012")])
        self.refused(f"machine={path}#1", "line 16")

    def test_bad_files(self):
        self.refused("machine=/no/such/file", "/no/such/file: No such file")
        self.refused(f"machine={self.folder}", "directory")
        self.refused(f"machine={self.file(b'')}", "no codec dump")
        twice = (DUMPS / "modem.codec").read_text().replace("Codec:", "card0/codec#1\nCodec:")
        self.refused(f"machine={self.file(2 * twice.encode())}", "at address 1 already")
        for options in ("machine=", f"machine={self.REPORT},machine={self.REPORT}"):
            self.assertNotEqual(run("--device", f"sim:{options}", "info").code, DONE)


if __name__ == "__main__":
    main()
