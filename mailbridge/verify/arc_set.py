"""ARC sets (RFC 8617 §4.1, §4.2): the three fields of each hop, and whether they make a chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailbridge.verify.arc_results import read_instance
from mailbridge.verify.dkim_key import HashName
from mailbridge.verify.dkim_signature import (
    REQUIRED,
    Signature,
    read_algorithm,
    read_base64,
    read_number,
    read_signer,
    require_tags,
    signature_of,
)
from mailbridge.verify.dkim_text import Content, Field, Malformed, read_tags
from mailbridge.verify.evidence import Question

MOST_SETS = 50
"""RFC 8617 §4.2.1."""

_RESULTS, _MESSAGE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
_NAMES = (_RESULTS, _MESSAGE, _SEAL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """One ARC-Seal field, read; `chain` is its cv=."""

    field: Field
    domain: str
    selector: str
    kind: str
    digest: HashName
    octets: bytes
    chain: str

    @property
    def question(self) -> Question:
        """Where the key lies, as of a DKIM signature (RFC 8617 §4.1.3)."""
        return Question(name=f"{self.selector}._domainkey.{self.domain}", type="TXT")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArcSet:
    """The three fields of one hop."""

    instance: int
    results: Field
    message: Field
    seal: Seal


def has_sets(mail: Content) -> bool:
    """Say whether a mail has any ARC field."""
    return any(field.name in _NAMES for field in mail.header)


def read_chain(mail: Content) -> tuple[ArcSet, ...]:
    """
    Read all sets, the oldest first; at least one.

    Raises:
        Malformed: a field is missing, double or unreadable, or the instances are not 1 to n (§5.2 steps 2 and 3).
    """
    fields = [field for field in mail.header if field.name in _NAMES]
    if len(fields) > MOST_SETS * len(_NAMES):
        raise Malformed(f"the mail has more than {MOST_SETS} ARC sets")
    held: dict[tuple[int, bytes], Field] = {}
    for field in fields:
        place = (_instance(field), field.name)
        if place in held:
            raise Malformed("an ARC set has a field twice")
        held[place] = field
    last = max(instance for instance, _ in held)
    if len(held) != last * len(_NAMES):
        raise Malformed("an ARC set is missing or not whole")
    sets = tuple(
        ArcSet(
            instance=number,
            results=held[number, _RESULTS],
            message=held[number, _MESSAGE],
            seal=_read_seal(held[number, _SEAL]),
        )
        for number in range(1, last + 1)
    )
    for each in sets:
        _check_status(each)
    return sets


def _instance(field: Field) -> int:
    if field.name == _RESULTS:
        instance: int | None = read_instance(field.value)
    else:
        instance = read_number(read_tags(field.value), b"i")
    if instance is None or not 1 <= instance <= MOST_SETS:
        raise Malformed("an ARC field has no instance from 1 to 50")
    return instance


def _check_status(each: ArcSet) -> None:
    """Only the first seal may find no chain, and all others must have found a good one (§5.2 step 3)."""
    if each.seal.chain == "fail":
        raise Malformed(f"the sealer of ARC set {each.instance} found that the chain had failed")
    if each.seal.chain != ("none" if each.instance == 1 else "pass"):
        raise Malformed(f"the ARC-Seal of set {each.instance} has a wrong cv=")


def _read_seal(field: Field) -> Seal:
    tags = read_tags(field.value)
    require_tags(tags, (b"a", b"b", b"cv", b"d", b"s"))
    if b"h" in tags:
        raise Malformed("an ARC-Seal must not have h=")
    kind, digest = read_algorithm(tags)
    domain, selector = read_signer(tags)
    read_number(tags, b"t")
    return Seal(
        field=field,
        domain=domain,
        selector=selector,
        kind=kind,
        digest=digest,
        octets=read_base64(tags, b"b"),
        chain=tags[b"cv"].lower().decode("ascii", "replace"),
    )


def read_message_signature(each: ArcSet) -> tuple[Signature, ...]:
    """
    Read the ARC-Message-Signature of a set.

    Returns:
        One reading; two when it has no c=, of which RFC 6376 §3.5 says simple, while those who write ARC mean relaxed
        (dkimpy, and the public suite): the octets that are proven are the same to a reader.

    Raises:
        Malformed: as `read_signature`; or it signs seals, which §4.1.2 forbids.
    """
    tags = read_tags(each.message.value)
    require_tags(tags, REQUIRED)
    # Its i= is no identity.
    kept: Mapping[bytes, bytes] = {name: value for name, value in tags.items() if name != b"i"}
    forms = (b"relaxed/relaxed",) if b"c" in tags else (b"relaxed/relaxed", b"simple/simple")
    readings = tuple(signature_of(each.message, kept, form=form) for form in forms)
    if _SEAL in readings[0].names:
        raise Malformed("an ARC-Message-Signature must not sign ARC-Seal fields")
    return readings
