"""`mailbridge register file`: the file of an entry out of its archived mail, proven to the octet."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_choice import narrowing, the_entry
from mailbridge.cli.register_show import note_shown
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.mail.envelope import MailObject
    from mailbridge.mail.message import Part
    from mailbridge.registry.entry import Case, RegisterEntry
    from mailbridge.settings import Settings

_MODE = 0o600
"""A document may be for few eyes: whoever takes it out decides who may read it."""


class _Refused(Exception):
    """Nothing is handed out; the text is an English pattern, `facts` fill it in."""

    def __init__(self, pattern: str, **facts: object) -> None:
        super().__init__(pattern)
        self.pattern = pattern
        self.facts = facts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A file, and the digest that the book has of it."""

    part: Part
    sha256: str


@click.command("file")
@click.argument("what")
@click.option("--part", metavar="PART", help="Another part of the mail than the main file of the document.")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Whereto."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@narrowing
@as_json_option
@with_session
def file(
    session: Session,
    what: str,
    part: str | None,
    output: Path,
    force: bool,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Take the file of the entry called WHAT out of its archived mail, and hold it against what the book says of it.

    It is written only when every octet is as it came; otherwise the exit status is 1. That it was read is written down
    (keep_readings below [proof]).
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.lookups.atomic import write_whole
    from mailbridge.registry.books import Books

    settings, language = session.settings(), session.lang()
    if output.exists() and not force:
        text = "{path} is there already; --force writes over it"
        click.echo(say(language, text, path=visible(str(output))), err=True)
        return ANSWER_NO
    with open_ledger(session) as engine:
        entry = the_entry(session, Books(engine), what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        try:
            found = _find(settings, engine, entry, part)
        except _Refused as refused:
            click.echo(visible(say(language, refused.pattern, **refused.facts)), err=True)
            return ANSWER_NO
        note_shown(session, engine, [entry])
    write_whole(output, found.part.content, mode=_MODE)
    if as_json:
        told = {"part": found.part.index, "name": found.part.name, "type": found.part.type}
        print_json([{**told, "size": found.part.size, "sha256": found.sha256, "path": str(output), "intact": True}])
    else:
        click.echo(say(language, "intact (SHA-256 {sha256}): {path}", sha256=found.sha256, path=visible(str(output))))
    return 0


def _find(settings: Settings, engine: Engine, entry: RegisterEntry, index: str | None) -> _Found:
    from mailbridge.registry.verdicts import SqlVerdicts

    cases = SqlVerdicts(engine).cases_of(entry.draft.mail_id) if entry.draft.mail_id else ()
    case = next((each for each in cases if each.agency == entry.draft.agency), None)
    if case is None:
        raise _Refused("nothing of a mail is kept for this entry")
    parts = _parts(settings, _mail(settings, case), entry, index)
    if index is None:
        part = next((each for each in parts if each.sha256 == entry.draft.document_sha256), None)
        if part is None:
            raise _Refused("the file of the entry is not in its mail")
        expected = entry.draft.document_sha256 or ""
    else:
        part = next((each for each in parts if each.index == index), None)
        if part is None:
            raise _Refused("there is no part {part}; parts: {known}", part=index, known=_named(parts))
        expected = _digests(case).get(index, part.sha256)
    if hashlib.sha256(part.content).hexdigest() != expected:
        raise _Refused("CHANGED: the book says SHA-256 {sha256}", sha256=expected)
    return _Found(part=part, sha256=expected)


def _mail(settings: Settings, case: Case) -> MailObject:
    """Read the mail as the walk did, and hold it against its case."""
    from mailbridge.errors import Unavailable
    from mailbridge.mail.journal_copy import open_copy
    from mailbridge.spool.archive import load_archived

    try:
        mail = load_archived(settings.data / "spool", case.mail_id, case.accepted_at)
    except Unavailable as error:
        raise _Refused("the kept mail was changed: {detail}", detail=error.detail) from error
    if mail is None:
        raise _Refused("the kept mail is not there: {detail}", detail=case.mail_id)
    inner = open_copy(mail).mail
    if case.sha256 not in (mail.sha256, inner.sha256):
        raise _Refused("CHANGED: the book says SHA-256 {sha256}", sha256=case.sha256)
    return inner


def _parts(settings: Settings, mail: MailObject, entry: RegisterEntry, index: str | None) -> Sequence[Part]:
    """Return the parts of a mail; those that lie in its containers when the one that is asked for is none of them."""
    from mailbridge.mail.parse import parse

    parts = parse(mail.content).parts
    wanted = entry.draft.document_sha256
    if any(each.index == index if index else each.sha256 == wanted for each in parts):
        return parts
    from mailbridge.verify.evidence import Evidence, Trust
    from mailbridge.wiring import reading_for

    with closing(reading_for(settings, parallel=1)) as reading:
        opened = asyncio.run(reading.open(parts, Evidence(at=mail.accepted_at, trust=Trust())))
    return (*parts, *(member for each in opened for member in each.members))


def _named(parts: Sequence[Part]) -> str:
    return ", ".join(f"{each.index} ({each.name})" if each.name else each.index for each in parts)


def _digests(case: Case) -> Mapping[str, str]:
    """Return what was noted of the parts when the mail was judged; nothing from a case that was written otherwise."""
    try:
        parts = json.loads(case.judgement or "{}")["message"]["parts"]
        return {str(each["index"]): str(each["sha256"]) for each in parts}
    except (ValueError, KeyError, TypeError):
        return {}
