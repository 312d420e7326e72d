#!/bin/bash
# Feeds the parsers of what providers send, and the C library in build/lib, with hostile input:
#   tests/fuzz/run_fuzz.sh [SECONDS EACH]
# Needs clang 14 and libclang-rt-14-dev. Builds with ASan and UBSan into build-fuzz; what it finds stays there.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
compiler=clang++-14
command -v "$compiler" >/dev/null || { echo "needs $compiler (apt-get install clang-14 libclang-rt-14-dev)"; exit 1; }
mkdir -p build-fuzz
sources=(src/llm/{anthropic_wire,http_url,json_members,openai_wire,provider_error,sse_parser,surrogates,wire_quirks}.cpp
         src/job/{error,json_value}.cpp src/platform/stack_trace.cpp)
flags=(-std=c++20 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Isrc -Iinclude -Itests -Itests/fuzz)
newest_header=$(find src include -name '*.hpp' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)
objects=() compiling=()
for source in "${sources[@]}"; do
  object=build-fuzz/$(basename "$source" .cpp).o
  objects+=("$object")
  [[ $object -nt $source && $object -nt $newest_header ]] && continue
  ((${#compiling[@]} < $(nproc))) || { wait "${compiling[0]}"; compiling=("${compiling[@]:1}"); }
  "$compiler" "${flags[@]}" -fsanitize=fuzzer-no-link -c "$source" -o "$object" &
  compiling+=($!)
done
for job in "${compiling[@]}"; do wait "$job"; done
# fuzz TARGET: runs build-fuzz/TARGET on its corpus.
fuzz() {
  local target=$1
  mkdir -p "build-fuzz/corpus/$target"
  echo "== $target, $seconds s"
  if ! "build-fuzz/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build-fuzz/$target-" "build-fuzz/corpus/$target" "tests/fuzz/seeds/$target" \
    >"build-fuzz/$target.log" 2>&1; then
    tail -n 60 "build-fuzz/$target.log"
    echo "$target found something: see build-fuzz/$target-*"
    exit 1
  fi
  grep number_of_executed_units "build-fuzz/$target.log"
}
for target in sse_parser openai_reader anthropic_reader; do
  "$compiler" "${flags[@]}" -fsanitize=fuzzer "tests/fuzz/${target}_fuzz.cpp" "${objects[@]}" -lfmt -lcurl \
    -o "build-fuzz/$target"
  fuzz "$target"
done
if [[ -f build/lib/libbespoke_c.so ]]; then
  "$compiler" "${flags[@]}" -Icapi -fsanitize=fuzzer tests/fuzz/capi_fuzz.cpp -Lbuild/lib -lbespoke_c \
    -Wl,-rpath,"$PWD/build/lib" -o build-fuzz/capi
  fuzz capi
fi
echo "no finding"
