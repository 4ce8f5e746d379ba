#!/bin/bash
# scripts/deploy.sh VERSION: this machine's services as that image, with a backup before and a way back after.
# Nothing new begins while runs that are under way end (DRAIN_MINUTES, 30). A version that does not become healthy within
# WAIT_SECONDS (300) is replaced by the one before. SKIP_BACKUP=1: without a backup.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?name the version, as in scripts/deploy.sh 1.2.0}
drain_minutes=${DRAIN_MINUTES:-30}
wait_seconds=${WAIT_SECONDS:-300}
pause_seconds=${PAUSE_SECONDS:-10}

compose() { docker compose -f docker-compose.prod.yml "$@"; }
say() { echo "deploy: $*" >&2; }
use() { sed -i "s/^IMAGE_VERSION=.*/IMAGE_VERSION=$1/" .env; }
under_way() {
  compose exec -T postgres psql -U fbads -d fbads_dagster -Atc \
    "select count(*) from runs where status in ('STARTING', 'STARTED', 'CANCELING')"
}

[[ $version =~ ^[0-9A-Za-z][0-9A-Za-z._-]*$ ]] || { say "$version is no version"; exit 2; }
grep -q '^IMAGE_VERSION=' .env || { say ".env has no IMAGE_VERSION: take the line of .env.example"; exit 2; }
before=$(sed -n 's/^IMAGE_VERSION=//p' .env)
compose config --quiet
[ -n "${SKIP_PULL:-}" ] || IMAGE_VERSION=$version compose pull --quiet sidecar

if [ -z "${SKIP_BACKUP:-}" ]; then
  say "a backup first"
  scripts/backup.sh
fi

say "nothing new begins; runs that are under way end"
compose stop daemon
deadline=$((SECONDS + 60 * drain_minutes))
while [ "$(under_way)" != 0 ]; do
  if [ $SECONDS -ge $deadline ]; then
    compose start daemon
    say "runs are still under way after $drain_minutes minutes: nothing was changed (docs/runbooks/stuck-run.md)"
    exit 1
  fi
  sleep "$pause_seconds"
done

say "from $before to $version"
use "$version"
if compose up -d --remove-orphans --wait --wait-timeout "$wait_seconds"; then
  say "$version is healthy"
  exit 0
fi
compose logs --tail 30 migrate sidecar code-location >&2 || true
say "$version did not become healthy: back to $before"
use "$before"
if compose up -d --remove-orphans --wait --wait-timeout "$wait_seconds"; then
  say "$before is healthy again"
else
  say "$before does not start either: where $version has changed the schema, restore the backup (docs/runbooks/restore.md)"
fi
exit 1
