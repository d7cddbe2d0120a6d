#!/bin/bash
# Take back what `make install` did: services, files, packages that came with it, user, and the data. What others keep in the same
# programs stays, and then the program stays, too, without our configuration.
#   sudo make uninstall                   asks for the name of the site before the data goes
#   sudo make uninstall KEEP_DATA=yes     leaves database, backups, settings and secrets for a later `make install`
# shellcheck source=deploy/install/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=deploy/install/packages.sh
source deploy/install/packages.sh
# shellcheck source=deploy/install/programs.sh
source deploy/install/programs.sh
# shellcheck source=deploy/install/services.sh
source deploy/install/services.sh

KEEP_DATA=${KEEP_DATA:-no}
DOMAIN=$(setting SITE_ORIGINS)
DOMAIN=${DOMAIN%%,*} DOMAIN=${DOMAIN#https://}
HAS_POSTGRES=no STAY=()
[ ! -e "$SECRETS/database_url" ] || HAS_POSTGRES=yes

confirm() { # a person says it once more; a script knows what it does
  local answer
  [ "$KEEP_DATA" = no ] && [ -t 0 ] || return 0
  read -rp "This deletes all accounts, rooms and backups of $DOMAIN. To go on, type its name: " answer
  [ "$answer" = "$DOMAIN" ] || fail "nothing was removed."
}

stop_services() {
  local unit
  for unit in $({ systemctl list-unit-files --plain --no-legend 'meetingpoint*' || true; } | awk '{ print $1 }') \
    $({ systemctl list-units --all --plain --no-legend 'meetingpoint*' || true; } | awk '{ print $1 }'); do
    case "$unit" in *@.service) continue ;; esac
    systemctl disable --quiet --now "$unit" 2>/dev/null || systemctl stop "$unit" 2>/dev/null || true
  done
  rm -rf $UNITS/meetingpoint* /var/lib/systemd/timers/stamp-meetingpoint-*
  systemctl disable --quiet --now redis-server@meetingpoint.service 2>/dev/null || true
  systemctl daemon-reload
  systemctl reset-failed 2>/dev/null || true
}

drop_database() {
  local role
  [ $HAS_POSTGRES = yes ] && [ "$KEEP_DATA" = no ] && command -v pg_lsclusters >/dev/null || return 0
  start_postgres
  as_superuser 'DROP DATABASE IF EXISTS meetingpoint WITH (FORCE)' || fail "PostgreSQL does not drop the database meetingpoint. To leave it: KEEP_DATA=yes"
  for role in meetingpoint meetingpoint_owner; do
    as_superuser "DROP ROLE IF EXISTS $role" || say "the role $role of PostgreSQL stays"
  done
}

as_superuser() { as_postgres env PGOPTIONS=--client-min-messages=warning psql --no-psqlrc --quiet --port "$POSTGRES_PORT" --dbname postgres --command "$1"; }

give_back_files() { # what was there before comes back as it was
  local program
  for program in caddy nginx coturn; do
    if is_ours $program; then let_go $program; fi
  done
  rm -f /etc/redis/redis-meetingpoint.conf /etc/redis/meetingpoint.acl
  was_kept /etc/caddy/Caddyfile || find /var/lib/caddy/.local/share/caddy/certificates -type d -name "${DOMAIN:-none}" -exec rm -rf {} + 2>/dev/null || true
  rm -rf /var/www/meetingpoint-acme
}

find_what_stays() { # programs that came with us, and in which there is something of others now
  local program others line
  for program in "${PROGRAMS[@]}"; do
    brought "$(package_of "$program")" || continue
    others=$(others_in "$program")
    if [ "$program $KEEP_DATA" = "postgresql yes" ]; then others="the data of this site"; fi
    [ -n "$others" ] || continue
    STAY+=("$program")
    say "$program stays, for it has:"
    while read -r line; do say "  $line"; done <<< "$others"
  done
}

would_go() { # would_go OPTION…: what apt would remove now, as nothing needs it
  apt-get -s -o APT::AutoRemove::SuggestsImportant=false "$@" autoremove --purge | sed -nE 's/^(Purg|Remv) ([^ ]+).*/\2/p'
}

