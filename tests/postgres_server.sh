#!/bin/bash
# A PostgreSQL server for tests: its data, its socket and nothing else in one folder, no TCP port, and never as root.
#   tests/postgres_server.sh start FOLDER      prints the URL; FOLDER is made
#   tests/postgres_server.sh stop FOLDER       and deletes FOLDER
#   tests/postgres_server.sh crash FOLDER      ends it at once, as a power cut would for its clients
#   tests/postgres_server.sh again FOLDER      starts it again after a crash
#   tests/postgres_server.sh disconnect FOLDER ends all sessions of Bespoke
set -euo pipefail

command=${1:?} folder=${2:?}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[[ -x $bin/initdb ]] || { echo "no PostgreSQL server is installed (Debian: postgresql-15)" >&2; exit 1; }
as=()
if ((EUID == 0)); then as=(runuser -u postgres --); fi

up() {
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start >/dev/null 2>&1 < /dev/null ||
    { tail -n 20 "$folder/log" >&2; exit 1; }
}
down() {
  [[ -f $folder/data/postmaster.pid ]] || return 0
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -t 60 -m "$1" stop >/dev/null 2>&1 || true
}

case $command in
  start)
    if [[ -d $folder ]]; then down immediate; rm -rf "$folder"; fi
    mkdir -p "$folder"
    chmod 700 "$folder"
    if ((EUID == 0)); then chown postgres "$folder"; fi
    cd "$folder"
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U bespoke -A trust -E UTF8 --locale=C --no-sync >/dev/null
    "${as[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<END
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
shared_buffers = 32MB
fsync = ${BESPOKE_TEST_POSTGRES_FSYNC:-off}
autovacuum_naptime = 10s
END
    up
    echo "postgresql:///postgres?host=$folder&user=bespoke"
    ;;
  stop) cd /; down immediate; rm -rf "$folder" ;;
  crash) cd /; down immediate ;;
  again) cd "$folder"; up ;;
  disconnect)
    "$bin/psql" -q -h "$folder" -U bespoke -d postgres -o /dev/null \
      -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bespoke'"
    ;;
  *) sed -n '2,7p' "$0" >&2; exit 2 ;;
esac
