"""
From references to the octets that were digested (xmldsig-core 1.1 §4.4.3), inside one document and nowhere else.

Every transform that could choose or make up what is signed (XPath, XSLT, XPointer) is refused, not run. What is
digested is known as an element of the document, so that a reader can ask whether what he sees was signed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbridge.verify.verdict import failed, unclear
from mailbridge.verify.xml_canonical import DEFAULT, Canonical, canonical_document, canonical_part
from mailbridge.verify.xml_reading import DSIG, Finding, decode_base64, index_ids, malformed, parse, unsupported
from mailbridge.verify.xml_signed_info import Reference, Transform, canonical_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_ENVELOPED = DSIG + "enveloped-signature"
_BASE64 = DSIG + "base64"
# What is digested again for many references would cost more than the file is long.
_FREE_OCTETS = 32 * 1024 * 1024
_MOST_TIMES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """
    What one reference that fits covers.

    `element` is None for what lies outside the document of the signature. `wholly`: all of the element, but for the
    signature itself, stands in what was digested.
    """

    reference: Reference
    element: _Element | None
    wholly: bool = False


@dataclass(frozen=True, slots=True)
class _Nodes:
    element: _Element
    document: bool
    without: _Element | None = None

    def canonical(self, how: Canonical) -> bytes:
        """Write the nodes; a reference within the document has lost the comments (xmldsig-core §4.4.3.3)."""
        plain = Canonical(exclusive=how.exclusive, newer=how.newer, prefixes=how.prefixes)
        if self.document:
            return canonical_document(self.element, plain, without=self.without)
        return canonical_part(self.element, plain, without=self.without)


Outside = Callable[[Reference], bytes]
"""
Gives the octets that a reference outside the document means, its own transforms done; raises `Finding`.

It pays for what it reads (`Document.spend`), which can be much more than what comes out.
"""


class Document:
    """The document in which signatures stand; what all its references together may cost is bounded."""

    def __init__(self, root: _Element, size: int, *, scope: _Element | None = None) -> None:
        """
        Look for the ids of a document.

        Args:
            size: Octets of all that can be referenced.
            scope: The only element in which ids count; the whole document where it is None.
        """
        self.root = root
        self._size = size
        self._ids = index_ids(root if scope is None else scope)
        self._budget = _FREE_OCTETS + _MOST_TIMES * size

    def by_id(self, name: str) -> _Element:
        """Return the only element of an id."""
        found = self._ids.get(name, [])
        if not found:
            raise Finding(unclear("SIGNED_DATA_NOT_FOUND", "the signature refers to what is not in the file"))
        if len(found) > 1:
            raise malformed("more than one element bears the id that was signed")
        return found[0]

    def check(self, reference: Reference, signature: _Element, outside: Outside | None = None) -> Covered:
        """
        Digest what a reference means and compare.

        Raises:
            Finding: HASH_FAILURE, or why it cannot be digested.
        """
        covered, octets = self._octets(reference, signature, outside)
        self.spend(len(octets))
        if not hmac.compare_digest(hashlib.new(reference.digest, octets).digest(), reference.value):
            raise Finding(failed("HASH_FAILURE", "the signed content was changed"))
        return covered

    def spend(self, octets: int) -> None:
        """Count what was read or made for a reference; raises `Finding` when it is too much for one file."""
        self._budget -= octets
        if self._budget < 0:
            raise unsupported("the signature covers too much to be judged")

    def _octets(self, reference: Reference, signature: _Element, outside: Outside | None) -> tuple[Covered, bytes]:
        uri = reference.uri
        if uri is None or not (uri == "" or uri.startswith("#")):
            if outside is None or uri is None:
                reason = "the signature refers to what is not in the file"
                raise Finding(unclear("SIGNED_DATA_NOT_FOUND", reason))
            return Covered(reference=reference, element=None), outside(reference)
        if uri.startswith("#xpointer(") or uri == "#":
            raise unsupported("the signature uses a transform that is not judged")
        element = self.by_id(uri[1:]) if uri else self.root
        wholly = not any(each.algorithm == _BASE64 for each in reference.transforms)
        # Paid before the work where the result can be much smaller than what it takes.
        self.spend(self._size if element is self.root or not wholly else 1024)
        octets = transformed(_Nodes(element, document=not uri), reference.transforms, signature)
        return Covered(reference=reference, element=element, wholly=wholly), octets


def transformed(start: _Nodes | bytes, transforms: Sequence[Transform], signature: _Element | None) -> bytes:
    """
    Do the transforms of a reference, one after the other.

    Raises:
        Finding: one of them is not of those that are judged.
    """
    current = start
    for transform in transforms:
        how = canonical_of(transform)
        if how is not None:
            current = _canonical_octets(current, how)
        elif transform.algorithm == _ENVELOPED and isinstance(current, _Nodes) and signature is not None:
            current = _Nodes(current.element, document=current.document, without=signature)
        elif transform.algorithm == _BASE64:
            current = _decoded(current)
        else:
            raise unsupported("the signature uses a transform that is not judged")
    return _canonical_octets(current, DEFAULT) if isinstance(current, _Nodes) else current


def _canonical_octets(current: _Nodes | bytes, how: Canonical) -> bytes:
    return current.canonical(how) if isinstance(current, _Nodes) else canonical_document(parse(current), how)


def _decoded(current: _Nodes | bytes) -> bytes:
    if isinstance(current, bytes):
        return decode_base64(current.decode("ascii", "replace"))
    texts = current.element.xpath("string()")
    return decode_base64(str(texts))
