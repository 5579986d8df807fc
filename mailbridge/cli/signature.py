"""`mailbridge signature verify|recheck|capsule`: signatures of files, verdicts asked for again, and evidence to go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.moments import read_moment
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, utc, visible
from mailbridge.errors import MailBridgeError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.cli.capsule import Contents
    from mailbridge.cli.signature_judging import Judged
    from mailbridge.ports import Reading
    from mailbridge.registry.entry import Case
    from mailbridge.registry.judged import Verdict
    from mailbridge.settings import Settings
    from mailbridge.verify.evidence import Evidence, Trust

_NOTHING = "nothing is kept of this mail"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.group("signature")
@with_session
def command(_session: Session) -> None:
    """Verify signatures of files and mails, and keep evidence of verdicts."""


# -- files ------------------------------------------------------------------------------------------------------------


@command.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--trust", type=_FOLDER, help="PEM anchors and CRLs, instead of those of the configuration.")
@click.option("--at", metavar="TIME", callback=read_moment, help="Time of judgement, RFC 3339; now without it.")
@as_json_option
@with_session
def verify(session: Session, files: Sequence[Path], trust: Path | None, at: datetime | None, as_json: bool) -> int:
    """
    Verify every signature in files: PDF, OOXML, ODF, XML, CMS (.p7s beside its file), mails (.eml), archives, capsules.

    Nobody is asked over the network. Without -c only the anchors of --trust are trusted, and without any nothing is
    valid. A capsule is judged by the evidence in it, and once more by the anchors of --trust or -c: nobody has signed
    it, and who packed it chose whom it trusts. Exit status 0 when every file has signatures and all are valid, 1
    when one is not, 65 when a file cannot be read.
    """
    from mailbridge.verify.evidence import Evidence
    from mailbridge.wiring import reading_for

    settings = session.settings() if session.config else None
    evidence = Evidence(at=at or datetime.now(UTC), trust=_trust(settings, trust))
    if not evidence.trust.anchors:
        click.echo(
            say(session.lang(), "no anchor is trusted: nothing can be valid; name a folder by --trust"), err=True
        )
    with closing(reading_for(settings)) as reading:
        run = _Run(session.lang(), as_json, evidence, reading)
        run.all(files)
    return run.status


def _trust(settings: Settings | None, folder: Path | None) -> Trust:
    from mailbridge.lookups.trust import load_trust
    from mailbridge.verify.evidence import Trust
    from mailbridge.wiring.looking import keeper_for

    if folder is not None:
        return load_trust(folder)
    return keeper_for(settings).current if settings else Trust()


class _Run:
    """One call of `verify`: what is printed, and how it ends."""

    def __init__(self, language: str, as_json: bool, evidence: Evidence, reading: Reading) -> None:
        self._language = language
        self._as_json = as_json
        self._evidence = evidence
        self._reading = reading
        self._is_first = True
        self.status = 0

    def all(self, files: Sequence[Path]) -> None:
        """Judge the files one by one, and print each judgement as soon as it is there."""
        for path in files:
            try:
                is_good = self._one(path, path.read_bytes())
            except OSError as error:
                text = say(self._language, "{path}: cannot be read: {why}", path=path, why=error.strerror)
                click.echo(visible(f"mailbridge: {text}"), err=True)
                self.status = BAD_DATA
            else:
                self.status = self.status or (0 if is_good else ANSWER_NO)

    def _one(self, path: Path, octets: bytes) -> bool:
        from mailbridge.cli.capsule import is_capsule
        from mailbridge.cli.capsule_check import check, checked_object, checked_text
        from mailbridge.cli.signature_judging import judge
        from mailbridge.cli.signature_sheet import sheet

        if is_capsule(octets):
            checked = asyncio.run(check(path, octets, self._reading, self._evidence.trust))
            self._print(checked_object(checked), checked_text(checked, self._language))
            return checked.holds and checked.is_trusted is not False
        judged = asyncio.run(judge(path, octets, self._evidence, self._reading))
        self._print(_object(judged), sheet(judged, self._language))
        return judged.is_all_valid

    def _print(self, told: dict[str, object], text: str) -> None:
        if self._as_json:
            print_json([told])
        else:
            click.echo(text if self._is_first else f"\n{text}")
        self._is_first = False


def _object(judged: Judged) -> dict[str, object]:
    from mailbridge.record import signature_object, smime_object

    return {
        "source": judged.source,
        "type": judged.type,
        "signatures": [signature_object(each) for each in judged.signatures],
        "smime": [smime_object(each) for each in judged.smime],
        "problem": judged.problem,
    }


# -- mails of the archive ---------------------------------------------------------------------------------------------


@command.command("recheck")
@click.argument("mail_id", metavar="MAIL-ID")
@click.option("--agency", metavar="ID", help="Only for this agency.")
@as_json_option
@with_session
def recheck(session: Session, mail_id: str, agency: str | None, as_json: bool) -> int:
    """
    Judge a mail of the archive for today, and add the verdict to those that are there.

    Nothing else changes: the verdict at reception stays, and so do decision, entry and letters. Answers of the DNS that
    were found before are kept; certificates are judged by the lists that are trusted now.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.verdicts import SqlVerdicts

    with open_ledger(session) as engine:
        cases = _cases(engine, mail_id, agency)
        if not cases:
            click.echo(say(session.lang(), _NOTHING), err=True)
            return ANSWER_NO
        added = _judged_again(session.settings(), engine, cases)
        verdicts = SqlVerdicts(engine).of_mail(mail_id)
    if as_json:
        print_json(map(_verdict_object, added))
    else:
        click.echo("\n".join(_told(verdicts, added, session.lang())))
    return 0


