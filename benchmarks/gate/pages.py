"""What a page costs: bytes and requests until its scripts run, and queries. It is counted, so it is always the same."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from importlib import import_module
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.signaling.world import Scene

ENCODINGS = "gzip, deflate, br, zstd"
PROXY_LEVEL = 5  # gzip_comp_level of deploy/nginx.conf
_COMMENT = re.compile(rb"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(rb"""\b(?:import|export)\b[^;'"()]*?(?:from)?\s*["'](\.{1,2}/[^"']+)["']""")
_STYLE_IMPORT = re.compile(rb"""@import\s+(?:url\()?["']?([^"')]+)""")


STRANGERS = ("landing", "sign_in", "invitation")  # visited by people who have not signed in; the others by the owner


def paths(scene: Scene) -> dict[str, str]:
    """Return the pages that are watched, by their names in limits.toml."""
    return {
        "landing": "/",
        "sign_in": "/accounts/login/",
        "invitation": "/i",
        "dashboard": "/rooms/",
        "room": f"/rooms/{scene.slug}/",
        "call": f"/r/{scene.slug}",
        "settings": "/accounts/",
    }


@dataclass
class Cost:
    """What a page takes: `modules` are scripts, `bytes` those of all bodies on the wire."""

    bytes: int = 0
    requests: int = 0
    modules: int = 0
    queries: int = 0


@dataclass
class _Links(HTMLParser):
    """The files that an HTML page needs before its scripts run."""

    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" in values:
            self.scripts.append(values["src"])
        # What comes at low priority is for a later press: the scripts do not wait for it.
        if tag == "link" and values.get("rel") == "modulepreload" and values.get("fetchpriority") != "low":
            self.scripts.append(values["href"])
        if tag == "link" and values.get("rel") == "stylesheet":
            self.styles.append(values["href"])
        if tag == "img" and values.get("src") and values.get("loading") != "lazy":
            self.images.append(values["src"])


class _Browser:
    """Fetches over one connection and unpacks nothing but what it has to read."""

    def __init__(self, port: int, session_key: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"} if session_key else {}
        self._headers = {"Host": f"localhost:{port}", **cookie}

    def size(self, path: str) -> int:
        """Return the bytes of the body as a browser gets it. Pages are compressed by the proxy: see PROXY_LEVEL."""
        body, headers = self._fetch(path, {"Accept-Encoding": ENCODINGS})
        by_proxy = headers.get_content_type() == "text/html" and "Content-Encoding" not in headers
        return len(gzip.compress(body, PROXY_LEVEL) if by_proxy else body)

    def text(self, path: str) -> bytes:
        """Return the body itself."""
        return self._fetch(path, {})[0]

    def _fetch(self, path: str, headers: dict[str, str]) -> tuple[bytes, HTTPMessage]:
        self._connection.request("GET", path, headers={**self._headers, **headers})
        with self._connection.getresponse() as answer:
            body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return body, answer.headers


def count_page(port: int, session_key: str, path: str) -> Cost:
    """Fetch a page and everything that it and its modules and sheets name, each once."""
    browser, links = _Browser(port, session_key), _Links()
    links.feed(browser.text(path).decode())
    modules = _closure(browser, path, links.scripts, imports_of)
    files = {*modules, *_closure(browser, path, links.styles, sheets_of), *(urljoin(path, src) for src in links.images)}
    size = browser.size(path) + sum(browser.size(file) for file in files)
    return Cost(size, 1 + len(files), len(modules), queries_of(session_key, path))


def _closure(browser: _Browser, page: str, first: list[str], named: Callable[[bytes], list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [urljoin(page, link) for link in first]
    while waiting:
        file = waiting.pop()
        if file not in found and not urlsplit(file).netloc:
            found.add(file)
            waiting += [urljoin(file, link) for link in named(browser.text(file))]
    return found


def imports_of(script: bytes) -> list[str]:
    """Return what a module imports at once; what it imports when it is wanted (`import()`) does not count."""
    return [match[1].decode() for match in _IMPORT.finditer(_COMMENT.sub(b"", script))]


def sheets_of(sheet: bytes) -> list[str]:
    """Return what a style sheet imports."""
    return [match[1].decode() for match in _STYLE_IMPORT.finditer(_COMMENT.sub(b"", sheet))]


def queries_of(session_key: str, path: str) -> int:
    """Return how many queries a page takes for the owner of a session, once caches are filled."""
    client = Client(SERVER_NAME="localhost")
    if session_key:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    for _visit in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with {answer.status_code}")
    return len(captured)


def queries_of_join(session_key: str, slug: str) -> int:
    """Return how many queries a join takes for the owner of a session."""
    admission = import_module("rooms.signaling.admission")  # it needs the models, and they the settings of the server
    with CaptureQueriesContext(connection) as captured:
        admission._authorize_join(session_key, slug, True)
    return len(captured)
