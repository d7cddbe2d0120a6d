"""Which characters may stand in names and texts that people write and others read."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_NAME_LENGTH = 60  # characters (code points), as in the column

# Letters, signs and marks that show nothing: Hangul fillers, Khmer inherent vowels, the combining grapheme joiner and
# the empty Braille cell (Unicode's Default_Ignorable_Code_Point outside Cf, and U+2800).
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# Characters of category Cf that words need: zero width (non-)joiner in Persian, Hindi, … and in emoji.
_JOINERS = {"\u200c", "\u200d"}


def clean_name(text: str, max_length: int = MAX_NAME_LENGTH) -> str:
    """Return `text` in NFC, on one line, without control, bidirectional and private characters.

    Raises `ValidationError` when nothing readable is left or more than `max_length` characters are.
    A bidirectional override would let one person show the name of another (Unicode TR36 §2.1).
    """
    kept = "".join(c if _allowed(c) else " " if c.isspace() else "" for c in unicodedata.normalize("NFC", text))
    name = " ".join(kept.split()).strip("\u200c\u200d")
    if not any(unicodedata.category(c)[0] in "LNSP" for c in name):
        raise ValidationError(_("Please enter a name with at least one letter or number."), code="unreadable")
    if len(name) > max_length:
        raise ValidationError(
            _("Use %(max)d characters or fewer (you have %(length)d)."),
            code="too_long",
            params={"max": max_length, "length": len(name)},
        )
    return name


def clean_query(text: str) -> str:
    """Return what a person searches for, on one line and not longer than a name may be."""
    return " ".join(text.replace("\0", "").split())[:MAX_NAME_LENGTH]


def name_from_address(address: str) -> str:
    """Return what the owner of an email address may be called: "olga.van-dyk+work@…" is Olga Van Dyk.

    Only a suggestion, for a person to change; empty if the address has no readable name.
    """
    local = address.partition("@")[0].partition("+")[0]
    words = [word.strip("0123456789") for word in re.split(r"[._\-\s]+", local)]
    name = " ".join(word[:1].upper() + word[1:] for word in words if word) or local
    try:
        return clean_name(name[:MAX_NAME_LENGTH])
    except ValidationError:
        return ""


def limit_in_words(fields: dict[str, forms.Field]) -> None:
    """Let the page say how much is too much (`static/js/ui/lib/length-limit.js`): `maxlength` cuts without a word."""
    for field in fields.values():
        limit = field.widget.attrs.pop("maxlength", None)
        if limit is not None and not field.widget.is_hidden:
            field.widget.attrs["data-limit"] = limit


def clean_text(text: str) -> str:
    """Return `text` in NFC with its line breaks, without the characters that `clean_name` removes."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    kept = ("".join(c if _allowed(c) else " " if c.isspace() else "" for c in line).rstrip() for line in lines)
    return "\n".join(kept).strip()


def _allowed(character: str) -> bool:
    """Say whether a character may stand in a name: none of category C (joiners apart), Zl or Zp, no blank one."""
    category = unicodedata.category(character)
    return character in _JOINERS or (category[0] != "C" and category not in {"Zl", "Zp"} and character not in _BLANK)
