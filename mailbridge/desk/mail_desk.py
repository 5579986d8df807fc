"""
Command mails: recognised, proven, read, carried out, answered once (H2–H6, H9–H11, J3, R5).

A mail of an official that answers a notice of ours is taken out of the ordinary walk; it is never a document. A mail
that only pretends to be one is left in it, so that nothing is lost, and nothing it says is done.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailbridge.commands.command import Find, Help
from mailbridge.commands.days import WorksOn
from mailbridge.commands.own_words import own_words
from mailbridge.commands.reading import Reading
from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.decision.units import Unit
from mailbridge.desk.cases import bare_case
from mailbridge.desk.desk import Desk
from mailbridge.desk.mail_book import CommandBook, Notice, command_key
from mailbridge.desk.mail_claims import Claim, claim_of
from mailbridge.desk.mail_people import Role, role_of
from mailbridge.desk.mail_proof import proof_of
from mailbridge.desk.mail_read import read_reply
from mailbridge.desk.mail_told import attempt_view, interrupted_view, refused_view, unclear_view, worked_view
from mailbridge.desk.mail_work import Work, Worked
from mailbridge.desk.wording import when
from mailbridge.letters.manners import is_writable
from mailbridge.letters.replies import ReplyView, compose_reply
from mailbridge.letters.replies_seal import without_tags
from mailbridge.mail.letter import Letter
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.conflicts import AlreadyDecided
from mailbridge.registry.entry import Case, local_day
from mailbridge.seen import Seen

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

log = logging.getLogger("mailbridge.desk")

COMMAND = "fixed:command"
"""The rule named in the case of a mail that was a command."""

REPEATED = "fixed:command-again"
"""The rule named in the case of a command that came before: it is neither carried out nor answered again."""

_REPLY = re.compile(
    r"\A(?:(?:re|tl|trả lời|phản hồi)\s*[:：]\s*|\[(?:đã thực hiện|thực hiện một phần|không thực hiện|chưa rõ|tra sổ"
    r"|trợ giúp|cần xem lại|chờ xử lý|done|done in part|not done|not clear|book|help|please check)\]\s*)+",
    re.IGNORECASE,
)
"""What stands before the matter in the subject of a reply: it is replaced, so that labels do not pile up."""

_NOT_YOURS = Sentence(
    vi="Thư báo này không gửi cho người trả lời, nên không nhận lệnh từ thư này.",
    en="This notice went to somebody else, so nothing is done by this answer.",
)
_OTHER_MAIL = Sentence(
    vi="Thư này trả lời một thư khác, không phải thư báo, nên chưa thực hiện gì. Đề nghị trả lời thẳng thư báo.",
    en="This mail answers another one, not the notice, so nothing was done. Please answer the notice itself.",
)
_WITH_FILES = Sentence(
    vi="Thư trả lời có tệp đính kèm; lệnh chưa được thực hiện, tệp không được vào sổ. Đề nghị gửi riêng.",
    en="There are files with this answer; nothing was done and they were not entered. Please send them apart.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A command mail of a proven person."""

    seen: Seen
    policy: Policy
    by: str
    role: Role
    notice: Notice | None
    reading: Reading
    said: tuple[str, ...]
    subject: str


