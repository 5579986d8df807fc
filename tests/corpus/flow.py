"""A document as text programs hold it: paragraphs and tables of two columns in reading order, for every such format."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tests.corpus.letter import Letter
from tests.corpus.style import Head, Rule, Style


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A paragraph; `small` is one point smaller than the text, as names in letterheads are."""

    text: str
    bold: bool = False
    italic: bool = False
    centred: bool = False
    small: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a table without lines: paragraphs of its two cells; `share` is the width of the left one."""

    left: tuple[Text, ...]
    right: tuple[Text, ...]
    share: float = 0.45


@dataclass(frozen=True, kw_only=True, slots=True)
class Tabs:
    """A paragraph with two texts, each centred on a tab stop."""

    left: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """The end of a page."""


Block: TypeAlias = Text | Row | Tabs | Break


def blocks(letter: Letter, style: Style) -> tuple[Block, ...]:
    """Lay a document out."""
    return (*_head(letter, style), *_top(letter, style), *_body(letter, style), _foot(letter), *_annexed(letter))


def decision_words(letter: Letter) -> tuple[str, str]:
    """Say who decides and by which word, the two lines in capitals around the grounds; "" where there are none."""
    issuer = " ".join(letter.issuer)
    match letter.facts.kind:
        case "Quyết định":
            return f"CHỦ TỊCH {issuer}" if "NHÂN DÂN" in issuer else "", "QUYẾT ĐỊNH:"
        case "Nghị quyết":
            return issuer, "QUYẾT NGHỊ:"
        case _:
            return "", ""


def lines(some: Sequence[Block]) -> Iterator[str]:
    """Tell the text alone, a line a paragraph, cells one after the other."""
    for block in some:
        match block:
            case Text(text=text):
                yield text
            case Row(left=left, right=right):
                yield from (each.text for each in (*left, *right))
            case Tabs(left=before, right=behind):
                yield f"{before}\t{behind}"
            case Break():
                yield ""


def _head(letter: Letter, style: Style) -> Iterator[Block]:
    names = tuple(
        Text(text=line, bold=place >= len(letter.superior), centred=True, small=True)
        for place, line in enumerate((*letter.superior, *letter.issuer))
    )
    state = tuple(Text(text=line, bold=True, centred=True, small=True) for line in letter.state)
    rule = (Text(text=style.rule.value, centred=True),) if style.rule in (Rule.DASHES, Rule.CIRCLE) else ()
    street = (Text(text=letter.street, centred=True, small=True),) if letter.street else ()
    mark = (Text(text="*", centred=True),) if letter.is_party else ()
    about = () if letter.title else (Text(text=letter.about, centred=True),)
    number = (Text(text=letter.number, centred=True), *about)
    dated = (Text(text=letter.place_date, italic=True, centred=True),)
    match style.head:
        case Head.TABLE:
            yield Row(left=(*names, *street, *(mark or rule)), right=(*state, *rule), share=style.share)
            yield Row(left=number, right=dated, share=style.share)
        case Head.ROWS:
            for place in range(max(len(names), len(state))):
                yield Row(left=names[place : place + 1], right=state[place : place + 1], share=style.share)
            yield Row(left=number, right=dated, share=style.share)
        case Head.TABS:
            yield from _tabbed(names, state)
            yield from _tabbed(number[:1], dated)
            # What is too long for its column is broken by hand: a tab stop wraps nothing.
            yield from (Tabs(left=line, right="") for text in about for line in textwrap.wrap(text.text, 38))
        case Head.STACKED:
            yield from (replace(text, centred=False) for text in (*names, *state, *number, *dated))


def _tabbed(left: Sequence[Text], right: Sequence[Text]) -> Iterator[Tabs]:
    for place in range(max(len(left), len(right))):
        both = [column[place].text if place < len(column) else "" for column in (left, right)]
        yield Tabs(left=both[0], right=both[1])


def _top(letter: Letter, style: Style) -> Iterator[Block]:
    if letter.urgency:
        yield Text(text=letter.urgency, bold=True)
    if letter.title:
        yield Text(text=" ".join(letter.title) if style.spaced_title else letter.title, bold=True, centred=True)
        yield Text(text=letter.about, bold=True, centred=True)
        if style.rule in (Rule.DASHES, Rule.CIRCLE):
            yield Text(text=style.rule.value, centred=True)
    if len(letter.addressees) == 1:
        yield Text(text=f"Kính gửi: {letter.addressees[0]}", centred=True)
    elif letter.addressees:
        yield Text(text="Kính gửi:")
        yield from (Text(text=f"- {each}") for each in letter.addressees)


def _body(letter: Letter, style: Style) -> Iterator[Block]:
    decides, verb = decision_words(letter) if letter.grounds else ("", "")
    if decides:
        yield Text(text=decides, bold=True, centred=True)
    yield from (Text(text=each, italic=True) for each in letter.grounds)
    if verb:
        yield Text(text=verb, bold=True, centred=True)
    yield from (Text(text=each) for each in letter.body)
    if style.page_break:
        yield Break()


def _foot(letter: Letter) -> Row:
    recipients = tuple(Text(text=f"- {each}") for each in letter.recipients)
    signing = (*letter.authority, letter.position, "", "", letter.signer)
    return Row(
        left=(Text(text="Nơi nhận:", bold=True, italic=True), *recipients),
        right=tuple(Text(text=line, bold=True, centred=True) for line in signing),
    )


def _annexed(letter: Letter) -> Iterator[Block]:
    if letter.annexed:
        yield Break()
    for place, line in enumerate(letter.annexed):
        yield Text(text=line, bold=place < 2, italic=place == 2, centred=place < 3)
