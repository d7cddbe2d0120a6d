"""A new role reaches open call pages at once: those of the person, and everyone else's."""

from uuid import UUID

from tests.signaling.world import SignalingServer, introduce, post


async def test_a_new_moderator_comes_back_as_one_and_the_others_see_it(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    people, manage = f"/rooms/{scene.slug}/members/{UUID(max_.membership)}", f"/rooms/{scene.slug}/"

    post(app, olga.session, f"{people}/role", form_on=manage, role="moderator")
    assert await max_.close_code() == 4024
    assert (await olga.expect("peer_left", pid=max_.pid))["final"] is False  # the call goes on meanwhile
    again = scene.caller(scene.max, pid=max_.pid)
    assert (await again.join())["role"] == "moderator"
    assert (await olga.expect("peer_joined"))["peer"]["role"] == "moderator"

    # Removal is final.
    post(app, olga.session, f"{people}/remove", form_on=manage)
    assert await again.close_code() == 4011
    assert (await olga.expect("peer_left", pid=max_.pid))["final"] is True
    await olga.close()
