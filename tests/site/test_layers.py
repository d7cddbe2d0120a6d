"""A module imports only from its own layer and those below, none import each other in a circle, and all are small.

docs/architecture.md describes the layers.
"""

from pathlib import Path

from django.conf import settings

from .import_graph import circles, layer_of, read_graph, ties, upward

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("common", "accounts", "rooms", "meetingpoint_site")
MAX_FILES_A_FOLDER = 20
MAX_LINES_A_MODULE = 320

# From the lowest to the highest. A package stands for all of its modules that no line names.
LAYERS = (
    ("common",),
    ("accounts",),
    ("rooms",),
    ("rooms.live",),
    ("rooms.flows",),
    ("rooms.signaling", "rooms.receivers", "rooms.personal_data", "rooms.pruning"),
    ("rooms.moderation",),
    ("rooms.views",),
    ("rooms.urls", "rooms.apps", "rooms.management"),
    ("meetingpoint_site",),
)
# The sockets' own machinery: pages reach it only through `rooms.live`.
WITHOUT_SOCKETS = ("rooms.flows", "rooms.views", "rooms.moderation", "rooms.receivers", "rooms.personal_data")

GRAPH = read_graph(ROOT, PACKAGES)


def test_every_module_imports_only_from_its_own_layer_and_those_below() -> None:
    assert list(upward(GRAPH, LAYERS)) == []


def test_pages_and_flows_do_not_import_the_signaling_server() -> None:
    importers = [name for name in GRAPH if name.startswith(WITHOUT_SOCKETS)]
    assert [name for name in importers if any(target.startswith("rooms.signaling") for target in GRAPH[name])] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert [tie for circle in circles(GRAPH) for tie in ties(GRAPH, circle)] == []


def test_folders_and_modules_are_small() -> None:
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    folders = {path.parent for path in modules}
    assert [str(folder) for folder in folders if len(list(folder.glob("*.py"))) > MAX_FILES_A_FOLDER] == []
    lengths = {str(path): len(path.read_text().splitlines()) for path in modules}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES_A_MODULE} == {}


def test_the_check_of_layers_finds_an_arrow_that_points_up() -> None:
    layers = (("low",), ("high", "low.part"))
    down = {"high.views": {"low.models": {"Model"}}, "low.models": {}}
    turned = {"high.views": {}, "low.models": {"high.views": {"show"}}}
    assert list(upward(down, layers)) == []
    assert list(upward(turned, layers)) == ["low.models -> high.views"]
    assert list(upward({"elsewhere": {}}, layers)) == ["elsewhere is in no layer"]
    assert layer_of("low.part.module", layers) == 1


def test_the_check_of_circles_finds_one_and_names_what_ties_it() -> None:
    straight = {"a": {"b": {"B"}}, "b": {"c": {"C"}}, "c": {}}
    closed = {**straight, "c": {"a": {"A", "Other"}}, "d": {"a": {"A"}}}
    assert circles(straight) == []
    assert circles(closed) == [["a", "b", "c"]]
    assert ties(closed, ["a", "b", "c"]) == ["a -> b: B", "b -> c: C", "c -> a: A, Other"]


def test_the_graph_sees_imports_inside_functions_and_relative_ones(tmp_path: Path) -> None:
    package = tmp_path / "app" / "part"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .a import A\n")
    (package / "a.py").write_text("def late():\n    from ..other import thing\n    from . import b\n")
    (package / "b.py").write_text("import app.other\n")
    (tmp_path / "app" / "other.py").write_text("import os\n")
    (tmp_path / "app" / "__init__.py").write_text("")
    graph = read_graph(tmp_path, ["app"])
    assert graph["app.part"] == {"app.part.a": {"A"}}
    assert graph["app.part.a"] == {"app.other": {"thing"}, "app.part.b": {"b"}}
    assert graph["app.part.b"] == {"app.other": {"app.other"}}
