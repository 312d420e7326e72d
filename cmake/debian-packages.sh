#!/bin/bash
# Installs the Debian 12 packages that are missing, and only those.
#   cmake/debian-packages.sh build          what the library and the program need
#   cmake/debian-packages.sh build test     and what the tests and checks need
#   cmake/debian-packages.sh build web      and what examples/web/run.sh needs
# Runs apt-get as root, or through sudo where there is one.
set -euo pipefail

declare -A packages=(
  [build]="g++ cmake ninja-build nlohmann-json3-dev libfmt-dev libcurl4-openssl-dev libsqlite3-dev libpq-dev libsodium-dev libcli11-dev
           libdw-dev libbackward-cpp-dev libvalijson-dev libstemmer-dev"
  [web]="nodejs npm python3 python3-fastapi python3-uvicorn python3-websockets uvicorn"
  [test]="libgtest-dev libgmock-dev libbenchmark-dev python3 clang-format clang-tidy clang-14 libclang-rt-14-dev llvm-14 nodejs npm openssl
          python3-jsonschema python3-pytest python3-setuptools python3-wheel python3-pip python3-venv python3-uvicorn
          python3-fastapi python3-websockets uvicorn chromium mypy abigail-tools postgresql-15
          pkg-config libpango1.0-dev libcairo2-dev poppler-utils fonts-noto-core fonts-noto-cjk fonts-dejavu-core"
)

wanted=()
for set in "$@"; do
  [[ ${packages[$set]:-} ]] || { echo "no such set of packages: $set (there are: ${!packages[*]})" >&2; exit 2; }
  read -ra names <<<"${packages[$set]//$'\n'/ }"
  wanted+=("${names[@]}")
done
missing=()
for name in "${wanted[@]}"; do
  # Node.js packages from elsewhere bring their own npm, and Debian's conflicts with them.
  [[ $name == npm ]] && command -v npm >/dev/null && continue
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
done
((${#missing[@]})) || exit 0

root=()
if ((EUID)); then
  command -v sudo >/dev/null || { echo "missing packages: ${missing[*]}; install them as root" >&2; exit 1; }
  root=(sudo)
fi
echo "installing ${missing[*]}"
"${root[@]}" apt-get update -qq
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 ||
  { tail -n 20 "$log" >&2; exit 1; }
