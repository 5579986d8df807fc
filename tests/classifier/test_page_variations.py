"""Letterheads of many kinds of bodies, as the rules lay them out, in every way that a file hands over their lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import pytest

from mailbridge.classifier.page.markers import is_number_line
from mailbridge.mail.pages import Pages
from tests.classifier.builders_page import Bold, Text, column, line, melted, one_column, page_of, read


class Variation(TypedDict):
    """One record of data/variations.json: lines by place on the page ("*" before a bold one) and what they say."""

    id: str
    left: list[str]
    right: list[str]
    center: list[str]
    body: list[str]
    symbol: str | None
    issued_date: str | None
    place: str | None
    superior: str | None
    issuer: str | None
    type: str | None
    subject: str | None


VARIATIONS: list[Variation] = json.loads(
    (Path(__file__).parent / "data" / "variations.json").read_text(encoding="utf-8")
)
TOP, LEADING = 60.0, 16.0
REQUIRED = ("symbol", "issued_date", "issuer", "subject", "type")


def weighed(lines: Sequence[str], *, weights: bool) -> list[Text]:
    """Read the "*" of bold lines; without weights nothing tells which line is bold."""
    found: list[Text] = []
    for text in lines:
        bold = text.startswith("*") and any(char.isalpha() for char in text)
        plain = text[1:] if bold else text
        found.append(Bold(plain, bold) if weights else plain)
    return found


def laid_out(record: Variation, *, weights: bool) -> Pages:
    """Lay a record out in two columns; box 4 stands on the row of box 3, as the rules want it."""
    left = weighed(record["left"], weights=weights)
    right = weighed(record["right"], weights=weights)
    number = next((row for row, text in enumerate(record["left"]) if is_number_line(text)), len(left))
    dated = record["issued_date"] is not None
    heading = right[:-1] if dated else right
    top = TOP + LEADING * max(len(left), number, len(right)) + 20
    lines = [*column([text for text in left if plain(text).strip()], middle=165, top=TOP)]
    lines += column(heading, middle=408, top=TOP)
    if dated:
        lines += column(right[-1:], middle=408, top=TOP + LEADING * max(number, len(heading)))
    title = weighed(record["center"], weights=weights)
    lines += column(title, middle=297.5, top=top)
    top += LEADING * len(title) + 10
    for row, text in enumerate(record["body"]):
        centre = text.startswith("*") and text == text.upper()
        found = weighed([text], weights=weights)[0]
        place = TOP if centre else 113
        lines.append(line(found, left=place, top=top + LEADING * row))
    return Pages(pages=(page_of(lines),), total=1)


def plain(text: Text) -> str:
    return text if isinstance(text, str) else text.text


def in_one_column(pages: Pages) -> Pages:
    return one_column([each.text for each in pages.pages[0].lines], layer=pages.pages[0].layer)


def fields(pages: Pages) -> dict[str, str | None]:
    document = read(pages)
    symbol, issued = document.symbol.value, document.issued_date.value
    return {
        "symbol": symbol.text if symbol else None,
        "issued_date": issued.isoformat() if issued else None,
        "superior": document.superior.value,
        "issuer": document.issuer.value,
        "type": document.type.value,
        "subject": document.subject.value,
    }


def wanted(record: Variation) -> dict[str, str | None]:
    return {
        "symbol": record["symbol"],
        "issued_date": record["issued_date"],
        "superior": record["superior"],
        "issuer": record["issuer"],
        "type": record["type"],
        "subject": record["subject"],
    }


@pytest.mark.parametrize("record", VARIATIONS, ids=lambda record: record["id"])
@pytest.mark.parametrize("weights", [True, False], ids=["with weights", "without weights"])
def test_letterhead_in_two_columns_is_read(record: Variation, weights: bool) -> None:
    assert fields(laid_out(record, weights=weights)) == wanted(record)


@pytest.mark.parametrize("record", VARIATIONS, ids=lambda record: record["id"])
def test_letterhead_with_melted_columns_is_read(record: Variation) -> None:
    assert fields(melted(laid_out(record, weights=False))) == wanted(record)


@pytest.mark.parametrize("record", VARIATIONS, ids=lambda record: record["id"])
def test_letterhead_in_one_column_is_read(record: Variation) -> None:
    assert fields(in_one_column(laid_out(record, weights=False))) == wanted(record)


@pytest.mark.parametrize("record", VARIATIONS, ids=lambda record: record["id"])
def test_place_is_the_printed_one(record: Variation) -> None:
    assert read(laid_out(record, weights=True)).place.value == record["place"]


def test_boxes_that_are_told_apart_make_sure() -> None:
    """The office's least confidence is 0.9: what is laid out by the rules must pass without a hand."""
    low = [
        (record["id"], name)
        for record in VARIATIONS
        for name in REQUIRED
        if (found := getattr(read(laid_out(record, weights=True)), name)).value is not None and found.confidence < 0.9
    ]
    assert low == [("old-1990s", "symbol")]


@pytest.mark.parametrize("text", ["Số 2 - phố Trần Phú", "Số 12 đường Lê Lợi", "Số 8 Phố Hàng Bông, quận Hoàn Kiếm"])
def test_the_number_of_a_house_is_no_number_of_a_document(text: str) -> None:
    assert not is_number_line(text)


@pytest.mark.parametrize("text", ["Số: 12/QĐ-UBND", "Số: 5/KHĐT-X", "Số: 12-KH/TW", "Số: 7/TỔ-X", "Số:      /BC-SNV"])
def test_the_number_of_a_document_stays_one(text: str) -> None:
    assert is_number_line(text)
