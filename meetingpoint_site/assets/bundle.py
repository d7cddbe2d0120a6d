"""The bundle that `make bundle` writes: what the browser loads in place of the modules and sheets it was made from.

Its folder holds `manifest.json`, the bundled files below `files/`, which are static files like all others, and below
`compressed/` every static file that compression makes smaller, ending in the name of its coding.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .release import digest_of

MANIFEST = "manifest.json"
FILES = "files"
COMPRESSED = "compressed"


@dataclass(frozen=True)
class Bundle:
    """What a bundle says of itself.

    `sources` is the digest of the static files that it was made from; `recipe` names what made it. `entries` has, by
    the name of a module or sheet that a template names, the bundled file and then those that it imports at once.
    `compressed` has, by the SHA-256 of a static file, its name and the codings in which it is there.
    """

    folder: Path
    sources: str
    recipe: str
    entries: Mapping[str, list[str]]
    compressed: Mapping[str, tuple[str, list[str]]]

    @property
    def files(self) -> Path:
        """The folder of the bundled files."""
        return self.folder / FILES

    def in_coding(self, digest: str, coding: str) -> bytes | None:
        """Return the static file with this SHA-256 in a content coding, `None` if it was not compressed ahead."""
        name, codings = self.compressed.get(digest, ("", []))
        return (self.folder / COMPRESSED / f"{name}.{coding}").read_bytes() if coding in codings else None


def read_bundle(folder: Path) -> Bundle | None:
    """Return the bundle in `folder`, `None` if there is none, or one that another release has made."""
    try:
        return Bundle(folder=folder, **json.loads((folder / MANIFEST).read_text()))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def current_bundle(folder: Path, sources: Path) -> Bundle | None:
    """Return the bundle in `folder` if it was made from what is in `sources` now, otherwise `None`."""
    bundle = read_bundle(folder)
    return bundle if bundle is not None and bundle.sources == digest_of(sources) else None
