"""Meeting Point and coturn on hosts of the lab's internet."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.app_server import AppServer
from tests.lab.network import RELAY, SERVER, Namespace
from tests.services import CoturnServer, make_certificate

PORT = 8000
# Asked on the host itself: nothing else reaches it.
KNOCK = "import sys, urllib.request as u; sys.exit(u.urlopen('http://localhost:8000/readyz', timeout=2).status != 200)"


class LabApp(AppServer):
    """The application on the lab's server host, with its own STUN server.

    Browsers call it localhost: a secure context without certificates.
    """

    browser_arguments = (f"--host-resolver-rules=MAP localhost:{PORT} {SERVER}:{PORT}", "--ignore-certificate-errors")
    browser_environment: Mapping[str, str] = {}
    browser_preparation = ""  # shell, in the browser's own mount namespace

    def __init__(self, host: Namespace, database: Path, settings: dict[str, str]) -> None:
        self.host = host
        super().__init__(PORT, {"LOG_LEVEL": "DEBUG", "STUN_PORT": "3478", "STUN_HOST": SERVER, **settings})
        shutil.copy(database, self.folder / "db.sqlite3")

    def command(self) -> list[str]:
        here = super().command()
        here[here.index("127.0.0.1")] = "0.0.0.0"  # noqa: S104 - of a host that only the lab reaches
        return [*self.host.prefix, *here]

    def ready(self) -> bool:
        knock = [*self.host.prefix, "python3", "-c", KNOCK]
        return subprocess.run(knock, capture_output=True, check=False).returncode == 0


class LabRelay(CoturnServer):
    """coturn on the lab's relay host: UDP and TCP on 3478, TLS on 443."""

    def __init__(self, host: Namespace) -> None:
        super().__init__(3478)
        self.host = host
        make_certificate(self.folder, f"IP:{RELAY}")

    @property
    def settings(self) -> dict[str, str]:
        """The application's settings: TURN over UDP, TCP and TLS."""
        urls = [
            f"turn:{RELAY}:3478?transport=udp",
            f"turn:{RELAY}:3478?transport=tcp",
            f"turns:{RELAY}:443?transport=tcp",
        ]
        return {"TURN_URLS": ",".join(urls), "TURN_SECRET": self.secret}

    def command(self) -> list[str]:
        off = {"--no-tls", "--no-dtls", "--allow-loopback-peers"}
        here = [part.replace("127.0.0.1", RELAY) for part in super().command() if part not in off]
        tls = [
            "--tls-listening-port=443",
            f"--cert={self.folder / 'certificate.pem'}",
            f"--pkey={self.folder / 'key.pem'}",
        ]
        return [*self.host.prefix, *here, *tls]

    def ready(self) -> bool:
        return "turnserver" in self.host.run("ss", "-Hltnp", "sport = :443")
