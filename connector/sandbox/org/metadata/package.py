"""A deployment's zip file: its package.xml and the components in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import msgspec

from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.metadata.types import BY_FOLDER, CHILDREN, KNOWN, ComponentType

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
META = "-meta.xml"
MAX_UNPACKED = 400 * 1024 * 1024
MAX_FILES = 10_000


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One component of a package. `xml` describes it; `files` are its contents by path, where it has contents."""

    type: str
    name: str
    path: str
    xml: ET.Element
    files: dict[str, bytes] = {}


class Problem(msgspec.Struct, frozen=True):
    """Why a component cannot be deployed, and where in its file."""

    type: str
    name: str
    path: str
    text: str
    line: int = 1
    column: int = 1


class Package(msgspec.Struct, frozen=True):
    """What a zip file holds, and what is wrong with it before anything is looked up."""

    version: str
    components: list[Component]
    problems: list[Problem]


def child_text(xml: ET.Element, name: str, default: str = "") -> str:
    """The text of the element's first child of that name, or `default` where there is none."""
    found = xml.find(NAMESPACE + name)
    return default if found is None else (found.text or "").strip()


def child_flag(xml: ET.Element, name: str) -> bool:
    return child_text(xml, name) == "true"


def children(xml: ET.Element, name: str) -> list[ET.Element]:
    return xml.findall(NAMESPACE + name)


def read_package(data: bytes) -> Package:
    """The package in these bytes; raises OrgError when they are no package at all."""
    files = _unzipped(data)
    root = next((name[: -len("package.xml")] for name in sorted(files) if _is_manifest(name)), None)
    if root is None:
        raise OrgError("INVALID_OPERATION", "No package.xml found")
    below = {name.removeprefix(root): content for name, content in files.items() if name.startswith(root)}
    if any(name.startswith("destructiveChanges") for name in below):
        raise OrgError("INVALID_OPERATION", "destructiveChanges: this stand-in org deletes no components")
    problems: list[Problem] = []
    manifest = _parsed(below.pop("package.xml"), "package.xml", "Package", problems)
    components = list(_components(below, problems))
    if manifest is None:
        return Package("", components, problems)
    wanted = set(_members(manifest, problems))
    found = {(component.type, component.name) for component in components}
    found |= {(child_type, name) for component in components for child_type, name, _ in parts(component)}
    broken = {(problem.type, problem.name) for problem in problems}
    for kind, name in sorted(wanted - found - broken):
        if name != "*":
            text = f"An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
            problems.append(Problem(kind, name, "package.xml", text))
    named = {kind for kind, name in wanted if name == "*"}
    for component in components:
        if component.type not in named and not _is_named(component, wanted):
            text = f"A file was found in the zip but {component.type} {component.name} is not in package.xml"
            problems.append(Problem(component.type, component.name, component.path, text))
    return Package(child_text(manifest, "version"), components, problems)


def parts(component: Component) -> Iterator[tuple[str, str, ET.Element]]:
    """Type, full name and element of what an object's or a label file holds as components of their own."""
    if component.type == "CustomObject":
        for element, kind in CHILDREN.items():
            for part in children(component.xml, element):
                yield kind, f"{component.name}.{child_text(part, 'fullName')}", part
    elif component.type == "CustomLabels":
        for part in children(component.xml, "labels"):
            yield "CustomLabel", child_text(part, "fullName"), part


def _is_manifest(name: str) -> bool:
    return name == "package.xml" or (name.endswith("/package.xml") and name.count("/") == 1)


def _is_named(component: Component, wanted: set[tuple[str, str]]) -> bool:
    # A file that only carries parts (fields of Account, some labels) is not named itself.
    return (component.type, component.name) in wanted or any(
        (kind, name) in wanted for kind, name, _ in parts(component)
    )


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            items = [item for item in packed.infolist() if not item.is_dir()]
            if len(items) > MAX_FILES or sum(item.file_size for item in items) > MAX_UNPACKED:
                raise OrgError("LIMIT_EXCEEDED", "Maximum size of request reached.")
            return {item.filename: packed.read(item) for item in items}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise OrgError("INVALID_OPERATION", f"The zip file cannot be read: {error}") from None


