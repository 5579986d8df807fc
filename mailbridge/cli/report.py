"""`mailbridge report`: the account of deliveries, what shadow mode would have done, and figures (`report_figures`)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.account import account_lines, account_object
from mailbridge.cli.maillog import MailLog, read_maillog
from mailbridge.cli.report_figures import figures, private
from mailbridge.cli.report_letters import letters
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, say_word, utc
from mailbridge.registry.entry import VIETNAM, local_day

if TYPE_CHECKING:
    from mailbridge.registry.books import Books
    from mailbridge.registry.entry import Case

_COUNTS = (
    Column(head="Action", whole=True),
    Column(head="Kind", whole=True),
    Column(head="Rule", whole=True),
    Column(head="Mails", whole=True),
)
_SHADOWS = (
    Column(head="Time", whole=True),
    Column(head="Mail", whole=True, under="Time"),
    Column(head="Action", whole=True),
    Column(head="Reason"),
    Column(head="Letters"),
)
_MAILLOG = (
    Column(head="State", whole=True),
    Column(head="Queue id", whole=True),
    Column(head="Mail", whole=True),
    Column(head="Time", whole=True),
)
_LONGEST_LEDGER = 3660
"""Days that one call draws up: ten years."""


class _Day(click.ParamType[date]):
    """A day as people write it: 31/12/2026 or 2026-12-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from mailbridge.registry.days import read_day

        day = read_day(str(value))
        if day is None:
            self.fail(f"{value} is no day; write 31/12/2026 or 2026-12-31", param, ctx)
        return day


@click.group("report")
@with_session
def command(_session: Session) -> None:
    """Draw up accounts and figures."""


@command.command("ledger")
@click.option("--since", type=_Day(), metavar="DAY", help="First day; today without it.")
@click.option("--until", type=_Day(), metavar="DAY", help="Last day; today without it.")
@as_json_option
@with_session
def ledger(session: Session, since: date | None, until: date | None, as_json: bool) -> int:
    """
    Draw up the account of deliveries, day by day: accepted = delivered + refused + uncertain.

    Exit status 1 when a mail has no recorded outcome, or a delivered one is nowhere.
    """
    from mailbridge.cli.ledger import in_spool, open_books

    now = datetime.now(VIETNAM)
    last = until or local_day(now)
    first = since or last
    if not 0 <= (last - first).days < _LONGEST_LEDGER:
        raise click.BadParameter("the last day must come after the first", param_hint="--until")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    spool = in_spool(session.settings())
    with open_books(session) as books:
        accounts = [books.equation(day, now=now, spool=spool) for day in days]
    if as_json:
        print_json(map(account_object, accounts))
    else:
        click.echo("\n\n".join("\n".join(account_lines(session.lang(), each)) for each in accounts))
    return 0 if all(each.holds for each in accounts) else ANSWER_NO


@command.command("maillog")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--client", "clients", multiple=True, metavar="ADDRESS", help="Address by which Postfix knows us.")
@as_json_option
@with_session
def maillog(session: Session, files: tuple[Path, ...], clients: tuple[str, ...], as_json: bool) -> int:
    """
    Hold the ledger against the log of the Postfix behind us, in the time that the log covers.

    Tells which mails that we delivered do not occur in the log (exit status 1), and which mails Postfix had from us
    that the ledger does not know. Without --client, "us" is whoever sent the mails that both know.
    """
    from mailbridge.cli.ledger import open_books

    try:
        log = _read(files)
    except (OSError, EOFError) as error:
        click.echo(f"mailbridge: {say(session.lang(), 'bad data')}: {error}", err=True)
        return BAD_DATA
    with open_books(session) as books:
        summary, found = _compare(log, books, frozenset(clients))
    if as_json:
        print_json([summary, *found])
    else:
        click.echo(
            say(
                session.lang(),
                "{delivered} delivered, {found} of them in the log, {unnamed} without a queue id",
                **summary,
            )
        )
        if found:
            print_table(session.lang(), _MAILLOG, (_maillog_row(session.lang(), each) for each in found))
    return ANSWER_NO if any(each["state"] == "not in the log" for each in found) else 0


