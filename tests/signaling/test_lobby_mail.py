"""A guest knocks and no host is inside: hosts get an email."""

import asyncio

from tests.services import wait_until
from tests.signaling.hosting import change_join_rule, knock
from tests.signaling.world import SignalingServer


async def test_the_owner_gets_a_mail_when_a_guest_knocks_and_no_host_is_inside(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    guest = scene.caller(scene.guests[0])
    await knock(guest)
    there = f"{app.origin}/r/{scene.slug}"

    def mails() -> list[str]:
        return [text for text in app.mails_to("olga@example.org") if there in text]

    await asyncio.to_thread(wait_until, lambda: mails() != [], 10, "a mail that names the room")
    [mail] = mails()
    assert f"{app.origin}/unsubscribe/w" in mail
    assert "✓" not in mail  # the guest's name is not known to the server
    await guest.close()
