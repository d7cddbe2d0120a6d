"""The end of a server process, seen from its sockets."""

import asyncio
import http.cookiejar
import signal
import urllib.parse
import urllib.request

import pytest

from tests.signaling.world import HELLO, PATIENCE, SignalingServer, introduce


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_sigterm_closes_every_socket_and_ends_the_process(server: str) -> None:
    app = SignalingServer(server)
    app.migrate()
    with app:
        scene = app.room(people=4)
        olga, max_, waiting = scene.caller(scene.olga), scene.caller(scene.max), scene.caller(scene.guests[0])
        await introduce(olga, max_)
        await waiting.connect()  # connected, not joined

        app.signal(signal.SIGTERM)
        codes = tuple(await asyncio.gather(*(caller.close_code() for caller in (olga, max_, waiting))))
        assert app.process
        await asyncio.to_thread(app.process.wait, PATIENCE)
        assert codes == (4012, 4012, 4012)
        # Clean-up ran for all of them, and nothing went wrong in it.
        assert "Drained: 3 sockets" in app.logged()
        assert "Traceback" not in app.logged()


async def test_a_socket_that_does_not_answer_does_not_hold_up_the_end() -> None:
    app = SignalingServer("daphne")
    app.migrate()
    with app:
        scene = app.room()
        olga = scene.caller(scene.olga)
        await olga.join()
        olga.socket.transport.pause_reading()
        app.signal(signal.SIGTERM)
        assert app.process
        await asyncio.to_thread(app.process.wait, PATIENCE)


async def test_signing_out_ends_the_sockets_of_that_session(app: SignalingServer) -> None:
    scene = app.room()
    olga, max_ = scene.caller(scene.olga), scene.caller(scene.max)
    await introduce(olga, max_)
    await asyncio.to_thread(sign_out, app, olga.session)
    assert await olga.close_code() == 4001
    assert (await max_.expect("peer_left"))["pid"] == olga.pid
    # Her session does not let her in again.
    again = await scene.caller(scene.olga).connect()
    await again.send("join", v=1, pid=again.pid, hello=HELLO)
    assert await again.close_code() == 4001
    await max_.close()


def sign_out(app: SignalingServer, session: str) -> None:
    """Press the sign-out button."""
    from django.conf import settings

    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    url = f"{app.origin}/accounts/logout/"
    opener.open(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=10).close()
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name) or ""
    name = next(cookie.name for cookie in jar if "csrf" in cookie.name)
    jar.clear()
    headers = {"Cookie": f"{cookie}; {name}={token}", "Origin": app.origin, "X-CSRFToken": token}
    data = urllib.parse.urlencode({"csrfmiddlewaretoken": token}).encode()
    opener.open(urllib.request.Request(url, data=data, headers=headers), timeout=10).close()
