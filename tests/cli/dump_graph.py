# SPDX-License-Identifier: BSD-2-Clause
"""What can be played and recorded with a codec, told from the text of its dump: beside src/codec, to judge that by.

Capabilities and configuration defaults are read as the High Definition Audio Specification has them (7.3.4.6, 7.3.4.9,
7.3.3.31).
"""

import re

AUDIO_OUTPUT, AUDIO_INPUT, MIXER, SELECTOR, PIN, POWER = range(6)
PASSES = (MIXER, SELECTOR, POWER)
OUT, IN = 0x10, 0x20  # in pin capabilities
NOTHING = 1  # the port of a pin that is not connected
NO_GROUPS = (0, 15)  # associations

NODE = re.compile(r"Node (0x[0-9a-f]+) \[.*?\] wcaps (0x[0-9a-f]+)")
NIDS = re.compile(r"(0x[0-9a-f]+\*?\s*)+$")


class Node:
    def __init__(self, nid, caps):
        self.nid, self.caps = nid, caps
        self.pin_caps = self.default = 0
        self.connections = []

    type = property(lambda self: self.caps >> 20 & 0xF)
    is_stereo = property(lambda self: bool(self.caps & 0x201))  # S/PDIF is, too, whatever its pin says
    is_digital = property(lambda self: bool(self.caps & 0x200))
    channels = property(lambda self: (self.caps >> 13 & 7) * 2 + (self.caps & 1) + 1)
    is_connected = property(lambda self: self.default >> 30 != NOTHING)
    device = property(lambda self: self.default >> 20 & 0xF)
    association = property(lambda self: self.default >> 4 & 0xF)
    sequence = property(lambda self: self.default & 0xF)

    def can(self, direction):
        return self.type == PIN and bool(self.pin_caps & direction)


def number_of_pin_caps(digits):
    """The kernel printed 0x08 in front of some: more than eight digits."""
    return int(digits[2:] if len(digits) != 8 and digits.startswith("08") else digits, 16)


def parse(text):
    """The widgets of a dump, by NID."""
    nodes, node, lists = {}, None, False
    for line in map(str.strip, text.splitlines()):
        found = NODE.match(line)
        if found:
            node = Node(int(found[1], 16), int(found[2], 16))
            nodes[node.nid] = node
        elif node is None:
            continue
        elif lists and NIDS.match(line):
            node.connections = [int(nid.rstrip("*"), 16) for nid in line.split()]
        elif line.startswith("Pincap 0x"):
            node.pin_caps = number_of_pin_caps(line.split()[1][2:].rstrip(":"))
        elif line.startswith("Pin Default 0x"):
            node.default = int(line.split()[2].rstrip(":"), 16)
        lists = line.startswith("Connection:")
    return nodes


class Graph:
    def __init__(self, dump):
        self.nodes = parse(dump.read_text(errors="replace"))

    def reached(self, nid):
        """The widgets that sound comes from, against its way."""
        seen, queue = {nid}, [nid]
        while queue:
            for source in self.nodes[queue.pop()].connections:
                if source not in self.nodes or source in seen:
                    continue
                seen.add(source)
                yield self.nodes[source]
                if self.nodes[source].type in PASSES:
                    queue.append(source)

    def output_pins(self):
        """Connected ones that an output converter reaches."""
        return [
            node
            for node in self.nodes.values()
            if node.can(OUT)
            and node.is_connected
            and any(source.type == AUDIO_OUTPUT for source in self.reached(node.nid))
        ]

    def input_pins(self):
        """Connected ones that reach an input converter."""
        converters = [node for node in self.nodes.values() if node.type == AUDIO_INPUT]
        pins = {source.nid for node in converters for source in self.reached(node.nid) if source.can(IN)}
        return [self.nodes[nid] for nid in sorted(pins) if self.nodes[nid].is_connected]

    def most_in_group(self):
        """Analog output pins of one kind and association, where there are most of them, with distinct sequences."""
        groups = {}
        for pin in self.output_pins():
            if pin.association not in NO_GROUPS and not pin.is_digital and pin.is_stereo:
                groups.setdefault((pin.device, pin.association), set()).add(pin.sequence)
        return max(map(len, groups.values()), default=0)
