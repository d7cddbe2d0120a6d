"""JSON bodies of requests: decoded strictly and bounded. Errors say what is wrong, for the author of a client."""

import base64
import binascii
from typing import TypeVar

import msgspec
from django.http import HttpRequest


class PayloadError(Exception):
    """The body is not what it has to be. The text is for programmers and not translated."""


Payload = TypeVar("Payload", bound=msgspec.Struct)


def decode_body(request: HttpRequest, kind: type[Payload], max_bytes: int) -> Payload:
    """Decode the body of a request, of at most `max_bytes`. Raises `PayloadError`."""
    if request.content_type != "application/json":
        raise PayloadError("the body must be application/json")
    body = request.read(max_bytes + 1)  # Content-Length is only the client's word
    if len(body) > max_bytes:
        raise PayloadError(f"the body must not be longer than {max_bytes} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(str(error)) from error


def decode_base64url(text: str, length: int, what: str) -> bytes:
    """Decode exactly `length` bytes of canonical base64url without padding (RFC 4648, section 5).

    Raises `PayloadError`, which calls the value `what`.
    """
    message = f"{what} must be {length} bytes as base64url"
    try:
        value = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise PayloadError(message) from error
    if len(value) != length or encode_base64url(value) != text:
        raise PayloadError(message)
    return value


def encode_base64url(value: bytes | memoryview | None) -> str | None:
    """Encode bytes as base64url without padding; None stays None."""
    return None if value is None else base64.urlsafe_b64encode(bytes(value)).rstrip(b"=").decode()
