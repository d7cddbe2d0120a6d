"""An authenticator app: six digits from a secret and the time (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str) -> str:
    """Return the code that an app shows now for a base32 `secret`."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
