"""The signaling servers that are compared, each spoken to as its own clients speak."""

import json
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect

from tests.services import Service
from tests.signaling.world import Scene, SignalingServer

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "benchmarks"
PEERSERVER = "peer@1.0.2"
QUIET: dict[str, Any] = {"compression": None, "ping_interval": None, "max_size": None}


@dataclass
class Person:
    """A client that has connected and joined; `send` speaks the server's dialect."""

    socket: ClientConnection
    id: str
    send: Callable[[str, str, str], Awaitable[None]]

    async def receive(self, kind: str) -> dict[str, Any]:
        """Return the next message of a type; others are read over."""
        while True:
            message: dict[str, Any] = json.loads(await self.socket.recv())
            if message["type"] == kind:
                return message


class Target(Protocol):
    """A server to measure."""

    name: str
    relayed: str  # the type of what a peer sent, as it arrives
    joins: int  # messages to the server that a join takes

    def start(self) -> None:
        """Start it, with rooms for `prepare`d calls."""

    def stop(self) -> None:
        """End it."""

    def pid(self) -> int:
        """Return the process to measure."""

    def prepare(self, rooms: int, people: int) -> None:
        """Make rooms in which as many people may meet."""

    async def person(self, room: int, seat: int) -> Person:
        """Connect a client and join a room."""


class Ours:
    """Meeting Point, with cookie, membership check and roster. Seat 0 is a signed-in owner, the others are guests."""

    relayed = "relay"
    joins = 1

    def __init__(self, server: str) -> None:
        self.name = f"Meeting Point, {server}"
        self.app = SignalingServer(server)
        self.scenes: list[Scene] = []

    def start(self) -> None:
        self.app.migrate()
        self.app.start()

    def stop(self) -> None:
        self.app.close()

    def pid(self) -> int:
        assert self.app.process
        return self.app.process.pid

    def prepare(self, rooms: int, people: int) -> None:
        self.scenes = self.app.scenes(rooms, people=8, guests=people)

    async def person(self, room: int, seat: int) -> Person:
        scene = self.scenes[room % len(self.scenes)]
        caller = scene.caller(scene.guests[seat] if seat else scene.olga)
        await caller.join(hello='{"v":1,"name":"Guest"}')

        async def send(kind: str, to: str, body: str) -> None:
            await caller.send("relay", to=to, body=body)

        return Person(caller.socket, caller.pid, send)


class ServiceTarget:
    """A server that is one command."""

    name = ""
    relayed = ""
    joins = 0

    def __init__(self) -> None:
        self.service = CommandService(self.command)

    def command(self, port: int) -> list[str]:
        """Return the command line."""
        raise NotImplementedError

    def start(self) -> None:
        self.service.start()

    def stop(self) -> None:
        self.service.close()

    def pid(self) -> int:
        assert self.service.process
        return self.service.process.pid

    def prepare(self, rooms: int, people: int) -> None:
        """Rooms need no making."""


class CommandService(Service):
    """Runs a command that listens on the port it is given."""

    def __init__(self, command: Callable[[int], list[str]]) -> None:
        super().__init__()
        self._command = command

    def command(self) -> list[str]:
        return self._command(self.port)


class Textbook(ServiceTarget):
    """The Channels tutorial's way, on Daphne with the in-memory layer, without authentication."""

    name = "textbook Channels, daphne"
    relayed = "message"

    def command(self, port: int) -> list[str]:
        options = ["-v", "0", "-p", str(port)]
        return [sys.executable, "-m", "daphne", *options, "benchmarks.textbook.asgi:application"]

    async def person(self, room: int, seat: int) -> Person:
        socket = await connect(f"ws://127.0.0.1:{self.service.port}/ws/room{room}", **QUIET)
        welcome = json.loads(await socket.recv())

        async def send(kind: str, to: str, body: str) -> None:
            await socket.send(json.dumps({"to": to, "body": body}))

        return Person(socket, welcome["id"], send)


class PeerServer(ServiceTarget):
    """PeerServer (npm `peer`), spoken to as PeerJS does, without authentication."""

    name = "PeerServer, node"
    relayed = "CANDIDATE"

    def command(self, port: int) -> list[str]:
        return ["node", str(self.installed() / "node_modules/peer/dist/bin/peerjs.js"), "--port", str(port)]

    @staticmethod
    def installed() -> Path:
        """Return the folder where the package is, after installing it if need be."""
        folder = CACHE / "peerserver"
        if not (folder / "node_modules" / "peer").is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
            subprocess.run([*install, PEERSERVER], check=True)
        return folder

    async def person(self, room: int, seat: int) -> Person:
        name = f"r{room}s{seat}{secrets.token_hex(4)}"
        url = (
            f"ws://127.0.0.1:{self.service.port}/peerjs?key=peerjs&id={name}&token={secrets.token_hex(6)}&version=1.5.4"
        )
        socket = await connect(url, **QUIET)
        person = Person(socket, name, self._sender(socket))
        await person.receive("OPEN")
        return person

    @staticmethod
    def _sender(socket: ClientConnection) -> Callable[[str, str, str], Awaitable[None]]:
        async def send(kind: str, to: str, body: str) -> None:
            payload = {"sdp": body, "type": "media", "connectionId": "mc_1"}
            await socket.send(json.dumps({"type": "CANDIDATE", "payload": payload, "dst": to}))

        return send
