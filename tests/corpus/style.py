"""How an agency sets its documents: font, how the letterhead is made, where rules are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

LIBERTINUS = "Libertinus Serif"
"""Comes with Typst."""
LIBERATION = "Liberation Serif"
NOTO = "Noto Serif"


class Head(StrEnum):
    """How the two columns of the letterhead are made."""

    TABLE = "table"  # one table of two columns, two rows
    ROWS = "rows"  # a table with a row for each line
    TABS = "tabs"  # paragraphs with tab stops
    STACKED = "stacked"  # one under the other, as pages of the web tell it


class Rule(StrEnum):
    """What stands below names and motto."""

    DRAWN = "drawn"
    DASHES = "-------"
    CIRCLE = "---o0o---"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """
    The habits of one agency.

    `face` is the font of PDFs that Typst sets, `office_font` that of files which LibreOffice converts: fonts that have
    all letters, and now and then one that lacks the Vietnamese ones, so that two fonts mix in a word, as happens with
    old Times New Roman. `share` is the width of the left column,
    `condensed` the tracking of the state's name in points (so that it fits on one line). `stamp` puts the arrival
    stamp of another office beside the number. `mark` is the corner in which the signing program tells who signed and
    when, which is not the date of the document; `footer` puts the office's address at the foot of the page.
    """

    face: str = LIBERTINUS
    office_font: str = NOTO
    size: float = 13.0
    head: Head = Head.TABLE
    rule: Rule = Rule.DRAWN
    share: float = 0.43
    condensed: float = -0.2
    stamp: bool = False
    mark: str = ""
    footer: bool = False
    spaced_title: bool = False
    page_break: bool = False


def style(rng: Random) -> Style:
    """Choose the habits of an agency."""
    head = rng.choice((Head.TABLE, Head.TABLE, Head.TABLE, Head.ROWS, Head.TABS))
    return Style(
        face=rng.choice((LIBERTINUS, LIBERTINUS, LIBERTINUS, LIBERATION)),
        office_font=rng.choice((NOTO, NOTO, "Times New Roman")),
        size=rng.choice((13.0, 13.0, 14.0, 12.5)),
        head=head,
        rule=rng.choice((Rule.DRAWN, Rule.DRAWN, Rule.DASHES, Rule.NONE, Rule.CIRCLE)),
        # With tabs nothing wraps: whoever writes so sees to it that a line has room.
        share=0.4 if head is Head.TABS else rng.choice((0.38, 0.4, 0.42, 0.45)),
        condensed=rng.choice((0.0, -0.2, -0.35)),
        mark=rng.choice(("", "", "", "left", "right")),
        footer=rng.random() < 0.15,
        stamp=rng.random() < 0.04,
        spaced_title=rng.random() < 0.06,
        page_break=rng.random() < 0.25,
    )
