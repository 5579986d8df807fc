"""Clauses that give the value of a field: "số 123/QĐ-UBND", "ngày 12/8/2026", "trích yếu: …"."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from mailbridge.classifier.symbol import parse_symbol
from mailbridge.commands import troubles
from mailbridge.commands.courtesy import without_courtesy
from mailbridge.commands.days import Wrong, day_at, read_past_day
from mailbridge.commands.phrases import pattern, without_marks, words
from mailbridge.commands.pieces import Clause, Found, Value
from mailbridge.registry.corrections_fields import Field, Form, WrongValue, field_called, name_key

_CHANGES = words(
    "sửa|sửa lại|đổi|chỉnh|chỉnh lại|cập nhật|đính chính|ghi|ghi lại|bổ sung|sửa cho|sửa giúp|sửa giúp em|"
    "sửa giúp chị|nhập|nhập lại|correct|change|set"
)
_CHANGE = rf"(?:{_CHANGES}[ ]+)?"
_IS_WORDS = words("là|thành|đúng là|phải là|lại là|lại thành|is|to")
_IS = rf"[ ]*(?:[:=]|->|→|(?<!\w)(?:{_IS_WORDS}))?[ ]*"
_SYMBOL_NAME = words(
    "số|số hiệu|số ký hiệu|số và ký hiệu|số văn bản|số vb|số cv|số công văn|số đúng|symbol|ký hiệu|no|number"
)
_SYMBOL = pattern(
    rf"{_CHANGE}{_SYMBOL_NAME}(?:, {words('ký hiệu')})?[.]?{_IS}(?P<value>\d[\w.]*(?:[ ]?[/-][ ]?[\w.&]+)+)"
)
_NOTATION = pattern(
    rf"{_CHANGE}{words('ký hiệu|ký hiệu văn bản|ký hiệu của văn bản')}{_IS}"
    r"(?P<value>[^\W\d][\w.&]*(?:[/-][\w.&]+)+)"
)
_ONLY_NUMBER = pattern(rf"{_CHANGE}{_SYMBOL_NAME}[.]?(?P<is>{_IS})(?P<value>\d{{1,9}}[a-zđ]?)(?![\w/.-]*[\w/])")
_OWN_NUMBER = pattern(rf"{_CHANGE}{words('số văn bản|số của văn bản|số vb|số công văn|số cv|number')}")
_ISSUED = pattern(
    rf"{_CHANGE}"
    + words("ngày|ngày văn bản|ngày vb|ngày ban hành|ngày ký|đề ngày|ngày tháng|ngày của văn bản|ngày đúng|date|dated")
    + _IS
)
_PAGES = pattern(rf"{_CHANGE}{words('số trang|pages')}{_IS}(?P<value>\d{{1,5}})(?![\w/])(?:[ ]+{words('trang')})?")
_URGENCY = pattern(
    rf"{_CHANGE}{words('độ khẩn|mức độ khẩn|khẩn|urgency')}{_IS}"
    rf"(?P<value>{words('khẩn|thượng khẩn|hỏa tốc')})"
)
_LABEL = re.compile(r"(?P<label>[^\W\d][\w ,/_-]{0,40}?)[ ]*(?:[:：=]|->|→)[ ]*")
_WITHOUT_COLON = (
    ("subject", pattern(rf"{_CHANGE}{words('trích yếu|ty')}[ ]+(?={words('về việc|v/v|về')})")),
    *(
        (name, pattern(rf"{_CHANGE}{words('|'.join(names))}[ ]+{words('là|thành|đúng là|phải là|is')}[ ]*"))
        for name, names in (
            ("subject", ("trích yếu", "trích yếu nội dung", "subject")),
            ("issuer", ("cơ quan ban hành", "cơ quan", "nơi ban hành", "tác giả", "issuer")),
            ("signer_name", ("người ký", "signer")),
            ("signer_position", ("chức vụ", "chức vụ người ký")),
            ("type", ("tên loại", "loại", "loại văn bản", "type")),
            ("note", ("ghi chú", "note")),
        )
    ),
)
_SHORT = {
    **dict.fromkeys(("ty", "tri yeu", "noi dung trich yeu", "ve viec"), "subject"),
    **dict.fromkeys(("cqbh", "noi ban hanh", "co quan", "noi gui"), "issuer"),
    **dict.fromkeys(("nguoi ky van ban", "nk"), "signer_name"),
    **dict.fromkeys(("loai", "loai vb", "ten loai vb"), "type"),
    **dict.fromkeys(("khan",), "urgency"),
    **dict.fromkeys(("ngay vb", "ngay ky", "ngay", "ngay ban hanh vb"), "issued_date"),
    **dict.fromkeys(("so vb", "so van ban", "so cv", "so cong van"), "number"),
    **dict.fromkeys(("so ky hieu", "so hieu", "so kh", "skh"), "symbol"),
}
"""Names that people use in answers beside those of the fields themselves, as `name_key` writes them."""

_NOT_FROM_ANSWERS = frozenset({"due_date", "trace", "recipients"})
"""Said by assignments: "hạn", "ý kiến", "chuyển"."""

_NO_VALUES = frozenset(
    (
        *("dung", "dung roi", "ok", "oke", "khong", "khong ro", "khong biet", "chua ro", "chua co", "khong co", "sai"),
        *("sai roi", "thieu", "de trong", "xem lai", "kiem tra", "kiem tra lai", "nhu tren", "nhu cu", "giu nguyen"),
        *("co", "dung khong", "the nao", "gi", "n a", "na", "xoa", "bo", "bo qua", "thieu roi", "dang sai", "bi sai"),
        *("yes", "no", "chua", "chua dung", "khong dung", "chuan", "duoc", "duyet", "dong y", "nhu vay", "sua lai"),
    )
)
QUOTES = "\"'“”‘’«»"
"""A value between them is meant as it stands."""

_NO_TITLE = pattern(
    words(
        "không phải|chưa phải|chưa đúng|hình như|như trên|như trong|như cũ|như tệp|như file|như thư|như bản|"
        "theo tệp|theo file|theo bản|sửa lại|thiếu chữ|thiếu phần|giống bản|giống như|"
        "xem lại giúp|xem trong|xem tệp|xem file|đang sai|"
        "bị sai|hỏi lại"
    )
)
"""A title that begins so speaks of a title."""

_SAYS_NOT = pattern(r"(?:^|[ ,(;])" + words("không phải|chứ không|chưa phải|không đúng|chưa đúng"))


def value_clause(line: str, at: int, today: date) -> Clause:
    """Read the value of a field at this place of a line."""
    for read in (_pages, _symbol, _notation, _number, _urgency):
        if (clause := read(line, at)) is not None:
            return clause
    return _issued(line, at, today) or _prose(line, at, today)


def _symbol(line: str, at: int) -> Clause:
    found = _SYMBOL.match(line, at)
    if found is None:
        return None
    written = found["value"].rstrip(".")
    symbol = tidy_symbol(written)
    if symbol is None:
        is_day = day_at(written, 0) == len(written)
        return troubles.NUMBER_OR_DAY if is_day else troubles.WHICH_NUMBER
    return Found(piece=Value(name="symbol", text=symbol), end=found.start("value") + len(written))


def tidy_symbol(written: str) -> str | None:
    """
    Write a symbol as documents do; None when it is none.

    What a phone leaves out is put back where only one reading is known: capitals, and the mark of a type ("QD", "ND").
    """
    parsed = parse_symbol(written)
    if parsed is None or parsed.number is None:
        return None
    if parsed.slip is None:
        return parsed.text
    if parsed.text == parsed.text.lower():
        again = parse_symbol(parsed.text.upper().replace("TTG", "TTg"))
        parsed = again if again is not None and again.issuers == parsed.issuers else parsed
    abbreviation = parsed.type_abbr
    if abbreviation is None:
        return parsed.text
    return re.sub(rf"(?<=[/-]){re.escape(without_marks(abbreviation))}(?=[/-])", abbreviation, parsed.text, count=1)


def _notation(line: str, at: int) -> Clause:
    found = _NOTATION.match(line, at)
    return Found(piece=Value(name="notation", text=found["value"].rstrip(".")), end=found.end()) if found else None


def _number(line: str, at: int) -> Clause:
    """Read a number without a symbol: only behind words that name the document's own, for there is the số đến too."""
    found = _ONLY_NUMBER.match(line, at)
    if found is None:
        return None
    own = _OWN_NUMBER.match(line, at) is not None or ":" in found["is"]
    if not own or found["value"].startswith("0"):
        return troubles.WHICH_NUMBER
    return Found(piece=Value(name="number", text=found["value"]), end=found.end())


