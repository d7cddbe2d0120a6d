#!/bin/sh
# The first process of the container coturn in deploy/compose.yaml: the example with the name, the secret and the certificate.
# The certificate is the proxy's: coturn waits for it a minute, and then serves STUN and TURN without TLS until it starts again.
set -eu
umask 077
folder=${1:-/certificates/caddy/certificates}
example=${2:-/etc/coturn/example.conf}
secret=${3:-/run/secrets/turn_secret}

certificate=
for _ in $(seq 30); do
  for certificate in "$folder"/*/"$DOMAIN/$DOMAIN.crt"; do
    [ ! -e "$certificate" ] || break 2
  done
  certificate=
  sleep 2
done

{
  sed -e "s/^realm=.*/realm=$DOMAIN/" -e '/^cert=/d' -e '/^pkey=/d' -e '/^syslog/d' "$example"
  if [ -n "$certificate" ]; then
    printf 'cert=%s\npkey=%s\n' "$certificate" "${certificate%.crt}.key"
  else
    printf 'no-tls\nno-dtls\n'
  fi
  printf 'static-auth-secret=%s\n' "$(cat "$secret")"
} > /tmp/turnserver.conf

# Twice a day it reads the certificate again, which the proxy renews.
(while sleep 43200; do kill -USR2 1; done) &
exec turnserver -c /tmp/turnserver.conf --log-file=stdout --pidfile=/tmp/turnserver.pid --userdb=/tmp/turndb
