"""
What in an office document is shown but does not lie in it: linked files, remote templates, fields filled by the reader.

Such text can be another tomorrow than what the signer saw, although every part is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailbridge.verify.ooxml_parts import Parts, Relationship
from mailbridge.verify.xml_reading import Finding, in_utf8, local_name, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

# Fields that show what the clock, another file or the property sheet says, which is never signed (ECMA-376 part 1
# §17.16.5).
_MOVING = re.compile(
    r"(?:DATE|TIME|INCLUDETEXT|INCLUDEPICTURE|LINK|DDE|DDEAUTO|DATABASE|IMPORT|DOCPROPERTY|INFO|TITLE|SUBJECT|AUTHOR"
    r"|KEYWORDS|COMMENTS|LASTSAVEDBY|SAVEDATE|CREATEDATE|PRINTDATE|USERNAME|USERINITIALS|USERADDRESS|AUTOTEXT"
    r"|AUTOTEXTLIST|RD)(?![A-Z])"
)
# The same in a sheet and on a slide, in the shape in which Excel and PowerPoint write it.
_MOVING_CELL = re.compile(
    rb"<(?:\w{1,20}:)?f[\s>][^<]{0,8192}\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|WEBSERVICE|RTD|INFO|CELL)\s{0,9}\("
    rb"|<(?:\w{1,20}:)?f\s[^<]{0,200}\bca\s{0,9}=\s{0,9}[\"'](?:1|true)|\brefreshOnLoad\s{0,9}=\s{0,9}[\"'](?:1|true)"
)
_MOVING_SLIDE = re.compile(rb"<(?:\w{1,20}:)?fld\s[^<]{0,500}\btype\s{0,9}=\s{0,9}[\"']datetime")
_LOCAL_DISK = re.compile(r"(?:file:/{2,3})?[a-z]:[/\\]", re.IGNORECASE)
_HYPERLINK, _TEMPLATE = "/hyperlink", "/attachedtemplate"
# Another document that is put in when this one is opened; programs, which may write whatever they want.
_IMPORTED = ("/afchunk", "/vbaproject", "/xlmacrosheet", "/xlintlmacrosheet")


def is_bound(parts: Parts) -> bool:
    """Say whether a part shows values of the document's properties or of its custom XML."""
    return any(b"dataBinding" in octets for _, octets in _texts(parts))


def _texts(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """Yield the XML parts in UTF-8, by what they are called or by what is said of them."""
    for name in parts.names:
        if name.endswith((".xml", ".rels")) or (parts.content_type(name) or "").endswith("xml"):
            try:
                octets = in_utf8(parts.octets(name))
            except Finding:
                # Nobody is shown the property sheet, and programs of all kinds write it.
                if not name.startswith("docprops/"):
                    raise
                octets = parts.octets(name)
            yield name, octets


def brings_content(relationships: Iterable[Relationship]) -> bool:
    """Say whether one of these brings content into the document that does not lie in it."""
    return any(_brings_content(each) for each in relationships)


def _brings_content(relationship: Relationship) -> bool:
    kind = relationship.type.lower()
    if kind.endswith(_IMPORTED):
        return True
    if not relationship.external or kind.endswith(_HYPERLINK):
        return False
    # A template on a disk of the writer's own machine is no source for what a reader sees.
    return not (kind.endswith(_TEMPLATE) and _LOCAL_DISK.match(relationship.written))


def has_moving_field(parts: Parts) -> bool:
    """Say whether a part shows a field that the reader's program fills in by itself."""
    for name, octets in _texts(parts):
        if (name.startswith("xl/") and _MOVING_CELL.search(octets)) or _MOVING_SLIDE.search(octets):
            return True
        if (b"instrText" in octets or b"fldSimple" in octets) and _fields_move(parse(octets)):
            return True
    return False


def _fields_move(root: _Element) -> bool:
    """Look at every instruction; one that begins in one run goes on in the next."""
    written: list[str] = []
    for element in root.iter("*"):
        name = local_name(element)
        if name == "fldSimple":
            instruction = next((str(value) for key, value in element.attrib.items() if str(key).endswith("}instr")), "")
            written.append("\x00" + instruction)
        elif name == "fldChar":
            written.append("\x00")
        elif name == "instrText":
            written.append(element.text or "")
    return any(_MOVING.match(each.strip().upper()) for each in "".join(written).split("\x00"))
