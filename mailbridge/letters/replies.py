"""The answer to a command: once for each, with how it stood and stands, and how to take it back (H5)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbridge.decision.findings import Agency
from mailbridge.letters.compose import threaded
from mailbridge.letters.environment import PARTS, packaged
from mailbridge.letters.notice import notice
from mailbridge.letters.replies_answers import OF_DONE, OF_UNCLEAR, AnswerView, answer_views
from mailbridge.letters.replies_seal import sealed, tag_of
from mailbridge.letters.replies_words import help_rows
from mailbridge.letters.typeset import one_line, wrapped
from mailbridge.letters.view import ChangeView, Row
from mailbridge.letters.wording import LANGUAGES
from mailbridge.mail.letter import Letter

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class ReplyTemplate(StrEnum):
    """The letter that has templates here, by the name of their folder."""

    COMMAND = "command"


class Reply(StrEnum):
    """What became of a command."""

    DONE = "done"
    PARTLY = "partly"  # some of it was done, the rest was refused
    REFUSED = "refused"
    UNCLEAR = "unclear"
    FOUND = "found"
    HELP = "help"
    INTERRUPTED = "interrupted"  # the program ended while it was carried out
    ATTEMPT = "attempt"  # to the clerks: somebody who is not proven sent a command


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundLine:
    """A line of the book that was asked for; texts are clean, `where` says who has it or how it stands."""

    number: str
    arrived: str
    symbol: str
    issuer: str
    about: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyView:
    """
    What the templates of these letters may name. Every text is clean.

    Attributes:
        kind: A value of `Reply`.
        sentences: What was done or why not, in order.
        said: The lines that the person wrote.
        understood: What was understood of them, where nothing was done.
        changes: How fields stood and stand.
        remarks: What the person should know besides.
        can_undo: It can be taken back by "HOÀN TÁC".
        about: What the subject names: a number or the old subject.
        more: How many more lines were found than are listed.
    """

    kind: str
    agency: str
    about: str
    sentences: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    changes: tuple[ChangeView, ...] = ()
    remarks: tuple[str, ...] = ()
    found: tuple[FoundLine, ...] = ()
    more: bool = False
    help: tuple[Row, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    can_undo: bool = False


def compose_reply(
    view: ReplyView,
    *,
    agency: Agency,
    to: str,
    key: str,
    mail_id: str,
    answers: str | None,
    references: str,
    secret: bytes,
    language: str,
    now: datetime,
    templates: SandboxedEnvironment | None = None,
) -> Letter:
    """
    Write one of these letters, the same for the same arguments.

    Args:
        key: Unique for the command and its writer; the seal is put behind it here.
        mail_id: The mail that the command was about, else that of the command.
        answers: Message-ID of the command; `references` its References field.
        secret: Seals the letter, so that it can be answered in turn; b"" for one that only warns.
    """
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    templates = templates or packaged()
    subject, _, _ = rendered_reply(view, spoken, templates)
    whole = replace(view, help=view.help or _help_for(view, spoken))
    if secret:
        key = sealed(key, agency=agency.id, about=mail_id, to=to, secret=secret)
        choices = OF_DONE if view.can_undo else OF_UNCLEAR
        links = answer_views(choices, address=agency.addresses[0], subject=subject, key=key, language=spoken)
        whole, subject = replace(whole, answers=links), f"{subject} {tag_of(key)}"
    _, text, html = rendered_reply(whole, spoken, templates)
    return notice(
        key,
        one_line(subject),
        text,
        html,
        mail_id=mail_id,
        agency=agency,
        to=to,
        language=spoken,
        now=now,
        thread=threaded(answers, references),
    )


def _help_for(view: ReplyView, language: str) -> tuple[Row, ...]:
    return help_rows(language) if view.kind in (Reply.HELP, Reply.UNCLEAR) else ()


def rendered_reply(view: ReplyView, language: str, templates: SandboxedEnvironment) -> tuple[str, str, str]:
    """Render subject, text and HTML; raises `jinja2.TemplateError` for a template that the check would have named."""
    names = {field.name: getattr(view, field.name) for field in fields(view)}
    folder = f"{language}/{ReplyTemplate.COMMAND}"
    subject, text, html = (templates.get_template(f"{folder}/{part}").render(names) for part in PARTS)
    return one_line(subject), wrapped(text), html.strip() + "\n"


def reply_samples() -> tuple[ReplyView, ...]:
    """Return views that walk through every branch of the templates."""
    full = ReplyView(
        kind=Reply.DONE,
        agency="Sở Nội vụ tỉnh Bắc Kạn",
        about="số đến 15/2013",
        sentences=("Đã vào sổ, số đến 15/2013.",),
        said=("duyệt, số 123/QĐ-UBND",),
        understood=("Duyệt, vào sổ", "Sửa: Số, ký hiệu: 123/QĐ-UBND"),
        changes=(ChangeView(label="Số, ký hiệu", old="", new="123/QĐ-UBND"),),
        remarks=("Đã gửi thư báo nhận cho nơi gửi.",),
        found=(
            FoundLine(
                number="15/2013",
                arrived="06/05/2013",
                symbol="3526/VPCP-KGVX",
                issuer="Văn phòng Chính phủ",
                about="V/v tăng cường sử dụng văn bản điện tử",
                where="Phòng Tổ chức - Hành chính",
            ),
        ),
        more=True,
        can_undo=True,
    )
    answers = (AnswerView(label="Hoàn tác", words="HOÀN TÁC", link="mailto:vanthu@sonv.example?subject=Re&body=x"),)
    full = replace(full, answers=answers, help=help_rows("vi"))
    bare = ReplyView(kind=Reply.DONE, agency=full.agency, about="")
    return tuple(replace(view, kind=kind) for kind in Reply for view in (full, bare))
