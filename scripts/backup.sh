#!/bin/bash
# scripts/backup.sh: a backup by this machine's services, verified; then copied where BACKUP_COPY_TO says (rsync's form).
# Dagster makes one each night by itself; this one is for before a change, and for a cron of your own.
set -euo pipefail
cd "$(dirname "$0")/.."

compose() { docker compose -f docker-compose.prod.yml "$@"; }

name=$(compose run --rm -T migrate fbads backup | tail -1)
[ -n "$name" ] || { echo "backup: no name of a backup was printed" >&2; exit 1; }
compose run --rm -T migrate fbads backup verify "$name"
if [ -n "${BACKUP_COPY_TO:-}" ]; then
  compose run --rm -T migrate tar -C /var/lib/fbads/backups -cf - "$name" | tar -C "${TMPDIR:-/tmp}" -xf -
  rsync -a "${TMPDIR:-/tmp}/$name" "$BACKUP_COPY_TO/"
  rm -rf "${TMPDIR:-/tmp:?}/$name"
fi
echo "backup: $name" >&2
