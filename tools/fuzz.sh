#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fuzz.sh - builds the fuzzing targets with clang and runs each for a while, from its inputs in fuzz/corpus
# and, where it reads dumps, tests/simcodec/dumps.
#
# Usage: tools/fuzz.sh [SECONDS [TARGET...]]
#
# By default every target for 20 minutes. What is found on the way stays in build-fuzz/corpus; an input that breaks
# something is written to build-fuzz and named. Exit status 1 then.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-1200}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- dump verb

if [ ! -e build-fuzz/build.ninja ]; then
    CC=clang-14 meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-fsanitize=fuzzer-no-link
fi
for target; do
    ninja -C build-fuzz "fuzz/fuzz-$target"
    mkdir -p "build-fuzz/corpus/$target"
    seeds=fuzz/corpus/$target
    [ "$target" != dump ] || seeds="$seeds tests/simcodec/dumps"
    echo "==== $target: $seconds s"
    "build-fuzz/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=10 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/$target-" "build-fuzz/corpus/$target" $seeds
done
