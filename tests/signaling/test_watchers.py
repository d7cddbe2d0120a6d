"""Open dashboards: who learns who is inside and who knocks, who answers, and who learns nothing."""

from typing import Any

from tests.signaling.hosting import change_join_rule, knock, post
from tests.signaling.world import HELLO, Caller, Scene, SignalingServer, dashboard
from tests.signaling.world import post as post_form


async def watch(app: SignalingServer, person: tuple[str, str]) -> tuple[Caller, dict[str, Any]]:
    """Open a dashboard; return it and its first list."""
    page = await dashboard(app, person).connect()
    await page.send("watch", v=1)
    return page, await page.expect("watching")


def in_list(watching: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """Return the scene's room from a list."""
    return next(room for room in watching["rooms"] if room["slug"] == scene.slug)


async def seen(page: Caller, scene: Scene, inside: int) -> dict[str, Any]:
    """Wait until the dashboard has learned that so many are inside."""
    while (room := (await page.expect("occupied"))["room"])["slug"] != scene.slug or room["inside"] != inside:
        pass
    return room


async def test_owner_and_member_learn_who_is_inside_and_since_when(app: SignalingServer) -> None:
    scene, other = app.room(), app.room()
    olgas, first = await watch(app, scene.olga)
    empty = in_list(first, scene)
    assert {room["slug"] for room in first["rooms"]} >= {scene.slug, other.slug}
    assert (empty["role"], empty["inside"], empty["since"], empty["people"]) == ("owner", 0, None, [])
    assert empty["member"] == scene.olga[1]
    maxs, _ = await watch(app, scene.max)

    guest = scene.caller(scene.guests[0])
    joined = await guest.join()
    for page in (olgas, maxs):
        room = await seen(page, scene, 1)
        assert room["people"] == [{"pid": guest.pid, "member": guest.membership, "role": "guest", "hello": HELLO}]
        assert abs(room["since"] - joined["now"]) < 5000
    # A dashboard that is opened now sees it at once, and one that asks again, too.
    late, now = await watch(app, scene.max)
    await maxs.send("watch", v=1)
    for listed in (now, await maxs.expect("watching")):
        assert in_list(listed, scene)["inside"] == 1

    # A second tab is no second person. A tab that was cut off says for how long it was there.
    tab = scene.caller(scene.guests[0])
    await tab.connect()
    await tab.send("join", v=1, pid=tab.pid, hello=HELLO, inside=3600)
    room = await seen(olgas, scene, 1)
    while len(room["people"]) != 1 or room["people"][0]["pid"] != tab.pid:
        room = await seen(olgas, scene, 1)
    assert 3_590_000 < joined["now"] - room["since"] < 3_610_000
    for caller in (guest, tab):
        await caller.close()
    for page in (olgas, maxs, late):
        assert (await seen(page, scene, 0))["since"] is None
        await page.close()


async def test_strangers_guests_and_the_suspended_learn_nothing(app: SignalingServer) -> None:
    scene = app.room()
    _, sams = await watch(app, scene.sam)
    assert scene.slug not in {room["slug"] for room in sams["rooms"]}
    for session in (scene.guests[0], ("", ""), ("x" * 32, "")):
        page = await dashboard(app, session).connect()
        await page.send("watch", v=1)
        assert await page.close_code() == 4001
    # Nothing is said before the page has asked, and no other message works here.
    page = await dashboard(app, scene.olga).connect()
    await page.send("answer_knock", slug=scene.slug, member="0" * 32, admitted=True, body="")
    assert (await page.expect("error"))["code"] == "not_joined"
    await page.send("join", v=1, pid=page.pid, hello=HELLO)
    assert (await page.expect("error"))["code"] == "bad_message"
    await page.send("watch", v=2)
    assert await page.close_code() == 4016


async def test_hosts_learn_who_knocks_and_answer_and_members_do_not(app: SignalingServer) -> None:
    scene = app.room()
    await change_join_rule(scene, "knock")
    olgas, _ = await watch(app, scene.olga)
    maxs, _ = await watch(app, scene.max)
    first, second = (scene.caller(guest) for guest in scene.guests)
    await knock(first)
    knocked = await olgas.expect("knocks_at", slug=scene.slug)
    assert knocked["peer"] == {"pid": first.pid, "member": first.membership, "role": "guest", "hello": HELLO}
    # A dashboard that is opened while they wait learns it within a few seconds.
    late, _ = await watch(app, scene.olga)
    await late.expect("knocks_at", slug=scene.slug)

    # A member's dashboard can neither see nor answer, whatever it sends.
    await maxs.send("answer_knock", slug=scene.slug, member=first.membership, admitted=True, body="")
    assert await maxs.expect("error") == {"type": "error", "code": "not_allowed", "about": "answer_knock"}
    assert [message["type"] for message in await maxs.settled() if "knock" in message["type"]] == []
    assert [message["type"] for message in await first.settled()] == []

    await olgas.send("answer_knock", slug=scene.slug, member=first.membership, admitted=True, body='{"sealed":"…"}')
    assert await first.expect("admitted") == {"type": "admitted", "from": "", "body": '{"sealed":"…"}'}
    for page in (olgas, late):
        assert (await page.expect("knock_ended_at", slug=scene.slug))["member"] == first.membership
    await first.join()
    await knock(second)
    await olgas.expect("knocks_at", slug=scene.slug)
    await olgas.send("answer_knock", slug=scene.slug, member=second.membership, admitted=False, body="")
    assert await second.close_code() == 4019
    for caller in (first, olgas, maxs, late):
        await caller.close()


async def test_members_who_may_not_join_learn_only_how_many_are_inside(app: SignalingServer) -> None:
    scene = app.room()
    maxs, _ = await watch(app, scene.max)
    olga = scene.caller(scene.olga)
    await olga.join()
    assert len((await seen(maxs, scene, 1))["people"]) == 1
    await change_join_rule(scene, "locked")
    locked = in_list(await maxs.expect("watching"), scene)
    assert (locked["inside"], locked["people"]) == (1, [])
    await olga.close()
    await maxs.close()


async def test_an_open_dashboard_follows_its_rooms_and_its_session(app: SignalingServer) -> None:
    scene = app.room()
    page, first = await watch(app, scene.max)
    await change_join_rule(scene, "knock")
    renamed = await page.expect("watching")
    assert renamed["stamp"] != first["stamp"]
    assert await post(scene, "kick", {"member": scene.max[1], "for_good": True}) == 200
    while any(room["slug"] == scene.slug for room in (await page.expect("watching"))["rooms"]):
        pass
    new = app.room()  # made behind the site's back: it is found when the page asks
    await page.send("watch", v=1)
    while not any(room["slug"] == new.slug for room in (await page.expect("watching"))["rooms"]):
        pass
    post_form(app, scene.max[0], "/accounts/logout/")
    assert await page.close_code() == 4001
    again = await dashboard(app, scene.max).connect()
    await again.send("watch", v=1)
    assert await again.close_code() == 4001


async def test_the_oldest_of_too_many_dashboards_gives_way(app: SignalingServer) -> None:
    scene = app.room()
    pages = [(await watch(app, scene.max))[0] for _ in range(9)]
    assert await pages[0].close_code() == 4010
    assert await pages[1].settled() == []
    for page in pages[1:]:
        await page.close()
