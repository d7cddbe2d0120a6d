"""The archive: a ZIP file with the contents of the database, the settings, and a manifest that is written last.

It holds email addresses and SECRET_KEY, so it is made with mode 0600, under another name until it is whole. Before
anything is restored, every member is read and compared with the SHA-256 in the manifest.
"""

import errno
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

MANIFEST: Final = "manifest.json"
SETTINGS: Final = "settings.json"
FORMAT: Final = 1
PIECE: Final = 1 << 20  # bytes that are read or written at a time


class BadArchive(Exception):
    """The file is no backup of this site, is damaged, or was not written to its end."""


# What reading a ZIP file raises where its bytes are not those that were written: besides its own error, what changed
# fields ask for (an encrypted member, a newer version of ZIP), and what zlib says.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError)
DESCRIBED: Final = {"members": dict, "database": str, "migrations": list, "made_at": str}


# Emails that wait hold links and codes, and a restored site would send them once more.
LEFT_OUT: Final = "accounts_mail"


class Member:
    """A file that is being written into the archive; hashes what passes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes | memoryview) -> None:
        """Append bytes."""
        self._stream.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """The hash of all bytes so far, in hex."""
        return self._digest.hexdigest()


class ArchiveWriter:
    """An archive that is being made; `manifest` is what the maker says about it."""

    def __init__(self, zip_file: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._zip = zip_file
        self.manifest: dict[str, Any] = {"format": FORMAT, **manifest, "members": {}}

    @contextmanager
    def member(self, name: str) -> Iterator[Member]:
        """Write a member."""
        with self._zip.open(name, "w", force_zip64=True) as stream:
            member = Member(stream)
            yield member
        self.manifest["members"][name] = {"sha256": member.sha256, "bytes": member.size}

    def write_manifest(self) -> None:
        """Write the last member."""
        self._zip.writestr(MANIFEST, json.dumps(self.manifest, indent=1))


@contextmanager
def new_archive(path: Path, manifest: dict[str, Any]) -> Iterator[ArchiveWriter]:
    """Make an archive: it appears at `path` when it is whole and on the disk, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        os.fchmod(descriptor, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zip_file:
                writer = ArchiveWriter(zip_file, manifest)
                yield writer
                writer.write_manifest()
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Archive:
    """An archive that was checked: all its members are as the manifest says."""

    def __init__(self, zip_file: zipfile.ZipFile) -> None:
        self._zip = zip_file
        try:
            manifest: Any = json.loads(zip_file.read(MANIFEST))
        except DAMAGED as error:
            raise BadArchive("It has no manifest: it is no backup of Meeting Point.") from error
        if not isinstance(manifest, dict) or "format" not in manifest:
            raise BadArchive("Its manifest is that of something else: it is no backup of Meeting Point.")
        if manifest["format"] != FORMAT:
            raise BadArchive("A newer release has made it: install that one first.")
        if any(not isinstance(manifest.get(name), kind) for name, kind in DESCRIBED.items()):
            raise BadArchive("Its manifest does not say what a backup's does.")
        self.manifest: dict[str, Any] = manifest
        for name, described in self.manifest["members"].items():
            digest = hashlib.sha256()
            try:
                for piece in self.pieces(name):
                    digest.update(piece)
            except DAMAGED as error:
                raise BadArchive(f"{name} is damaged.") from error
            if digest.hexdigest() != described["sha256"]:
                raise BadArchive(f"{name} is damaged.")

    @property
    def migrations(self) -> set[tuple[str, str]]:
        """The migrations that its database has, each with the name of its app."""
        return {(app, name) for app, name in self.manifest["migrations"]}

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a member."""
        with self._zip.open(name) as stream:
            while piece := stream.read(PIECE):
                yield piece

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the site that was backed up, secrets included."""
        found: dict[str, str] = json.loads(b"".join(self.pieces(SETTINGS)))
        return found


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open and check an archive. Raises `BadArchive`, or `OSError` if it cannot be read."""
    with path.open("rb") as file:
        try:
            archive = Archive(zipfile.ZipFile(file))
        except DAMAGED as error:
            raise BadArchive("It is not a ZIP archive, or it was cut off.") from error
        except OSError as error:
            if error.errno != errno.EINVAL:  # a disk that cannot be read
                raise
            raise BadArchive("It is damaged: it names places that it does not have.") from error
        yield archive
