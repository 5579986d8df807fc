"""
Reading a line of an old book: numbers, days and symbols as clerks have written them.

CORE. What cannot be read stops the import or is left empty and told: a wrong value is worse than an empty one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailbridge.classifier.symbol import parse_symbol
from mailbridge.classifier.types import type_by_name
from mailbridge.registry.corrections_fields import URGENCIES, Value, name_key
from mailbridge.registry.importing_heads import Column

_NUMBER = re.compile(r"(?:số\s*[:.]?\s*)?0*([1-9][0-9]{0,8})(?:\.0+)?(?:\s*/\s*((?:19|20)[0-9]{2}))?", re.IGNORECASE)
_SUBNUMBER = re.compile(r"0*[1-9][0-9]{0,8}\s*[-.]?\s*[a-zđ]", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})(?:\s*[/.-]\s*([0-9]{4}|[0-9]{2}))?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.]+Z?)?")
_SERIAL = re.compile(r"([2-7][0-9]{4})(?:\.[0-9]+)?")
_FIRST_SERIAL = date(1899, 12, 30)
_DITTO = frozenset({'"', "''", "-nt-", "nt", "- nt -", "như trên", "-", "″", "〃"})
_OPENING = re.compile(r"^(?:số|so)\s*[:.]?\s*(?=[0-9])", re.IGNORECASE)
_LOOSE = re.compile(r"\s*([/–-])\s*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_FORMULA = re.compile(r"'(?=[=+@\t\r-])")
_LONGEST_TYPE = 5
_LETTER = "Công văn"
_ABOUT = re.compile(r"(?:v/v|về việc)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """
    What is wrong with a row of the file; `stops`: nothing is imported while it is there.

    `row` counts the lines of the file from 1; 0 is the file as a whole. `vi` and `en` are sentences for people.
    """

    row: int
    column: str
    code: str
    vi: str
    en: str
    stops: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class OldLine:
    """A line of an old book that can be entered; `values` by names of `corrections_fields.FIELDS`."""

    row: int
    year: int
    number: int
    arrived: date
    values: Mapping[str, Value]


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file, in order: a ditto mark means what stood above."""

    heads: Mapping[Column, int]
    year: int | None = None
    _above: dict[Column, str] | None = None
    _arrived: date | None = None

    def line(self, row: int, cells: Sequence[str]) -> tuple[OldLine | None, list[Fault]]:
        """Read one row; None when it cannot be entered, with the faults that say why."""
        said = self._said(cells)
        faults: list[Fault] = []
        arrived = self._day(row, said, Column.ARRIVED, self.year, faults, needed=True)
        number, year = self._number(row, said, faults)
        if arrived is None or number is None:
            return None, faults
        self._above, self._arrived = said, arrived
        year = year or self.year or arrived.year
        if arrived.year not in (year, year - 1) or (arrived.year < year and (arrived.month, arrived.day) != (12, 31)):
            faults.append(
                Fault(
                    row=row,
                    column=Column.ARRIVED.value,
                    code="other-year",
                    vi=f"Ngày đến {arrived:%d/%m/%Y} không thuộc sổ năm {year}.",
                    en=f"{arrived:%d/%m/%Y} is no day of the book of {year}.",
                )
            )
            return None, faults
        values = self._values(row, said, arrived, faults)
        return OldLine(row=row, year=year, number=number, arrived=arrived, values=values), faults

    def _said(self, cells: Sequence[str]) -> dict[Column, str]:
        said: dict[Column, str] = {}
        for column, place in self.heads.items():
            text = tidy(cells[place]) if place < len(cells) else ""
            is_ditto = text.lower() in _DITTO and column is not Column.NUMBER
            said[column] = (self._above or {}).get(column, "") if is_ditto else text
        return said

    def _number(self, row: int, said: Mapping[Column, str], faults: list[Fault]) -> tuple[int | None, int | None]:
        text = said[Column.NUMBER]
        found = _NUMBER.fullmatch(text)
        if found:
            return int(found[1]), int(found[2]) if found[2] else None
        if not text:
            vi, en, code = "Thiếu số đến.", "There is no arrival number.", "no-number"
        elif _SUBNUMBER.fullmatch(text):
            vi = f"Số phụ “{text}”: sổ chỉ nhận số nguyên; hãy ghi vào cột Ghi chú của số chính."
            en = f"“{text}” is a sub-number; the book takes whole numbers only."
            code = "sub-number"
        else:
            vi, en, code = f"“{text}” không phải số đến.", f"“{text}” is no arrival number.", "wrong-number"
        faults.append(Fault(row=row, column=Column.NUMBER.value, code=code, vi=vi, en=en))
        return None, None

    def _day(
        self,
        row: int,
        said: Mapping[Column, str],
        column: Column,
        year: int | None,
        faults: list[Fault],
        *,
        needed: bool = False,
    ) -> date | None:
        text = said.get(column, "")
        if not text:
            if not needed:
                return None
            if self._arrived is not None:
                # A merged cell, or one that was left out because it says the same as the one above.
                return self._arrived
            vi, en, code = "Thiếu ngày đến.", "There is no day of arrival.", "no-day"
        else:
            day = read_old_day(text, year)
            if day is not None:
                return day
            vi, en, code = f"“{text}” không phải ngày.", f"“{text}” is no day.", "wrong-day"
        faults.append(Fault(row=row, column=column.value, code=code, vi=vi, en=en, stops=needed))
        return None

    def _values(self, row: int, said: Mapping[Column, str], arrived: date, faults: list[Fault]) -> dict[str, Value]:
        symbol = old_symbol(said.get(Column.SYMBOL, ""))
        type_, subject = said.get(Column.TYPE, ""), said.get(Column.SUBJECT, "")
        if Column.ABOUT in said and not subject:
            found, subject = parted(said[Column.ABOUT])
            type_ = type_ or found or _type_of_letter(subject, symbol)
        issued = self._day(row, said, Column.ISSUED, arrived.year, faults)
        if issued is not None and issued > arrived:
            faults.append(
                Fault(
                    row=row,
                    column=Column.ISSUED.value,
                    code="issued-later",
                    vi=f"Ngày văn bản {issued:%d/%m/%Y} sau ngày đến {arrived:%d/%m/%Y}; để trống.",
                    en=f"Dated {issued:%d/%m/%Y}, after its arrival on {arrived:%d/%m/%Y}; left empty.",
                    stops=False,
                )
            )
            issued = None
        return {
            "symbol": symbol or None,
            "issuer": said.get(Column.ISSUER) or None,
            "issued_date": issued,
            "type": type_ or None,
            "subject": subject or None,
            "recipients": said.get(Column.RECIPIENTS) or None,
            "transfer_date": self._day(row, said, Column.TRANSFER, arrived.year, faults),
            "note": self._note(said),
            "signer_name": said.get(Column.SIGNER) or None,
            "urgency": next(
                (each for each in URGENCIES if name_key(each) == name_key(said.get(Column.URGENCY, ""))), None
            ),
        }

    def _note(self, said: Mapping[Column, str]) -> str | None:
        """Keep who signed for the receipt too: the column is of paper, and the book has none for it."""
        signed = said.get(Column.RECEIPT)
        receipt = f"Ký nhận: {signed}" if signed else ""
        return "; ".join(filter(None, (said.get(Column.NOTE), receipt))) or None


