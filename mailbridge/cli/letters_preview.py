"""`mailbridge letters preview`: a letter as it would be written, of a real entry or of a mail."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.letters_show import shown_lines
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, with_session
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from mailbridge.cli.sources import Source
    from mailbridge.decision.policy import Policy
    from mailbridge.letters.received import Received
    from mailbridge.letters.stage import Stage
    from mailbridge.mail.letter import Letter
    from mailbridge.registry.entry import RegisterEntry
    from mailbridge.seen import Seen
    from mailbridge.settings import Settings

_STAGES = {
    "arrived": "01",
    "refused": "02",
    "accepted": "03",
    "assigned": "04",
    "in-progress": "05",
    "done": "06",
    "recall-agreed": "15",
    "recall-refused": "16",
}
_KINDS = (*_STAGES, "correction", "notice")


@click.command("preview")
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--number", metavar="NUMBER", help="Of an entry: its số đến, its symbol or its id.")
@click.option(
    "--mail", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Of a mail in a file."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the HTML form there.")
@click.option("--reason", metavar="TEXT", default="", help="What the clerk adds to a refusal.")
@with_session
def preview(session: Session, kind: str, number: str | None, file: Path | None, html: Path | None, reason: str) -> int:
    """
    Show a letter as it would be written; nothing is stored or sent.

    Exactly one of --number and --mail says of what. The numbers of a mail that is not in the book are examples. Exit
    status 1 when there is no such entry, or nothing of this kind follows from it.
    """
    if (number is None) == (file is None):
        raise click.UsageError(say(session.lang(), "say either --number or --mail"))
    settings = session.settings()
    try:
        letter = (
            _of_mail(session, settings, kind, file, reason)
            if file
            else _of_entry(session, settings, kind, number or "", reason)
        )
    except ValueError as error:
        click.echo(f"mailbridge: {visible(str(error))}", err=True)
        return BAD_DATA
    if letter is None:
        click.echo(say(session.lang(), "no such letter follows from this"), err=True)
        return ANSWER_NO
    _print(letter, html)
    return 0


def _print(letter: Letter, html: Path | None) -> None:
    mail = message_from_bytes(letter.content, policy=default)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    for name in ("From", "To", "Subject"):
        click.echo(visible(f"{name}: {mail[name]}"))
    click.echo()
    click.echo(shown_lines(plain.get_content() if plain else ""))
    for part in mail.iter_attachments():
        click.echo(f"[{part.get_content_type()} {part.get_filename()}]")
    if html is not None and rich is not None:
        html.write_text(rich.get_content(), encoding="utf-8")


def _of_entry(session: Session, settings: Settings, kind: str, number: str, reason: str) -> Letter | None:
    from mailbridge.cli.ledger import open_books
    from mailbridge.letters.received import received_of

    with open_books(session) as books:
        found = books.find_entries(number)
        if not found:
            return None
        entry = found[-1]
        cases = [each for each in books.cases(agency=entry.draft.agency) if each.mail_id == entry.draft.mail_id]
    mail = received_of(cases[0]) if cases else None
    if mail is None:
        return None
    policy = next(each for each in settings.policies if each.agency.id == entry.draft.agency)
    return _staged(kind, mail, (entry,), replace(policy, language=session.lang()), settings, reason)


def _of_mail(session: Session, settings: Settings, kind: str, file: Path, reason: str) -> Letter | None:
    from mailbridge.cli.sources import Source
    from mailbridge.letters.received import received

    seen = asyncio.run(_seen(settings, Source(name=str(file), content=file.read_bytes())))
    policy = replace(settings.policies[0], language=session.lang())
    entries = _examples(seen, policy)
    if kind == "notice":
        return _notice(seen, policy, settings, entries)
    return _staged(kind, received(seen.mail, seen.message), entries, policy, settings, reason)


async def _seen(settings: Settings, source: Source) -> Seen:
    from mailbridge.cli.trial import Trial, World
    from mailbridge.mail.envelope import Client
    from mailbridge.wiring import lookups_for, reading_for

    world = World(at=None, client=Client(), mail_from=None, recipients=())
    with closing(reading_for(settings, parallel=1)) as reading:
        trial = Trial(
            lookups=lookups_for(settings),
            reading=reading,
            policies=settings.policies,
            owns_all=False,
            world=world,
            jobs=1,
            directory=settings.directory,
        )
        async for _, seen in trial.seen(iter((source,))):
            return seen
    raise ValueError("no mail")


def _examples(seen: Seen, policy: Policy) -> tuple[RegisterEntry, ...]:
    """Make entries of what was read, numbered from 1: there is no book behind them."""
    from mailbridge.decision.draft import draft_entries
    from mailbridge.registry.entry import Known, RegisterEntry, local_day
    from mailbridge.seen import judge_seen

    judgement, _ = judge_seen(seen, Known(), policy)
    judgement = replace(judgement, decision=replace(judgement.decision, book=policy.books[0].id))
    return tuple(
        RegisterEntry(
            id=f"example-{number}",
            year=local_day(seen.mail.accepted_at).year,
            number=number,
            arrived_at=seen.mail.accepted_at,
            draft=draft,
        )
        for number, draft in enumerate(draft_entries(judgement, seen.mail, seen.message, policy), 1)
    )


def _notice(seen: Seen, policy: Policy, settings: Settings, entries: tuple[RegisterEntry, ...]) -> Letter | None:
    from mailbridge.decision.findings import Action
    from mailbridge.letters.compose import compose
    from mailbridge.letters.environment import environment
    from mailbridge.mail.letter import LetterKind
    from mailbridge.registry.entry import Known
    from mailbridge.seen import judge_seen

    judgement, planned = judge_seen(seen, Known(), policy)
    due = next((each for each in planned if each.kind is LetterKind.NOTICE), None)
    if due is None:
        return None
    return compose(
        due,
        judgement=judgement,
        mail=seen.mail,
        message=seen.message,
        agency=policy.agency,
        entries=entries if judgement.decision.action is Action.REGISTER else (),
        language=policy.language,
        now=datetime.now(UTC),
        problems=seen.problems,
        templates=environment(settings.folder / "templates"),
        directory=settings.directory,
    )


def _staged(
    kind: str,
    mail: Received,
    entries: tuple[RegisterEntry, ...],
    policy: Policy,
    settings: Settings,
    reason: str,
) -> Letter | None:
    from mailbridge.letters.environment import environment
    from mailbridge.letters.stage import Stage
    from mailbridge.letters.stages import Desk, Why, correction_letter, stage_letter

    desk = Desk(
        agency=policy.agency,
        language=policy.language,
        templates=environment(settings.folder / "templates"),
        directory=settings.directory,
        stages=tuple(Stage),
    )
    # What would keep the letter back does not matter here: nobody gets it.
    mail = replace(mail, suppressed=None, author=mail.author or policy.agency.addresses[0])
    now = datetime.now(UTC)
    if kind == "correction":
        if not entries:
            return None
        before = replace(entries[0], draft=replace(entries[0].draft, symbol=None))
        return correction_letter(before, entries[0], mail, desk, now=now)
    stage = Stage(_STAGES[kind])
    about = _about(stage, entries)
    if about is None:
        return None
    why = Why(detail=reason or "…") if stage is Stage.REFUSED or reason else None
    return stage_letter(stage, mail, desk, now=now, entries=about, why=why)


def _about(stage: Stage, entries: tuple[RegisterEntry, ...]) -> tuple[RegisterEntry, ...] | None:
    """Return the entries that a letter of this stage names; None when it would need one."""
    from mailbridge.letters.stage import Stage

    if stage in (Stage.ARRIVED, Stage.REFUSED):
        return ()
    if not entries and stage not in (Stage.RECALL_AGREED, Stage.RECALL_REFUSED):
        return None
    return entries if stage is Stage.ACCEPTED else entries[:1]
