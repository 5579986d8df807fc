"""
Putting certificates, lists and answers into `config/trust/`: first it is planned and shown, then written as a whole.

An anchor is believed because a person has compared its fingerprint; everything else must be vouched for by a
certificate that is held already, or is brought in the same go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.lookups.atomic import put_in_place, sync_folder, write_draft
from mailbridge.lookups.revocation_check import Unbelievable, answered_for, check_answer, check_list, unreadable
from mailbridge.lookups.trust import INTERMEDIATE, Held, Items, Kind, read_trust
from mailbridge.lookups.trust_facts import Facts, facts_of, file_name, grouped

_CERTIFICATES = (Kind.ANCHOR, Kind.INTERMEDIATE)
_MOST_ITEMS = 1000
"""Of one go; each is compared with every authority, and no person reads more."""


class Change(StrEnum):
    """What becomes of one item that was brought."""

    NEW = "new"
    NEWER = "newer"
    """A list that takes the place of an older one of the same authority."""
    THERE = "there"
    """It is held already."""
    OLDER = "older"
    """A newer list of the same authority is held; this one is left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """The items of one file, with its name for complaints; `intermediate`: no certificate of it is to be trusted."""

    name: str
    items: Items
    intermediate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One item, what becomes of it, and its file: to be written, or where it lies already."""

    change: Change
    facts: Facts
    octets: bytes
    target: Path

    @property
    def writes(self) -> bool:
        """Something is written."""
        return self.change in (Change.NEW, Change.NEWER)


def plan_import(folder: Path, brought: Sequence[Brought], now: datetime) -> tuple[Step, ...]:
    """
    Say what would become of items; writes nothing.

    A certificate that another one of ours has issued only helps to build chains; every other one would be an anchor.

    Args:
        folder: `config/trust/`.

    Raises:
        Misconfigured: an item may not be held: a certificate of nobody's authority, a list that none of our
            authorities has signed; or what is held already cannot be read.
    """
    items = [each.items for each in brought]
    if sum(len((*each.certificates, *each.lists, *each.answers)) for each in items) > _MOST_ITEMS:
        name = brought[0].name
        raise Misconfigured(f"more than {_MOST_ITEMS} items", file=name, remedy="bring them in several goes")
    held = read_trust(folder)
    authorities = [each.der for each in held if each.kind in _CERTIFICATES]
    authorities += [der for file in brought for der in file.items.certificates]
    steps = [_certificate(folder, file, der, held, authorities) for file in brought for der in file.items.certificates]
    for file in brought:
        steps += [_list(folder, file.name, der, held, authorities, now) for der in file.items.lists]
        steps += [_answer(folder, file.name, der, held, authorities, now) for der in file.items.answers]
    return tuple(_without_doubles(steps))


def write_steps(steps: Iterable[Step], *, gone: Iterable[Path] = ()) -> None:
    """
    Write what is to be written, and remove `gone`: all of it, or on a full disk nothing.

    Raises:
        Unavailable: it cannot be written. What was put in place by then stays; it is whole, and can be brought again.
    """
    drafts: list[tuple[Path, Path]] = []
    try:
        for step in steps:
            if step.writes:
                step.target.parent.mkdir(parents=True, exist_ok=True)
                drafts.append((write_draft(step.target, step.octets), step.target))
        for path in gone:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        while drafts:
            put_in_place(*drafts.pop())
    except OSError as error:
        raise Unavailable("trust folder", error.strerror or str(error)) from error
    finally:
        for draft, _ in drafts:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def _certificate(
    folder: Path, brought: Brought, der: bytes, held: Sequence[Held], authorities: Sequence[bytes]
) -> Step:
    facts = facts_of(Held(kind=Kind.ANCHOR, der=der, file=Path(brought.name)))
    if not facts.is_authority:
        remedy = "bring that of the authority which has issued it"
        raise Misconfigured(f"{facts.name} is not the certificate of an authority", file=brought.name, remedy=remedy)
    is_helper = brought.intermediate or (not facts.is_self_signed and _is_issued_by_one_of(der, authorities))
    facts = replace(facts, kind=Kind.INTERMEDIATE if is_helper else Kind.ANCHOR)
    there = next((each for each in held if each.der == der and _serves(each.kind, facts.kind)), None)
    if there is not None:
        return Step(change=Change.THERE, facts=replace(facts, kind=there.kind), octets=b"", target=there.file)
    target = (folder / INTERMEDIATE if is_helper else folder) / f"{file_name(facts)}.pem"
    return Step(change=Change.NEW, facts=facts, octets=_as_pem(der, facts), target=target)


def _serves(held: Kind, wanted: Kind) -> bool:
    return held is wanted or (held is Kind.ANCHOR and wanted is Kind.INTERMEDIATE)


def _is_issued_by_one_of(der: bytes, authorities: Sequence[bytes]) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    certificate = x509.load_der_x509_certificate(der)
    for each in authorities:
        issuer = x509.load_der_x509_certificate(each)
        if each == der or issuer.subject != certificate.issuer:
            continue
        with suppress(InvalidSignature, *unreadable()):
            certificate.verify_directly_issued_by(issuer)
            return True
    return False


def _list(
    folder: Path, name: str, der: bytes, held: Sequence[Held], authorities: Sequence[bytes], now: datetime
) -> Step:
    try:
        checked = check_list(der, authorities, now)
    except Unbelievable as error:
        remedy = "bring the certificate of the authority first, or with it"
        raise Misconfigured(str(error), file=name, remedy=remedy) from error
    facts = facts_of(Held(kind=Kind.LIST, der=der, file=Path(name)))
    rivals = [(each, facts_of(each)) for each in held if each.kind is Kind.LIST]
    rivals = [(each, told) for each, told in rivals if told.scope == checked.key]
    target = folder / "crl" / f"{_stem(facts)}-{checked.key[:8]}.crl"
    if not rivals:
        return Step(change=Change.NEW, facts=facts, octets=der, target=target)
    newest, told = max(rivals, key=lambda pair: pair[1].begins)
    if told.begins < facts.begins:
        return Step(change=Change.NEWER, facts=facts, octets=der, target=target)
    change = Change.THERE if newest.der == der else Change.OLDER
    return Step(change=change, facts=facts, octets=b"", target=newest.file)


def _answer(
    folder: Path, name: str, der: bytes, held: Sequence[Held], authorities: Sequence[bytes], now: datetime
) -> Step:
    try:
        checked = check_answer(der, answered_for(der, authorities), now)
    except Unbelievable as error:
        raise Misconfigured(str(error), file=name, remedy="bring a current answer") from error
    facts = facts_of(Held(kind=Kind.ANSWER, der=der, file=Path(name)))
    there = next((each for each in held if each.der == der), None)
    if there is not None:
        return Step(change=Change.THERE, facts=facts, octets=b"", target=there.file)
    target = folder / "ocsp" / f"{checked.key[:16]}.ors"
    return Step(change=Change.NEW, facts=facts, octets=der, target=target)


def _without_doubles(steps: Iterable[Step]) -> Iterator[Step]:
    """Leave out what was brought twice; of two lists of one authority the newest stays."""
    by_target: dict[tuple[Path, str], Step] = {}
    for step in steps:
        key = (step.target, "" if step.writes else step.facts.sha256)
        other = by_target.get(key)
        if other is None or other.facts.begins < step.facts.begins:
            by_target[key] = step
    yield from by_target.values()


def _stem(facts: Facts) -> str:
    return file_name(facts).rpartition("-")[0]


def _as_pem(der: bytes, facts: Facts) -> bytes:
    """Write a certificate so that whoever opens the file sees what it is; no subject shall look like another one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    subject = (facts.subject or "").replace("-----", "")
    head = f"{subject}\nSHA-256 {grouped(facts.sha256)}\n"
    return head.encode() + x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
