from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.symbol import DocumentSymbol, find_symbols, parse_symbol

EXAMPLES = list(
    csv.DictReader((Path(__file__).parent / "data" / "number-examples.csv").read_text(encoding="utf-8").splitlines())
)
# The number alone cannot tell: laws and resolutions share one shape, QĐ in the Party is Quyết định or Quy định.
ONLY_THE_PAGE_TELLS = {row["raw"] for row in EXAMPLES if row["class"] == "parliament" and not row["type_abbr"]} | {
    "31-QĐ/TW",
    "399-QĐ/TW",
    "366-QĐ/TW",
}


def parsed(text: str, *, title: str | None = None) -> DocumentSymbol:
    symbol = parse_symbol(text, title=title)
    assert symbol is not None, text
    return symbol


def test_the_table_of_real_numbers_is_complete() -> None:
    assert sum(row["class"] == "deviant" for row in EXAMPLES) == 24
    assert sum(row["class"] != "deviant" for row in EXAMPLES) == 141


@pytest.mark.parametrize("row", EXAMPLES, ids=[row["raw"] for row in EXAMPLES])
def test_every_real_number_is_split_as_the_table_says(row: dict[str, str]) -> None:
    symbol = parsed(row["raw"])
    assert (symbol.number or "") == row["number"]
    assert str(symbol.year or "") == row["year"]
    assert (symbol.type_abbr or "") == row["type_abbr"]
    assert "+".join(symbol.issuers) == row["issuer"]
    assert (symbol.unit or "") == row["unit"]
    expected = "" if row["raw"] in ONLY_THE_PAGE_TELLS else row["type_vi"]
    assert (symbol.type_name or "") == expected


@pytest.mark.parametrize("row", EXAMPLES, ids=[row["raw"] for row in EXAMPLES])
def test_a_slip_is_named_for_deviants_and_only_for_them(row: dict[str, str]) -> None:
    assert (parsed(row["raw"]).slip is not None) == (row["class"] == "deviant")


@pytest.mark.parametrize("row", EXAMPLES, ids=[row["raw"] for row in EXAMPLES])
def test_the_normalised_text_is_read_as_the_raw_one_was(row: dict[str, str]) -> None:
    first = parsed(row["raw"])
    again = parsed(first.text)
    assert again.text == first.text
    for field in ("number", "year", "type_abbr", "type_name", "issuers", "unit"):
        assert getattr(again, field) == getattr(first, field)


@pytest.mark.parametrize(
    ("text", "title", "rule", "name"),
    [
        ("10315/CT-TTHT", None, "C", "Công văn"),
        ("10315/CT-TTHT", "", "C", "Công văn"),
        ("10315/CT-TTHT", "CHỈ THỊ", "A", "Chỉ thị"),
        ("15/CT-TTg", None, "A", "Chỉ thị"),
        ("15/CT-XYZ", "CHỈ THỊ", "A", "Chỉ thị"),
        ("12/BC-THPT", None, "A", "Báo cáo"),
        ("12/BC-THPT", "", "C", "Công văn"),
        ("2913/TC-CĐKT", "THÔNG CÁO", "A", "Thông cáo"),
        ("31-QĐ/TW", "QUY ĐỊNH", "P", "Quy định"),
        ("33/2024/QH15", "LUẬT", "L3", "Luật"),
        ("195/CP", "NGHỊ ĐỊNH", "C1", "Nghị định"),
        ("195/CP", None, "C1", None),
        ("02/HD-ABC", "HỢP ĐỒNG", "A", "Hợp đồng"),
        ("197/TT-UBND", "TỜ TRÌNH", "A", "Tờ trình"),
    ],
)
def test_the_title_decides_between_type_and_issuer(text: str, title: str | None, rule: str, name: str | None) -> None:
    symbol = parsed(text, title=title)
    assert (symbol.rule, symbol.type_name) == (rule, name)


def test_a_title_that_contradicts_the_number_is_a_slip() -> None:
    assert parsed("55/2007/QĐ-UBND", title="CHỈ THỊ").slip == "the title line says Chỉ thị"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Số: 3526 / VPCP – KGVX", "3526/VPCP-KGVX"),
        ("Số 57-NQ/TW", "57-NQ/TW"),
        ("số:\u00a015∕CT-TTg.", "15/CT-TTg"),
        ("685/BGDÐT-KHTC", "685/BGDĐT-KHTC"),
        ("1362/B VHTTDL-VHDT", "1362/BVHTTDL-VHDT"),
        ("5024 TCHQ/GSQL", "5024/TCHQ/GSQL"),
        ("84 QĐ/TWĐTN", "84-QĐ/TWĐTN"),
        ("……/QĐ-UBND", "/QĐ-UBND"),
        ("30/2020/NĐ-CP".replace("Đ", "D\u0335"), None),
        ("15/QĐ-BNV)", "15/QĐ-BNV"),
    ],
)
def test_writing_is_normalised_and_guesses_stay_out_of_the_text(text: str, normal: str | None) -> None:
    symbol = parse_symbol(text)
    assert (symbol.text if symbol else None) == normal
    assert symbol is None or symbol.raw == text


def test_a_missing_stroke_is_a_visible_guess() -> None:
    symbol = parsed("103/2026/ND-CP")
    assert (symbol.text, symbol.type_abbr, symbol.slip) == ("103/2026/ND-CP", "NĐ", "ND read as NĐ")