@command.command("shadow")
@click.option("--since", type=_Day(), metavar="DAY", help="Only mails that came on this day or later.")
@as_json_option
@with_session
def shadow(session: Session, since: date | None, as_json: bool) -> int:
    """Show what would have become of the mails that were walked in shadow mode, and why."""
    from mailbridge.cli.ledger import open_books

    start = datetime.combine(since, time.min, VIETNAM) if since else None
    language = session.lang()
    with open_books(session) as books:
        language = session.lang()
        counts = books.counts(since=start, shadow=True)
        cases = books.cases(since=start, shadow=True)
        if as_json:
            head = [
                {"action": each.action, "kind": each.kind, "rule": each.rule, "mails": each.mails} for each in counts
            ]
            print_json([{"mails": sum(each.mails for each in counts), "counts": head}])
            print_json(map(_shadow_object, cases))
        elif counts:
            print_table(
                language,
                _COUNTS,
                ((say_word(language, "action", each.action), each.kind, each.rule, str(each.mails)) for each in counts),
            )
            click.echo()
            print_table(language, _SHADOWS, (_shadow_row(language, case) for case in cases))
        else:
            click.echo(say(language, "nothing found"))
    return 0 if counts else ANSWER_NO


command.add_command(figures)
command.add_command(private)


def _read(files: Iterable[Path]) -> MailLog:
    with ExitStack() as stack:

        def lines() -> Iterator[str]:
            for path in files:
                opening = gzip.open if path.suffix == ".gz" else open
                yield from stack.enter_context(opening(path, "rt", encoding="utf-8", errors="replace"))

        return read_maillog(lines(), datetime.now().astimezone())


def _compare(
    log: MailLog, books: Books, clients: frozenset[str]
) -> tuple[dict[str, object], list[Mapping[str, str | None]]]:
    """Return the figures, and what only one side knows."""
    if log.first is None or log.last is None:
        return {"from": None, "to": None, "delivered": 0, "found": 0, "unnamed": 0}, []
    delivered = list(books.deliveries(log.first, log.last))
    named = [each for each in delivered if each.queue_id]
    absent = [each for each in named if each.queue_id not in log.seen]
    ours = books.delivered(log.clients) | books.letter_queue_ids(log.clients)
    us = clients or {client for queue_id, client in log.clients.items() if queue_id in ours}
    foreign = [queue_id for queue_id, client in log.clients.items() if client in us and queue_id not in ours]
    summary = {
        "from": utc(log.first),
        "to": utc(log.last),
        "delivered": len(delivered),
        "found": len(named) - len(absent),
        "unnamed": len(delivered) - len(named),
    }
    return summary, [
        *(
            {"state": "not in the log", "queue_id": each.queue_id, "mail_id": each.mail_id, "at": utc(each.ended_at)}
            for each in absent
        ),
        *({"state": "not in the ledger", "queue_id": queue_id, "mail_id": None, "at": None} for queue_id in foreign),
    ]


def _maillog_row(language: str, found: Mapping[str, str | None]) -> tuple[str, ...]:
    at = local_time(datetime.fromisoformat(found["at"])) if found["at"] else ""
    return say(language, found["state"] or ""), found["queue_id"] or "", found["mail_id"] or "", at


def _told(case: Case) -> dict[str, Any]:
    told = json.loads(case.judgement) if case.judgement else {}
    return told if isinstance(told, dict) else {}


def _shadow_object(case: Case) -> dict[str, object]:
    told = _told(case)
    return {
        "mail_id": case.mail_id,
        "agency": case.agency,
        "accepted_at": utc(case.accepted_at),
        "kind": case.kind,
        "action": case.action,
        "rule": case.rule,
        "reason": case.reason,
        "book": told.get("decision", {}).get("book"),
        "documents": told.get("documents", []),
        "letters": told.get("letters", []),
    }


def _shadow_row(language: str, case: Case) -> tuple[str, ...]:
    letters = "; ".join(_letter(language, each) for each in _told(case).get("letters", []))
    action = say_word(language, "action", case.action)
    return local_time(case.accepted_at), case.mail_id, action, case.reason, letters


def _letter(language: str, letter: Mapping[str, str | None]) -> str:
    name = say_word(language, "letter", letter["kind"] or "")
    if letter["suppressed"]:
        return say(language, "{letter}: would not leave ({why})", letter=name, why=letter["suppressed"])
    return f"{name} → {letter['to']}"


command.add_command(letters)
