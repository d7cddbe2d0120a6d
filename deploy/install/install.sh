#!/bin/bash
# From a bare Debian server to a site that people can rely on. `make install` calls it:
#   sudo make install DOMAIN=meet.example.org [EMAIL_URL_FILE=<path>] [OPTION=…]
#
#   EMAIL_URL_FILE  a file with the address of the mail server, smtp+tls://user:password@mail.example.org:587
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
# shellcheck source=deploy/install/programs.sh
source deploy/install/programs.sh
# shellcheck source=deploy/install/release.sh
source deploy/install/release.sh
# shellcheck source=deploy/install/certificates.sh
source deploy/install/certificates.sh
# shellcheck source=deploy/install/services.sh
source deploy/install/services.sh

ASKED=${DOMAIN:-}

read_choices() {
  local wrong was
  DOMAIN=$(choice DOMAIN)
  [ -n "$DOMAIN" ] || fail "which name leads to this server? sudo make install DOMAIN=meet.example.org"
  [[ $DOMAIN != *[ßẞς$'\u200c\u200d']* ]] ||
    fail "programs read ß, ς and joiners in two ways: write DOMAIN as its registry does, xn--…"
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
  [ "$PROCESSES" -eq 1 ] || [ "$DATABASE" = postgresql ] || [ "$(chosen DATABASE)" = sqlite ] ||
    fail "several processes need DATABASE=postgresql."
  [ "$PROCESSES" -eq 1 ] || [ "$DATABASE" = postgresql ] ||
    fail "several processes need PostgreSQL, and the data of this site is in SQLite: PROCESSES=1 is all that it can have."
  was=$(chosen DATABASE)
  [ "${was:-$DATABASE}" = "$DATABASE" ] ||
    fail "the data of this site is in $was, and there is no way to move it: DATABASE is chosen once. To start again without that data: make uninstall"
}

