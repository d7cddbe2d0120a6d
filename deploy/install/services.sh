# shellcheck shell=bash
# What the site uses on this machine: PostgreSQL, Redis, the proxy and the relay.

port_of_postgres() { pg_lsclusters -h | awk '$4 ~ /online/ { print $3; exit }'; }

start_postgres() { # says in POSTGRES_PORT where it listens
  has_postgres || systemctl restart postgresql.service
  wait_for 60 has_postgres || fail "PostgreSQL does not start: journalctl -u 'postgresql*'"
  POSTGRES_PORT=$(port_of_postgres)
}

has_postgres() { [ -n "$(port_of_postgres)" ]; }

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
  local conf=/etc/redis/redis-meetingpoint.conf acl=/etc/redis/meetingpoint.acl dirty=0
  sed -e "s|/run/redis/meetingpoint.sock|$REDIS_SOCKET|" "$SOURCE/deploy/redis.conf" | place $conf 640 redis:redis && dirty=1
  place $acl 640 redis:redis < "$SECRETS/redis.acl" && dirty=1
  id -nG "$SITE_USER" | grep -qw redis || { usermod -aG redis "$SITE_USER" && did "user $SITE_USER in group redis"; }
  systemctl enable --quiet redis-server@meetingpoint.service
  if [ $dirty -eq 1 ] || ! systemctl is-active --quiet redis-server@meetingpoint.service; then
    systemctl restart redis-server@meetingpoint.service
  fi
  if brought redis-server && systemctl is-enabled --quiet redis-server.service; then
    systemctl disable --quiet --now redis-server.service
  fi
}

# ── The proxy ─────────────────────────────────────────────────────────────────────────────────────
set_up_caddy() {
  local file=/etc/caddy/Caddyfile before
  if ! grep -q 'manage.py write_config' $file 2>/dev/null && ! brought caddy && [ ! -e "$RECORD/replaced$file" ]; then
    dpkg --verify caddy | grep -q "$file" &&
      fail "Caddy serves other sites here ($file). Choose PROXY=none, and add what \`meetingpoint write_config caddy\` prints."
  fi
  keep $file
  before=$(cat $file)
  managed_as_root write_config caddy --tls "$TLS" --output $file >/dev/null
  chown root:root $file && chmod 644 $file
  [ "$(cat $file)" = "$before" ] || did "file $file"
  caddy validate --config $file --adapter caddyfile >/dev/null 2>&1 || fail "Caddy refuses $file: caddy validate --config $file"
  systemctl enable --quiet caddy.service
  if ! systemctl is-active --quiet caddy.service; then
    systemctl restart caddy.service
  elif [ "$(cat $file)" != "$before" ]; then
    systemctl reload caddy.service
  fi
}

set_up_nginx() {
  local file=/etc/nginx/conf.d/meetingpoint.conf default=/etc/nginx/sites-enabled/default before chain=$TLS_FOLDER/fullchain.pem
  if [ -e $default ]; then
    if brought nginx || [ "$(readlink -f $default)" = /etc/nginx/sites-available/default ]; then
      keep $default
      rm $default
      did "nginx's example site is off"
    fi
  fi
  [ -e "$chain" ] || self_signed
  before=$(cat $file 2>/dev/null || true)
  managed_as_root write_config nginx --certificate "$chain" --key "$TLS_FOLDER/privkey.pem" --output $file >/dev/null
  [ "$(cat $file)" = "$before" ] || did "file $file"
  nginx -t -q || fail "nginx refuses its configuration: nginx -t"
  systemctl enable --quiet nginx.service
  if ! systemctl is-active --quiet nginx.service; then
    systemctl restart nginx.service
  elif [ "$(cat $file)" != "$before" ]; then
    systemctl reload nginx.service
  fi
  [ "$TLS" = internal ] || ask_for_certificate
}

self_signed() { # a certificate until there is another one, or the only one with TLS=internal
  local names="" host
  for host in $(public_hosts); do names+="${names:+,}DNS:$host"; done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=$names" -keyout "$TLS_FOLDER/privkey.pem" -out "$TLS_FOLDER/fullchain.pem" 2>/dev/null
  did "a certificate that no authority has signed"
}

ask_for_certificate() { # certbot renews it by its own timer, and the hook hands it on
  local names=() host options=()
  for host in $(public_hosts); do names+=(-d "$host"); done
  [ "$TLS" = acme ] || options+=(--server "$TLS")
  printf '#!/bin/sh\nexec %s/current/deploy/install/certificate.sh\n' "$PROGRAM" |
    place /etc/letsencrypt/renewal-hooks/deploy/meetingpoint 755 root:root || true
  [ ! -e "/etc/letsencrypt/live/$DOMAIN/fullchain.pem" ] || { hand_on_certificate; return; }
  mkdir -p /var/www/meetingpoint-acme
  certbot certonly --non-interactive --quiet --agree-tos --register-unsafely-without-email --keep-until-expiring \
    --cert-name "$DOMAIN" --webroot --webroot-path /var/www/meetingpoint-acme "${options[@]}" "${names[@]}" ||
    fail "no certificate for $DOMAIN: does its DNS name lead here, and is port 80 open? See /var/log/letsencrypt."
  did "certificate for $DOMAIN"
  hand_on_certificate
}

hand_on_certificate() { "$SOURCE/deploy/install/certificate.sh" | while read -r line; do say "$line"; done; }

public_hosts() { # the names in the settings, one a line
  { setting SITE_ORIGINS | tr ',' '\n'; setting ADMIN_ORIGIN; } | sed -n 's|^https://||p' | sed 's|:[0-9]*$||'
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
  local file=/etc/turnserver.conf before
  keep $file
  before=$(cat $file)
  hand_on_certificate
  managed_as_root write_config turnserver --output $file --external-ip "$(outer_address)" \
    --certificate "$TLS_FOLDER/fullchain.pem" --key "$TLS_FOLDER/privkey.pem" >/dev/null
  chown turnserver:turnserver $file && chmod 400 $file
  [ "$(cat $file)" = "$before" ] || did "file $file"
  systemctl enable --quiet coturn.service
  if ! systemctl is-active --quiet coturn.service || [ "$(cat $file)" != "$before" ]; then systemctl restart coturn.service; fi
}
