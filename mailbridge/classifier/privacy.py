"""
Marks of state secrets: TUYỆT MẬT, TỐI MẬT, MẬT.

Source: Luật 117/2025/QH15 (three levels), NĐ 30/2020/NĐ-CP, Phụ lục I, ô số 10a. Such a document may not travel through
this system at all, so that a missed mark is worse than a false alarm; yet "bảo mật", "mật độ", "bí mật nhà nước" stand
in many ordinary texts. What is looked for is the mark, not the word: capitals, alone on a short line in the upper half
of a page, or set apart in a subject or a file name (`secrecy_told`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.classifier.page.markers import ABOUT, bare, date_match, is_number_line
from mailbridge.classifier.secrecy_told import RANK, level_of, levels_in_name, levels_in_subject
from mailbridge.classifier.types import type_by_title
from mailbridge.mail.encoded import decode_field, decode_octets
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Layer, Line, Page, Pages
from mailbridge.mail.readable import readable

_URGENT = r"(?:hoa toc|thuong khan|khan)"
_LINE = re.compile(
    rf"(?P<before>(?:{_URGENT}|ban so ?:? ?\d{{1,4}})[ ,;:.–—-]+)?(?P<level>(?:toi |tuyet )?mat)"
    rf"(?:[ ,;:.(–—-]*(?:ban so|so ban|{_URGENT}\Z|chi nguoi co ten).{{0,40}})?\Z"
)
_LABEL = re.compile(r"(?:dau )?(?:chi )?(?:muc )?do mat ?[:;.–—-]* ?\W{0,3}(?P<level>(?:toi |tuyet )?mat)\Z")
_CALLED = re.compile(r"(?:tai lieu|van ban|ho so) (?P<level>(?:toi |tuyet )?mat)\Z")
_MELTED = re.compile(r"(?P<level>(?:TỐI |TUYỆT )?MẬT)\s+(?P<rest>\S.{3,60})\Z")
_SQUEEZED = re.compile(r"[il1|!]?(?P<level>t[o0][il1]mat|tuyetmat|mat)[il1|!]?\Z")
_SQUEEZED_LEVELS = {"mat": "mật", "tuyetmat": "tuyệt mật"}
# Words whose other half may stand on the next line: "TIỀN / MẶT", "RĂNG HÀM / MẶT", "BẢO / MẬT", "độ / mật".
_HALF_A_WORD = re.compile(r"\b(?:tien|ham|be|co|vang|bao|bi|can|do|va|hoac|ly|giai|giam|lam),?\Z")
_EDGES = " \t.,:;*|[](){}<>-–—_=~•■□«»\"'“”"
_WIDE_GAP = re.compile(r"\t+| {3,}")
_WORD = fold_tones("mật")
_BODY_LINES = 15
_LONGEST_BODY = 20_000
_FORWARDED_SUBJECT = re.compile(r"(?im)^[>\s*]{0,6}(?:subject|chủ đề|tiêu đề)\s?\*?\s?:\s?\*?(.{1,300})$")
_NESTED_SUBJECT = re.compile(rb"(?im)^subject:((?:[^\r\n]{0,2000}(?:\r?\n[ \t])?){1,8})")


@dataclass(frozen=True, kw_only=True, slots=True)
class SecrecyMark:
    """A mark that was seen: `level` is mật, tối mật or tuyệt mật; `where` names the kind of place and nothing else."""

    level: str
    where: str


def secrecy_mark(message: Message, pages: Mapping[str, Pages], subjects: Iterable[str] = ()) -> SecrecyMark | None:
    """
    Find the highest mark of state secrecy in a mail, or None.

    Looked at are the mail, the mails inside it, the names of all files and of what they hold, and every page.

    Args:
        pages: The pages of every part that could be read, keyed by part index.
        subjects: What else is said of the documents in few words: the subjects in edXML headers.

    The answer holds no text of the mail: it may be logged (NĐ 63/2026/NĐ-CP; Luật 117/2025/QH15).
    """
    told = (message.subject, *subjects, *_subjects_inside(message))
    texts = (message.text, *_texts_inside(message))
    marks = [
        *(SecrecyMark(level=level, where="subject") for subject in told for level in levels_in_subject(subject)),
        *(SecrecyMark(level=level, where="file name") for part in message.parts for level in levels_in_name(part.name)),
        *(SecrecyMark(level=level, where="mail text") for text in texts for level in _in_body(text)),
        *(SecrecyMark(level=level, where="page") for file in pages.values() for level in _in_pages(file)),
    ]
    return max(marks, key=lambda mark: RANK[mark.level], default=None)


def _subjects_inside(message: Message) -> Iterator[str]:
    """Give the subjects of forwarded mails, attached or written out in the text."""
    for found in _FORWARDED_SUBJECT.finditer(message.text[:_LONGEST_BODY]):
        yield found[1]
    for part in message.parts:
        if "message/rfc822" in (part.type, part.declared_type):
            header = re.split(rb"\r?\n\r?\n", part.content[:_LONGEST_BODY], maxsplit=1)[0]
            match = _NESTED_SUBJECT.search(header)
            if match:
                yield decode_field(match[1])


def _texts_inside(message: Message) -> Iterator[str]:
    for part in message.parts:
        if part.inside is not None and part.type in ("text/plain", "text/html"):
            yield _text_of(part)


def _text_of(part: Part) -> str:
    text = decode_octets(part.content[:_LONGEST_BODY], part.charset)
    return readable(text) if part.type == "text/html" else text


def _in_body(text: str) -> Iterator[str]:
    lines = [line for line in text[:_LONGEST_BODY].splitlines() if line.strip()][:_BODY_LINES]
    for line in lines:
        level = _mark_on(line.lstrip("> \t"), loose=False, any_case=False)
        if level:
            yield level


def _in_pages(file: Pages) -> Iterator[str]:
    for page in file.pages:
        high = [line for line in page.lines if _is_high(line, page)]
        seen = [
            (line, level)
            for place, line in enumerate(high)
            if _may_be_mark(line.text)
            for level in _marks_of(line, high[:place], page)
        ]
        levels = {level for _, level in seen}
        if len(levels) > 1:
            # A form or a list of documents that names all levels; a true mark still stands alone at the upper left.
            levels = {level for line, level in seen if _is_upper_left(line, page)}
            levels = levels if len(levels) < len(RANK) else set()
        yield from levels


def _may_be_mark(text: str) -> bool:
    """Leave out, quickly, the lines that hold no such letters; most do not."""
    return "ma" in bare(text).replace(" ", "").lower()


def _marks_of(line: Line, above: Sequence[Line], page: Page) -> Iterator[str]:
    upper_left = _is_upper_left(line, page)
    goes_on = _goes_on(line, above)
    ascii_page = page.layer is not Layer.OCR and all(other.text.isascii() for other in page.lines)
    # Lost or wrong marks ("MAT", "MẶT") are believed only in the place of the mark, and where no word is cut in two.
    loose = ascii_page or (page.layer is Layer.OCR and upper_left and not goes_on)
    # Where a style makes the capitals, the characters themselves are small: believed only in the place of box 10a.
    any_case = page.number == 1 and upper_left and not goes_on
    for piece in _WIDE_GAP.split(line.text):
        level = _mark_on(piece, loose=loose, any_case=any_case)
        if level is None and upper_left:
            level = _called(piece, above)
        if level:
            yield level


def _goes_on(line: Line, above: Sequence[Line]) -> bool:
    """Say whether the line over this one ends in the first half of a word that this one would end."""
    over = [other for other in above if other.box.left < line.box.right and other.box.right > line.box.left]
    return bool(over) and _HALF_A_WORD.search(fold(over[-1].text[-40:])) is not None


def _begins_subject(line: Line) -> bool:
    return ABOUT.match(bare(line.text[:40])) is not None or type_by_title(line.text) is not None


def _called(piece: str, above: Sequence[Line]) -> str | None:
    """`TÀI LIỆU MẬT` alone on a line above the title is a mark; below it, a piece of what the title speaks of."""
    text = piece.strip(_EDGES)
    found = _CALLED.match(fold(text)) if text == text.upper() and len(text) <= 30 else None
    if found is None or _WORD not in fold_tones(text.casefold()) or any(map(_begins_subject, above)):
        return None
    return level_of(found["level"])


def _is_high(line: Line, page: Page) -> bool:
    return line.box.top <= page.height / 2


def _is_upper_left(line: Line, page: Page) -> bool:
    return line.box.top <= page.height * 0.35 and line.box.left <= page.width / 2


def _mark_on(line: str, *, loose: bool, any_case: bool) -> str | None:
    """
    Return the level when the whole line is a mark or the label "Độ mật:" with one level.

    `loose`: marks may be lost or wrong (OCR, text without marks): then "MAT" and "MÂT" in capitals count as well.
    `any_case`: a capital at its beginning is enough.
    """
    text = line.strip(_EDGES)
    if not text or len(text) > 90:
        return None
    if all(len(piece) == 1 for piece in text.split()):
        text = _spaced(text)
    folded = fold(text)
    label = _LABEL.match(folded)
    if label and _WORD in fold_tones(text.casefold()):
        return level_of(label["level"])
    found = _LINE.match(folded)
    if found is None:
        return _melted(text) or (_squeezed(text) if loose else None)
    head = text[found.start("level") : found.end("level")]
    if head != head.upper() and not (any_case and head[:1].isupper()):
        return None
    exact = fold_tones(head.casefold()).endswith(_WORD) or " " in found["level"]
    return level_of(found["level"]) if exact or (loose and head.upper() != "MẮT") else None


def _melted(text: str) -> str | None:
    """Two boxes on one line: "MẬT Số: 119/BC-UBND", "TỐI MẬT Hà Nội, ngày 3 tháng 5 năm 2024"."""
    found = _MELTED.match(text)
    if found is None or not (is_number_line(found["rest"]) or date_match(found["rest"])):
        return None
    return level_of(found["level"])


def _squeezed(text: str) -> str | None:
    """A mark whose letters an OCR joined or parted, or to whose edge it added the line of the box: "TÔIMẬT", "MẬ T"."""
    joined = "".join(text.split())
    found = _SQUEEZED.match(fold(joined)) if len(joined) <= 10 and joined == joined.upper() else None
    if found is None:
        return "mật" if _is_nearly_mat(joined) else None
    return _SQUEEZED_LEVELS.get(found["level"], "tối mật")


def _is_nearly_mat(text: str) -> bool:
    """Say whether a word in capitals is MẬT with a last letter that no Vietnamese word has there ("MẬI", "MẬ1")."""
    return text[:2] == "MẬ" and len(text) == 3 and text[2] in "I1lỈ|"


def _spaced(text: str) -> str:
    """Join a letter-spaced line: "T Ố I M Ậ T"."""
    joined = "".join(text.split())
    return re.sub(r"(?i)\A(tối|tuyệt|toi|tuyet)", r"\1 ", joined)
