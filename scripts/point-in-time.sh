#!/bin/bash
# scripts/point-in-time.sh on | base | restore MOMENT: the archive of PostgreSQL's log of docker-compose.prod.yml, the copies that
# it starts from, and the way back (docs/runbooks/point-in-time.md). For a cron of your own: base, once a day.
set -euo pipefail
cd "$(dirname "$0")/.."

compose() { docker compose -f docker-compose.prod.yml "$@"; }
base() { compose exec -T -u postgres postgres sh /etc/postgres/base.sh; }

case "${1:-}" in
  on)
    compose exec -T -u root postgres install -d -o postgres -g postgres -m 700 /var/lib/wal
    sed -i '/^WAL_ARCHIVING=/d' .env
    echo "WAL_ARCHIVING=on" >> .env
    compose up -d --wait postgres
    base
    ;;
  base)
    base
    ;;
  restore)
    [ -n "${2:-}" ] || { echo "restore: name a moment, such as '2026-11-27 10:15:00+00', or latest" >&2; exit 2; }
    # What writes first, so that nothing is lost that was there when it stopped.
    compose stop edge daemon webserver sidecar worker code-location
    compose stop postgres
    compose run --rm -T --no-deps --entrypoint sh -u root postgres /etc/postgres/restore.sh "$2"
    compose up -d --wait postgres
    until [ "$(compose exec -T postgres psql -U fbads -d fbads -Atc 'select pg_is_in_recovery()')" = f ]; do sleep 2; done
    echo "restored; look at it, then: docker compose -f docker-compose.prod.yml up -d" >&2
    ;;
  *)
    echo "usage: scripts/point-in-time.sh on | base | restore MOMENT" >&2
    exit 2
    ;;
esac
