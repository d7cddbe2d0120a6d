#!/bin/bash
# meetingpoint COMMAND…: run `manage.py COMMAND…` as the user of the service, with the settings and secrets of this server.
#   sudo meetingpoint createsuperuser
#   sudo meetingpoint check --deploy
# The secrets are readable by root alone: this reads them and hands them over in the environment of that one process.
set -euo pipefail
settings=/etc/meetingpoint.env
secrets=/etc/meetingpoint/secrets
program=/opt/meeting-point/current # `make install` puts each release into a folder of its own
[ -d $program ] || program=/opt/meeting-point

if [ "$(id -u)" -ne 0 ]; then
  echo "Run it as root: sudo meetingpoint $*" >&2
  exit 1
fi

environment() { # the variables as lines that a shell reads
  # A setting that happens to be in root's shell, perhaps of another program, does not count.
  sed -nE 's/^#?([A-Z][A-Z_]+)=.*/unset -v \1 \1_FILE/p' "$program/.env.example"
  printf 'unset -v DJANGO_SETTINGS_MODULE PYTHONPATH PYTHONHOME\nENV_FILE=%q\n' "$settings"
  local file name
  for file in "$secrets"/*; do
    name=$(basename "$file")
    case "$name" in
      postgres_* | redis_site | redis.acl | owner_database_url) ;;
      *) printf '%s=%q\n' "${name^^}" "$(cat "$file")" ;;
    esac
  done
  # Only the owner's role of PostgreSQL may change tables.
  if [[ "${1:-}" =~ ^(migrate|restore)$ ]] && [ -e "$secrets/owner_database_url" ]; then
    printf 'DATABASE_URL=%q\n' "$(cat "$secrets/owner_database_url")"
  fi
}

if [ "${1:-}" = --environment ]; then
  environment
  exit
fi
set -a
eval "$(environment "${1:-}")"
set +a
export HOME=/var/lib/meetingpoint PYTHONDONTWRITEBYTECODE=1
umask 077
cd "$program"
exec setpriv --reuid=meetingpoint --regid=meetingpoint --init-groups --no-new-privs --inh-caps=-all -- \
  "$program/.venv/bin/python" manage.py "$@"
