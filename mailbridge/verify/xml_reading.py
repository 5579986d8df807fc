"""
Reading XML of strangers for its signatures: no document types, no entities, one encoding for all readers.

Comments and processing instructions are kept, because a signature may cover them; nothing is fetched or filled in.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from mailbridge.verify.verdict import Verdict, failed, unclear

if TYPE_CHECKING:
    from lxml.etree import _Element

DSIG = "http://www.w3.org/2000/09/xmldsig#"
_XML = "http://www.w3.org/XML/1998/namespace"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

MOST_OCTETS = 64 * 1024 * 1024
# What libxml2 takes without its "huge" mode is a text of ten million octets.
_HUGE = 9_000_000
_MOST_IDS = 200_000
# Before the first tag stand only a declaration, comments and instructions; anything else there is a document type.
_PROLOG = re.compile(r"(?:[ \t\r\n]+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DECLARATION = re.compile(
    r"<\?xml[ \t\r\n]+version[ \t\r\n]{0,9}=[ \t\r\n]{0,9}(?:\"1\.[0-9]\"|'1\.[0-9]')"
    r"(?:[ \t\r\n]+encoding[ \t\r\n]{0,9}=[ \t\r\n]{0,9}(?P<quote>[\"'])"
    r"(?P<encoding>[A-Za-z][A-Za-z0-9._-]{0,40})(?P=quote))?"
    r"(?:[ \t\r\n]+standalone[ \t\r\n]{0,9}=[ \t\r\n]{0,9}(?:\"(?:yes|no)\"|'(?:yes|no)'))?[ \t\r\n]{0,99}\?>"
)
_ID_NAMES = ("Id", "ID", "id", f"{{{_XML}}}id", f"{{{_SECURITY}}}Id")
_BEARERS = "descendant-or-self::*[@Id or @ID or @id or @xml:id or @wsu:Id]"


class Finding(Exception):
    """Judging ends here; `verdict` says with what."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def malformed(reason: str) -> Finding:
    """Make the finding that a signature cannot be one."""
    return Finding(failed("FORMAT_FAILURE", reason))


def unsupported(reason: str) -> Finding:
    """Make the finding that a signature is of a kind which is not judged."""
    return Finding(unclear("GENERIC", reason))


def parse(octets: bytes) -> _Element:
    """
    Parse a document into its root element; two readers can read it in one way only.

    Raises:
        Finding: it is not well-formed, too large, declares a document type (entities, ids and default values by its
            means make one reader see what another does not), or is in another encoding than UTF-8 or UTF-16.
    """
    from lxml import etree

    if len(octets) > MOST_OCTETS:
        raise unsupported("the XML is too large to be judged")
    text = _decoded(octets)
    prolog = _PROLOG.match(text)
    begin = prolog.end() if prolog else 0
    if text[begin : begin + 2] == "<!":
        raise unsupported("the XML declares a document type")
    if text[begin : begin + 1] != "<":
        raise malformed("the XML is not well-formed")
    # The declaration names the encoding of what came; libxml2 gets UTF-8 whatever that was.
    declaration = _DECLARATION.match(text)
    plain = text[declaration.end() :] if declaration else text
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        huge_tree=len(plain) > _HUGE,
        collect_ids=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(plain.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise malformed("the XML is not well-formed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise unsupported("the XML declares a document type")
    return root


def _decoded(octets: bytes) -> str:
    try:
        if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text, permitted = octets.decode("utf-16"), {"utf-16"}
        else:
            text, permitted = octets.decode("utf-8-sig"), {"utf-8", "us-ascii", "ascii"}
    except UnicodeDecodeError as error:
        raise unsupported("the XML is neither in UTF-8 nor in UTF-16") from error
    declaration = _DECLARATION.match(text)
    if declaration is None and re.match(r"<\?xml[ \t\r\n]", text):
        raise malformed("the XML is not well-formed")
    named = declaration.group("encoding") if declaration else None
    if named and named.lower() not in permitted:
        raise unsupported("the XML is neither in UTF-8 nor in UTF-16")
    return text


def in_utf8(octets: bytes) -> bytes:
    """
    Return XML in UTF-8, so that the names in it can be looked for without parsing.

    Raises:
        Finding: as `parse`, for another encoding: a name could be written there in ways that nobody looks for.
    """
    text = _decoded(octets)
    return octets if octets[:2] not in (b"\xff\xfe", b"\xfe\xff") else text.encode("utf-8", "replace")


def local_name(element: _Element) -> str:
    """Return a name without its namespace; "" for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: _Element) -> str:
    """Return the namespace of an element; "" when it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def index_ids(root: _Element) -> dict[str, list[_Element]]:
    """
    Collect all elements by the ids that they bear, by any of the attribute names that signatures use.

    More than one element an id is how signatures are wrapped.
    """
    found: dict[str, list[_Element]] = {}
    bearers: Any = root.xpath(_BEARERS, namespaces={"xml": _XML, "wsu": _SECURITY})
    if len(bearers) > _MOST_IDS:
        raise unsupported("the XML is too large to be judged")
    for element in bearers:
        for value in {value for name in _ID_NAMES if (value := element.get(name)) is not None}:
            found.setdefault(value, []).append(element)
    return found


def is_id(name: str) -> bool:
    """Say whether an attribute of this name is an id."""
    return name in _ID_NAMES


def child(parent: _Element, name: str) -> _Element | None:
    """Return the one child of this full name, None when there is none; two are a finding."""
    found = children(parent, name)
    if len(found) > 1:
        raise malformed(f"the signature has more than one {name.rpartition('}')[2]}")
    return found[0] if found else None


def needed(parent: _Element, name: str) -> _Element:
    """Return the one child of this full name; anything else is a finding."""
    found = child(parent, name)
    if found is None:
        raise malformed(f"the signature has no {name.rpartition('}')[2]}")
    return found


def children(parent: _Element, name: str) -> list[_Element]:
    """Return all children of this full name."""
    return [each for each in parent if each.tag == name]


def text_of(element: _Element) -> str:
    """Return the text of an element that holds nothing else: a comment inside would hide a part of it."""
    if len(element):
        raise malformed(f"{local_name(element)} holds more than text")
    return element.text or ""


def octets_of(element: _Element) -> bytes:
    """Decode an element's base64 text."""
    return decode_base64(text_of(element))


def decode_base64(text: str) -> bytes:
    """Decode base64 with blanks and line ends between."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("the signature holds something that is not in base64") from error
