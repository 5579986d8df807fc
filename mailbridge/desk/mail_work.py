"""Commands carried out: each by the desk, in the order in which they were written, until one is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from mailbridge.commands.command import (
    Assign,
    BatchConfirm,
    Command,
    Confirm,
    Correct,
    Dismiss,
    Find,
    Help,
    Merge,
    Return,
    Undo,
    Void,
)
from mailbridge.decision.findings import Agency
from mailbridge.decision.units import Unit
from mailbridge.desk.answers import Done, Refused
from mailbridge.desk.desk import Desk
from mailbridge.desk.mail_book import CommandBook, Notice
from mailbridge.desk.mail_people import Role, may_ask, units_of
from mailbridge.desk.units import the_unit
from mailbridge.registry.acts import Via
from mailbridge.registry.clock import Clock
from mailbridge.registry.entry import RegisterEntry, local_day

MOST_FOUND = 10
"""Lines of an answer to a question."""

_NUMBER = re.compile(r"0*([1-9][0-9]{0,5})(?:/([0-9]{4}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """What came of a command: what was done, in order, and what was refused in the end."""

    done: tuple[Done, ...] = ()
    refused: tuple[Refused, ...] = ()
    found: tuple[RegisterEntry, ...] | None = None
    asked_help: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One person at the desk, with the notice that he answers; None: a question that answers none."""

    desk: Desk
    book: CommandBook
    agency: Agency
    units: Sequence[Unit]
    by: str
    role: Role
    notice: Notice | None
    clock: Clock

    def carry_out(self, commands: Sequence[Command]) -> Worked:
        """Carry out what one mail asks for. Raises `Unavailable`; what is refused is told."""
        try:
            for command in commands:
                self._check(command)
        except Refused as refused:
            return Worked(refused=(refused,))
        match commands:
            case (Find(text=text),):
                return Worked(found=self._found(text))
            case (Help(),):
                return Worked(asked_help=True)
            case (BatchConfirm() as batch,):
                return self._batch(batch)
            case (Undo(),):
                return self._undone()
            case _:
                return _until_refused(self._steps(commands))

    def _check(self, command: Command) -> None:
        """Refuse before anything is done what could only be refused behind the first half."""
        if not may_ask(self.role, command):
            raise Refused("Không có quyền thực hiện thao tác này.", "You may not do this.", code="not-allowed")
        if isinstance(command, Find | Help):
            return
        if self._answered().is_round and not isinstance(command, BatchConfirm | Undo):
            raise Refused(
                "Thư tổng hợp chỉ nhận: duyệt hết, duyệt hết trừ …, duyệt …; cần sửa thì trả lời thư báo của văn bản.",
                "A digest is answered by confirming lines; to change a document answer its own notice.",
                code="not-here",
            )
        if isinstance(command, BatchConfirm):
            self._check_batch(command)
        if isinstance(command, Assign):
            own = [unit for unit in self.units if unit.agency == self.agency.id]
            for name in (*((command.lead,) if command.lead else ()), *command.cooperating):
                the_unit(name, own)

    def _answered(self) -> Notice:
        """Return the notice that is answered; raises `Refused` when the mail answers none."""
        if self.notice is None:
            raise Refused(
                "Cần trả lời thư báo của văn bản.", "Please answer the notice of the document.", code="no-notice"
            )
        return self.notice

    def _check_batch(self, command: BatchConfirm) -> None:
        lines = self.notice.lines if self.notice else ()
        if not lines:
            raise Refused(
                "Duyệt theo số thứ tự chỉ dùng khi trả lời thư tổng hợp.",
                "Lines are confirmed by number only in an answer to a digest.",
                code="not-here",
            )
        unknown = [number for number in (*command.numbers, *command.but) if number > len(lines)]
        if unknown:
            listed = ", ".join(map(str, unknown))
            raise Refused(
                f"Thư tổng hợp chỉ có {len(lines)} mục, không có mục {listed}.",
                f"The digest has {len(lines)} lines, and no line {listed}.",
                code="no-line",
            )

    # -- one document ---------------------------------------------------------------------------------------------

    def _steps(self, commands: Sequence[Command]) -> Iterator[Callable[[], Done]]:
        """Yield what is to be done about the mail of the notice, each when the one before it is done."""
        notice = self._answered()
        values = tuple(pair for each in commands if isinstance(each, Correct) for pair in each.values)
        entered = self._entered(notice.about)
        rest = [each for each in commands if not isinstance(each, Confirm | Correct)]
        if not entered and (len(rest) < len(commands)):
            yield lambda: self.desk.confirm(notice.about, self.agency.id, values=values, by=self.by, via=Via.MAIL)
            entered = self._entered(notice.about)
        elif values:
            yield lambda: self.desk.correct(_the_one(entered).id, values, by=self.by, via=Via.MAIL)
        elif len(rest) < len(commands) and not rest:
            # The desk says who entered it, and when.
            yield lambda: self.desk.confirm(notice.about, self.agency.id, by=self.by, via=Via.MAIL)
        for command in rest:
            yield from self._settle(command, notice.about, entered)

    def _settle(
        self, command: Command, mail_id: str, entered: tuple[RegisterEntry, ...]
    ) -> Iterator[Callable[[], Done]]:
        desk, agency, by, via = self.desk, self.agency.id, self.by, Via.MAIL
        match command:
            case Assign():
                if not entered:
                    raise _not_entered()
                for line in entered:
                    yield partial(
                        desk.assign,
                        line.id,
                        lead=command.lead,
                        cooperating=command.cooperating,
                        due=command.due,
                        direction=command.direction,
                        by=by,
                        via=via,
                    )
            case Dismiss(why=why):
                yield lambda: desk.dismiss(mail_id, agency, by=by, via=via, why=why or "")
            case Return(why=reason):
                yield lambda: desk.return_mail(mail_id, agency, reason, by=by, via=via)
            case Void(why=reason):
                if not entered:
                    raise _not_entered()
                yield lambda: desk.void(_the_one(entered).id, by=by, via=via, why=reason)
            case Merge(into=into):
                yield lambda: self._merged(into, mail_id, entered)
            case Confirm() | Correct() | Undo() | Find() | Help() | BatchConfirm():
                raise ValueError(f"{command} is no step")
            case _:
                assert_never(command)

    def _merged(self, into: str, mail_id: str, entered: tuple[RegisterEntry, ...]) -> Done:
        target = self._numbered(into)
        if entered:
            return self.desk.merge(_the_one(entered).id, target.id, by=self.by, via=Via.MAIL)
        return self.desk.join(mail_id, self.agency.id, target, by=self.by, via=Via.MAIL)

    def _numbered(self, text: str) -> RegisterEntry:
        """Find the one line with this number, of this year where none is named."""
        wanted = _NUMBER.fullmatch(text)
        number = int(wanted[1]) if wanted else 0
        year = int(wanted[2]) if wanted and wanted[2] else local_day(self.clock()).year
        found = [
            line
            for line in self.desk.find(f"{number}/{year}", self.agency.id, limit=MOST_FOUND)
            if (line.number, line.year) == (number, year) and line.status.stands
        ]
        if len(found) == 1:
            return found[0]
        raise Refused(
            f"Không có số đến {text} năm {year}." if not found else f"Có nhiều số đến {text}.",
            f"There is no number {text} in {year}." if not found else f"There are several numbers {text}.",
            code="no-entry",
        )

    def _entered(self, mail_id: str) -> tuple[RegisterEntry, ...]:
        """Return the lines of a mail that stand in the book, in the order of their numbers."""
        lines = self.desk.find(mail_id, self.agency.id, limit=100)
        standing = [line for line in lines if mail_id in (line.draft.mail_id, line.id) and line.status.stands]
        return tuple(sorted(standing, key=lambda line: (line.year, line.number)))

    # -- several, none, back --------------------------------------------------------------------------------------

    def _batch(self, command: BatchConfirm) -> Worked:
        """Confirm lines of a digest; one that is refused stops none of the others."""
        lines = self.notice.lines if self.notice else ()
        wanted = range(1, len(lines) + 1) if command.all_lines else command.numbers
        done: list[Done] = []
        refused: list[Refused] = []
        for number in wanted:
            if number in command.but:
                continue
            try:
                done.append(self.desk.confirm(lines[number - 1], self.agency.id, by=self.by, via=Via.MAIL))
            except Refused as problem:
                vi, en = f"Mục {number}: {problem.vi}", f"Line {number}: {problem.en}"
                refused.append(Refused(vi, en, code=problem.code))
        return Worked(done=tuple(done), refused=tuple(refused))

    def _undone(self) -> Worked:
        """Take back what the answered command did, the last first; behind a first notice, what the last one did."""
        notice = self._answered()
        if notice.command:
            acts = self.book.acts_of_command(notice.command, self.agency.id, self.by)
        else:
            lines = self.desk.find(notice.about, self.agency.id, limit=100)
            entries = [line.id for line in lines if line.draft.mail_id == notice.about]
            acts = self.book.last_acts_about(notice.about, self.agency.id, entries, self.by)
        if not acts:
            nothing = Refused("Không có thao tác nào để hoàn tác.", "There is nothing to undo.", code="no-act")
            return Worked(refused=(nothing,))
        backwards = (lambda act=act: self.desk.undo(act.id, by=self.by, via=Via.MAIL) for act in reversed(acts))
        return _until_refused(backwards)

    def _found(self, text: str) -> tuple[RegisterEntry, ...]:
        """Look in the book; who is neither clerk nor head sees what was handed to his units or to himself."""
        if self.role is not Role.OFFICIAL:
            return self.desk.find(text, self.agency.id, limit=MOST_FOUND + 1)
        own = {unit.name.lower() for unit in units_of(self.by, self.agency, self.units)} | {self.by.lower()}
        lines = self.desk.find(text, self.agency.id, limit=200)
        return tuple(line for line in lines if own & _receivers(line))[: MOST_FOUND + 1]


