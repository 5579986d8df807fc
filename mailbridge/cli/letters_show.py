"""`mailbridge letters show|check|resend`: one letter, whether it is ours, and sending it once more."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.letters import letter_object
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, say_word, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.decision.findings import Agency
    from mailbridge.mail.letter import Letter
    from mailbridge.registry.fates import LetterFate
    from mailbridge.registry.rows import LetterRecord


@click.command("show")
@click.argument("key")
@click.option("--raw", is_flag=True, help="The mail as it was written, before it is signed.")
@as_json_option
@with_session
def show(session: Session, key: str, raw: bool, as_json: bool) -> int:
    """
    Show a letter: its text, and what became of it. KEY is its key, or its check code.

    Exit status 1 when there is no such letter.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.returned import Returned

    with open_ledger(session) as engine:
        returned = Returned(engine)
        record = returned.find(key)
        fates = returned.fates((record.letter.key,)) if record else ()
    if record is None:
        return _not_there(session)
    if raw:
        sys.stdout.buffer.write(record.letter.content)
        return 0
    if as_json:
        print_json([{**letter_object(record), "returned": [_fate_object(each) for each in fates]}])
        return 0
    language = session.lang()
    click.echo(f"{say_word(language, 'letter', record.letter.kind.value)}  {record.letter.key}")
    for each in fates:
        told = " ".join(filter(None, (each.status, each.said)))
        click.echo(visible(f"{local_time(each.at)}  {say_word(language, 'fate', each.what.value)}: {told}"))
    click.echo(shown_lines(_text_of(record.letter.content)))
    return 0


@click.command("check")
@click.argument("token")
@as_json_option
@with_session
def check(session: Session, token: str, as_json: bool) -> int:
    """
    Say whether a check code is of a letter of ours: what it acknowledged, and the hashes of what was received.

    Tells neither names nor subjects. Exit status 1 when no letter has this code.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.returned import Returned

    with open_ledger(session) as engine:
        record = Returned(engine).find(token)
    told = checked(record) if record else None
    if told is None:
        return _not_there(session)
    if as_json:
        print_json([told])
        return 0
    language = session.lang()
    click.echo(say(language, "This code is of a letter written at {time}.", time=told["written_at"]))
    for entry in told["entries"]:
        click.echo(say(language, "Arrival number {number}/{year}", **entry))
    for digest in told["files"]:
        click.echo(f"SHA-256 {digest}")
    return 0


def checked(record: LetterRecord) -> dict[str, Any] | None:
    """Return what a check code reveals: code, times, numbers, hashes; None of a letter without a part for programs."""
    from mailbridge.letters.machine import JSON_NAME

    mail = message_from_bytes(record.letter.content, policy=default)
    found = (part for part in mail.iter_attachments() if part.get_filename() == JSON_NAME)
    part = next(found, None)
    if part is None:
        return None
    said = json.loads(part.get_content())
    return {
        "code": said["code"],
        "written_at": said["written_at"],
        "accepted_at": said["mail"]["accepted_at"],
        "mail_sha256": said["mail"]["sha256"],
        "files": [each["sha256"] for each in said["files"]],
        "entries": [{"number": each["number"], "year": each["year"]} for each in said["entries"]],
    }


@click.command("resend")
@click.argument("key")
@click.option("--to", metavar="ADDRESS", help="Another address; the one it went to without it.")
@with_session
def resend(session: Session, key: str, to: str | None) -> int:
    """
    Send a letter once more: one that came back, or that could not leave. KEY is its key, or its check code.

    What was written stays; fields before it say that it went again. Exit status 1 when there is no such letter or it
    still waits, 65 when the address cannot be used.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.returned import Returned

    settings = session.settings()
    with open_ledger(session) as engine:
        record = Returned(engine).find(key)
        if record is None:
            return _not_there(session)
        agency = next((each for each in settings.agencies if each.id == record.letter.agency), settings.agencies[0])
        if record.sent_at is None and record.failed_at is None:
            click.echo(say(session.lang(), "The letter still waits; it leaves by itself."), err=True)
            return ANSWER_NO
        try:
            again = _post_again(engine, record.letter, to or record.letter.recipient, agency)
        except ValueError:
            click.echo(say(session.lang(), "{to} cannot be used as an address", to=visible(to or "")), err=True)
            return BAD_DATA
    click.echo(say(session.lang(), "Waits to leave for {to}: {key}", to=again.recipient, key=again.key))
    return 0


def _post_again(engine: Engine, letter: Letter, to: str, agency: Agency) -> Letter:
    from mailbridge.letters.comeback import sent_again
    from mailbridge.registry.returned import Resent

    now = datetime.now(UTC)
    return Resent(engine).post(letter, lambda place: sent_again(letter, to, place, agency, now), now)


def shown_lines(text: str) -> str:
    """Make a text of several lines safe to show."""
    return "\n".join(map(visible, text.splitlines()))


def _not_there(session: Session) -> int:
    click.echo(say(session.lang(), "there is no such letter"), err=True)
    return ANSWER_NO


def _fate_object(fate: LetterFate) -> dict[str, object]:
    return {
        "at": utc(fate.at),
        "what": fate.what.value,
        "mail_id": fate.mail_id,
        "status": fate.status,
        "said": fate.said,
    }


def _text_of(content: bytes) -> str:
    """Return header and text of a letter as a person reads them."""
    mail = message_from_bytes(content, policy=default)
    head = "\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Date", "Subject") if mail[name])
    body = mail.get_body(("plain",))
    return f"{head}\n\n{body.get_content() if body else ''}".rstrip()
