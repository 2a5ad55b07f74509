# SPDX-License-Identifier: BSD-2-Clause
# Meson and Ninja build; this gives the commands short names and installs what they miss. Nothing here asks a question.

BUILD = build
PREFIX = /usr/local
SOUND = share/hdabus.wav
PLAYED = $(BUILD)/played.wav
BENCH =
CORE = $(BUILD)/core

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

# Plays a sound through the driver on the simulated controller, and compares what came out of the pin with it.
play: $(BUILD)/build.ninja
	ninja -C $(BUILD) hdabus
	$(BUILD)/hdabus play --exact --out $(PLAYED) $(SOUND)
	tools/compare-audio.py $(SOUND) $(PLAYED)

# What the driver costs: accesses, frames, time, memory. BENCH="--json wake" and the like; --help tells.
bench: $(BUILD)/build.ninja
	ninja -C $(BUILD) bench/bench >&2
	$(BUILD)/bench/bench $(BENCH)

# The core as a library for a kernel, $(CORE)/libhdabus-core.a, and the checking host as another, $(CORE)/check/
# libhdabus-check.a. Needs make and a compiler, and installs nothing:
#   make core CC=aarch64-linux-gnu-gcc CFLAGS='-Os -mgeneral-regs-only -mno-outline-atomics' CORE=build/aarch64
core:
	$(MAKE) -f src/core/core.mk OUT='$(CORE)'
	$(MAKE) -f src/core/core.mk PART=check OUT='$(CORE)/check'

# Boots the core on a bare PC in QEMU: no operating system, a second of a tone, $(BUILD)/bare-metal/tone.wav.
bare-metal:
	tools/install-packages.sh bare-metal
	$(MAKE) -C examples/bare-metal run BUILD=$(abspath $(BUILD))/bare-metal

# Draws the pictures of docs/CODECS.md.
graphs:
	tools/install-packages.sh graphs
	$(MAKE) all
	$(BUILD)/hdabus graph | dot -Tsvg -o docs/graphs/built-in.svg
	$(BUILD)/hdabus --device sim:codec=tests/simcodec/dumps/input.codec graph --path 0x07 | \
		dot -Tsvg -o docs/graphs/input.svg

test:
	tools/install-packages.sh test
	tools/run-tests.py

# Fuzzes the dump parser and the codecs' verbs, each for so many seconds.
SECONDS = 1200
fuzz:
	tools/install-packages.sh fuzz
	tools/fuzz.sh $(SECONDS)

install: all
	meson configure $(BUILD) --prefix $(PREFIX)
	meson install -C $(BUILD)

$(BUILD)/build.ninja:
	tools/install-packages.sh build
	meson setup $(BUILD) -Dtests=false

clean:
	rm -rf $(BUILD) build-tests build-fuzz

.PHONY: all bare-metal bench core graphs play test fuzz install clean
