#!/bin/bash
# From a bare Debian server to a site that people can rely on. `make install` calls it:
#   sudo make install DOMAIN=meet.example.org [EMAIL_URL=smtp+tls://user:password@mail.example.org:587] [CHOICE=…]
#
#   DATABASE   sqlite (default), or postgresql (default with several processes)
#   PROCESSES  how many processes serve the site (1); several bring PostgreSQL and Redis with them
#   PROXY      caddy (default), nginx (with certbot), or none, if something else in front does HTTPS
#   TLS        acme (default: a certificate that every browser trusts), internal (one that only those trust who install
#              it), or the https:// address of another ACME directory
#   RELAY      yes (default: coturn, for people behind strict firewalls), or no
#
# It can run again: what is as it should be stays untouched, and words left out are those of the last time. After a change
# of /etc/meetingpoint.env, run it once more. `make uninstall` takes everything back that this script did.
# shellcheck source=deploy/install/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=deploy/install/packages.sh
source deploy/install/packages.sh
# shellcheck source=deploy/install/release.sh
source deploy/install/release.sh
# shellcheck source=deploy/install/services.sh
source deploy/install/services.sh

ASKED=${DOMAIN:-}

read_choices() {
  local wrong
  DOMAIN=$(choice DOMAIN)
  [ -n "$DOMAIN" ] || fail "which name leads to this server? sudo make install DOMAIN=meet.example.org"
  DOMAIN=$(python3 -c 'import sys; print(sys.argv[1].strip().rstrip(".").lower().encode("idna").decode())' "$DOMAIN" 2>/dev/null) ||
    fail "DOMAIN is not a host name."
  [[ $DOMAIN =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$ ]] ||
    fail "DOMAIN is a name such as meet.example.org: no https://, no port, no path, no address."
  PROCESSES=$(choice PROCESSES) PROCESSES=${PROCESSES:-1}
  [[ $PROCESSES =~ ^[1-9][0-9]?$ ]] || fail "PROCESSES is a number from 1 to 99."
  DATABASE=$(choice DATABASE)
  if [ -z "$DATABASE" ]; then DATABASE=sqlite; [ "$PROCESSES" -eq 1 ] || DATABASE=postgresql; fi
  PROXY=$(choice PROXY) PROXY=${PROXY:-caddy}
  TLS=$(choice TLS) TLS=${TLS:-acme}
  RELAY=$(choice RELAY) RELAY=${RELAY:-yes}
  for wrong in "DATABASE $DATABASE sqlite postgresql" "PROXY $PROXY caddy nginx none" "RELAY $RELAY yes no"; do
    read -ra wrong <<< "$wrong"
    [[ " ${wrong[*]:2} " == *" ${wrong[1]} "* ]] || fail "${wrong[0]} is one of: ${wrong[*]:2}"
  done
  case "$TLS" in acme | internal | https://*) ;; *) fail "TLS is acme, internal, or the https:// address of an ACME directory." ;; esac
  [ "$PROCESSES" -eq 1 ] || [ "$DATABASE" = postgresql ] || fail "several processes need DATABASE=postgresql."
  if [ -e "$CHOICES" ]; then
    local was
    was=$(sed -n 's/^DATABASE=//p' "$CHOICES")
    [ "$was" = "$DATABASE" ] ||
      fail "the data is in $was. To move it: meetingpoint backup, make uninstall, make install DATABASE=$DATABASE, meetingpoint restore."
  fi
}

look_around() { # what would stop us later is said now
  command -v apt-get >/dev/null || fail "it installs Debian's packages, and there is no apt-get. docs/deployment.md has each step by hand."
  [ -e "$CHOICES" ] || [ "$PROXY" = none ] || ! command -v ss >/dev/null || {
    local taken
    taken=$(ss -Hltnp '( sport = :80 or sport = :443 )' | grep -oP 'users:\(\("\K[^"]+' | sort -u | grep -vx "$PROXY" || true)
    [ -z "$taken" ] || fail "ports 80 and 443 belong to $(echo "$taken" | tr '\n' ' ')here. Stop it, or choose PROXY=none and let it lead to 127.0.0.1:8000."
  }
}

