"""
What a mail has to do with what is in the book, written in the transaction of its case.

A copy of a document is joined with its entry, what an issuer asks freezes one, and a new entry is linked with the
document that it answers. Nothing here gives a number or changes what an entry says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.registry.copies import Copy, join_mail
from mailbridge.registry.entry import Case, EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.links import Link, LinkKind
from mailbridge.registry.links_rows import add_link, entry_for_document, standing_for
from mailbridge.registry.recalls import ask
from mailbridge.registry.relations import File, Relations
from mailbridge.registry.rows import Author, entry_of, select_entries, write_event
from mailbridge.registry.tables import entry, entry_version, mail_case

_MOST_REFERENCES = 50
_MOST_CITED = 20
_MOST_TOLD = 3
"""Documents of others that a mail cites and that are told; a plan may cite every department of a province."""


def relate(connection: Connection, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
    """
    Write what a mail has to do with the book, behind its case and its entries.

    Args:
        entries: What was entered of it; of a mail that is held or a duplicate ().
    """
    if case.shadow:
        return
    author = Author(OURSELVES, case.decided_at, "")
    if case.action == "duplicate":
        _join(connection, case, known.files, author)
    ask(connection, case.agency, case.mail_id, known.recalls, case.decided_at)
    for line in entries:
        _answer(connection, case, line, known, author)


def _join(connection: Connection, case: Case, files: Sequence[File], author: Author) -> None:
    for file in files:
        line = entry_for_document(connection, case.agency, file.sha256)
        if line is not None and line.draft.mail_id != case.mail_id:
            copy = Copy(
                mail_id=case.mail_id,
                arrived_at=case.accepted_at,
                channel=file.channel,
                document_sha256=file.sha256,
            )
            join_mail(connection, line.id, copy, author)


def _answer(connection: Connection, case: Case, line: RegisterEntry, known: Relations, author: Author) -> None:
    """
    Link an entry with the earlier documents that it answers.

    A thread or a cited number alone proves nothing: anybody can name a number. The organisation has to be the same.
    """
    own = [each.symbols for each in known.cited if each.by == line.draft.document_sha256]
    cited = tuple(symbol for symbols in own for symbol in symbols)
    linked: set[str] = {line.id}
    strangers: list[str] = []
    for earlier, why in _earlier(connection, case.agency, known.references, cited):
        if earlier.id in linked or earlier.draft.mail_id == case.mail_id:
            continue
        linked.add(earlier.id)
        if _same_body(line, earlier):
            _link_reply(connection, line, earlier, why, author)
        else:
            strangers.append(f"{why}: {earlier.draft.book} {earlier.shown_number}/{earlier.year}")
    for said in strangers[:_MOST_TOLD]:
        _tell(connection, case, line, Happening.REPLY_NOT_LINKED, f"{said}, of another body")


def _earlier(
    connection: Connection, agency: str, references: Sequence[str], cited: Sequence[str]
) -> Iterator[tuple[RegisterEntry, str]]:
    """Yield the entries of earlier mails of the thread and those with a cited number, that which stands for each."""
    for column, values, why in (
        (mail_case.c.message_id, references[:_MOST_REFERENCES], "thread"),
        (entry_version.c.symbol, cited[:_MOST_CITED], "cited"),
    ):
        if not values:
            continue
        query = select_entries().where(entry.c.agency == agency)
        if why == "thread":
            mails = select(mail_case.c.mail_id).where(mail_case.c.agency == agency, column.in_(values))
            query = query.where(entry.c.mail_id.in_(mails))
        else:
            query = query.where(column.in_(values))
        for row in connection.execute(query.order_by(entry.c.arrived_at.desc()).limit(_MOST_REFERENCES)).mappings():
            line = standing_for(connection, entry_of(row))
            if line.status is not EntryStatus.VOIDED:
                yield line, why


def _same_body(line: RegisterEntry, earlier: RegisterEntry) -> bool:
    ours, theirs = line.draft.issuer, earlier.draft.issuer
    return bool(ours and theirs) and _key(ours) == _key(theirs)


def _key(name: str | None) -> str:
    return fold(fold_tones(name or ""))


def _link_reply(connection: Connection, line: RegisterEntry, earlier: RegisterEntry, why: str, author: Author) -> None:
    made = Link(
        agency=line.draft.agency,
        kind=LinkKind.REPLY_TO,
        entry_id=line.id,
        other_id=earlier.id,
        mail_id=line.draft.mail_id or None,
        written_by=author.by,
        written_at=author.at,
        why=why,
    )
    add_link(connection, made)
    happened = Event(
        at=author.at,
        mail_id=line.draft.mail_id,
        entry_id=line.id,
        actor=author.by,
        what=Happening.REPLY_LINKED,
        detail=f"{line.draft.book} {line.shown_number}/{line.year} → {earlier.shown_number}/{earlier.year}, {why}",
    )
    write_event(connection, line.draft.agency, happened)


def _tell(connection: Connection, case: Case, line: RegisterEntry, what: Happening, said: str) -> None:
    happened = Event(
        at=case.decided_at, mail_id=case.mail_id, entry_id=line.id, actor=OURSELVES, what=what, detail=said
    )
    write_event(connection, case.agency, happened)
