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
    ],
)
def test_what_a_text_shows(body: str, moves: bool) -> None:
    assert shows_moving_content(Package(pack(odt(body)))) is moves


def test_texts_of_objects_within() -> None:
    inner = odt("<text:p><text:time>8:00</text:time></text:p>")["content.xml"]
    assert shows_moving_content(Package(pack({**odt(), "Object 1/content.xml": inner})))
