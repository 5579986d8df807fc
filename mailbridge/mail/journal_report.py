"""
Journal reports: the mail that Exchange writes about another mail, with that mail inside ([MS-XJRNL]).

A report is a multipart of two parts: text/plain with one fact a line (who sent, to whom), and the mail itself as
message/rfc822. It is opened only when it is clean in every respect; of any other one a clerk sees the whole, because
whoever can write a line into a report chooses whose mail it becomes.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from mailbridge.mail.encoded import decode_octets
from mailbridge.mail.tree import LONGEST_HEADER

MARK = "x-ms-journal-report"
"""The header field of every report since Exchange 2007, Exchange Online included; its value means nothing."""

_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_BOUNDARY = re.compile(rb";\s*boundary\s*=\s*(?:\"([^\"\\\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_CHARSET = re.compile(rb";\s*charset\s*=\s*\"?([!-~]{1,60}?)\"?\s*(?:;|\Z)", re.IGNORECASE)
_BEHIND_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n|\Z)")
_LINE = re.compile(r"([A-Za-z][A-Za-z-]{0,40}):[ \t]*([^\r]*)")
_PATH = r"<?([^\s<>,;@]+@[^\s<>,;@]+)>?"
_RECIPIENT = re.compile(rf"{_PATH}[ \t]*((?:,[ \t]*(?:Expanded|Forwarded):[ \t]*{_PATH}[ \t]*)*)", re.IGNORECASE)
_REDIRECTED = re.compile(rf"(?:Expanded|Forwarded):[ \t]*{_PATH}", re.IGNORECASE)
_RECIPIENT_NAMES = frozenset({"to", "cc", "bcc", "recipient"})
# Only these may stand behind the recipients. Were it any, a Subject with line ends in it could bring its own.
_LAST_NAMES = frozenset({"label", "mailbox", "sentutc", "receivedutc"})

# A report has one line a recipient, some 60 octets; Exchange takes at most 5000 recipients by default.
_LONGEST_TEXT = 1 << 20
_LONGEST_LINE = 4000
_LONGEST_SUBJECT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalReport:
    """
    What a clean report says.

    `sender` is the reverse-path, "" for the null sender, None when the report names no address. `recipients` are the
    forward-paths that the sender used, in order, none twice: of a list that was expanded, or a mailbox that forwards,
    its own address and not that of the member. `content` are the octets of the mail inside, never written anew.
    """

    sender: str | None
    recipients: tuple[str, ...]
    on_behalf_of: str | None
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class UncleanReport:
    """A mail that calls itself a journal report and is none that may be opened; `reason` is an English clause."""

    reason: str


class _Unclean(Exception):
    """The report may not be opened; the message is the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """An entity: its header by lower-case names, the first of each name, and where its body stands in the mail."""

    header: dict[str, bytes]
    whole: bytes
    start: int
    end: int

    @property
    def media_type(self) -> str:
        return self.header.get("content-type", b"text/plain").partition(b";")[0].strip().lower().decode("latin-1")

    @property
    def body(self) -> bytes:
        return self.whole[self.start : self.end]


def unwrap(content: bytes) -> JournalReport | UncleanReport | None:
    """
    Open a journal report.

    Args:
        content: As transmitted, lines ended by CRLF.

    Returns:
        None when the mail does not call itself a journal report. Raises nothing.

    Source: [MS-XJRNL] §2.1 (the text part); RFC 2046 §5.1 (which octets a part has).
    """
    report = _part(content, 0, len(content))
    if MARK not in report.header:
        return None
    try:
        return _opened(report)
    except _Unclean as unclean:
        return UncleanReport(reason=str(unclean))


def header_of(content: bytes) -> list[tuple[str, bytes]]:
    """Return the fields of a mail's header in order: names in lower case, values unfolded, as far as it is read."""
    header, _ = _header(content, 0, len(content))
    return header


def _part(whole: bytes, start: int, end: int) -> _Part:
    fields, body = _header(whole, start, end)
    header: dict[str, bytes] = {}
    for name, value in fields:
        header.setdefault(name, value)
    return _Part(header=header, whole=whole, start=body, end=end)


def _header(whole: bytes, start: int, end: int) -> tuple[list[tuple[str, bytes]], int]:
    """Read the fields of an entity, and find where its body begins."""
    if whole.startswith(b"\r\n", start, end):
        return [], start + 2
    limit = min(end, start + LONGEST_HEADER)
    empty = whole.find(b"\r\n\r\n", start, limit)
    fields = []
    for line in _FIELD_END.split(whole[start : empty if empty >= 0 else limit]):
        name, colon, value = line.partition(b":")
        if colon:
            fields.append((name.rstrip(b" \t").lower().decode("latin-1"), value.replace(b"\r\n", b"").strip(b" \t")))
    return fields, empty + 4 if empty >= 0 else end


def _opened(report: _Part) -> JournalReport:
    facts, mail = _two_parts(report)
    if facts.media_type != "text/plain" or mail.media_type != "message/rfc822":
        raise _Unclean("its parts are not a text and a mail")
    content = _decoded(mail)
    if not content.strip():
        raise _Unclean("the mail inside is empty")
    # The hop refuses such a mail (RFC 5321 §2.3.8): two programs would read it in two ways.
    if not _has_clean_lines(content):
        raise _Unclean("the mail inside has a bare CR or LF")
    return _said(facts, content)


