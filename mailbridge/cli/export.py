"""`mailbridge export all`: everything out, in open formats, for whoever leaves or hands over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

import click

from mailbridge.cli.db_folder import NewFolder, new_folder
from mailbridge.cli.db_writing import Tell, copy_configuration, copy_evidence, manifest_of, moment, write_tables
from mailbridge.cli.export_readme import README
from mailbridge.cli.register_verify import progress
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from mailbridge.cli.db_mails import MailsOut
    from mailbridge.registry.book_versions import Stretch
    from mailbridge.settings import Settings

_AT_ONCE = 500


@click.group("export")
@with_session
def command(_session: Session) -> None:
    """Take everything out in open formats."""


@command.command("all")
@click.argument("folder", type=click.Path(path_type=Path))
@as_json_option
@with_session
def export_all(session: Session, folder: Path, as_json: bool) -> int:
    """
    Write everything into the new FOLDER: books, history, mails, documents, letters, evidence and the proof.

    A README in Vietnamese and English explains each file. `mailbridge db restore FOLDER` brings it back; the digest of
    the contents is the same then. Exit status 1 when the book or a mail is not whole: it is written all the same.
    """
    settings = session.settings()
    if folder.exists():
        text = "{path} is there already; name a new folder"
        click.echo(say(session.lang(), text, path=visible(str(folder))), err=True)
        return ANSWER_NO
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.schema import newest

    manifest = manifest_of("export", newest(), moment())
    with open_ledger(session) as engine, progress() as tell, new_folder(folder, manifest) as written:
        whole, out = _write(settings, engine, written, manifest, tell)
        manifest["whole"] = whole and not out.damaged
    _note(session, settings)
    if as_json:
        print_json([{"path": str(folder), **manifest}])
    else:
        _tell(session, folder, manifest, whole, out)
    return 0 if manifest["whole"] else ANSWER_NO


def _write(
    settings: Settings, engine: Engine, folder: NewFolder, manifest: dict[str, Any], tell: Tell
) -> tuple[bool, MailsOut]:
    """Write one moment of the book, then the files; return whether the book is proven, and what became of mails."""
    from mailbridge.cli.db_mails import write_mails
    from mailbridge.registry.journal_check import Asked, one_moment
    from mailbridge.registry.journal_file import write_proof

    folder.add("README.txt", README.encode())
    with one_moment(engine) as connection:
        manifest["tables"] = write_tables(folder, connection, packed=False, tell=tell)
        manifest["books"] = _write_books(folder, connection)
        manifest["letters"] = _write_letters(folder, connection)
        with folder.opened("proof.gz") as file:
            # It is packed by gzip, which asks no more of a file.
            proven = write_proof(connection, Asked(), cast("IO[bytes]", file), now=moment(), tell=tell)
    out = write_mails(folder, settings, tell)
    manifest |= {"mails": out.mails, "documents": out.documents, "damaged": list(out.damaged)}
    manifest["evidence"] = copy_evidence(folder, settings, tell)
    manifest["left_out"] = copy_configuration(folder, settings)
    return not proven.faults, out


def _write_books(folder: NewFolder, connection: Connection) -> int:
    """Write `books/AGENCY/BOOK-YEAR.csv` for each book and year, and return how many."""
    from sqlalchemy import select

    from mailbridge.registry.book_versions import Stretch
    from mailbridge.registry.tables import entry

    columns = (entry.c.agency, entry.c.book, entry.c.year)
    found = sorted(tuple(row) for row in connection.execute(select(*columns).distinct()))
    for agency, book, year in found:
        with folder.opened(f"books/{quote(agency, safe='')}/{quote(book, safe='')}-{year}.csv") as file:
            for octets in _lines(connection, Stretch(agency=agency, book=book, year=year)):
                file.write(octets)
    return len(found)


def _lines(connection: Connection, stretch: Stretch) -> Iterator[bytes]:
    """Write a book some hundred entries at a time, its heads once."""
    from mailbridge.printing.plain import whole_csv
    from mailbridge.registry.book_versions import read_versions

    entries = read_versions(connection, stretch)
    is_first = True
    while some := list(islice(entries, _AT_ONCE)):
        octets = whole_csv(some)
        yield octets if is_first else octets.partition(b"\r\n")[2]
        is_first = False


def _write_letters(folder: NewFolder, connection: Connection) -> int:
    """Write `letters/TOKEN.eml` for each letter, and return how many."""
    from sqlalchemy import select

    from mailbridge.registry.tables import letter_token, outbox

    query = select(letter_token.c.token, outbox.c.content).join(outbox, outbox.c.key == letter_token.c.key)
    count = 0
    # The order of octets is the same in every collation: tokens are hex.
    ordered = query.order_by(letter_token.c.token).execution_options(yield_per=_AT_ONCE)
    for token, content in connection.execute(ordered):
        folder.add(f"letters/{token}.eml", content)
        count += 1
    return count


def _note(session: Session, settings: Settings) -> None:
    """Write down that all was read, by whoever is at the terminal."""
    from datetime import UTC, datetime

    from mailbridge.cli.ledger import open_ledger
    from mailbridge.control.audit import who_asks
    from mailbridge.registry.readings import Reading, note_readings

    if not settings.proof.keep_readings:
        return
    now, who = datetime.now(UTC), who_asks()
    readings = [Reading(at=now, agency=each.id, reader=who, via="cli") for each in settings.agencies]
    with open_ledger(session) as engine:
        problem = note_readings(engine, readings)
    if problem:
        text = "that it was read could not be written down: {problem}"
        click.echo(say(session.lang(), text, problem=visible(problem)), err=True)


def _tell(session: Session, folder: Path, manifest: dict[str, Any], whole: bool, out: MailsOut) -> None:
    language = session.lang()
    facts = {"rows": sum(manifest["tables"].values()), "books": manifest["books"]}
    facts |= {"mails": out.mails, "documents": out.documents}
    click.echo(say(language, "{rows} rows, {books} books, {mails} mails, {documents} files of documents", **facts))
    for name in manifest["left_out"]:
        click.echo(say(language, "left out as a secret: {name}", name=visible(name)))
    for name in out.damaged:
        click.echo(say(language, "damaged in the archive, taken out as it is: {name}", name=name), err=True)
    if not whole:
        click.echo(say(language, "the book is not whole: see `mailbridge register verify`"), err=True)
    click.echo(say(language, "contents: {digest}", digest=manifest["content"]))
    click.echo(say(language, "written: {path}", path=visible(str(folder))))
