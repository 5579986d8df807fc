"""What the desk says to people, in both languages of an office."""

from __future__ import annotations

from datetime import datetime

from mailbridge.desk.answers import Refused
from mailbridge.registry.acts import Act, Did
from mailbridge.registry.corrections_fields import FIELDS, WrongValue
from mailbridge.registry.entry import VIETNAM, RegisterEntry

DID_VI = {
    Did.CONFIRMED: "đã vào sổ",
    Did.DISMISSED: "đã ghi không phải văn bản",
    Did.RETURNED: "đã trả lại",
    Did.JOINED: "đã gộp với văn bản có trong sổ",
    Did.MERGED: "đã gộp",
    Did.CORRECTED: "đã sửa",
    Did.VOIDED: "đã hủy",
    Did.ASSIGNED: "đã chuyển xử lý",
    Did.SENT_BACK: "đã chuyển lại Văn thư",
    Did.SUBMITTED: "đã trình",
    Did.STARTED: "đang xử lý",
    Did.ANSWERED: "đã trả lời",
    Did.DONE: "đã hoàn thành",
    Did.UNDONE: "đã hoàn tác",
}
DID_EN = {
    Did.CONFIRMED: "entered",
    Did.DISMISSED: "dismissed: no document",
    Did.RETURNED: "returned",
    Did.JOINED: "joined with an entry",
    Did.MERGED: "merged",
    Did.CORRECTED: "corrected",
    Did.VOIDED: "voided",
    Did.ASSIGNED: "assigned",
    Did.SENT_BACK: "sent back to the clerks",
    Did.SUBMITTED: "submitted",
    Did.STARTED: "in progress",
    Did.ANSWERED: "answered",
    Did.DONE: "done",
    Did.UNDONE: "undone",
}

_PROBLEMS_VI = {
    "{name} is given by the book and is not corrected; void the entry instead": (
        "{name} do sổ cấp, không sửa được; hãy hủy và vào sổ lại"
    ),
    "there is no field {name}": "không có trường {name}",
    "{field}: there are characters that cannot be shown": "{field}: có ký tự không hiển thị được",
    "{field} cannot be empty": "{field} là bắt buộc",
    "{field}: write a day such as 31/12/2026, not {value}": "{field}: hãy viết ngày như 31/12/2026, không phải {value}",
    "{field}: write a number, not {value}": "{field}: hãy viết số, không phải {value}",
    "{field}: write one of {known}, not {value}": "{field}: chọn một trong {known}, không phải {value}",
    "the day of the document may not lie after that of its arrival, {day:%d/%m/%Y}": (
        "ngày văn bản không được sau ngày đến ({day:%d/%m/%Y})"
    ),
    "the day of hand-over may not lie before that of arrival, {day:%d/%m/%Y}": (
        "ngày chuyển không được trước ngày đến ({day:%d/%m/%Y})"
    ),
}
"""The problems of `corrections_fields.WrongValue`, as this room has no texts of the command line."""


def when(at: datetime) -> str:
    """Write a moment as people in Vietnam do."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def number_of(line: RegisterEntry) -> str:
    """Write the số đến with its year."""
    return f"{line.shown_number}/{line.year}"


def field_names(names: tuple[str, ...], language: str) -> str:
    """List fields by the names that people see."""
    titles = {each.name: each.title(language) for each in FIELDS}
    return ", ".join(titles[name] for name in names)


def settled(act: Act) -> Refused:
    """Tell the second clerk that the first was quicker."""
    return Refused(
        f"Thư này {DID_VI[act.what]} bởi {act.written_by} lúc {when(act.written_at)}; không ghi gì thêm.",
        f"This mail was settled ({DID_EN[act.what]}) by {act.written_by} at {when(act.written_at)}; "
        "nothing was written.",
        code="settled",
    )


def wrong(problem: WrongValue) -> Refused:
    """Tell what is wrong with a value, fields by the names that people see."""
    texts = []
    for language, text in (("vi", _PROBLEMS_VI.get(problem.problem, problem.problem)), ("en", problem.problem)):
        facts = dict(problem.facts)
        titles = {each.name: each.title(language) for each in FIELDS}
        if "field" in facts:
            facts["field"] = titles[str(facts["field"])]
        texts.append(text.format(**facts))
    vi, en = (f"{text[:1].upper()}{text[1:]}." for text in texts)
    return Refused(vi, en, code="wrong-value")
