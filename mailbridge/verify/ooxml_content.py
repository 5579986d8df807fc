"""
What in an office document is shown but does not lie in it: linked files, remote templates, fields filled by the reader.

Such text can be another tomorrow than what the signer saw, although every part is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailbridge.verify.ooxml_parts import Parts, Relationship
from mailbridge.verify.xml_reading import local_name, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

# Fields that show what the clock, another file or the property sheet says, which is never signed (ECMA-376 part 1
# §17.16.5).
_MOVING = re.compile(
    r"(?:DATE|TIME|INCLUDETEXT|INCLUDEPICTURE|LINK|DDE|DDEAUTO|DATABASE|IMPORT|DOCPROPERTY|INFO|TITLE|SUBJECT|AUTHOR"
    r"|KEYWORDS|COMMENTS|LASTSAVEDBY|SAVEDATE|CREATEDATE|PRINTDATE)(?![A-Z])"
)
# The same in a sheet and on a slide, in the shape in which Excel and PowerPoint write it.
_MOVING_CELL = re.compile(
    rb"<f[ >][^<]{0,8192}\b(?:TODAY|NOW|RAND|RANDBETWEEN|WEBSERVICE|RTD)\(|<f[^>]{0,200} ca=\"1\""
)
_MOVING_SLIDE = re.compile(rb"<a:fld [^>]{0,500}\btype=\"datetime")
_LOCAL_DISK = re.compile(r"(?:file:/{2,3})?[a-z]:[/\\]", re.IGNORECASE)
_HYPERLINK, _TEMPLATE, _IMPORTED = "/hyperlink", "/attachedtemplate", "/afchunk"
_MOST_FIELDS = 10_000


def is_bound(parts: Parts) -> bool:
    """Say whether a part shows values of the document's properties or of its custom XML."""
    return any(b"dataBinding" in parts.octets(name) for name in parts.names if name.endswith(".xml"))


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
    for name in parts.names:
        if not name.endswith(".xml"):
            continue
        octets = parts.octets(name)
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
        if len(written) > _MOST_FIELDS:
            break
    return any(_MOVING.match(each.strip().upper()) for each in "".join(written).split("\x00"))
