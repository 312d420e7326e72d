#!/bin/bash
# Builds everything and runs every test and check; ends with "N passed, N failed" and 1 if anything failed.
#   tests/run.sh            up to 25 minutes on two cores
#   tests/run.sh --quick    without the sanitizers and the fuzzers
#   tests/run.sh --long     also clang-tidy, everything under TSan, longer fuzzing and kill loops, more simulated lives
# Installs what is missing (Debian 12, as root or through sudo).
set -uo pipefail
cd "$(dirname "$0")/.."

mode=usual
case ${1:-} in
  '') ;;
  --quick | --long) mode=${1#--} ;;
  *) sed -n '2,6p' "$0" | cut -c 3-; exit 2 ;;
esac
[[ $mode == long ]] && export BESPOKE_LONG_TESTS=1
jobs=$(nproc)
# So that the objects of one clone serve another.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 failures=()
began=$SECONDS

heading() { printf '\n== %s (after %d s)\n' "$*" $((SECONDS - began)); }
# check TITLE COMMAND...: counts as one; its output is shown when it fails.
check() {
  local title=$1
  shift
  if "$@" >"$logs/check" 2>&1; then
    passed=$((passed + 1))
    echo "passed: $title"
  else
    failed=$((failed + 1)) failures+=("$title")
    tail -n 60 "$logs/check"
    echo "FAILED: $title"
  fi
}
# suite TITLE FOLDER CTEST_OPTION...: counts each of its tests.
suite() {
  local title=$1 folder=$2 closing
  shift 2
  "${wrapper[@]}" ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@" >"$logs/suite" 2>&1
  local code=$?
  closing=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+' "$logs/suite")
  if [[ $closing =~ ,\ ([0-9]+)\ tests?\ failed\ out\ of\ ([0-9]+) ]]; then
    failed=$((failed + BASH_REMATCH[1])) passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
  else
    failed=$((failed + 1))
  fi
  if ((code)); then
    failures+=("$title")
    tail -n 200 "$logs/suite"
  fi
  echo "$title: ${closing:-no test ran}"
}
# build FOLDER TARGETS CMAKE_OPTION...
build() {
  local folder=$1 targets=$2
  shift 2
  local launcher=()
  command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  # shellcheck disable=SC2086  # targets is a list
  cmake -S . -B "$folder" -G Ninja "${launcher[@]}" "$@" && cmake --build "$folder" --target $targets
}
sources() { git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | grep -v node_modules; }
wrapper=()  # what suites run under

heading "packages"
cmake/debian-packages.sh build test || exit 1

heading "build"
check "build, warnings are errors" build build all -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBESPOKE_BUILD_TESTS=ON \
  -DBESPOKE_BUILD_EXAMPLES=ON -DBESPOKE_BUILD_BENCH=ON -DBESPOKE_WERROR=ON
((failed)) && { echo "1 failed: nothing to test"; exit 1; }

heading "tests"
suite "library" build -j "$jobs" -LE programs
heading "tests of the programs, with SIGKILL"
suite "programs" build -L programs -LE web
heading "tests in a browser"
suite "browser" build -j "$jobs" -L web

heading "simulation"
simulate() {
  build/bin/bespoke_simulate --seeds "$1" | tee "$logs/simulate"
  grep -q ' passed, 0 failed$' "$logs/simulate"
}
check "$([[ $mode == long ]] && echo 100000 || echo 2000) simulated lives" simulate "$([[ $mode == long ]] && echo 100000 || echo 2000)"
tail -n 3 "$logs/simulate"

if [[ $mode != quick ]]; then
  heading "hostile input"
  fuzz_seconds=$([[ $mode == long ]] && echo 600 || echo 10)
  check "libFuzzer, $fuzz_seconds s for each parser of LLM answers" tests/fuzz/run_fuzz.sh "$fuzz_seconds"
fi

heading "form"
check "clang-format" bash -c 'git ls-files "*.cpp" "*.hpp" "*.h" "*.c" | grep -v node_modules | xargs clang-format --dry-run -Werror'

# Clang makes these builds three times as fast as GCC does.
sanitized() { build "$1" "$2" -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O0 -g1" -DCMAKE_C_COMPILER=clang-14 \
  -DCMAKE_CXX_COMPILER=clang++-14 "${@:3}"; }
if [[ $mode != quick ]]; then
  heading "address and undefined behaviour sanitizers"
  check "build for ASan and UBSan" sanitized build-asan all -DBESPOKE_SANITIZE=address,undefined -DBESPOKE_BUILD_EXAMPLES=OFF
  export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/lsan.supp:print_suppressions=0}
  # Speed can't be told under a sanitizer.
  same_traces() {
    local one two
    one=$(build/bin/bespoke_simulate --seeds 50 --hash | grep '^hash of') && two=$(build-asan/bin/bespoke_simulate --seeds 50 --hash | grep '^hash of')
    echo "$one here, $two there" && [[ -n $one && $one == "$two" ]]
  }
  check "the same simulated lives, byte for byte, as in the usual build" same_traces
  suite "ASan and UBSan" build-asan -j "$jobs" -LE '^(programs|apply_speed_test)$'

  heading "thread sanitizer"
  tsan_targets=(phase_runner_test runner_steering_test store_conformance_test)
  tsan_tests=(-L '^(phase_runner_test|runner_steering_test|store_conformance_test)$')
  tsan_options=(-DBESPOKE_WITH_APPLY=OFF)
  [[ $mode == long ]] && tsan_targets=(all) tsan_options=() tsan_tests=(-LE '^(programs|apply_speed_test)$')
  check "build for TSan" sanitized build-tsan "${tsan_targets[*]}" -DBESPOKE_BUILD_EXAMPLES=OFF -DBESPOKE_SANITIZE=thread \
    "${tsan_options[@]}"
  # The thread sanitizer can't cope with the address randomisation of newer kernels.
  setarch "$(uname -m)" -R true 2>/dev/null && wrapper=(setarch "$(uname -m)" -R)
  export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1 suppressions=$PWD/tests/tsan.supp}
  suite "TSan" build-tsan -j "$jobs" "${tsan_tests[@]}"
  wrapper=()
fi

if [[ $mode == long ]]; then
  heading "breaks of the page's hook"
  check "each is found" npm --prefix examples/web run -s breaks
  tail -n 1 "$logs/check"
  heading "breaks of the web example, in a browser"
  check "each is found" env BACKEND=fastify BESPOKE_BUILD="$PWD/build" BESPOKE_LIBRARY="$PWD/build/lib/libbespoke_c.so.1" \
    bash -c 'cd examples/web && ../../tests/node20.sh e2e/breaks.js'
  tail -n 1 "$logs/check"

  heading "breaks of the Node package"
  check "each is found" env BESPOKE_LIBRARY="$PWD/build/lib/libbespoke_c.so.1" npm --prefix capi/node run -s breaks
  tail -n 1 "$logs/check"

  heading "clang-tidy"
  check "clang-tidy" tests/tidy.sh
fi

heading "all"
((${#failures[@]})) && printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed"
((failed == 0))
