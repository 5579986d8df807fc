"""The directory: what is read of CSV files as people write them, and what is said of the others."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from mailbridge.classifier.directory import Office
from mailbridge.settings.directory_files import read_directory, read_offices, write_offices
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
