#!/bin/bash
# Give the relay (and nginx) the newest certificate: the one that Caddy or certbot has for this site. Run daily by
# meetingpoint-certificate.timer, and by certbot after each renewal. Calls that are relayed continue.
# shellcheck source=deploy/install/common.sh
source "$(dirname "$(readlink -f "$0")")/common.sh"

DOMAIN=$(choice DOMAIN)

newest() { # the file NAME.crt of Caddy, whatever authority it comes from, or that of certbot
  find /var/lib/caddy/.local/share/caddy/certificates -path "*/$DOMAIN/$DOMAIN.crt" -printf '%T@ %p\n' 2>/dev/null |
    sort -n | sed -n '$s/^[^ ]* //p' || true
}

chain=/etc/letsencrypt/live/$DOMAIN/fullchain.pem key=/etc/letsencrypt/live/$DOMAIN/privkey.pem
if [ ! -e "$chain" ]; then
  chain=$(newest)
  key=${chain%.crt}.key
fi
reader=root:root
if getent group turnserver >/dev/null; then reader=root:turnserver; fi
chgrp "${reader#*:}" "$TLS_FOLDER"
if [ -z "$chain" ]; then
  [ -e "$TLS_FOLDER/fullchain.pem" ] || { say "there is no certificate for $DOMAIN yet"; exit 0; }
  chain=$TLS_FOLDER/fullchain.pem key=$TLS_FOLDER/privkey.pem # self-signed
fi

place "$TLS_FOLDER/privkey.pem" 640 $reader < "$key" || true
if place "$TLS_FOLDER/fullchain.pem" 640 $reader < "$chain"; then
  if systemctl is-active --quiet coturn.service; then systemctl kill --signal USR2 coturn.service; fi
  if systemctl is-active --quiet nginx.service; then systemctl reload nginx.service; fi
fi
