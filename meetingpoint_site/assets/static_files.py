"""Static files, answered from memory before Django: a page that loads two hundred modules costs little."""

import hashlib
import mimetypes
import re
import stat
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from posixpath import normpath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.http import http_date, parse_http_date_safe

from common.content_codings import CODINGS, accepts
from meetingpoint_site.security import added_headers, is_secure, with_charset

from .bundle import Bundle

Headers = list[tuple[bytes, bytes]]
Answer = tuple[HTTPStatus, Headers, bytes]  # the headers without those of security.py

# What compression makes smaller; below that size a file fits into one packet with its headers anyway.
COMPRESSIBLE = re.compile(r"text/|image/svg\+xml|application/(json|manifest\+json|wasm)")
COMPRESSED_FROM = 200
# RFC 9110 §14.1.2. Several ranges are answered with the whole file, as §14.2 allows.
RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")

# Python's own table, not that of this machine: types are the same everywhere.
MEDIA_TYPES = mimetypes.MimeTypes()
for _suffix, _type in ((".js", "text/javascript"), (".mjs", "text/javascript"), (".woff2", "font/woff2")):
    MEDIA_TYPES.add_type(_type, _suffix)


@dataclass(frozen=True)
class Variant:
    """The bytes of a file in one content coding; `validators` are sent in a 304 too, `described` is not."""

    body: bytes
    etag: bytes
    validators: Headers
    described: Headers


def media_type_of(path: Path) -> str:
    """Return the media type of a file, by its name."""
    return MEDIA_TYPES.guess_type(path.name)[0] or "application/octet-stream"


def is_compressible(path: Path) -> bool:
    """Say whether a file is worth compressing, by its name and size."""
    return path.stat().st_size >= COMPRESSED_FROM and bool(COMPRESSIBLE.match(media_type_of(path)))


class StaticFile:
    """A file in memory, plain and compressed: ahead in `bundle`, otherwise from the first request that accepts gzip.

    `modified` is in nanoseconds since 1970, `max_age` in seconds; with 0, caches ask each time whether it has changed.
    """

    def __init__(self, path: Path, max_age: int, bundle: Bundle | None = None) -> None:
        found = path.stat()
        self.stamp = (found.st_mtime_ns, found.st_size)
        self.modified = found.st_mtime_ns // 1_000_000_000
        self.media_type = media_type_of(path)
        self.cache_control = f"public, max-age={max_age}, immutable" if max_age else "no-cache"
        self.body = path.read_bytes()
        self.compressible = is_compressible(path)
        self.digest = hashlib.sha256(self.body).hexdigest()
        ahead = ((coding, bundle.in_coding(self.digest, coding)) for coding in CODINGS) if bundle else ()
        self.ahead = {coding: self._variant(body, coding) for coding, body in ahead if body is not None}

    @cached_property
    def plain(self) -> Variant:
        """The file as it is."""
        return self._variant(self.body, "")

    @cached_property
    def compressed(self) -> dict[str, Variant]:
        """The file in each content coding that makes it smaller."""
        if self.ahead or not self.compressible:
            return self.ahead
        return {"gzip": self._variant(CODINGS["gzip"](self.body), "gzip")}

    def best(self, accept_encoding: bytes) -> Variant:
        """Return the smallest variant that an Accept-Encoding allows."""
        accepted = (variant for coding, variant in self.compressed.items() if accepts(coding, accept_encoding))
        return min(accepted, key=lambda variant: len(variant.body), default=self.plain)

    def _variant(self, body: bytes, coding: str) -> Variant:
        digest = self.digest[:20]
        etag = f'"{digest}-{coding}"' if coding else f'"{digest}"'  # one for each coding: RFC 9110 §8.8.3.3
        validators = {
            "cache-control": self.cache_control,
            "etag": etag,
            "vary": "Accept-Encoding" if self.compressible else "",
        }
        described = {
            "content-type": with_charset(self.media_type),
            "content-encoding": coding,
            "last-modified": http_date(self.modified),
            "accept-ranges": "bytes",
        }
        return Variant(body, etag.encode(), encoded(validators), encoded(described))

    def answer(self, method: str, headers: Mapping[bytes, bytes]) -> Answer:
        """Answer a request with these headers (RFC 9110). Ranges are always of the plain file."""
        if method not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")], b""
        wants_range = b"range" in headers
        variant = self.plain if wants_range else self.best(headers.get(b"accept-encoding", b""))
        if self._is_known(variant, headers):
            return HTTPStatus.NOT_MODIFIED, variant.validators, b""
        status, body, extent = HTTPStatus.OK, variant.body, b""
        if wants_range and self._may_be_part(variant, headers):
            part = byte_range(headers[b"range"], len(body))
            if part is not None:
                status = HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
                extent = b"bytes %s/%d" % (b"%d-%d" % (part[0], part[-1]) if part else b"*", len(body))
                body = body[part.start : part.stop]
        head = [*variant.validators, *variant.described, (b"content-length", b"%d" % len(body))]
        if extent:
            head.append((b"content-range", extent))
        return status, head, b"" if method == "HEAD" else body

    def _is_known(self, variant: Variant, headers: Mapping[bytes, bytes]) -> bool:
        """Say whether the client has this variant (§13.2.2; validators are compared weakly)."""
        tags = headers.get(b"if-none-match")
        if tags is not None:
            return any(tag.strip().removeprefix(b"W/") in (variant.etag, b"*") for tag in tags.split(b","))
        since = parse_http_date_safe(headers.get(b"if-modified-since", b"").decode("latin-1"))
        return since is not None and since >= self.modified

    def _may_be_part(self, variant: Variant, headers: Mapping[bytes, bytes]) -> bool:
        """Say whether a part fits to what the client has (§13.1.5)."""
        condition = headers.get(b"if-range")
        return condition is None or condition in (variant.etag, http_date(self.modified).encode())


