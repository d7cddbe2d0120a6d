# shellcheck shell=bash
# What the site uses on this machine: PostgreSQL, Redis, the proxy and the relay.

cluster() { # "<version> <name> <port> <status>": the one that the site has, else one that runs, else any
  local ours
  ours=$(sed -n 's|.*@127\.0\.0\.1:\([0-9]*\)/.*|\1|p' "$SECRETS/owner_database_url" 2>/dev/null || true)
  pg_lsclusters -h | awk -v ours="$ours" '
    { rank = $3 == ours ? 3 : $4 ~ /online/ ? 2 : 1 }
    rank > best { best = rank; line = $1 " " $2 " " $3 " " $4 }
    END { if (best) print line }'
}

has_postgres() { [[ "$(cluster)" == *online* ]]; }

start_postgres() { # says in POSTGRES_PORT where it listens
  local version name
  systemctl start postgresql.service
  has_postgres || {
    read -r version name _ < <(cluster) || fail "PostgreSQL has no cluster: pg_lsclusters"
    systemctl start "postgresql@$version-$name.service" || true
  }
  wait_for 60 has_postgres || fail "PostgreSQL does not start: journalctl -u 'postgresql*'"
  read -r _ _ POSTGRES_PORT _ < <(cluster)
}

set_up_postgres() {
  local readable
  if managed_as_root shell -c 'from django.db import connection; connection.ensure_connection()' >/dev/null 2>&1; then
    return
  fi
  # The superuser of PostgreSQL reads the passwords from a folder that no one else can enter.
  readable=$(mktemp -d /run/meetingpoint-postgres.XXXXXX)
  install -m 400 -o postgres "$SECRETS/postgres_owner" "$SECRETS/postgres_site" "$readable"
  chown postgres "$readable"
  (cd / && SECRETS=$readable setpriv --reuid=postgres --regid=postgres --clear-groups \
    psql --no-psqlrc --quiet --port "$POSTGRES_PORT" --dbname postgres --file - < "$SOURCE/deploy/postgres.sql" >/dev/null) || {
    rm -rf "$readable"
    fail "PostgreSQL does not take deploy/postgres.sql."
  }
  rm -rf "$readable"
  did "roles and database meetingpoint in PostgreSQL"
}

set_up_redis() {
  local conf=/etc/redis/redis-meetingpoint.conf acl=/etc/redis/meetingpoint.acl
  place $conf 640 redis:redis < <(sed -e "s|/run/redis/meetingpoint.sock|$REDIS_SOCKET|" "$SOURCE/deploy/redis.conf") || true
  place $acl 640 redis:redis < "$SECRETS/redis.acl" || true
  id -nG "$SITE_USER" | grep -qw redis || { usermod -aG redis "$SITE_USER" && did "user $SITE_USER in group redis"; }
  systemctl enable --quiet redis-server@meetingpoint.service
  if ! systemctl is-active --quiet redis-server@meetingpoint.service || ! is_read $conf || ! is_read $acl; then
    systemctl restart redis-server@meetingpoint.service
    has_read $conf
    has_read $acl
  fi
  if brought redis-server && systemctl is-enabled --quiet redis-server.service; then
    systemctl disable --quiet --now redis-server.service
  fi
}

# ── The proxy ─────────────────────────────────────────────────────────────────────────────────────
write_caddy() {
  keep /etc/caddy/Caddyfile
  new_config caddy /etc/caddy/Caddyfile --tls "$TLS"
  chown root:root /etc/caddy/Caddyfile && chmod 644 /etc/caddy/Caddyfile
  caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile >/run/meetingpoint-caddy.log 2>&1 || {
    former_config /etc/caddy/Caddyfile
    tail -n 5 /run/meetingpoint-caddy.log >&2
    fail "Caddy does not take its new configuration, so the former one is back."
  }
  rm -f /run/meetingpoint-caddy.log
}

is_example() { # is_example LINK: it is nginx's example site, and no one uses it
  [ -L "$1" ] && [ "$(readlink -f "$1")" = /etc/nginx/sites-available/default ] &&
    ! edited nginx-common /etc/nginx/sites-available/default && [ "$(ls -A /var/www/html)" = index.nginx-debian.html ]
}

