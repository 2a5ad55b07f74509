#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install-packages.sh - installs what is missing for a command of the Makefile, and asks nothing.
#
# Usage: tools/install-packages.sh build|graphs|bare-metal|test|fuzz
#
# What is there already, from a package or not, is left alone. Exit status 1 and the list of packages when something is
# missing and cannot be installed.
set -eu

missing=

# need PACKAGE COMMAND... - COMMAND succeeds exactly when what Debian's PACKAGE holds is there.
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

compiles() {
    printf '%s\n' "$2" | "$1" -x "$3" -fsyntax-only -
}

need_for_build() {
    need gcc command -v cc
    need libc6-dev compiles cc '#include <stdlib.h>' c
    need meson command -v meson
    need ninja-build command -v ninja
    need python3 command -v python3
    need pkg-config command -v pkg-config
    need libsndfile1-dev pkg-config --exists sndfile
    need libsoxr-dev pkg-config --exists soxr
    need libjson-c-dev pkg-config --exists json-c
}

need_for_graphs() {
    need_for_build
    need graphviz command -v dot
}

need_for_bare_metal() {
    need gcc command -v gcc
    need lib32gcc-12-dev divides_in_32_bits
    need qemu-system-x86 command -v qemu-system-i386
}

# 64-bit division on 32 bits is a function of libgcc, of which gcc by itself has only the one for 64 bits.
divides_in_32_bits() {
    echo 'unsigned long long divide(unsigned long long a, unsigned long long b) { return a / b; }' |
        gcc -m32 -ffreestanding -nostdlib -shared -fPIC -x c - -Wl,--no-undefined -lgcc -o /dev/null
}

need_for_test() {
    need_for_graphs
    need_for_bare_metal
    need g++ compiles c++ '#include <vector>' c++
    need clang-14 command -v clang-14
    need gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
    need clang-format-14 command -v clang-format-14
    need libcmocka-dev pkg-config --exists cmocka
    need libc6-dev-i386 links gcc -m32
    need libc6-dev-arm64-cross links aarch64-linux-gnu-gcc
    need qemu-user command -v qemu-aarch64
}

links() {
    echo 'int main(void) { return 0; }' | "$@" -static -x c - -o /dev/null
}

need_for_fuzz() {
    need_for_test
    need libclang-rt-14-dev compiles_fuzzer
}

compiles_fuzzer() {
    echo '#include <stddef.h>
          int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) { return data && size ? 0 : 0; }' |
        clang-14 -fsanitize=fuzzer -x c - -o /dev/null
}

give_up() {
    echo "missing:$missing" >&2
    echo "$1" >&2
    exit 1
}

install_missing() {
    command -v apt-get >/dev/null || give_up 'Install what these Debian packages hold, then try again.'
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || give_up "As root: apt-get install$missing"
        as_root='sudo -n'
    fi
    echo "installing:$missing"
    $as_root apt-get update -q
    # shellcheck disable=SC2086 # a list of packages
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

case ${1-} in
build) need_for_build ;;
graphs) need_for_graphs ;;
bare-metal) need_for_bare_metal ;;
test) need_for_test ;;
fuzz) need_for_fuzz ;;
*)
    echo 'usage: tools/install-packages.sh build|graphs|bare-metal|test|fuzz' >&2
    exit 2
    ;;
esac
[ -z "$missing" ] || install_missing
