"""What hosts do over HTTP, and how guests knock."""

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings

from tests.signaling.world import HELLO, Caller, Scene

CSRF = "c" * 32


async def post(scene: Scene, what: str, body: dict[str, Any], person: tuple[str, str] | None = None) -> int:
    """Post to the room's address as Olga, or as another person; return the status."""
    session, _ = person or scene.olga
    request = urllib.request.Request(
        f"{scene.app.origin}/rooms/{scene.slug}/{what}",
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        },
    )

    def send() -> int:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    return await asyncio.to_thread(send)


async def change_join_rule(scene: Scene, rule: str, *, requires_host: bool = False) -> None:
    """Change who can join."""
    assert await post(scene, "join-rule", {"join_rule": rule, "requires_host": requires_host}) == 200


async def knock(caller: Caller, *, lobby: bool = False) -> dict[str, Any]:
    """Connect if need be, knock, and return the first `waiting`."""
    if caller.connection is None:
        await caller.connect()
    await caller.send("knock", v=1, pid=caller.pid, hello=HELLO, lobby=lobby)
    return await caller.expect("waiting")
