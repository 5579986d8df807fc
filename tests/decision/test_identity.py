"""Three identities: honest combinations agree or are not known, those of two agencies differ (feature C12)."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.directory import NO_DIRECTORY, Directory, Office, name_key
from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Reading
from mailbridge.decision.findings import Action
from mailbridge.decision.identity import Agreement, Identities, Source, identities
from mailbridge.decision.objections import ABOUT_DOCUMENTS, Proposal, raised
from mailbridge.decision.rules import Outcome
from mailbridge.decision.sentence import Sentence
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus, Status
from tests.decision.builders_decision import policy
from tests.decision.builders_identity import (
    DEPARTMENTS,
    MINISTRIES,
    PLACES,
    PROVEN,
    UNPROVEN,
    Sent,
    hand,
    mailed,
    page,
    seal,
)

M, C, L = Source.MAIL, Source.CERTIFICATE, Source.LETTERHEAD


def compared(sent: Sent, results: AuthResults = PROVEN, directory: Directory | None = None) -> Identities:
    found = mailed(sent, results) if directory is None else mailed(sent, results, directory)
    return identities(found.classification.documents[0], found, found.directory)


def honest() -> Iterator[Sent]:
    """Write what bodies send in everyday life, in the writings of letterheads and certificates."""
    for (place, level, label), (name, short) in itertools.product(PLACES, DEPARTMENTS):
        committee = f"ỦY BAN NHÂN DÂN {level} {place}".upper()
        mailbox = f"vanthu@{short}.{label}.gov.vn"
        own = seal(name.upper(), committee)
        # A department with its superior above it; its seal names the place in O, in CN, or without marks (G1).
        yield Sent(author=mailbox, issuer=name, superior=f"UBND {level} {place}", signatures=(own,))
        yield Sent(author=mailbox, issuer=f"{name} {level} {place}", signatures=(seal(f"{name} {place}".upper()),))
        bare = seal(fold(name).upper(), fold(committee).upper())
        yield Sent(author=f"vanthu.{short}@{label}.gov.vn", issuer=name, superior=committee, signatures=(bare,))
        leader = hand("Nguyễn Văn An", name.upper(), committee, email=f"annv@{label}.gov.vn")
        yield Sent(author=mailbox, issuer=name, superior=committee, signatures=(leader, own))
    for place, level, label in PLACES:
        committee = f"Ủy ban nhân dân {level} {place}"
        # The office sends and numbers for its committee; the chairman signs.
        office = f"vanthu@vpubnd.{label}.gov.vn"
        yield Sent(author=office, issuer=committee, signatures=(seal(committee.upper()),))
        yield Sent(
            author=office, issuer=f"Uỷ ban nhân dân {level} {place}".upper(), signatures=(seal(f"UBND {place}"),)
        )
        chairman = hand("Trần Thị Bình", "LÃNH ĐẠO", committee.upper())
        yield Sent(author=f"ubnd@{label}.gov.vn", issuer=f"Chủ tịch {committee}", signatures=(chairman,))
        yield Sent(author=office, issuer=f"Văn phòng {committee}", superior=committee)
        # A commune whose mailbox lies in the domain of its province.
        commune = "ỦY BAN NHÂN DÂN XÃ NGHĨA TÁ"
        yield Sent(
            author=f"nghiata@{label}.gov.vn",
            issuer="Ủy ban nhân dân xã Nghĩa Tá",
            superior=f"{level} {place}",
            signatures=(hand("Lý Văn Tư", commune, committee.upper()), seal(commune, committee.upper())),
        )
    for name, domain in MINISTRIES:
        yield Sent(author=f"vanthu@{domain}", issuer=name, signatures=(seal(name.upper(), place="Hà Nội"),))
        yield Sent(author=f"vanthu@{domain}", issuer=name.upper(), signatures=(seal(fold(name).title()),))
    old = seal("BỘ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN")
    yield Sent(author="vanthu@monre.gov.vn", issuer="Bộ Nông nghiệp và Môi trường", signatures=(old,))
    yield Sent(
        author="vanthu@vpcp.chinhphu.vn", issuer="Thủ tướng Chính phủ", signatures=(seal("VĂN PHÒNG CHÍNH PHỦ"),)
    )
    yield Sent(
        author="vanthu@archives.gov.vn",
        issuer="Cục Văn thư và Lưu trữ nhà nước",
        superior="Bộ Nội vụ",
        signatures=(seal("CỤC VĂN THƯ VÀ LƯU TRỮ NHÀ NƯỚC", "BỘ NỘI VỤ", place="Hà Nội"),),
    )


def forged() -> Iterator[Sent]:
    """Put the letterhead of one body on what another one sent or sealed."""
    everybody: list[tuple[str, str | None, str]] = [
        (f"{name} {level} {place}", f"UBND {level} {place}", f"vanthu@{short}.{label}.gov.vn")
        for (place, level, label), (name, short) in itertools.product(PLACES, DEPARTMENTS)
    ]
    everybody += [(name, None, f"vanthu@{domain}") for name, domain in MINISTRIES]
    for step in (1, 2, 3, 5, 7, 11):
        for place, (issuer, superior, _) in enumerate(everybody):
            other, above, mailbox = everybody[(place + step) % len(everybody)]
            stranger = seal(other.upper(), *([above.upper()] if above else []))
            match step:
                case 1:  # another body's seal and mailbox
                    yield Sent(author=mailbox, issuer=issuer, superior=superior, signatures=(stranger,))
                case 2:  # not signed
                    yield Sent(author=mailbox, issuer=issuer, superior=superior)
                case 3:  # the seal alone, the mailbox is nobody's
                    yield Sent(author="a@example.com", issuer=issuer, superior=superior, signatures=(stranger,))
                case 5:  # the letterhead without its place, which stands above it
                    bare = issuer.partition(" tỉnh ")[0].partition(" thành phố ")[0]
                    yield Sent(author=mailbox, issuer=bare, superior=superior, signatures=(stranger,))
                case 7:  # a person of another body, alone
                    person = hand("Lê Văn Cường", other.upper(), *([above.upper()] if above else []))
                    yield Sent(author="a@example.com", issuer=issuer, superior=superior, signatures=(person,))
                case _:  # relayed: the document is good, the mail is another's
                    own = seal(issuer.upper())
                    yield Sent(author=mailbox, issuer=issuer, superior=superior, signatures=(own,))


def test_honest_combinations_do_not_differ() -> None:
    sent = list(honest())
    flagged = [each for each in sent if compared(each).differing()]
    assert len(sent) >= 200
    assert flagged == []


def test_most_honest_combinations_agree() -> None:
    """Not to differ is not enough: what never agrees is never reliable either."""
    sent = [compared(each) for each in honest()]
    for pair in ((C, L), (M, L)):
        known = [each for each in sent if any({pair[0], pair[1]} == {one.one, one.other} for one in each.comparisons)]
        agreeing = [each for each in known if each.agreement(*pair) is Agreement.AGREE]
        assert len(agreeing) >= 0.99 * len(known)


def test_combinations_of_two_agencies_differ() -> None:
    sent = list(forged())
    missed = [each for each in sent if not compared(each).differing()]
    assert len(sent) >= 200
    assert len(missed) <= 0.01 * len(sent), missed[:3]


def rules_raised(sent: Sent, results: AuthResults = PROVEN) -> list[str]:
    outcome = Outcome(action=Action.REGISTER, rule="enter", text=Sentence(vi="", en=""))
    proposal = Proposal(findings=mailed(sent, results), policy=policy(), outcome=outcome)
    return [each.rule for each in raised(ABOUT_DOCUMENTS, proposal) if each.rule.startswith("fixed:other")]


A = "vanthu@soyte.backan.gov.vn"
B = "Sở Nội vụ tỉnh Cao Bằng"


def test_what_is_proven_stops_and_what_is_only_said_is_told() -> None:
    unsigned = Sent(author=A, issuer=B)
    assert rules_raised(unsigned) == ["fixed:other-sender"]
    assert rules_raised(unsigned, UNPROVEN) == []
    assert [each.agreement for each in compared(unsigned, UNPROVEN).comparisons] == [Agreement.DIFFER]
    sealed = Sent(author="a@example.com", issuer=B, signatures=(seal("SỞ Y TẾ TỈNH BẮC KẠN"),))
    assert rules_raised(sealed, UNPROVEN) == ["fixed:other-body"]


def test_a_signed_document_that_another_body_relays_is_told_and_not_stopped() -> None:
    relayed = Sent(author=A, issuer=B, signatures=(seal(B.upper()),))
    assert rules_raised(relayed) == []
    found = compared(relayed)
    assert found.agreement(C, L) is Agreement.AGREE
    assert found.letterhead is not None
    assert found.letterhead.proven
    assert "do cơ quan khác gửi" in found.differing()[0].reason.vi


def test_the_province_in_a_domain_is_told_and_stops_nothing() -> None:
    sent = Sent(author="vanthu@sonv.caobang.gov.vn", issuer="Sở Nội vụ", superior="UBND tỉnh Bắc Kạn")
    found = compared(sent, directory=NO_DIRECTORY)
    assert [(each.agreement, each.proven) for each in found.comparisons] == [(Agreement.DIFFER, False)]
    fits = Sent(author="vanthu@sonv.backan.gov.vn", issuer="Sở Nội vụ", superior="UBND tỉnh Bắc Kạn")
    assert compared(fits, directory=NO_DIRECTORY).agreement(M, L) is Agreement.AGREE
    commune = Sent(author="ubnd@chora.backan.gov.vn", issuer="UBND xã Chợ Rã", superior="UBND huyện Ba Bể")
    assert compared(commune, directory=NO_DIRECTORY).agreement(M, L) is Agreement.AGREE
    neighbour = Sent(author="ubnd@chora.backan.gov.vn", issuer="UBND xã Nghĩa Tá")
    assert compared(neighbour, directory=NO_DIRECTORY).agreement(M, L) is Agreement.UNKNOWN
    central = Sent(author="ubnd@chora.backan.gov.vn", issuer="Bộ Nội vụ")
    assert compared(central, directory=NO_DIRECTORY).agreement(M, L) is Agreement.DIFFER
    merged = Sent(author="vanthu@backan.gov.vn", issuer="UBND tỉnh Thái Nguyên")
    assert compared(merged, directory=NO_DIRECTORY).agreement(M, L) is Agreement.UNKNOWN


@pytest.mark.parametrize(
    ("issuer", "superior", "signature", "expected"),
    [
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", seal("SỞ NỘI VỤ", "UBND TỈNH THÁI BÌNH"), Agreement.DIFFER),
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", seal("SỞ NỘI VỤ", place="Thái Bình"), Agreement.DIFFER),
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", seal("SỞ NỘI VỤ", place="Bắc Kạn"), Agreement.AGREE),
        ("Sở Nội vụ", "UBND tỉnh Thái Nguyên", seal("SỞ NỘI VỤ", "UBND TỈNH BẮC KẠN"), Agreement.DIFFER),
        ("UBND tỉnh Bắc Kạn", None, seal("SỞ NỘI VỤ TỈNH BẮC KẠN"), Agreement.DIFFER),
        ("UBND tỉnh Bắc Kạn", None, seal("VĂN PHÒNG UBND TỈNH BẮC KẠN"), Agreement.AGREE),
        ("UBND tỉnh Bắc Kạn", None, seal("ỦY BAN NHÂN DÂN XÃ NGHĨA TÁ", "UBND TỈNH BẮC KẠN"), Agreement.DIFFER),
        ("UBND tỉnh Bắc Kạn", None, seal("ỦY BAN NHÂN DÂN"), Agreement.UNKNOWN),
        ("UBND tỉnh Bắc Kạn", None, seal("…"), Agreement.DIFFER),
        ("HĐND tỉnh Bắc Kạn", None, seal("UBND TỈNH BẮC KẠN"), Agreement.DIFFER),
        ("Cục Thuế", "Bộ Tài chính", seal("CỤC THUẾ", "BỘ TÀI CHÍNH", place="Hà Nội"), Agreement.AGREE),
        ("Cục Thuế", None, seal("CỤC THUẾ DOANH NGHIỆP LỚN"), Agreement.UNKNOWN),
        ("Bộ Lao động - Thương binh và Xã hội", None, seal("BO LAO DONG THUONG BINH VA XA HOI"), Agreement.AGREE),
        ("UBND thành phố Huế", "UBND tỉnh Thừa Thiên Huế", seal("UBND THÀNH PHỐ HUẾ"), Agreement.AGREE),
        ("UBND TP.HCM", None, seal("ỦY BAN NHÂN DÂN THÀNH PHỐ HỒ CHÍ MINH"), Agreement.AGREE),
        ("UBND tỉnh Bắc Cạn", None, seal("UBND TỈNH BẮC KẠN"), Agreement.AGREE),
        ("UBND tỉnh Bắc Kạn", None, hand("An", "SỞ Y TẾ", "UBND TỈNH BẮC KẠN"), Agreement.DIFFER),
        ("UBND tỉnh Bắc Kạn", None, hand("An", "PHÒNG TỔNG HỢP", "UBND TỈNH BẮC KẠN"), Agreement.AGREE),
        ("Sở Y tế tỉnh Bắc Kạn", None, hand("An", "UBND TỈNH BẮC KẠN"), Agreement.AGREE),
        ("Sở Y tế tỉnh Bắc Kạn", None, hand("An", "SỞ NỘI VỤ", "UBND TỈNH BẮC KẠN"), Agreement.DIFFER),
    ],
    ids=lambda each: str(getattr(each, "signer", each))[:40],
)
def test_whose_seal_may_stand_under_a_letterhead(
    issuer: str, superior: str | None, signature: SignatureStatus, expected: Agreement
) -> None:
    found = compared(Sent(author="a@example.com", issuer=issuer, superior=superior, signatures=(signature,)))
    assert found.agreement(C, L) is expected


def test_a_seal_that_is_not_valid_proves_nothing() -> None:
    sent = Sent(author="a@example.com", issuer=B, signatures=(seal("SỞ Y TẾ", status=Status.INDETERMINATE),))
    assert compared(sent).certificates == ()


def test_the_address_in_a_certificate_speaks_for_the_sender() -> None:
    person = hand("An", "BỆNH VIỆN ĐA KHOA", email="an@benhvien.vn")
    sent = Sent(author="vanthu@mail.benhvien.vn", issuer="Bệnh viện đa khoa", signatures=(person,))
    assert compared(sent).agreement(M, C) is Agreement.AGREE


def test_another_name_in_the_directory_is_the_same_body() -> None:
    office = Office(
        name="Trường Cao đẳng Bắc Kạn", others=("Trường Cao đẳng Nghề dân tộc nội trú",), domains=("cdbk.edu.vn",)
    )
    sent = Sent(author="vt@cdbk.edu.vn", issuer=office.name, signatures=(seal("TRƯỜNG CAO ĐẲNG NGHỀ DÂN TỘC NỘI TRÚ"),))
    assert compared(sent, directory=NO_DIRECTORY).agreement(C, L) is not Agreement.AGREE
    assert compared(sent, directory=Directory((office,))).agreement(C, L) is Agreement.AGREE


def test_a_slip_of_recognition_is_not_another_body() -> None:
    found = mailed(
        Sent(author="a@example.com", issuer="Sở Nôi vu tinh Bắc Kan", signatures=(seal("SỞ NỘI VỤ TỈNH BẮC KẠM"),))
    )
    scan = page("Sở Nội vụ tỉnh Bắc Kạn", source="part 1, page 1, ocr, box 2")
    assert identities(scan, found, NO_DIRECTORY).agreement(C, L) is Agreement.UNKNOWN
    assert identities(page("Sở Nội vụ tỉnh Bắc Kạn"), found, NO_DIRECTORY).agreement(C, L) is Agreement.DIFFER


def test_the_place_of_issue_tells_one_department_from_another() -> None:
    other = mailed(Sent(author="a@example.com", issuer=B, signatures=(seal("SỞ NỘI VỤ", "UBND TỈNH BẮC KẠN"),)))
    for place, expected in (
        ("Cao Bằng", Agreement.DIFFER),
        ("Bắc Kạn", Agreement.AGREE),
        ("Nghĩa Tá", Agreement.AGREE),
    ):
        alone = replace(page("Sở Nội vụ"), place=Reading(value=place, confidence=0.99))
        assert identities(alone, other, NO_DIRECTORY).agreement(C, L) is expected


def test_a_name_that_only_ends_like_the_body_is_not_its_office() -> None:
    stranger = seal("VĂN PHÒNG CÔNG CHỨNG SỞ NỘI VỤ")
    found = compared(Sent(author="a@example.com", issuer="Sở Nội vụ", signatures=(stranger,)))
    assert found.agreement(C, L) is Agreement.DIFFER
    shared = seal("VĂN PHÒNG HĐND VÀ UBND TỈNH BẮC KẠN")
    found = compared(Sent(author="a@example.com", issuer="UBND tỉnh Bắc Kạn", signatures=(shared,)))
    assert found.agreement(C, L) is Agreement.AGREE


def test_nothing_to_compare_is_no_answer() -> None:
    found = mailed(Sent(author="a@example.com", issuer=B))
    assert identities(page(None), found, found.directory).comparisons == ()


@settings(max_examples=60)
@given(st.sampled_from([each for each in honest() if each.signatures]), st.sampled_from(("NFD", "NFC")), st.booleans())
def test_writing_does_not_matter(sent: Sent, form: str, upper: bool) -> None:
    issuer = unicodedata.normalize(form, sent.issuer.upper() if upper else sent.issuer)  # type: ignore[arg-type]
    again = Sent(author=sent.author, issuer=issuer, superior=sent.superior, signatures=sent.signatures)
    assert compared(again).agreement(C, L) is compared(sent).agreement(C, L)


@settings(max_examples=100)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_name_breaks_it(issuer: str, superior: str, signer: str) -> None:
    sent = Sent(author="a@backan.gov.vn", issuer=issuer, superior=superior, signatures=(seal(signer, superior),))
    found = compared(sent)
    if issuer and name_key(issuer) and name_key(issuer) == name_key(signer):
        assert found.agreement(C, L) is not Agreement.DIFFER
