#!/bin/bash
# Builds the page and starts a backend for it; prints the address. Ctrl-C ends everything.
#   examples/web/run.sh [fastify|fastapi] [PORT]
# A server on loopback plays the model, at the pace of a real one. With LLM=openai:MODEL and OPENAI_API_KEY set, that model is asked;
# with LLM=extractive none is. Jobs are kept in preview_jobs_data/, or in what STORE names. Debian 12, as root or through sudo.
set -euo pipefail
cd "$(dirname "$0")/../.."

backend=${1:-fastify}
port=${2:-8000}
[[ $backend == fastify || $backend == fastapi ]] || { sed -n '2,5p' "$0" | cut -c 3-; exit 2; }

cmake/debian-packages.sh build web
[[ -f build/CMakeCache.txt ]] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBESPOKE_BUILD_TESTS=OFF >/dev/null
cmake --build build --target bespoke_c bespoke_paced_llm | tail -n 1
install_packages() { (cd "$1" && npm ci --prefer-offline --no-audit --no-fund --loglevel=error); }
install_packages examples/web
(cd examples/web && npm run --silent build -- --logLevel error)

started=()
end() {
  trap - EXIT
  ((${#started[@]})) && kill "${started[@]}" 2>/dev/null
  wait
}
trap end EXIT
trap 'exit 130' INT TERM

export BESPOKE_LIBRARY=${BESPOKE_LIBRARY:-$PWD/build/lib/libbespoke_c.so.1} DATA=${DATA:-preview_jobs_data} PORT=$port
export PACE=${PACE-1} # phases of milliseconds are held, so that every one of them is seen
export SESSION_KEY=${SESSION_KEY:-$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')}
if [[ ! ${LLM:-} ]]; then
  port_file=$(mktemp)
  build/bin/bespoke_paced_llm --tokens-per-second 60 --port-file "$port_file" >/dev/null &
  started+=($!)
  until [[ -s $port_file ]]; do kill -0 "${started[0]}" && sleep 0.05; done
  export LLM=openai:paced LLM_BASE_URL=http://127.0.0.1:$(<"$port_file")/v1
  rm -f "$port_file"
fi
if [[ $backend == fastapi ]]; then
  PYTHONPATH=$PWD/capi/python /usr/bin/python3 -m uvicorn --app-dir examples/fastapi app:app --port "$port" --log-level warning &
else
  install_packages examples/fastify
  node examples/fastify/server.js &
fi
started+=($!)
for ((i = 0; i < 200; i++)); do
  kill -0 "${started[-1]}" 2>/dev/null || { echo "the backend ended" >&2; exit 1; }
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.1
done
echo "http://127.0.0.1:$port   ($backend; Ctrl-C ends it)"
wait "${started[-1]}"
