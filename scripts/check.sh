#!/usr/bin/env bash
# Checks the code without running it. Stops at the first problem.
set -euo pipefail
cd "$(dirname "$0")/.."

# The operator's own settings must not affect the result.
export ENV_FILE=/dev/null DEBUG=1 DATABASE_URL="sqlite:///:memory:" REDIS_URL=""

step() {
  printf '· %s\n' "$1"
  shift
  "$@"
}

# Events go through `Emitter` and `ElementEvent`, whose names and details the types know.
untyped_events() {
  ! grep -rnE 'CustomEvent|detail: any|extends EventTarget' static/js --include='*.js' --exclude-dir=lib
}

# A typedef of an import exports the type once more; `@import` does not.
passed_on_types() {
  ! grep -rn '@typedef {import(' static/js --include='*.js'
}

step "format" ruff format --check --quiet .
step "style" ruff check --quiet .
step "types, Python" mypy
step "types, JavaScript" node_modules/.bin/tsc --project tsconfig.json
step "events" untyped_events
step "type imports" passed_on_types
step "words" python scripts/check_words.py
step "commit messages" python scripts/check_commits.py
step "requirements, locks, vendored files" python -m scripts.check_supply_chain
step "templates" djlint --lint --quiet templates
step "templates compile" python scripts/check_templates.py
step "migrations" python manage.py makemigrations --check --dry-run --verbosity 0
step "settings" python manage.py check --fail-level WARNING
step "settings in production" env DEBUG=0 SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
  SITE_ORIGINS=https://meet.example.org python manage.py check --deploy --fail-level ERROR
printf 'All checks passed.\n'
