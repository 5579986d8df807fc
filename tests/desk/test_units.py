"""Units by the names that people write."""

from __future__ import annotations

import pytest

from mailbridge.decision.units import Unit
from mailbridge.desk.answers import Refused
from mailbridge.desk.units import the_unit, units_called


def unit(name: str, number: int = 1, address: str = "") -> Unit:
    return Unit(agency="sonv", id=f"u{number}", name=name, address=address)


TCHC = unit("Phòng Tổ chức - Hành chính", 1, address="tchc@sonv.example")
CCHC = unit("Phòng Cải cách hành chính", 2)
TCKT = unit("Phòng Tài chính - Kế toán", 3)
TCKT2 = unit("Tổ Tài chính kế toán", 4)
OFFICE = unit("Văn phòng Sở", 5)
UNITS = (TCHC, CCHC, TCKT, OFFICE)


@pytest.mark.parametrize(
    "written",
    [
        "Phòng Tổ chức - Hành chính",
        "phong to chuc hanh chinh",
        "P.TCHC",
        "P TCHC",
        "p. TC-HC",
        "PTCHC",
        "tchc",
        "Phòng TCHC",
        "tổ chức hành chính",
        "P. Tổ chức - Hành chính",
        "PHÒNG TỔ CHỨC-HÀNH CHÍNH",
        "u1",
        "TCHC@sonv.example",
    ],
)
def test_one_unit_has_many_names(written: str) -> None:
    assert the_unit(written, UNITS) is TCHC


@pytest.mark.parametrize("written", ["", "  ", "...", "phòng", "hành chính", "TC", "Phòng Kế hoạch"])
def test_what_is_no_name_of_a_unit_means_none(written: str) -> None:
    assert units_called(written, UNITS) == ()


def test_a_name_that_two_units_have_is_asked_back_with_both() -> None:
    with pytest.raises(Refused, match="Phòng Tài chính - Kế toán; Tổ Tài chính kế toán") as refused:
        the_unit("TCKT", (*UNITS, TCKT2))
    assert refused.value.code == "several-units"
    assert the_unit("Tổ Tài chính kế toán", (*UNITS, TCKT2)) is TCKT2


def test_an_unknown_name_is_refused_where_units_are_known_and_taken_where_none_is() -> None:
    with pytest.raises(Refused, match="The units are") as refused:
        the_unit("Ban X", UNITS)
    assert refused.value.code == "no-unit"
    assert the_unit("Ban X", ()) is None


def test_the_office_is_called_by_its_short_form() -> None:
    assert the_unit("VP Sở", UNITS) is OFFICE
    assert the_unit("văn phòng", (unit("Văn phòng", 9), TCHC)).id == "u9"  # type: ignore[union-attr]