def test_notation_is_what_follows_the_number() -> None:
    assert parsed("28/2018/QĐ-TTg").notation == "2018/QĐ-TTg"
    assert parsed("57-NQ/TW").notation == "NQ/TW"
    assert parsed("/SGDĐT-VP").notation == "SGDĐT-VP"


@pytest.mark.parametrize(
    "text", ["", "12/5", "1/1/2020", "0912345678", "Số:", "QĐ-UBND", "hello", "1234567/UBND", "x" * 121]
)
def test_what_is_no_symbol_is_none(text: str) -> None:
    assert parse_symbol(text) is None


GROUPS = st.sampled_from(["UBND", "VPCP", "BNV", "SGDĐT", "STTTT", "BTC", "TTg", "CP", "BNN&PTNT", "ĐDN", "QLCL"])
TYPES = st.sampled_from(["QĐ", "TB", "KH", "TTr", "BC", "NQ", "GM", "PA", "VBHN"])
NUMBERS = st.from_regex(r"(?:0[1-9]|[1-9][0-9]{0,5})[a-z]?", fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(number=NUMBERS, kind=TYPES, issuer=GROUPS, year=st.none() | st.integers(1990, 2035))
def test_what_was_formatted_is_parsed_back(number: str, kind: str, issuer: str, year: int | None) -> None:
    text = f"{number}/{year}/{kind}-{issuer}" if year else f"{number}/{kind}-{issuer}"
    symbol = parsed(text)
    assert (symbol.text, symbol.number, symbol.year, symbol.type_abbr) == (text, number, year, kind)
    assert symbol.issuers == (issuer,)
    assert symbol.slip is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789/-. ()&ĐQUBNDTWCTrabcđ…Số:\u00a0\u0300", max_size=60))
def test_parsing_never_raises_and_its_text_parses_again(text: str) -> None:
    symbol = parse_symbol(text)
    if symbol is not None and symbol.number is not None:
        again = parse_symbol(symbol.text)
        assert again is not None
        assert (again.number, again.issuers, again.unit) == (symbol.number, symbol.issuers, symbol.unit)


def test_symbols_are_found_in_running_text() -> None:
    text = (
        "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 và Quyết định 28/2018/QĐ-TTg; Nghị quyết 57-NQ/TW; "
        "Công văn số 12/UBND-VX - Về việc họp; Thông tư 18 /2018/TT-NHNN; 262-TB/VPCP; số 285/CCTTHC."
    )
    assert [symbol.text for symbol in find_symbols(text)] == [
        "30/2020/NĐ-CP",
        "28/2018/QĐ-TTg",
        "57-NQ/TW",
        "12/UBND-VX",
        "18/2018/TT-NHNN",
        "262-TB/VPCP",
        "285/CCTTHC",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ngày 12/5 và 30/4-1/5",
        "họp lúc 14/7/2020, phòng 10/A",
        "gọi 0912.345.678 hoặc 024/3845-1234",
        "mở cửa 24/7, tỷ lệ 1/2, 100/HA",
        "TCVN 6909:2001, ISO 9001/A",
        "địa chỉ 12/B ngõ 5/C",
        "biển số 51F-123.45",
    ],
)
def test_dates_fractions_and_telephone_numbers_are_no_symbols(text: str) -> None:
    assert find_symbols(text) == ()


def test_each_symbol_is_found_once_and_in_order() -> None:
    found = find_symbols("số 2/QĐ-BNV, số 1/QĐ-BNV, số 2/QĐ-BNV")
    assert [symbol.text for symbol in found] == ["2/QĐ-BNV", "1/QĐ-BNV"]


@pytest.mark.parametrize(
    "unit",
    [
        "1/",
        "1/A-",
        "1/AAAAAAAAAAAAAAAAAAAAAAA-",
        "1",
        " ",
        "1 / ",
        "số 1/QĐ-",
        "1-A/A-A",
        "1/A&",
        "1/2000/A&A.A-",
        "Đ\u0301/",
    ],
)
def test_hostile_text_ends(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    find_symbols(text)


@pytest.mark.parametrize("text", ["0/SNV-VP", "000/SNV-VP", "١٢٣٤/SNV-VP", "１２３４/SNV-VP", "1２/SNV-VP"])
def test_no_document_has_number_nought_or_digits_of_another_script(text: str) -> None:
    assert parse_symbol(text) is None


@pytest.mark.parametrize(
    ("text", "normal", "issuer", "unit"),
    [("1843 TC/TCT", "1843/TC/TCT", "TC", "TCT"), ("5024 TCHQ/GSQL", "5024/TCHQ/GSQL", "TCHQ", "GSQL")],
)
def test_old_letter_of_a_ministry_is_no_party_number(text: str, normal: str, issuer: str, unit: str) -> None:
    """Before about 1996 the blank stood for a slash; a Party number has a Party body behind its type."""
    symbol = parse_symbol(text, title="")
    assert symbol is not None
    assert (symbol.text, symbol.issuers, symbol.unit, symbol.type_name) == (normal, (issuer,), unit, "Công văn")


def test_blank_before_a_party_notation_is_a_hyphen() -> None:
    symbol = parse_symbol("15 CT/TU")
    assert symbol is not None
    assert (symbol.text, symbol.rule) == ("15-CT/TU", "P")
