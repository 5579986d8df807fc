"""`mailbridge register diff`: two documents side by side, of two entries or of an entry and a mail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.register_choice import narrowing, the_entry
from mailbridge.cli.register_show import note_shown
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.differences import FieldPair, TextDifference
    from mailbridge.registry.entry import Case, DraftEntry, RegisterEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """One of two documents: what people call it, what it says in the book or would, and its text."""

    name: str
    draft: DraftEntry
    text: str | None


@click.command("diff")
@click.argument("what")
@click.argument("other", required=False)
@narrowing
@as_json_option
@with_session
def diff(
    session: Session,
    what: str,
    other: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Compare the entry WHAT with the entry or the mail OTHER: fields side by side, then what the texts say differently.

    Without OTHER it is compared with the newest mail that brought its number and symbol with another file.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books

    with open_ledger(session) as engine:
        entry = the_entry(session, Books(engine), what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        right = _other(session, engine, entry, other)
        if right is None:
            click.echo(say(session.lang(), "nothing to compare it with"), err=True)
            return ANSWER_NO
        left = _of_entry(engine, entry)
        note_shown(session, engine, (entry,))
    return _show(session, left, right, as_json=as_json)


def _show(session: Session, left: _Side, right: _Side, *, as_json: bool) -> int:
    from mailbridge.registry.differences import compare_fields, compare_texts

    pairs, texts = compare_fields(left.draft, right.draft), compare_texts(left.text, right.text)
    if as_json:
        print_json([_object(left, right, pairs, texts)])
    else:
        click.echo("\n".join(_lines(session.lang(), left, right, pairs, texts)))
    return 0


def _of_entry(engine: Engine, entry: RegisterEntry) -> _Side:
    text = _text(engine, entry.draft.agency, entry.draft.document_sha256)
    return _Side(name=f"{entry.shown_number}/{entry.year}", draft=entry.draft, text=text)


def _text(engine: Engine, agency: str, document_sha256: str) -> str | None:
    from mailbridge.registry.database import reaching_database, reading
    from mailbridge.registry.differences_texts import main_text

    if not document_sha256:
        return None
    with reaching_database(), reading(engine).begin() as connection:
        return main_text(connection, agency, document_sha256)


def _other(session: Session, engine: Engine, entry: RegisterEntry, other: str | None) -> _Side | None:
    """Find what an entry is compared with: a mail by its id, another entry, or the newest mail with its symbol."""
    from mailbridge.registry.books import Books
    from mailbridge.registry.verdicts import SqlVerdicts

    agency = entry.draft.agency
    if other is None:
        waiting = reversed(Books(engine).held(agency=agency))
        found = (_of_mail(engine, case, entry, needs_symbol=True) for case in waiting)
        return next((each for each in found if each is not None), None)
    for case in SqlVerdicts(engine).cases_of(other):
        if case.agency == agency and (side := _of_mail(engine, case, entry, needs_symbol=False)):
            return side
    line = the_entry(session, Books(engine), other, agency=agency, book=None, year=None)
    return _of_entry(engine, line) if line is not None else None


def _of_mail(engine: Engine, case: Case, entry: RegisterEntry, *, needs_symbol: bool) -> _Side | None:
    """Read the document of a mail with the symbol of an entry, or its first one; None when there is none."""
    told: dict[str, Any] = json.loads(case.judgement or "{}")
    documents = told.get("documents") or []
    same = [each for each in documents if each.get("symbol") == entry.draft.symbol]
    found = same[0] if same else (documents[0] if documents and not needs_symbol else None)
    if found is None:
        return None
    digests = {part["index"]: part["sha256"] for part in told["message"]["parts"]}
    digest = digests.get(found["main"], "")
    if needs_symbol and digest == entry.draft.document_sha256:
        return None
    return _Side(name=case.mail_id, draft=_draft(found, case, digest), text=_text(engine, case.agency, digest))


def _draft(found: dict[str, Any], case: Case, digest: str) -> DraftEntry:
    from mailbridge.registry.corrections_fields import with_values
    from mailbridge.registry.entry import DraftEntry

    signer = found.get("signer") or {}
    issued = found.get("issued_date")
    empty = DraftEntry(agency=case.agency, book="", mail_id=case.mail_id, document_sha256=digest)
    return with_values(
        empty,
        {
            "symbol": found.get("symbol"),
            "type": found.get("type"),
            "issuer": found.get("issuer"),
            "issued_date": date.fromisoformat(issued) if issued else None,
            "subject": found.get("subject"),
            "signer_name": signer.get("name"),
            "signer_position": signer.get("position"),
            "urgency": found.get("urgency"),
            "pages": found.get("pages"),
        },
    )


def _object(left: _Side, right: _Side, pairs: tuple[FieldPair, ...], texts: TextDifference) -> dict[str, object]:
    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    return {
        "left": left.name,
        "right": right.name,
        "fields": [
            {"field": each.name, "left": plain(each.left), "right": plain(each.right), "differs": each.differs}
            for each in pairs
        ],
        "same_file": bool(left.draft.document_sha256) and left.draft.document_sha256 == right.draft.document_sha256,
        "same_text": texts.same,
        "text": list(texts.lines) if texts.lines is not None else None,
    }


def _lines(
    language: str, left: _Side, right: _Side, pairs: tuple[FieldPair, ...], texts: TextDifference
) -> Iterator[str]:
    from mailbridge.registry.corrections_fields import FIELDS, shown

    titles = {each.name: each.title(language) for each in FIELDS}
    empty = say(language, "(empty)")
    yield visible(f"--- {left.name}")
    yield visible(f"+++ {right.name}")
    for pair in pairs:
        if not pair.differs:
            yield visible(f"  {titles[pair.name]}: {shown(pair.left)}")
            continue
        yield visible(f"- {titles[pair.name]}: {shown(pair.left) or empty}")
        yield visible(f"+ {titles[pair.name]}: {shown(pair.right) or empty}")
    yield ""
    if texts.lines is None:
        yield say(language, "the text of one of them is not kept; compare the files")
    elif texts.same:
        yield say(language, "the texts say the same")
    elif not texts.lines:
        yield say(language, "the texts differ in line breaks only, or say too little to be compared")
    else:
        yield from map(visible, texts.lines)
