"""
The parts of an OPC package: their content types and relationships, and the octets that a signature means.

Source: ECMA-376 part 2 (Open Packaging Conventions), clauses 6, 7 and 10 (digital signatures); [MS-OFFCRYPTO] 2.5.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mailbridge.verify.verdict import failed, unclear
from mailbridge.verify.xml_package import Package
from mailbridge.verify.xml_reading import Finding, malformed, parse
from mailbridge.verify.xml_references import transformed
from mailbridge.verify.xml_signed_info import Reference, Transform, canonical_of

if TYPE_CHECKING:
    from lxml.etree import _Element

CONTENT_TYPES = "[content_types].xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"
_SIGNATURES = "http://schemas.openxmlformats.org/package/2006/digital-signature"
_TRANSFORM = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
_MOST_RELATIONSHIPS = 20_000
# Links are parsed, chosen from, and written in two ways.
_LINKS_TIMES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Relationship:
    """One relationship of a part or of the package; `target` is a folded part name where it is internal."""

    id: str
    type: str
    target: str
    written: str
    external: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What one reference of a signature covers: a part, or of a relationships part only those with the ids."""

    part: str
    ids: frozenset[str] | None = None


def fold(name: str) -> str:
    """Make part names comparable, as OPC does: without a leading slash, in one case, octets not percent-encoded."""
    return unquote(name).removeprefix("/").lower()


class Parts:
    """A package with its content types and relationships; names are folded."""

    def __init__(self, content: bytes) -> None:
        """Open a package; raises `Finding` when it is none or can be read in two ways."""
        self._package = Package(content)
        self._names: dict[str, str] = {}
        for name in self._package.names:
            if self._names.setdefault(fold(name), name) != name:
                raise malformed("the package has two entries of one name")
        if any(name.endswith(".piece") for name in self._names):
            raise malformed("the package has an entry with a strange name")
        if CONTENT_TYPES not in self._names:
            raise malformed("the package says nothing of the types of its parts")
        self._defaults, self._overrides = _content_types(parse(self.octets(CONTENT_TYPES)))

    @property
    def names(self) -> tuple[str, ...]:
        """The folded names of all parts, the list of content types left out."""
        return tuple(name for name in self._names if name != CONTENT_TYPES)

    def has(self, name: str) -> bool:
        """Say whether there is a part of this folded name."""
        return name in self._names

    def octets(self, name: str) -> bytes:
        """Return a part as it is."""
        return self._package.octets(self._names[name])

    def size(self, reference: Reference) -> int:
        """Return how many octets have to be read for a reference, each time anew; 0 when it leads nowhere."""
        name = fold((reference.uri or "").partition("?")[0])
        times = _LINKS_TIMES if source_of(name) is not None else 1
        return times * len(self.octets(name)) if self.has(name) else 0

    def content_type(self, name: str) -> str | None:
        """Return the content type of a part, in lower case."""
        return self._overrides.get(name) or self._defaults.get(name.rpartition("/")[2].rpartition(".")[2])

    def relationships(self, source: str) -> tuple[Relationship, ...]:
        """Return the relationships of a part, or of the package ("")."""
        name = relationships_name(source)
        return tuple(_relationships(parse(self.octets(name)), source)) if self.has(name) else ()

    def referenced(self, reference: Reference) -> tuple[Signed, bytes]:
        """
        Return what a reference of a signature means, and the octets that it digested.

        Raises:
            Finding: there is no such part, it has another content type now, or the transforms are not judged.
        """
        path, _, query = (reference.uri or "").partition("?")
        name, stated = fold(path), query.partition("ContentType=")[2].lower()
        if not self.has(name) or name == CONTENT_TYPES:
            raise Finding(unclear("SIGNED_DATA_NOT_FOUND", "the signature refers to what is not in the file"))
        if not stated or unquote(stated) != self.content_type(name):
            raise Finding(failed("HASH_FAILURE", "the type of a signed part was changed"))
        first = reference.transforms[0] if reference.transforms else None
        if first is None or first.algorithm != _TRANSFORM:
            return Signed(part=name), transformed(self.octets(name), reference.transforms, None)
        rest = reference.transforms[1:]
        if not rest or canonical_of(rest[0]) is None:
            raise malformed("a relationship transform is not followed by a canonicalization")
        root = parse(self.octets(name))
        ids, octets = _listed(root, first)
        digested = transformed(octets, rest, None)
        if hashlib.new(reference.digest, digested).digest() != reference.value:
            other = transformed(_as_libreoffice_lists(root, octets), rest, None)
            if hashlib.new(reference.digest, other).digest() == reference.value:
                digested = other
        return Signed(part=name, ids=ids), digested


