"""Compare the requirements with their locks, and the vendored files with their list. Asks no network.

Prints each problem in a line; exits 1 if there is any.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from scripts.supply_chain import DEVELOPMENT, ROOT, RUNTIME, listed, locked, vendored

SHA256 = re.compile(r"[0-9a-f]{64}")


def lock_problems(root: Path, name: str) -> Iterator[str]:
    """Yield what does not fit between the list and the lock of a name, and what is installed here."""
    entries = locked(root, name)
    here = {entry.name: entry.version for entry in entries if entry.wanted_here}
    for entry in entries:
        if not entry.hashes or not all(SHA256.fullmatch(digest) for digest in entry.hashes):
            yield f"{name}.lock: {entry.name} has no SHA-256"
        if [clause.operator for clause in entry.requirement.specifier] != ["=="] or entry.requirement.url:
            yield f"{name}.lock: {entry.name} is not pinned to one version"
    for requirement in listed(root, name):
        wanted = str(requirement.specifier)
        if not re.fullmatch(r"==[^*,]+", wanted):
            yield f"{name}.txt: {requirement.name} is not pinned to one version"
        elif f"=={here.get(canonicalize_name(requirement.name))}" != wanted:
            yield f"{name}.lock: {requirement.name} is not {wanted} as in {name}.txt: run `make lock`"
    needed = _closure(list(listed(root, name)))
    for missing in sorted(needed - here.keys()):
        yield f"{name}.lock: {missing} is needed and not locked: run `make lock`"
    for extra in sorted(here.keys() - needed):
        yield f"{name}.lock: nothing needs {extra}: run `make lock`"
    for package in sorted(needed & here.keys()):
        installed = _installed(package)
        if installed != here[package]:
            yield f"{name}.lock: {package} is {here[package]}, but {installed or 'none'} is installed"


def _closure(requirements: list[Requirement]) -> set[NormalizedName]:
    """Return the names of all packages that these need on this platform, by the metadata of what is installed."""
    found: set[tuple[NormalizedName, str]] = set()
    while requirements:
        requirement = requirements.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in found:
                found.add((name, extra))
                for text in (_installed(name) and metadata.requires(name)) or []:
                    inner = Requirement(text)
                    if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                        requirements.append(inner)
    return {name for name, _extra in found}


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def npm_problems(root: Path) -> Iterator[str]:
    """Yield packages of package-lock.json without a SHA-512, and what package.json asks for in another version."""
    package = json.loads((root / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    for path, entry in packages.items():
        if path and not entry.get("integrity", "").startswith("sha512-"):
            yield f"package-lock.json: {path} has no SHA-512"
    for name, version in wanted.items():
        if packages.get(f"node_modules/{name}", {}).get("version") != version:
            yield f"package-lock.json: {name} is not {version} as in package.json: run `npm install`"


def vendored_problems(root: Path, paths: list[str]) -> Iterator[str]:
    """Yield vendored files that differ from their hash, that are missing, and that no entry lists."""
    known: set[str] = set()
    for entry in vendored(root):
        known |= {*entry.files, *entry.ours}
        for field in ("name", "version", "licence", "source", "purpose", "files"):
            if not getattr(entry, field):
                yield f"vendored.toml: {entry.name or 'an entry'} has no {field}"
        for path, digest in entry.files.items():
            file = root / path
            if not file.is_file():
                yield f"vendored.toml: {path} does not exist"
            elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                yield f"{path}: differs from {entry.name} {entry.version} as listed in vendored.toml"
    for path in paths:
        if "vendor" in Path(path).parts[:-1] and path not in known:
            yield f"{path}: is in a folder of vendored files, but not in vendored.toml"


def main() -> int:
    """Print every problem; return the exit code."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    problems = [
        *lock_problems(ROOT, RUNTIME),
        *lock_problems(ROOT, DEVELOPMENT),
        *npm_problems(ROOT),
        *vendored_problems(ROOT, tracked.splitlines()),
    ]
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
