"""Places in names of bodies: what is a level of government and what only sounds like one."""

from __future__ import annotations

import pytest

from mailbridge.classifier.directory import name_key
from mailbridge.decision.identity_places import Level, contradict, province_now, province_of_domain, split

P, D, C = Level.PROVINCE, Level.DISTRICT, Level.COMMUNE


@pytest.mark.parametrize(
    ("name", "core", "places"),
    [
        ("Sở Nội vụ tỉnh Bắc Kạn", "so noi vu", {P: "bac kan"}),
        ("SỞ NỘI VỤ BẮC KẠN", "so noi vu", {P: "bac kan"}),
        ("UBND TP. HN", "uy ban nhan dan", {P: "ha noi"}),
        ("UBND thành phố Bắc Kạn", "uy ban nhan dan", {D: "bac kan"}),
        ("UBND thành phố Huế, tỉnh Thừa Thiên Huế", "uy ban nhan dan", {D: "hue", P: "thua thien hue"}),
        ("UBND phường 1, quận 3", "uy ban nhan dan", {C: "1", D: "3"}),
        ("UBND thị trấn Chợ Rã huyện Ba Bể", "uy ban nhan dan", {C: "cho ra", D: "ba be"}),
        ("UBND thị xã Sơn Tây", "uy ban nhan dan", {D: "son tay"}),
        ("Bộ Lao động - Thương binh và Xã hội", "bo lao dong thuong binh xa hoi", {}),
        ("Tổng cục Hải quan", "tong cuc hai quan", {}),
        ("Ban Quản lý dự án", "ban quan ly du an", {}),
        ("Tỉnh ủy Bắc Kạn", "tinh uy", {P: "bac kan"}),
        ("Huyện ủy Chợ Đồn", "huyen uy cho don", {}),
        ("Hợp tác xã Đồng Tâm", "hop tac xa dong tam", {}),
        ("Quân khu 1", "quan khu 1", {}),
        ("Hà Nội", "ha noi", {}),
        ("Ủy ban nhân dân tỉnh", "uy ban nhan dan", {}),
        ("", "", {}),
    ],
)
def test_a_name_is_what_and_where(name: str, core: str, places: dict[Level, str]) -> None:
    found = split(name_key(name))
    assert (found[0], dict(found[1])) == (core, places)


def test_places_contradict_on_one_level_only() -> None:
    assert contradict({P: "bac kan"}, {P: "cao bang"})
    assert not contradict({P: "bac kan"}, {P: "bac can"})
    assert not contradict({P: "bac kan"}, {C: "nghia ta"})
    assert not contradict({}, {P: "bac kan"})


def test_provinces_that_ended_in_2025_have_become_others() -> None:
    assert province_now("bac kan") == province_now("thai nguyen") == "thai nguyen"
    assert province_now("ba ria vung tau") == "ho chi minh"
    assert province_now("ha noi") == "ha noi"


@pytest.mark.parametrize(
    ("domain", "province"),
    [
        ("backan.gov.vn", "bac kan"),
        ("sonv.backan.gov.vn", "bac kan"),
        ("hochiminhcity.gov.vn", "ho chi minh"),
        ("moha.gov.vn", None),
        ("gov.vn", None),
        ("backan.vn", None),
        ("backan.gov.vn.example", None),
        ("", None),
    ],
)
def test_a_domain_is_named_for_a_province(domain: str, province: str | None) -> None:
    assert province_of_domain(domain) == province
