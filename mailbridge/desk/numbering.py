"""Numbers that came from elsewhere: with them the senders get the acknowledgement that waited."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection

from mailbridge.desk.answering import post_acceptance
from mailbridge.desk.answers import Refused
from mailbridge.desk.around import Office, Writing
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.rows import entry_of, find_case, select_entries
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import entry


def tell_numbers(office: Office, connection: Connection, entered: Sequence[RegisterEntry]) -> None:
    """
    Put the acknowledgements of these lines into the outbox, in the transaction that numbered them.

    A mail with several documents is answered once, when none of them waits any more. Fulfils `registry.numbers.Then`
    behind its office.
    """
    now = office.clock()
    book = SqlTransaction(connection, office.clock)
    writing = Writing(connection=connection, book=book, now=now)
    mails = dict.fromkeys((line.draft.mail_id, line.draft.agency) for line in entered if line.draft.mail_id)
    for mail_id, agency in mails:
        _tell(office, writing, mail_id, agency)


def _tell(office: Office, writing: Writing, mail_id: str, agency: str) -> None:
    query = select_entries().where(entry.c.mail_id == mail_id, entry.c.agency == agency)
    rows = writing.connection.execute(query.order_by(entry.c.book, entry.c.year, entry.c.number)).mappings()
    standing = [line for line in map(entry_of, rows) if line.status.stands]
    case = find_case(writing.connection, mail_id, agency)
    if case is None or case.shadow or any(line.awaits_number for line in standing):
        return
    with suppress(Refused):  # the agency is not one of this installation any more: nobody answers for it
        post_acceptance(writing, office, case, office.around.policy(agency), standing)
