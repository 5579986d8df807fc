"""`mailbridge register merge|split|unlink`: two entries of one document, one entry of two, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register import entry_object
from mailbridge.cli.register_choice import narrowing, person, read_fields, reason, refusing, signed, the_entry
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import local_time, say, utc

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.entry import RegisterEntry
    from mailbridge.registry.links import Link


@click.command("merge")
@click.argument("one")
@click.argument("other")
@click.option("--why", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def merge(
    session: Session,
    one: str,
    other: str,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Merge two entries of one document: `register merge 15 12 --why "gửi lại"`.

    The later one keeps its number and its line and says where to look; whoever sends its file again is told the earlier
    number. `register unlink` takes it back.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books
    from mailbridge.registry.merging import SqlMerging

    with open_ledger(session) as engine, refusing(session):
        why = reason(session, why)
        found = [the_entry(session, Books(engine), each, agency=agency, book=book, year=year) for each in (one, other)]
        first, second = found
        if first is None or second is None:
            return ANSWER_NO
        done = SqlMerging(engine).merge(first.id, second.id, by=person(by), why=why)
    if as_json:
        print_json([{**entry_object(done.entry), "into": _named(done.into), "link": done.link.id}])
        return 0
    facts = {"number": _named(done.entry), "into": _named(done.into), "link": done.link.id}
    click.echo(say(session.lang(), "number {number} was merged into {into} (link {link})", **facts))
    return 0


@click.command("split")
@click.argument("what")
@click.argument("fields", nargs=-1, required=True)
@click.option("--file", "file", metavar="PART", help="Index, name or SHA-256 of its main file in the mail.")
@click.option("--why", help="The reason, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def split(
    session: Session,
    what: str,
    fields: tuple[str, ...],
    file: str | None,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Give a second document that the entry WHAT stands for its own number, the next one of the book.

    FIELDS are words field=value, as of `register correct`. Without --file it lies in the same file as the first.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.books import Books
    from mailbridge.registry.conflicts import AlreadyEntered
    from mailbridge.registry.merging import SqlMerging

    with open_ledger(session) as engine, refusing(session):
        values, why = read_fields(session, fields), reason(session, why)
        entry = the_entry(session, Books(engine), what, agency=agency, book=book, year=year)
        if entry is None:
            return ANSWER_NO
        document = _file(session, engine, entry, file) if file else ""
        try:
            done = SqlMerging(engine).split(entry.id, values, document_sha256=document, by=person(by), why=why)
        except AlreadyEntered as error:
            text = "this file is in the book already: number {number}"
            click.echo(say(session.lang(), text, number=_named(error.entry)), err=True)
            return ANSWER_NO
    if as_json:
        print_json([{**entry_object(done.entry), "from": _named(entry), "link": done.link.id}])
        return 0
    facts = {"number": _named(done.entry), "origin": _named(entry), "link": done.link.id}
    click.echo(say(session.lang(), "number {number} was parted off from {origin} (link {link})", **facts))
    return 0


@click.command("unlink")
@click.argument("link", type=int)
@click.option("--why", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def unlink(session: Session, link: int, why: str | None, by: str | None, as_json: bool) -> int:
    """
    Take the LINK with this number back, as `register show` names it; nothing is deleted.

    A merged entry stands again; one that was parted off goes back and keeps its number; a copy or an answer is parted
    from its entry; what was recalled or replaced stands as before, and what its issuer asked is to be answered again.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.merging import SqlMerging

    with open_ledger(session) as engine, refusing(session):
        why = reason(session, why)
        try:
            done = SqlMerging(engine).undo(link, by=person(by), why=why)
        except LookupError:
            click.echo(say(session.lang(), "no such link"), err=True)
            return ANSWER_NO
    if as_json:
        print_json([{**entry_object(done.entry), "version": done.entry.version, "undone": link}])
        return 0
    facts = {"number": _named(done.entry), "link": link, "state": say(session.lang(), done.entry.status.value)}
    click.echo(say(session.lang(), "link {link} was taken back; number {number}: {state}", **facts))
    return 0


def _named(entry: RegisterEntry) -> str:
    return f"{entry.shown_number}/{entry.year}"