make_secrets() { # make_secrets [WHERE POSTGRESQL IS]: fresh ones where there are none; the site reads every file that is a setting
  local before after
  before=$(sha256sum "$SECRETS"/* 2>/dev/null || true)
  POSTGRES_AT=${1:-} REDIS_AT=$REDIS_SOCKET sh "$SOURCE/deploy/make-secrets.sh" "$SECRETS" >/dev/null
  [ "$DATABASE" = postgresql ] || rm -f "$SECRETS"/{database_url,owner_database_url}
  [ "$PROCESSES" -gt 1 ] || rm -f "$SECRETS/redis_url"
  [ "$RELAY" = yes ] || rm -f "$SECRETS/turn_secret"
  if [ -n "${EMAIL_URL:-}" ]; then (umask 077 && printf '%s\n' "$EMAIL_URL" > "$SECRETS/email_url"); fi
  after=$(sha256sum "$SECRETS"/*)
  [ "$before" = "$after" ] || did "secrets in $SECRETS"
}

write_settings() {
  local set=default_setting
  [ -e $SETTINGS ] || {
    echo "# The settings of Meeting Point on this server; secrets are in $SECRETS. README.md explains each of them."
    echo "# After a change: sudo make install"
  } | place $SETTINGS 640 root:$SITE_USER || true
  chown root:$SITE_USER $SETTINGS && chmod 640 $SETTINGS
  # A word of this call wins over what the operator wrote; without one, the operator's lines stay.
  [ -z "$ASKED" ] || [ "$(sed -n 's/^DOMAIN=//p' "$CHOICES" 2>/dev/null)" = "$DOMAIN" ] || set=put_setting
  $set SITE_ORIGINS "https://$DOMAIN"
  $set DEFAULT_FROM_EMAIL "\"Meeting Point <meet@$DOMAIN>\""
  default_setting TRUSTED_PROXIES 1
  default_setting PORT 8000
  put_setting WEB_PROCESSES "$PROCESSES"
  [ "$DATABASE" = postgresql ] || default_setting DATABASE_URL "sqlite:///$DATA/db.sqlite3"
  if [ "$RELAY" = yes ]; then
    $set TURN_URLS "turn:$DOMAIN:3478?transport=udp,turn:$DOMAIN:3478?transport=tcp,turns:$DOMAIN:5349?transport=tcp"
    default_setting STUN_PORT 3479 # the relay has 3478
  else
    put_setting TURN_URLS ""
    default_setting STUN_PORT 3478
  fi
}

write_choices() {
  local name
  for name in DOMAIN DATABASE PROCESSES PROXY TLS RELAY; do echo "$name=${!name}"; done | place "$CHOICES" 644 root:root || true
}

write_units() {
  local lines
  lines=$(managed_as_root write_config systemd --program $PROGRAM/current --secrets $SECRETS --output $UNITS)
  ! grep -q 'written$' <<< "$lines" || { systemctl daemon-reload; did "units of systemd"; }
}

stop_superfluous() { # instances that the settings no longer ask for
  local unit
  for unit in $(systemctl list-units --all --plain --no-legend 'meetingpoint@*' | awk '{ print $1 }'); do
    web_services | grep -qxF "$unit" || { systemctl disable --quiet --now "$unit" && did "stopped $unit"; }
  done
}

state() { # what a process of the site has read when it started
  sha256sum $SETTINGS "$SECRETS"/* $UNITS/meetingpoint@.service 2>/dev/null || true
  current_release
}

migrate() {
  managed migrate --check >/dev/null 2>&1 || {
    managed migrate --noinput --verbosity 0
    did "tables of the database"
  }
}

back_up() { # before an upgrade changes anything
  [ -e $UNITS/meetingpoint-backup.service ] && [ "${BACKUP:-yes}" = yes ] || return 0
  say "backup of the data"
  systemctl start meetingpoint-backup.service || fail "no backup could be made, so nothing was upgraded: journalctl -u meetingpoint-backup. Without one: BACKUP=no"
}

main() {
  local id before packages=(python3 python3-venv ca-certificates openssl iproute2 esbuild)
  need_root
  one_at_a_time
  rm -f $CHANGES
  command -v python3 >/dev/null || { mkdir -p "$RECORD" && need_packages python3; }
  read_choices
  look_around
  step "Packages"
  mkdir -p $ETC "$RECORD"
  [ "$PROXY" != caddy ] || packages+=(caddy)
  [ "$PROXY" != nginx ] || packages+=(nginx)
  [ "$PROXY" != nginx ] || [ "$TLS" = internal ] || packages+=(certbot)
  [ "$RELAY" != yes ] || packages+=(coturn)
  [ "$DATABASE" != postgresql ] || packages+=(postgresql)
  [ "$PROCESSES" -eq 1 ] || packages+=(redis-server)
  need_packages "${packages[@]}"

  step "User, folders, secrets"
  getent passwd $SITE_USER >/dev/null || {
    useradd --system --home-dir $DATA --no-create-home --shell /usr/sbin/nologin --user-group $SITE_USER
    did "user $SITE_USER"
  }
  folder $ETC 755 root:root
  folder $SECRETS 700 root:root
  folder $TLS_FOLDER 750 "root:$(getent group turnserver >/dev/null && echo turnserver || echo root)"
  folder $DATA 700 $SITE_USER:$SITE_USER
  folder $BACKUPS 700 $SITE_USER:$SITE_USER
  folder $PROGRAM 755 root:root
  folder $PROGRAM/releases 755 root:root
  if [ "$DATABASE" = postgresql ]; then start_postgres; fi
  make_secrets "${POSTGRES_PORT:+127.0.0.1:$POSTGRES_PORT}"
  write_settings
  write_choices

  step "Program"
  id=$(release_id)
  [ "$id" = "$(current_release)" ] || back_up
  build_release "$id"
  before=$(state)
  switch_to "$id"
  place $COMMAND 755 root:root < deploy/install/command.sh || true

  step "Services"
  if [ "$DATABASE" = postgresql ]; then set_up_postgres; fi
  if [ "$PROCESSES" -gt 1 ]; then set_up_redis; fi
  migrate
  write_units
  stop_superfluous
  for unit in $(web_services); do
    systemctl is-active --quiet "$unit" || before=""
  done
  if [ "$before" != "$(state)" ]; then
    restart_web || {
      [ ! -e $ETC/former_release ] || [ "$(cat $ETC/former_release)" = "$id" ] || fail "the new release does not start. To go back: sudo make rollback"
      fail "the site does not start."
    }
  fi
  forget_old_releases
  case "$PROXY" in caddy) set_up_caddy ;; nginx) set_up_nginx ;; esac
  if [ "$RELAY" = yes ]; then set_up_relay; fi
  for unit in prune remind backup certificate; do
    systemctl is-enabled --quiet meetingpoint-$unit.timer || did "timer meetingpoint-$unit"
    systemctl enable --quiet --now meetingpoint-$unit.timer
  done

  step "Checks"
  managed check --deploy --fail-level ERROR
  self_test
  printf '\n'
  if [ ! -s $CHANGES ]; then echo "Nothing was changed."; fi
  finish
}

self_test() {
  if [ "$PROXY" = caddy ] && [ "$RELAY" = yes ]; then
    wait_for 60 has_certificate || say "there is no certificate yet: journalctl -u caddy"
    set_up_relay
  fi
  if [ "$TLS" = internal ]; then # the self-test trusts this server's own authority
    local authority=/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
    [ "$PROXY" = caddy ] || authority=$TLS_FOLDER/fullchain.pem
    [ ! -e "$authority" ] || place $ETC/authority.crt 644 root:root < "$authority" || true
    [ ! -e $ETC/authority.crt ] || export SSL_CERT_FILE=$ETC/authority.crt
  fi
  managed doctor || fail "the site runs, but something above is not as it should be."
}

has_certificate() { "$SOURCE/deploy/install/certificate.sh" && [ -e "$TLS_FOLDER/fullchain.pem" ]; }

finish() {
  local origin
  origin=$(setting SITE_ORIGINS)
  echo "Meeting Point is at ${origin%%,*}"
  echo "The first account with access to the administration: sudo meetingpoint createsuperuser"
  [ "$TLS" != internal ] || [ "$PROXY" != caddy ] ||
    echo "Browsers warn until they trust /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
  [ "$RELAY" != yes ] || echo "Ports to open in a firewall: 80/tcp, 443/tcp, 3478/tcp+udp, $(setting STUN_PORT)/udp, 5349/tcp, 49160-49960/udp"
}

main
