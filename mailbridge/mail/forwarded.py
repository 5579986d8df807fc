"""
What a person passed on: mails within the text of a mail, as mail programs write them there, and mails attached.

The programs put the fields of the first mail above its text, under words of their own. A reply that quotes is no
forward: some programs write the same lines for both, so there the subject of the mail around decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbridge.mail.canonical import nfc
from mailbridge.mail.message import Message, Part
from mailbridge.mail.parse import parse

MOST_FORWARDED = 20
"""Mails within a mail that are looked for."""

_FROM, _DATE, _TO, _CC, _SUBJECT, _OTHER = "from", "date", "to", "cc", "subject", "other"
# As Outlook, Gmail, Thunderbird, Apple Mail, Zimbra and Yahoo name the fields in English and Vietnamese.
_LABELS = {
    _FROM: "from|từ|người gửi|gửi từ",
    _DATE: "sent|date|đã gửi|ngày gửi|ngày|gửi lúc|thời gian gửi|thời gian|gửi vào",
    _TO: "to|tới|đến|người nhận|gửi đến|gửi tới",
    _CC: "cc|bcc|đồng gửi|sao gửi|đồng kính gửi",
    _SUBJECT: "subject|chủ đề|tiêu đề",
    _OTHER: "reply-to|importance|attachments?|organization|trả lời cho|trả lời tới|mức quan trọng|tầm quan trọng"
    "|phần đính kèm|tệp đính kèm|tập tin đính kèm|đính kèm",
}
_LABEL = re.compile(
    r"[ \t*_]{0,5}(?:" + "|".join(f"(?P<{name.strip('_')}>{words})" for name, words in _LABELS.items()) + r")"
    r"[ \t*_]{0,5}[:：]\*?[ \t]*(?P<value>.*)",
    re.IGNORECASE,
)
_MAIL = "(?:thư|tin nhắn|thông điệp|tin)"
_DONE = "(?: đã| được| đã được)?"
_PASSED_ON = re.compile(
    rf"[ \t]*(?:[-_=]{{2,}}[ \t]*"
    rf"(?:forwarded (?:message|mail|by\b.{{0,200}}?)|{_MAIL}{_DONE} chuyển tiếp(?: bởi\b.{{0,200}}?)?)[ \t]*[-_=]{{2,}}"
    rf"|(?:begin forwarded message|bắt đầu {_MAIL}{_DONE} chuyển tiếp)[ \t]*:)[ \t]*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    rf"[ \t]*(?:[-_=]{{2,}}[ \t]*(?:original (?:message|appointment)|{_MAIL} gốc)[ \t]*[-_=]{{2,}}"
    r"|_{10,}|-{10,})[ \t]*",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*([^*]{1,200})\*")
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|fw|tr|ct|chuyển tiếp|chuyển)\s*[:：]|\s*\[fwd?:", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(r"\s*(?:re|tl|trả lời|phản hồi|aw)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}\w")
# A list of addressees goes over several lines.
_MOST_CONTINUED = 12
_MOST_ROWS = 16
_LONGEST_ROW = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Forwarded:
    """
    A mail that was passed on. Everything in it is what somebody wrote, and proves nothing.

    Attributes:
        sender: Author as shown, name and address or one of them.
        date_text: As shown, in the words of the program.
        recipients: To and Cc as shown, one each.
        text: Its own text.
        note: What the person who passed it on wrote above it.
        part: Index of the part when it was attached, None when it stands in the text.
    """

    sender: str
    date_text: str
    subject: str
    recipients: tuple[str, ...]
    text: str
    note: str
    part: str | None = None

    @property
    def sender_address(self) -> str | None:
        """The address in `sender`, lower case, when it shows one."""
        found = _ADDRESS.search(self.sender)
        return found[0].lower() if found else None


def forwarded(message: Message) -> tuple[Forwarded, ...]:
    """
    Return the mails that this mail passes on: those within its text, outermost first, then those attached.

    An attached mail that passes on others within its text is followed by them. Raises nothing.
    """
    found = list(_in_text(message.text, message.subject))
    for part in message.parts:
        if len(found) >= MOST_FORWARDED:
            break
        if part.declared_type in ("message/rfc822", "message/global") and not part.problem:
            found.extend(_attached(part, message))
    return tuple(found[:MOST_FORWARDED])


def _attached(part: Part, message: Message) -> list[Forwarded]:
    inner = parse(part.content)
    recipients = [text for name in ("to", "cc") for field in inner.every(name) for text in _people(field)]
    whole = Forwarded(
        sender=inner.first("from") or "",
        date_text=inner.first("date") or "",
        subject=inner.subject,
        recipients=tuple(recipients),
        text=inner.text,
        note=message.text if part.inside is None else "",
        part=part.index,
    )
    return [whole, *_in_text(inner.text, inner.subject)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """The fields of a mail within a text: the lines they take, with the line that announces them."""

    start: int
    end: int
    fields: dict[str, str]
    is_passed_on: bool
    is_quoted: bool


def _in_text(text: str, subject: str) -> list[Forwarded]:
    lines = nfc(text).split("\n")
    found: list[Forwarded] = []
    at = 0
    note_start = 0
    block = _next_block(lines, at)
    while block is not None and len(found) < MOST_FORWARDED:
        if not block.is_passed_on and not _is_forward(subject):
            break
        following = _next_block(lines, block.end)
        subject = block.fields.get(_SUBJECT, "")
        if following is not None and not following.is_passed_on and not _is_forward(subject, certain=True):
            following = None
        end = following.start if following is not None else len(lines)
        found.append(_forwarded(lines, note_start, block, end))
        note_start, block = block.end, following
    return found


def _is_forward(subject: str, *, certain: bool = False) -> bool:
    """Say whether a subject is that of a forward; one without any prefix was changed by hand, and may be."""
    if _FORWARD_SUBJECT.match(subject):
        return True
    return not certain and not _REPLY_SUBJECT.match(subject)


def _forwarded(lines: list[str], note_start: int, block: _Block, end: int) -> Forwarded:
    body = lines[block.end : end]
    if block.is_quoted:
        body = [line.removeprefix(">").removeprefix(" ") for line in body]
    people = [*_people(block.fields.get(_TO, "")), *_people(block.fields.get(_CC, ""))]
    return Forwarded(
        sender=block.fields[_FROM],
        date_text=block.fields.get(_DATE, ""),
        subject=block.fields.get(_SUBJECT, ""),
        recipients=tuple(people),
        text="\n".join(body).strip(),
        note="\n".join(lines[note_start : block.start]).strip(),
    )


def _people(text: str) -> list[str]:
    separator = ";" if ";" in text else ","
    return [person for piece in text.split(separator) if (person := piece.strip(" \t'\"*"))]


def _next_block(lines: list[str], at: int) -> _Block | None:
    while at < len(lines):
        passed_on = _PASSED_ON.fullmatch(lines[at]) is not None
        if passed_on or _ORIGINAL.fullmatch(lines[at]):
            block = _read_fields(lines, _behind_blank_lines(lines, at + 1), start=at, is_passed_on=passed_on)
        else:
            label = _label(lines[at][:_LONGEST_ROW], is_quoted=False)
            is_first = label is not None and label[0] in (_FROM, _SUBJECT, _DATE)
            block = _read_fields(lines, at, start=at, is_passed_on=False) if is_first else None
        if block is not None:
            return block
        at += 1
    return None


def _read_fields(lines: list[str], at: int, *, start: int, is_passed_on: bool) -> _Block | None:
    """Read the rows of fields from `at` on; None when there are too few, or a field that stands twice."""
    is_quoted = is_passed_on and at < len(lines) and lines[at].startswith(">")
    fields: dict[str, str] = {}
    end = at
    for _ in range(_MOST_ROWS):
        label = _label(lines[at][:_LONGEST_ROW], is_quoted=is_quoted) if at < len(lines) else None
        if label is None or (label[0] in fields and label[0] not in (_CC, _OTHER)):
            break
        name, value = label
        at += 1
        wrapped = _continued(lines, at, is_quoted=is_quoted)
        value = " ".join([value, *(line.strip(" >\t") for line in lines[at : at + wrapped])])
        value = _BOLD.sub(r"\1", value).strip(" \t*")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
        at += wrapped
        end = at
        # Programs that write HTML put an empty line between the rows, or none.
        if (
            at + 1 < len(lines)
            and not lines[at].strip(" >")
            and _label(lines[at + 1][:_LONGEST_ROW], is_quoted=is_quoted)
        ):
            at += 1
    wanted = {_FROM} if is_passed_on else {_FROM, _DATE, _SUBJECT}
    if not wanted <= fields.keys() or len(fields) < 3:
        return None
    return _Block(start=start, end=end, fields=fields, is_passed_on=is_passed_on, is_quoted=is_quoted)


def _behind_blank_lines(lines: list[str], at: int) -> int:
    limit = min(len(lines), at + 3)
    while at < limit and not lines[at].strip(" >\t"):
        at += 1
    return at


def _label(line: str, *, is_quoted: bool) -> tuple[str, str] | None:
    if ":" not in line and "：" not in line:
        return None
    if is_quoted:
        line = line.removeprefix(">").removeprefix(" ")
    found = _LABEL.fullmatch(line)
    if found is None:
        return None
    name = next(name for name in _LABELS if found[name] is not None)
    return name, found["value"]


def _continued(lines: list[str], at: int, *, is_quoted: bool) -> int:
    """Count the lines that go on with a field: only where another field follows them without an empty line."""
    for count in range(_MOST_CONTINUED):
        if at + count >= len(lines) or not lines[at + count].strip(" >\t"):
            return 0
        if _label(lines[at + count][:_LONGEST_ROW], is_quoted=is_quoted) is not None:
            return count
    return 0
