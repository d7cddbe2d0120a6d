"""The name of the running release, which prefixes every static URL so that files can be cached for ever."""

import hashlib
from pathlib import Path


def digest_of(*folders: Path) -> str:
    """Return the SHA-256, in hexadecimal digits, of the names and contents of all files below `folders`."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def static_release(version: str, *folders: Path) -> str:
    """Return ``<version>-<10 hex digits>``, the digits being a hash of every file below `folders`.

    Two machines that run the same files agree on the name; a changed file changes the prefix of all of
    them, so modules, workers and style sheets that name each other by relative paths stay consistent.
    """
    return f"{version}-{digest_of(*folders)[:10]}"