def _pages(line: str, at: int) -> Clause:
    found = _PAGES.match(line, at)
    return Found(piece=Value(name="pages", text=found["value"]), end=found.end()) if found else None


def _urgency(line: str, at: int) -> Clause:
    found = _URGENCY.match(line, at)
    return Found(piece=Value(name="urgency", text=found["value"].lower()), end=found.end()) if found else None


def _issued(line: str, at: int, today: date) -> Clause:
    found = _ISSUED.match(line, at)
    end = day_at(line, found.end()) if found else None
    if found is None or end is None:
        return None
    return _day_value("issued_date", line[found.end() : end], end, today)


def _day_value(name: str, text: str, end: int, today: date) -> Clause:
    day = read_past_day(text, today)
    match day:
        case date():
            return Found(piece=Value(name=name, text=f"{day:%d/%m/%Y}"), end=end)
        case Wrong.FUTURE:
            return troubles.FUTURE
        case _:
            return troubles.NO_DAY


def _prose(line: str, at: int, today: date) -> Clause:
    """Read "trích yếu: …", whose value goes to the end of the line or to the next field with a colon."""
    label = _LABEL.match(line, at)
    field = _field(label["label"]) if label else None
    start = label.end() if label and field else None
    if start is None:
        for name, introduced in _WITHOUT_COLON:
            if found := introduced.match(line, at):
                field, start = field_called(name), found.end()
                break
    if field is None or start is None or field.name in _NOT_FROM_ANSWERS:
        return None
    end = end_of_prose(line, start)
    return _read_as(field, line[start:end], end, today)


