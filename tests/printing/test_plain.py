"""The book as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json

import pytest

from mailbridge.printing.columns import PRINTED
from mailbridge.printing.line import line_of
from mailbridge.printing.plain import _HEADS, book_csv, book_json, whole_csv, whole_json
from mailbridge.printing.shortening import shortened
from mailbridge.registry.entry import LENGTHS
from tests.printing.builders_printing import TITLE, corrected, first_version, lines, voided


def rows(octets: bytes) -> list[list[str]]:
    assert octets.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))


def test_csv_has_the_ten_printed_heads() -> None:
    heads, first, second = rows(book_csv((*lines(1), line_of(voided(2)))))
    assert heads == [column.head for column in PRINTED]
    assert first[:5] == ["05/01/2026", "01", "Bộ Nội vụ", "101/QĐ-UBND", "02/01/2026"]
    assert second[1] == "02"
    assert second[9].startswith("Đã hủy 06/01/2026")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_cell_that_would_run_begins_with_an_apostrophe(start: str) -> None:
    hostile = first_version(1, issuer=f"{start}1", note=f"{start}2", subject=f"{start}3", type=None)
    _, first = rows(book_csv([line_of((hostile,))]))
    assert first[2] == f"'{start}1"
    _, whole = rows(whole_csv([(hostile,)]))
    assert f"'{start}1" in whole
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in (*first, *whole))


def test_quotes_commas_and_line_breaks_stay_in_their_cell() -> None:
    text = 'một, "hai"\r\nba; bốn'
    _, first = rows(book_csv([line_of((first_version(1, note=text),))]))
    assert first[9] == text


def test_whole_csv_has_a_line_a_version_with_all_input_fields() -> None:
    heads, first, second = rows(whole_csv([corrected(1, issuer="Bộ Tài chính")]))
    assert heads == list(_HEADS)
    assert heads[:3] == ["OrganId", "FileCatalog", "FileNotation"]
    told = [dict(zip(heads, row, strict=True)) for row in (first, second)]
    assert [each["OrganName"] for each in told] == ["Bộ Nội vụ", "Bộ Tài chính"]
    assert [each["Version"] for each in told] == ["1", "2"]
    assert (told[1]["WrittenBy"], told[1]["Why"]) == ("Trần Thị Bình", "Nhập sai tác giả")
    assert (told[0]["ArrivalDate"], told[0]["ArrivalNumber"], told[0]["CodeNumber"]) == ("2026-01-05", "1", "101")


def test_an_empty_book_has_the_same_heads() -> None:
    assert rows(whole_csv([])) == [list(_HEADS)]
    assert rows(book_csv([])) == [[column.head for column in PRINTED]]


def test_json_keeps_values_as_they_are_stored() -> None:
    hostile = first_version(1, issuer="=1", note="đảo \u202e", issued_date=None)
    told = json.loads(book_json(TITLE, "sonv", [line_of((hostile,))]))
    assert (told["agency"], told["agency_name"], told["year"]) == ("sonv", TITLE.agency, 2026)
    (entry,) = told["entries"]
    assert (entry["issuer"], entry["note"], entry["issued_date"]) == ("=1", "đảo \u202e", None)
    assert (entry["number"], entry["arrival_date"], entry["status"]) == (1, "2026-01-05", "registered")


def test_whole_json_has_the_versions_of_each_entry() -> None:
    told = json.loads(whole_json(TITLE, "sonv", [corrected(1, issuer="Bộ Tài chính"), voided(2)]))
    assert [each["number"] for each in told["entries"]] == [1, 2]
    assert [each["OrganName"] for each in told["entries"][0]["versions"]] == ["Bộ Nội vụ", "Bộ Tài chính"]
    assert [each["Status"] for each in told["entries"][1]["versions"]] == ["registered", "voided"]


def test_shortened_values_have_the_lengths_of_the_decree_and_say_so() -> None:
    long = first_version(1, subject="x" * 700, issuer="y" * 200)
    (cut,) = shortened((long,))
    assert len(cut.entry.draft.subject or "") == LENGTHS["subject"]
    assert (cut.entry.draft.subject or "").endswith("…")
    assert cut.entry.draft.issuer == "y" * 200
    assert cut.entry.draft.too_long() == ()
    assert long.entry.draft.too_long() == ("subject",)


@pytest.mark.parametrize("text", [" =1+1", "\u00a0@x", "\u200b-2", "\ufeff=x"], ids=["blank", "nbsp", "zwsp", "bom"])
def test_a_formula_behind_blanks_is_no_formula_either(text: str) -> None:
    (_, row) = rows(book_csv([line_of((first_version(1, issuer=text),))]))
    assert row[2] == f"'{text}"


def test_files_for_other_programs_are_nfc() -> None:
    (_, row) = rows(book_csv([line_of((first_version(1, issuer="So\u031b\u0309 Y te\u0302\u0301"),))]))
    assert row[2] == "Sở Y tế"