class CommandDesk:
    """
    Where command mails are taken. Fulfils `pipeline.TakesCommands`; blocks, raises `Unavailable`.

    Args:
        secret: By which notices are sealed (`mail_secret`).
        works_on: The calendar of the office.
    """

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        *,
        secret: bytes,
        units: Sequence[Unit] = (),
        templates: SandboxedEnvironment | None = None,
        works_on: WorksOn | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._desk = desk
        self._book = CommandBook(engine, secret, clock)
        self._secret = secret
        self._units = tuple(units)
        self._templates = templates
        self._works_on = works_on
        self._clock = clock

    def take(self, seen: Seen, policy: Policy, now: datetime) -> Case | None:
        """
        Carry out and answer a command; None when this mail is none, and goes the way of every mail.

        Safe to repeat: what was begun before is not carried out again.
        """
        agency = policy.agency
        claim = claim_of(seen, agency)
        author = seen.message.author
        if claim is None:
            return None
        named = tuple(filter(None, map(self._book.notice, claim.tokens)))
        tagged = tuple(map(self._book.notice, claim.tags))
        is_shown = bool(named or tagged)
        proof = proof_of(seen, agency)
        # The subject is signed wherever a signature counts; a thread that is not is no word of the author's.
        if author is None or proof is None or (named and not tagged and not proof.thread):
            if is_shown:
                self._warn(seen, policy, now)
            return None
        by = str(author).lower()
        role = role_of(by, agency, self._units)
        known = (*named, *filter(None, tagged))
        if role is None and any(each.recipient.lower() == by for each in known):
            role = Role.OFFICIAL
        if role is None:
            return None
        asked = self._asked(seen, policy, by, role, known[0] if known else None)
        if not is_shown:
            return self._question(asked, claim, now)
        if self._book.was_seen(seen.mail, seen.message.message_id, agency.id, by):
            return self._repeated(asked)
        if _is_for_other_office(seen, agency, known):
            return self._settled(bare_case(seen, policy, COMMAND, self._clock()), ())
        if not _is_for((*named, *tagged), agency.id, by):
            return self._answered(asked, self._refused(asked, _NOT_YOURS), now)
        if claim.answers and not named:
            return self._answered(asked, self._refused(asked, _OTHER_MAIL), now)
        return self._answered(asked, self._carried_out(asked, claim), now)

    def _asked(self, seen: Seen, policy: Policy, by: str, role: Role, notice: Notice | None) -> _Asked:
        author = seen.message.author
        name = author.name if author else ""
        today = local_day(seen.mail.accepted_at)
        return _Asked(
            seen=seen,
            policy=policy,
            by=by,
            role=role,
            notice=notice,
            reading=read_reply(seen.message, today, author=name, works_on=self._works_on),
            said=own_words(seen.message.text, author=name),
            subject=_REPLY.sub("", without_tags(seen.message.subject)),
        )

    def _question(self, asked: _Asked, claim: Claim, now: datetime) -> Case | None:
        """Answer a mail that names no notice but only asks the book; everything else is an ordinary mail."""
        reading = asked.reading
        asks = reading.unclear is None and all(isinstance(each, Find | Help) for each in reading.commands)
        if not asks or claim.files or claim.tokens:
            return None
        if self._book.was_seen(asked.seen.mail, asked.seen.message.message_id, asked.policy.agency.id, asked.by):
            return self._repeated(asked)
        return self._answered(asked, self._carried_out(asked, claim), now)

    def _carried_out(self, asked: _Asked, claim: Claim) -> ReplyView:
        agency, language = asked.policy.agency, asked.policy.language
        mail_id = asked.seen.mail.id
        if self._book.begun(mail_id, agency.id):
            acts = self._book.acts_of_command(mail_id, agency.id, asked.by)
            return interrupted_view(acts, asked.said, agency, asked.subject, language)
        reading = asked.reading
        if claim.files:
            return self._refused(asked, _WITH_FILES)
        if reading.unclear is not None:
            return unclear_view(reading, asked.said, reading.unclear, agency, asked.subject, language)
        self._book.begin(mail_id, agency.id, asked.by, asked.said)
        work = Work(
            desk=self._desk,
            book=self._book,
            agency=agency,
            units=self._units,
            by=asked.by,
            role=asked.role,
            notice=asked.notice,
            clock=self._clock,
        )
        worked: Worked = work.carry_out(reading.commands)
        return worked_view(worked, asked.said, agency, asked.subject, language)

    def _refused(self, asked: _Asked, why: Sentence) -> ReplyView:
        return refused_view(why, asked.said, asked.policy.agency, asked.subject, asked.policy.language)

    def _repeated(self, asked: _Asked) -> Case:
        return self._settled(bare_case(asked.seen, asked.policy, REPEATED, self._clock()), ())

    def _answered(self, asked: _Asked, view: ReplyView, now: datetime) -> Case:
        mail, message, agency = asked.seen.mail, asked.seen.message, asked.policy.agency
        notice = asked.notice
        letter = compose_reply(
            view,
            agency=agency,
            to=asked.by,
            key=command_key(message.message_id, mail.id, agency.id, asked.by),
            mail_id=notice.about if notice and notice.agency == agency.id and not notice.is_round else mail.id,
            answers=message.message_id,
            references=message.first("References") or "",
            secret=self._secret,
            language=asked.policy.language,
            now=now,
            templates=self._templates,
        )
        # The moment behind the last act: by it what this command did is told from what the next one does.
        return self._settled(bare_case(asked.seen, asked.policy, COMMAND, self._clock()), (letter,))

    def _settled(self, case: Case, letters: Sequence[Letter]) -> Case:
        try:
            self._book.settle(case, letters)
        except AlreadyDecided as decided:
            return decided.case
        return case

    def _warn(self, seen: Seen, policy: Policy, now: datetime) -> None:
        """Tell the clerks once a day that somebody tried in this name; who is named hears nothing."""
        agency, mail = policy.agency, seen.mail
        author = str(seen.message.author) if seen.message.author else "?"
        if policy.shadow:
            return
        # Whoever invents names is told of once a day, not once a name.
        name = author.lower() if role_of(author, agency, self._units) else "?"
        view = attempt_view(author, when(mail.accepted_at), agency, policy.language)
        letters = [
            compose_reply(
                view,
                agency=agency,
                to=clerk,
                key=f"attempt:{agency.id}:{local_day(now).isoformat()}:{name}:{clerk.lower()}",
                mail_id=mail.id,
                answers=None,
                references="",
                secret=b"",
                language=policy.language,
                now=now,
                templates=self._templates,
            )
            for clerk in agency.clerks
            if is_writable(clerk)
        ]
        log.warning("a command that is not proven", extra={"mail": mail.id, "agency": agency.id})
        self._book.note_attempt(mail.id, agency.id, f"in the name of {author[:200]}", letters)


def _is_for(named: Sequence[Notice | None], agency: str, by: str) -> bool:
    """Say whether all that is named is one notice of this agency to this person; None: nobody knows it."""
    keys = {each.key if each else None for each in named}
    first = named[0]
    return len(keys) == 1 and first is not None and first.agency == agency and first.recipient.lower() == by


def _is_for_other_office(seen: Seen, agency: Agency, known: Sequence[Notice]) -> bool:
    """Say whether an answer to another agency's notice came along to this one: the other answers it, and it alone."""
    own = {each.lower() for each in agency.addresses}
    is_alone = all(each.lower() in own for each in seen.mail.envelope.recipients)
    return bool(known) and not is_alone and all(each.agency != agency.id for each in known)
