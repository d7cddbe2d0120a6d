"""The files of `write_config` in Debian's nginx and Caddy: sockets of one room reach one process, others are spread."""

import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from meetingpoint_site.config_files import proxies
from tests.deploy.proxy_servers import HOST, Caddy, Nginx, Proxy
from tests.services import Service, free_port, wait_until

PROGRAM = Path(__file__).with_name("room_server.py")
ROOMS = [f"/ws/rooms/room-{number}-hp3k" for number in range(16)]


class Process(Service):
    """One of the processes that serve the site."""

    name = "process"

    def command(self) -> list[str]:
        return [sys.executable, str(PROGRAM), str(self.port)]


def neighbours() -> int:
    """Return a free port whose next one is free, too."""
    while True:
        port = free_port()
        with socket.socket() as other:
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


class Front:
    """A proxy with two processes behind it."""

    def __init__(self, proxy: Proxy, processes: list[Process]) -> None:
        self.proxy, self.processes = proxy, {str(process.port): process for process in processes}

    def reached(self, path: str) -> str:
        """Open a socket, and return the process that it reaches."""
        with (
            socket.create_connection(("127.0.0.1", self.proxy.port), timeout=10) as raw,
            self.proxy.trusted.wrap_socket(raw, server_hostname=HOST) as connection,
        ):
            fields = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{fields}\r\n".encode())
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == 101, (path, answer.status)
            return answer.headers["X-Process"]

    def all_reached(self) -> dict[str, str]:
        """Open a socket of each room; return the process of each."""
        return {path: self.reached(path) for path in ROOMS}


@pytest.fixture(params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, settings: Any) -> Iterator[Front]:
    """Each of the proxies, with the file that is written for two processes."""
    settings.PORT, settings.WEB_PROCESSES = neighbours(), 2
    settings.SITE_ORIGINS, settings.ADMIN_ORIGIN, settings.LIMIT_FACTOR = [f"https://{HOST}"], "", 10
    make: Callable[[], Proxy] = {"nginx": lambda: Nginx(proxies.nginx()), "caddy": lambda: Caddy(proxies.caddy())}[
        request.param
    ]
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(settings.PORT + number)) for number in range(2)]
        yield Front(stack.enter_context(make()), processes)


def test_sockets_of_a_room_reach_one_process_and_others_are_spread(front: Front) -> None:
    homes = front.all_reached()
    assert all(front.reached(path) == home for _ in range(2) for path, home in homes.items())
    spread = Counter(homes.values())
    assert set(spread) == set(front.processes)
    assert min(spread.values()) >= 2
    # What belongs to no room goes anywhere.
    assert {front.reached("/ws/rooms") for _ in range(12)} == set(front.processes)


def test_the_rooms_of_a_process_that_is_killed_go_to_another(front: Front) -> None:
    gone, stays = front.processes.values()
    gone.kill()
    assert set(front.all_reached().values()) == {str(stays.port)}
    assert front.reached("/ws/rooms") == str(stays.port)


@pytest.mark.long
def test_and_come_back_with_it(front: Front) -> None:
    homes = front.all_reached()
    gone, _stays = front.processes.values()
    gone.kill()
    assert front.all_reached() != homes
    gone.start()
    # Both proxies leave it out for ten seconds.
    wait_until(lambda: front.all_reached() == homes, 30, "the rooms are where they were")
