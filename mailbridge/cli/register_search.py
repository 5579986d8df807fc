"""`mailbridge register search`: the book by words in any field and in the text of documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.moments import the_day
from mailbridge.cli.register import COLUMNS, entry_object, entry_row
from mailbridge.cli.register_choice import narrowing, read_pair, signed
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailbridge.registry.search_books import Hit, Question

_FOUND = Column(head="Found", under="Type and subject")
_USUAL, _MOST = 50, 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Modes:
    """What is done besides looking; at most one of them."""

    save: str | None = None
    saved: str | None = None
    list_saved: bool = False
    forget: str | None = None
    asked: str | None = None
    reindex: bool = False
    forget_text: str | None = None

    def several(self) -> bool:
        said = (self.save, self.saved, self.list_saved, self.forget, self.asked, self.reindex, self.forget_text)
        return sum(bool(each) for each in said) > 1


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--from-date", metavar="DAY", help="Arrived on this day or later.")
@click.option("--to-date", metavar="DAY", help="Arrived on this day or before.")
@click.option("--issuer", help="Words of the issuing body.")
@click.option("--type", "type_", help="Words of the type.")
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    help=f"Most entries to show; {_USUAL} without it, {_MOST} in a file.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write them into a file: .xlsx, .docx, .pdf or .csv.",
)
@click.option("--columns", metavar="NAMES", help="Columns of the file, names with commas between them.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--save", metavar="NAME", help="Keep this search under a name.")
@click.option("--saved", metavar="NAME", help="Search as was kept under this name.")
@click.option("--list-saved", is_flag=True, help="List the searches that are kept.")
@click.option("--forget", metavar="NAME", help="Keep the search of this name no longer.")
@click.option("--asked", metavar="SYMBOL", help="Say whether this document came, when, and under which number.")
@click.option("--reindex", is_flag=True, help="Read archived mails again whose text is not kept; may be broken off.")
@click.option("--forget-text", metavar="WHAT", help="Take the text of this entry's document out of the search.")
@narrowing
@signed
@as_json_option
@with_session
def search(
    session: Session,
    /,
    limit: int | None,
    output: Path | None,
    columns: str | None,
    force: bool,
    by: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """
    Find entries that have all these WORDS, in any field or in the text, with or without marks; 1 when there is none.

    A word field=value looks in that field alone. The beginning of a word or of a number is enough ("123", "123/QĐ");
    words between quotation marks stand side by side.
    """
    from mailbridge.cli import register_search_saved as keeping

    modes = _Modes(**{name: options.pop(name) for name in _Modes.__dataclass_fields__})
    if modes.several():
        raise click.UsageError(say(session.lang(), "these do not go together: --save, --saved, --asked and the like"))
    session.settings()
    question = _question(session, **options)
    if modes.list_saved or modes.forget:
        return keeping.show_or_forget(session, question, modes.forget, by=by, as_json=as_json)
    if modes.asked:
        from mailbridge.cli.register_search_asked import answer

        return answer(session, modes.asked, question, as_json=as_json)
    if modes.reindex or modes.forget_text:
        from mailbridge.cli.register_search_texts import forget_text, reindex

        return forget_text(session, modes.forget_text, question, by) if modes.forget_text else reindex(session)
    if modes.save or modes.saved:
        kept = keeping.keep(session, modes.save, question, by) if modes.save else None
        question = kept or keeping.kept(session, modes.saved or "", question, by)
    hits = _hits(session, question, limit or (_MOST if output else _USUAL))
    if output is not None:
        from mailbridge.cli.register_search_out import write_found

        return write_found(session, hits, question, output=output, columns=columns, force=force)
    _show(session, hits, as_json=as_json)
    return 0 if hits else ANSWER_NO


def _hits(session: Session, question: Question, limit: int) -> Sequence[Hit]:
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_books import SqlSearch

    with open_ledger(session) as engine:
        found = SqlSearch(engine).hits(question, most=limit + 1)
    if len(found) > limit:
        click.echo(say(session.lang(), "only the first {limit} are shown; --limit shows more", limit=limit), err=True)
    return found[:limit]


def _show(session: Session, hits: Sequence[Hit], *, as_json: bool) -> None:
    from mailbridge.registry.search_index import Where

    if as_json:
        print_json(map(hit_object, hits))
        return
    language = session.lang()
    in_text = {id(hit) for hit in hits if hit.snippet and hit.where is Where.TEXTS}
    rows = [entry_row(hit.entry, language) for hit in hits]
    if not in_text:
        print_table(language, COLUMNS, rows)
        return
    shown = [hit.snippet.shown("«", "»") if hit.snippet and id(hit) in in_text else "" for hit in hits]
    print_table(language, (*COLUMNS, _FOUND), ((*row, piece) for row, piece in zip(rows, shown, strict=True)))


def hit_object(hit: Hit) -> Mapping[str, object]:
    """Return the object of `register list --json`, where the words were met, and the place with marks around them."""
    told = {"found_in": hit.where.name.lower(), "snippet": hit.snippet.shown("«", "»") if hit.snippet else None}
    return {**entry_object(hit.entry), **told}


def _question(
    session: Session,
    *,
    words: tuple[str, ...],
    from_date: str | None,
    to_date: str | None,
    issuer: str | None,
    type_: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
) -> Question:
    from mailbridge.registry.search_books import Question

    given = [word.partition("=") for word in words if "=" in word]
    given += [(name, "=", text) for name, text in (("issuer", issuer), ("type", type_)) if text is not None]
    return Question(
        words=tuple(word for word in words if "=" not in word),
        fields={field.name: value for field, value in (read_pair(session, name, text) for name, _, text in given)},
        first_day=_day(session, from_date),
        last_day=_day(session, to_date),
        agency=agency,
        book=book,
        year=year,
    )


def _day(session: Session, text: str | None) -> date | None:
    return None if text is None else the_day(session, text)
