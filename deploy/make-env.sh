#!/bin/sh
# Write the settings of deploy/compose.yaml to a file, and make the secrets that go with them. `make env` runs it.
#   DOMAIN=meet.example.org [EMAIL_URL=smtp+tls://…] deploy/make-env.sh [.env [deploy/secrets]]
# What is there stays as it is: to start again, remove the file. It contains no secret.
set -eu
umask 077
file=${1:-.env}
secrets=${2:-deploy/secrets}
here=$(dirname "$0")

case "${DOMAIN:-}" in
  '' | *[!A-Za-z0-9.-]*)
    echo "usage: make env DOMAIN=meet.example.org [EMAIL_URL=smtp+tls://user:password@mail.example.org:587]" >&2
    exit 2
    ;;
esac

"$here/make-secrets.sh" "$secrets" containers
if [ -n "${EMAIL_URL:-}" ]; then
  printf '%s\n' "$EMAIL_URL" > "$secrets/email_url"
fi
[ -e "$secrets/email_url" ] || : > "$secrets/email_url"
chown 10001 "$secrets/email_url"

if [ -e "$file" ]; then
  echo "$file stays as it is."
  exit 0
fi
cat > "$file" <<SETTINGS
# Settings of deploy/compose.yaml, by deploy/make-env.sh. .env.example explains them, and more that can be here.
# The secrets are in $secrets, each in a file of its own.
DOMAIN=$DOMAIN
SITE_ORIGINS=https://$DOMAIN
TRUSTED_PROXIES=1
WEB_PROCESSES=1
DEFAULT_FROM_EMAIL=Meeting Point <noreply@$DOMAIN>
# coturn answers STUN on its port.
STUN_PORT=0
STUN_URLS=stun:$DOMAIN:3478
TURN_URLS=turn:$DOMAIN:3478?transport=udp,turn:$DOMAIN:3478?transport=tcp,turns:$DOMAIN:5349?transport=tcp
SETTINGS
echo "The settings are in $file."
