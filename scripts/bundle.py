"""Bundle the modules and style sheets of the pages into `var/bundle/`, and compress every static file ahead.

    python -m scripts.bundle            make the bundle, unless it was made from the same sources by the same esbuild
    python -m scripts.bundle --check    make it again and say which of its files are others than those that are there

The same sources and the same esbuild give the same bytes on every machine. esbuild is that of package-lock.json
(`npm ci`), otherwise the one on the PATH.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from common import content_codings
from meetingpoint_site.assets.bundle import COMPRESSED, FILES, MANIFEST, read_bundle
from meetingpoint_site.assets.release import digest_of
from meetingpoint_site.assets.static_files import is_compressible

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
# Modules that one template names share what both import. Every other module of pages/ is a bundle of its own.
TOGETHER = (("call", "invite"),)
# Modules behind `import()` with most of what a page needs, in the order in which it loads them. Each stays together.
# A template asks ahead for the first one, with all that it imports.
LATER = ["js/ui/running/running-call.js", "js/ui/running/features.js"]
SHEETS = ["css/site.css", "css/call/before.css", "css/call/during.css", "css/admin/admin.css"]
OUTPUTS = {"js": "js/bundle", "css": "css/bundle"}
BUNDLE = ROOT / "var/bundle"
# Imports what a page has loaded after one of its stages; only while esbuild runs.
STAGE = "stage-{}.js"


def find_esbuild() -> Path:
    """Return the esbuild to use. Raises SystemExit with what to do when there is none."""
    installed = sorted(ROOT.glob("node_modules/@esbuild/*/bin/esbuild"))
    other = shutil.which("esbuild")
    if not installed and other is None:
        sys.exit("There is no esbuild: run `npm ci`, or install the package esbuild of your system.")
    return installed[0] if installed else Path(str(other))


def recipe(esbuild: Path) -> str:
    """Return what makes the bundle: the version of an esbuild, such as ``0.28.2``, and the SHA-256 of its scripts."""
    version = subprocess.run([esbuild, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    scripts = b"".join(Path(path).read_bytes() for path in (__file__, content_codings.__file__))
    return f"esbuild {version}, {hashlib.sha256(scripts).hexdigest()}"


def groups() -> Iterator[list[str]]:
    """Yield the modules, and the sheets, that are bundled together, as paths below static/."""
    pages = sorted(path.stem for path in (STATIC / "js/pages").glob("*.js"))
    for group in (*TOGETHER, *((page,) for page in pages if not any(page in group for group in TOGETHER))):
        yield [f"js/pages/{page}.js" for page in group]
    yield SHEETS


def bundle(esbuild: Path, entries: list[str], static: Path) -> dict[str, Any]:
    """Bundle modules, or sheets, in `static`, a copy of static/; return what esbuild says of its outputs, by name.

    esbuild makes a chunk of what the same entries and `import()`s reach, so each feature that is loaded later splits
    what a page loads at once. Where all of them begin with the import of that, it stays together. So does what each of
    LATER loads: whatever is wanted after it begins with its import.
    """
    outputs: dict[str, Any]
    if not entries[0].endswith(".js"):
        outputs = run_esbuild(esbuild, entries, static)["outputs"]
        return outputs
    inputs = run_esbuild(esbuild, entries, static, "not-kept")["inputs"]
    stages = [imported_by(entries[0], inputs)]
    for name in (name for name in LATER if name in inputs):
        stages.append([*stages[-1], *(module for module in imported_by(name, inputs) if module not in stages[-1])])
    for number, stage in enumerate(stages):
        (static / STAGE.format(number)).write_text("".join(f'import "./{module}";\n' for module in stage))
    changed: dict[Path, bytes] = {}
    for name, number in {entries[0]: 0, **begin_with(inputs, stages)}.items():
        path = static / name
        changed[path] = path.read_bytes()
        # On its first line: the others stay where source maps say they are.
        before = os.path.relpath(static / STAGE.format(number), path.parent)
        path.write_bytes(f'import "{before}"; '.encode() + changed[path])
    outputs = run_esbuild(esbuild, entries, static)["outputs"]
    for path, source in changed.items():
        path.write_bytes(source)
    return outputs


def begin_with(inputs: dict[str, Any], stages: list[list[str]]) -> dict[str, int]:
    """Return the modules behind an `import()`, and the number of the first stage with all that they share with any."""
    later = {each["path"] for said in inputs.values() for each in said["imports"] if each["kind"] == "dynamic-import"}
    found = {}
    for module in later.difference(stages[0]):
        # A stage must not be imported by what it imports.
        last = next((number for number, stage in enumerate(stages) if module in stage), len(stages)) - 1
        shared = {each for each in imported_by(module, inputs) if each in stages[-1]}
        found[module] = next((number for number in range(1, last) if shared.issubset(stages[number])), last)
    return found


def imported_by(entry: str, inputs: dict[str, Any]) -> list[str]:
    """Return what an entry imports at once, and these modules import, in the order in which they run."""
    found: dict[str, None] = {}

    def visit(module: str) -> None:
        for each in inputs[module]["imports"]:
            if each["kind"] == "import-statement" and each["path"] not in visited:
                visited.add(each["path"])
                visit(each["path"])
                found[each["path"]] = None

    visited: set[str] = {entry}
    visit(entry)
    return list(found)


def run_esbuild(esbuild: Path, entries: list[str], static: Path, folder: str = "") -> dict[str, Any]:
    """Run esbuild in `static`, a copy of static/, and return what it says of inputs and outputs, which are in `folder`.

    The outputs are beside their sources: names and source maps depend on where one is seen from the other.
    """
    kind = entries[0].partition("/")[0]
    metafile = static.with_suffix(".json")
    options = (
        *(
            "--bundle",
            *(("--format=esm", "--splitting") if kind == "js" else ()),
            "--minify",
            "--target=esnext",
            "--charset=utf8",
        ),
        *("--sourcemap", "--sources-content=false", "--legal-comments=eof"),
        *(f"--outdir={folder or OUTPUTS[kind]}", "--entry-names=[name]", "--chunk-names=[name]-[hash]"),
        *(f"--metafile={metafile}", "--log-level=warning"),
    )
    subprocess.run([esbuild, *entries, *options], cwd=static, check=True)
    said: dict[str, Any] = json.loads(metafile.read_text())
    return said


def imported_at_once(name: str, outputs: dict[str, Any]) -> list[str]:
    """Return an output and all that it imports, and these import, by static imports."""
    found = [name]
    for each in found:
        static = [i["path"] for i in outputs[each]["imports"] if i["kind"] == "import-statement"]
        found += [path for path in static if path not in found]
    return found


def all_static_files(bundled: Path) -> Iterator[tuple[str, Path]]:
    """Yield the names and places of our static files that pages ask for, with the bundled ones below `bundled`."""
    for folder in (bundled, STATIC):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            is_bundled = folder == STATIC and name.startswith("js/")  # every module is part of a bundle
            if path.is_file() and not is_bundled and path.suffix != ".map":
                yield name, path


def compress(bundled: Path, target: Path) -> dict[str, tuple[str, list[str]]]:
    """Write static files in each coding that makes them smaller; return `Bundle.compressed`."""

    def write(name: str, path: Path) -> tuple[str, tuple[str, list[str]]]:
        body, done = path.read_bytes(), []
        for coding, encode in content_codings.CODINGS.items():
            encoded = encode(body)
            if len(encoded) < len(body):
                place = target / f"{name}.{coding}"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(encoded)
                done.append(coding)
        return hashlib.sha256(body).hexdigest(), (name, done)

    wanted = [each for each in all_static_files(bundled) if is_compressible(each[1])]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return dict(threads.map(lambda each: write(*each), wanted))


def build(esbuild: Path, target: Path) -> None:
    """Write the whole bundle into the folder `target`."""
    files = target / FILES
    entries: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "static"
        shutil.copytree(STATIC, copy)
        for group in groups():
            outputs = bundle(esbuild, group, copy)
            entry_points = {said.get("entryPoint"): name for name, said in outputs.items()}
            wanted = (entry for entry in (*group, *LATER) if entry in entry_points)
            entries |= {entry: imported_at_once(entry_points[entry], outputs) for entry in wanted}
        for folder in OUTPUTS.values():
            shutil.copytree(copy / folder, files / folder)
    manifest = {
        "sources": digest_of(STATIC),
        "recipe": recipe(esbuild),
        "entries": entries,
        "compressed": compress(files, target / COMPRESSED),
    }
    (target / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def is_current(folder: Path, esbuild: Path) -> bool:
    """Say whether the bundle in `folder` is what `build` would write, going by what it says of itself."""
    bundle = read_bundle(folder)
    return bundle is not None and bundle.sources == digest_of(STATIC) and bundle.recipe == recipe(esbuild)


def differences(one: Path, other: Path) -> list[str]:
    """Return the names of the files that are in only one of two folders, or are others there."""
    names = {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*") if path.is_file()}

    def content(path: Path) -> bytes | None:
        return path.read_bytes() if path.is_file() else None

    return sorted(name.as_posix() for name in names if content(one / name) != content(other / name))


def make_bundle(folder: Path) -> bool:
    """Write the bundle into `folder` if it is not there already; return whether it was written.

    It is there at once or not at all; a process that is running keeps the one it has read.
    """
    esbuild = find_esbuild()
    if is_current(folder, esbuild):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        build(esbuild, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return True


def check_bundle(folder: Path) -> list[str]:
    """Make the bundle again; return the names of the files in `folder` that are others."""
    with tempfile.TemporaryDirectory() as scratch:
        build(find_esbuild(), Path(scratch) / "new")
        return differences(Path(scratch) / "new", folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the bundle is not that of the sources"
    )
    parser.add_argument("--output", type=Path, default=BUNDLE, help="the folder of the bundle (var/bundle)")
    options = parser.parse_args()
    folder = options.output.resolve()
    if options.check:
        wrong = check_bundle(folder)
        sys.stdout.write(
            "".join(f"{name} is not what the sources give\n" for name in wrong)
            or "The bundle is what the sources give.\n"
        )
        return 1 if wrong else 0
    sys.stdout.write(f"{folder}: {'written' if make_bundle(folder) else 'is up to date'}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
