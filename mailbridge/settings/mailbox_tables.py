"""`[[mailbox]]` of `mailbridge.toml`: the mailboxes in which people see the state of their mails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mailbridge.decision.findings import Agency
from mailbridge.mailboxes.settings import MailboxSettings, MailboxTls
from mailbridge.settings.desk import Desk
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.values import is_loopback
from mailbridge.settings.written import MailboxTable


def read_mailboxes(tables: Sequence[MailboxTable], agencies: Sequence[Agency], desk: Desk) -> Iterator[MailboxSettings]:
    """Check the tables and yield the mailboxes, in their order; what is wrong is noted on the desk."""
    ids = [agency.id for agency in agencies]
    known: set[str] = set()
    for number, table in enumerate(tables):
        path: KeyPath = ("mailbox", number)
        agency = table.agency or (ids[0] if len(ids) == 1 else "")
        if agency not in ids:
            known_ids = ", ".join(f'"{each}"' for each in ids)
            desk.wrong((*path, "agency"), f'is not the id of an agency: "{agency}"', f"write one of {known_ids}")
        end = desk.end((*path, "server"), table.server)
        if table.tls is MailboxTls.OFF and not is_loopback(end.host):
            remedy = 'write tls = "tls" or "starttls"; "off" is for a server on this machine'
            desk.wrong((*path, "tls"), f"would send the password to {end.host} in the clear", remedy)
        if not table.user.strip():
            desk.wrong((*path, "user"), "is empty", "write the name with which one logs in")
        password = desk.file((*path, "password_file"), table.password_file)
        if password is None:
            desk.wrong((*path, "password_file"), "is empty", "name a file that holds the password, chmod 600")
        _check_folders(table, path, desk)
        mailbox = MailboxSettings(
            agency=agency,
            host=end.host,
            port=end.port,
            tls=table.tls,
            user=table.user,
            password_file=password or Path(),
            ca=desk.file((*path, "ca"), table.ca),
            folder=table.folder,
            keywords=table.keywords,
            folders=tuple(table.folders.items()),
        )
        if mailbox.name in known:
            desk.wrong((*path, "user"), f"stands twice: {mailbox.name}", "describe each mailbox once")
        known.add(mailbox.name)
        yield mailbox


def _check_folders(table: MailboxTable, path: KeyPath, desk: Desk) -> None:
    named = [("folder", table.folder, (*path, "folder"))]
    named += [(state, folder, (*path, "folders", state)) for state, folder in table.folders.items()]
    for _, folder, here in named:
        if not folder.strip() or not folder.isprintable():
            desk.wrong(here, "is not the name of a folder", 'write such as "INBOX" or "INBOX/Đã vào sổ"')
    if not table.keywords and not table.folders:
        desk.wrong((*path, "keywords"), "is false, and no folders are named", "take this mailbox out, or name folders")
