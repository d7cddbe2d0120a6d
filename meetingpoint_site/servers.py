"""The ASGI servers that can run this site, each with the same limits: Daphne (the default), uvicorn and Granian."""

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings

from common.collector import collect_rarely
from rooms.signaling.drain import drain
from rooms.signaling.messages import MAX_FRAME
from rooms.signaling.process import current_hub

from .bodies import MAX_BODY_BYTES
from .ending import end_soon
from .security import added_headers

APPLICATION = "meetingpoint_site.asgi:application"
PING_SECONDS = 10  # between two pings, and how long an answer may take: a half-open socket lives 20 s at most
SILENT_SECONDS = 12  # uvicorn pings who has been silent for longer; pages ping every 10 s by themselves


def serve_daphne(host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    import daphne.server
    from daphne import http_protocol
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server, twisted_loop
    from twisted.internet import defer, reactor

    from .asgi import application
    from .connections.daphne_sockets import ChannelFactory, SocketFactory, Transport
    from .connections.half_requests import BoundedFactory

    class BoundedRequest(http_protocol.WebRequest):
        """Daphne's request, which would receive a body of any size before it calls the application."""

        received = 0
        refused = False

        def process(self) -> Any:
            self.channel.answered = True
            return super().process()

        def gotLength(self, length: int | None) -> None:  # noqa: N802
            super().gotLength(length)
            if length is not None and length > MAX_BODY_BYTES:
                self.refuse()

        def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
            self.received += len(data)
            if self.received > MAX_BODY_BYTES:
                self.refuse()
            else:
                super().handleContentChunk(data)

        def refuse(self) -> None:
            if not self.refused:
                self.refused = True
                head = ["HTTP/1.1 413 Content Too Large", "Connection: close", "Content-Length: 0"]
                head += [f"{name}: {value}" for name, value in added_headers(secure=settings.HTTPS).items()]
                self.channel.transport.write("\r\n".join([*head, "", ""]).encode())
                self.channel.loseConnection()

    class DrainingServer(Server):
        """Daphne's server, which would cut its sockets without a close frame."""

        stopping: asyncio.Task[None] | None = None

        def begin_stop(self) -> None:
            if self.stopping is None:
                self.stopping = twisted_loop.create_task(self.drain_then_stop())

        async def drain_then_stop(self) -> None:
            for listener in self.listeners:
                listener.addCallback(lambda port: port and port.stopListening())
            await drain(current_hub())
            end_soon()
            self.stop()

        def listen_success(self, port: Any) -> Any:
            super().listen_success(port)
            port.transport = Transport
            collect_rarely()
            ready()
            return port

        def kill_all_applications(self) -> Any:
            # Daphne's own fails on a connection that has no application yet.
            tasks = [details.get("application_instance") for details in self.connections.values()]
            pending = [task for task in tasks if task is not None and not task.done()]
            for task in pending:
                task.cancel()
            return defer.Deferred.fromFuture(asyncio.gather(*pending, return_exceptions=True)) if pending else None

    logging.getLogger("daphne").setLevel(logging.WARNING)
    daphne.server.WebSocketFactory = SocketFactory
    http_protocol.WebRequest = BoundedRequest
    daphne.server.HTTPFactory = ChannelFactory if settings.TRUSTED_PROXIES else BoundedFactory
    server = DrainingServer(
        application=application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        signal_handlers=False,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        websocket_timeout=-1,
        websocket_max_message_size=MAX_FRAME,
        websocket_max_frame_size=MAX_FRAME,
        server_name="",
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        twisted_loop.add_signal_handler(number, server.begin_stop)
    reactor.suggestThreadPoolSize(1)
    server.run()
    if server.abort_start:
        raise OSError(f"Port {port} of {host} cannot be used: is something else serving there?")


def serve_uvicorn(host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; `drain.lifespan` drains."""
    import uvicorn

    from .connections.uvicorn_sockets import SocketProtocol

    class ReadyServer(uvicorn.Server):
        """Calls `ready` once it listens."""

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # its INFO lines hold client addresses
    config = uvicorn.Config(
        APPLICATION,
        host=host,
        port=port,
        lifespan="on",
        ws=SocketProtocol,
        ws_max_size=MAX_FRAME,
        ws_ping_interval=SILENT_SECONDS,
        ws_ping_timeout=2 * PING_SECONDS - SILENT_SECONDS,
        ws_per_message_deflate=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # what a proxy says of clients is for TRUSTED_PROXIES alone to judge
        timeout_graceful_shutdown=1,
    )
    ReadyServer(config).run()


def serve_granian(host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve with one worker process until SIGTERM or SIGINT; the worker drains if Granian gives it the time."""
    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=True,
        log_access=False,
        workers_kill_timeout=1,
    )
    server.on_startup(ready)
    server.serve()


SERVERS: dict[str, Callable[[str, int, Callable[[], None]], None]] = {
    "daphne": serve_daphne,
    "uvicorn": serve_uvicorn,
    "granian": serve_granian,
}
