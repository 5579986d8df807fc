"""What a person is told of trust material: whose it is, until when it holds, and what has to be done about that."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.errors import Misconfigured
from mailbridge.lookups.revocation_check import list_key, unreadable
from mailbridge.lookups.trust import Held, Kind

if TYPE_CHECKING:
    from cryptography import x509

_DAY = timedelta(days=1)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """
    One item for people.

    Attributes:
        subject: Whom a certificate names; None for lists and answers. As `issuer` by RFC 4514, NFC.
        name: The common name of whose it is: the subject's, a list's issuer's.
        serial: Of a certificate, or of the one that an answer is about; in hexadecimal.
        ends: After this it does not hold any more; None when a list names no next update.
        sha1, sha256: Fingerprints of the DER octets, in lower-case hexadecimal.
        is_authority: A certificate that may sign others.
        is_self_signed: It names itself as its issuer.
        scope: Of a list: equal for those that replace each other.
        fetched: It is kept fresh by ourselves.
    """

    kind: Kind
    file: Path
    name: str
    issuer: str
    begins: datetime
    ends: datetime | None
    sha1: str
    sha256: str
    subject: str | None = None
    serial: str | None = None
    is_authority: bool = False
    is_self_signed: bool = False
    scope: str | None = None
    fetched: bool = False


class Standing(StrEnum):
    """How it is with one item."""

    GOOD = "good"
    EARLY = "early"
    """It does not hold yet."""
    ENDING = "ending"
    """It ends within one of the spans of days that were asked for."""
    OVER = "over"
    """A certificate has expired, or a list is past its next update."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """An item that somebody has to see to; `within`: it ends within so many days, None when it is over."""

    facts: Facts
    standing: Standing
    within: int | None


def facts_of(held: Held) -> Facts:
    """Read one item; raises `Misconfigured` for one whose names or times cannot be read."""
    try:
        match held.kind:
            case Kind.ANCHOR | Kind.INTERMEDIATE:
                return _of_certificate(held)
            case Kind.LIST:
                return _of_list(held)
            case Kind.ANSWER:
                return _of_answer(held)
    except unreadable() as error:
        problem = f"the file holds something malformed ({error})"
        raise Misconfigured(problem, file=str(held.file), remedy="take it away") from error


def standing_of(facts: Facts, now: datetime, days: Sequence[int]) -> tuple[Standing, int | None]:
    """Say how it is with an item at `now`, and within how many days it ends, one of `days` (`[trust] warn_days`)."""
    if facts.ends is not None and facts.ends < now:
        return Standing.OVER, None
    if facts.begins > now:
        return Standing.EARLY, None
    if facts.ends is not None:
        for span in sorted(_that_tell(facts, days)):
            if facts.ends - now <= span * _DAY:
                return Standing.ENDING, span
    return Standing.GOOD, None


def alarms(facts: Iterable[Facts], now: datetime, days: Sequence[int]) -> Iterator[Alarm]:
    """Yield the items that end soon or are over; answers are asked for anew by themselves, and are left out."""
    for each in facts:
        standing, within = standing_of(each, now, days)
        if each.kind is not Kind.ANSWER and standing in (Standing.ENDING, Standing.OVER):
            yield Alarm(facts=each, standing=standing, within=within)


def newest_lists(facts: Iterable[Facts]) -> Iterator[Facts]:
    """Leave out lists of which a later one is here: that an old list is over is no news."""
    kept = list(facts)
    newest: dict[str | None, datetime] = {}
    for each in kept:
        if each.kind is Kind.LIST:
            newest[each.scope] = max(each.begins, newest.get(each.scope, each.begins))
    yield from (each for each in kept if each.kind is not Kind.LIST or each.begins == newest[each.scope])


def grouped(fingerprint: str) -> str:
    """Write a fingerprint as it is read out on the telephone: capitals, in groups of four."""
    letters = fingerprint.upper()
    return " ".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def file_name(facts: Facts) -> str:
    """Make the name of a file from what an item is: "rootca-chuyen-dung-chinh-phu-g2-f04ba4b4", without an ending."""
    plain = unicodedata.normalize("NFKD", facts.name.lower().replace("đ", "d"))
    words = re.sub(r"[^a-z0-9]+", "-", "".join(each for each in plain if not unicodedata.combining(each))).strip("-")
    return f"{words[:60].rstrip('-') or facts.kind.value}-{facts.sha256[:8]}"


def _that_tell(facts: Facts, days: Sequence[int]) -> Sequence[int]:
    """
    Leave out spans that would nearly always hold: of a list that is made anew each month, 90 days say nothing.

    What is fetched is renewed by itself, so there is nothing to do before it is over. A list that is brought by hand,
    and whose whole period is short, is told of in the last third of it.
    """
    if facts.kind in (Kind.ANCHOR, Kind.INTERMEDIATE) or facts.ends is None:
        return days
    if facts.fetched or facts.kind is Kind.ANSWER:
        return ()
    period = facts.ends - facts.begins
    return [span for span in days if 2 * span * _DAY <= period] or [max(1, period // (3 * _DAY))]


def _of_certificate(held: Held) -> Facts:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(held.der)
    return Facts(
        kind=held.kind,
        file=held.file,
        name=_common_name(certificate.subject),
        subject=_text(certificate.subject.rfc4514_string()),
        issuer=_text(certificate.issuer.rfc4514_string()),
        serial=f"{certificate.serial_number:x}",
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        is_authority=_is_authority(certificate),
        is_self_signed=certificate.subject == certificate.issuer,
        sha1=_sha1(held.der),
        sha256=_sha256(held.der),
    )


def _of_list(held: Held) -> Facts:
    from cryptography import x509

    found = x509.load_der_x509_crl(held.der)
    return Facts(
        kind=held.kind,
        file=held.file,
        name=_common_name(found.issuer),
        issuer=_text(found.issuer.rfc4514_string()),
        begins=found.last_update_utc,
        ends=found.next_update_utc,
        scope=list_key(found),
        fetched=held.fetched,
        sha1=_sha1(held.der),
        sha256=_sha256(held.der),
    )


def _of_answer(held: Held) -> Facts:
    from cryptography.x509 import ocsp

    found = ocsp.load_der_ocsp_response(held.der)
    serial = f"{found.serial_number:x}"
    responder = _text(found.responder_name.rfc4514_string()) if found.responder_name else ""
    return Facts(
        kind=held.kind,
        file=held.file,
        name=serial,
        issuer=responder,
        serial=serial,
        begins=found.this_update_utc,
        ends=found.next_update_utc,
        fetched=held.fetched,
        sha1=_sha1(held.der),
        sha256=_sha256(held.der),
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    """Say whether it may sign others: by BasicConstraints, or as a root so old that it has no extensions."""
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return certificate.version is x509.Version.v1 and certificate.subject == certificate.issuer
    except unreadable():  # its extensions
        return False


def _common_name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _text(str(common[0].value) if common else name.rfc4514_string())[:_LONGEST_NAME]


def _text(text: str) -> str:
    return " ".join(_INVISIBLE.sub(" ", unicodedata.normalize("NFC", text)).split())


def _sha1(der: bytes) -> str:
    """Authorities print it beside SHA-256; it is shown, and nothing is decided by it."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
