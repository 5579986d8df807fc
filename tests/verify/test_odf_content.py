from __future__ import annotations

import pytest

from mailbridge.verify.odf_content import shows_moving_content
from mailbridge.verify.xml_package import Package
from tests.verify.builders_office import odt, pack


@pytest.mark.parametrize(
    ("body", "moves"),
    [
        ("<text:p>30/5/2026</text:p>", False),
        ('<text:p><text:date text:fixed="true">30/5/2026</text:date></text:p>', False),
        ("<text:p><text:date>30/5/2026</text:date></text:p>", True),
        ('<text:p><text:a xlink:href="https://mailbridge.invalid/"/></text:p>', False),
        ('<draw:image xlink:href="Pictures/1.png"/>', False),
        ('<draw:object xlink:href="./Object 1"/>', False),
        ('<draw:image xlink:href="https://mailbridge.invalid/1.png"/>', True),
        ('<draw:image xlink:href="//server/1.png"/>', True),
        ('<draw:image xlink:href="/tmp/1.png"/>', True),
        ('<text:section-source xlink:href="../other.odt"/>', True),
        ('<draw:image xlink:href="Pictures/a..b.png"/>', False),
        ('<draw:image xlink:href="./../1.png"/>', True),
        ('<draw:image xlink:href="Pictures/../../1.png"/>', True),
        ('<draw:image xlink:href="%2e%2e/1.png"/>', True),
        ('<draw:image xlink:href="a%0a/../../1.png"/>', True),
        ('<draw:image xlink:href=" https://mailbridge.invalid/1.png"/>', True),
        ('<text:p><text:sender-lastname text:fixed="true">An</text:sender-lastname></text:p>', False),
        ("<text:p><text:sender-lastname>An</text:sender-lastname></text:p>", True),
        ('<text:p text:formula="of:=SUM([.A1:.A9])"/>', False),
        ('<text:p text:formula="of:=IF([.A1];TODAY();0)"/>', True),
        ("<text:p text:formula=\"of:='file:///tmp/a.ods'#$Sheet1.A1\"/>", True),
    ],
)
def test_what_a_text_shows(body: str, moves: bool) -> None:
    assert shows_moving_content(Package(pack(odt(body)))) is moves


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("Basic/script-lc.xml", False),
        ("Basic/Standard/script-lb.xml", False),
        ("Basic/Standard/Module1.xml", True),
        ("Scripts/python/a.py", True),
    ],
)
def test_macros(name: str, moves: bool) -> None:
    assert shows_moving_content(Package(pack({**odt(), name: b"<a/>"}))) is moves


def test_texts_of_objects_within() -> None:
    inner = odt("<text:p><text:time>8:00</text:time></text:p>")["content.xml"]
    assert shows_moving_content(Package(pack({**odt(), "Object 1/content.xml": inner})))