read_mail() { # the address of the mail server has a password: it is in a file, or a person types it unseen
  if [ -n "${EMAIL_URL_FILE:-}" ]; then
    [ -s "$EMAIL_URL_FILE" ] || fail "$EMAIL_URL_FILE is empty, or not there."
    EMAIL_URL=$(cat "$EMAIL_URL_FILE")
  elif [ -z "${EMAIL_URL:-}" ] && [ ! -e "$CHOICES" ] && [ ! -s "$SECRETS/email_url" ] && [ -t 0 ]; then
    read -rsp "The mail server, smtp+tls://user:password@host:587 (it is not shown; empty: none yet): " EMAIL_URL
    echo
  fi
  [ -z "${EMAIL_URL:-}" ] || [[ $EMAIL_URL =~ ^smtp(s|\+tls|\+ssl)?://([^[:cntrl:]]*@)?[][A-Za-z0-9.:-]+/?$ ]] ||
    fail "the address of the mail server is like smtp+tls://user:password@mail.example.org:587, in one line."
  unset EMAIL_URL_FILE # it is the name of a setting, too
  export -n EMAIL_URL
}

refuse_another() { # refuse_another PACKAGE FILE ADVICE: what it was set up for goes on
  if was_kept "$2" || brought "$1" || ! edited "$1" "$2" || grep -q 'manage.py write_config' "$2"; then return; fi
  fail "$1 has other tasks here ($2). $3"
}

held_by() { # held_by OPTION FILTER: the programs that listen there, a line each
  { ss -Hlnp "$1" "$2" | grep -oP 'users:\(\("\K[^"]+' | sort -u; } || true
}

look_for_ports() { # that others have
  local taken program port first
  command -v ss >/dev/null || return 0
  if [ "$PROXY" != none ]; then
    taken=$(held_by "$(if [ "$PROXY" = caddy ]; then echo -tu; else echo -t; fi)" 'sport = :80 or sport = :443' | grep -vx "$PROXY" || true)
    for program in caddy nginx; do # one of an earlier choice gives its ports up
      if is_ours $program && ends_with_us $program; then taken=$(grep -vx $program <<< "$taken" || true); fi
    done
    [ "$taken" != nginx ] || fail "ports 80 and 443 belong to nginx here. With PROXY=nginx it serves this site, too, and its other sites stay as they are."
    [ -z "$taken" ] || fail "ports 80 and 443 belong to $(echo "$taken" | tr '\n' ' ')here. Stop it, or choose PROXY=none and let it lead to 127.0.0.1:8000."
  fi
  if [ "$RELAY" = yes ] && ! systemctl is-active --quiet 'meetingpoint@*'; then
    taken=$(held_by -tu 'sport = :3478 or sport = :5349' | grep -vx turnserver || true)
    [ -z "$taken" ] || fail "ports 3478 and 5349 belong to $(echo "$taken" | tr '\n' ' ')here. Stop it, or choose RELAY=no."
  fi
  first=$(setting PORT) first=${first:-8000}
  for ((port = first; port < first + PROCESSES; port++)); do
    systemctl is-active --quiet "meetingpoint@$port.service" || taken=$(held_by -t "sport = :$port")
    [ -z "$taken" ] || fail "port $port belongs to $(echo "$taken" | tr '\n' ' ')here. Name another one: echo PORT=8100 >> $SETTINGS"
  done
}

look_around() { # what would stop us later is said now
  command -v apt-get >/dev/null || fail "it installs Debian's packages, and there is no apt-get. docs/deployment.md has each step by hand."
  if [ "$PROXY" = caddy ]; then
    refuse_another caddy /etc/caddy/Caddyfile "Choose PROXY=none, and add what \`meetingpoint write_config caddy\` prints."
  fi
  if [ "$RELAY" = yes ]; then
    refuse_another coturn /etc/turnserver.conf "Choose RELAY=no, and name that relay in TURN_URLS."
  fi
  look_for_ports
}

had_relay() { # before this call, also if it was the first one and failed
  [ "$(chosen RELAY)" = yes ] || { [ -z "$(chosen RELAY)" ] && brought coturn; }
}

make_secrets() { # make_secrets [WHERE POSTGRESQL IS]: fresh ones where there are none; the site reads every file that is a setting
  local before after another=no
  before=$(sha256sum "$SECRETS"/* 2>/dev/null || true)
  [ ! -e "$SECRETS/turn_secret" ] || had_relay || another=yes # of a relay elsewhere
  POSTGRES_AT=${1:-} REDIS_AT=$REDIS_SOCKET sh "$SOURCE/deploy/make-secrets.sh" "$SECRETS" >/dev/null
  [ "$DATABASE" = postgresql ] || rm -f "$SECRETS"/{database_url,owner_database_url}
  [ "$PROCESSES" -gt 1 ] || rm -f "$SECRETS/redis_url"
  [ "$RELAY" = yes ] || [ $another = yes ] || rm -f "$SECRETS/turn_secret"
  if [ -n "${EMAIL_URL:-}" ]; then place "$SECRETS/email_url" 600 root:root <<< "$EMAIL_URL" || true; fi
  after=$(sha256sum "$SECRETS"/*)
  [ "$before" = "$after" ] || did "secrets in $SECRETS"
}

write_settings() {
  local set=default_setting
  [ -e $SETTINGS ] || place $SETTINGS 640 root:$SITE_USER << TEXT || true
# The settings of Meeting Point on this server; secrets are in $SECRETS. README.md explains each of them.
# After a change: sudo make install
TEXT
  chown root:$SITE_USER $SETTINGS && chmod 640 $SETTINGS
  # A word of this call wins over what the operator wrote; without one, the operator's lines stay.
  [ -z "$ASKED" ] || [ "$(chosen DOMAIN)" = "$DOMAIN" ] || set=put_setting
  $set SITE_ORIGINS "https://$DOMAIN"
  $set DEFAULT_FROM_EMAIL "\"Meeting Point <meet@$DOMAIN>\""
  default_setting TRUSTED_PROXIES 1
  default_setting PORT 8000
  put_setting WEB_PROCESSES "$PROCESSES"
  if [ "$DATABASE" != postgresql ]; then
    default_setting DATABASE_URL "sqlite:///$DATA/db.sqlite3"
  elif grep -q '^DATABASE_URL=sqlite:' $SETTINGS; then # of a first run that went wrong
    place $SETTINGS 640 root:$SITE_USER < <(sed '/^DATABASE_URL=sqlite:/d' $SETTINGS) || true
  fi
  if [ "$RELAY" = yes ]; then
    [ "$(chosen RELAY)" != no ] || set=put_setting
    $set TURN_URLS "turn:$DOMAIN:3478?transport=udp,turn:$DOMAIN:3478?transport=tcp,turns:$DOMAIN:5349?transport=tcp"
    [ "$(setting STUN_PORT)" != 3478 ] || put_setting STUN_PORT 3479 # the relay has 3478
    default_setting STUN_PORT 3479
  elif had_relay; then
    put_setting TURN_URLS ""
    put_setting STUN_PORT 3478
  else
    default_setting STUN_PORT 3478
  fi
}

write_choices() {
  local name
  place "$CHOICES" 644 root:root < <(for name in DOMAIN DATABASE PROCESSES PROXY TLS RELAY; do echo "$name=${!name}"; done) || true
}

write_units() {
  local lines
  lines=$(managed_as_root write_config systemd --program $PROGRAM/current --secrets $SECRETS --output $UNITS)
  systemctl daemon-reload # also when a call was interrupted after it had written them
  ! grep -q 'written$' <<< "$lines" || did "units of systemd"
}

stop_superfluous() { # instances that the settings no longer ask for
  local unit
  for unit in $(systemctl list-units --all --plain --no-legend 'meetingpoint@*' | awk '{ print $1 }'); do
    web_services | grep -qxF "$unit" || { systemctl disable --quiet --now "$unit" && did "stopped $unit"; }
  done
  if [ "$PROCESSES" -eq 1 ] && systemctl is-active --quiet redis-server@meetingpoint.service; then
    systemctl disable --quiet --now redis-server@meetingpoint.service && did "stopped redis-server@meetingpoint.service"
  fi
}

runs_like_this() { # every process runs, with this release and these settings
  local unit
  for unit in $(web_services); do
    systemctl is-active --quiet "$unit" || return 1
  done
  [ "$(cat "$STARTED" 2>/dev/null)" = "$(state)" ]
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
  local id program packages=(python3 python3-venv ca-certificates openssl iproute2 esbuild)
  need_root
  one_at_a_time
  export CHANGES=/run/meetingpoint-changes
  rm -f $CHANGES
  settle_packages
  command -v python3 >/dev/null || need_packages python3
  read_choices
  read_mail
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
  look_for_ports # on a bare server it is iproute2 that can tell

  step "User, folders, secrets"
  getent passwd $SITE_USER >/dev/null || {
    touch "$RECORD/user"
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

  step "Program"
  id=$(release_id)
  [ "$id" = "$(current_release)" ] || back_up
  build_release "$id"
  switch_to "$id"
  place $COMMAND 755 root:root < deploy/install/command.sh || true

  step "Services"
  if [ "$DATABASE" = postgresql ]; then set_up_postgres; fi
  if [ "$PROCESSES" -gt 1 ]; then set_up_redis; fi
  migrate
  write_units
  stop_superfluous
  if [ "$RELAY" = no ] && is_ours coturn; then let_go coturn; fi # it has the port that the site needs
  runs_like_this || restart_web || {
    [ ! -e $ETC/former_release ] || [ "$(cat $ETC/former_release)" = "$id" ] || fail "the new release does not start. To go back: sudo make rollback"
    fail "the site does not start."
  }
  FAILURE=3
  forget_old_releases
  case "$PROXY" in caddy) write_caddy ;; nginx) write_nginx ;; esac
  for program in caddy nginx; do # that of an earlier choice gives way to what is good enough to start
    if [ "$PROXY" != $program ] && is_ours $program; then let_go $program; fi
  done
  [ "$PROXY" = none ] || start_proxy
  if [ "$RELAY" = yes ]; then set_up_relay; fi
  for unit in prune remind backup certificate; do
    systemctl is-enabled --quiet meetingpoint-$unit.timer || did "timer meetingpoint-$unit"
    systemctl enable --quiet --now meetingpoint-$unit.timer
  done

  write_choices
  if [ "$PROXY" = nginx ] && [ "$TLS" != internal ]; then ask_for_certificate; fi

  step "Checks"
  managed check --deploy --fail-level ERROR
  self_test
  printf '\n'
  if [ ! -s $CHANGES ]; then echo "Nothing was changed."; fi
  finish
}

self_test() {
  if [ "$PROXY" = caddy ]; then
    wait_for 60 has_certificate || say "there is no certificate yet: journalctl -u caddy"
    [ "$RELAY" != yes ] || set_up_relay
  fi
  if [ "$TLS" = internal ]; then # the self-test trusts this server's own authority
    local authority=/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
    [ "$PROXY" = caddy ] || authority=$TLS_FOLDER/fullchain.pem
    [ ! -e "$authority" ] || place $ETC/authority.crt 644 root:root < "$authority" || true # a copy that the site's user can read
    [ ! -e $ETC/authority.crt ] || export SSL_CERT_FILE=$ETC/authority.crt
  fi
  managed doctor || fail "the site runs; what is WRONG, and what helps, is in the lines above."
}

has_certificate() { [ -n "$(newest_of_caddy)" ]; }

finish() {
  local origin stun ports="80/tcp, 443/tcp"
  origin=$(setting SITE_ORIGINS)
  echo "Meeting Point is at ${origin%%,*}"
  echo "The first account with access to the administration: sudo meetingpoint createsuperuser"
  [ "$TLS" != internal ] || [ "$PROXY" != caddy ] ||
    echo "Browsers warn until they trust /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
  [ "$PROXY" != caddy ] || ports="80/tcp, 443/tcp+udp"
  [ "$RELAY" != yes ] || ports+=", 3478/tcp+udp, 5349/tcp, 49160-49960/udp"
  stun=$(setting STUN_PORT)
  [ "$stun" = 0 ] || ports+=", $stun/udp"
  echo "Ports to open in a firewall: $ports"
}

main
