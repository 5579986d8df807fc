"""
Marks of state secrets: TUYỆT MẬT, TỐI MẬT, MẬT.

Source: Luật 117/2025/QH15 (three levels), NĐ 30/2020/NĐ-CP, Phụ lục I, ô số 10a. Such a document may not travel through
this system at all, so that a missed mark is worse than a false alarm; yet "bảo mật", "mật độ", "bí mật nhà nước" stand
in many ordinary texts. What is looked for is the mark, not the word: capitals, alone on a short line in the upper half
of a page, or set apart in a subject or a file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Layer, Line, Page, Pages

_LEVELS = {"mat": "mật", "toi mat": "tối mật", "tuyet mat": "tuyệt mật"}
_LINE = re.compile(
    r"(?P<level>(?:toi |tuyet )?mat)(?:[ ,;:.–—-]*(?:ban so|so ban|(?:hoa toc|thuong khan|khan)\Z).{0,24})?\Z"
)
_LABEL = re.compile(r"(?:muc )?do mat ?[:;.–—-]* ?\W{0,3}(?P<level>(?:toi |tuyet )?mat)\Z")
_IN_BRACKETS = re.compile(
    r"[\[(<{【«*]\s{0,3}(?:(?:độ )?(?P<level>(?:tối |tuyệt )?mật))\s{0,3}[\])>}】»*]", re.IGNORECASE
)
_PREFIX = re.compile(
    r"(?:(?:Re|RE|Fw|FW|Fwd|FWD)\s{0,2}:\s{0,2}){0,5}(?P<level>(?:TỐI |TUYỆT )?MẬT)\s{0,2}(?:[:|/–—_]|-\s|\Z)"
)
_SUFFIX = re.compile(r"[:|/–—_-]\s{0,2}(?P<level>(?:TỐI |TUYỆT )?MẬT)\s{0,2}\.?\Z")
_SUBJECT_LABEL = re.compile(r"(?:muc )?do mat ?[:;–—-] ?(?P<level>(?:toi |tuyet )?mat)(?:\Z| ?[,;.|\])–—-])")
_NAME_PIECE = re.compile(
    r"(?:\A|[_\[(])(?P<level>(?:TỐI[ _-]?|TUYỆT[ _-]?)?MẬT|TOI[ _-]?MAT|TUYET[ _-]?MAT)(?=\Z|[_\])]|\s?-\s)"
)
_EDGES = " \t.,:;*|[](){}<>-–—_=~•■□«»\"'“”"
_WIDE_GAP = re.compile(r"\t+| {3,}")
_WORD = fold_tones("mật")
_BODY_LINES = 15
_SUBJECT_LENGTH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class SecrecyMark:
    """A mark that was seen: `level` is mật, tối mật or tuyệt mật; `where` names the kind of place and nothing else."""

    level: str
    where: str


def secrecy_mark(message: Message, pages: Mapping[str, Pages]) -> SecrecyMark | None:
    """
    Find the highest mark of state secrecy in a mail, or None.

    Args:
        pages: The pages of every part that could be read, keyed by part index.

    The answer holds no text of the mail: it may be logged (NĐ 63/2026/NĐ-CP; Luật 117/2025/QH15).
    """
    marks = [
        *(SecrecyMark(level=level, where="subject") for level in _in_subject(message.subject)),
        *(SecrecyMark(level=level, where="file name") for part in message.parts for level in _in_name(part.name)),
        *(SecrecyMark(level=level, where="mail text") for level in _in_body(message.text)),
        *(SecrecyMark(level=level, where="page") for file in pages.values() for level in _in_pages(file)),
    ]
    return max(marks, key=lambda mark: _RANK[mark.level], default=None)


_RANK = {level: rank for rank, level in enumerate(_LEVELS.values())}


def _level(text: str) -> str:
    return _LEVELS[
        " ".join(re.sub(r"[_-]", " ", fold(text)).replace("toimat", "toi mat").replace("tuyetmat", "tuyet mat").split())
    ]


def _in_subject(subject: str) -> Iterator[str]:
    text = " ".join(subject[:_SUBJECT_LENGTH].split())
    for pattern in (_IN_BRACKETS, _PREFIX, _SUFFIX):
        found = pattern.match(text) if pattern is _PREFIX else pattern.search(text)
        if found:
            yield _level(found["level"])
    found = _SUBJECT_LABEL.search(fold(text))
    if found and _WORD in fold_tones(text.casefold()):
        yield _level(found["level"])


def _in_name(name: str | None) -> Iterator[str]:
    """`12-QD_MẬT.pdf`, `[Mật] 12.pdf`, `TOI_MAT_12.pdf`; a bare "MAT" is no mark: it may be anything."""
    if not name:
        return
    stem = name[:_SUBJECT_LENGTH].rsplit(".", 1)[0]
    for pattern in (_IN_BRACKETS, _NAME_PIECE):
        found = pattern.search(stem)
        if found and not _joins_a_word(stem, found.start("level"), found.end("level")):
            yield _level(found["level"])


def _joins_a_word(stem: str, start: int, end: int) -> bool:
    """Say whether a neighbour makes a plain word of it: "BẢO_MẬT", "BÍ_MẬT", "MẬT_KHẨU", "MẬT_ĐỘ"."""
    before, behind = fold(stem[max(0, start - 8) : start]), fold(stem[end : end + 8])
    return bool(
        re.search(r"(?:\A|[^a-z])(?:bao|bi|can|noi)[ _-]{0,2}\Z", before)
        or re.match(r"[ _-]{0,2}(?:khau|do|ong|ma|vu|danh|thiet)(?![a-z])", behind)
    )


def _in_body(text: str) -> Iterator[str]:
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:_BODY_LINES]
    for line in lines:
        level = _mark_on(line, loose=False, any_case=False)
        if level:
            yield level


def _in_pages(file: Pages) -> Iterator[str]:
    for page in file.pages:
        seen = [(line, level) for line in page.lines if _is_high(line, page) for level in _marks_of(line, page)]
        levels = {level for _, level in seen}
        if len(levels) > 1:
            # A form or a list of documents that names all levels; a true mark still stands alone at the upper left.
            levels = {level for line, level in seen if _is_upper_left(line, page)}
            levels = levels if len(levels) == 1 else set()
        yield from levels


def _marks_of(line: Line, page: Page) -> Iterator[str]:
    loose = page.layer is Layer.OCR or all(other.text.isascii() for other in page.lines)
    for piece in _WIDE_GAP.split(line.text):
        # Where a style makes the capitals, the characters themselves are small: believed only in the place of box 10a.
        level = _mark_on(piece, loose=loose, any_case=page.number == 1 and _is_upper_left(line, page))
        if level:
            yield level


def _is_high(line: Line, page: Page) -> bool:
    return line.box.top <= page.height / 2


def _is_upper_left(line: Line, page: Page) -> bool:
    return line.box.top <= page.height * 0.35 and line.box.left <= page.width / 2


def _mark_on(line: str, *, loose: bool, any_case: bool) -> str | None:
    """
    Return the level when the whole line is a mark or the label "Độ mật:" with one level.

    `loose`: marks may be lost or wrong (OCR, text without marks): then "MAT" and "MÂT" in capitals count as well.
    """
    text = line.strip(_EDGES)
    if not text or len(text) > 60:
        return None
    if all(len(piece) == 1 for piece in text.split()):
        text = _spaced(text)
    bare = fold(text)
    label = _LABEL.match(bare)
    if label and _WORD in fold_tones(text.casefold()):
        return _level(label["level"])
    found = _LINE.match(bare)
    if found is None:
        return None
    head = text[: len(found["level"])]
    if head != head.upper() and not any_case:
        return None
    exact = fold_tones(head.casefold()).endswith(_WORD) or " " in found["level"]
    return _level(found["level"]) if exact or (loose and head.upper() != "MẮT") else None


def _spaced(text: str) -> str:
    """Join a letter-spaced line: "T Ố I M Ậ T"."""
    joined = "".join(text.split())
    return re.sub(r"(?i)\A(tối|tuyệt|toi|tuyet)", r"\1 ", joined)
