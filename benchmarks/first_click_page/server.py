"""The server of the plain page: two files, and a socket that passes messages on. `python -m … PORT`."""

import asyncio
import itertools
import json
import sys
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

HERE = Path(__file__).resolve().parent
FILES = {
    "/": ("text/html", (HERE / "index.html").read_bytes()),
    "/plain.js": ("text/javascript", (HERE / "plain.js").read_bytes()),
}
numbers = itertools.count(1)
people: dict[str, ServerConnection] = {}


async def answer(_: ServerConnection, request: Request) -> Response | None:
    """Answer for the two files; the rest is the socket."""
    if request.path == "/ws":
        return None
    kind, body = FILES.get(request.path, ("text/plain", b""))
    status = HTTPStatus.OK if body else HTTPStatus.NOT_FOUND
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "max-age=3600"})
    return Response(status, status.phrase, headers, body)


async def meet(socket: ServerConnection) -> None:
    """Introduce a person to those who are there, and pass on what they say."""
    name = str(next(numbers))
    await socket.send(json.dumps({"type": "welcome", "peers": list(people)}))
    people[name] = socket
    try:
        async for text in socket:
            message = json.loads(text)
            if message["to"] in people:
                passed_on = {"type": "message", "from": name, "body": message["body"]}
                await people[message["to"]].send(json.dumps(passed_on))
    finally:
        del people[name]
        for other in people.values():
            await other.send(json.dumps({"type": "left", "id": name}))


async def main(port: int) -> None:
    """Serve for ever."""
    async with serve(meet, "127.0.0.1", port, process_request=answer):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
