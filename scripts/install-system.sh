#!/usr/bin/env bash
# Install the system packages that a step needs and that are missing.
#   install-system.sh venv    Python's venv module, for every target
#   install-system.sh node    Node.js and npm, for `make check`
#   install-system.sh tests   browsers, Redis, PostgreSQL, coturn, nginx, Caddy, Buildah, Node.js and network tools, for `make test`
#   install-system.sh sound   a sound server, for `make test-faults`
# Packages are only installed as root on a system with apt; elsewhere the script says what is missing and fails.
set -euo pipefail

declare -a missing=()

need() { # need <package> <test command...>
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

has_node() { # version 20 is the first whose test runner and WebCrypto the tests can use
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'
}

has_postgres() {
  command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'
}

case "${1:-}" in
  venv)
    need python3-venv python3 -c 'import ensurepip, venv'
    ;;
  node)
    need nodejs has_node
    need npm command -v npm
    ;;
  tests)
    need nodejs has_node
    need chromium command -v chromium
    need chromium-headless-shell command -v chromium-headless-shell
    need firefox-esr command -v firefox-esr
    need redis-server command -v redis-server
    need postgresql has_postgres
    need coturn command -v turnserver
    need nginx command -v nginx
    need caddy command -v caddy
    need systemd test -x /lib/systemd/systemd
    need curl command -v curl
    need iproute2 command -v ip
    need iptables command -v iptables
    need conntrack command -v conntrack
    need openssl command -v openssl
    need shellcheck command -v shellcheck
    need debootstrap command -v debootstrap
    need buildah command -v buildah
    ;;
  sound)
    need pulseaudio command -v pulseaudio
    need pulseaudio-utils command -v parec
    ;;
  *)
    echo "usage: $0 venv|node|tests|sound" >&2
    exit 2
    ;;
esac

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  {
    echo "Missing system packages: ${missing[*]}"
    echo "Install them (on Debian, as root: apt-get update && apt-get install ${missing[*]}) and run make again."
  } >&2
  exit 1
fi

echo "Installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "The packages could not be installed: ${missing[*]}" >&2
  exit 1
fi
if [[ " ${missing[*]} " == *" nodejs "* ]] && ! has_node; then
  echo "Node.js 20 or newer is needed; this system's package is older. Install a newer one and run make again." >&2
  exit 1
fi
