"""`[[unit]]`: the units that documents are handed over to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from mailbridge.settings import load
from tests.cli.builders_cli import CommandLine, init_flags

GOOD = """
[[unit]]
id = "tchc"
name = "Phòng Tổ chức - Hành chính"
address = "tchc@sonv.backan.gov.vn"
others = ["TCCB"]

[[unit]]
id = "vp"
name = "Văn phòng Sở"
members = ["hoa@sonv.backan.gov.vn"]
"""


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration made by `init`."""
    monkeypatch.delenv("MAILBRIDGE_DATABASE_URL", raising=False)
    made = tmp_path / "config"
    assert CommandLine(capsys)("init", made, *init_flags(tmp_path)).status == 0
    return made


def add(folder: Path, text: str) -> None:
    main = folder / "mailbridge.toml"
    main.write_text(main.read_text("utf-8") + text, "utf-8")


def test_units_belong_to_the_only_agency_when_none_is_named(folder: Path) -> None:
    add(folder, GOOD)

    settings = load(folder)

    one, other = settings.units
    assert (one.id, one.agency, one.address, one.others) == (
        "tchc",
        settings.agencies[0].id,
        "tchc@sonv.backan.gov.vn",
        ("TCCB",),
    )
    assert (other.name, other.members) == ("Văn phòng Sở", ("hoa@sonv.backan.gov.vn",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[unit]]\nid = "a b"\nname = "X"\n', "is not a name"),
        ('[[unit]]\nid = "a"\nname = " "\n', "is empty"),
        ('[[unit]]\nid = "a"\nname = "X"\naddress = "nowhere"\n', "is not a mail address"),
        ('[[unit]]\nid = "a"\nname = "X"\nmembers = ["nowhere"]\n', "is not a mail address"),
        ('[[unit]]\nid = "a"\nname = "X"\nagency = "other"\n', "is not the id of an agency"),
        ('[[unit]]\nid = "a"\nname = "X"\n[[unit]]\nid = "a"\nname = "Y"\n', "stands twice"),
        ('[[unit]]\nid = "a"\nname = "X"\nboss = "Z"\n', "unknown key"),
    ],
    ids=["id", "name", "address", "member", "agency", "twice", "key"],
)
def test_what_is_wrong_with_a_unit_is_named(folder: Path, text: str, problem: str) -> None:
    add(folder, text)
    with pytest.raises(Misconfigured, match=problem):
        load(folder)
