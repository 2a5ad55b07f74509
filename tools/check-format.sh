#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check-format.sh - shows every place that clang-format would change; exit status 1 if there is one, 77 without clang-format.
set -eu
cd "$(dirname "$0")/.."

# Other versions format differently.
if command -v clang-format-14 >/dev/null; then
    format=clang-format-14
elif clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    format=clang-format
else
    echo 'no clang-format 14 here'
    exit 77
fi
find include src conformance bench fuzz examples tests \( -name '*.c' -o -name '*.h' \) -print0 |
    xargs -0 "$format" --dry-run --Werror --ferror-limit=3
