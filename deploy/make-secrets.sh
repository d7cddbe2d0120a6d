#!/bin/sh
# Make every secret of an installation, each in a file of its own, for the settings SECRET_KEY_FILE, DATABASE_URL_FILE, …
#   deploy/make-secrets.sh /etc/meetingpoint/secrets
#   deploy/make-secrets.sh deploy/secrets containers      hands each file to the user of the container that reads it
# What is there stays as it is: to replace a secret, remove its file and run this again. Backups of the folder belong
# somewhere else than backups of the database.
set -eu
umask 077
folder=${1:?usage: $0 FOLDER}
mkdir -p "$folder"

fail() {
  echo "make-secrets.sh: $*" >&2
  exit 1
}
command -v openssl >/dev/null || fail "openssl is not installed."

random() { openssl rand -hex 32; }
keep() { # keep FILE VALUE: write a value, unless the file has one
  [ -s "$folder/$1" ] || {
    [ -n "$2" ] || fail "openssl makes no random numbers."
    printf '%s\n' "$2" > "$folder/$1"
  }
}

keep secret_key "$(random)"
keep turn_secret "$(random)"
keep postgres_admin "$(random)"
keep postgres_owner "$(random)"
keep postgres_site "$(random)"
keep redis_site "$(random)"
site=$(cat "$folder/postgres_site") owner=$(cat "$folder/postgres_owner") redis=$(cat "$folder/redis_site")

# Where PostgreSQL and Redis are: by default behind Unix sockets on this machine.
at=${POSTGRES_AT:-}
rm -f "$folder/database_url" "$folder/owner_database_url" "$folder/redis_url" "$folder/redis.acl"
keep database_url "postgres://meetingpoint:$site@$at/meetingpoint${POSTGRES_OPTIONS:-}"
keep owner_database_url "postgres://meetingpoint_owner:$owner@$at/meetingpoint${POSTGRES_OPTIONS:-}"
keep redis_url "${REDIS_SCHEME:-unix}://meetingpoint:$redis@${REDIS_AT:-/run/redis/meetingpoint.sock}${REDIS_OPTIONS:-}"

# mp: presence, limits and counts, :1: Django's cache, asgi: the channel layer. No command that administers Redis.
hash=$(printf '%s' "$redis" | openssl dgst -sha256 -r | cut -d' ' -f1)
[ ${#hash} -eq 64 ] || fail "openssl makes no SHA-256."
printf '%s\n' "user default off" \
  "user meetingpoint on #$hash resetkeys ~mp:* ~:1:* resetchannels &asgi* -@all +@read +@write +@pubsub +@scripting +@transaction +@connection +time -@admin -@dangerous" \
  > "$folder/redis.acl"

if [ "${2:-}" = containers ]; then # users of deploy/Dockerfile, and of the images of PostgreSQL and Redis
  chmod 711 "$folder"
  chown 10001 "$folder/secret_key" "$folder/database_url" "$folder/owner_database_url" "$folder/redis_url"
  # coturn reads it as root without the right to read what is not its own.
  chown 10001:0 "$folder/turn_secret" && chmod 640 "$folder/turn_secret"
  chown 999 "$folder/postgres_admin" "$folder/postgres_owner" "$folder/postgres_site" "$folder/redis.acl"
fi
echo "The secrets are in $folder."
