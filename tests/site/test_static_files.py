"""Static files over ASGI: what HTTP allows a client to ask for, and the same headers as on every other answer."""

import gzip
import os
from functools import cache
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.core.handlers.asgi import ASGIHandler

from common.content_codings import accepts
from meetingpoint_site.assets.static_files import StaticFiles, byte_range
from meetingpoint_site.bodies import BodyLimit

MODULE = "js/lib/emitter.js"
SOURCE = (Path(__file__).resolve().parents[2] / "static" / MODULE).read_bytes()
PICTURE = "img/icon-192.png"

Answer = tuple[int, dict[str, str], bytes]


@cache
def site() -> StaticFiles:
    """The site as the settings of the tests have it."""
    return StaticFiles(ASGIHandler())


async def ask(
    path: str, method: str = "GET", app: StaticFiles | None = None, scheme: str = "http", **headers: str
) -> Answer:
    """Send one request through the application as a server would; return status, headers and body."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver")]
        + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }
    talk = ApplicationCommunicator(BodyLimit(app or site()), scope)
    await talk.send_input({"type": "http.request", "body": b""})
    start = await talk.receive_output(30)
    body = b""
    while True:
        event = await talk.receive_output(30)
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    await talk.wait(30)
    names = [name.decode().lower() for name, _ in start["headers"]]
    assert len(names) == len(set(names)), "a header is sent twice"
    return int(start["status"]), {n.decode().lower(): v.decode() for n, v in start["headers"]}, body


@pytest.fixture
def url(settings: LazySettings) -> str:
    return settings.STATIC_URL + MODULE


async def test_a_module_is_whole_typed_and_cached_for_ever(url: str) -> None:
    status, headers, body = await ask(url)
    assert (status, body) == (200, SOURCE)
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["content-length"] == str(len(SOURCE))
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers


async def test_text_is_compressed_for_those_who_accept_it_and_pictures_never(url: str, settings: LazySettings) -> None:
    status, headers, body = await ask(url, accept_encoding="gzip, deflate, br")
    assert (status, headers["content-encoding"], gzip.decompress(body)) == (200, "gzip", SOURCE)
    assert headers["content-length"] == str(len(body))
    assert headers["etag"] != (await ask(url))[1]["etag"]
    _, headers, _ = await ask(settings.STATIC_URL + PICTURE, accept_encoding="gzip")
    assert headers["content-type"] == "image/png"
    assert not {"content-encoding", "vary"} & set(headers)


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.1", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*, gzip;q=0", False),
        ("x-gzipped", False),
    ],
)
def test_the_wish_for_a_coding_is_read_exactly(accepted: str, compressed: bool) -> None:
    assert accepts("gzip", accepted.encode()) is compressed


async def test_head_is_the_same_without_the_body_and_nothing_is_written(url: str) -> None:
    for coding in ("identity", "gzip"):
        _, of_get, _ = await ask(url, accept_encoding=coding)
        assert await ask(url, "HEAD", accept_encoding=coding) == (200, of_get, b"")
    status, headers, body = await ask(url, "POST")
    assert (status, headers["allow"], body) == (405, "GET, HEAD", b"")


async def test_what_a_client_has_is_not_sent_again(url: str) -> None:
    _, known, _ = await ask(url, accept_encoding="gzip")
    for tags in (known["etag"], f"W/{known['etag']}", f'"other", {known["etag"]}', "*"):
        status, headers, body = await ask(url, accept_encoding="gzip", if_none_match=tags)
        assert (status, body) == (304, b"")
        assert {name: headers[name] for name in ("etag", "cache-control", "vary")} == {
            name: known[name] for name in ("etag", "cache-control", "vary")
        }
    assert (await ask(url, if_none_match=known["etag"]))[0] == 200, "the plain file is another representation"
    assert (await ask(url, if_modified_since=known["last-modified"]))[0] == 304
    assert (await ask(url, if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT"))[0] == 200
    assert (await ask(url, if_modified_since="yesterday"))[0] == 200
    stale = await ask(url, if_none_match='"other"', if_modified_since=known["last-modified"])
    assert stale[0] == 200, "a tag counts more than a date"


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=90-", range(90, 100)),
        ("bytes=90-500", range(90, 100)),
        ("bytes=-7", range(93, 100)),
        ("bytes=-700", range(100)),
        ("bytes=100-", range(0)),
        ("bytes=-0", range(0)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_a_range_is_read_exactly(asked: str, served: range | None) -> None:
    assert byte_range(asked.encode(), 100) == served


async def test_a_part_is_of_the_plain_file_and_only_of_the_same_file(url: str) -> None:
    size = len(SOURCE)
    status, headers, body = await ask(url, range="bytes=5-24", accept_encoding="gzip")
    assert (status, body, headers["content-range"]) == (206, SOURCE[5:25], f"bytes 5-24/{size}")
    assert "content-encoding" not in headers
    status, headers, body = await ask(url, range=f"bytes={size}-")
    assert (status, body, headers["content-range"]) == (416, b"", f"bytes */{size}")
    _, known, _ = await ask(url)
    assert (await ask(url, range="bytes=0-9", if_range=known["etag"]))[0] == 206
    assert (await ask(url, range="bytes=0-9", if_range='"other"'))[2] == SOURCE


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_file_has_the_security_headers_of_a_page(url: str, scheme: str, settings: LazySettings) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    app = StaticFiles(ASGIHandler())
    _, of_page, _ = await ask("/robots.txt", app=app, x_forwarded_proto=scheme)
    _, of_file, _ = await ask(url, app=app, x_forwarded_proto=scheme)
    of_content = {"content-type", "content-length", "content-language", "cache-control", "vary"}
    of_content |= {"expires", "x-frame-options"}
    of_content |= {"etag", "last-modified", "accept-ranges"}
    assert {n: v for n, v in of_page.items() if n not in of_content} == {
        n: v for n, v in of_file.items() if n not in of_content
    }
    assert ("strict-transport-security" in of_file) is (scheme == "https")
    for odd in (await ask(url, "POST"), await ask(url, if_none_match="*"), await ask(url, range="bytes=9999999-")):
        assert "content-security-policy" in odd[1]


async def test_plain_http_is_redirected_where_the_site_redirects_it(url: str, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["testserver"]
    app = StaticFiles(ASGIHandler())
    status, headers, _ = await ask(url, app=app, accept="text/html")
    assert (status, headers["location"]) == (301, f"https://testserver{url}")
    assert (await ask(url, app=app, accept="*/*"))[0] == 403
    assert (await ask(url, app=app, scheme="https"))[0] == 200


@pytest.mark.parametrize("watching", [False, True])
@pytest.mark.parametrize(
    "name",
    ["", "js", "js/", "js/none.js", "../manage.py", "js/../../manage.py", "/etc/passwd", "./" + MODULE, "a\0b", "a\\b"],
)
async def test_what_is_not_there_is_a_page_that_says_so(settings: LazySettings, watching: bool, name: str) -> None:
    settings.DEBUG = watching
    settings.ALLOWED_HOSTS = ["testserver"]
    status, headers, _ = await ask(settings.STATIC_URL + name, app=StaticFiles(ASGIHandler()) if watching else site())
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_files_of_other_apps_are_served(settings: LazySettings) -> None:
    assert (await ask(settings.STATIC_URL + "admin/css/base.css"))[0] == 200


async def test_a_developer_sees_a_changed_file_at_once(settings: LazySettings, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.STATIC_MAX_AGE = 0
    settings.STATICFILES_DIRS = [tmp_path]
    app = StaticFiles(ASGIHandler())
    file, url = tmp_path / "new.js", f"{settings.STATIC_URL}new.js"
    assert app.find(url) is None
    file.write_text("let one = 1;")
    _, headers, body = await ask(url, app=app)
    assert (body, headers["cache-control"]) == (b"let one = 1;", "no-cache")
    file.write_text("let two = 2;")  # as long as before
    os.utime(file, ns=(1, 1))
    status, _, body = await ask(url, app=app, if_none_match=headers["etag"])
    assert (status, body) == (200, b"let two = 2;")
    file.unlink()
    assert app.find(url) is None


async def test_a_release_stays_the_same_while_it_runs(settings: LazySettings, tmp_path: Path) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    (tmp_path / "new.js").write_text("let one = 1;")
    app = StaticFiles(ASGIHandler())
    (tmp_path / "new.js").write_text("let two = 2;")
    assert (await ask(f"{settings.STATIC_URL}new.js", app=app))[2] == b"let one = 1;"
