"""The real services that tests run against: private instances in temporary folders, on free ports, ended by their pid.

Nothing here touches a server that the machine runs for itself. PostgreSQL refuses to run as root: then it runs as
the user `postgres` that its package makes.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

import psycopg
import redis

PORTS = range(11_000, 32_000)  # browsers refuse some of those below


class Process(Protocol):
    """What is used of `subprocess.Popen`, and what takes its place must have."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


def free_port() -> int:
    """Return a TCP port on which nothing listens at this moment.

    It is none of those that the system gives to outgoing connections (from 32,768 on): one of them could take it before
    the service does.
    """
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("", port))
            return port


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return as soon as `condition` is true (an `OSError` counts as false). Raises `TimeoutError` naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.03)


def find_binary(name: str) -> str:
    """Return the path of a program, also where Debian keeps PostgreSQL's. Raises `FileNotFoundError`."""
    found = shutil.which(name)
    if not found:
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not versions:
            raise FileNotFoundError(f"{name} is not installed: `make test` installs what the tests need")
        found = str(versions[-1])
    return found


def make_certificate(folder: Path, *names: str) -> Path:
    """Make key.pem and certificate.pem for `names` ("DNS:…", "IP:…"; default: localhost); return the latter's path."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = names or ("DNS:localhost", "IP:127.0.0.1")
    subject = ["-subj", f"/CN={names[0].partition(':')[2]}", "-addext", f"subjectAltName={','.join(names)}"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*made, *subject, *files], capture_output=True, check=True)
    return folder / "certificate.pem"


class Service:
    """One process with a folder of its own, its output in `log`. Used as a context manager or by `start`/`stop`."""

    name = "service"
    stop_signal = signal.SIGTERM
    ready_within = 20.0

    def __init__(self, port: int | None = None, folder: Path | None = None) -> None:
        self.kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"meetingpoint-{self.name}-"))
        self.port = port or free_port()
        self.log = self.folder / "output.log"
        self.process: Process | None = None
        self.user: str | None = None

    def command(self) -> list[str]:
        """Return the command line of the process."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return the environment of the process."""
        return dict(os.environ)

    def ready(self) -> bool:
        """Say whether the service answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def begin(self, log: int) -> Process:
        """Start the process in a session of its own; `log` is the descriptor of the file that it writes to."""
        return subprocess.Popen(
            self.command(),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=self.user,
            start_new_session=True,
        )

    def start(self) -> Self:
        """Start the process and wait until it answers. Raises `RuntimeError` with the log when it ends instead."""
        with self.log.open("ab") as log:
            self.process = self.begin(log.fileno())
        wait_until(lambda: self.ended() or self.ready(), self.ready_within, f"{self.name} answers")
        if self.ended():
            raise RuntimeError(f"{self.name} ended at once:\n{self.log.read_text(errors='replace')[-3000:]}")
        return self

    def ended(self) -> bool:
        """Say whether the process is gone."""
        return self.process is None or self.process.poll() is not None

    def signal(self, number: int) -> None:
        """Send a signal to the process, if it lives."""
        if self.process and not self.ended():
            self.process.send_signal(number)

    def stop(self, seconds: float = 10) -> float:
        """End the process and return how many seconds it took; one that does not end in time is killed."""
        started = time.monotonic()
        self.signal(self.stop_signal)
        if self.process:
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - started

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def close(self) -> None:
        """End the process and remove its folder, unless it was given."""
        self.stop()
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()


class RedisServer(Service):
    """A Redis that keeps nothing on disk."""

    name = "redis"

    @property
    def url(self) -> str:
        """The value of REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = {"--port": self.port, "--bind": "127.0.0.1", "--save": "", "--appendonly": "no", "--dir": self.folder}
        return [find_binary("redis-server"), *(str(part) for pair in options.items() for part in pair)]

    def ready(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class PostgresServer(Service):
    """A PostgreSQL of its own, without durability, with trust for the loopback address."""

    name = "postgres"
    superuser = "meetingpoint"
    stop_signal = signal.SIGINT  # "fast": open connections are ended, nothing is lost
    ready_within = 30.0

    def __init__(self, port: int | None = None, folder: Path | None = None) -> None:
        super().__init__(port, folder)
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            users = {entry.pw_name: entry for entry in pwd.getpwall()}
            entry = users.get("postgres") or pwd.getpwuid(65534)  # the user without rights
            self.user = entry.pw_name
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        if not self.data.exists():
            made = [find_binary("initdb"), "-D", str(self.data), "-U", self.superuser]
            options = ["-A", "trust", "-E", "UTF8", "--no-sync"]
            subprocess.run([*made, *options], check=True, capture_output=True, user=self.user, cwd=self.folder)

    def command(self) -> list[str]:
        options = [
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ]
        command = [find_binary("postgres"), "-D", str(self.data), "-p", str(self.port)]
        return [*command, *(part for option in options for part in ("-c", option))]

    def url(self, database: str = "postgres") -> str:
        """Return the value of DATABASE_URL for `database`."""
        return f"postgres://meetingpoint@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Make a copy of `template`, empty by default, and return its DATABASE_URL."""
        name = f"mp_{secrets.token_hex(4)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def dump(self, url: str) -> str:
        """Return everything a database holds, as SQL text."""
        return subprocess.run([find_binary("pg_dump"), url], check=True, capture_output=True, text=True).stdout

    def ready(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


class CoturnServer(Service):
    """A TURN server with REST credentials that relays between addresses of this machine."""

    name = "coturn"

    def __init__(self, port: int | None = None) -> None:
        super().__init__(port)
        self.secret = secrets.token_hex(16)

    @property
    def settings(self) -> dict[str, str]:
        """TURN_URLS and TURN_SECRET for a server that uses this one."""
        return {"TURN_URLS": f"turn:127.0.0.1:{self.port}?transport=udp", "TURN_SECRET": self.secret}

    def command(self) -> list[str]:
        return [
            find_binary("turnserver"),
            "-n",
            "--listening-ip=127.0.0.1",
            "--relay-ip=127.0.0.1",
            f"--listening-port={self.port}",
            "--use-auth-secret",
            f"--static-auth-secret={self.secret}",
            "--realm=meetingpoint.test",
            "--allow-loopback-peers",
            "--no-cli",
            "--no-tls",
            "--no-dtls",
            "--log-file=stdout",
            f"--pidfile={self.folder / 'turnserver.pid'}",
            f"--userdb={self.folder / 'turndb'}",
        ]

    def ready(self) -> bool:
        return answers_stun(self.port)


def answers_stun(port: int) -> bool:
    """Say whether a STUN server answers over UDP (RFC 8489); over TCP, coturn is there earlier."""
    request = struct.pack("!HHI12s", 0x0001, 0, 0x2112A442, secrets.token_bytes(12))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.connect(("127.0.0.1", port))
        try:
            client.send(request)
            return client.recv(2048)[8:20] == request[8:20]
        except (ConnectionRefusedError, TimeoutError):
            return False
