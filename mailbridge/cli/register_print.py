"""`mailbridge register print`: the book and the forms beside it on paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.register_stretch import Asked, ask, bind_volume, progress_bar, stretch_options, teller
from mailbridge.cli.session import ANSWER_NO, Session, with_session
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from mailbridge.cli.register_forms import Form
    from mailbridge.printing.volume import Volume


@click.command("print")
@stretch_options
@click.option(
    "--form",
    type=click.Choice(["book", "follow-up", "slip", "cover", "file", "files"]),
    default="book",
    help="What is printed; the book without it.",
)
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="With slip or cover: the số đến.")
@click.option("--file", metavar="NOTATION", help="With file: số và ký hiệu of the hồ sơ.")
@click.option("--volume", type=click.IntRange(min=1), metavar="N", help="Quyển số; a dotted line without it.")
@click.option("--volume-pages", type=click.IntRange(min=1), metavar="N", help="Bind into volumes of N sheets.")
@click.option("--volume-entries", type=click.IntRange(min=1), metavar="N", help="Bind into volumes of N entries.")
@click.option("--superior", default="", metavar="NAME", help="The body above the agency, for the cover.")
@with_session
def print_book(
    session: Session,
    /,
    form: str,
    number: int | None,
    file: str | None,
    volume: int | None,
    volume_pages: int | None,
    volume_entries: int | None,
    superior: str,
    **options: Any,
) -> int:
    """
    Print the book as PDF, on A4 across with the ten columns of Phụ lục IV, to be signed and bound; or another form.

    The same book gives the same file. Voided entries stay, struck through, and so does what was corrected.
    """
    from mailbridge.cli.register_forms import Form

    chosen = Form(form)
    _check_options(session, chosen, number=number, file=file, cuts=(volume_pages, volume_entries))
    if chosen not in (Form.BOOK, Form.FOLLOW_UP):
        return _print_form(session, chosen, number, file, superior, **options)
    asked = ask(session, **options)
    asked = replace(asked, title=replace(asked.title, volume=volume, superior=superior))
    if asked.is_in_the_way():
        return ANSWER_NO
    bound = bind_volume(asked)
    if bound is None:
        return ANSWER_NO
    if chosen is Form.FOLLOW_UP:
        return _print_follow_up(asked, bound)
    return _print_volumes(asked, bound, volume_pages, volume_entries)


def _check_options(
    session: Session, form: Form, *, number: int | None, file: str | None, cuts: tuple[int | None, int | None]
) -> None:
    """Refuse options that the form does not know, or misses."""
    problems = (
        ((number is not None) != (form.value in ("slip", "cover")), "--number goes with --form slip and cover"),
        ((file is not None) != (form.value == "file"), "--file goes with --form file"),
        (cuts != (None, None) and form.value != "book", "volumes are bound of the book"),
        (None not in cuts, "say --volume-pages or --volume-entries, not both"),
    )
    for is_wrong, text in problems:
        if is_wrong:
            raise click.UsageError(say(session.lang(), text))


def _print_form(
    session: Session, form: Form, number: int | None, file: str | None, superior: str, **options: Any
) -> int:
    """Print a form that is not bound: of one entry, of a file, or the list of files."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.cli.register_forms import Wanted, set_form

    needs_year = form.value != "file"
    asked = ask(session, **options, needs_year=needs_year)
    if asked.is_in_the_way():
        return ANSWER_NO
    wanted = Wanted(
        form=form,
        agency=asked.stretch.agency,
        agency_name=asked.title.agency,
        superior=superior,
        book=asked.stretch.book,
        year=asked.stretch.year or None,
        number=number,
        file=unicodedata.normalize("NFC", file).strip() if file else None,
    )
    with open_ledger(session) as engine:
        octets = set_form(wanted, engine)
    if octets is None:
        click.echo(asked.say("no such entry" if number else "no file with entries"), err=True)
        return ANSWER_NO
    return asked.write(octets)


def _print_follow_up(asked: Asked, bound: Volume) -> int:
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.cli.register_forms import set_follow_up
    from mailbridge.printing.follow_up import follow_up_title

    bound = replace(bound, title=follow_up_title(bound.title))
    with open_ledger(asked.session) as engine, progress_bar(len(bound.lines)) as progress:
        octets = set_follow_up(bound, engine, asked.stretch.agency, teller(progress))
    return asked.write(octets)


def _print_volumes(asked: Asked, bound: Volume, pages: int | None, entries: int | None) -> int:
    """Print the book, in one file or in one for each volume: "so-2.pdf" beside "so-1.pdf" for "so.pdf"."""
    from mailbridge.printing.typeset import cut_by_pages, set_book
    from mailbridge.printing.volume import cut_by_entries

    volumes: Sequence[Volume] = (bound,)
    if pages:
        volumes = cut_by_pages(bound, pages)
    elif entries:
        volumes = cut_by_entries(bound, entries)
    several = bool(pages or entries)
    outputs = [asked.part(each.title.volume or 1) if several else asked for each in volumes]
    if any(each.is_in_the_way() for each in outputs):
        return ANSWER_NO
    for each, output in zip(volumes, outputs, strict=True):
        with progress_bar(len(each.lines)) as progress:
            octets = set_book(each, teller(progress))
        if status := output.write(octets):
            return status
    return 0