def encoded(headers: Mapping[str, str]) -> Headers:
    """Return headers as ASGI wants them, without those that are empty."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items() if value]


def byte_range(value: bytes, size: int) -> range | None:
    """Return which of `size` bytes a Range asks for: none of them if it cannot be satisfied, `None` to ignore it."""
    match = RANGE.fullmatch(value.replace(b" ", b""))
    if not match or match[0] == b"bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def listed_files() -> Iterator[tuple[str, Path]]:
    """Yield the names and places of all static files, as Django's finders find them: the first of a name counts."""
    seen = set()
    for finder in finders.get_finders():
        for path, storage in finder.list(None):  # type: ignore[arg-type]
            name = "/".join(filter(None, (getattr(storage, "prefix", ""), path)))
            if name not in seen:
                seen.add(name)
                yield name, Path(storage.path(path))


class StaticFiles:
    """ASGI middleware that answers for the files below STATIC_URL and passes everything else on.

    The files are read at the start, so that a release is the same as long as it runs; in DEBUG, at each request whether
    they have changed. What does not exist is Django's to answer.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application
        self.watching = settings.DEBUG
        self.prefix = settings.STATIC_URL
        self.security = {secure: encoded(added_headers(secure=secure)) for secure in (False, True)}
        self.files = {} if self.watching else dict(self._all())

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        file = self.find(scope["path"])
        secure = file is not None and is_secure(scope)
        if file is None or (settings.SECURE_SSL_REDIRECT and not secure):
            await self.application(scope, receive, send)
            return
        status, headers, body = file.answer(scope["method"], dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers + self.security[secure]})
        await send({"type": "http.response.body", "body": body})

    def _all(self) -> Iterator[tuple[str, StaticFile]]:
        for name, path in listed_files():
            yield name, StaticFile(path, settings.STATIC_MAX_AGE, settings.BUNDLE)

    def find(self, path: str) -> StaticFile | None:
        """Return the file for the path of a request, `None` if there is none."""
        if not path.startswith(self.prefix):
            return None
        name = path.removeprefix(self.prefix)
        if self.watching:
            self._refresh(name)
        return self.files.get(name)

    def _refresh(self, name: str) -> None:
        """Read the file of that name if it is new or has changed."""
        canonical = name == normpath(name) and not name.startswith((".", "/")) and not re.search(r"[\\\0]", name)
        place = finders.find(name) if canonical else None
        found = Path(place).stat() if place else None
        if place is None or found is None or not stat.S_ISREG(found.st_mode):
            self.files.pop(name, None)
        elif name not in self.files or self.files[name].stamp != (found.st_mtime_ns, found.st_size):
            self.files[name] = StaticFile(Path(place), settings.STATIC_MAX_AGE)
