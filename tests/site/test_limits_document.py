"""docs/limits.md has every limit of the server with its numbers."""

import re
from pathlib import Path

from django.conf import settings

from common.ratelimit import LIMITS
from rooms import limits
from rooms.signaling import limits as sockets

DOCUMENT = (Path(settings.BASE_DIR) / "docs" / "limits.md").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def test_the_table_has_every_limit_with_its_numbers() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \| (\d+) \| ([\d.]+) (\w+) \| (\w*) \|$", DOCUMENT, re.MULTILINE
    )
    listed = {
        name: (whom, int(burst), float(number) * UNITS[unit], bool(fixed))
        for name, whom, burst, number, unit, fixed in rows
    }
    assert len(listed) == len(rows)
    assert listed == {limit.name: (limit.whom, limit.burst, float(limit.every), limit.fixed) for limit in LIMITS}


def test_the_other_numbers_are_those_of_the_code() -> None:
    for text in (
        f"| rooms of a person | {limits.MAX_ROOMS_PER_OWNER} |",
        f"| {limits.MAX_OPEN_INVITES_PER_ROOM}, of {limits.MAX_INVITE_USES:,} uses and "
        f"{limits.MAX_INVITE_LIFE.days} days each |",
        f"| people in a call | {limits.MAX_PEOPLE},",
        f"| {sockets.MAX_KNOCKING} in a process,",
        f"| {limits.MAX_TRANSFERS_PER_SENDER} of a sender, {limits.MAX_TRANSFERS_PER_RECEIVER} for a receiver,",
        f"| {sockets.MAX_SOCKETS_FROM} in a process,",
        f"| {sockets.MAX_WATCHERS_A_USER} in a process |",
        f"| {sockets.BURST:.0f} at once, then {sockets.MESSAGES_A_SECOND:.0f} a second; it is closed after "
        f"{sockets.REFUSALS} refused or {sockets.BAD_MESSAGES} malformed ones |",
        f"| unsent bytes of a socket | {sockets.MAX_BUFFERED_BYTES:,} |",
    ):
        assert text in DOCUMENT, text


def test_limits_that_the_text_names_exist() -> None:
    names = {limit.name for limit in LIMITS}
    section = DOCUMENT.split("\n## What costs much\n")[1]
    assert set(re.findall(r"`([a-z-]+)`", section)) <= names
