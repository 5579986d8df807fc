"""
What a child says of its file: values of ours as JSON, and back.

JSON, not pickle: a child that was taken over by its file could make whoever unpickles its answer run anything. The
answer is checked against the types of the values, and its texts are cleaned again; a child can still lie about what
its file says, but then the file itself could have said so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from mailbridge.mail.pages import Box, Line, Page, Pages
from mailbridge.mail.smime import SignedEntity
from mailbridge.reading.glyphs import clean
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.files import FORMATS, format_of
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import SignatureStatus, SignerCertificate, Status

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_MOST_LINES = 100_000
_MOST_SIGNATURES = 1_000
_LONGEST_REASON = 300
_LONGEST_NAME = 500
_LONGEST_ADDRESS = 320
_MOST_LINKS = 20
_MOST_WEAKNESSES = 10
_MOST_SOURCES = 10
_MOST_COVERED = 200

_SUB_INDICATION = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
_WORD = re.compile(r"[a-z][a-z0-9-]{0,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SERIAL = re.compile(r"-?[0-9a-f]{1,80}")
_SOURCE = re.compile(r"https?://[!-~]{1,500}")
_ROLES = (None, "person", "organization")
_TIME_SOURCES = (None, "timestamp", "claimed")


@dataclass(frozen=True, kw_only=True, slots=True)
class TextAnswer:
    """The pages of a file, or why there are none; and, of a PDF, how many fields for signatures it has."""

    pages: Pages | None = None
    signature_fields: int = 0
    problem: Problem | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignaturesAnswer:
    """The signatures of a file."""

    signatures: tuple[SignatureStatus, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SmimeAnswer:
    """The S/MIME signatures of a mail."""

    results: tuple[SmimeResult, ...]


def encode(answer: TextAnswer | SignaturesAnswer | SmimeAnswer) -> bytes:
    """Write an answer; called in the child."""
    match answer:
        case TextAnswer():
            return _text_adapter().dump_json(answer)
        case SignaturesAnswer():
            return _signatures_adapter().dump_json(answer)
        case SmimeAnswer():
            return _smime_adapter().dump_json(answer)
        case _:
            assert_never(answer)


def decode_pages(octets: bytes) -> Pages:
    """Read the pages of a `TextAnswer`; raises as `decode_text_answer`."""
    return decode_text_answer(octets)[0]


def decode_text_answer(octets: bytes) -> tuple[Pages, int]:
    """
    Read a `TextAnswer`: its pages, and the number of fields for signatures.

    Raises:
        Unreadable: with the problem that it tells, or because it is no such answer.
    """
    from pydantic import ValidationError

    try:
        answer = _text_adapter().validate_json(octets, strict=True)
    except ValidationError as error:
        raise _broken() from error
    if answer.problem is not None:
        raise Unreadable(answer.problem, clean(answer.reason)[:_LONGEST_REASON])
    if answer.pages is None or sum(len(page.lines) for page in answer.pages.pages) > _MOST_LINES:
        raise _broken()
    return _checked(answer.pages), answer.signature_fields


def decode_signatures(octets: bytes, part: str) -> tuple[SignatureStatus, ...]:
    """Read a `SignaturesAnswer` about this part; raises `Unreadable` when it is none."""
    from pydantic import ValidationError

    try:
        answer = _signatures_adapter().validate_json(octets, strict=True)
    except ValidationError as error:
        raise _broken() from error
    if len(answer.signatures) > _MOST_SIGNATURES:
        raise _broken()
    return tuple(_checked_signature(signature, part) for signature in answer.signatures)


def decode_smime(octets: bytes, entities: Sequence[SignedEntity]) -> tuple[SmimeResult, ...]:
    """Read a `SmimeAnswer` about these entities; raises `Unreadable` when it is none."""
    from pydantic import ValidationError

    try:
        answer = _smime_adapter().validate_json(octets, strict=True)
    except ValidationError as error:
        raise _broken() from error
    if len(answer.results) > _MOST_SIGNATURES:
        raise _broken()
    whole = {entity.part for entity in entities if entity.covers_whole_mail}
    return tuple(_checked_smime(result, whole) for result in answer.results)


def unread_smime(entity: SignedEntity, problem: Unreadable) -> SmimeResult:
    """Say of a signed entity that could not be judged that nothing is known."""
    return SmimeResult(
        part=entity.part,
        status=Status.INDETERMINATE,
        sub_indication="GENERIC",
        covers_whole_mail=entity.covers_whole_mail,
        reason=f"the signatures of the mail could not be judged ({problem})",
    )


def unread_signature(part: str, media_type: str, problem: Unreadable) -> SignatureStatus:
    """Say of a file whose signatures could not be judged that nothing is known (ETSI EN 319 102-1: indeterminate)."""
    return SignatureStatus(
        part=part,
        format=format_of(media_type) or "pades",
        status=Status.INDETERMINATE,
        sub_indication="GENERIC",
        reason=f"the signatures of the file could not be judged ({problem})",
    )


def _checked(pages: Pages) -> Pages:
    numbers = [page.number for page in pages.pages]
    if numbers != sorted(set(numbers)) or (numbers and (numbers[0] < 1 or numbers[-1] > pages.total)):
        raise _broken()
    return Pages(pages=tuple(_checked_page(page) for page in pages.pages), total=pages.total)


def _checked_page(page: Page) -> Page:
    if not math.isfinite(page.width + page.height):
        raise _broken()
    return replace(page, lines=tuple(_checked_line(line) for line in page.lines))


def _checked_line(line: Line) -> Line:
    box: Box = line.box
    text = clean(line.text)
    # One that is not finite makes the sum so.
    if not text or not math.isfinite(line.size + box.left + box.top + box.right + box.bottom):
        raise _broken()
    return line if text == line.text else replace(line, text=text)


def _checked_signature(signature: SignatureStatus, part: str) -> SignatureStatus:
    """Refuse what no honest child says, and bring texts into the form that they have here."""
    _demand(
        signature.format in FORMATS,
        signature.role in _ROLES,
        signature.time_source in _TIME_SOURCES,
        _is_sensible(signature.status, signature.sub_indication),
        len(signature.chain) <= _MOST_LINKS and all(map(_DIGEST.fullmatch, signature.chain)),
        len(signature.weaknesses) <= _MOST_WEAKNESSES and all(map(_WORD.fullmatch, signature.weaknesses)),
    )
    return replace(
        signature,
        part=part,
        signer=_text(signature.signer),
        organization=_text(signature.organization),
        signed_at=_utc(signature.signed_at) if signature.signed_at is not None else None,
        reason=_text(signature.reason, _LONGEST_REASON),
        certificate=_checked_certificate(signature.certificate) if signature.certificate is not None else None,
        covers=tuple(name for each in signature.covers[:_MOST_COVERED] if (name := _text(each))),
        signs=_text(signature.signs),
    )


def _checked_certificate(certificate: SignerCertificate) -> SignerCertificate:
    _demand(_SERIAL.fullmatch(certificate.serial), _DIGEST.fullmatch(certificate.sha256))
    return replace(
        certificate,
        subject=_text(certificate.subject, 2 * _LONGEST_NAME) or "",
        issuer=_text(certificate.issuer, 2 * _LONGEST_NAME) or "",
        not_before=_utc(certificate.not_before),
        not_after=_utc(certificate.not_after),
        unit=_text(certificate.unit),
        email=_text(certificate.email, _LONGEST_ADDRESS),
        # Whoever asks for revocation has his own list of whom he asks; here only what is no address at all is dropped.
        sources=tuple(filter(_SOURCE.fullmatch, certificate.sources))[:_MOST_SOURCES],
    )


def _checked_smime(result: SmimeResult, whole: set[str]) -> SmimeResult:
    is_plain = result.part.replace(".", "").isdigit() and len(result.part) < _LONGEST_NAME
    is_fit = (result.covers_whole_mail and result.signer_is_sender) or result.status is not Status.TOTAL_PASSED
    is_known = not result.covers_whole_mail or result.part in whole
    _demand(is_plain, is_fit, is_known, _is_sensible(result.status, result.sub_indication))
    return replace(result, signer=_text(result.signer, _LONGEST_ADDRESS), reason=_text(result.reason, _LONGEST_REASON))


def _is_sensible(status: Status, sub_indication: str | None) -> bool:
    if status is Status.TOTAL_PASSED:
        return sub_indication is None
    return sub_indication is not None and _SUB_INDICATION.fullmatch(sub_indication) is not None


def _demand(*conditions: Any) -> None:
    if not all(conditions):
        raise _broken()


def _text(value: str | None, longest: int = _LONGEST_NAME) -> str | None:
    return clean(value)[:longest] or None if value is not None else None


def _utc(time: datetime) -> datetime:
    if time.utcoffset() is None:
        raise _broken()
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise _broken() from error


def _broken() -> Unreadable:
    return Unreadable(Problem.MALFORMED, "the reader of the file gave no sensible answer")


@cache
def _text_adapter() -> TypeAdapter[TextAnswer]:
    from pydantic import TypeAdapter

    return TypeAdapter(TextAnswer)


@cache
def _signatures_adapter() -> TypeAdapter[SignaturesAnswer]:
    from pydantic import TypeAdapter

    return TypeAdapter(SignaturesAnswer)


@cache
def _smime_adapter() -> TypeAdapter[SmimeAnswer]:
    from pydantic import TypeAdapter

    return TypeAdapter(SmimeAnswer)


def warm() -> None:
    """Build all adapters; done once in the nursery, so that no child has to."""
    _text_adapter()
    _signatures_adapter()
    _smime_adapter()