def _cases(engine: Engine, mail_id: str, agency: str | None) -> tuple[Case, ...]:
    from mailbridge.registry.verdicts import SqlVerdicts

    return tuple(each for each in SqlVerdicts(engine).cases_of(mail_id) if agency in (None, each.agency))


def _judged_again(settings: Settings, engine: Engine, cases: Sequence[Case]) -> tuple[Verdict, ...]:
    from mailbridge.control.audit import who_asks
    from mailbridge.recheck import ask_now
    from mailbridge.wiring import reading_for
    from mailbridge.wiring.prepared import prepare, world_of

    with closing(reading_for(settings)) as reading:
        world = world_of(prepare(settings), engine, reading)

        async def all_() -> tuple[Verdict, ...]:
            now = datetime.now(UTC)
            return tuple([await ask_now(case, world, now, by=who_asks()) for case in cases])

        return asyncio.run(all_())


def _told(verdicts: Sequence[Verdict], added: Sequence[Verdict], language: str) -> Iterator[str]:
    from mailbridge.cli.verdict_words import verdict_events

    for verdict, event in zip(verdicts, verdict_events(verdicts, language), strict=True):
        if verdict.agency in {each.agency for each in added}:
            yield visible(f"{local_time(event.at)}  {event.detail}")


def _verdict_object(verdict: Verdict) -> dict[str, object]:
    import json

    return {
        "mail_id": verdict.mail_id,
        "agency": verdict.agency,
        "sequence": verdict.sequence,
        "judged_at": utc(verdict.judged_at),
        "for_moment": utc(verdict.for_moment),
        "cause": verdict.cause.value,
        **json.loads(verdict.judgement),
    }


@command.command("capsule")
@click.argument("mail_id", metavar="MAIL-ID")
@click.option("--output", required=True, type=_NEW, metavar="FILE", help="The ZIP to be written.")
@click.option("--agency", metavar="ID", help="Whose verdicts and entries; needed when several agencies keep the mail.")
@with_session
def capsule(session: Session, mail_id: str, output: Path, agency: str | None) -> int:
    """
    Pack a mail, its verdicts, all that they rest on, and its place in the book into one file.

    `mailbridge signature verify FILE` checks it on any machine, with no network and no database. There is none of a
    mail of which nothing is kept.
    """
    from mailbridge.cli.capsule import write_capsule
    from mailbridge.cli.ledger import open_ledger

    with open_ledger(session) as engine:
        cases = _cases(engine, mail_id, agency)
        if len(cases) != 1:
            text = "several agencies keep this mail: {agencies}; name one by --agency" if cases else _NOTHING
            click.echo(say(session.lang(), text, agencies=", ".join(each.agency for each in cases)), err=True)
            return ANSWER_NO
        octets = write_capsule(_contents(session.settings(), engine, cases[0]))
    try:
        with output.open("xb") as file:
            file.write(octets)
    except FileExistsError:
        click.echo(say(session.lang(), "{path} is there already", path=visible(str(output))), err=True)
        return ANSWER_NO
    click.echo(say(session.lang(), "written: {path}", path=visible(str(output))))
    return 0


def _contents(settings: Settings, engine: Engine, case: Case) -> Contents:
    from mailbridge.cli.capsule import Contents
    from mailbridge.kept import TrustFiles
    from mailbridge.registry.books import Books
    from mailbridge.registry.verdicts import SqlVerdicts
    from mailbridge.registry.versions import versions_of
    from mailbridge.spool.archive import load_archived
    from mailbridge.wiring.prepared import evidence_folder

    mail = load_archived(settings.data / "spool", case.mail_id, case.accepted_at)
    if mail is None:
        raise MailBridgeError(f"mail {case.mail_id} is not in the archive")
    return Contents(
        mail=mail,
        case=case,
        verdicts=SqlVerdicts(engine).of_mail(case.mail_id, case.agency),
        entries=versions_of(engine, case.mail_id, case.agency),
        events=Books(engine).trace(case.mail_id, agency=case.agency),
        trust=TrustFiles(evidence_folder(settings)).load,
    )
