# SPDX-License-Identifier: BSD-2-Clause
# The core as a library for a kernel, by make and a compiler alone: no Meson, no Python, no headers but the compiler's own.
#
#   make -f src/core/core.mk CC='clang --target=aarch64-none-elf' CFLAGS='-Os -mgeneral-regs-only' OUT=build/core
#
# makes OUT/libhdabus-core.a, from any folder. CFLAGS are the kernel's: processor, optimisation, code model, how it is
# linked. They come last, so that they win. What is compiled anew: what has changed, or all of it for another CC, CFLAGS
# or CPPFLAGS.
#
#   processor   what a kernel usually adds, beside -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables
#   x86-64      -mno-red-zone -mgeneral-regs-only -mcmodel=kernel
#   i686        -m32 -march=i686 -mgeneral-regs-only
#   aarch64     -mgeneral-regs-only -mno-outline-atomics
#
# PART=check makes OUT/libhdabus-check.a in the same way: the checking host (include/hdabus/check.h), for a kernel that is
# debugged. It wants a folder of its own, and is linked before the core, of which it calls hda_missing_hook().
#
# What the library needs from the kernel: memcpy, memmove, memset, memcmp, and on 32 bits the compiler's 64-bit division,
# which its own libgcc or compiler-rt has. Compiled with -fpic it refers to _GLOBAL_OFFSET_TABLE_, too, which linkers make.

PART = core
OUT = hdabus-$(PART)
CFLAGS = -O2
# The archiver that belongs to the compiler, since the host's may not know the processor.
ifeq ($(origin AR),default)
AR = $(shell $(CC) -print-prog-name=ar)
endif

core_root := $(dir $(lastword $(MAKEFILE_LIST)))../../
core_folder := $(core_root)src/$(if $(filter check,$(PART)),host/check,core)/
core_names := $(sort $(basename $(notdir $(wildcard $(core_folder)*.c))))
ifeq ($(core_names),)
$(error core.mk finds no sources beside itself; if its path has a space in it, call it from the folder hdabus: make -f src/core/core.mk)
endif
core_library := $(OUT)/libhdabus-$(PART).a
core_objects := $(core_names:%=$(OUT)/%.o)
core_warnings := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
core_compile = $(CC) -std=c11 -ffreestanding $(core_warnings) -I$(core_root)include/hdabus $(CPPFLAGS) $(CFLAGS)

$(core_library): $(core_objects)
	rm -f $@
	$(AR) rcs $@ $(core_objects)

$(core_objects): $(OUT)/%.o: $(core_folder)%.c $(OUT)/built-with
	$(core_compile) -MMD -MP -c -o $@ $<

# Changes when what is compiled, or with what, does.
core_built_with = '$(subst ','\'',$(core_compile): $(core_names))'
$(OUT)/built-with: core-always
	@mkdir -p $(OUT)
	@printf '%s\n' $(core_built_with) | cmp -s - $@ || printf '%s\n' $(core_built_with) >$@

.PHONY: core-always
.DELETE_ON_ERROR:

-include $(core_objects:.o=.d)
