"""
The fields of an entry that a person may write: their names, and how a value is read.

Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần II mục II (names and lengths), Phụ lục IV mục VI (column 8). What the book
itself fills (số đến, ngày đến) is no field here: who finds it wrong voids the entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias, assert_never

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.registry.days import read_day
from mailbridge.registry.entry import DraftEntry, RegisterEntry

Value: TypeAlias = str | int | date | None

URGENCIES = ("khẩn", "thượng khẩn", "hỏa tốc")
"""Mức độ khẩn (NĐ 30/2020/NĐ-CP, Điều 4 khoản 2)."""

NEEDED = ("type", "symbol", "issued_date", "issuer", "subject")
"""Without these a line is not complete (Điều 22: "đầy đủ, rõ ràng, chính xác"); a symbol is number and notation."""

_MOST = 99_999
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")


class Form(StrEnum):
    """What a value is."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    URGENCY = "urgency"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of the book; `name` is that of `DraftEntry`, `others` are further names that people use."""

    name: str
    vi: str
    en: str
    decree: str
    form: Form = Form.TEXT
    others: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """Return the name that people see."""
        return self.vi if language == "vi" else self.en


def _field(name: str, vi: str, en: str, decree: str, form: Form = Form.TEXT, *others: str) -> Field:
    return Field(name=name, vi=vi, en=en, decree=decree, form=form, others=others)


_T, _N, _D = Form.TEXT, Form.NUMBER, Form.DAY

FIELDS = (
    _field("symbol", "Số, ký hiệu", "Symbol", "CodeNumberNotation", _T, "số và ký hiệu", "số, ký hiệu văn bản"),
    _field("number", "Số của văn bản", "Number", "CodeNumber", _T, "số"),
    _field("notation", "Ký hiệu của văn bản", "Notation", "CodeNotation", _T, "ký hiệu"),
    _field("issued_date", "Ngày văn bản", "Date", "IssuedDate", _D, "ngày tháng năm văn bản", "ngày ban hành"),
    _field("type", "Tên loại", "Type", "TypeName", _T, "tên loại văn bản", "loại văn bản"),
    _field("subject", "Trích yếu", "Subject", "Subject", _T, "trích yếu nội dung"),
    _field(
        "issuer", "Cơ quan ban hành", "Issuer", "OrganName", _T, "tác giả", "author", "tên cơ quan, tổ chức ban hành"
    ),
    _field("signer_name", "Người ký", "Signer", "FullName", _T, "họ và tên người ký", "họ tên người ký"),
    _field("signer_position", "Chức vụ", "Position", "Position", _T, "chức vụ người ký", "chức vụ của người ký"),
    _field("urgency", "Độ khẩn", "Urgency", "Priority", Form.URGENCY, "mức độ khẩn"),
    _field("recipients", "Đơn vị hoặc người nhận", "Recipients", "ToPlaces", _T, "nơi nhận", "đơn vị, người nhận"),
    _field("transfer_date", "Ngày chuyển", "Handed over", "TransferDate", _D),
    _field("due_date", "Hạn xử lý", "Due", "DueDate", _D, "thời hạn giải quyết", "hạn giải quyết"),
    _field("pages", "Số trang", "Pages", "PageAmount", _N, "số trang của văn bản"),
    _field("language", "Ngôn ngữ", "Language", "Language"),
    _field("note", "Ghi chú", "Note", "Description"),
    _field("trace", "Ý kiến chỉ đạo", "Directions", "TraceHeaderList", _T, "ý kiến phân phối", "trạng thái xử lý"),
    _field("file_organ_id", "Mã định danh cơ quan lập hồ sơ", "File agency", "OrganId"),
    _field("file_year", "Năm hình thành hồ sơ", "File year", "FileCatalog", _N),
    _field("file_notation", "Số và ký hiệu hồ sơ", "File symbol", "FileNotation"),
    _field("file_ordinal", "Số thứ tự văn bản trong hồ sơ", "File ordinal", "DocOrdinal", _N),
)


class WrongValue(ValueError):
    """
    What was written cannot stand in the book.

    Attributes:
        problem: A sentence with places for `facts`, in English; the command line has it in Vietnamese too.
    """

    def __init__(self, problem: str, **facts: object) -> None:
        super().__init__(problem.format(**facts))
        self.problem = problem
        self.facts = facts


class Change(NamedTuple):
    """One field that says something else than before."""

    field: Field
    old: Value
    new: Value


def name_key(text: str) -> str:
    """Bring a name of a field into the form in which names are compared: "Số, ký hiệu", "so_ky_hieu", "so-ky-hieu"."""
    return _NOT_A_WORD.sub(" ", fold(text)).strip()


