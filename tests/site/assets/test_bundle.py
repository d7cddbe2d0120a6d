"""The bundle: it is what the sources give, pages name it, and it is left alone when it was made from other sources."""

import json
import re
import shutil
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.template import engines
from django.test import Client

from common.content_codings import CODINGS
from meetingpoint_site.assets.bundle import Bundle, current_bundle, read_bundle
from meetingpoint_site.assets.checks import bundle_is_served
from meetingpoint_site.assets.static_files import StaticFile
from scripts.bundle import (
    BUNDLE,
    LATER,
    SHEETS,
    STATIC,
    TOGETHER,
    build,
    differences,
    find_esbuild,
    make_bundle,
)

TEMPLATES = STATIC.parent / "templates"
CALL = "js/pages/call.js"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    make_bundle(BUNDLE)
    found = read_bundle(BUNDLE)
    assert found
    return found


def modules_of(name: str) -> set[str]:
    """Return the bundled files that a bundled module names in static imports."""
    text = (BUNDLE / "files" / name).read_text()
    return {f"js/bundle/{other}" for other in re.findall(r'(?:from|import)"\./([^"]+)"', text)}


def test_the_same_sources_give_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    again = tmp_path / "again"
    build(find_esbuild(), again)
    assert differences(again, BUNDLE) == []
    changed = tmp_path / "bundle"
    shutil.copytree(BUNDLE, changed)
    entry = changed / "files" / bundle.entries[CALL][0]
    entry.write_text(entry.read_text() + "\n")
    (changed / "files" / "js/bundle/more.js").write_text("more()")
    assert not make_bundle(BUNDLE), "what is up to date is not made again"
    assert differences(again, changed) == sorted([f"files/{bundle.entries[CALL][0]}", "files/js/bundle/more.js"])


def test_a_bundle_of_other_sources_is_not_served(tmp_path: Path) -> None:
    assert current_bundle(BUNDLE, STATIC)
    shutil.copytree(STATIC, tmp_path / "static")
    assert current_bundle(BUNDLE, tmp_path / "static")
    (tmp_path / "static" / CALL).open("a").write("\n")
    assert current_bundle(BUNDLE, tmp_path / "static") is None
    assert current_bundle(tmp_path / "none", STATIC) is None
    (tmp_path / "manifest.json").write_text('{"form": "of another release"}')
    assert current_bundle(tmp_path, STATIC) is None


def test_a_site_without_a_bundle_is_noticed(bundle: Bundle, settings: LazySettings) -> None:
    settings.BUNDLE = None
    assert [message.id for message in bundle_is_served(None)] == ["meetingpoint.W011"]
    settings.BUNDLE = bundle
    assert bundle_is_served(None) == []
    settings.BUNDLE, settings.BUNDLE_DIR = None, ""
    assert bundle_is_served(None) == []


def test_a_page_asks_at_once_for_all_that_its_modules_import(bundle: Bundle, settings: LazySettings) -> None:
    settings.BUNDLE = bundle
    for entry, (bundled, *imported) in bundle.entries.items():
        if entry in SHEETS:
            continue
        needed = {bundled}
        while more := set().union(*map(modules_of, needed)) - needed:
            needed |= more
        assert {bundled, *imported} == needed, entry
        html = engines["django"].from_string("{% load modules %}{% module name %}").render({"name": entry})
        assert re.findall(r'<link rel="modulepreload" href="[^"]*/(js/[^"]+)">', html) == imported
        assert re.findall(r'<script type="module" src="[^"]*/(js/[^"]+)"></script>', html) == [bundled]
    later = engines["django"].from_string("{% load modules %}{% preload_later name %}").render({"name": LATER[0]})
    names = re.findall(r'<link rel="modulepreload" fetchpriority="low" href="[^"]*/(js/[^"]+)">', later)
    assert names == bundle.entries[LATER[0]]
    settings.BUNDLE = None
    html = (
        engines["django"]
        .from_string("{% load modules %}{% preload_module name %}{% module name %}")
        .render({"name": CALL})
    )
    assert html == f'<script type="module" src="{settings.STATIC_URL}{CALL}"></script>'


