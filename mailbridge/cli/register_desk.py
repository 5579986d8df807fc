"""`mailbridge register waiting|confirm|dismiss|return`: mails that wait for a clerk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_choice import signed
from mailbridge.cli.register_desk_done import at_desk, no_reason, show_done
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import hanging, print_json
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.desk.answers import Waiting
    from mailbridge.desk.desk import Desk

_of_agency = click.option("--agency", metavar="ID", help="Only this agency.")
_PROPOSED = {"hold": "a clerk checks it", "return": "a return to its sender"}
_SHOWN = ("issuer", "symbol", "issued_date", "type", "subject", "urgency")


@click.command("waiting")
@_of_agency
@as_json_option
@with_session
def waiting(session: Session, agency: str | None, as_json: bool) -> int:
    """List mails that wait for a clerk: the most urgent first, with what was read of them and what is missing."""
    with at_desk(session) as (desk, _):
        found = desk.waiting(agency)
    if as_json:
        print_json(map(_object, found))
    elif not found:
        click.echo(say(session.lang(), "no mail waits for a clerk"))
    else:
        click.echo("\n\n".join("\n".join(_lines(each, session.lang())) for each in found))
    return 0


@click.command("confirm")
@click.argument("mail")
@click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="Correct a field; may be given often.")
@click.option("--document", metavar="FILE", help="Which file is meant: its index, or its name.")
@click.option("--anyway", is_flag=True, help="Enter it though an entry has the same number, symbol and issuer.")
@click.option("--force", is_flag=True, help="Enter it though fields are missing; needs --why.")
@click.option("--why", default="", help="The reason, which is kept.")
@_of_agency
@signed
@as_json_option
@with_session
def confirm(
    session: Session,
    mail: str,
    values: tuple[str, ...],
    document: str | None,
    anyway: bool,
    force: bool,
    why: str,
    agency: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Enter the MAIL that waits: `register confirm 0190163d --set "số, ký hiệu=15/QĐ-SNV"`.

    Its number is given now. What was read stays readable as the first version; the sender gets the acknowledgement
    when he was proven.
    """
    from mailbridge.cli.register_choice import read_fields
    from mailbridge.desk.desk import Via

    with at_desk(session, by) as (desk, who):
        read = tuple(read_fields(session, values).items())
        mail_id, of = _mail(session, desk, who.engine, mail, agency)
        done = desk.confirm(
            mail_id,
            of,
            values=read,
            document=document,
            anyway=anyway,
            force=force,
            by=who.name,
            via=Via.CLI,
            why=why,
        )
    return show_done(session, done, as_json=as_json)


@click.command("dismiss")
@click.argument("mail")
@click.option("--same-as", metavar="NUMBER", help="It is what this entry has already: they are joined.")
@click.option("--why", default="", help="The reason, which is kept.")
@_of_agency
@signed
@as_json_option
@with_session
def dismiss(
    session: Session,
    mail: str,
    same_as: str | None,
    why: str,
    agency: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """Settle the MAIL that waits as no document, or as one that is in the book: no number, and no letter."""
    from mailbridge.cli.register_choice import the_entry
    from mailbridge.desk.desk import Via
    from mailbridge.registry.books import Books

    with at_desk(session, by) as (desk, who):
        mail_id, of = _mail(session, desk, who.engine, mail, agency)
        if same_as is None:
            done = desk.dismiss(mail_id, of, by=who.name, via=Via.CLI, why=why)
        else:
            into = the_entry(session, Books(who.engine), same_as, agency=of, book=None, year=None)
            if into is None:
                return ANSWER_NO
            done = desk.join(mail_id, of, into, by=who.name, via=Via.CLI, why=why)
    return show_done(session, done, as_json=as_json)


@click.command("return")
@click.argument("mail")
@click.option("--why", help="The reason: a code such as wrong-place, with more behind a colon, or your own words.")
@click.option("--without-letter", is_flag=True, help="The sender is told otherwise; no letter leaves.")
@_of_agency
@signed
@as_json_option
@with_session
def return_(
    session: Session,
    mail: str,
    why: str | None,
    without_letter: bool,
    agency: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Send the MAIL that waits back to where it came from, with a reason; nobody who is not proven gets a letter.

    Codes: wrong-place, signature-invalid, changed, unsigned, no-symbol, file-missing, file-type, malware.
    """
    from mailbridge.desk.desk import Via

    if not (why or "").strip():
        raise no_reason(session)
    with at_desk(session, by) as (desk, who):
        mail_id, of = _mail(session, desk, who.engine, mail, agency)
        done = desk.return_mail(mail_id, of, why or "", without_letter=without_letter, by=who.name, via=Via.CLI)
    return show_done(session, done, as_json=as_json)


def _mail(session: Session, desk: Desk, engine: Engine, text: str, agency: str | None) -> tuple[str, str]:
    """Find the mail that is meant, by its id or the beginning or end of it among those that wait; and whose it is."""
    from mailbridge.registry.verdicts import SqlVerdicts

    text = text.strip()
    cases = SqlVerdicts(engine).cases_of(text)
    found = [(case.mail_id, case.agency) for case in cases if agency in (None, case.agency)]
    if not found and len(text) >= _SHORTEST_ID:
        ids = ((each.mail_id, each.agency) for each in desk.waiting(agency))
        found = [each for each in ids if each[0].startswith(text) or each[0].endswith(text)]
    if len(found) > 1:
        names = ", ".join(f"{mail_id} {of}" for mail_id, of in found)
        said = say(session.lang(), "{what} is several mails ({names}); say --agency", what=text, names=names)
        raise click.UsageError(said)
    if not found:
        click.echo(say(session.lang(), "there is no such mail, or nothing of it is kept"), err=True)
        raise click.exceptions.Exit(ANSWER_NO)
    return found[0]


_SHORTEST_ID = 6
"""Characters of an id that are enough among the mails that wait."""


def _object(told: Waiting) -> dict[str, object]:
    return {
        "mail_id": told.mail_id,
        "agency": told.agency,
        "accepted_at": utc(told.accepted_at),
        "action": told.action,
        "rule": told.rule,
        "reason": told.reason,
        "from": told.author,
        "subject": told.subject,
        "urgency": told.urgency,
        "verdict": told.verdict,
        "missing": list(told.missing),
        "pass_on": told.pass_on,
        "files": dict(told.files),
        "documents": [
            {name: _plain(getattr(draft, name)) for name in (*_SHOWN, "document_sha256")} for draft in told.documents
        ],
    }


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _lines(told: Waiting, language: str) -> Iterator[str]:
    from mailbridge.desk.wording import field_names
    from mailbridge.registry.corrections_fields import FIELDS, shown

    titles = {each.name: each.title(language) for each in FIELDS}
    head = ", ".join(filter(None, (local_time(told.accepted_at), told.author, told.subject)))
    yield hanging(f"{told.mail_id}  ", visible(head))
    facts = [("Proposed", say(language, _PROPOSED[told.action])), ("Reason", told.reason)]
    for draft in told.documents:
        facts += [(titles[name], shown(getattr(draft, name))) for name in _SHOWN]
    facts += [
        ("Missing", field_names(told.missing, language)),
        ("Reliability", told.verdict),
        ("May belong to", told.pass_on or ""),
        ("Files", ", ".join(f"{index} {name}" for index, name in told.files.items())),
    ]
    for label, value in facts:
        if value:
            yield hanging(f"  {say(language, label) + ':':18} ", visible(value))
