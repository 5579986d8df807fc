from __future__ import annotations

import pytest

from mailbridge.reading.scan_pose import corners_of_paper, quarter_turn, skew, two_pages

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")


def sheet(width: int = 1654, height: int = 2339, *, gutter: bool = False) -> object:
    """Draw bars where lines of words would be."""
    picture = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(picture)
    for top in range(250, height - 300, 45):
        for left in range(200, width - 260, 90):
            if not (gutter and abs(left + 35 - width / 2) < 120):
                draw.rectangle((left, top, left + 70, top + 16), fill=0)
    return picture


@pytest.mark.parametrize("angle", [-4.0, -1.3, 0.4, 2.6])
def test_the_skew_of_a_sheet_is_found(angle: float) -> None:
    turned = sheet().rotate(angle, fillcolor=255)  # type: ignore[attr-defined]
    assert skew(turned) == pytest.approx(-angle, abs=0.2)


def test_a_sheet_on_its_side_is_noticed() -> None:
    upright = sheet()
    assert quarter_turn(upright) == 0  # type: ignore[arg-type]
    assert quarter_turn(upright.transpose(Image.Transpose.ROTATE_90)) == 1  # type: ignore[attr-defined]


def test_a_sheet_that_fills_the_picture_has_no_corners() -> None:
    assert corners_of_paper(sheet()) is None  # type: ignore[arg-type]


def test_the_corners_of_a_sheet_on_a_table_are_found() -> None:
    photo = Image.new("L", (1654, 2339), 60)
    ImageDraw.Draw(photo).polygon([(150, 120), (90, 2200), (1580, 2240), (1500, 100)], fill=235)
    corners = corners_of_paper(photo)
    assert corners is not None
    wanted = ((150, 120), (90, 2200), (1580, 2240), (1500, 100))
    for (x, y), (right_x, right_y) in zip(corners, wanted, strict=True):
        assert abs(x - right_x) < 30
        assert abs(y - right_y) < 30


def test_two_pages_are_told_from_one() -> None:
    assert two_pages(sheet(2339, 1654, gutter=True))  # type: ignore[arg-type]
    assert not two_pages(sheet(2339, 1654))  # type: ignore[arg-type]
    assert not two_pages(sheet())  # type: ignore[arg-type]