def test_a_press_waits_for_no_module(bundle: Bundle, settings: LazySettings, client: Client) -> None:
    settings.BUNDLE = bundle
    html = client.get("/i").content.decode()
    asked_for = re.findall(
        r'<(?:script|link)[^>]+(?:src|href)="[^"]*/(early\.js|invitation\.js|css/[^"]+|js/[^"]+)"', html
    )
    first_module = next(place for place, name in enumerate(asked_for) if name.startswith("js/"))
    needed = {"early.js", "invitation.js", *(bundle.entries[sheet][0] for sheet in SHEETS if "admin" not in sheet)}
    assert needed <= set(asked_for[:first_module])


def test_the_first_picture_waits_for_no_files_and_no_chat(
    bundle: Bundle, settings: LazySettings, client: Client
) -> None:
    def sources_of(entry: str) -> set[str]:
        maps = [bundle.files / f"{name}.map" for name in bundle.entries[entry] if name.endswith(".js")]
        return {Path(name).as_posix() for each in maps for name in json.loads(each.read_text())["sources"]}

    later = re.compile(
        r"^\.\./(chat|waiting|files/(lanes|protocol|receive|save|send|storage)|ui/(chat|files|waiting))/"
    )
    call, features = LATER
    assert [name for name in sources_of(call) if later.search(name)] == []
    assert len([name for name in sources_of(features) if later.search(name)]) > 50
    # Nor is it asked for beside them; and what comes after the picture is few requests.
    own = set(bundle.entries[features]) - set(bundle.entries[call])
    assert 0 < len(own) <= 4
    settings.BUNDLE = bundle
    html = client.get("/i").content.decode()
    assert not [name for name in own if name in html]
    assert all(name in html for name in bundle.entries[call])


def test_a_bundled_sheet_has_the_rules_of_all_that_it_imports(bundle: Bundle) -> None:
    for entry in SHEETS:
        bundled = (bundle.files / bundle.entries[entry][0]).read_text()
        assert "@import" not in bundled
        for imported in re.findall(r'@import "([^"]+)"', (STATIC / entry).read_text()):
            rules = re.sub(
                r"/\*.*?\*/", "", STATIC.joinpath(entry).parent.joinpath(imported).read_text(), flags=re.DOTALL
            )
            names = re.findall(r"\.([a-z][\w-]*)[^;{}]*\{", rules)
            assert not [name for name in names if name not in bundled], imported


def test_modules_that_share_a_page_were_bundled_together(bundle: Bundle) -> None:
    named = {path: re.findall(r"{% module '([^']+)'", path.read_text()) for path in TEMPLATES.rglob("*.html")}
    assert sum(map(len, named.values())) > 10
    for path, entries in named.items():
        assert set(entries) <= set(bundle.entries), path
        together = {f"js/pages/{page}.js" for group in TOGETHER for page in group}
        assert len(entries) < 2 or set(entries) <= together, f"{path} names modules that do not share what both import"
    sheets = {
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r"{% sheet '([^']+)'", path.read_text())
    }
    assert sheets == set(SHEETS)
    assert not [path for path in TEMPLATES.rglob("*.html") if '<script type="module"' in path.read_text()]


def test_what_is_sent_is_the_smallest_that_the_browser_takes(bundle: Bundle) -> None:
    file = StaticFile(bundle.files / "js/bundle/call.js", 60, bundle)
    sizes = {coding: len(file.best(coding.encode()).body) for coding in ("identity", *CODINGS)}
    assert sizes["br"] < sizes["zstd"] < sizes["gzip"] < sizes["identity"] / 2
    assert len(file.best(b"gzip, deflate, br, zstd").body) == sizes["br"]
    assert len(file.best(b"br;q=0, gzip, zstd").body) == sizes["zstd"]
    assert len({file.best(coding.encode()).etag for coding in sizes}) == len(sizes)
    _, headers, _ = file.answer("GET", {b"accept-encoding": b"zstd"})
    assert dict(headers)[b"content-encoding"] == b"zstd"
    one = StaticFile(STATIC / CALL, 60, bundle)
    assert not one.ahead
    assert len(one.best(b"br, gzip").body) < len(one.body) / 2, "compressed when it is asked for"


def test_source_maps_lead_to_the_modules(bundle: Bundle) -> None:
    sources = {
        (path.parent / source).resolve().relative_to(bundle.files.resolve())
        for path in bundle.files.rglob("*.js.map")
        for source in json.loads(path.read_text())["sources"]
    }
    assert len(sources) > 200
    assert [source for source in sources if not (STATIC / source).is_file()] == []
