# shellcheck shell=bash
# A release: a copy of the program's files with its own virtual environment, in a folder that is never changed again.

source_files() { # the files of the program, one a line; git knows them, an unpacked archive has nothing else
  if git -c safe.directory="$SOURCE" -C "$SOURCE" rev-parse --git-dir >/dev/null 2>&1; then
    git -c safe.directory="$SOURCE" -C "$SOURCE" ls-files | while read -r file; do
      [ ! -e "$SOURCE/$file" ] || echo "$file"
    done
  else
    (cd "$SOURCE" && find . -type f \
      -not -path './.venv/*' -not -path './node_modules/*' -not -path './var/*' -not -path './releases/*' -not -path './.git/*' -not -path './.git' \
      -not -path './deploy/secrets/*' -not -name '.env' -not -name '*.sqlite3*' -not -name '*.pyc' | sed 's|^\./||')
  fi | LC_ALL=C sort
}

release_id() { # <version>-<12 hex digits of all files>
  local version digest
  version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$SOURCE/meetingpoint_site/__init__.py")
  digest=$(cd "$SOURCE" && source_files | tr '\n' '\0' | xargs -0 sha256sum | sha256sum | cut -c 1-12)
  echo "$version-$digest"
}

build_release() { # build_release ID
  local place=$PROGRAM/releases/$1
  [ ! -e "$place/.complete" ] || return 0
  rm -rf "$place"
  mkdir -p "$place"
  (cd "$SOURCE" && source_files | tar --create --no-recursion --files-from=- --owner=0 --group=0 --mode=u=rwX,go=rX) |
    tar --extract --directory "$place"
  if cmp -s "$place/requirements.lock" "$PROGRAM/current/requirements.lock"; then
    cp -a --reflink=auto "$PROGRAM/current/.venv" "$place/.venv" # the same packages
  else
    say "virtual environment of $1"
    python3 -m venv "$place/.venv"
    "$place/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes \
      -r "$place/requirements.lock"
  fi
  (cd "$place" && .venv/bin/python -m scripts.bundle >/dev/null)
  "$place/.venv/bin/python" -m compileall -q -x '/[.]venv/' "$place" >/dev/null || true
  chmod -R go=rX "$place"
  touch "$place/.complete"
  did "release $1"
}

current_release() { # its id, or nothing before the first one
  [ ! -L "$PROGRAM/current" ] || basename "$(readlink "$PROGRAM/current")"
}

running_release() { # that of the processes; the current one is newer if a call was interrupted before they started again
  if [ -s "$STARTED" ]; then sed 's/ .*//; s|.*/||' "$STARTED"; else current_release; fi
}

switch_to() { # switch_to ID: in one step
  local runs
  [ "$(current_release)" != "$1" ] || return 0
  runs=$(running_release)
  [ "${runs:-$1}" = "$1" ] || echo "$runs" > "$ETC/former_release"
  ln -s "releases/$1" "$PROGRAM/current.new"
  mv -T "$PROGRAM/current.new" "$PROGRAM/current"
  did "now $1 runs"
}

forget_old_releases() { # all but the current one, the one before it and a third
  local kept=0 id
  find "$PROGRAM/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -rn | while read -r _ id; do
    if [ "$id" = "$(current_release)" ] || [ "$id" = "$(cat "$ETC/former_release" 2>/dev/null)" ]; then continue; fi
    kept=$((kept + 1))
    [ $kept -le 1 ] || rm -rf "$PROGRAM/releases/$id"
  done
}
