"""Hints are drawn where clerks agree, doubts where they do not, and a stranger profits from neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.kinds import Classification, Document, Kind, Reading, Signer
from mailbridge.classifier.learned import DOUBTFUL, Doubt, Hint, Hints, Lesson, Taught, Watched, learn, with_hints
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.mail.address import Address

SENDER = "vanthu@xa.backan.gov.vn"
AUTHOR = Address(local="vanthu", domain="xa.backan.gov.vn")


def lesson(read: str | None, written: str | None, entry: str, field: str = "issuer") -> Lesson:
    return Lesson(sender=SENDER, field=field, read=read, written=written, entry=entry)


def said(document: Document) -> Classification:
    return Classification(kind=Kind.OFFICIAL_DOCUMENT, confidence=0.99, reasons=(), documents=(document,))


def read_as(issuer: str, confidence: float = 0.95) -> Document:
    return Document(main="1", parts=("1",), issuer=Reading(value=issuer, confidence=confidence, source="box 2"))


def test_three_alike_make_a_hint() -> None:
    found = learn(lesson("UBND xã Hòa", "Ủy ban nhân dân xã Hòa", f"den/2026/{n}") for n in (1, 2, 3))
    entries = ("den/2026/1", "den/2026/2", "den/2026/3")
    wanted = Hint(
        sender=SENDER, field=Taught.ISSUER, read="UBND xã Hòa", write="Ủy ban nhân dân xã Hòa", entries=entries
    )
    assert found.hints == (wanted,)
    assert found.doubts == ()


@pytest.mark.parametrize(
    "other",
    [
        lesson("UBND xã Hòa", "UBND xã Hòa", "den/2026/9"),
        lesson("UBND XÃ HÒA", "Ủy ban nhân dân xã Hoà Bình", "den/2026/9"),
    ],
    ids=["left-as-read", "corrected-otherwise"],
)
def test_one_against_it_and_there_is_no_hint(other: Lesson) -> None:
    alike = [lesson("UBND xã Hòa", "Ủy ban nhân dân xã Hòa", f"den/2026/{n}") for n in (1, 2, 3)]
    assert learn([*alike, other]).hints == ()


def test_two_are_too_few() -> None:
    assert learn(lesson("A", "B", f"den/2026/{n}") for n in (1, 2)) == Hints()


def test_a_field_that_was_never_read_teaches_nothing() -> None:
    assert learn(lesson(None, "B", f"den/2026/{n}") for n in range(9)) == Hints()


def test_subjects_corrected_each_time_make_a_doubt() -> None:
    corrected = [lesson(f"V/v việc {n}", f"V/v việc số {n}", f"den/2026/{n}", "subject") for n in (1, 2, 3)]
    kept = lesson("V/v họp", "V/v họp", "den/2026/4", "subject")
    assert learn([*corrected, kept]).doubts == (Doubt(sender=SENDER, field=Watched.SUBJECT, corrected=3, of=4),)
    assert learn([*corrected, kept, kept, kept]).doubts == ()


def test_a_hint_is_used_for_proven_mail_and_names_what_was_read() -> None:
    hints = learn(lesson("UBND xã Hòa", "Ủy ban nhân dân xã Hòa", f"den/2026/{n}") for n in (1, 2, 3))
    (document,) = with_hints(said(read_as("UBND  XÃ HOÀ")), AUTHOR, hints, proven=True).documents
    assert document.issuer.value == "Ủy ban nhân dân xã Hòa"
    assert document.issuer.confidence == 0.95
    assert document.issuer.source == "hint from 3 corrections of this sender; box 2"
    assert [(each.value, each.source) for each in document.issuer.rivals] == [
        ("UBND  XÃ HOÀ", "read before the hint: box 2")
    ]


@pytest.mark.parametrize("issuer", ["UBND xã Hoa", "UBND xã Hòa Bình", "Sở Nội vụ"])
def test_another_reading_is_left_alone(issuer: str) -> None:
    hints = learn(lesson("UBND xã Hòa", "Ủy ban nhân dân xã Hòa", f"den/2026/{n}") for n in (1, 2, 3))
    before = said(read_as(issuer))
    assert with_hints(before, AUTHOR, hints, proven=True) == before


def test_unproven_mail_meets_the_doubts_only() -> None:
    hints = Hints(
        hints=(Hint(sender=SENDER, field=Taught.ISSUER, read="A", write="B", entries=("den/2026/1",)),),
        doubts=(Doubt(sender=SENDER, field=Watched.ISSUER, corrected=3, of=4),),
    )
    (document,) = with_hints(said(read_as("A")), AUTHOR, hints, proven=False).documents
    assert (document.issuer.value, document.issuer.confidence) == ("A", DOUBTFUL)


def test_somebody_else_is_read_as_before() -> None:
    hints = Hints(hints=(Hint(sender=SENDER, field=Taught.ISSUER, read="A", write="B", entries=("den/2026/1",)),))
    before = said(read_as("A"))
    assert with_hints(before, Address(local="x", domain="xa.backan.gov.vn"), hints, proven=True) == before
    assert with_hints(before, None, hints, proven=True) == before


def test_what_is_not_wanted_is_not_used() -> None:
    hint = Hint(sender=SENDER, field=Taught.ISSUER, read="A", write="B", entries=("den/2026/1",), use=False)
    before = said(read_as("A"))
    assert with_hints(before, AUTHOR, Hints(hints=(hint,)), proven=True) == before


def test_a_notation_is_taught_and_the_number_stays() -> None:
    hint = Hint(sender=SENDER, field=Taught.NOTATION, read="QD-UBND", write="QĐ-UBND", entries=("den/2026/1",))
    symbol = replace(parse_symbol("15/QĐ-UBND") or pytest.fail("no symbol"), type_abbr="QD", text="15/QD-UBND")
    document = Document(main="1", parts=("1",), symbol=Reading(value=symbol, confidence=0.9, source="box 3"))
    read = symbol.notation
    hints = Hints(hints=(replace(hint, read=read, write="QĐ-HĐND"),))
    (after,) = with_hints(said(document), AUTHOR, hints, proven=True).documents
    assert after.symbol.value is not None
    assert after.symbol.value.text == "15/QĐ-HĐND"


def test_the_office_of_a_signer_is_taught_and_the_name_stays() -> None:
    signer = Reading(value=Signer(name="Nguyễn Văn An", position="CHỦ TICH", authority="TM. ỦY BAN"), confidence=0.9)
    document = Document(main="1", parts=("1",), signer=signer)
    hint = Hint(sender=SENDER, field=Taught.SIGNER_POSITION, read="CHỦ TICH", write="CHỦ TỊCH", entries=("den/2026/1",))
    (after,) = with_hints(said(document), AUTHOR, Hints(hints=(hint,)), proven=True).documents
    assert after.signer.value == Signer(name="Nguyễn Văn An", position="CHỦ TỊCH", authority="TM. ỦY BAN")


def test_an_absent_field_stays_absent() -> None:
    doubt = Doubt(sender=SENDER, field=Watched.ISSUED_DATE, corrected=3, of=3)
    document = Document(main="1", parts=("1",), issued_date=Reading(value=None, reason="written by hand"))
    before = said(document)
    assert with_hints(before, AUTHOR, Hints(doubts=(doubt,)), proven=True) == before
    dated = said(replace(document, issued_date=Reading(value=date(2026, 8, 1), confidence=0.97, source="box 4")))
    (after,) = with_hints(dated, AUTHOR, Hints(doubts=(doubt,)), proven=True).documents
    assert after.issued_date.value == date(2026, 8, 1)
    assert after.issued_date.confidence == DOUBTFUL
    assert after.issued_date.source.startswith("in doubt: corrected in 3 of 3 documents")


TEXTS = st.sampled_from(["A", "a", "B", "C", "D"])


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=12))
def test_no_hint_ever_contradicts_a_line_of_the_book(pairs: list[tuple[str, str]]) -> None:
    found = learn(lesson(read, written, f"den/2026/{n}") for n, (read, written) in enumerate(pairs))
    for hint in found.hints:
        alike = [written for read, written in pairs if read.casefold() == hint.read.casefold()]
        assert len(alike) >= 3
        assert set(alike) == {hint.write}
