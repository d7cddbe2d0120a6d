"""The JSON bodies that pages send; `common.json_body` decodes them."""

from typing import Annotated, Literal

import msgspec
from django.core.exceptions import ValidationError

from common.json_body import PayloadError
from common.text import clean_name

from . import limits


class Redeem(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /invites/redeem: the token that the link's secret gives, base64url."""

    token: str


class SetKey(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/key: the check value of a new room key (base64url, 16 bytes) and its epoch.

    `hosts_hand_out_key`: it is for a room where guests knock, and hosts hand it out to those whom they let in.
    """

    epoch: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    key_check: str
    hosts_hand_out_key: bool = False


class ChangeJoinRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/join-rule, with the epoch and check value of a new key if the rule needs one."""

    join_rule: Literal["open", "knock", "locked"]
    requires_host: bool
    epoch: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    key_check: str | None = None
    hosts_hand_out_key: bool = False


class Kick(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/kick. `member` as in the roster; `for_good`: remove them from the room."""

    member: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    for_good: bool


class AnnounceTransfer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/transfers: 16 bytes that the browser made, base64url, and for whom, as in the roster."""

    id: str
    receiver: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]


class RemoveTransfer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/transfers/remove: the id of a waiting transfer, base64url."""

    id: str


class Empty(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An empty object."""


class NewInvite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/invites. `expires_in` in seconds; `max_uses` null: no limit until it expires."""

    token_hash: str
    epoch: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    expires_in: Annotated[
        int,
        msgspec.Meta(ge=int(limits.MIN_INVITE_LIFE.total_seconds()), le=int(limits.MAX_INVITE_LIFE.total_seconds())),
    ]
    wrapped: str | None = None
    label: str = ""
    role: Literal["guest", "member", "moderator", "owner"] = "guest"
    holds_lobby_key: bool = False
    max_uses: Annotated[int, msgspec.Meta(ge=1, le=limits.MAX_INVITE_USES)] | None = None


class MailInvite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/invites/<id>/mail: to whom, the whole link if the email is to contain it, and whether the
    answer goes to the sender, who thereby shows their address."""

    address: Annotated[str, msgspec.Meta(max_length=254)]
    link: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    reply: bool = False


class NewReport(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/report. `subject` is a person's `member` in the roster, empty for a report about the room."""

    category: str
    description: str = ""
    subject: str = ""


def clean_label(text: str) -> str:
    """Return a link's label cleaned as names are, or empty. Raises `PayloadError`."""
    if "\0" in text:
        raise PayloadError("label must not hold a NUL character")
    if not text.strip():
        return ""
    try:
        return clean_name(text, limits.INVITE_LABEL_LENGTH)
    except ValidationError as error:
        raise PayloadError(f"label: {' '.join(error.messages)}") from error
