#!/bin/sh
# restore.sh MOMENT: lays the server's folder PGDATA anew as of that moment ('2026-11-27 10:15:00+00'), from the newest copy in
# WAL_ARCHIVE/base before it and the log since; `latest`: as of the last that there is. What was in PGDATA is kept beside it.
# The server must be stopped; it replays the log at its next start, and takes writes once it is there.
set -eu
: "${PGDATA:?names the folder of the server}" "${WAL_ARCHIVE:?names the folder of the archive}"
case ${1:-} in
  latest) ;;
  *[+-][0-9][0-9] | *[+-][0-9][0-9]:[0-9][0-9] | *Z) ;;
  *) echo "restore: give the moment with its offset from UTC, such as '2026-11-27 10:15:00+00'" >&2; exit 2 ;;
esac
if [ "$1" = latest ]; then wanted=9; else wanted=$(date -u -d "$1" +%Y%m%dT%H%M%SZ); fi
# After a crash its file is left over; another container's processes are not seen here: scripts/point-in-time.sh stops them.
if [ -e "$PGDATA/postmaster.pid" ] && [ "$(cat "/proc/$(head -n 1 "$PGDATA/postmaster.pid")/comm" 2>/dev/null)" = postgres ]; then
  echo "restore: stop the server first (process $(head -n 1 "$PGDATA/postmaster.pid"))" >&2
  exit 1
fi
base=$(cd "$WAL_ARCHIVE/base" && ls -d 2*Z | sort | awk -v wanted="$wanted" '$0 <= wanted' | tail -n 1)
if [ -z "$base" ]; then
  echo "restore: there is no copy from before $1" >&2
  exit 1
fi
umask 077
# Laid beside the old one, and compared with the copy's list of its files, before anything is exchanged.
fresh=$PGDATA.fresh
rm -rf "$fresh"
mkdir -p "$fresh"
tar -xzf "$WAL_ARCHIVE/base/$base/base.tar.gz" -C "$fresh"
tar -xzf "$WAL_ARCHIVE/base/$base/pg_wal.tar.gz" -C "$fresh/pg_wal"
cp "$WAL_ARCHIVE/base/$base/backup_manifest" "$fresh"
if pg_verifybackup --version >/dev/null 2>&1; then pg_verifybackup --quiet --no-parse-wal "$fresh"; fi
before=$PGDATA.before-$(date -u +%Y%m%dT%H%M%SZ)
[ ! -e "$PGDATA" ] || mv "$PGDATA" "$before"
mv "$fresh" "$PGDATA"
# What of the log is not in the archive yet, where the old folder is there: files that wait for it, and the one in use.
if [ -d "$before/pg_wal" ]; then
  cd "$before/pg_wal"
  for file in $(ls archive_status | sed -n 's/\.ready$//p') $(ls -t | grep -E '^[0-9A-F]{24}$' | head -n 1); do
    [ -e "$PGDATA/pg_wal/$file" ] || cp "$file" "$PGDATA/pg_wal/"
  done
fi
cat >> "$PGDATA/postgresql.auto.conf" <<EOF
restore_command = 'cp "$WAL_ARCHIVE/%f" "%p"'
recovery_target_action = 'promote'
EOF
if [ "$1" = latest ]; then
  echo "recovery_target_time = ''"
else
  echo "recovery_target_time = '$1'"
fi >> "$PGDATA/postgresql.auto.conf"
touch "$PGDATA/recovery.signal"
if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$PGDATA"; fi
echo "$base"
