"""An example of `deploy/` as text whose example values are replaced."""

import re
from collections.abc import Callable
from typing import Self

from django.conf import settings


class ConfigError(Exception):
    """The settings do not say what a file needs; the message says what is missing."""


class Example:
    """The text of a file in `deploy/`. A value that is not there raises `LookupError`: the example has changed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = (settings.BASE_DIR / "deploy" / name).read_text()

    def replace(self, example: str, value: str) -> Self:
        """Replace a value wherever it is."""
        if example not in self.text:
            raise LookupError(f"deploy/{self.name} has no {example!r}.")
        self.text = self.text.replace(example, value)
        return self

    def rewrite(self, pattern: str, value: str | Callable[[re.Match[str]], str]) -> Self:
        """Replace what a regular expression (of lines) matches."""
        self.text, count = re.subn(pattern, value, self.text, flags=re.MULTILINE)
        if not count:
            raise LookupError(f"deploy/{self.name} has nothing like {pattern!r}.")
        return self

    def without_head(self) -> Self:
        """Replace the comments at the top, which say how to use the example, by how this file came about."""
        lines = self.text.splitlines(keepends=True)
        while lines and (lines[0].startswith("#") or not lines[0].strip()):
            lines.pop(0)
        self.text = f"# Written by `manage.py write_config` from deploy/{self.name} and the settings.\n" + "".join(
            lines
        )
        return self
