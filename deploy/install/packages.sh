# shellcheck shell=bash
# Debian's packages: what is missing is installed, and remembered, so that uninstalling removes exactly that.

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort; }

need_packages() { # need_packages NAME…
  local missing=() name before started=0
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  before=$(installed_packages)
  # Their services start when their configuration is there, and not with that of the package.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    started=1
  fi
  apt-get -qq update >/dev/null || say "the lists of packages could not be renewed; going on with those that are here"
  apt-get -qq install -y --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" \
    > /run/meetingpoint-apt.log 2>&1 || {
    [ $started -eq 0 ] || rm -f /usr/sbin/policy-rc.d
    tail -n 20 /run/meetingpoint-apt.log >&2
    fail "these packages could not be installed: ${missing[*]}"
  }
  [ $started -eq 0 ] || rm -f /usr/sbin/policy-rc.d
  rm -f /run/meetingpoint-apt.log
  comm -13 <(echo "$before") <(installed_packages) >> "$RECORD/packages"
  did "packages ${missing[*]}"
}

brought() { # brought PACKAGE: it was not here before
  grep -qxF "$1" "$RECORD/packages" 2>/dev/null
}
