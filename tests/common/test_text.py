"""What may be in a name."""

import pytest
from django.core.exceptions import ValidationError

from common.text import clean_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Olga", "Olga"),
        ("  Olga \t K.\n", "Olga K."),
        ("Max\u202etxt.exe", "Maxtxt.exe"),  # right-to-left override
        ("\u2066Max\u2069", "Max"),  # isolates
        ("A\u0000\u0007\u200bB", "AB"),  # control characters, zero width space
        ("e\u0301lodie", "\u00e9lodie"),  # NFC
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),  # Persian joiner
        ("M\u3164a\u2800x", "Max"),  # letters and signs that show nothing
        ("\u2028Li\ue000ne\u2029", "Line"),  # line and paragraph separators, private use
        ("\U0001f468\u200d\U0001f373", "\U0001f468\u200d\U0001f373"),  # a cook: one emoji of three characters
    ],
)
def test_what_is_kept(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "\u202e", "\u200d", "\u0301", "\u2800\u200b", "\u3164", "\uffa0\u115f"])
def test_nothing_readable_is_refused(given):
    with pytest.raises(ValidationError, match="at least one letter or number"):
        clean_name(given)


def test_the_length_is_counted_after_cleaning():
    assert clean_name("\u202e" + "x" * 60) == "x" * 60
    with pytest.raises(ValidationError) as refusal:
        clean_name("x" * 61)
    assert "61" in refusal.value.messages[0]
