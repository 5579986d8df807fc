"""`mailbridge register search --asked`: did this document come, when, and under which number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from mailbridge.registry.search_asked import Came
    from mailbridge.registry.search_books import Question


def answer(session: Session, symbol: str, question: Question, *, as_json: bool) -> int:
    """Say what came under a symbol; 1 when nothing did."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_asked import came

    issuer = question.fields.get("issuer")
    with open_ledger(session) as engine:
        found = came(engine, symbol, agency=question.agency, issuer=str(issuer) if issuer else None)
    if as_json:
        print_json(map(_object, found))
    elif found:
        for each in found:
            click.echo(visible(_line(each, session.lang())))
    else:
        click.echo(say(session.lang(), "{symbol} is not in the book, and waits nowhere", symbol=visible(symbol)))
    return 0 if found else ANSWER_NO


def _line(found: Came, language: str) -> str:
    facts = {"symbol": found.symbol, "time": local_time(found.received_at)}
    if found.entry is None:
        return say(language, "{symbol}: received {time}, waits for a clerk, has no number", **facts)
    entry = found.entry
    facts |= {"number": f"{entry.shown_number}/{entry.year}", "book": entry.draft.book}
    facts["issuer"] = entry.draft.issuer or "—"
    line = say(language, "{symbol} of {issuer}: received {time}, number {number} in book {book}", **facts)
    state = entry.status.value
    return line if state == "registered" else f"{line} ({say(language, state)})"


def _object(found: Came) -> dict[str, object]:
    entry = found.entry
    return {
        "symbol": found.symbol,
        "received_at": utc(found.received_at),
        "state": entry.status.value if entry else "waiting",
        "issuer": entry.draft.issuer if entry else None,
        "book": entry.draft.book if entry else None,
        "year": entry.year if entry else None,
        "number": entry.number if entry and not entry.awaits_number else None,
        "mail_id": (entry.draft.mail_id or None) if entry else found.waiting.mail_id if found.waiting else None,
    }