def _read_as(field: Field, written: str, end: int, today: date) -> Clause:
    text = without_courtesy(written.strip(" ,;")).strip(QUOTES + " ")
    if not text or name_key(text) in _NO_VALUES:
        return troubles.NO_VALUE
    if "?" in text:
        return troubles.QUESTION
    if _is_no_value(field, text):
        return troubles.NO_VALUE
    match field.form:
        case Form.TEXT if field.name == "symbol":
            symbol = tidy_symbol(text)
            return Found(piece=Value(name="symbol", text=symbol), end=end) if symbol else troubles.WHICH_NUMBER
        case Form.TEXT:
            return Found(piece=Value(name=field.name, text=text.rstrip(" .")), end=end)
        case Form.DAY:
            return _day_value(field.name, text.rstrip(" ."), end, today)
        case Form.NUMBER if not text.isdecimal():
            return troubles.NO_VALUE
        case _:
            return Found(piece=Value(name=field.name, text=text.rstrip(" .")), end=end)


def _is_no_value(field: Field, text: str) -> bool:
    """Say whether a text speaks of the value instead of being it: "không phải ông An", "hình như UBND tỉnh"."""
    if field.name == "number" and not pattern(r"\d{1,9}[a-zđ]?").fullmatch(text.rstrip(" .")):
        return True
    if field.form is not Form.TEXT or field.name == "note":
        return False
    if field.name == "subject":
        return _NO_TITLE.match(text) is not None
    return _SAYS_NOT.search(text) is not None or troubles.hesitates(text)


def _field(label: str) -> Field | None:
    """Find a field by its name; what the book fills itself is none here, and neither is what is not in answers."""
    changed = pattern(_CHANGE).match(label)
    for name in (label, label[changed.end() :] if changed else label):
        with suppress(WrongValue):
            return field_called(_SHORT.get(name_key(name), name))
    return None


def is_label(line: str, at: int) -> bool:
    """Say whether a field with its colon begins at this place."""
    label = _LABEL.match(line, at)
    return label is not None and _field(label["label"]) is not None


def end_of_prose(line: str, start: int) -> int:
    """Return where a text of any words ends: at the next "tên mục:" behind a comma or semicolon, or with the line."""
    for mark in re.finditer(r"[;,.][ ]+", line[start:]):
        if is_label(line, start + mark.end()):
            return start + mark.start()
    return len(line)
