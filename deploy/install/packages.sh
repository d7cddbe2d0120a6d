# shellcheck shell=bash
# Debian's packages: what is missing is installed, and remembered, so that uninstalling removes exactly that.

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | grep -vE '^(not-installed|config-files) ' | sed 's/.* //' | sort; }

record_packages() { # what came since PACKAGES_BEFORE; also when a run is interrupted
  comm -13 <(echo "$PACKAGES_BEFORE") <(installed_packages) >> "$RECORD/packages"
  [ -z "$POLICY" ] || rm -f "$POLICY"
  remember_files
}

need_packages() { # need_packages NAME…
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  PACKAGES_BEFORE=$(installed_packages) POLICY=""
  trap record_packages EXIT
  # Their services start when their configuration is there, and not with that of the package.
  if [ ! -e /usr/sbin/policy-rc.d ] || grep -q 'make install' /usr/sbin/policy-rc.d; then
    POLICY=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\n# of make install, while it runs\nexit 101\n' > $POLICY
    chmod 755 $POLICY
  fi
  # A server that has just started updates itself: wait for it.
  apt-get -qq -o DPkg::Lock::Timeout=600 update >/dev/null || say "the lists of packages could not be renewed; going on with those that are here"
  apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" \
    > /run/meetingpoint-apt.log 2>&1 || {
    tail -n 20 /run/meetingpoint-apt.log >&2
    fail "these packages could not be installed: ${missing[*]}"
  }
  rm -f /run/meetingpoint-apt.log
  record_packages
  trap - EXIT
  did "packages ${missing[*]}"
}

brought() { # brought PACKAGE: it was not here before
  grep -qxF "$1" "$RECORD/packages" 2>/dev/null
}
