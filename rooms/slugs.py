"""The slug of a room: readable words from its name, then a random tail."""

import secrets

from django.utils.text import slugify

# Crockford's base 32, without i, l, o and u, so that a slug can be read aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TAIL_LENGTH = 11  # 55 bits
HEAD_LENGTH = 40
# Letters that `slugify` would drop because they have no accent to strip: "Größe" becomes "grosse", not "groe".
SPELLED_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d"}
)


def make_slug(name: str) -> str:
    """Return a new slug such as `monday-standup-7k2m9qx4c1v`; a name without Latin letters gives `room-…`."""
    head = slugify(name.translate(SPELLED_OUT))[:HEAD_LENGTH].strip("-_") or "room"
    tail = "".join(secrets.choice(ALPHABET) for _ in range(TAIL_LENGTH))
    return f"{head}-{tail}"