def _type_of_letter(subject: str, symbol: str) -> str:
    """Call a line that begins with "V/v" a công văn when its symbol is one: clerks leave that type out."""
    parsed = parse_symbol(symbol) if _ABOUT.match(subject) else None
    return _LETTER if parsed and not parsed.slip and parsed.type_name == _LETTER else ""


def tidy(text: str) -> str:
    """Bring a cell into one line of NFC, without the apostrophe that guards against formulas."""
    line = " ".join(_CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).split())
    return _FORMULA.sub("", line, count=1) if line.startswith("'") else line


def read_old_day(text: str, year: int | None = None) -> date | None:
    """
    Read a day as old books have it: 05/01/2024, 5.1.24, 5/1 (of `year`), 2024-01-05, or a serial number of Excel.

    None when it is no day; the day stands before the month, always.
    """
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY.fullmatch(text):
            if not found[3] and year is None:
                return None
            told = int(found[3]) if found[3] else year or 0
            return date(told + 2000 if told < 100 else told, int(found[2]), int(found[1]))
    except ValueError:
        return None
    serial = _SERIAL.fullmatch(text)
    return _FIRST_SERIAL + timedelta(days=int(serial[1])) if serial else None


def old_symbol(text: str) -> str:
    """Take the noise off a symbol (“Số: 12 / QĐ - UBND.”); what is still none stays as it was written."""
    bare = _LOOSE.sub(r"\1", _OPENING.sub("", text)).strip(" .,;")
    for each in (text, bare):
        parsed = parse_symbol(each)
        if parsed and not parsed.slip:
            return parsed.text
    return text


def parted(text: str) -> tuple[str, str]:
    """
    Part column 6 into tên loại and trích yếu, ("", text) when it begins with no type that is known.

    "Quyết định về việc …" and "Giấy mời họp …" are parted as `type_and_subject` joined them. "V/v …" names no type.
    """
    words = text.split()
    for count in range(min(_LONGEST_TYPE, len(words)), 0, -1):
        head = " ".join(words[:count]).rstrip(":,;.-–")
        found = type_by_name(head)
        # "CV" and its like may begin a sentence about something else: only the full name counts.
        if found and name_key(found.name) == name_key(head):
            rest = " ".join(words[count:]).lstrip(" :,;.-–")
            return found.name, rest
    return "", text
