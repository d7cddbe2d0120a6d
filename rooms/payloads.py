"""The JSON bodies that pages send: decoded strictly, bounded, and refused with a sentence that says what is wrong."""

import base64
import binascii
from typing import Annotated, Literal, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from common.text import clean_name

from . import limits


class PayloadError(Exception):
    """The body is not what it has to be; the text says why (for whoever writes a client, so it is not translated)."""


class Redeem(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /invites/redeem: the token that the link's secret gives, base64url."""

    token: str


class Lock(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/lock: the check value of a new room key (base64url, 16 bytes) and the epoch it begins.

    `by_hosts`: it is made for a door at which guests knock, and hosts give it to those whom they let in.
    """

    epoch: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    key_check: str
    by_hosts: bool = False


class ChangeDoor(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/door, with the epoch and check value of a new key when the kind of door needs one."""

    door: Literal["open", "knock", "locked"]
    host_needed: bool
    epoch: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    key_check: str | None = None
    by_hosts: bool = False


class PutOut(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/put-out. `member` as in the roster; `for_good`: their place is taken away."""

    member: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    for_good: bool


class Nothing(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An empty object."""


class NewInvite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/invites. `expires_in` in seconds; `max_uses` null: unlimited until it expires."""

    token_hash: str
    epoch: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    expires_in: Annotated[
        int,
        msgspec.Meta(ge=int(limits.MIN_INVITE_LIFE.total_seconds()), le=int(limits.MAX_INVITE_LIFE.total_seconds())),
    ]
    wrapped: str | None = None
    label: str = ""
    role: Literal["guest", "member", "moderator", "owner"] = "guest"
    lobby: bool = False
    max_uses: Annotated[int, msgspec.Meta(ge=1, le=limits.MAX_INVITE_USES)] | None = None


class MailInvite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/invites/<id>/mail: to whom, and the whole link if the mail is to hold it."""

    address: Annotated[str, msgspec.Meta(max_length=254)]
    link: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class NewReport(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """POST /rooms/<slug>/report. `about` is somebody's `member` in the roster, empty for the room as a whole."""

    category: str
    words: str = ""
    about: str = ""


Payload = TypeVar("Payload", bound=msgspec.Struct)


def read(request: HttpRequest, kind: type[Payload], longest: int = limits.MAX_BODY_BYTES) -> Payload:
    """Decode the body of a request, of at most `longest` bytes. Raises `PayloadError`."""
    if request.content_type != "application/json":
        raise PayloadError("the body must be application/json")
    body = request.read(longest + 1)  # what the header says about its length is the client's word
    if len(body) > longest:
        raise PayloadError(f"the body must not be longer than {longest} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(str(error)) from error


def bytes_of(text: str, length: int, what: str) -> bytes:
    """Decode exactly `length` bytes of base64url without padding, canonically spelled. Raises `PayloadError`."""
    message = f"{what} must be {length} bytes as base64url"
    try:
        value = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise PayloadError(message) from error
    if len(value) != length or to_text(value) != text:
        raise PayloadError(message)
    return value


def to_text(value: bytes | memoryview | None) -> str | None:
    """Encode bytes as base64url without padding; None stays None."""
    return None if value is None else base64.urlsafe_b64encode(bytes(value)).rstrip(b"=").decode()


def clean_label(text: str) -> str:
    """Return a link's label as a name that people can read, or empty. Raises `PayloadError`."""
    if "\0" in text:
        raise PayloadError("label must not hold a NUL character")
    if not text.strip():
        return ""
    try:
        return clean_name(text, limits.INVITE_LABEL_LENGTH)
    except ValidationError as error:
        raise PayloadError(f"label: {' '.join(error.messages)}") from error
