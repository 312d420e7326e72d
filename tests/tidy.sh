#!/bin/bash
# Runs clang-tidy over the sources: tests/tidy.sh [FILE...]; without files over all of src, capi and examples.
# Configures build-tidy without precompiled headers, which only GCC could read.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake -S . -B build-tidy -G Ninja -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
if (($#)); then files=("$@"); else mapfile -t files < <(git ls-files 'src/*.cpp' 'capi/*.cpp' 'examples/*.cpp'); fi
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build-tidy --extra-arg=-Wno-unknown-warning-option 2>&1 |
  grep --line-buffered -Ev '^[0-9]+ warnings? (and [0-9]+ errors? )?generated|^Suppressed |^Use -header-filter' || [[ ${PIPESTATUS[1]} == 0 ]]
