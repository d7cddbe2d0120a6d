# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Debian's programs that the site uses, and that others may use, too: what is ours in them, and what is not.

PROGRAMS=(caddy nginx certbot coturn redis-server postgresql)
NGINX_SITE=/etc/nginx/conf.d/meetingpoint.conf
NGINX_LAST=/etc/nginx/sites-enabled/zz-meetingpoint # after other sites: the first one answers to unknown names
[ ! -e $NGINX_LAST ] || NGINX_SITE=$NGINX_LAST

package_of() { # package_of PROGRAM: the package that has its configuration
  case "$1" in nginx | postgresql) echo "$1-common" ;; *) echo "$1" ;; esac
}

places_of() { # places_of PROGRAM: where its files are, for when it is gone
  case "$1" in
    caddy) echo /etc/caddy /var/lib/caddy /var/log/caddy ;;
    nginx) echo /etc/nginx /var/www/html /var/lib/nginx /var/log/nginx ;;
    certbot) echo /etc/letsencrypt /var/lib/letsencrypt /var/log/letsencrypt ;;
    coturn) echo /etc/turnserver.conf /var/lib/turn /var/log/turnserver ;;
    redis-server) echo /etc/redis /var/lib/redis /var/log/redis ;;
    postgresql) echo /etc/postgresql /etc/postgresql-common /var/lib/postgresql /var/log/postgresql ;;
  esac
}

account_of() { # account_of PROGRAM: its user
  case "$1" in caddy) echo caddy ;; coturn) echo turnserver ;; redis-server) echo redis ;; postgresql) echo postgres ;; esac
}

files_of() { # files_of PROGRAM: the files in which people say what it does, or keep their own
  case "$1" in
    caddy) find /etc/caddy || true ;;
    nginx) find /etc/nginx /var/www/html || true ;;
    certbot) find /etc/letsencrypt/renewal -type f || true ;; # the folder comes with the first certificate
    redis-server) find /etc/redis /var/lib/redis || true ;;
  esac 2>/dev/null | sort
}

remember_files() { # of programs that have just come: what is there later is someone's
  local program
  mkdir -p "$RECORD/files"
  for program in "${PROGRAMS[@]}"; do
    if [ ! -e "$RECORD/files/$program" ] && brought "$(package_of "$program")"; then
      files_of "$program" > "$RECORD/files/$program"
    fi
  done
}

# ── Their files ───────────────────────────────────────────────────────────────────────────────────
keep() { # keep FILE: remember a file of the system before it is replaced, once
  local kept=$RECORD/replaced$1
  if ! was_kept "$1"; then
    mkdir -p "$(dirname "$kept")"
    if [ -e "$1" ] || [ -L "$1" ]; then cp -a "$1" "$kept"; else touch "$kept.absent"; fi
  fi
}

was_kept() { [ -e "$RECORD/replaced$1" ] || [ -L "$RECORD/replaced$1" ] || [ -e "$RECORD/replaced$1.absent" ]; }

give_back() { # give_back FILE: as it was before us
  local kept=$RECORD/replaced$1
  was_kept "$1" || return 0
  rm -f "$1"
  [ -e "$kept.absent" ] || cp -a "$kept" "$1"
  rm -f "$kept" "$kept.absent" "$RECORD/written$1" "$RECORD/read$1"
}

remember() { # remember FILE: that it is as we wrote it
  mkdir -p "$RECORD/written$(dirname "$1")"
  place "$RECORD/written$1" 600 root:root < <(sha256sum < "$1") >/dev/null || true
}

has_read() { # has_read FILE: its program runs with it as it is
  mkdir -p "$RECORD/read$(dirname "$1")"
  place "$RECORD/read$1" 600 root:root < <(sha256sum < "$1") >/dev/null || true
}

is_read() { # is_read FILE: there was no change since; a call that was interrupted before the program read it says no
  [ "$(sha256sum < "$1")" = "$(cat "$RECORD/read$1" 2>/dev/null)" ]
}

changed_by_hand() { # changed_by_hand FILE: since we wrote it
  [ -e "$1" ] && [ -e "$RECORD/written$1" ] && [ "$(sha256sum < "$1")" != "$(cat "$RECORD/written$1")" ]
}

new_config() { # new_config KIND FILE OPTION…: as `manage.py write_config` makes it
  local kind=$1 file=$2 target=$2
  shift 2
  rm -f /run/meetingpoint-former
  [ ! -e "$file" ] || cp -a "$file" /run/meetingpoint-former
  ! changed_by_hand "$file" || target=$ETC/$(basename "$file")
  managed_as_root write_config "$kind" "$@" --output "$target" >/dev/null
  if [ "$target" != "$file" ] && ! cmp -s "$target" "$file"; then
    say "$file was changed by hand, and stays like that; it would be as in $target"
    return
  fi
  rm -f "$ETC/$(basename "$file")"
  remember "$file"
  cmp -s "$file" /run/meetingpoint-former || did "file $file"
}

