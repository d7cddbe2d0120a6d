#!/bin/bash
# sudo make upgrade [VERSION=v1.2.0]: run the release that this checkout has, or check out another one first. A backup is made
# before anything changes; with several processes the site never stops; a release that does not start is taken back. Exit code 3:
# the new release runs, but something else failed, such as a check of mail, disk or certificate.
# shellcheck source=deploy/install/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=deploy/install/release.sh
source deploy/install/release.sh

need_root
[ -L "$PROGRAM/current" ] || fail "nothing is installed here yet: sudo make install DOMAIN=meet.example.org"
before=$(running_release)
if [ -n "${VERSION:-}" ]; then
  as_owner() { setpriv --reuid="$(stat -c %u .git)" --regid="$(stat -c %g .git)" --clear-groups git "$@"; }
  as_owner diff --quiet HEAD || fail "this checkout has changes of its own."
  as_owner fetch --quiet --tags || say "no newer versions could be fetched; looking among those that are here"
  as_owner checkout --quiet "$VERSION" || fail "there is no version $VERSION."
fi
code=0
deploy/install/install.sh || code=$?
if [ $code -eq 3 ]; then
  FAILURE=3 fail "the new release runs and stays. What failed is above; once it is mended: sudo make install"
elif [ $code -ne 0 ]; then
  if [ "$(current_release)" != "$before" ]; then
    say "the new release is taken back"
    TARGET=upgrade deploy/install/rollback.sh
  fi
  fail "the release from before runs: $before"
fi
