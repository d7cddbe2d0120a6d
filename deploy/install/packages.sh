# shellcheck shell=bash
# Debian's packages: what is missing is installed, and remembered, so that uninstalling removes exactly that.

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | grep -vE '^(not-installed|config-files) ' | sed 's/.* //' | sort; }

POLICY=/usr/sbin/policy-rc.d

record_packages() { # what came since the last list; also when a run is interrupted
  comm -13 "$RECORD/packages_before" <(installed_packages) >> "$RECORD/packages"
  remember_files
  if grep -qs 'make install' $POLICY; then rm -f $POLICY; fi
  rm -f "$RECORD/packages_before"
}

mend_packages() {
  apt-get -qq -o DPkg::Lock::Timeout=600 install -y --fix-broken --no-install-recommends >/dev/null 2>&1 || true
}

settle_packages() { # what an earlier call has left when it was killed, or the machine lost its power, while apt was at work
  local cut
  [ -e "$RECORD/packages_before" ] || return 0
  say "packages of a call that was interrupted"
  dpkg --configure -a >/dev/null 2>&1 || true
  mend_packages # what was cut off while it was unpacked can be neither set up nor removed before it is unpacked again
  mapfile -t cut < <(dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinst[a-z-]* //p')
  if [ ${#cut[@]} -gt 0 ]; then # there is no archive of it
    dpkg --purge --force-remove-reinstreq --force-depends "${cut[@]}" >/dev/null 2>&1 || true
    find /etc /usr -xdev -name '*.dpkg-new' -newer "$RECORD/packages_before" -delete
    mend_packages
  fi
  record_packages
}

need_packages() { # need_packages NAME…
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  mkdir -p "$RECORD"
  place "$RECORD/packages_before" 644 root:root < <(installed_packages) >/dev/null || true
  trap record_packages EXIT
  # Their services start when their configuration is there, and not with that of the package.
  [ -e $POLICY ] || place $POLICY 755 root:root > /dev/null <<< $'#!/bin/sh\n# of make install, while it runs\nexit 101' || true
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