former_config() { # former_config FILE: what was there before new_config
  rm -f "$1"
  [ ! -e /run/meetingpoint-former ] || cp -a /run/meetingpoint-former "$1"
  if [ -e "$1" ]; then remember "$1"; else rm -f "$RECORD/written$1"; fi
}

edited() { # edited PACKAGE FILE: it differs from what the package brought
  [[ "$(dpkg --verify "$1" 2>/dev/null || true) " == *" $2"[[:space:]]* ]]
}

as_postgres() { (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@" </dev/null); }

# ── What others keep there ────────────────────────────────────────────────────────────────────────
others_in() { # others_in PROGRAM: what is not ours in a program that came with us, a line each
  local path
  if [ "$1" = postgresql ]; then
    others_in_postgres
    return
  fi
  { comm -13 <(cat "$RECORD/files/$1" 2>/dev/null) <(files_of "$1") | while read -r path; do
      dpkg-query -S "$path" >/dev/null 2>&1 || echo "$path"
    done
    { dpkg --verify "$(package_of "$1")" || true; } | sed -n 's/^..5.* c //p'
  } | while read -r path; do
    case "$path" in
      "$NGINX_SITE" | /etc/turnserver.conf) continue ;;
      /etc/caddy/Caddyfile) if was_kept "$path" && ! changed_by_hand "$path"; then continue; fi ;;
    esac
    echo "$path"
  done
}

others_in_postgres() {
  local version name port
  command -v pg_lsclusters >/dev/null || return 0
  pg_lsclusters -h | while read -r version name port _; do
    [ "$name" = main ] || echo "cluster $version $name"
    as_postgres psql --no-psqlrc --tuples-only --no-align --port "$port" --dbname postgres --command "
      SELECT 'database ' || datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'meetingpoint')
      UNION ALL SELECT 'role ' || rolname FROM pg_roles
        WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'meetingpoint', 'meetingpoint_owner')
      UNION ALL SELECT 'table ' || relname || ' of database postgres' FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          AND relnamespace::regnamespace::text !~ '^pg_toast'" 2>/dev/null ||
      echo "cluster $version $name, which does not answer"
  done
}

is_ours() { # is_ours PROGRAM: it has our configuration
  case "$1" in
    caddy) was_kept /etc/caddy/Caddyfile ;;
    nginx) [ -e "$NGINX_SITE" ] ;;
    coturn) was_kept /etc/turnserver.conf ;;
  esac
}

enable() { # enable PROGRAM: it starts with the machine; whether it did before us is remembered
  systemctl is-enabled --quiet "$1.service" || echo "$1" >> "$RECORD/enabled"
  systemctl enable --quiet "$1.service"
}

ends_with_us() { # ends_with_us PROGRAM: it ran for this site alone
  if brought "$(package_of "$1")"; then [ -z "$(others_in "$1")" ]; else grep -qxF "$1" "$RECORD/enabled" 2>/dev/null; fi
}

let_go() { # let_go PROGRAM: it goes on without our configuration, or stops, if it ran for us alone
  local ends=no
  ! ends_with_us "$1" || ends=yes
  case "$1" in
    caddy)
      if changed_by_hand /etc/caddy/Caddyfile; then
        say "/etc/caddy/Caddyfile was changed by hand, and stays like that; take this site out of it"
      else
        give_back /etc/caddy/Caddyfile
      fi
      ;;
    nginx)
      rm -f "$NGINX_SITE" "$RECORD"/{written,read}"$NGINX_SITE"
      has_other_sites || give_back /etc/nginx/sites-enabled/default # which would answer in their place
      delete_certificates
      ;;
    coturn) give_back /etc/turnserver.conf ;;
  esac
  if [ $ends = yes ]; then
    systemctl disable --quiet --now "$1.service"
  elif systemctl is-active --quiet "$1.service"; then
    systemctl reload-or-restart "$1.service" || say "$1 does not take its configuration without ours: journalctl -u $1"
  fi
  did "$1 is no longer for this site"
}

delete_certificates() { # delete_certificates [NAME]: those that certbot got for us, but this one, and no other
  local name
  if [ -z "${1:-}" ]; then rm -f /etc/letsencrypt/renewal-hooks/deploy/meetingpoint; fi
  [ -e "$RECORD/certificates" ] || return 0
  while read -r name; do
    [ "$name" != "${1:-}" ] || continue
    certbot delete --non-interactive --quiet --cert-name "$name" </dev/null || say "certbot still has a certificate $name"
  done < <(sort -u "$RECORD/certificates")
  grep -xF "${1:-}" "$RECORD/certificates" | sort -u > "$RECORD/certificates.new" || true
  mv -f "$RECORD/certificates.new" "$RECORD/certificates"
}