remove_packages() { # apt knows what something else needs: that stays
  local here name program names=() free=() go
  [ -s "$RECORD/packages" ] || return 0
  dpkg --configure -a >/dev/null 2>&1 || true # after a call that was interrupted here
  here=$(installed_packages)
  while read -r name; do
    if grep -qxF "$name" <<< "$here" && [[ " ${STAY[*]} " != *" $name "* ]]; then names+=("$name"); fi
  done < <(sort -u "$RECORD/packages")
  [ ${#names[@]} -gt 0 ] || return 0
  # By this file PostgreSQL keeps its servers from being removed with the package that asked for them.
  if brought postgresql-common && [[ " ${STAY[*]} " != *" postgresql "* ]]; then rm -f /etc/apt/apt.conf.d/*autoremove-postgresql; fi
  apt-mark -qq auto "${names[@]}" >/dev/null
  # A program that another package recommends stays, too. For what came with the programs that counts no more than it did before them.
  go=$(would_go || true)
  for program in "${PROGRAMS[@]}"; do
    name=$(package_of "$program")
    if [[ " ${names[*]} " == *" $name "* ]] && ! grep -qxF "$name" <<< "$go"; then apt-mark -qq manual "$name" >/dev/null; fi
  done
  mapfile -t free < <(would_go -o APT::AutoRemove::RecommendsImportant=false | grep -xF "$(printf '%s\n' "${names[@]}")" || true)
  [ ${#free[@]} -gt 0 ] || return 0
  say "packages that came with it"
  apt-get -qq -o DPkg::Lock::Timeout=600 purge -y "${free[@]}" >/run/meetingpoint-apt.log 2>&1 || {
    tail -n 20 /run/meetingpoint-apt.log >&2
    fail "these packages could not be removed: ${free[*]}"
  }
}

is_gone() { # is_gone PACKAGE: it came with us, and is here no longer
  brought "$1" && ! installed_packages | grep -xF "$1" >/dev/null
}

remove_files() {
  local program place account
  rm -rf $PROGRAM/releases $PROGRAM/current $PROGRAM/current.new $COMMAND /run/meetingpoint*
  rmdir --ignore-fail-on-non-empty $PROGRAM 2>/dev/null || true
  for program in "${PROGRAMS[@]}"; do
    is_gone "$(package_of "$program")" || continue
    for place in $(places_of "$program"); do rm -rf "$place"; done
    account=$(account_of "$program")
    [ -z "$account" ] || userdel "$account" 2>/dev/null || true
    [ -z "$account" ] || groupdel "$account" 2>/dev/null || true
  done
  if is_gone ssl-cert; then groupdel ssl-cert 2>/dev/null || true; fi
  rmdir --ignore-fail-on-non-empty /var/www 2>/dev/null || true
  if [ "$KEEP_DATA" = yes ]; then # a later `make uninstall` knows what came with us
    sort -u "$RECORD/packages" 2>/dev/null | comm -12 - <(installed_packages) > "$RECORD/stay" || true
    mv "$RECORD/stay" "$RECORD/packages"
    for program in "${PROGRAMS[@]}"; do
      [[ " ${STAY[*]} " == *" $program "* ]] || rm -f "$RECORD/files/$program"
    done
    return
  fi
  if [ -e "$RECORD/user" ]; then
    userdel $SITE_USER 2>/dev/null || true
    groupdel $SITE_USER 2>/dev/null || true
  fi
  rm -rf $DATA $BACKUPS $SETTINGS $ETC
}

main() {
  need_root
  case "$KEEP_DATA" in yes | no) ;; *) fail "KEEP_DATA is yes or no." ;; esac
  one_at_a_time
  [ -e "$ETC" ] || [ -e "$PROGRAM" ] || { echo "Nothing is installed here."; return; }
  confirm
  settle_packages
  step "Services"
  stop_services
  drop_database
  step "Files and packages"
  give_back_files
  find_what_stays
  remove_packages
  remove_files
  rm -f /run/lock/meetingpoint-install
  systemctl daemon-reload
  if [ "$KEEP_DATA" = no ]; then
    echo "Meeting Point is removed, with all its data."
  elif [ $HAS_POSTGRES = yes ]; then
    echo "Meeting Point is removed. Its data is in PostgreSQL (database meetingpoint), $DATA, $BACKUPS, $SETTINGS and $ETC;"
    echo "make install takes it up again."
  else
    echo "Meeting Point is removed. Its data is in $DATA, $BACKUPS, $SETTINGS and $ETC; make install takes it up again."
  fi
}

main
