"""What `make check` says of locks and vendored files that do not fit, and that the bill of materials is whole."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from scripts.check_supply_chain import lock_problems, npm_problems, vendored_problems
from scripts.supply_chain import DEVELOPMENT, RUNTIME, Locked, locked, vendored

ROOT = Path(settings.BASE_DIR)
FILES = [*(f"{name}.{kind}" for name in (RUNTIME, DEVELOPMENT) for kind in ("txt", "lock")), "vendored.toml"]
FILES += ["package.json", "package-lock.json"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The lists, the locks and the vendored files, to be spoilt."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    for entry in vendored(ROOT):
        for path in entry.files:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before


def test_the_repository_is_as_its_lists_say() -> None:
    problems = [*lock_problems(ROOT, RUNTIME), *lock_problems(ROOT, DEVELOPMENT), *npm_problems(ROOT)]
    assert problems == []
    assert list(vendored_problems(ROOT, [])) == []


def without(package: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"(?m)^{package}==.*\n(?:[ ].*\n)+", "", text)


@pytest.mark.parametrize(
    ("file", "change", "problem"),
    [
        ("txt", lambda text: text.replace("channels==", "channels==9."), "channels is not =="),
        ("txt", lambda text: text.replace("redis==", "redis>="), "redis is not pinned"),
        ("txt", lambda text: f"{text}pytest==9.0.2\n", "pytest is not ==9.0.2 as in requirements.txt"),
        ("txt", lambda text: text.replace("daphne==4.2.3\n", ""), "nothing needs daphne"),
        ("lock", without("sqlparse"), "sqlparse is needed and not locked"),
        ("lock", without("django"), "django is needed and not locked"),
        ("lock", lambda text: re.sub(r"sqlparse==[\d.]+", "sqlparse==0.0.1", text), "sqlparse is 0.0.1, but"),
        ("lock", lambda text: re.sub(r"sqlparse==", "sqlparse>=", text), "sqlparse is not pinned"),
        (
            "lock",
            lambda text: re.sub(r"(sqlparse==[\d.]+) .*\n(?:.*--hash.*\n)+", r"\1\n", text),
            "sqlparse has no SHA-256",
        ),
    ],
)
def test_a_lock_that_does_not_fit_is_said(copy: Path, file: str, change: Callable[[str], str], problem: str) -> None:
    edit(copy / f"requirements.{file}", change)
    assert [line for line in lock_problems(copy, RUNTIME) if problem in line]


def test_npm_packages_have_hashes_and_the_version_that_was_asked_for(copy: Path) -> None:
    edit(copy / "package-lock.json", lambda text: text.replace('"integrity"', '"integral"', 1))
    edit(copy / "package.json", lambda text: text.replace('"typescript": "', '"typescript": "1'))
    assert len(list(npm_problems(copy))) == 2


def test_a_changed_a_missing_and_an_unknown_vendored_file_are_said(copy: Path) -> None:
    entry = vendored(copy)[0]
    changed, missing = list(entry.files)[:2]
    (copy / changed).write_bytes((copy / changed).read_bytes() + b"\n")
    (copy / missing).unlink()
    problems = list(vendored_problems(copy, ["static/vendor/other/other.js", changed, *entry.ours]))
    assert [problem.partition(":")[0] for problem in problems] == [
        changed,
        "vendored.toml",
        "static/vendor/other/other.js",
    ]


@pytest.mark.parametrize("name", ["Makefile", "README.md", "deploy/Dockerfile", "docs/deployment.md", ".ci/run"])
def test_nothing_is_installed_without_hashes(name: str) -> None:
    installs = re.findall(r"pip install[^\n`|&]*", (ROOT / name).read_text())
    ours = [line for line in installs if "requirements" in line or "INSTALL" in line]
    assert [line for line in ours if "--require-hashes -r requirements" not in line or ".txt" in line] == []
    if name == "Makefile":
        assert [line for line in installs if "--require-hashes" not in line] == []


def test_the_bill_of_materials_is_valid_and_whole() -> None:
    from scripts import sbom  # takes two seconds, which each process that collects this file would spend

    text = sbom.written(sbom.bill(ROOT))
    sbom.validate(text)
    components = json.loads(text)["components"]
    scopes = {component["purl"]: component["scope"] for component in components if "purl" in component}
    for name, scope in ((DEVELOPMENT, None), (RUNTIME, "required")):
        for entry in locked(ROOT, name):
            assert scopes[f"pkg:pypi/{entry.name}@{entry.version}"] in (scope or "required", scope or "excluded"), entry
    by_name: dict[str, Locked] = {entry.name: entry for entry in locked(ROOT, RUNTIME)}
    django = next(component for component in components if component["name"] == "django")
    assert {digest["content"] for digest in django["hashes"]} == {*by_name["django"].hashes}
    assert django["licenses"]
    listed = {part["name"] for component in components for part in component.get("components", [])}
    assert listed == {path for entry in vendored(ROOT) for path in entry.files}
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(text)["dependencies"]}
    assert any(ref.startswith("pkg:pypi/asgiref@") for ref in needs[django["bom-ref"]])
    assert text == sbom.written(sbom.bill(ROOT))
    with pytest.raises(ValueError, match="not valid"):
        sbom.validate(text.replace('"type": "library"', '"type": "book"'))
