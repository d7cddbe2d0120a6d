"""`manage.py serve`: the site and its sockets in one process, with the limits that the protocol promises."""

import os
import resource
import socket
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from meetingpoint_site.servers import SERVERS
from meetingpoint_site.stun.server import StunServer


class Command(BaseCommand):
    """Serves pages, static files and WebSockets until SIGTERM or Ctrl+C."""

    help = (
        "Serve Meeting Point: pages, static files and WebSockets. On SIGTERM or Ctrl+C it closes the sockets, their "
        "browsers reconnect to the next process, and this one ends at once, or within two seconds if a service hangs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 for all (default: 127.0.0.1)."
        )
        parser.add_argument(
            "--port", type=int, default=settings.PORT, help="TCP port to listen on (default: the setting PORT)."
        )
        parser.add_argument(
            "--server", choices=sorted(SERVERS), default="daphne", help="The ASGI server to use (default: daphne)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, server = options["host"], options["port"], options["server"]
        shown = "localhost" if host in ("127.0.0.1", "::1") else f"[{host}]" if ":" in host else host

        def ready() -> None:
            self.stdout.write(
                f"Meeting Point is at http://{shown}:{port} ({server}, process {os.getpid()}). Ctrl+C ends it."
            )
            if stun is not None:
                self.stdout.write(f"Browsers find their address at {settings.STUN_URLS[0]}.")

        allow_many_sockets()
        check_place(host, port)
        try:
            with self.stun() as stun:
                SERVERS[server](host, port, ready)
        except ImportError as error:
            raise CommandError(f"{server} is not installed: pip install {server}") from error
        except OSError as error:
            raise CommandError(str(error)) from error

    def stun(self) -> AbstractContextManager[StunServer | None]:
        """Return the STUN server of STUN_PORT. A port that is taken is said, and the site runs without."""
        port = settings.STUN_PORT
        if not port:
            return nullcontext()
        try:
            return StunServer(port)
        except OSError as error:
            self.stderr.write(
                f"STUN: UDP port {port} cannot be used: {error.strerror}. Browsers are still sent to it: if coturn has "
                "it, set STUN_PORT=0 and STUN_URLS to coturn's address; else choose another port."
            )
            return nullcontext()


def check_place(host: str, port: int) -> None:
    """Raise `CommandError` if no one can listen there: each server says so in its own way, or shows where it broke."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
            tried.bind(address)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise CommandError(f"Port {port} of {host} cannot be used: {why}.") from error


def allow_many_sockets() -> None:
    """Raise the limit of open files, which is 1,024 on many systems, to what the system allows this process."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):  # a hard limit that the system itself does not grant, as on macOS
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
