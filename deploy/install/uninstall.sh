#!/bin/bash
# Take back what `make install` did: services, files, packages that came with it, user, and the data.
#   sudo make uninstall                   asks for the name of the site before the data goes
#   sudo make uninstall KEEP_DATA=yes     leaves database, backups, settings and secrets for a later `make install`
# shellcheck source=deploy/install/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=deploy/install/packages.sh
source deploy/install/packages.sh

DOMAIN=$(choice DOMAIN) DATABASE=$(choice DATABASE) KEEP_DATA=${KEEP_DATA:-no}

confirm() { # a person says it once more; a script knows what it does
  local answer
  [ "$KEEP_DATA" != yes ] && [ -t 0 ] || return 0
  read -rp "This deletes all accounts, rooms and backups of $DOMAIN. To go on, type its name: " answer
  [ "$answer" = "$DOMAIN" ] || fail "nothing was removed."
}

stop_services() {
  local unit
  for unit in $(systemctl list-unit-files --plain --no-legend 'meetingpoint*' | awk '{ print $1 }') \
    $(systemctl list-units --all --plain --no-legend 'meetingpoint*' | awk '{ print $1 }'); do
    case "$unit" in *@.service) continue ;; esac
    systemctl disable --quiet --now "$unit" 2>/dev/null || systemctl stop "$unit" 2>/dev/null || true
  done
  rm -f $UNITS/meetingpoint* /var/lib/systemd/timers/stamp-meetingpoint-*
  systemctl disable --quiet --now redis-server@meetingpoint.service 2>/dev/null || true
  systemctl daemon-reload
  systemctl reset-failed 2>/dev/null || true
}

drop_database() {
  [ "$DATABASE" = postgresql ] && [ "$KEEP_DATA" != yes ] && command -v psql >/dev/null || return 0
  (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups psql --no-psqlrc --quiet --dbname postgres <<'S'
DROP DATABASE IF EXISTS meetingpoint WITH (FORCE);
DROP ROLE IF EXISTS meetingpoint;
DROP ROLE IF EXISTS meetingpoint_owner;
S
  )
  if brought postgresql-common && command -v pg_dropcluster >/dev/null; then
    pg_lsclusters -h | while read -r version name _rest; do pg_dropcluster --stop "$version" "$name"; done
  fi
}

give_back_files() { # what was there before comes back as it was
  local path
  rm -f /etc/nginx/conf.d/meetingpoint.conf /etc/redis/redis-meetingpoint.conf /etc/redis/meetingpoint.acl
  rm -f /etc/letsencrypt/renewal-hooks/deploy/meetingpoint
  [ -d "$RECORD/replaced" ] || return 0
  (cd "$RECORD/replaced" && find . -type f -o -type l) | sed 's|^\.||' | while read -r path; do
    case "$path" in
      *.absent) rm -f "${path%.absent}" ;;
      *) mkdir -p "$(dirname "$path")" && cp -a "$RECORD/replaced$path" "$path" ;;
    esac
  done
}

remove_packages() {
  local here name extra names=()
  [ -s "$RECORD/packages" ] || return 0
  here=$(installed_packages)
  while read -r name; do
    if grep -qxF "$name" <<< "$here"; then names+=("$name"); fi
  done < "$RECORD/packages"
  if [ "$KEEP_DATA" = yes ]; then mapfile -t names < <(printf '%s\n' "${names[@]}" | grep -v '^postgresql'); fi
  # What something else has begun to need since then stays.
  while [ ${#names[@]} -gt 0 ]; do
    extra=$(apt-get -s purge "${names[@]}" | sed -n 's/^Purg \([^ ]*\).*/\1/p' | grep -vxF "$(printf '%s\n' "${names[@]}")" || true)
    [ -n "$extra" ] || break
    # shellcheck disable=SC2086
    mapfile -t names < <(printf '%s\n' "${names[@]}" | grep -vxF "$(apt-cache depends --recurse --installed --no-suggests \
      --no-conflicts --no-breaks --no-replaces --no-enhances $extra | grep '^[a-z0-9]')")
  done
  [ ${#names[@]} -gt 0 ] || return 0
  say "packages that came with it"
  apt-get -qq purge -y "${names[@]}" >/dev/null 2>&1 || fail "these packages could not be removed: ${names[*]}"
}

remove_files() {
  rm -rf $PROGRAM $COMMAND /var/www/meetingpoint-acme /run/meetingpoint*
  if brought caddy; then rm -rf /var/lib/caddy /var/log/caddy /etc/caddy; userdel caddy 2>/dev/null || true; fi
  if brought nginx; then rm -rf /var/www/html /etc/nginx /var/log/nginx /var/lib/nginx; fi
  if brought certbot; then rm -rf /etc/letsencrypt /var/log/letsencrypt /var/lib/letsencrypt; fi
  if brought coturn; then rm -rf /etc/turnserver.conf /var/lib/turn /var/log/turnserver; userdel turnserver 2>/dev/null || true; fi
  if brought redis-server; then rm -rf /etc/redis /var/lib/redis /var/log/redis; userdel redis 2>/dev/null || true; groupdel redis 2>/dev/null || true; fi
  if brought ssl-cert; then groupdel ssl-cert 2>/dev/null || true; fi
  rmdir --ignore-fail-on-non-empty /var/www 2>/dev/null || true
  if [ "$KEEP_DATA" = yes ]; then return; fi
  if brought postgresql-common; then
    rm -rf /etc/postgresql /etc/postgresql-common /var/lib/postgresql /var/log/postgresql
    userdel postgres 2>/dev/null || true
  fi
  rm -rf $DATA $BACKUPS $SETTINGS $ETC
  userdel $SITE_USER 2>/dev/null || true
  groupdel $SITE_USER 2>/dev/null || true
}

main() {
  need_root
  one_at_a_time
  [ -e "$ETC" ] || [ -e "$PROGRAM" ] || { echo "Nothing is installed here."; return; }
  confirm
  step "Services"
  stop_services
  drop_database
  step "Files and packages"
  give_back_files
  remove_packages
  remove_files
  rm -f /run/lock/meetingpoint-install
  systemctl daemon-reload
  if [ "$KEEP_DATA" = yes ]; then
    rm -rf "$RECORD"
    echo "Meeting Point is removed. Its data is in $DATA, $BACKUPS and $ETC; make install takes it up again."
  else
    echo "Meeting Point is removed, with all its data."
  fi
}

main
