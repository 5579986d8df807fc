"""
What a child says of its file: values of ours as JSON, and back.

JSON, not pickle: a child that was taken over by its file could make whoever unpickles its answer run anything. The
answer is checked against the types of the values, and its texts are cleaned again; a child can still lie about what
its file says, but then the file itself could have said so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

from mailbridge.mail.pages import Box, Line, Page, Pages
from mailbridge.reading.glyphs import clean
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.signature import SignatureStatus, Status

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_MOST_LINES = 100_000
_MOST_SIGNATURES = 1_000
_LONGEST_REASON = 300


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


def encode(answer: TextAnswer | SignaturesAnswer) -> bytes:
    """Write an answer; called in the child."""
    adapter: TypeAdapter[TextAnswer] | TypeAdapter[SignaturesAnswer]
    adapter = _text_adapter() if isinstance(answer, TextAnswer) else _signatures_adapter()
    return adapter.dump_json(answer)  # type: ignore[arg-type]  # each adapter gets its own kind


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


def unread_signature(part: str, problem: Unreadable) -> SignatureStatus:
    """Say of a file whose signatures could not be judged that nothing is known (ETSI EN 319 102-1: indeterminate)."""
    return SignatureStatus(
        part=part,
        format="pades",
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
    time = signature.signed_at
    if time is not None and time.utcoffset() is None:
        raise _broken()
    return replace(signature, part=part, signed_at=time.astimezone(UTC) if time is not None else None)


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


def warm() -> None:
    """Build both adapters; done once in the nursery, so that no child has to."""
    _text_adapter()
    _signatures_adapter()
