#!/bin/sh
# Write the settings of deploy/compose.yaml to a file, and make the secrets that go with them. `make env` runs it.
#   DOMAIN=meet.example.org [EMAIL_URL_FILE=<path>] deploy/make-env.sh [.env [deploy/secrets]]
# What is there stays as it is: to start again, remove the file. It contains no secret. The address of the mail server can be
# in EMAIL_URL, too; but then its password is in the history of the shell and in the list of processes.
set -eu
umask 077
file=${1:-.env}
secrets=${2:-deploy/secrets}
here=$(dirname "$0")

fail() {
  echo "make env: $*" >&2
  exit 2
}
DOMAIN=$(printf '%s' "${DOMAIN:-}" | tr '[:upper:]' '[:lower:]')
DOMAIN=${DOMAIN%.}
[ -n "$DOMAIN" ] || fail "which name leads to this machine? sudo make env DOMAIN=meet.example.org [EMAIL_URL_FILE=<path>]"
label='[a-z0-9]([a-z0-9-]*[a-z0-9])?'
case "$DOMAIN" in *[!a-z0-9.-]*) false ;; *) printf '%s\n' "$DOMAIN" | grep -qxE "($label\.)+[a-z][a-z0-9-]*[a-z0-9]" ;; esac ||
  fail "DOMAIN is a name such as meet.example.org: no https://, no port, no path, no address. Umlauts are written as the registry does, xn--…"
[ "$(id -u)" -eq 0 ] || fail "run it as root, to give each secret to the user that reads it: sudo make env DOMAIN=$DOMAIN"
if [ -e "$file" ]; then
  there=$(sed -n 's/^DOMAIN=//p' "$file")
  [ "$there" = "$DOMAIN" ] || fail "$file is for DOMAIN=$there. Change it there, or remove the file and run this again."
fi
if [ -n "${EMAIL_URL_FILE:-}" ]; then
  [ -s "$EMAIL_URL_FILE" ] || fail "$EMAIL_URL_FILE is empty, or not there."
  EMAIL_URL=$(cat "$EMAIL_URL_FILE")
fi
case "${EMAIL_URL:-}" in
  *'
'*) fail "the address of the mail server has one line." ;;
  '' | smtp://?* | smtps://?* | smtp+tls://?* | smtp+ssl://?*) ;;
  *) fail "the address of the mail server is like smtp+tls://user:password@mail.example.org:587." ;;
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
chmod 644 "$file"
echo "The settings are in $file."
