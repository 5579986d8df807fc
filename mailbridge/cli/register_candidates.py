"""`mailbridge register candidates`: mail of old mailboxes, and files of mail that a person hands in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import open_ledger
from mailbridge.cli.register_choice import person, signed
from mailbridge.cli.register_paper import chosen_agency
from mailbridge.cli.session import BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say, say_word, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.cli.sources import Opener, Source
    from mailbridge.cli.trial import Judged
    from mailbridge.decision.findings import Agency
    from mailbridge.settings import Settings
    from mailbridge.spool import Spool

_COLUMNS = (
    Column(head="Mail file"),
    Column(head="What it would become", whole=True),
    Column(head="Symbol", whole=True),
    Column(head="Date", whole=True),
    Column(head="Author"),
    Column(head="Type and subject"),
)


@click.command("candidates")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--agency", metavar="ID", help="Whose mail it is; needed when there are several agencies.")
@click.option("--enter", is_flag=True, help="Ask of each mail with a document whether to hand it in.")
@click.option("--yes-all", is_flag=True, help="With --enter: hand in all of them without asking.")
@click.option("--why", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def candidates(
    session: Session,
    paths: Sequence[Path],
    agency: str | None,
    enter: bool,
    yes_all: bool,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    List what mail files, mboxes and Maildirs would bring into the book, by the code of the real path.

    Nothing is stored and nothing is sent. With --enter a mail is handed to the running program, which numbers it with
    the others; no letter leaves for it.
    """
    settings = session.settings()
    chosen = _agency(settings, chosen_agency(session, settings, agency))
    reader = _Reader(session)
    found = list(asyncio.run(_judged(session, settings, chosen, reader, paths)))
    documents = [each for each in found if each[1].decision.action.value in ("register", "hold")]
    if as_json:
        print_json({"source": source.name, **judged.told} for source, judged in found)
    else:
        print_table(session.lang(), _COLUMNS, _rows(session, documents))
        facts = {"count": len(found), "documents": len(documents)}
        click.echo(say(session.lang(), "{count} mails; {documents} of them with documents for the book", **facts))
    if enter:
        wanted = [source for source, _ in documents if yes_all or _wants(session, source)]
        _hand_in(session, settings, chosen, wanted, answer=False, by=by, why=why, as_json=as_json)
    return reader.status


def bring(
    session: Session,
    files: Sequence[Path],
    *,
    agency: str | None,
    answer: bool,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> int:
    """Hand files of mail to the running program."""
    from mailbridge.wiring import outlook_for

    settings = session.settings()
    chosen = _agency(settings, chosen_agency(session, settings, agency))
    reader = _Reader(session)
    with closing(outlook_for(settings)) as outlook:
        mails = list(reader.mails(files, outlook.mail))
    _hand_in(session, settings, chosen, mails, answer=answer, by=by, why=why, as_json=as_json)
    return reader.status


class _Reader:
    """Reads mails from files and complains of what is none."""

    def __init__(self, session: Session) -> None:
        self._language = session.lang()
        self.status = 0

    def mails(self, paths: Sequence[Path], open_outlook: Opener) -> Iterator[Source]:
        """Yield the mails below these paths, in order."""
        from mailbridge.cli.sources import files_below, read_mails

        for path in files_below(paths, self._complain):
            yield from read_mails(path, self._complain, open_outlook)

    def _complain(self, text: str, **facts: object) -> None:
        click.echo(visible(f"mailbridge: {say(self._language, text, **facts)}"), err=True)
        self.status = BAD_DATA


async def _judged(
    session: Session, settings: Settings, agency: Agency, reader: _Reader, paths: Sequence[Path]
) -> Iterable[tuple[Source, Judged]]:
    from mailbridge.cli.trial import Trial, World
    from mailbridge.mail.envelope import Client
    from mailbridge.wiring import lookups_for, outlook_for, reading_for

    world = World(at=None, client=Client(), mail_from=None, recipients=agency.addresses[:1])
    with closing(outlook_for(settings)) as outlook, closing(reading_for(settings, parallel=2)) as reading:
        trial = Trial(
            lookups=lookups_for(settings),
            reading=reading,
            policies=settings.policies,
            owns_all=False,
            world=world,
            jobs=2,
            directory=settings.directory,
        )
        found = []
        async for source, each in trial.seen(reader.mails(paths, outlook.mail)):
            found.append((source, trial.judge(each)))
            # A mailbox has the same document often: who sees it twice would enter it twice.
            trial.remember(each)
        return found


def _rows(session: Session, found: Sequence[tuple[Source, Judged]]) -> Iterator[tuple[str, ...]]:
    for source, judged in found:
        action = say_word(session.lang(), "action", judged.decision.action.value)
        for document in judged.judgement.classification.documents or (None,):
            symbol = document.symbol.value if document else None
            issued = document.issued_date.value if document else None
            yield (
                source.name,
                action,
                symbol.text if symbol else "",
                f"{issued:%d/%m/%Y}" if issued else "",
                (document.issuer.value if document else None) or "",
                (document.subject.value if document else None) or "",
            )


def _wants(session: Session, source: Source) -> bool:
    return click.confirm(say(session.lang(), "Enter {name}?", name=visible(source.name)), default=False)


def _hand_in(
    session: Session,
    settings: Settings,
    agency: Agency,
    mails: Sequence[Source],
    *,
    answer: bool,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    """Keep mails in the spool, as from a door of their own; the running program walks them in their turn."""
    from mailbridge.spool import Spool
    from mailbridge.wiring import spool_path

    with open_ledger(session) as engine, closing(Spool(spool_path(settings))) as spool:
        for source in mails:
            mail_id = _keep(spool, source, agency, answer=answer)
            _note(engine, agency, mail_id, person(by), why or "")
            if as_json:
                print_json([{"source": source.name, "mail_id": mail_id}])
            else:
                text = "{name}: taken as {id}; the running program walks it"
                click.echo(visible(say(session.lang(), text, name=source.name, id=mail_id)))


def _keep(spool: Spool, source: Source, agency: Agency, *, answer: bool) -> str:
    from mailbridge.mail.envelope import Client, Door, Envelope
    from mailbridge.mail.parse import parse

    author = parse(source.content).author if answer else None
    envelope = Envelope(mail_from=str(author) if author else None, recipients=agency.addresses[:1])
    return spool.keep(
        door=Door.MANUAL, client=Client(), envelope=envelope, content=source.content, accepted_at=datetime.now(UTC)
    )


def _note(engine: Engine, agency: Agency, mail_id: str, by: str, why: str) -> None:
    """Write down who brought it. Its name is not kept: the mail may be secret, and nobody has looked yet."""
    from mailbridge.registry.database import reaching_database
    from mailbridge.registry.entry import Event
    from mailbridge.registry.happenings import Happening
    from mailbridge.registry.rows import write_event

    happened = Event(at=datetime.now(UTC), mail_id=mail_id, actor=by, what=Happening.BROUGHT, detail=why)
    with reaching_database(), engine.begin() as connection:
        write_event(connection, agency.id, happened)


def _agency(settings: Settings, agency: str) -> Agency:
    return next(each.agency for each in settings.policies if each.agency.id == agency)