def relationships_name(source: str) -> str:
    """Return the name of the part that holds the relationships of another, or of the package ("")."""
    folder, _, base = source.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def source_of(name: str) -> str | None:
    """Return the part whose relationships a part of this name holds ("" for the package); None when it holds none."""
    folder, _, base = name.rpartition("/")
    if not (base.endswith(".rels") and (folder == "_rels" or folder.endswith("/_rels"))):
        return None
    return folder.removesuffix("_rels") + base.removesuffix(".rels")


def _content_types(root: _Element) -> tuple[dict[str, str], dict[str, str]]:
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    if root.tag != f"{{{_TYPES}}}Types":
        raise malformed("the package says nothing of the types of its parts")
    for element in root.iterchildren("*"):
        kind, name, table = element.get("ContentType"), element.get("Extension"), defaults
        if element.tag == f"{{{_TYPES}}}Override":
            name, table = element.get("PartName"), overrides
        elif element.tag != f"{{{_TYPES}}}Default":
            name = None
        if name is None or kind is None or fold(name) in table:
            raise malformed("the package names the types of its parts in two ways")
        table[fold(name)] = kind.lower()
    return defaults, overrides


def _relationships(root: _Element, source: str) -> Iterator[Relationship]:
    for element in _elements(root):
        written = element.get("Target", "")
        external = element.get("TargetMode", "Internal").lower() == "external"
        path = unquote(written.partition("#")[0])
        joined = path if path.startswith("/") else f"{dirname(source)}/{path}"
        yield Relationship(
            id=element.get("Id", ""),
            type=element.get("Type", ""),
            target=normpath(joined.lstrip("/")).lower(),
            written=written,
            external=external,
        )


def _elements(root: _Element) -> list[_Element]:
    """Return the Relationship elements; strange ones among them, and two with one id, are a finding."""
    found = list(root.iterchildren("*"))
    ids = {each.get("Id") for each in found}
    strange = any(each.tag != f"{{{_RELATIONSHIP}}}Relationship" or len(each) for each in found)
    if root.tag != f"{{{_RELATIONSHIP}}}Relationships" or strange or len(ids) != len(found) or None in ids:
        raise malformed("the relationships of a part are malformed")
    if len(found) > _MOST_RELATIONSHIPS:
        raise malformed("the relationships of a part are malformed")
    return found


def _listed(root: _Element, transform: Transform) -> tuple[frozenset[str], bytes]:
    """
    Do the relationship transform (ECMA-376 part 2 §10.5.9): the listed relationships, sorted by id, modes written out.

    Returns:
        The ids, and XML that still has to be canonicalized.
    """
    from lxml import etree

    wanted = {
        each.get("SourceId") for each in transform.element.iterchildren(f"{{{_SIGNATURES}}}RelationshipReference")
    }
    types = {
        each.get("SourceType")
        for each in transform.element.iterchildren(f"{{{_SIGNATURES}}}RelationshipsGroupReference")
    }
    chosen = [each for each in _elements(root) if each.get("Id") in wanted or each.get("Type") in types]
    made = etree.Element(f"{{{_RELATIONSHIP}}}Relationships", nsmap={None: _RELATIONSHIP})  # type: ignore[dict-item] # the default one has no prefix
    for element in sorted(chosen, key=lambda each: each.get("Id") or ""):
        copy = etree.SubElement(made, f"{{{_RELATIONSHIP}}}Relationship")
        for name in ("Id", "Type", "Target", "TargetMode"):
            value = element.get(name, "Internal" if name == "TargetMode" else None)
            if value is not None:
                copy.set(name, value)
    return frozenset(each.get("Id") or "" for each in chosen), etree.tostring(made, encoding="utf-8")


def _as_libreoffice_lists(root: _Element, listed: bytes) -> bytes:
    """
    Put an element where LibreOffice puts one by mistake: for each blank between relationships, before all of them.

    Its signatures over parts that it wrote itself have always been like that. The relationships are bound all the same.
    """
    from lxml import etree

    made = parse(listed)
    blanks = sum(1 for text in (root.text, *(each.tail for each in root)) if text)
    for _ in range(blanks):
        made.insert(0, etree.Element(f"{{{_RELATIONSHIP}}}text"))
    return etree.tostring(made, encoding="utf-8")
