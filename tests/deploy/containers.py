"""What deploy/compose.yaml says, carried out by systemd on a machine of its own, as there is no container engine.

Each service is a transient unit with the user, the rights, the network, the files, secrets and the environment of its
container, and the command that it names, in the order that it asks for. In place of the images are Debian's packages.
"""

import fnmatch
import json
import shlex
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.machine import ROOT, Machine, StepFailed
from tests.services import wait_until

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = "/srv/project"  # where the operator has the files, .env and deploy/secrets
# What the images of others do on their own: commands, and variables.
POSTGRES = """
set -e
if [ ! -e /var/lib/postgresql/data/PG_VERSION ]; then
  {binaries}/initdb -D /var/lib/postgresql/data --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" \\
    $POSTGRES_INITDB_ARGS
  {binaries}/pg_ctl -D /var/lib/postgresql/data -w -o "-c listen_addresses=" start
  for file in /docker-entrypoint-initdb.d/*.sql; do
    PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") psql --host=/var/run/postgresql --username=postgres --file="$file"
  done
  {binaries}/pg_ctl -D /var/lib/postgresql/data -w stop
fi
exec {binaries}/"$@" -D /var/lib/postgresql/data
"""
IMAGES: dict[str, dict[str, Any]] = {
    "proxy": {
        "command": ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
        "variables": {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"},
        "user": "0",
    },
    "postgres": {"user": "999"},
    "redis": {"user": "999"},
    "coturn": {},
}


def selected(folder: Path) -> set[str]:
    """Return the files that .dockerignore leaves in the context of a build, by Docker's rules: the last match wins."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        kept = True
        for rule in rules:
            if any(_matches(str(part), rule.removeprefix("!")) for part in (name, *name.parents[:-1])):
                kept = rule.startswith("!")
        if kept:
            found.add(str(name))
    return found


def _matches(name: str, pattern: str) -> bool:
    parts, wanted = name.split("/"), pattern.split("/")
    if wanted[0] == "**":
        return any(_matches("/".join(parts[start:]), "/".join(wanted[1:])) for start in range(len(parts)))
    return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


class Containers:
    """The services of compose.yaml on a machine that has the project in `PROJECT`, with .env and secrets."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.binaries = machine.run("dirname /usr/lib/postgresql/*/bin/initdb").strip()

    def start(self, name: str, *, done: set[str]) -> None:
        """Start a service after those that it depends on, and wait until it is well."""
        service = SERVICES[name]
        for needed in service.get("depends_on", {}):
            if needed not in done:
                self.start(needed, done=done)
        options = " ".join(f"--property={shlex.quote(item)}" for item in self.properties(name))
        command = shlex.join(self.command(name))
        once = "--wait" if service.get("restart") in {"no", "on-failure"} else ""
        test = service.get("healthcheck", {}).get("test")
        try:
            self.machine.run(f"systemd-run --quiet {once} --unit=container-{name} {options} -- {command}")
            if test and not once:
                wait_until(lambda: self.is_healthy(name, test), 90, f"{name} is healthy")
        except (StepFailed, TimeoutError) as error:
            said = self.machine.run(f"journalctl --quiet --output=cat --unit=container-{name} | head -n 30")
            raise StepFailed(f"{name}: {error}\n{said}") from error
        done.add(name)

    def run(self, name: str, *command: str) -> str:
        """Run a command in a further container of a service, as `docker compose run --rm` does; return its output."""
        options = " ".join(f"--property={shlex.quote(item)}" for item in self.properties(name))
        return self.machine.run(f"systemd-run --quiet --wait --pipe {options} -- /usr/bin/env {shlex.join(command)}")

    def is_healthy(self, name: str, test: list[str]) -> bool:
        """Run the health check inside the container."""
        command = shlex.join(test[1:]) if test[0] == "CMD" else shlex.join(["sh", "-c", *test[1:]])
        pid = f"$(systemctl show --property=MainPID --value container-{name})"
        path = "/opt/venv/bin:$PATH"
        most = SERVICES[name]["healthcheck"].get("timeout", "30s")  # as compose has it
        found = self.machine.run(
            f"PATH={path} timeout {most} nsenter --target {pid} --mount --net -- {command} >/dev/null 2>&1 "
            "&& echo yes || true"
        )
        if self.machine.run(f"systemctl is-failed container-{name} || true").strip() == "failed":
            raise StepFailed(f"{name} ended")
        return found.strip() == "yes"

    def command(self, name: str) -> list[str]:
        """Return what the container runs."""
        service = SERVICES[name]
        command: list[str] = service.get("command") or IMAGES.get(name, {}).get("command", [])
        if name == "postgres":
            return ["bash", "-c", POSTGRES.format(binaries=self.binaries), "entrypoint", *command]
        if name == "web":
            lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
            command = json.loads(next(line for line in reversed(lines) if line.startswith("CMD ")).removeprefix("CMD "))
        return ["/usr/bin/env", *service.get("entrypoint", []), *command]

    def properties(self, name: str) -> list[str]:
        """Return the container's limits as properties of a unit."""
        service = SERVICES[name]
        image = IMAGES.get(name, {})
        user = image.get("user") or service["user"]
        capabilities = " ".join(f"CAP_{right}" for right in service.get("cap_add", [])) if user == "0" else ""
        found = [
            "NoNewPrivileges=yes",
            f"CapabilityBoundingSet={capabilities}",
            "ProtectSystem=strict",
            "PrivateTmp=yes",
        ]
        found += [
            f"TasksMax={service['pids_limit']}",
            "ProtectHome=no",
            f"User={user if user == '0' else f'uid{user}'}",
        ]
        if service.get("network_mode") == "none":
            found.append("PrivateNetwork=yes")
        variables = {**image.get("variables", {}), **service.get("environment", {})}
        if "build" in service:
            found.append("WorkingDirectory=/opt/meeting-point")
            variables |= {"PATH": "/opt/venv/bin:/usr/bin:/bin", "ENV_FILE": "/dev/null"}
        if "env_file" in service:
            found.append(f"EnvironmentFile={PROJECT}/.env")
        found += [f'Environment="{key}={value}"' for key, value in variables.items()]
        for secret in service.get("secrets", []):
            file = COMPOSE["secrets"][secret]["file"].removeprefix("./")
            found.append(f"BindReadOnlyPaths={PROJECT}/deploy/{file}:/run/secrets/{secret}")
        for volume in service.get("volumes", []):
            source, target, *mode = volume.split(":")
            there = f"{PROJECT}/deploy/{source.removeprefix('./')}" if source.startswith("./") else f"/volumes/{source}"
            found.append(f"{'BindReadOnlyPaths' if mode else 'BindPaths'}={there}:{target}")
        return found