has_other_sites() { # nginx, at the ports of the site
  nginx -T 2>/dev/null | awk -v ours="$NGINX_SITE:" '
    /^# configuration file / { file = $4 }
    { sub(/#.*/, "") }
    file != ours && /(^|[;{ \t])listen[ \t]+([^;]*[: \t])?(80|443)[; \t]/ { found = 1 }
    END { exit !found }'
}

write_nginx() {
  local default=/etc/nginx/sites-enabled/default chain=$TLS_FOLDER/fullchain.pem options=() was=$NGINX_SITE
  if is_example $default; then
    keep $default
    rm $default
    did "nginx's example site is off"
  fi
  hand_on_certificate
  if has_other_sites; then
    options=(--shared)
    if grep -q sites-enabled /etc/nginx/nginx.conf; then NGINX_SITE=$NGINX_LAST; fi
    [ "$was" = "$NGINX_SITE" ] || [ ! -e "$was" ] || mv "$was" "$NGINX_SITE"
  fi
  new_config nginx "$NGINX_SITE" "${options[@]}" --certificate "$chain" --key "$TLS_FOLDER/privkey.pem"
  nginx -t -q || {
    former_config "$NGINX_SITE"
    [ "$was" = "$NGINX_SITE" ] || [ ! -e "$NGINX_SITE" ] || mv "$NGINX_SITE" "$was"
    [ -e "$was" ] || give_back $default
    fail "nginx does not take its new configuration, so the former one is back."
  }
}

start_proxy() { # with the configuration that it has by now
  local file=/etc/caddy/Caddyfile
  [ "$PROXY" = caddy ] || file=$NGINX_SITE
  enable "$PROXY"
  if ! systemctl is-active --quiet "$PROXY.service"; then
    systemctl restart "$PROXY.service"
  elif ! is_read "$file"; then
    systemctl reload "$PROXY.service"
  fi
  has_read "$file"
}

ask_for_certificate() { # certbot renews it by its own timer, and the hook hands it on
  local names=() name options=() chain=/etc/letsencrypt/live/$DOMAIN/fullchain.pem before
  local renewal=/etc/letsencrypt/renewal/$DOMAIN.conf server=https://acme-v02.api.letsencrypt.org/directory
  for name in $(public_hosts); do names+=(-d "$name"); done
  if [ "$TLS" != acme ]; then
    server=$TLS
    options+=(--server "$TLS")
  fi
  place /etc/letsencrypt/renewal-hooks/deploy/meetingpoint 755 root:root \
    < <(printf '#!/bin/sh\nexec %s/current/deploy/install/certificate.sh\n' "$PROGRAM") || true
  if [ -e "$renewal" ] && ! grep -qxF "server = $server" "$renewal"; then options+=(--force-renewal); fi
  { fits "$chain" && [[ " ${options[*]} " != *" --force-renewal "* ]]; } || {
    before=$(cat "$chain" 2>/dev/null || true)
    [ -n "$before" ] || echo "$DOMAIN" >> "$RECORD/certificates"
    mkdir -p /var/www/meetingpoint-acme
    certbot certonly --non-interactive --quiet --agree-tos --register-unsafely-without-email --keep-until-expiring \
      --renew-with-new-domains --cert-name "$DOMAIN" --webroot --webroot-path /var/www/meetingpoint-acme "${options[@]}" "${names[@]}" ||
      fail "no certificate for $DOMAIN: does its DNS name lead here, and is port 80 open? See /var/log/letsencrypt."
    [ "$(cat "$chain")" = "$before" ] || did "certificate for $DOMAIN"
  }
  delete_certificates "$DOMAIN"
  hand_on_certificate
}

hand_on_certificate() {
  local line
  while read -r line; do say "$line"; done < <(
    DOMAIN=$DOMAIN PROXY=$PROXY TLS=$TLS RELAY=$RELAY "$SOURCE/deploy/install/certificate.sh" || echo "the certificate could not be handed on")
}

# ── The relay ─────────────────────────────────────────────────────────────────────────────────────
outer_address() { # "<public>/<private>" behind NAT: the name leads to a public address, the machine has a private one
  local inner outer
  inner=$({ ip -4 route get 192.88.99.1 2>/dev/null || true; } | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  outer=$({ getent ahostsv4 "$DOMAIN" || true; } | awk '{ print $1; exit }')
  python3 - "$inner" "$outer" <<'P'
import ipaddress, sys
try:
    inner, outer = map(ipaddress.IPv4Address, sys.argv[1:])
except ValueError:
    sys.exit()
if inner.is_private and outer.is_global:
    print(f"{outer}/{inner}")
P
}

set_up_relay() {
  local file=/etc/turnserver.conf
  keep $file
  hand_on_certificate
  [ ! -e $file ] || { chown turnserver:turnserver $file && chmod 400 $file; } # before it has the secret
  new_config turnserver $file --external-ip "$(outer_address)" --certificate "$TLS_FOLDER/fullchain.pem" --key "$TLS_FOLDER/privkey.pem"
  chown turnserver:turnserver $file && chmod 400 $file
  enable coturn
  if ! systemctl is-active --quiet coturn.service || ! is_read $file; then systemctl restart coturn.service; fi
  has_read $file
}
