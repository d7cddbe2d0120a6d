"""Write the software bill of materials, var/sbom.cdx.json: CycloneDX 1.6 (ECMA-424), validated before it is written.

It has the packages that run (`required`), those that only tests and checks use (`excluded`), with the SHA-256 of every
file that pip accepts, and the vendored files. The same commit gives the same file: its time is the commit's.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterable
from datetime import datetime
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meetingpoint_site import __version__
from scripts.supply_chain import DEVELOPMENT, ROOT, RUNTIME, Locked, locked, vendored

TARGET = ROOT / "var" / "sbom.cdx.json"
VERSION = SchemaVersion.V1_6
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "meeting-point")


def bill(root: Path) -> Bom:
    """Return the bill of what `root` contains and requires, with who depends on whom on this platform."""
    licences = LicenseFactory()
    site = Component(name="meeting-point", version=__version__, type=ComponentType.APPLICATION, bom_ref="meeting-point")
    site.licenses.add(licences.make_from_string("MIT"))
    bom = Bom()
    bom.metadata.component = site
    committed = subprocess.run(
        ["git", "log", "-1", "--format=%cI"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bom.metadata.timestamp = datetime.fromisoformat(committed.stdout.strip())
    runtime = {(entry.name, entry.version) for entry in locked(root, RUNTIME)}
    packages: dict[str, Component] = {}
    for entry in locked(root, DEVELOPMENT):
        scope = ComponentScope.REQUIRED if (entry.name, entry.version) in runtime else ComponentScope.EXCLUDED
        component = _package(entry, scope, licences)
        bom.components.add(component)
        if entry.wanted_here:
            packages[entry.name] = component
    for name, component in packages.items():
        bom.register_dependency(component, {packages[other] for other in _needs(name) if other in packages})
    tools = _tools(root)
    parts = list(_vendored(root, licences))
    bom.components.update([*parts, *tools])
    bom.register_dependency(site, [*packages.values(), *parts, *tools])
    return bom


def _package(entry: Locked, scope: ComponentScope, licences: LicenseFactory) -> Component:
    purl = PackageURL("pypi", None, entry.name, entry.version)
    component = Component(name=entry.name, version=entry.version, purl=purl, bom_ref=str(purl), scope=scope)
    # A release has a file for each platform: these are the hashes of all of them.
    component.hashes.update(HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in entry.hashes)
    if entry.wanted_here and (licence := _licence(entry.name)):
        component.licenses.add(licences.make_from_string(licence))
    if entry.requirement.marker:
        component.properties.add(Property(name="meeting-point:marker", value=str(entry.requirement.marker)))
    return component


def _licence(name: str) -> str:
    """Return what a package says its licence is: an SPDX expression where it has one, else a word or a classifier."""
    fields = metadata.metadata(name).json
    text = str(fields.get("license_expression") or fields.get("license") or "")
    if not text or "\n" in text or len(text) > 60:
        classifiers = fields.get("classifier") or []
        found = [value.rpartition(" :: ")[2] for value in classifiers if value.startswith("License :: OSI")]
        text = found[0] if found else ""
    return text


def _needs(name: str) -> set[str]:
    found: set[str] = set()
    for text in metadata.requires(name) or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found.add(canonicalize_name(requirement.name))
    return found


def _vendored(root: Path, licences: LicenseFactory) -> Iterable[Component]:
    for entry in vendored(root):
        component = Component(
            name=entry.name,
            version=entry.version,
            description=entry.purpose,
            purl=PackageURL.from_string(entry.purl) if entry.purl else None,
            bom_ref=f"vendored:{entry.name}@{entry.version}",
            scope=ComponentScope.REQUIRED,
        )
        component.licenses.add(licences.make_from_string(entry.licence))
        component.external_references.add(
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(entry.source))
        )
        for path, digest in entry.files.items():
            file = Component(name=path, type=ComponentType.FILE, bom_ref=f"file:{path}")
            file.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest))
            component.components.add(file)
        yield component


def _tools(root: Path) -> list[Component]:
    """Return the npm packages, which bundle the modules and check types."""
    found = []
    for path, package in json.loads((root / "package-lock.json").read_text())["packages"].items():
        if path:
            name = path.removeprefix("node_modules/")
            purl = PackageURL("npm", None, name, package["version"])
            reference = f"https://www.npmjs.com/package/{name}/v/{package['version']}"
            component = Component(
                name=name, version=package["version"], purl=purl, bom_ref=str(purl), scope=ComponentScope.EXCLUDED
            )
            component.external_references.add(
                ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(reference))
            )
            found.append(component)
    return found


def written(bom: Bom) -> str:
    """Return the bill as JSON."""
    bom.serial_number = NAMESPACE
    output = make_outputter(bom, OutputFormat.JSON, VERSION)
    content = output.output_as_string()
    bom.serial_number = uuid.uuid5(NAMESPACE, content)
    output.generate(force_regeneration=True)
    return output.output_as_string(indent=1) + "\n"


def validate(text: str) -> None:
    """Raise `ValueError` if a bill does not fit the schema of CycloneDX."""
    problem = JsonStrictValidator(VERSION).validate_str(text)
    if problem:
        raise ValueError(f"the bill of materials is not valid: {problem!r}")


def main() -> None:
    """Write the file and say where it is."""
    text = written(bill(ROOT))
    validate(text)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text)
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {len(json.loads(text)['components'])} components\n")


if __name__ == "__main__":
    main()
