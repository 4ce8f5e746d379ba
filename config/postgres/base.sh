#!/bin/sh
# base.sh [KEPT]: a copy of the whole server in WAL_ARCHIVE/base, named by the moment at which it was complete (UTC). Keeps so many
# copies (2), and of the log what the oldest of them needs. Prints the name.
set -eu
: "${WAL_ARCHIVE:?names the folder of the archive}"
kept=${1:-2}
export PGUSER="${PGUSER:-${POSTGRES_USER:-postgres}}"
umask 077
mkdir -p "$WAL_ARCHIVE/base"
part=$WAL_ARCHIVE/base/part
rm -rf "$part"
pg_basebackup --pgdata="$part" --format=tar --gzip --compress=1 --checkpoint=fast --wal-method=stream --no-password
gzip --test "$part"/*.gz
sync
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$part" "$WAL_ARCHIVE/base/$name"
cd "$WAL_ARCHIVE/base"
for old in $(ls -d 2*Z | sort -r | tail -n "+$((kept + 1))"); do rm -rf "$old"; done
# The oldest file of the log that a copy needs stands in its label.
oldest=$(ls -d 2*Z | sort | head -n 1)
first=$(tar -xzOf "$oldest/base.tar.gz" backup_label | sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p')
pg_archivecleanup "$WAL_ARCHIVE" "$first"
echo "$name"