_BY_NAME = {
    name_key(name): each for each in FIELDS for name in (each.name, each.vi, each.en, each.decree, *each.others)
}
_OF_THE_BOOK = frozenset(
    map(name_key, ("số đến", "ngày đến", "arrival number", "arrival date", "ArrivalNumber", "ArrivalDate", "book"))
)


def field_called(name: str) -> Field:
    """Find a field by a name in Vietnamese (marks or not), English or the decree's; raises `WrongValue`."""
    key = name_key(name)
    if key in _OF_THE_BOOK:
        raise WrongValue("{name} is given by the book and is not corrected; void the entry instead", name=name.strip())
    try:
        return _BY_NAME[key]
    except KeyError:
        raise WrongValue("there is no field {name}", name=name.strip()) from None


def read_value(field: Field, text: str) -> Value:
    """
    Read what a person wrote into a field; "" empties it. Text is one line, NFC, of any length.

    Raises:
        WrongValue: It is no day, no number, no degree of urgency; or the field cannot be empty.
    """
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    if _CONTROLS.search(tidy):
        raise WrongValue("{field}: there are characters that cannot be shown", field=field.name)
    if not tidy:
        if field.name == "language":
            raise WrongValue("{field} cannot be empty", field=field.name)
        return None
    match field.form:
        case Form.TEXT:
            return _symbol(tidy) if field.name == "symbol" else tidy
        case Form.NUMBER:
            return _number(field, tidy)
        case Form.DAY:
            day = read_day(tidy)
            if day is None:
                raise WrongValue("{field}: write a day such as 31/12/2026, not {value}", field=field.name, value=tidy)
            return day
        case Form.URGENCY:
            return _urgency(field, tidy)
        case _:
            assert_never(field.form)


def _symbol(text: str) -> str:
    """Write a symbol as the walk does, so that both are found as one; what was only guessed stays as it is."""
    parsed = parse_symbol(text)
    return parsed.text if parsed and not parsed.slip else text


def _number(field: Field, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST)) and int(text) > 0):
        raise WrongValue("{field}: write a number, not {value}", field=field.name, value=text)
    return int(text)


def _urgency(field: Field, text: str) -> str:
    for word in URGENCIES:
        if fold(fold_tones(word)) == fold(fold_tones(text)):
            return word
    known = ", ".join(URGENCIES)
    raise WrongValue("{field}: write one of {known}, not {value}", field=field.name, known=known, value=text)


def with_values(draft: DraftEntry, values: Mapping[str, Value]) -> DraftEntry:
    """
    Return a draft with these values.

    A symbol brings its number and notation with it, and the other way round, unless both are given.
    """
    said: dict[str, Any] = dict(values)
    if "symbol" in said:
        parsed = parse_symbol(said["symbol"]) if said["symbol"] else None
        said.setdefault("number", parsed.number if parsed else None)
        said.setdefault("notation", (parsed.notation or None) if parsed else None)
    elif {"number", "notation"} & said.keys():
        said["symbol"] = _joined(draft, said.get("number", draft.number), said.get("notation", draft.notation))
    return replace(draft, **said)


def _joined(draft: DraftEntry, number: str | None, notation: str | None) -> str | None:
    if not number or not notation:
        return number or notation
    behind = (draft.symbol or "").removeprefix(draft.number or "")[:1]
    return f"{number}{behind if behind == '-' else '/'}{notation}"


def check_days(line: RegisterEntry, changed: Mapping[str, Value]) -> None:
    """Refuse days that cannot be so: a document of a day after its arrival, a hand-over before it."""
    issued, handed = changed.get("issued_date"), changed.get("transfer_date")
    if isinstance(issued, date) and issued > line.arrival_date:
        raise WrongValue(
            "the day of the document may not lie after that of its arrival, {day:%d/%m/%Y}", day=line.arrival_date
        )
    if isinstance(handed, date) and handed < line.arrival_date:
        raise WrongValue(
            "the day of hand-over may not lie before that of arrival, {day:%d/%m/%Y}", day=line.arrival_date
        )


def changes_between(before: DraftEntry, after: DraftEntry) -> tuple[Change, ...]:
    """Return the fields that say something else, in the order of `FIELDS`."""
    pairs = ((each, getattr(before, each.name), getattr(after, each.name)) for each in FIELDS)
    return tuple(Change(each, old, new) for each, old, new in pairs if old != new)


def shown(value: Value) -> str:
    """Write a value as people do; "" when there is none."""
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
