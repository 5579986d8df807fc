"""
Canonical XML: the octets that stand for an element or a document when it is digested.

Source: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0 (W3C). libxml2 does it; a part of a document is
written out and read again first, because lxml adds `xmlns=""` to elements below one that is written alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbridge.verify.xml_reading import malformed, parse, unsupported

if TYPE_CHECKING:
    from lxml.etree import _Element

_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_INCLUSIVE_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# An element brings all of them along, for each reference anew; libxml2 compares each with every other.
_MOST_SPACES, _LONGEST_SPACES = 300, 32 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Canonical:
    """
    One way of canonicalization.

    `prefixes` are those that an exclusive one treats as an inclusive one does.
    """

    exclusive: bool = False
    newer: bool = False
    comments: bool = False
    prefixes: tuple[str, ...] = ()


DEFAULT = Canonical()
"""What is done to nodes that must become octets and nobody said how (xmldsig-core 1.1 §4.4.3.2)."""

METHODS = {
    _INCLUSIVE: DEFAULT,
    _INCLUSIVE + "#WithComments": Canonical(comments=True),
    _INCLUSIVE_1_1: Canonical(newer=True),
    _INCLUSIVE_1_1 + "#WithComments": Canonical(newer=True, comments=True),
    EXCLUSIVE: Canonical(exclusive=True),
    EXCLUSIVE + "WithComments": Canonical(exclusive=True, comments=True),
}


def canonical_part(element: _Element, how: Canonical, *, without: _Element | None = None) -> bytes:
    """
    Write an element with all that is in it.

    Args:
        without: A descendant that is left out (the signature itself).
    """
    from lxml import etree

    spaces = element.nsmap
    if len(spaces) > _MOST_SPACES or sum(len(each) for each in spaces.values()) > _LONGEST_SPACES:
        raise unsupported("the XML is too large to be judged")
    path = _path(element, without) if without is not None else None
    # Whether written alone or not, an element brings the declarations of its surroundings along.
    alone = parse(etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False))
    if not how.exclusive:
        _inherit(alone, element, newer=how.newer)
    if path is not None:
        _remove(alone, path)
    return _written(alone, how)


def canonical_document(root: _Element, how: Canonical, *, without: _Element | None = None) -> bytes:
    """Write a whole document, with the instructions (and comments) that stand outside its root."""
    from lxml import etree

    path = _path(root, without) if without is not None else None
    if path is None:
        return _written(root.getroottree(), how)
    copy = parse(etree.tostring(root.getroottree(), encoding="utf-8"))
    _remove(copy, path)
    return _written(copy.getroottree(), how)


def _written(what: Any, how: Canonical) -> bytes:
    from lxml import etree

    prefixes = list(how.prefixes) if how.exclusive and how.prefixes else None
    try:
        octets: bytes = etree.tostring(
            what,
            method="c14n",
            exclusive=how.exclusive,
            with_comments=how.comments,
            inclusive_ns_prefixes=prefixes,
        )
    except (etree.LxmlError, ValueError) as error:
        raise malformed("the XML has no canonical form") from error
    return octets


def _inherit(alone: _Element, element: _Element, *, newer: bool) -> None:
    """Give an element the `xml:` attributes of its ancestors (Canonical XML 1.0 §2.4; 1.1 §2.4 leaves the id out)."""
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if not isinstance(name, str) or not name.startswith(_XML):
                continue
            if newer and name == _XML + "base":
                raise unsupported("xml:base is not joined as Canonical XML 1.1 asks for")
            if name not in alone.attrib and not (newer and name == _XML + "id"):
                alone.set(name, value)


def _path(top: _Element, element: _Element) -> tuple[int, ...] | None:
    """Return the numbers of the children that lead from `top` to a descendant; None when it is none."""
    path: list[int] = []
    current = element
    while current is not top:
        parent = current.getparent()
        if parent is None:
            return None
        path.append(parent.index(current))
        current = parent
    return tuple(reversed(path)) or None


def _remove(top: _Element, path: Sequence[int]) -> None:
    element = top
    for number in path:
        element = element[number]
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)