def _two_parts(report: _Part) -> tuple[_Part, _Part]:
    if report.media_type != "multipart/mixed":
        raise _Unclean("it is no multipart/mixed")
    found = _BOUNDARY.search(report.header["content-type"])
    if not found:
        raise _Unclean("it has no boundary")
    sections = _sections(report, b"--" + (found[1] or found[2]))
    if len(sections) != 2:
        # Exchange adds the clear text of a protected mail as one more mail: which of the two was sent is not said.
        raise _Unclean("it has not exactly two parts")
    first, second = (_part(report.whole, start, end) for start, end in sections)
    return first, second


def _sections(report: _Part, mark: bytes) -> list[tuple[int, int]]:
    """Find at most three parts between the boundaries; the line end before a boundary belongs to it."""
    whole, sections = report.whole, list[tuple[int, int]]()
    began: int | None = None
    at = whole.find(mark, report.start, report.end)
    while at >= 0 and len(sections) < 3:
        tail = None
        if at == report.start or whole.startswith(b"\r\n", at - 2):
            tail = _BEHIND_BOUNDARY.match(whole, at + len(mark), report.end)
        if tail is not None:
            if began is not None:
                sections.append((began, max(began, at - 2)))
            if tail[1] is not None:
                return sections
            began = tail.end()
        at = whole.find(mark, tail.end() if tail is not None else at + 1, report.end)
    if len(sections) < 3:
        raise _Unclean("its last boundary is missing")
    return sections


def _decoded(part: _Part) -> bytes:
    encoding = part.header.get("content-transfer-encoding", b"7bit").lower()
    if encoding in (b"7bit", b"8bit", b"binary"):
        return part.body
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(part.body)
    # RFC 2046 §5.2.1 forbids it for a mail; gateways do it all the same.
    if encoding == b"base64":
        try:
            return binascii.a2b_base64(re.sub(rb"[\r\n\t ]+", b"", part.body), strict_mode=True)
        except binascii.Error:
            raise _Unclean("a part is no good base64") from None
    raise _Unclean("a part has an unknown transfer encoding")


def _has_clean_lines(content: bytes) -> bool:
    pairs = content.count(b"\r\n")
    return content.count(b"\n") == pairs and content.count(b"\r") == pairs


def _said(part: _Part, content: bytes) -> JournalReport:
    facts, recipients = _read_text(part)
    if "sender" not in facts or "message-id" not in facts or not recipients:
        raise _Unclean("it does not say who sent the mail, which one, and to whom")
    _compare(facts, content)
    return JournalReport(
        sender=_path(facts["sender"]),
        recipients=recipients,
        on_behalf_of=_path(facts.get("on-behalf-of", "")) or None,
        content=content,
    )


def _read_text(part: _Part) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the text part: what the mail is, then its recipients in one block, one a line."""
    if part.end - part.start > _LONGEST_TEXT:
        raise _Unclean("its text is too long")
    charset = _CHARSET.search(part.header.get("content-type", b""))
    text = decode_octets(_decoded(part), charset[1].decode("ascii") if charset else None)
    facts: dict[str, str] = {}
    recipients: dict[str, None] = {}
    for line in filter(None, (each.strip(" \t") for each in text.replace("\r\n", "\n").split("\n"))):
        found = _LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if not found:
            raise _Unclean("a line of its text is no field")
        name, value = found[1].lower(), found[2].strip()
        if name in _RECIPIENT_NAMES:
            recipients[_recipient(value)] = None
        elif name in facts or (recipients and name not in _LAST_NAMES):
            raise _Unclean("the lines of its text are out of order")
        else:
            facts[name] = value
    return facts, tuple(recipients)


def _recipient(value: str) -> str:
    """Read "member, Expanded: list" or "other, Forwarded: mailbox": the last named is what the sender wrote."""
    found = _RECIPIENT.fullmatch(value)
    if not found:
        raise _Unclean("a recipient is no address")
    redirected: list[str] = _REDIRECTED.findall(found[2])
    return redirected[-1] if redirected else found[1]


def _path(value: str) -> str | None:
    bare = value.removeprefix("<").removesuffix(">")
    if not bare and value:
        return ""
    return bare if "@" in bare and not re.search(r"[\s<>]", bare) else None


def _compare(facts: dict[str, str], content: bytes) -> None:
    """Hold the text against the mail inside, whose sender could have written into the text by way of the Subject."""
    header = _part(content, 0, len(content)).header
    written = header.get("message-id", b"").decode("utf-8", "replace")
    if written and facts["message-id"] and written != facts["message-id"]:
        raise _Unclean("its text speaks of another mail")
    if _breaks_lines(header.get("subject", b"")):
        raise _Unclean("the Subject of the mail inside has a line end in it")


def _breaks_lines(raw: bytes) -> bool:
    if b"=?" not in raw:
        return False
    if len(raw) > _LONGEST_SUBJECT:
        return True
    try:
        words = decode_header(raw.decode("latin-1"))
    except (HeaderParseError, ValueError):
        return True
    for octets, charset in words:
        text = decode_octets(octets, charset) if isinstance(octets, bytes) else octets
        if "\n" in text or "\r" in text:
            return True
    return False
