"""Somebody waits at the door and nobody is there to open: those who could are told by mail."""

import asyncio

from tests.services import wait_until
from tests.signaling.doors import change_door, knock
from tests.signaling.world import SignalingServer


async def test_the_owner_gets_a_mail_when_somebody_waits_and_no_host_is_inside(app: SignalingServer) -> None:
    scene = app.room()
    await change_door(scene, "knock")
    guest = scene.caller(scene.guests[0])
    await knock(guest)
    there = f"{app.origin}/r/{scene.slug}"

    def letters() -> list[str]:
        return [text for text in app.mails_to("olga@example.org") if there in text]

    await asyncio.to_thread(wait_until, lambda: letters() != [], 10, "a mail that names the room")
    [letter] = letters()
    assert f"{app.origin}/accounts/mails/unsubscribe/waiting." in letter
    assert "✓" not in letter  # what those who wait say of themselves is not the server's to tell
    await guest.close()
