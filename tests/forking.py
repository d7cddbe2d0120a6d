"""Processes of Django that begin as copies of one that has imported the libraries already: a fork server.

The imports take a second of processor time, and a run of the tests starts hundreds of such processes.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

from tests.services import Process

ROOT = Path(__file__).resolve().parent.parent
# They need no settings, start no threads and open no event loop when they are imported.
LIBRARIES = [
    "autobahn.twisted.websocket",
    "channels_redis.core",
    "cryptography.x509",
    "django.contrib.admin",
    "django.core.mail",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.template",
    "django.urls",
    "environ",
    "msgspec",
    "OpenSSL",
    "prometheus_client",
    "psycopg",
    "redis.asyncio",
    "requests",
    "service_identity",
    "twisted.internet.asyncioreactor",
    "twisted.internet.endpoints",
    "twisted.web.http",
    "uvicorn",
    "uvloop",
    "websockets.protocol",
]


LONGEST_COMMAND = 600.0  # seconds, more than filling a large database takes; one that hangs fails its test
_in_use = False


def use() -> None:
    """Let `start` make copies from now on: the tests do, benchmarks measure processes as they are."""
    global _in_use
    _in_use = True


def start(command: Sequence[str], environment: Mapping[str, str], streams: Sequence[int]) -> Process:
    """Start a command in a session of its own; `streams` are the descriptors of its input, output and errors."""
    # What Granian starts cannot begin as a copy.
    if _in_use and command[0] == sys.executable and command[1].endswith("manage.py") and "granian" not in command:
        return ForkedProcess(command[1:], environment, streams)
    given, output, errors = streams
    return subprocess.Popen(command, env=environment, stdin=given, stdout=output, stderr=errors, start_new_session=True)


def run(arguments: Sequence[str], environment: Mapping[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a `manage.py` command to its end; return its exit code and what it wrote. Raises `TimeoutExpired`."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    with ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3)]
        streams[0].write(stdin)
        streams[0].seek(0)
        process = start(command, environment, [stream.fileno() for stream in streams])
        try:
            code = process.wait(LONGEST_COMMAND)
        finally:
            process.send_signal(signal.SIGKILL)  # does nothing once it has ended
        output, errors = (os.pread(s.fileno(), os.fstat(s.fileno()).st_size, 0).decode() for s in streams[1:])
    return subprocess.CompletedProcess(command, code, output, errors)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    return context


class ForkedProcess:
    """A Python program in a process of its own, as far as the tests use `subprocess.Popen`.

    `command` is a script and its arguments; `streams` are the descriptors of its input, output and errors. The process
    has a session of its own.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], streams: Sequence[int]) -> None:
        connections = [Connection(os.dup(stream)) for stream in streams]
        self._process = _context().Process(
            target=_run, args=(list(command), dict(environment), connections), daemon=True
        )
        self._process.start()
        for connection in connections:
            connection.close()
        assert self._process.pid
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(command: list[str], environment: dict[str, str], connections: list[Connection]) -> None:
    os.setsid()
    for number, connection in enumerate(connections):
        os.dup2(connection.fileno(), number)
        connection.close()
    os.closerange(3, 1024)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "w" if n else "r", buffering=1) for n in range(3))
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))
    try:
        runpy.run_path(command[0], run_name="__main__")
    finally:
        atexit._run_exitfuncs()