def _parsed(content: bytes, path: str, root: str, problems: list[Problem], name: str = "") -> ET.Element | None:
    """The XML of a file, or None with the problem noted."""
    try:
        xml = ET.fromstring(content)  # noqa: S314 - the parser limits what entities become; a test's own files
    except ET.ParseError as error:
        line, column = error.position
        text = f"Error parsing file: {error.msg.partition(': line')[0]}"
        problems.append(Problem("" if root == "Package" else root, name, path, text, line, column))
        return None
    if xml.tag != NAMESPACE + root:
        found = xml.tag.removeprefix(NAMESPACE)
        problems.append(Problem(root, name, path, f"Error parsing file: Element {found} invalid at this location"))
        return None
    return xml


def _members(manifest: ET.Element, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for listed in children(manifest, "types"):
        kind = child_text(listed, "name")
        if kind not in KNOWN:
            problems.append(Problem("", "package.xml", "package.xml", f"Unknown type name '{kind}' in package.xml"))
            continue
        for member in children(listed, "members"):
            # The sf command line names a folder with a slash at its end.
            yield kind, (member.text or "").strip().rstrip("/")


def _components(files: dict[str, bytes], problems: list[Problem]) -> Iterator[Component]:
    bundles: dict[tuple[str, str], dict[str, bytes]] = {}
    for path, content in sorted(files.items()):
        folder, _, rest = path.partition("/")
        kind = BY_FOLDER.get(folder)
        if kind is None:
            problems.append(Problem("", path, path, f"Unknown folder in the package: {folder}"))
        elif kind.bundle:
            bundles.setdefault((kind.name, rest.partition("/")[0]), {})[path] = content
        elif kind.content:
            if not path.endswith(META):
                yield from _with_content(kind, path, content, files, problems)
        else:
            yield from _plain(kind, path, rest, content, problems)
    for (name, bundle), content_files in bundles.items():
        yield from _bundle(name, bundle, content_files, problems)


def _plain(kind: ComponentType, path: str, rest: str, content: bytes, problems: list[Problem]) -> Iterator[Component]:
    if kind.in_folders and rest.endswith(META):
        folder = _parsed(content, path, f"{kind.name}Folder", problems, rest.removesuffix(META))
        if folder is not None:
            yield Component(type=kind.name, name=rest.removesuffix(META), path=path, xml=folder)
        return
    name = rest.removesuffix(f".{kind.suffix}")
    if name == rest:
        problems.append(Problem(kind.name, rest, path, f"A file of {kind.name} must end with .{kind.suffix}"))
        return
    xml = _parsed(content, path, kind.name, problems, name)
    if xml is not None:
        yield Component(type=kind.name, name=name, path=path, xml=xml)


def _with_content(
    kind: ComponentType, path: str, content: bytes, files: dict[str, bytes], problems: list[Problem]
) -> Iterator[Component]:
    name = path.partition("/")[2].removesuffix(f".{kind.suffix}")
    described = files.get(path + META)
    if described is None:
        problems.append(Problem(kind.name, name, path, f"The file {path}{META} is missing"))
        return
    xml = _parsed(described, path + META, kind.name, problems, name)
    if xml is not None:
        yield Component(type=kind.name, name=name, path=path, xml=xml, files={path: content})


def _bundle(kind: str, name: str, files: dict[str, bytes], problems: list[Problem]) -> Iterator[Component]:
    path = f"{'lwc' if kind == 'LightningComponentBundle' else 'aura'}/{name}"
    if kind != "LightningComponentBundle":
        yield Component(type=kind, name=name, path=path, xml=ET.Element(NAMESPACE + kind), files=files)
        return
    described = files.get(f"{path}/{name}.js{META}")
    if described is None:
        problems.append(Problem(kind, name, path, f"Cannot find Lightning Component Bundle {name}: no {name}.js{META}"))
        return
    xml = _parsed(described, f"{path}/{name}.js{META}", kind, problems, name)
    if xml is not None:
        yield Component(type=kind, name=name, path=path, xml=xml, files=files)
