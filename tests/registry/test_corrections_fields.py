"""Names of fields and what is read into them."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from datetime import date

import pytest

from mailbridge.registry.corrections_fields import (
    FIELDS,
    Form,
    WrongValue,
    changes_between,
    field_called,
    read_value,
    shown,
    with_values,
)
from mailbridge.registry.entry import DraftEntry
from mailbridge.registry.rows import VERSION_FIELDS
from tests.registry.builders_registry import draft


def test_every_field_of_a_version_can_be_corrected_but_how_it_came() -> None:
    assert {each.name for each in FIELDS} == set(VERSION_FIELDS) - {"channel"}
    assert {each.name for each in FIELDS} <= {each.name for each in fields(DraftEntry)}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("trích yếu", "subject"),
        ("Trích_yếu", "subject"),
        ("trich-yeu", "subject"),
        (unicodedata.normalize("NFD", "Trích yếu"), "subject"),
        ("Subject", "subject"),
        ("số ký hiệu", "symbol"),
        ("Số, ký hiệu", "symbol"),
        ("ngày văn bản", "issued_date"),
        ("IssuedDate", "issued_date"),
        ("issued_date", "issued_date"),
        ("tác giả", "issuer"),
        ("OrganName", "issuer"),
        ("số", "number"),
        ("người ký", "signer_name"),
        ("hạn xử lý", "due_date"),
        ("nơi nhận", "recipients"),
    ],
)
def test_field_is_found_by_its_names(name: str, field: str) -> None:
    assert field_called(name).name == field


@pytest.mark.parametrize("name", ["số đến", "Ngày đến", "ArrivalNumber", "book"])
def test_what_the_book_gives_is_no_field(name: str) -> None:
    with pytest.raises(WrongValue, match="given by the book"):
        field_called(name)


@pytest.mark.parametrize("name", ["", "mã", "channel", "status"])
def test_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(WrongValue, match="no field"):
        field_called(name)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("issued_date", "5/1/2026", date(2026, 1, 5)),
        ("issued_date", "2026-01-05", date(2026, 1, 5)),
        ("issued_date", "", None),
        ("subject", "  Về việc \n họp ", "Về việc họp"),
        ("subject", unicodedata.normalize("NFD", "Về việc"), "Về việc"),
        ("pages", "12", 12),
        ("urgency", "Hoả Tốc", "hỏa tốc"),
        ("urgency", "khẩn", "khẩn"),
        ("symbol", "15/QĐ-SNV", "15/QĐ-SNV"),
        ("symbol", "không số", "không số"),
    ],
)
def test_value_is_read(name: str, text: str, value: object) -> None:
    assert read_value(field_called(name), text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("issued_date", "31/2/2026"),
        ("issued_date", "hôm qua"),
        ("pages", "ba"),
        ("pages", "0"),
        ("pages", "-1"),
        ("pages", "9" * 30),
        ("pages", "٣"),
        ("urgency", "mật"),
        ("language", ""),
        ("note", "a\x00b"),
        ("note", "a\x1b[2Jb"),
    ],
)
def test_value_that_is_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(WrongValue):
        read_value(field_called(name), text)


def test_symbol_brings_number_and_notation() -> None:
    changed = with_values(draft("a"), {"symbol": "15/QĐ-SNV"})
    assert (changed.number, changed.notation) == ("15", "QĐ-SNV")
    assert with_values(draft("a"), {"symbol": None}).number is None


def test_number_and_notation_bring_the_symbol() -> None:
    assert with_values(draft("a"), {"number": "16"}).symbol == "16/VPCP-KGVX"
    assert with_values(draft("a"), {"notation": "VPCP"}).symbol == "3526/VPCP"
    party = draft("a", symbol="15-NQ/TW", number="15", notation="NQ/TW")
    assert with_values(party, {"number": "16"}).symbol == "16-NQ/TW"
    assert with_values(party, {"number": None}).symbol == "NQ/TW"


def test_changes_stand_in_the_order_of_the_fields() -> None:
    before, after = draft("a"), with_values(draft("a"), {"note": "x", "symbol": "1/A"})
    assert [each.field.name for each in changes_between(before, after)] == ["symbol", "number", "notation", "note"]


def test_values_are_shown_as_people_write_them() -> None:
    assert [shown(value) for value in (None, date(2026, 1, 5), 3, "x")] == ["", "05/01/2026", "3", "x"]
    assert {each.form for each in FIELDS} == set(Form)
