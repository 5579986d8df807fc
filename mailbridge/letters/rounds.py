"""Letters that leave by the clock: digests of clerks, reminders of deadlines, urgent mail that nobody touched."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbridge.decision.findings import Agency
from mailbridge.letters.environment import PARTS, packaged
from mailbridge.letters.notice import notice
from mailbridge.letters.replies_seal import sealed, tag_of
from mailbridge.letters.typeset import one_line, wrapped
from mailbridge.letters.wording import LANGUAGES
from mailbridge.mail.letter import Letter

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class Round(StrEnum):
    """The letters of this kind, by the name of the folder of their templates."""

    DIGEST = "digest"
    REMINDER = "reminder"
    ESCALATION = "escalation"


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingLine:
    """
    A mail that waits. `place` counts the lines of the letter from 1: by it the clerk answers ("duyệt hết trừ 3, 5").

    Texts are clean; `since` is a moment in words, `urgency` is "" when it is not urgent.
    """

    place: int
    name: str
    issuer: str
    about: str
    sender: str
    since: str
    reason: str
    missing: str = ""
    urgency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryLine:
    """A line of the book; `days` are working days to its deadline, negative when it is over, None without one."""

    number: str
    name: str
    issuer: str
    about: str
    recipients: str = ""
    due: str = ""
    days: int | None = None
    urgency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundView:
    """What the templates of these letters may name; `minutes` is how long an urgent mail has waited."""

    agency: str
    day: str
    time: str
    waiting: tuple[WaitingLine, ...] = ()
    urgent: tuple[WaitingLine, ...] = ()
    entered: tuple[EntryLine, ...] = ()
    due: tuple[EntryLine, ...] = ()
    overdue: tuple[EntryLine, ...] = ()
    more: int = 0
    minutes: int = 0
    answer: str = ""


def compose_round(
    kind: Round,
    view: RoundView,
    *,
    agency: Agency,
    to: str,
    key: str,
    mail_id: str,
    language: str,
    now: datetime,
    templates: SandboxedEnvironment | None = None,
    secret: bytes = b"",
) -> Letter:
    """
    Write one of these letters, the same for the same arguments.

    Args:
        mail_id: Under which it stands in the outbox: the mail it speaks of, or the id of the round.
        key: Unique for the round and its recipient; the Message-ID follows from it.
        secret: Seals what can be answered, a digest or what speaks of one mail; without one it is only read.
    """
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    subject, text, html = rendered_round(kind, view, spoken, templates or packaged())
    if secret and kind is not Round.REMINDER:
        key = sealed(key, agency=agency.id, about=mail_id, to=to, secret=secret)
        subject = f"{subject} {tag_of(key)}"
    return notice(key, subject, text, html, mail_id=mail_id, agency=agency, to=to, language=spoken, now=now)


def rendered_round(
    kind: Round, view: RoundView, language: str, templates: SandboxedEnvironment
) -> tuple[str, str, str]:
    """Render subject, text and HTML; raises `jinja2.TemplateError` for a template that the check would have named."""
    names = {field.name: getattr(view, field.name) for field in fields(view)}
    subject, text, html = (templates.get_template(f"{language}/{kind.value}/{part}").render(names) for part in PARTS)
    return one_line(subject), wrapped(text), html.strip() + "\n"


def round_samples() -> tuple[tuple[Round, RoundView], ...]:
    """Return views that walk through every branch of the templates, for the check at load and for previews."""
    waiting = tuple(
        WaitingLine(
            place=place,
            name=name,
            issuer=issuer,
            about="về việc tăng cường gửi, nhận văn bản điện tử",
            sender="vanthu@backan.gov.vn",
            since="08:15 ngày 20/11/2026",
            reason="Chưa đọc được số của văn bản.",
            missing=missing,
            urgency=urgency,
        )
        for place, (name, issuer, missing, urgency) in enumerate(
            (
                ("Quyết định số 15/QĐ-UBND", "Ủy ban nhân dân tỉnh Bắc Kạn", "", ""),
                ("Công văn", "", "Số, ký hiệu", "hỏa tốc"),
            ),
            1,
        )
    )
    line = EntryLine(
        number="0123",
        name="Công văn số 3526/VPCP-KGVX",
        issuer="Văn phòng Chính phủ",
        about="về việc gửi, nhận văn bản điện tử",
        recipients="Phòng Tổ chức - Hành chính",
        due="24/11/2026",
        days=1,
    )
    bare = replace(line, issuer="", recipients="", urgency="khẩn", days=0)
    late = replace(line, days=-2)
    view = RoundView(
        agency="Sở Nội vụ tỉnh Bắc Kạn",
        day="23/11/2026",
        time="08:00",
        waiting=waiting,
        urgent=waiting[1:],
        entered=(line, bare),
        due=(line, bare),
        overdue=(late,),
        more=3,
        minutes=15,
        answer="Trả lời thư này: duyệt hết; duyệt hết trừ 2; duyệt 1.",
    )
    empty = RoundView(agency=view.agency, day=view.day, time=view.time)
    return (
        (Round.DIGEST, view),
        (Round.DIGEST, replace(empty, due=(bare,))),
        (Round.REMINDER, view),
        (Round.REMINDER, replace(empty, overdue=(late,))),
        (Round.ESCALATION, replace(view, waiting=waiting[1:])),
    )
