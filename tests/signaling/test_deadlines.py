"""Rooms and memberships expire by the server's clock: people are warned, then their sockets are closed."""

from tests.signaling.hosting import change_join_rule
from tests.signaling.world import HELLO, Scene, SignalingServer, introduce, post

SET = """
from datetime import timedelta
from django.utils import timezone
from rooms.models import Membership, Room
now = timezone.now()
if room is not None:
    Room.objects.filter(pk=id).update(expires_at=now + timedelta(seconds=room))
if guest is not None:
    Membership.objects.filter(pk=place).update(expires_at=now + timedelta(seconds=guest))
"""


def end(scene: Scene, *, room: float | None = None, guest: float | None = None) -> None:
    """Make the room, or the first guest's membership, expire in so many seconds."""
    scene.app.run_python(SET, id=scene.id, room=room, guest=guest, place=scene.guests[0][1])


async def test_people_are_warned_ten_minutes_before_the_end_and_again_when_it_is_put_off(
    app: SignalingServer,
) -> None:
    scene = app.room()
    end(scene, room=590)
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    await introduce(olga, guest)
    for person in (olga, guest):
        warning = await person.expect("ending_soon", what="room")
        assert 500 <= warning["left"] <= 590

    manage, fields = f"/rooms/{scene.slug}/", {"name": "Rehearsal", "max_people": "8"}
    post(app, olga.session, f"{manage}edit", form_on=manage, lasts="1d", **fields)
    for person in (olga, guest):
        await person.expect("ending_soon", left=None)
    post(app, olga.session, f"{manage}edit", form_on=manage, lasts="", **fields)
    assert not [m for m in await guest.settled() if m["type"] == "ending_soon"]
    await olga.close()
    await guest.close()


async def test_at_the_end_of_the_room_all_sockets_are_closed_and_no_one_comes_back(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    olga, max_, guest = scene.caller(scene.olga), scene.caller(scene.max), scene.caller(scene.guests[0])
    await introduce(olga, max_)
    await guest.connect()
    await guest.send("knock", v=1, pid=guest.pid, hello=HELLO, lobby=False)
    await guest.expect("waiting")
    end(scene, room=2)
    await change_join_rule(scene, "knock", requires_host=True)  # the process reads the room again
    assert await olga.close_code() == 4006
    assert await max_.close_code() == 4006
    assert await guest.close_code() == 4006
    again = await scene.caller(scene.olga).connect()
    await again.send("join", v=1, pid=again.pid, hello=HELLO)
    assert await again.close_code() == 4006


async def test_the_end_of_a_membership_is_final_for_that_guest_only(app: SignalingServer) -> None:
    scene = app.room()
    end(scene, guest=8)
    olga, guest = scene.caller(scene.olga), scene.caller(scene.guests[0])
    await introduce(olga, guest)
    assert (await guest.expect("ending_soon"))["what"] == "membership"
    assert await guest.close_code() == 4017
    assert (await olga.expect("peer_left", pid=guest.pid))["final"] is True
    assert not [m for m in await olga.settled() if m["type"] == "ending_soon"]
    await olga.close()
