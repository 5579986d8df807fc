"""
What in an OpenDocument file is shown but does not lie in it: linked pictures and sections, and fields with the date.

Such text can be another tomorrow than what the signer saw, although every entry is signed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbridge.verify.xml_package import Package
from mailbridge.verify.xml_reading import local_name, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_TEXTS = ("content.xml", "styles.xml")
_HREF = "{http://www.w3.org/1999/xlink}href"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Where a link only leads the reader away, or names the template that a file was once made from.
_LEADS_AWAY = frozenset({"a", "template", "form", "event-listener"})
_CLOCKS = frozenset({"date", "time"})
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\|/|\.\.")
# Without one of these, there is nothing to look for.
_HINTS = (b"xlink:href", b"/xlink", b"text:date", b"text:time", b"dde-")


def shows_moving_content(package: Package) -> bool:
    """Say whether a text of the package shows what lies elsewhere, or what the reader's clock says."""
    for name in package.names:
        if name.rpartition("/")[2] in _TEXTS:
            octets = package.octets(name)
            if any(hint in octets for hint in _HINTS) and any(_moves(each) for each in parse(octets).iter("*")):
                return True
    return False


def _moves(element: _Element) -> bool:
    name = local_name(element)
    if element.tag == f"{_TEXT}{name}" and name in _CLOCKS:
        return element.get(_TEXT + "fixed") != "true"
    if name.startswith("dde-"):
        return True
    link = element.get(_HREF)
    return link is not None and name not in _LEADS_AWAY and _ELSEWHERE.match(link) is not None
