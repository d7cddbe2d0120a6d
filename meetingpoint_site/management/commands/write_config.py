"""`manage.py write_config`: the files of proxy, relay and systemd, from the settings."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from meetingpoint_site.config_files import proxies, relay, units
from meetingpoint_site.config_files.example import ConfigError

KINDS = ("nginx", "caddy", "turnserver", "systemd")


class Command(BaseCommand):
    """Does what the help says, and nothing else."""

    help = (
        "Write the configuration of another program, made from the settings: nginx, caddy, turnserver, or systemd (all "
        "units; then --output is a folder). A file that is as it should be stays untouched. Without --output, print it."
    )

    # `manage.py check` is for that; here its warnings would hide the result.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("--output", type=Path, help="The file to write; for systemd, the folder.")
        parser.add_argument("--certificate", default="", help="The certificate with its chain, if the proxy gets none.")
        parser.add_argument("--key", default="", help="The key of the certificate.")
        parser.add_argument(
            "--tls", default="acme", help="caddy: acme (default), internal (its own authority), or an ACME directory."
        )
        parser.add_argument("--shared", action="store_true", help="nginx has other sites, too, which stay as they are.")
        parser.add_argument("--external-ip", default="", help="turnserver behind NAT: <public>/<private address>.")
        parser.add_argument(
            "--program", type=Path, default=settings.BASE_DIR, help="systemd: where manage.py is (default: here)."
        )
        parser.add_argument(
            "--secrets",
            type=Path,
            default=Path(units.SECRETS),
            help=f"systemd: their folder (default: {units.SECRETS}).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            texts = texts_of(options)
        except ConfigError as error:
            raise CommandError(str(error)) from error
        output: Path | None = options["output"]
        for name, text in texts.items():
            if output is None:
                self.stdout.write(f"# ── {name}\n{text}" if len(texts) > 1 else text, ending="")
                continue
            path = output / name if options["kind"] == "systemd" else output
            try:
                changed = write(path, text, 0o600 if options["kind"] == "turnserver" else 0o644)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}.") from error
            self.stdout.write(f"{path}: {'written' if changed else 'unchanged'}")


def texts_of(options: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a kind by file name. Raises `ConfigError` if the settings do not say what it needs."""
    if bool(options["certificate"]) != bool(options["key"]):
        raise ConfigError("--certificate and --key belong together.")
    pair = proxies.Certificate(options["certificate"], options["key"]) if options["key"] else None
    tls: str = options["tls"]
    if tls not in {"acme", "internal"} and not tls.startswith("https://"):
        raise ConfigError("--tls is acme, internal, or the https:// address of an ACME directory.")
    match options["kind"]:
        case "nginx":
            return {"nginx.conf": proxies.nginx(pair, shared=options["shared"])}
        case "caddy":
            directory = "" if tls in {"acme", "internal"} else tls
            return {"Caddyfile": proxies.caddy(internal=tls == "internal", directory=directory, certificate=pair)}
        case "turnserver":
            return {"turnserver.conf": relay.turnserver(pair, options["external_ip"])}
        case _:
            return units.units(units.Places(options["program"], options["secrets"]))


def write(path: Path, text: str, mode: int) -> bool:
    """Write a file whole or not at all, and only if it differs; say whether it did. It keeps its owner and rights."""
    try:
        if path.read_text() == text:
            return False
        was = path.stat()
    except FileNotFoundError:
        was = None
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), was.st_mode & 0o777 if was else mode)
        if was and os.geteuid() == 0:
            os.fchown(file.fileno(), was.st_uid, was.st_gid)
    new.replace(path)
    return True
