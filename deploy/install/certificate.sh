#!/bin/bash
# Give the relay (and nginx) the newest certificate: the one that Caddy or certbot has for this site, or one that no authority has
# signed, made again before it ends. Run daily by meetingpoint-certificate.timer, and by certbot after each renewal. Calls that are
# relayed continue: only the first certificate starts the relay again.
# shellcheck source=deploy/install/common.sh
source "$(dirname "$(readlink -f "$0")")/common.sh"
# shellcheck source=deploy/install/certificates.sh
source deploy/install/certificates.sh

DOMAIN=$(choice DOMAIN) PROXY=$(choice PROXY) TLS=$(choice TLS) RELAY=$(choice RELAY)

here=$TLS_FOLDER/fullchain.pem changed=no first=no
[ -e "$here" ] || first=yes
chain=/etc/letsencrypt/live/$DOMAIN/fullchain.pem key=/etc/letsencrypt/live/$DOMAIN/privkey.pem
if [ "$PROXY" = caddy ] || { [ "$PROXY" = none ] && [ ! -e "$chain" ]; }; then
  chain=$(newest_of_caddy)
  key=${chain%.crt}.key
elif [ "$PROXY" = nginx ] && { [ "$TLS" = internal ] || [ ! -e "$chain" ]; }; then
  chain=""
  if ! is_self_signed "$here" || ! fits "$here"; then
    self_signed
    changed=yes
  fi
fi
reader=root:root
if getent group turnserver >/dev/null; then reader=root:turnserver; fi
chgrp "${reader#*:}" "$TLS_FOLDER"
if [ -z "$chain" ]; then
  [ -e "$here" ] || { say "there is no certificate for $DOMAIN yet"; exit 0; }
  chain=$here key=$TLS_FOLDER/privkey.pem # the one that is here
fi

if place "$TLS_FOLDER/privkey.pem" 640 $reader < "$key"; then changed=yes; fi
if place "$here" 640 $reader < "$chain"; then changed=yes; fi
if [ $changed = yes ]; then
  # What the self-test trusts (install.sh), without a change of the folder: the daily service may write to this file alone.
  if [ "$TLS" = internal ] && [ -e $ETC/authority.crt ] && is_self_signed "$here"; then cat "$here" > $ETC/authority.crt; fi
  if [ "$RELAY" = yes ] && systemctl is-active --quiet coturn.service; then
    # Started without a certificate, coturn has opened no port for TLS, and no signal makes it open one.
    if [ $first = yes ]; then systemctl restart coturn.service; else systemctl kill --signal USR2 coturn.service; fi
  fi
  if [ "$PROXY" = nginx ] && systemctl is-active --quiet nginx.service; then systemctl reload nginx.service; fi
fi
