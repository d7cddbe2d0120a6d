"""What this project is made of: the lists of requirements, their locks, and the files of others.

`requirements*.txt` are the lists that people edit. `make lock` resolves them into `requirements*.lock`: every package,
direct and transitive, with its version and the SHA-256 of its files, which pip compares (`--require-hashes`).
`vendored.toml` lists the files of others that are in the repository.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUNTIME, DEVELOPMENT = "requirements", "requirements-dev"


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock: `hashes` are SHA-256 in hexadecimal, `requirement` has the version and the marker."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> NormalizedName:
        """The name as package indexes compare it."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that the lock allows."""
        return next(iter(self.requirement.specifier)).version

    @property
    def wanted_here(self) -> bool:
        """Say whether this platform and this Python need the package."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


@dataclass(frozen=True, slots=True)
class Vendored:
    """Files of one work of others: `files` maps paths in the repository to SHA-256, `ours` are files beside them."""

    name: str
    version: str
    licence: str
    source: str
    purpose: str
    files: dict[str, str]
    purl: str = ""
    ours: tuple[str, ...] = ()


def listed(root: Path, name: str) -> Iterator[Requirement]:
    """Yield the requirements of a list, with those of the lists that it includes."""
    for line in (root / f"{name}.txt").read_text().splitlines():
        entry = line.partition(" #")[0].strip()
        if entry.startswith("-r "):
            yield from listed(root, entry.removeprefix("-r ").removesuffix(".txt"))
        elif entry and not entry.startswith("#"):
            yield Requirement(entry)


def locked(root: Path, name: str) -> list[Locked]:
    """Return the packages of a lock. Raises `packaging.requirements.InvalidRequirement` for a line it cannot read."""
    text = re.sub(r"\\\n\s*", "", (root / f"{name}.lock").read_text())
    found = []
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=")
            digests = tuple(digest.strip().removeprefix("sha256:") for digest in hashes)
            found.append(Locked(Requirement(requirement.strip()), digests))
    return found


def vendored(root: Path) -> list[Vendored]:
    """Return the entries of `vendored.toml`. Raises `TypeError` for one that lacks a field or has one too many."""
    entries = tomllib.loads((root / "vendored.toml").read_text())["vendored"]
    return [Vendored(**{**entry, "ours": tuple(entry.get("ours", ()))}) for entry in entries]