def _file(session: Session, engine: Engine, entry: RegisterEntry, wanted: str) -> str:
    """Find a file of the mail by what people call it, and return its SHA-256; raises `UsageError`."""
    import json

    from mailbridge.registry.verdicts import SqlVerdicts

    cases = SqlVerdicts(engine).cases_of(entry.draft.mail_id) if entry.draft.mail_id else ()
    case = next((each for each in cases if each.agency == entry.draft.agency), None)
    told = json.loads(case.judgement) if case and case.judgement else {}
    parts = (told.get("message") or {}).get("parts", [])
    found = [part for part in parts if wanted in (part.get("index"), part.get("name"), part.get("sha256"))]
    if len(found) != 1:
        names = ", ".join(f"{part['index']} {part['name']}" for part in parts if part.get("name"))
        raise click.UsageError(say(session.lang(), "say which file, one of: {names}", names=names))
    return str(found[0]["sha256"])


def link_object(link: Link, numbers: Mapping[str, str]) -> dict[str, object]:
    """Return a link for programs; `numbers` are those of the entries, by id."""
    return {
        "id": link.id,
        "kind": link.kind.value,
        "number": numbers.get(link.entry_id),
        "other": numbers.get(link.other_id or ""),
        "mail_id": link.mail_id,
        "channel": link.channel.value if link.channel else None,
        "arrived_at": utc(link.arrived_at) if link.arrived_at else None,
        "by": link.written_by,
        "at": utc(link.written_at),
        "why": link.why,
    }


def link_line(link: Link, entry: RegisterEntry, numbers: Mapping[str, str], language: str) -> str:
    """Write a link for people, as seen from an entry: "3. trùng văn bản với số đến 12/2026 (lan, …, gửi lại)"."""
    is_own = link.entry_id == entry.id
    other = numbers.get((link.other_id if is_own else link.entry_id) or "", "")
    seen = f"link/{link.kind.value}" if is_own else f"link/{link.kind.value}/back"
    facts = {
        "other": other,
        "mail": link.mail_id or "",
        "channel": say(language, f"channel/{link.channel.value}").removeprefix("channel/") if link.channel else "",
        "when": local_time(link.arrived_at) if link.arrived_at else "",
    }
    told = say(language, _ENGLISH.get(seen, seen), **facts)
    if is_own and link.kind in _ANSWERED:
        told += say(language, ", by number {other}", other=other) if other else ""
        told += say(language, ", mail {mail}", mail=link.mail_id) if link.mail_id else ""
    return f"{link.id}. {told} ({', '.join(filter(None, (link.written_by, local_time(link.written_at), link.why)))})"


_ENGLISH = {
    "link/same-document": "same document as number {other}",
    "link/same-document/back": "number {other} is the same document",
    "link/split-off": "parted off from number {other}",
    "link/split-off/back": "number {other} was parted off",
    "link/channel": "came again, {channel}, {when}, mail {mail}",
    "link/paper-copy": "paper came on {when}",
    "link/reply-to": "belongs to the earlier number {other}",
    "link/reply-to/back": "number {other} belongs to this one",
    "link/recall-asked": "the issuer asks to take it back, mail {mail}; frozen until a clerk answers",
    "link/replace-asked": "the issuer asks to replace it, mail {mail}; frozen until a clerk answers",
    "link/update-asked": "the issuer asks to change it, mail {mail}; frozen until a clerk answers",
    "link/recalled-by": "was recalled",
    "link/recalled-by/back": "recalls number {other}",
    "link/replaced-by": "was replaced",
    "link/replaced-by/back": "replaces number {other}",
    "link/updated-by": "was changed at the issuer's wish",
    "link/updated-by/back": "changes number {other}",
}


_ANSWERED = frozenset({"recalled-by", "replaced-by", "updated-by"})


def numbers_of(engine: Engine, links: Sequence[Link]) -> dict[str, str]:
    """Return the numbers of all entries that links name, "12/2026" by id."""
    from mailbridge.registry.links_books import LinkBooks

    books = LinkBooks(engine)
    ids = dict.fromkeys(each for link in links for each in (link.entry_id, link.other_id) if each)
    return {id_: _named(books.entry(id_)) for id_ in ids}
