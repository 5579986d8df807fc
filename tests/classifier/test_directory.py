"""Which agency is meant by a name as documents write it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.classifier.directory import Directory, Office, confirmed, name_key
from mailbridge.classifier.kinds import Document, Reading

NAMES = (
    "Ủy ban nhân dân tỉnh Bắc Kạn",
    "Ủy ban nhân dân thành phố Hà Nội",
    "Sở Nội vụ tỉnh Bắc Kạn",
    "Sở Tài nguyên và Môi trường tỉnh Bắc Kạn",
    "Sở Văn hóa, Thể thao và Du lịch tỉnh Bắc Kạn",
    "Sở Lao động - Thương binh và Xã hội tỉnh Bắc Kạn",
    "Văn phòng Chính phủ",
)
DIRECTORY = Directory(
    (
        *(Office(name=name) for name in NAMES),
        Office(name="Phòng Nội vụ", superior="UBND huyện Ba Bể"),
        Office(name="Phòng Nội vụ", superior="UBND huyện Na Rì"),
        Office(name="Bộ Thông tin và Truyền thông", others=("Bộ TT&TT", "MIC")),
    )
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("UBND tỉnh Bắc Kạn", NAMES[0]),
        ("UỶ BAN NHÂN DÂN TỈNH BẮC KẠN", NAMES[0]),
        ("uy ban nhan dan tinh bac kan", NAMES[0]),
        ("UBND TP. Hà Nội", NAMES[1]),
        ("Ủy ban nhân dân  Thành phố Hà Nội", NAMES[1]),
        ("Sở TN&MT tỉnh Bắc Kạn", NAMES[3]),
        ("Sở VHTTDL tỉnh Bắc Kạn", NAMES[4]),
        ("Sở Văn hoá Thể thao và Du lịch tỉnh Bắc Kạn", NAMES[4]),
        ("SỞ LĐ-TB&XH TỈNH BẮC KẠN", NAMES[5]),
        ("MIC", "Bộ Thông tin và Truyền thông"),
    ],
)
def test_one_name_in_many_writings(written: str, meant: str) -> None:
    match = DIRECTORY.find(written)
    assert match is not None
    assert (match.office.name, match.likeness) == (meant, 1.0)


@pytest.mark.parametrize("name", ["Sở Nội vụ tỉnh Bắc Giang", "Sở Nội vụ", "UBND", "", "Phòng Nội vụ"])
def test_no_guess_where_no_name_or_more_than_one_fits(name: str) -> None:
    assert DIRECTORY.find(name) is None


def test_the_superior_tells_two_of_one_name_apart() -> None:
    match = DIRECTORY.find("PHÒNG NỘI VỤ", "Ủy ban nhân dân huyện Na Rì")
    assert match is not None
    assert match.office.superior == "UBND huyện Na Rì"
    assert DIRECTORY.find("PHÒNG NỘI VỤ", "Ủy ban nhân dân huyện Chợ Đồn") is None


@pytest.mark.parametrize(
    ("name", "superior", "found"),
    [
        ("SỞ NỘI VỤ", "UBND TỈNH BẮC KẠN", "Sở Nội vụ tỉnh Bắc Kạn"),
        ("SỞ Y TẾ", "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "Sở Y tế Hà Nội"),
        ("SỞ NỘI VỤ", "UBND TỈNH THÁI NGUYÊN", None),
        ("SỞ NỘI VỤ", None, None),
        ("SỞ NỘI VỤ", "BỘ NỘI VỤ", None),
    ],
)
def test_a_short_name_is_told_by_the_place_of_its_superior(name: str, superior: str | None, found: str | None) -> None:
    directory = Directory((Office(name="Sở Nội vụ tỉnh Bắc Kạn"), Office(name="Sở Y tế Hà Nội")))
    match = directory.find(name, superior)
    assert (match.office.name if match else None) == found


def test_a_short_name_read_from_a_picture_keeps_its_wording() -> None:
    read = replace(of("Sở Nôi vu", layer="ocr", confidence=0.7), superior=Reading(value="UBND tỉnh Bắc Kạn"))
    issuer = confirmed(read, Directory((Office(name="Sở Nội vụ tỉnh Bắc Kạn"),))).issuer
    assert (issuer.value, issuer.confidence) == ("Sở Nội vụ", 0.9)
    assert [rival.value for rival in issuer.rivals] == ["Sở Nôi vu"]


def test_an_abbreviation_read_from_a_picture_is_not_written_out_and_no_surer() -> None:
    issuer = confirmed(of("UBND tỉnh Bắc Kan", layer="ocr", confidence=0.7), DIRECTORY).issuer
    assert (issuer.value, issuer.confidence, issuer.rivals) == ("UBND tỉnh Bắc Kan", 0.7, ())


def test_a_likely_name_is_found_only_where_it_is_asked_for() -> None:
    assert DIRECTORY.find("Sờ Nôi vu tinh Băc Kạm") is None
    match = DIRECTORY.nearest("Sờ Nôi vu tinh Băc Kạm")
    assert match is not None
    assert match.office.name == NAMES[2]
    assert match.likeness < 1
    assert DIRECTORY.nearest("Sở Công Thương tỉnh Bắc Kạn") is None


def test_two_that_are_nearly_alike_are_not_guessed_between() -> None:
    near = Directory((Office(name="Sở Y tế tỉnh Hà Nam"), Office(name="Sở Y tế tỉnh Hải Nam")))
    assert near.nearest("Sở Y tế tỉnh Hai Nam") is not None
    assert near.nearest("Sở Y tế tỉnh Hài Nam") is not None
    assert near.nearest("Sở Y tế tỉnh Hà1 Nam") is None


def of(issuer: str, *, layer: str, confidence: float) -> Document:
    source = f"part 1, page 1, {layer}, box 2"
    return Document(main="1", parts=("1",), issuer=Reading(value=issuer, confidence=confidence, source=source))


def test_a_printed_name_that_is_known_is_surer_and_keeps_its_wording() -> None:
    issuer = confirmed(of("UBND tỉnh Bắc Kạn", layer="text layer", confidence=0.9), DIRECTORY).issuer
    assert (issuer.value, issuer.confidence) == ("UBND tỉnh Bắc Kạn", 0.97)
    assert issuer.source == "part 1, page 1, text layer, box 2; directory"


def test_a_name_from_a_picture_is_mended_and_what_was_read_is_a_rival() -> None:
    issuer = confirmed(of("Sở Nôi vu tỉnh Bắc Kạn", layer="ocr", confidence=0.7), DIRECTORY).issuer
    assert (issuer.value, issuer.confidence) == (NAMES[2], 0.9)
    assert [rival.value for rival in issuer.rivals] == ["Sở Nôi vu tỉnh Bắc Kạn"]


def test_an_unknown_name_and_no_name_stay_as_they_are() -> None:
    document = of("Sở Công Thương tỉnh Bắc Kạn", layer="ocr", confidence=0.7)
    assert confirmed(document, DIRECTORY) == document
    nameless = replace(document, issuer=Reading(reason="no letterhead"))
    assert confirmed(nameless, DIRECTORY) == nameless
    assert confirmed(document, Directory()) == document


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
