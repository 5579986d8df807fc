"""What an XML signature says of itself: methods, references and transforms (xmldsig-core 1.1 §4), read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbridge.verify.xml_algorithms import SignatureMethod, digest_name, signature_method
from mailbridge.verify.xml_canonical import EXCLUSIVE, METHODS, Canonical, canonical_part
from mailbridge.verify.xml_reading import (
    DSIG,
    child,
    children,
    decode_base64,
    malformed,
    needed,
    octets_of,
    parse,
    text_of,
    unsupported,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_REFERENCES = 1_000
_MOST_TRANSFORMS = 10
_MOST_OCTETS = 2 * 1024 * 1024
_MOST_PREFIXES = 100
_D = f"{{{DSIG}}}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Transform:
    """One step from what is referenced to the octets that are digested; `element` holds its parameters."""

    algorithm: str
    element: _Element


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """What a signature covers: where it is, how it becomes octets, and their digest (`digest` by its hashlib name)."""

    uri: str | None
    type: str | None
    transforms: tuple[Transform, ...]
    digest: str
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedInfo:
    """`octets` is the canonical form, which the signature value belongs to; all else was read from it."""

    octets: bytes
    method: SignatureMethod
    references: tuple[Reference, ...]
    value: bytes


def is_empty(signature: _Element) -> bool:
    """
    Say whether a signature holds neither a value nor a digest.

    Programs that write edXML leave the whole element in the envelope without ever signing: that is no signature.
    """
    values = signature.iter("{*}SignatureValue", "{*}DigestValue")
    return not any("".join(str(text) for text in each.itertext()).strip() for each in values)


def read_signed_info(signature: _Element) -> SignedInfo:
    """
    Read SignedInfo and the signature value of a `ds:Signature`.

    The canonical form is read, not what stands in the file: nothing that is left out of it counts.

    Raises:
        Finding: it is malformed, too large, or uses what is not judged.
    """
    element = needed(signature, _D + "SignedInfo")
    method = _canonical(needed(element, _D + "CanonicalizationMethod"))
    octets = canonical_part(element, method)
    if len(octets) > _MOST_OCTETS:
        raise unsupported("the signature is too large to be judged")
    read = parse(octets)
    references = read_references(read)
    if not references:
        raise malformed("the signature refers to nothing")
    return SignedInfo(
        octets=octets,
        method=signature_method(needed(read, _D + "SignatureMethod")),
        references=references,
        value=octets_of(needed(signature, _D + "SignatureValue")),
    )


def read_references(parent: _Element) -> tuple[Reference, ...]:
    """Read the references of a SignedInfo or a Manifest."""
    found = children(parent, _D + "Reference")
    if len(found) > MOST_REFERENCES:
        raise unsupported(f"the signature has more than {MOST_REFERENCES} references")
    return tuple(_reference(each) for each in found)


def _reference(element: _Element) -> Reference:
    listed = child(element, _D + "Transforms")
    transforms = children(listed, _D + "Transform") if listed is not None else []
    if len(transforms) > _MOST_TRANSFORMS:
        raise unsupported(f"a reference has more than {_MOST_TRANSFORMS} transforms")
    return Reference(
        uri=element.get("URI"),
        type=element.get("Type"),
        transforms=tuple(Transform(algorithm=each.get("Algorithm", ""), element=each) for each in transforms),
        digest=digest_name(needed(element, _D + "DigestMethod")),
        value=decode_base64(text_of(needed(element, _D + "DigestValue"))),
    )


def canonical_of(transform: Transform) -> Canonical | None:
    """Return the way of canonicalization that a transform asks for; None when it is another transform."""
    return _canonical(transform.element) if transform.algorithm in METHODS else None


def _canonical(element: _Element) -> Canonical:
    how = METHODS.get(element.get("Algorithm", ""))
    if how is None:
        raise unsupported("the signature uses a canonicalization that is not judged")
    listed = child(element, f"{{{EXCLUSIVE}}}InclusiveNamespaces") if how.exclusive else None
    if listed is None:
        return how
    prefixes = tuple(dict.fromkeys((listed.get("PrefixList") or "").split()))
    # lxml passes only prefixes on that the document declares, so never this word for none.
    if len(prefixes) > _MOST_PREFIXES or "#default" in prefixes:
        raise unsupported("the signature uses a canonicalization that is not judged")
    return Canonical(exclusive=True, comments=how.comments, prefixes=prefixes)


def digests_of(info: SignedInfo, others: Iterable[Reference] = ()) -> tuple[str, ...]:
    """Name the digest algorithms of a signature, its references and those of its manifests, each once."""
    return tuple(dict.fromkeys((info.method.digest, *(each.digest for each in (*info.references, *others)))))
