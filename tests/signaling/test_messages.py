"""The server, the browser's modules and `docs/protocol.md` describe one protocol."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rooms import limits as room_limits
from rooms.live.close_codes import CLOSE_POLICIES, ERRORS, ClientAction, CloseCode
from rooms.signaling import limits, messages
from rooms.signaling.messages import CLIENT_MESSAGES, SERVER_MESSAGES, Error, Peer, RoomInfo, WaitingTransfer
from rooms.signaling.watch import messages as watch_messages
from rooms.signaling.watch.messages import WATCH_CLIENT_MESSAGES, WATCH_SERVER_MESSAGES, RoomNow

ROOT = Path(__file__).resolve().parent.parent.parent
# The second part is between browsers; tests/js/protocol.test.js looks after it.
DOCUMENT = (ROOT / "docs/protocol.md").read_text().split("\n# Between peers\n")[0]
WIRE = (ROOT / "static/js/signaling/wire.js").read_text()
CLOSE_CODES = (ROOT / "static/js/signaling/close-codes.js").read_text()
FROM_BROWSERS = tuple(dict.fromkeys((*CLIENT_MESSAGES, *WATCH_CLIENT_MESSAGES)))
FROM_SERVER = tuple(dict.fromkeys((*SERVER_MESSAGES, *WATCH_SERVER_MESSAGES)))
ALL: tuple[type[msgspec.Struct], ...] = (*FROM_BROWSERS, *FROM_SERVER)
type_of = {message: str(message.__struct_config__.tag) for message in ALL}
EXAMPLES: list[dict[str, Any]] = [
    json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", DOCUMENT, re.DOTALL)
]


def wire_fields(struct: type[msgspec.Struct]) -> list[str]:
    """Return the names of a struct's fields on the wire, `type` first for a message."""
    fields = [field.encode_name for field in msgspec.structs.fields(struct)]
    return ["type", *fields] if struct in ALL else fields


def typedefs() -> dict[str, list[str]]:
    """Return the object types of wire.js: their field names."""
    found = {name: re.findall(r"(\w+): ", fields) for fields, name in re.findall(r"@typedef \{\{(.*?)\}\} (\w+)", WIRE)}
    for block in re.findall(r"@typedef \{object\} (.*?)\*/", WIRE, re.DOTALL):
        found[block.split()[0]] = re.findall(r"@property \{.*?\} (\w+)", block)
    return found


STRUCTS: list[type[msgspec.Struct]] = [*ALL, Peer, RoomInfo, RoomNow, WaitingTransfer]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_the_browser_knows_every_message(struct: type[msgspec.Struct]) -> None:
    name = {"RoomInfo": "Room", "Error": "Failure"}.get(struct.__name__, struct.__name__)
    assert typedefs()[name] == wire_fields(struct)


def test_the_browser_knows_no_other_message() -> None:
    kinds = set(re.findall(r'type: "(\w+)"|\{"(\w+)"\} type', WIRE))
    assert {left or right for left, right in kinds} == set(type_of.values())


def test_the_document_shows_every_message_with_all_its_fields() -> None:
    shown = {(example["type"], tuple(example)) for example in EXAMPLES if "type" in example}
    expected = {(type_of[struct], tuple(wire_fields(struct))) for struct in ALL}
    assert shown == expected
    assert [list(example) for example in EXAMPLES if "type" not in example] == [wire_fields(Peer)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.get("type", "peer"))
def test_the_documents_examples_are_messages(example: dict[str, Any]) -> None:
    text = json.dumps(example)
    client = [struct for struct in FROM_BROWSERS if type_of[struct] == example.get("type") and "from" not in example]
    if client:
        ours_alone = client[0] not in CLIENT_MESSAGES
        assert type(watch_messages.decode(text) if ours_alone else messages.decode(text)) is client[0]
    else:
        ours: tuple[type[msgspec.Struct], ...] = (*FROM_SERVER, Peer)
        kind = example.get("type")
        server = [s for s in ours if wire_fields(s) == list(example) and type_of.get(s) == kind]
        assert len(server) == 1
        msgspec.json.decode(text, type=server[0])


def test_the_tables_of_close_codes_agree() -> None:
    browser = re.findall(r'(\d+): \{ reason: "(\w+)", then: "(\w+)" \}', CLOSE_CODES)
    table = [(str(int(code)), code.reason, row.action.value, row.meaning) for code, row in CLOSE_POLICIES.items()]
    assert browser == [row[:3] for row in table]
    rows = re.findall(r"^\| (\d{4}) \| `(\w+)` \| (\w+) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert rows == [
        (str(int(code)), code.reason, row.action.value, row.meaning) for code, row in CLOSE_POLICIES.items()
    ]
    assert list(CLOSE_POLICIES) == list(CloseCode)
    assert {policy.action for policy in CLOSE_POLICIES.values()} == set(ClientAction)


def test_the_tables_of_errors_agree() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert rows[1:] == [(code.value, meaning) for code, meaning in ERRORS.items()]


def test_the_document_states_the_limits() -> None:
    text = " ".join(DOCUMENT.split())
    for statement in (
        f"Version {messages.VERSION}.",
        f"at most {messages.MAX_FRAME:,} bytes",
        f"`hello` (at most {messages.MAX_HELLO:,} bytes)",
        f"`body` (at most {messages.MAX_BODY:,} bytes)",
        f"{limits.BURST:.0f} messages at once and {limits.MESSAGES_A_SECOND:.0f} a second",
        f"after {limits.REFUSALS} dropped messages",
        f"`join` within {limits.JOIN_SECONDS:.0f} seconds",
        f"reads nothing for {limits.STALL_SECONDS:.0f} seconds",
        f"At most {limits.MAX_BUFFERED_BYTES / 1e6:.0f} MB",
        f"At most {limits.MAX_KNOCKING} people wait for a room",
        f"now and every {limits.KNOCK_SECONDS:.0f} seconds; a knock that was not repeated for 15 seconds",
        f"a string of at most {messages.MAX_ADMISSION:,} bytes",
        f"at most {limits.MAX_WATCHERS_A_USER} such sockets",
        f"at most {limits.MAX_TRANSFERRING} sockets",
        f"{room_limits.MAX_TRANSFERS_PER_SENDER} transfers wait from this membership",
        f"or {room_limits.MAX_TRANSFERS_PER_RECEIVER} for the other",
        f'"left": {limits.KNOCK_TIMEOUT_SECONDS:.0f}',
    ):
        assert statement in text
    assert limits.BAD_MESSAGES == 20
    assert "The twentieth frame that is no message" in text


def test_every_denial_reason_has_a_close_code() -> None:
    from rooms.access import DenialReason

    assert {reason.name for reason in DenialReason} <= {code.name for code in CloseCode}
    assert type_of[Error] == "error"
