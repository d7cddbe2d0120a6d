# shellcheck shell=bash disable=SC2034
# What all scripts here share: where things are, what they print, and how a file of the system is changed so that
# uninstalling can change it back. Sourced, never run.
set -Eeuo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SOURCE=$PWD

PROGRAM=/opt/meeting-point                # releases/<id>, and `current`, a link to one of them
SETTINGS=/etc/meetingpoint.env            # what is no secret
ETC=/etc/meetingpoint                     # secrets, the certificate of the relay, what was installed
SECRETS=$ETC/secrets
TLS_FOLDER=$ETC/tls
RECORD=$ETC/installed                     # for uninstalling: packages, files that were replaced, services that were on
CHOICES=$ETC/choices                      # the words that `make install` was called with
STARTED=$ETC/started                      # the release and the settings with which the processes of the site started last
DATA=/var/lib/meetingpoint
BACKUPS=/var/backups/meetingpoint
COMMAND=/usr/local/sbin/meetingpoint
SITE_USER=meetingpoint
REDIS_SOCKET=/run/redis-meetingpoint/redis.sock
UNITS=/etc/systemd/system

CHANGES=${CHANGES:-/dev/null}            # what `make install` changed, a line each, in a file of its own

step() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
did() { # did WHAT: something was changed
  echo "$*" >> "$CHANGES"
  say "$*"
}
FAILURE=1                                # the exit code; 3: the site runs, but something else failed
fail() {
  printf '\nmake %s: %s\n' "${TARGET:-install}" "$*" >&2
  exit $FAILURE
}

trap 'printf "\nmake %s stopped at line %s of %s: %s\n" "${TARGET:-install}" "$LINENO" "${BASH_SOURCE[0]##*/}" "$BASH_COMMAND" >&2; exit $FAILURE' ERR

need_root() {
  [ "$(id -u)" -eq 0 ] || fail "run it as root: sudo make ${TARGET:-install}"
  [ -d /run/systemd/system ] || fail "it needs a system that systemd runs; docs/deployment.md has each step by hand."
}

one_at_a_time() {
  exec 7>/run/lock/meetingpoint-install
  flock --nonblock 7 || fail "another make install, upgrade, rollback or uninstall is running."
}

# ── Files ─────────────────────────────────────────────────────────────────────────────────────────
folder() { # folder PATH MODE OWNER
  if [ "$(stat -c '%a %U:%G' "$1" 2>/dev/null)" != "$2 $3" ]; then
    install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
    did "folder $1"
  fi
}

place() { # place FILE MODE OWNER < content: write a file whole or not at all, if it differs; true if it did
  local new
  # Callers ask for the result, so bash does not stop here by itself. No pipe leads to this: it would end only itself.
  new=$(mkdir -p "$(dirname "$1")" && mktemp "$(dirname "$1")/.meetingpoint.XXXXXX") || fail "$1 could not be written."
  if ! { cat > "$new" && chmod "$2" "$new" && chown "$3" "$new"; }; then
    rm -f "$new"
    fail "$1 could not be written."
  fi
  if cmp -s "$new" "$1" && [ "$(stat -c '%a %U:%G' "$1")" = "$2 $3" ]; then
    rm -f "$new"
    return 1
  fi
  mv -f "$new" "$1" || fail "$1 could not be written."
  did "file $1"
}

# ── Settings ──────────────────────────────────────────────────────────────────────────────────────
lines_of() { # lines_of NAME: of several, the site takes the last one
  grep -E "^(export )?$1=" "$SETTINGS" 2>/dev/null || true
}

setting() { # setting NAME: its value in the file, without the quotes around it, as the site reads it
  lines_of "$1" | tail -n 1 | sed -nE 's/^[^=]*=//; s/^(["'\'']?)(.*)\1$/\2/p'
}

put_setting() { # put_setting NAME VALUE: write this line in place of the one that is there
  local line="$1=$2"
  if [ "$(lines_of "$1")" != "$line" ]; then
    place $SETTINGS 640 root:$SITE_USER < <(grep -vE "^(export )?$1=" "$SETTINGS" || true; printf '%s\n' "$line") || true
    did "setting $line"
  fi
}

default_setting() { # default_setting NAME VALUE: unless the operator has written another one
  [ -n "$(lines_of "$1")" ] || put_setting "$1" "$2"
}

chosen() { # chosen NAME: the word of an earlier call that succeeded
  sed -n "s/^$1=//p" "$CHOICES" 2>/dev/null || true
}

choice() { # choice NAME: the word of this call, else that of an earlier one
  if [ -n "${!1:-}" ]; then printf '%s' "${!1}"; else chosen "$1"; fi
}

# ── Commands of the site ──────────────────────────────────────────────────────────────────────────
managed() { "$COMMAND" "$@"; }

managed_as_root() { # what has to see the secrets; writes nothing that the service reads or writes as its own
  (set -a
   eval "$("$COMMAND" --environment)"
   cd "$PROGRAM/current" && exec .venv/bin/python manage.py "$@")
}

web_services() { # the names of the instances that the settings ask for
  local first count number
  first=$(setting PORT) count=$(setting WEB_PROCESSES)
  for ((number = 0; number < ${count:-1}; number++)); do
    echo "meetingpoint@$((${first:-8000} + number)).service"
  done
}

wait_for() { # wait_for SECONDS COMMAND…: until it succeeds
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.2
  done
}

is_ready() { # is_ready PORT: the process says itself that it can serve
  local host
  host=$(setting SITE_ORIGINS)
  host=${host%%,*}
  python3 - "$1" "${host#*://}" <<'P'
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5)
connection.request("GET", "/readyz", headers={"Host": sys.argv[2]})
sys.exit(connection.getresponse().status != 200)
P
}

state() { # the release, and a hash of all that a process of the site reads when it starts
  printf '%s ' "$(readlink "$PROGRAM/current")"
  { sha256sum "$SETTINGS" "$SECRETS"/* $UNITS/meetingpoint@.service 2>/dev/null || true; } | sha256sum
}

restart_web() { # one after the other, so that with several the site never stops
  local unit port
  for unit in $(web_services); do
    port=${unit#*@} port=${port%.service}
    systemctl enable --quiet "$unit"
    systemctl restart "$unit"
    wait_for 60 is_ready "$port" || {
      journalctl --no-pager --lines 30 --unit "$unit" >&2 || true
      return 1
    }
    did "restarted $unit"
  done
  place "$STARTED" 600 root:root < <(state) >/dev/null || true
}