def _receivers(line: RegisterEntry) -> set[str]:
    return {each.strip().lower() for each in re.split("[;,]", line.draft.recipients or "")}


def _until_refused(steps: Iterator[Callable[[], Done]]) -> Worked:
    """Do one step after the other; what was done before one is refused stays done, and is told."""
    done: list[Done] = []
    try:
        for step in steps:
            done.append(step())  # noqa: PERF401  # what was done before a refusal has to be in the list
    except Refused as refused:
        return Worked(done=tuple(done), refused=(refused,))
    return Worked(done=tuple(done))


def _the_one(entered: Sequence[RegisterEntry]) -> RegisterEntry:
    if len(entered) == 1:
        return entered[0]
    numbers = ", ".join(f"{line.shown_number}/{line.year}" for line in entered)
    raise Refused(
        f"Thư này có nhiều văn bản (số đến {numbers}); đề nghị sửa từng số trên hệ thống.",
        f"This mail has several documents (numbers {numbers}); please change each of them by itself.",
        code="several",
    )


def _not_entered() -> Refused:
    return Refused(
        "Văn bản chưa vào sổ; nếu đồng ý, trả lời: duyệt, rồi ghi tiếp yêu cầu.",
        "The document is not in the book; answer “approve” first, with the rest behind it.",
        code="not-entered",
    )
