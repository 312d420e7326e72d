#!/bin/bash
# From a fresh clone to a preview, and then to one whose process was killed half-way:
#   examples/run.sh
# Installs what is missing (Debian 12, as root or through sudo), builds in build/, makes a preview of sample data without
# a network, and then kills a second job in the middle of a model's answer and goes on with it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -t 1 && ! ${NO_COLOR:-} ]]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; else bold='' faint='' plain=''; fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
command_line() { printf '%s$ %s%s\n' "$faint" "$*" "$plain"; }

data=$(mktemp -d)
server=
worker=
clean_up() {
  for pid in $server $worker; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$data"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

heading "Set-up"
start=$SECONDS
cmake/debian-packages.sh build
[[ -f build/CMakeCache.txt ]] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
  -DBESPOKE_BUILD_TESTS=OFF >"$data/cmake.log" ||
  { cat "$data/cmake.log"; exit 1; }
cmake --build build --target bespoke_cli bespoke_paced_llm >"$data/build.log" || { tail -n 30 "$data/build.log"; exit 1; }
say "built build/bin/bespoke in $((SECONDS - start)) s, packages included"

bespoke=build/bin/bespoke
profiles=examples/data/profiles
postings=examples/data/postings

heading "1. A preview of sample data: no network, no model"
apply=("$bespoke" apply --profile "$profiles/ada.json" --posting "$postings/northwind.json" --out preview)
command_line "${apply[@]}"
"${apply[@]}"

heading "2. The same with a language model, and a process that is killed in the middle of its answer"
say "A server on loopback plays the model: OpenAI's wire format, an answer in small pieces over a few seconds."
requests=$data/requests.jsonl
build/bin/bespoke_paced_llm --tokens-per-second 150 --log "$requests" >"$data/server" &
server=$!
until [[ -s $data/server ]]; do kill -0 "$server" && sleep 0.05; done
url=$(sed -n 's/^listening on //p' "$data/server")

llm=(--llm openai:paced --base-url "$url")
apply=("$bespoke" apply --profile "$profiles/graduate.json" --posting "$postings/junior.json" "${llm[@]}" --out preview/resumed)
command_line "${apply[@]} --json"
exec 3< <(exec "${apply[@]}" --json 2>"$data/killed.err")
worker=$!
id='' shown='' pieces=0
while read -ru 3 change; do
  if [[ $change == '{"kind":"snapshot"'* ]]; then
    [[ $change =~ \"job\":\{\"id\":\"([^\"]+)\" ]] && id=${BASH_REMATCH[1]}
    [[ $change =~ \"label\":\"([^\"]*)\",\"percent\":([0-9]+) ]] || continue
    [[ ${BASH_REMATCH[1]} == "$shown" ]] && continue
    shown=${BASH_REMATCH[1]}
    printf '%3d %%  %s\n' "${BASH_REMATCH[2]}" "$shown"
  elif [[ $change == '{"kind":"text"'*'"phase":"generate_cover_letter"'* ]] && ((++pieces == 3)); then
    break
  fi
done
((pieces == 3)) || { cat "$data/killed.err" >&2; say "the job ended before it could be killed" >&2; exit 1; }
kill -KILL "$worker"
wait "$worker" 2>/dev/null || true
exec 3<&-
say "       killed with SIGKILL: process $worker, in the middle of the letter"
worker=
asked_before=$(grep -c '"event":"start"' "$requests")

heading "3. Start again: the job goes on after its last finished phase"
work=("$bespoke" work --until-idle "${llm[@]}")
command_line "${work[@]}"
"${work[@]}"
say ""
command_line "$bespoke jobs show $id --out preview/resumed"
"$bespoke" jobs show "$id" --out preview/resumed
say ""
asked_after=$(($(grep -c '"event":"start"' "$requests") - asked_before))
say "Calls to the model: $asked_before before the kill, $asked_after after it. The finished CV was kept, only the letter was begun anew."

heading "Done"
say "preview/preview.html            from the sample data"
say "preview/resumed/preview.html    from the job that was killed"
