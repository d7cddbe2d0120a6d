"""TURN credentials expire; members get new ones on request."""

from secrets import token_hex

from rooms.signaling.messages import Ice
from tests.signaling.world import SignalingServer


async def test_a_member_gets_servers_with_credentials_of_their_own() -> None:
    turn = {"TURN_URLS": "turn:turn.example.org", "TURN_SECRET": token_hex(32), "TURN_TTL": "600"}
    server = SignalingServer(settings=turn)
    server.migrate()
    with server:
        scene = server.room()
        olga, max_ = await scene.caller(scene.olga).connect(), scene.caller(scene.max)

        # Before joining, no one gets any.
        await olga.send("refresh")
        assert await olga.expect("error") == {"type": "error", "code": "not_joined", "about": "refresh"}

        joined = await olga.join()
        await max_.join()
        await olga.send("refresh")
        fresh = await olga.expect("ice")
        assert list(fresh) == ["type", *Ice.__struct_fields__]
        assert fresh["ice_ttl"] == joined["ice_ttl"] == 600
        [first], [second] = joined["ice"], fresh["ice"]
        assert second["urls"] == first["urls"] == ["turn:turn.example.org"]
        expiry, member = second["username"].split(":")
        assert member == olga.membership
        assert joined["now"] / 1000 + 590 <= int(expiry) <= joined["now"] / 1000 + 700
        assert int(expiry) >= int(first["username"].split(":")[0])
        assert [message["type"] for message in await max_.settled()] == []
        await olga.close()
        await max_.close()
