#!/bin/bash
# Makes ./secrets for docker-compose.prod.yml: each file once, and none that is there is ever written again.
# access_token (Meta's) and metrics_key (`fbads users create-key … --scope metrics:read`) are yours to fill in.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
chmod 700 secrets

# make NAME: from the text on stdin; readable for the containers' users, in a folder that nobody else may enter.
make() {
  if [ -e "secrets/$1" ]; then
    cat >/dev/null
  else
    tr -d '\n' > "secrets/$1"
    chmod 444 "secrets/$1"
    echo "made secrets/$1" >&2
  fi
}

random() { head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }

random | make postgres_password
random | make redis_password
random | make jwt_secret
random | make alertmanager_token
random | make grafana_admin_password
random | make n8n_encryption_key
# A Fernet key is 32 random bytes in URL-safe base64, with its padding.
head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_' | make encryption_keys
printf 'postgresql://fbads:%s@postgres:5432/fbads' "$(cat secrets/postgres_password)" | make database_url
printf 'redis://:%s@redis:6379/1' "$(cat secrets/redis_password)" | make redis_url
printf 'redis://:%s@redis:6379/0' "$(cat secrets/redis_password)" | make celery_broker_url
printf '{"redis://redis:6379": "%s"}' "$(cat secrets/redis_password)" | make redis_passwords
for yours in access_token metrics_key; do
  [ -s "secrets/$yours" ] || { : > "secrets/$yours"; chmod 644 "secrets/$yours"; echo "fill in secrets/$yours" >&2; }
done
