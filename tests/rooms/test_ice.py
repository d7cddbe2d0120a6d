"""The STUN and TURN servers that a browser gets."""

import base64
import hashlib
import hmac
from uuid import UUID

from rooms.ice import ice_servers

MEMBER = UUID("12345678-1234-4234-8234-123456789abc")


def test_no_server_is_used_unless_it_is_set(settings) -> None:
    settings.STUN_URLS, settings.TURN_URLS = [], []
    assert ice_servers(MEMBER).servers == []


def test_turn_credentials_are_made_for_one_member_and_a_limited_time(settings) -> None:
    settings.STUN_URLS = ["stun:meet.example.org"]
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_TTL = ["turn:meet.example.org"], "north", 3600
    ice = ice_servers(MEMBER, now=1_700_000_000.9)
    name = "1700003600:12345678123442348234123456789abc"
    password = base64.b64encode(hmac.new(b"north", name.encode(), hashlib.sha1).digest()).decode()
    assert ice.ttl == 3600
    assert ice.servers == [
        {"urls": ["stun:meet.example.org"]},
        {"urls": ["turn:meet.example.org"], "username": name, "credential": password},
    ]
    assert "north" not in str(ice)
