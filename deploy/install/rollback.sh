#!/bin/bash
# sudo make rollback: the release that ran before the newest upgrade runs again. Tables go back to its form, and what people
# have written since then stays. Called twice, it goes forward again.
# shellcheck source=deploy/install/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=deploy/install/release.sh
source deploy/install/release.sh

newest_migrations() { # newest_migrations RELEASE: "app name" of the last migration of each app
  (set -a
   eval "$("$COMMAND" --environment)"
   cd "$PROGRAM/releases/$1" && .venv/bin/python manage.py shell --verbosity 0 -c '
from django.db.migrations.loader import MigrationLoader
for app, name in sorted(MigrationLoader(None).graph.leaf_nodes()):
    print(app, name)')
}

main() {
  local former current app name
  need_root
  one_at_a_time
  current=$(current_release) former=$(cat "$ETC/former_release" 2>/dev/null || true)
  [ -e "$PROGRAM/releases/${former:-none}/.complete" ] || fail "there is no earlier release here."
  step "Back to $former"
  # Only the newer release knows how its changes are undone.
  comm -13 <(newest_migrations "$current") <(newest_migrations "$former") | while read -r app name; do
    say "tables of $app back to $name"
    managed migrate "$app" "$name" --noinput --verbosity 0
  done
  switch_to "$former"
  managed migrate --check >/dev/null 2>&1 || managed migrate --noinput --verbosity 0
  place $COMMAND 755 root:root < "$PROGRAM/current/deploy/install/command.sh" || true
  managed_as_root write_config systemd --program $PROGRAM/current --secrets $SECRETS --output $UNITS >/dev/null
  systemctl daemon-reload
  restart_web || fail "the earlier release does not start, either: journalctl -u 'meetingpoint@*'"
  echo "$former runs."
}

main
