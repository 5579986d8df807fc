"""The directory: what is read of CSV files as people write them, and what is said of the others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest

from mailbridge.classifier.directory import Office
from mailbridge.settings.directory_confirmed import ended
from mailbridge.settings.directory_files import (
    read_directory,
    read_lists,
    read_offices,
    write_confirmed,
    write_offices,
)
from mailbridge.settings.problem import Report

SO_NOI_VU = Office(
    name="Sở Nội vụ tỉnh Bắc Kạn",
    superior="UBND tỉnh Bắc Kạn",
    code="000.00.11.H03",
    addresses=("vanthu@sonv.backan.gov.vn", "sonv@backan.gov.vn"),
    domains=("sonv.backan.gov.vn",),
)
HEADING = "name,superior,code,others,addresses,domains\n"
LINE = (
    "Sở Nội vụ tỉnh Bắc Kạn,UBND tỉnh Bắc Kạn,000.00.11.H03,,"
    "VanThu@sonv.backan.gov.vn; sonv@backan.gov.vn,sonv.backan.gov.vn\n"
)


def read(folder: Path, text: str | bytes) -> tuple[tuple[Office, ...], list[str]]:
    octets = text.encode() if isinstance(text, str) else text
    (folder / "a.csv").write_bytes(octets)
    report = Report()
    directory = read_directory(folder, report)
    return directory.offices, [str(problem).removeprefix(str(folder)) for problem in report.problems]


def test_a_list_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, HEADING + LINE) == ((SO_NOI_VU,), [])


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADING + LINE,
        (HEADING + LINE).replace("\n", "\r\n"),
        HEADING + "\n,,,,,\n" + LINE,
        "Name,ghi chú,SUPERIOR,code,others,addresses,domains\n" + LINE.replace("Kạn,U", "Kạn,xem lại,U", 1),
        "name;superior;code;others;addresses;domains\nSở Nội vụ tỉnh Bắc Kạn;UBND tỉnh Bắc Kạn;000.00.11.H03;;"
        '"vanthu@sonv.backan.gov.vn;sonv@backan.gov.vn";sonv.backan.gov.vn\n',
        HEADING + LINE.replace("Sở Nội vụ", "Sở  Nội vụ"),
        normalize("NFD", HEADING + LINE),
    ],
    ids=["mark", "crlf", "empty lines", "other columns", "semicolons", "blanks", "decomposed"],
)
def test_a_list_is_read_however_it_was_saved(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ((SO_NOI_VU,), [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ten,ma\nSở Nội vụ,1\n", '/a.csv:1: there is no column "name"'),
        (HEADING + ",UBND,,,,\n", "/a.csv:2: an agency has no name"),
        (HEADING + "Sở Y tế,,,,vanthu@,\n", '/a.csv:2: "vanthu@" is not an address'),
        (HEADING + "Sở Y tế,,,,,soyte\n", '/a.csv:2: "soyte" is not a domain'),
        (HEADING + LINE + LINE, '/a.csv:3: "Sở Nội vụ tỉnh Bắc Kạn" stands in the directory twice'),
        (HEADING + '"Sở Y tế\n', "/a.csv:2: the line cannot be read as CSV"),
        ((HEADING + LINE).encode("utf-16"), "/a.csv: the file is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    found = read(tmp_path, text)[1]
    assert len(found) == 1
    assert found[0].startswith(said)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    other = Office(name='Phòng "Tổng hợp", Văn phòng', others=("VP; TH".replace(";", ","), "VPTH"))
    write_offices(tmp_path / "b.csv", (SO_NOI_VU, other))
    assert [office for _, office in read_offices(tmp_path / "b.csv", Report())] == [SO_NOI_VU, other]
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_no_folder_is_an_empty_directory(tmp_path: Path) -> None:
    report = Report()
    assert read_directory(tmp_path / "none", report).offices == ()
    assert report.problems == []


CONFIRMED = "name,address,confirmed_by,from,to\n"
CONFIRMED_LINE = "Sở Nội vụ tỉnh Bắc Kạn,BaoCao@sonv.backan.gov.vn,Công văn 12/SNV-VP,05/01/2026,2026-12-31\n"


def read_both(folder: Path, confirmed: str) -> tuple[tuple[Office, ...], list[str]]:
    (folder / "confirmed.csv").write_text(confirmed, encoding="utf-8")
    return read(folder, HEADING + LINE)


def test_confirmed_addresses_join_their_agency(tmp_path: Path) -> None:
    [office], said = read_both(tmp_path, CONFIRMED + CONFIRMED_LINE)
    assert said == []
    assert office.addresses == (*SO_NOI_VU.addresses, "baocao@sonv.backan.gov.vn")
    first, last = date(2026, 1, 5), date(2026, 12, 31)
    for day, held in ((date(2026, 1, 4), False), (first, True), (last, True), (date(2027, 1, 1), False)):
        found = office.confirmation("BAOCAO@sonv.backan.gov.vn", day)
        assert (found is not None) is held
    assert office.confirmation("vanthu@sonv.backan.gov.vn", first) is None


def test_vietnamese_headings_and_open_ends_are_understood(tmp_path: Path) -> None:
    heading = "Tên cơ quan;Địa chỉ;Văn bản xác nhận;Từ ngày;Đến ngày\n"
    [office], said = read_both(tmp_path, heading + "SỞ NỘI VỤ TỈNH BẮC KẠN;a@b.vn;CV 1;;\n")
    assert said == []
    assert [each.confirmation.is_endless for each in office.confirmed] == [True]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Sở Nội vụ tỉnh Bắc Kạn,a,CV 1,,\n", '"a" is not an address'),
        ("Sở Nội vụ tỉnh Bắc Kạn,a@b.vn,,,\n", "no writing confirms the address"),
        (",a@b.vn,CV 1,,\n", "the address belongs to no agency"),
        ("Sở Nội vụ tỉnh Bắc Kạn,a@b.vn,CV 1,31/02/2026,\n", '"31/02/2026" in the column "from" is no day'),
        ("Sở Nội vụ tỉnh Bắc Kạn,a@b.vn,CV 1,,soon\n", '"soon" in the column "to" is no day'),
        ("Sở Nội vụ tỉnh Bắc Kạn,a@b.vn,CV 1,02/01/2026,01/01/2026\n", "the confirmation ends before it begins"),
        ("Sở Y tế tỉnh Bắc Kạn,a@b.vn,CV 1,,\n", '"Sở Y tế tỉnh Bắc Kạn" is not in the directory'),
    ],
)
def test_what_is_wrong_with_a_confirmation_is_said(tmp_path: Path, line: str, said: str) -> None:
    found = read_both(tmp_path, CONFIRMED + line)[1]
    assert len(found) == 1
    assert found[0].startswith(f"/confirmed.csv:2: {said}")
    assert found[0].endswith(")"), "and what to do about it"


@pytest.mark.parametrize(("begin", "faults"), [("01/07/2026", 0), ("30/06/2026", 1), ("", 1)])
def test_two_confirmations_of_one_address_follow_each_other(tmp_path: Path, begin: str, faults: int) -> None:
    name = "Sở Nội vụ tỉnh Bắc Kạn,a@b.vn"
    found = read_both(tmp_path, f"{CONFIRMED}{name},CV 1,01/01/2026,30/06/2026\n{name},CV 2,{begin},\n")[1]
    assert len(found) == faults


def test_a_confirmation_that_is_over_is_named_unless_another_follows(tmp_path: Path) -> None:
    name = "Sở Nội vụ tỉnh Bắc Kạn"
    path = tmp_path / "c.csv"
    path.write_text(f"{CONFIRMED}{name},a@b.vn,CV 1,,30/06/2026\n{name},c@b.vn,CV 1,,30/06/2026\n"
                    f"{name},c@b.vn,CV 2,01/07/2026,\n", encoding="utf-8")  # fmt: skip
    lines = read_lists((path,), Report())[1]
    report = Report()
    ended(lines, date(2026, 6, 30), report)
    assert report.problems == []
    ended(lines, date(2026, 7, 1), report)
    assert [(each.line, "a@b.vn" in each.problem) for each in report.problems] == [(2, True)]
    write_confirmed(tmp_path / "d.csv", lines)
    assert [each.entry for each in read_lists((tmp_path / "d.csv",), Report())[1]] == [each.entry for each in lines]
