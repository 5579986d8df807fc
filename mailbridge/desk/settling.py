"""
Settling a mail that waits: entered, no document, returned, or joined with what is in the book.

The first clerk wins: the row of the case is locked, and whoever comes second is told by whom and when it was settled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbridge.decision.draft import receivers
from mailbridge.decision.office import mailboxes_of
from mailbridge.decision.policy import Policy
from mailbridge.desk.answering import post_acceptance
from mailbridge.desk.answers import Done, Refused
from mailbridge.desk.around import Office, Said, Writing
from mailbridge.desk.documents import (
    Kept,
    KeptFile,
    as_another_file,
    bare_draft,
    drafts_of,
    kept_of,
    whole_mail,
)
from mailbridge.desk.entries import Values, read_values
from mailbridge.desk.lines import lock_case
from mailbridge.desk.queue import lacking
from mailbridge.desk.wording import DID_VI, field_names, number_of, settled
from mailbridge.mail.journal_copy import open_copy
from mailbridge.mail.parse import parse
from mailbridge.registry.acts import Did, settlement
from mailbridge.registry.books import Books
from mailbridge.registry.corrections import rewrite
from mailbridge.registry.corrections_fields import Value, changes_between, check_days, with_values
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Case, Channel, DraftEntry, Event, RegisterEntry, local_day
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links import Link, LinkKind
from mailbridge.registry.links_rows import add_link
from mailbridge.registry.rows import find_case, write_event

_LATE = "Vào sổ muộn: {why}"
"""How the last column of the book justifies a number that stands behind those of later days, as for paper."""

_WAITED = "chờ Văn thư kiểm tra"

_CORRECTED = "Văn thư sửa khi xác nhận"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A mail that waits: its case, what was read of it, and by whose choices it is settled."""

    case: Case
    kept: Kept
    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    How a clerk wants a mail to be entered.

    `document` names the file that the values are for: the index of its part, or its name. `anyway`: though it looks
    entered already. `force`: though fields are missing.
    """

    values: Values = ()
    document: str | None = None
    anyway: bool = False
    force: bool = False


def held(office: Office, mail_id: str, agency: str, policy: Policy) -> Held:
    """Find a mail that can be settled; raises `Refused` for any other, secret and private ones among them."""
    with reaching_database(), reading(office.engine).begin() as connection:
        case = find_case(connection, mail_id, agency)
        done = settlement(connection, mail_id, agency)
    if case is None:
        raise Refused("Không có thư này.", "There is no such mail.", code="no-mail")
    if done is not None:
        raise settled(done)
    kept = kept_of(case)
    if kept is None or case.kind == "secret" or case.action in ("stop", "pass"):
        raise Refused(
            "Nội dung thư này không được lưu; không thể vào sổ từ hệ thống.",
            "Nothing of this mail is kept; it cannot be entered from here.",
            code="not-kept",
        )
    if case.shadow:
        raise Refused(
            "Thư này được xét trong chế độ chạy thử; không vào sổ.",
            "This mail was decided in shadow mode; it is not entered.",
            code="shadow",
        )
    if case.action == "register":
        raise _is_entered(tuple(Books(office.engine).find_entries(mail_id, agency=agency)))
    return Held(case=case, kept=kept, policy=policy)


def confirm(office: Office, mail_id: str, agency: str, wanted: Wanted, said: Said) -> Done:
    """Enter the documents of a mail that waits, tell its sender, and settle it."""
    policy = office.check(Did.CONFIRMED, said, agency)
    if wanted.force:
        said.with_reason()
    mail = held(office, mail_id, agency, policy)
    drafts, chosen = _drafts(office, mail, wanted)
    values = read_values(wanted.values)
    if not wanted.force:
        _refuse_incomplete(drafts, chosen, values)
    with office.writing() as writing:
        lock_unsettled(writing, mail)
        lines = tuple(
            _enter(writing, draft, mail.case, values if place == chosen else {}, wanted, said)
            for place, draft in enumerate(drafts)
        )
        act_id = writing.act(
            Did.CONFIRMED,
            said,
            agency=agency,
            mail_id=mail_id,
            entry_id=lines[0].id,
            after={"versions": {line.id: line.version for line in lines}},
        )
        remarks = (post_acceptance(writing, office, mail.case, policy, lines),)
    entered = lines[chosen]
    changes = changes_between(drafts[chosen], replace(entered.draft, note=drafts[chosen].note))
    return Done(
        act_id=act_id,
        what=Did.CONFIRMED,
        changes=tuple(change for change in changes if change.field.name in _touched(values)),
        entry=entered,
        entries=lines,
        remarks=remarks,
        mail_id=mail_id,
    )


def dismiss(office: Office, mail_id: str, agency: str, said: Said) -> Done:
    """Settle a mail as no document; nothing is entered, and no letter leaves."""
    policy = office.check(Did.DISMISSED, said, agency)
    mail = held(office, mail_id, agency, policy)
    with office.writing() as writing:
        lock_unsettled(writing, mail)
        act_id = writing.act(Did.DISMISSED, said, agency=agency, mail_id=mail_id)
        tell_of_mail(writing, mail.case, Happening.DISMISSED, said)
    return Done(act_id=act_id, what=Did.DISMISSED, mail_id=mail_id)


def join(office: Office, mail_id: str, agency: str, into: RegisterEntry, said: Said) -> Done:
    """Settle a mail as another copy of what an entry has: it gets no number, and the entry names it."""
    policy = office.check(Did.JOINED, said, agency)
    mail = held(office, mail_id, agency, policy)
    if into.draft.agency != agency or not into.status.stands:
        raise Refused(
            f"Không gộp được với số đến {number_of(into)}.",
            f"It cannot be joined with number {number_of(into)}.",
            code="no-entry",
        )
    documents = drafts_of(mail.case, mail.kept, policy, "")
    with office.writing() as writing:
        lock_unsettled(writing, mail)
        made = Link(
            agency=agency,
            kind=LinkKind.CHANNEL,
            entry_id=into.id,
            mail_id=mail_id,
            document_sha256=documents[0].document_sha256 if documents else None,
            channel=Channel.MAIL,
            arrived_at=mail.case.accepted_at,
            written_by=said.by,
            written_at=writing.now,
            why=said.why or DID_VI[Did.JOINED],
        )
        made = add_link(writing.connection, made)
        act_id = writing.act(
            Did.JOINED, said, agency=agency, mail_id=mail_id, entry_id=into.id, after={"link": made.id}
        )
        tell_of_mail(writing, mail.case, Happening.JOINED, said, f"{into.draft.book} {number_of(into)}", into.id)
    return Done(act_id=act_id, what=Did.JOINED, entry=into, entries=(into,), mail_id=mail_id)


def lock_unsettled(writing: Writing, mail: Held) -> None:
    """Keep others away from the mail, and look once more whether somebody was quicker."""
    lock_case(writing.connection, mail.case.mail_id, mail.case.agency)
    done = settlement(writing.connection, mail.case.mail_id, mail.case.agency)
    if done is not None:
        raise settled(done)


def _drafts(office: Office, mail: Held, wanted: Wanted) -> tuple[tuple[DraftEntry, ...], int]:
    """Write the lines as they will be entered, and say which one the values are for."""
    case, kept, policy = mail.case, mail.kept, mail.policy
    recipients = _recipients(office, case, policy)
    drafts = drafts_of(case, kept, policy, recipients)
    if wanted.document is None:
        if len(drafts) > 1 and wanted.values:
            raise _which_file(kept, [document.main for document in kept.documents])
        return drafts or (bare_draft(case, _only_file(mail), policy, recipients),), 0
    file = _file_called(wanted.document, kept)
    own = [place for place, draft in enumerate(drafts) if draft.document_sha256 == file.sha256]
    if own:
        return drafts, own[0]
    if len(drafts) > 1:
        raise _which_file(kept, [document.main for document in kept.documents])
    return ((as_another_file(drafts[0], file) if drafts else bare_draft(case, file, policy, recipients)),), 0


def _recipients(office: Office, case: Case, policy: Policy) -> str:
    """Return column 7: the mailboxes of the agency that the mail was for, else the agency."""
    copy = office.around.archive(case)
    if copy is None:
        return policy.agency.name
    mail = open_copy(copy).mail
    return receivers(policy.agency, mailboxes_of(policy.agency, mail.envelope, parse(mail.content)))


def _only_file(mail: Held) -> KeptFile:
    """Return the file that must be the document; raises `Refused` when there are several."""
    named = [file for file in mail.kept.files if file.name]
    if len(named) > 1:
        raise _which_file(mail.kept, [file.index for file in named])
    return named[0] if named else whole_mail(mail.case)


def _file_called(text: str, kept: Kept) -> KeptFile:
    found = kept.file(text.strip()) or next((file for file in kept.files if file.name == text.strip()), None)
    if found is None:
        raise _which_file(kept, [file.index for file in kept.files if file.name])
    return found


def _which_file(kept: Kept, indexes: Sequence[str]) -> Refused:
    files = [file for index in indexes if (file := kept.file(index)) is not None]
    names = "; ".join(f"{file.index} {file.name}".strip() for file in files)
    return Refused(
        f"Cần ghi rõ tệp nào là văn bản: {names}.", f"Say which file is the document: {names}.", code="which-file"
    )


def _refuse_incomplete(drafts: Sequence[DraftEntry], chosen: int, values: dict[str, Value]) -> None:
    for place, draft in enumerate(drafts):
        names = lacking(with_values(draft, values) if place == chosen else draft)
        if names:
            raise Refused(
                f"Còn thiếu: {field_names(names, 'vi')}.", f"Missing: {field_names(names, 'en')}.", code="missing"
            )


def _enter(
    writing: Writing, draft: DraftEntry, case: Case, values: dict[str, Value], wanted: Wanted, said: Said
) -> RegisterEntry:
    """Give the number to what was read, and write what the clerk corrected as the second version."""
    if local_day(case.accepted_at) < local_day(writing.now):
        late = _LATE.format(why=said.why or _WAITED)
        draft = replace(draft, note="; ".join(filter(None, (draft.note, late))))
    line = writing.book.enter(draft, case.accepted_at, by=said.by, why=said.why or _WAITED)
    corrected = with_values(line.draft, values)
    check_days(line, {"issued_date": corrected.issued_date, "transfer_date": corrected.transfer_date})
    newer = line
    if values:
        author = writing.author(said, _CORRECTED)
        newer, _ = rewrite(writing.connection, line, corrected, line.status, author, Happening.CORRECTED)
    # Behind the number, whose counter is locked: nobody can come in between.
    if not wanted.anyway and (twins := writing.book.twins(newer)):
        raise _is_twin(twins[0])
    return newer


def _touched(values: dict[str, Value]) -> Iterator[str]:
    yield from values
    if {"symbol", "number", "notation"} & values.keys():
        yield from ("symbol", "number", "notation")


def tell_of_mail(
    writing: Writing, case: Case, what: Happening, said: Said, detail: str = "", entry_id: str | None = None
) -> None:
    """Add to the time line of a mail what a person did with it."""
    happened = Event(
        at=writing.now,
        mail_id=case.mail_id,
        entry_id=entry_id,
        actor=said.by,
        what=what,
        detail=": ".join(filter(None, (detail, said.why))),
    )
    write_event(writing.connection, case.agency, happened)


def _is_entered(lines: Sequence[RegisterEntry]) -> Refused:
    numbers = ", ".join(number_of(line) for line in lines)
    return Refused(
        f"Thư này đã vào sổ: số đến {numbers}.", f"This mail is in the book: number {numbers}.", code="entered"
    )


def _is_twin(twin: RegisterEntry) -> Refused:
    return Refused(
        f"Đã có văn bản cùng số, ký hiệu và cơ quan ban hành: số đến {number_of(twin)} ngày "
        f"{twin.arrival_date:%d/%m/%Y}. Đăng ký tiếp?",
        f"There is a document with the same number, symbol and issuing body: number {number_of(twin)} of "
        f"{twin.arrival_date:%d/%m/%Y}. Enter it anyway?",
        code="twin",
    )
