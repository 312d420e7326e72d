#!/bin/bash
# Installs the mock servers into FOLDER, once, and runs a test program that uses them:
#   tests/llm_peers/run.sh FOLDER PROGRAM [ARGUMENT...]
# They need Node 20.15 or newer; where there is an older one (Debian 12 has 18), a newer comes from npm too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
mkdir -p "$folder"
wanted=$(sha256sum <"$here/package.json")
if [[ $(cat "$folder/installed" 2>/dev/null) != "$wanted" ]]; then
  rm -rf "$folder"/{installed,node_modules,node}
  cp "$here/package.json" "$folder"
  (cd "$folder" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error)
  if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 15) ? 0 : 1)'; then
    machine=$(uname -m)
    case $machine in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; esac
    npm install --prefix "$folder/node" --ignore-scripts --no-audit --no-fund --loglevel=error "node-linux-$machine@22"
  fi
  echo "$wanted" >"$folder/installed"
fi
cp "$here/peers.mjs" "$folder"
newer=$(compgen -G "$folder/node/node_modules/node-linux-*/bin/node" || true)
export BESPOKE_NODE=${newer:-node} BESPOKE_PEERS=$folder/peers.mjs
exec "$@"
