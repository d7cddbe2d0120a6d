"""The name of the running release, which prefixes every static URL so that files can be cached for ever."""

import hashlib
from pathlib import Path


def static_release(version: str, static_dir: Path) -> str:
    """Return ``<version>-<10 hex digits>``, the digits being a hash of every file below `static_dir`.

    Two machines that run the same files agree on the name; a changed file changes the prefix of all of
    them, so modules, workers and style sheets that name each other by relative paths stay consistent.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in static_dir.rglob("*") if p.is_file()):
        digest.update(path.relative_to(static_dir).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{version}-{digest.hexdigest()[:10]}"
