"""`mailbridge directory`: what an administrator sees when a list of agencies is brought in, looked up and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.builders_cli import CommandLine

LIST = (
    "name,superior,addresses\n"
    "Sở Nội vụ tỉnh Bắc Kạn,UBND tỉnh Bắc Kạn,vanthu@sonv.backan.gov.vn\n"
    "Sở Y tế tỉnh Bắc Kạn,UBND tỉnh Bắc Kạn,vanthu@soyte.backan.gov.vn\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "co-quan.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_a_list_is_brought_in_and_found(mailbridge: CommandLine, config: Path, file: Path) -> None:
    said = mailbridge("--lang", "vi", "-c", config, "directory", "import", file)
    assert (said.status, said.out.splitlines()[0]) == (0, "mới: Sở Nội vụ tỉnh Bắc Kạn")
    found = mailbridge("-c", config, "directory", "list", "y te", "--json")
    assert found.status == 0
    assert [each["addresses"] for each in found.objects] == [["vanthu@soyte.backan.gov.vn"]]
    assert len(mailbridge("-c", config, "directory", "list", "--json").objects) == 2
    assert mailbridge("-c", config, "directory", "list", "Bộ Công an").status == 1
    assert "2 agencies" in mailbridge("--lang", "en", "-c", config, "directory", "check").out


def test_a_list_of_the_same_name_is_replaced_only_when_that_is_said(
    mailbridge: CommandLine, config: Path, file: Path
) -> None:
    mailbridge("-c", config, "directory", "import", file)
    file.write_text(LIST.replace("soyte.", "yte.").replace("Sở Nội vụ", "Sở Xây dựng"), encoding="utf-8")
    assert mailbridge("-c", config, "directory", "import", file).status == 1
    said = mailbridge("-c", config, "directory", "import", file, "--replace", "--json")
    assert [(each["change"], each["name"]) for each in said.objects] == [
        ("new", "Sở Xây dựng tỉnh Bắc Kạn"),
        ("changed", "Sở Y tế tỉnh Bắc Kạn"),
        ("gone", "Sở Nội vụ tỉnh Bắc Kạn"),
    ]


def test_a_list_with_a_fault_is_not_brought_in(mailbridge: CommandLine, config: Path, file: Path) -> None:
    file.write_text(LIST.replace("vanthu@soyte.backan.gov.vn", "soyte"), encoding="utf-8")
    said = mailbridge("-c", config, "directory", "import", file)
    assert said.status == 65
    assert 'co-quan.csv:3: "soyte" is not an address' in said.out
    assert mailbridge("-c", config, "directory", "check", file).status == 1
    assert mailbridge("-c", config, "directory", "list").status == 1


def test_confirmed_addresses_are_brought_in_shown_and_watched(
    mailbridge: CommandLine, config: Path, file: Path, tmp_path: Path
) -> None:
    mailbridge("-c", config, "directory", "import", file)
    confirmed = tmp_path / "xac-nhan.csv"
    line = "Sở Y tế tỉnh Bắc Kạn,baocao@soyte.backan.gov.vn,Công văn 7/SYT-VP,01/01/2026,"
    confirmed.write_text(f"name,address,confirmed_by,from,to\n{line}01/02/2026\n", encoding="utf-8")
    assert mailbridge("-c", config, "directory", "import", confirmed).status == 0
    [found] = mailbridge("-c", config, "directory", "list", "y te", "--json").objects
    assert found["confirmed"] == [
        {
            "address": "baocao@soyte.backan.gov.vn",
            "confirmed_by": "Công văn 7/SYT-VP",
            "from": "2026-01-01",
            "to": "2026-02-01",
        }
    ]
    said = mailbridge("-c", config, "directory", "check")
    assert said.status == 1
    assert "ended on 01/02/2026" in said.out
    confirmed.write_text(f"name,address,confirmed_by,from,to\n{line.replace('Y tế', 'Xây dựng')}\n", encoding="utf-8")
    assert mailbridge("-c", config, "directory", "import", confirmed, "--replace").status == 65


def test_our_own_addresses_are_listed_for_publishing(mailbridge: CommandLine, config: Path) -> None:
    said = mailbridge("-c", config, "directory", "list", "--own", "--csv")
    assert said.status == 0
    assert said.out.splitlines()[0] == "name,address"
    own = mailbridge("-c", config, "directory", "list", "--own", "--json").objects
    assert len(said.out.splitlines()) == len(own) + 1
    assert "@" in own[0]["address"]
    assert mailbridge("-c", config, "directory", "list", "--csv").status == 64
