"""Boxes 5a and 5b: the type of a document and its summary (trích yếu)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.classifier.naming import title_case_sentence
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.certainty import Place, absent
from mailbridge.classifier.page.head import Head, text_of
from mailbridge.classifier.page.markers import ABOUT, Role, bare
from mailbridge.classifier.page.places import is_known_place
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.page.wording import carries_on, has_broken_words
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol

_LETTER = "Công văn"
_CONSOLIDATED = "Văn bản hợp nhất"
_MOST_LINES = 14
# A summary printed under the number is broken after some 40 characters; a longer line was not broken at all.
_LONGER_THAN_A_COLUMN = 60
_AGAIN = re.compile(r"^(?:v/v|ve viec)\b[:\s]*", re.IGNORECASE)
_WHO_DECIDES = re.compile(
    r"(?:BO TRUONG|CHU TICH|GIAM DOC|THU TUONG|CHANH|CUC TRUONG|TONG CUC TRUONG|HIEU TRUONG|VIEN TRUONG|THONG DOC|"
    r"TONG GIAM DOC|TRUONG|TONG THANH TRA|CHI CUC TRUONG|BAN THUONG VU|THUONG TRUC|BI THU|CHU NHIEM|TONG KIEM TOAN)\b"
)
_ANNEX = re.compile(r"^\W*(?:Ban hanh kem theo|Kem theo|Phu luc)\b", re.IGNORECASE)


def read_type(head: Head, symbol: Reading[DocumentSymbol], place: Place) -> Reading[str]:
    """Read the type from box 5a, from the lack of it beside a "V/v", or from the number alone; a copy is a rival."""
    read = _type_of_original(head, symbol, place)
    if head.copy is None:
        return read
    return replace(read, rivals=(*read.rivals, Rival(value=head.copy, source=place.source("14"))))


def _type_of_original(head: Head, symbol: Reading[DocumentSymbol], place: Place) -> Reading[str]:
    named = symbol.value or next((rival.value for rival in symbol.rivals if "file name" not in rival.source), None)
    if head.type is not None:
        return _titled(head, named, place)
    told = named.type_name if named else None
    if head.about:
        if told in (None, _LETTER):
            return place.found(_LETTER, 0.98 if told else 0.95, "5b")
        rival = Rival(value=_LETTER, source=place.source("5b"))
        return place.found(told, 0.6, "3", rivals=(rival,))
    if told is None:
        return absent("no title line, and the number does not tell the type")
    addressed = any(segment.role is Role.ADDRESSED for segment in head.row)
    if named is not None and named.rule == "C1" and not addressed:
        rival = Rival(value=told, source=place.source("3"))
        return absent("no title line, and the number is too short to tell the type", (rival,))
    return place.found(told, 0.95 if told == _LETTER and addressed else 0.85, "3", limit=symbol.confidence or 0.85)


def _titled(head: Head, symbol: DocumentSymbol | None, place: Place) -> Reading[str]:
    name = head.type.name if head.type else ""
    if symbol is None:
        return place.found(name, 0.93 if head.heading else 0.85, "5a")
    if symbol.type_abbr == "VBHN":
        rival = Rival(value=name, source=place.source("5a"))
        return place.found(_CONSOLIDATED, 0.95, "3", rivals=(rival,))
    told = {symbol.type_name, _by_number_alone(symbol)}
    if name in told or told == {None}:
        in_capitals = head.title[0].text == head.title[0].text.upper()
        return place.found(name, 0.99 if in_capitals else 0.95, "5a")
    rivals = (Rival(value=other, source=place.source("3")) for other in sorted(told - {None, name}, key=str) if other)
    return place.found(name, 0.85, "5a", rivals=rivals)


def _by_number_alone(symbol: DocumentSymbol) -> str | None:
    alone = parse_symbol(symbol.raw)
    return alone.type_name if alone else None


def read_subject(head: Head, symbol: DocumentSymbol | None, place: Place) -> Reading[str]:
    """Read the summary from under the number (5b, without its "V/v") or from under the title (5a)."""
    if head.about:
        return _from_about(head, place)
    lines = _title_lines(head)
    if not lines:
        return absent("no summary under the number or the title")
    text = _tidy(text_of(lines))
    if not any(char.isalpha() for char in text):
        return absent("no summary under the number or the title")
    if not head.title:
        # Where no title line was read, only a line in capitals behind a typed number can be the summary.
        if symbol is None or symbol.type_abbr is None or text != text.upper():
            return absent("no summary under the number or the title")
        return place.found(_in_sentence_case(text), 0.75, "5a")
    return place.found(_in_sentence_case(text), min(_sure_of(lines), _sure_of_wording(text)), "5a")


def _from_about(head: Head, place: Place) -> Reading[str]:
    first = head.about[0]
    match = ABOUT.match(bare(first.text))
    text = _tidy(" ".join([first.text[match.end() if match else 0 :], text_of(head.about[1:])]))
    if again := _AGAIN.match(bare(text)):
        text = text[again.end() :]
    if not text:
        return absent("nothing stands behind V/v")
    sure = _sure_of_about(head)
    return place.found(_in_sentence_case(text), min(sure, _sure_of_wording(text)), "5b")


def _sure_of_about(head: Head) -> float:
    """In a column of its own a summary ends where the column ends; otherwise only "Kính gửi" shows its end."""
    first = head.about[0]
    if first.column is Column.LEFT and not first.cut:
        return 0.98
    if first.cut and not all(is_known_place(date.text.split(",")[0]) for date in head.date):
        return 0.7
    if any(segment.role is Role.ADDRESSED for segment in head.row) or len(first.text) > _LONGER_THAN_A_COLUMN:
        return 0.96 if len(head.about) == 1 and not first.cut else 0.88
    return 0.88


def _sure_of_wording(text: str) -> float:
    """Lower the sureness of text that breaks off or lost letters or blanks ("trung cp nghề", "BANHÀNH KẾ HOẠCH")."""
    return 0.7 if carries_on(text) else 0.8 if has_broken_words(text) else 1.0


def _title_lines(head: Head) -> list[Segment]:
    lines: list[Segment] = []
    grounds = False
    for segment in head.rest[:30]:
        if segment.role is Role.ADDRESSED or segment.role is Role.GROUNDS:
            grounds = segment.role is Role.GROUNDS
            break
        if segment.role is not Role.OTHER:
            if lines and segment.role is not Role.DATE:
                break
            continue
        if _ANNEX.match(bare(segment.text)) or (lines and not _goes_on(lines, segment)):
            grounds = _is_who_decides(segment.text) or grounds
            break
        lines.append(segment)
        if len(lines) == _MOST_LINES:
            break
    return _without_who_decides(lines) if grounds else lines


def _goes_on(lines: Sequence[Segment], segment: Segment) -> bool:
    first, last = lines[0], lines[-1]
    gap = segment.box.top - last.box.bottom
    if gap > 1.1 * max(last.size, 8.0) or (len(lines) > 1 and gap > 2 * _gap(lines) + 3):
        return False
    if not any(char.isalpha() for char in segment.text):
        return True
    if first.bold is True and segment.bold is not None:
        return segment.bold and _is_capital(first.text) == _is_capital(segment.text)
    if _is_capital(first.text) or _is_capital(segment.text):
        return _is_capital(first.text) and _is_capital(segment.text)
    if first.centred:
        return segment.centred
    return segment.text[:1].islower() or segment.text[:1].isdigit() or carries_on(last.text)


def _gap(lines: Sequence[Segment]) -> float:
    return max(lines[1].box.top - lines[0].box.bottom, 0.0)


def _is_capital(text: str) -> bool:
    return text == text.upper() and any(char.isalpha() for char in text)


def _is_who_decides(text: str) -> bool:
    return _is_capital(text) and (starts_agency(text) or _WHO_DECIDES.match(bare(text)) is not None)


def _without_who_decides(lines: list[Segment]) -> list[Segment]:
    """Drop the line in capitals over "Căn cứ" that names who decides, unless the summary runs into it."""
    for index in range(len(lines) - 1, max(len(lines) - 4, 0), -1):
        if _is_who_decides(lines[index].text) and not carries_on(lines[index - 1].text):
            return lines[:index]
    return lines


def _sure_of(lines: Sequence[Segment]) -> float:
    if all(line.bold for line in lines) or all(_is_capital(line.text) for line in lines):
        return 0.97
    return 0.96 if len(lines) == 1 or all(line.centred for line in lines) else 0.85


def _in_sentence_case(text: str) -> str:
    return title_case_sentence(text) if _is_capital(text) else text


def _tidy(text: str) -> str:
    return text.strip(" \t*_").rstrip(" .,;:/").strip()
