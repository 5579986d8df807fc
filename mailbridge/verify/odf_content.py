"""
What in an OpenDocument file is shown but does not lie in it: linked pictures and sections, and fields with the date.

Such text can be another tomorrow than what the signer saw, although every entry is signed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mailbridge.verify.xml_package import Package
from mailbridge.verify.xml_reading import in_utf8, local_name, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_TEXTS = ("content.xml", "styles.xml")
_HREF = "{http://www.w3.org/1999/xlink}href"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Where a link only leads the reader away, or names the template that a file was once made from.
_LEADS_AWAY = frozenset({"a", "template", "form", "event-listener"})
_CLOCKS = frozenset({"date", "time"})
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\|/|(?:.*[/\\])?\.\.(?:[/\\]|$)", re.DOTALL)
# Formulas that come out otherwise tomorrow or elsewhere (OpenDocument 1.2 part 2 §6).
_MOVING_FORMULA = re.compile(
    r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RAND\.NV|RANDBETWEEN\.NV|WEBSERVICE|DDE|INFO|CELL)\s*\(|'(?:file|https?|ftp):",
    re.I,
)
# Without one of these, there is nothing to look for.
_HINTS = (b"href", b":date", b":time", b"dde-", b":sender-", b"formula")


def shows_moving_content(package: Package) -> bool:
    """Say whether a text of the package shows what lies elsewhere, what the reader's clock says, or who he is."""
    for name in package.names:
        if name.startswith("Scripts/") or (name.startswith("Basic/") and not name.endswith(("-lb.xml", "-lc.xml"))):
            return True  # a macro may write whatever it wants into the text
        if name.rpartition("/")[2] in _TEXTS:
            octets = in_utf8(package.octets(name))
            if any(hint in octets for hint in _HINTS) and any(_moves(each) for each in parse(octets).iter("*")):
                return True
    return False


def _moves(element: _Element) -> bool:
    name = local_name(element)
    if element.tag == f"{_TEXT}{name}" and (name in _CLOCKS or name.startswith("sender-")):
        return element.get(_TEXT + "fixed") != "true"
    if name.startswith("dde-"):
        return True
    if any(_MOVING_FORMULA.search(str(value)) for key, value in element.attrib.items() if str(key).endswith("formula")):
        return True
    link = element.get(_HREF)
    return link is not None and name not in _LEADS_AWAY and _ELSEWHERE.match(unquote(link).strip()) is not None
