#!/bin/bash
# Builds the bench of the stores, runs it on a PostgreSQL server of its own beside the others, and prints one table.
#   bench/run.sh [JSON_FILE] [--grown N]     JSON_FILE: default build-bench/stores.json; N: jobs in the store, such as 100000
# Further arguments go to Google Benchmark, such as --benchmark_filter=checkpoint.
set -euo pipefail
cd "$(dirname "$0")/.."

json=build-bench/stores.json
if [[ ${1:-} == *.json ]]; then json=$1; shift; fi
if [[ ${1:-} == --grown ]]; then export BESPOKE_BENCH_GROWN=$2; shift 2; fi
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
cmake -S . -B build-bench -G Ninja "${launcher[@]}" -DCMAKE_BUILD_TYPE=Release -DBESPOKE_BUILD_BENCH=ON -DBESPOKE_BUILD_TESTS=OFF \
  -DBESPOKE_BUILD_EXAMPLES=OFF >/dev/null
cmake --build build-bench --target bench_stores >/dev/null
server=/tmp/bespoke-pg-bench-$$
trap 'tests/postgres_server.sh stop "$server"' EXIT
BESPOKE_BENCH_POSTGRES=$(BESPOKE_TEST_POSTGRES_FSYNC=on tests/postgres_server.sh start "$server")
export BESPOKE_BENCH_POSTGRES
build-bench/bin/bench_stores --benchmark_out="$json" --benchmark_out_format=json "$@" >/dev/null
python3 bench/table.py "$json"
