"""Senders that look like others: forty imitations that are named, and sixty honest domains that are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.directory import NO_DIRECTORY, Directory, Office
from mailbridge.decision.lookalike import Trick, imitated_domain, imitated_name, imitation, is_one_slip
from mailbridge.mail.address import Address

KNOWN = (
    "backan.gov.vn",
    "sonv.backan.gov.vn",
    "hanoi.gov.vn",
    "moha.gov.vn",
    "mof.gov.vn",
    "vpcp.chinhphu.vn",
    "monre.gov.vn",
    "benhvienbackan.vn",
    "vnptbackan.vn",
)

IMITATIONS = [
    # Below gov.vn nobody but the State gets a name; these only seem to lie there.
    ("backan-gov.vn", Trick.STATE),
    ("backan.gov-vn.com", Trick.STATE),
    ("gov-vn.com", Trick.STATE),
    ("backan-gov-vn.com", Trick.STATE),
    ("backangov.vn", Trick.NEAR),
    ("gov.vn.example.com", Trick.STATE),
    ("sonv.backan.gov.vn.example.com", Trick.STATE),
    ("backan.gov.vn.co", Trick.STATE),
    ("x.gov.vn.co", Trick.STATE),
    ("x.gov.vn-mail.net", Trick.STATE),
    ("moha.g0v.vn", Trick.LETTERS),
    ("g0v.vn", Trick.LETTERS),
    ("hanoi.goov.vn", Trick.STATE),
    ("hanoi.govv.vn", Trick.STATE),
    ("hanoi.qov.vn", Trick.LETTERS),
    ("hanoi.gow.vn", Trick.STATE),
    ("hanoi.govn.vn", Trick.STATE),
    ("backan.gov.com.vn", Trick.STATE),
    ("backan.gov.org.vn", Trick.STATE),
    ("backan.gov.net.vn", Trick.STATE),
    ("mail.moha.gov.edu.vn", Trick.STATE),
    ("govvn.net", Trick.STATE),
    ("chinhphu.com", Trick.STATE),
    ("chinhphu-vn.com", Trick.STATE),
    ("chinh-phu.vn", Trick.STATE),
    ("vpcp.chinhphu.vn.org", Trick.STATE),
    ("vpcp.ch1nhphu.vn", Trick.LETTERS),
    ("vpcp.chlnhphu.vn", Trick.LETTERS),
    # Other alphabets: Cyrillic а, о, о, с; Greek ο; a full-width letter.
    ("b\u0430ckan.gov.vn.ru", Trick.LETTERS),
    ("moha.g\u043ev.vn", Trick.LETTERS),
    ("moha.g\u03bfv.vn", Trick.LETTERS),
    ("moha.gov.v\u043f", Trick.LETTERS),
    ("h\u00e0n\u1ed9i.g\u00f2v.vn", Trick.LETTERS),
    ("xn--gv-jbc.vn", Trick.LETTERS),
    ("benhvi\u0435nbackan.vn", Trick.LETTERS),
    # Letters and digits that one takes for others, and one slip away.
    ("benhvienbackan.vm", Trick.NEAR),
    ("benhv1enbackan.vn", Trick.LETTERS),
    ("benhvienbackam.vn", Trick.NEAR),
    ("benhvienback.an.vn", Trick.NEAR),
    ("benhvien-backan.vn", Trick.NEAR),
    ("benhvienbakcan.vn", Trick.NEAR),
    ("vnptbackan.vn.mail-server.info", Trick.INSIDE),
    ("vnptbackann.vn", Trick.NEAR),
    ("mail.vnptbakan.vn", Trick.NEAR),
]

_HONEST = """
backan.gov.vn sonv.backan.gov.vn stc.backan.gov.vn chora.backan.gov.vn hanoi.gov.vn soyte.hanoi.gov.vn haiphong.gov.vn
hanam.gov.vn hatinh.gov.vn hagiang.gov.vn baccan.gov.vn bacgiang.gov.vn bacninh.gov.vn danang.gov.vn hue.gov.vn
tphcm.gov.vn hochiminhcity.gov.vn thainguyen.gov.vn thaibinh.gov.vn mof.gov.vn moh.gov.vn moc.gov.vn moit.gov.vn
moet.gov.vn mae.gov.vn moj.gov.vn mofa.gov.vn mps.gov.vn mst.gov.vn mic.gov.vn moha.gov.vn monre.gov.vn molisa.gov.vn
gdt.gov.vn customs.gov.vn sbv.gov.vn vss.gov.vn archives.gov.vn ca.gov.vn neac.gov.vn toaan.gov.vn vksndtc.gov.vn
most.gov.vn ubdt.gov.vn thanhtra.gov.vn vpcp.chinhphu.vn chinhphu.vn xaydungchinhsach.chinhphu.vn quochoi.vn
vpqh.quochoi.vn dangcongsan.vn tinhuy.backan.dcs.vn dcs.vn gmail.com outlook.com yahoo.com.vn vnpt.vn viettel.com.vn
hust.edu.vn vnu.edu.vn bachmai.gov.vn benhvienbackan.vn mail.benhvienbackan.vn benhvienbacninh.vn evn.com.vn
npc.com.vn agribank.com.vn vietcombank.com.vn hanoimoi.vn go.vn go.com.vn govap.hochiminhcity.gov.vn bogov.com gov.uk
health.gov.au gov.cn mfa.gov.sg govtech.com vietnamnet.vn tuoitre.vn example.com kbnn.gov.vn dichvucong.gov.vn
"""
HONEST = tuple(_HONEST.split())


def test_the_tables_are_as_long_as_asked() -> None:
    assert len(IMITATIONS) >= 40
    assert sum(each.endswith(".gov.vn") for each in HONEST) >= 45
    assert len(HONEST) >= 60


@pytest.mark.parametrize(("domain", "trick"), IMITATIONS)
def test_imitations_are_named(domain: str, trick: Trick) -> None:
    found = imitated_domain(domain, KNOWN)
    assert found is not None
    assert found.trick is trick


@pytest.mark.parametrize("domain", HONEST)
def test_honest_domains_are_left_alone(domain: str) -> None:
    assert imitated_domain(domain, KNOWN) is None


def test_the_domain_of_the_agency_itself_is_watched_too() -> None:
    author = Address(local="vanthu", domain="coquan-nhannuoc.vn")
    assert imitation(author, NO_DIRECTORY, ("coquannhannuoc.vn",)) is not None
    assert imitation(author, NO_DIRECTORY, ("coquan-nhannuoc.vn",)) is None
    assert imitation(author, NO_DIRECTORY, ()) is None


DIRECTORY = Directory((Office(name="Trường Trung học phổ thông Chợ Đồn", domains=("thptchodon.edu.vn",)),))


@pytest.mark.parametrize(
    ("name", "mailbox", "trick"),
    [
        ("UBND tỉnh Bắc Kạn", "abc@gmail.com", Trick.NAME),
        ("Văn thư UBND xã Nghĩa Tá", "abc@yahoo.com", Trick.NAME),
        ("SỞ NỘI VỤ TỈNH BẮC KẠN", "sonv@gmail.com", Trick.NAME),
        ("Uy ban nhan dan phuong 1", "p1@outlook.com", Trick.NAME),
        ("Công an tỉnh Bắc Kạn", "ca@gmail.com", Trick.NAME),
        ("Trường THPT Chợ Đồn", "x@gmail.com", None),
        ("Trường Trung học phổ thông Chợ Đồn", "x@gmail.com", Trick.NAME),
        ("vanthu@vpcp.chinhphu.vn", "abc@example.com", Trick.SHOWN_ADDRESS),
        ("Văn thư <vanthu@moha.gov.vn>", "abc@gmail.com", Trick.SHOWN_ADDRESS),
        ("Văn thư (vanthu@moha.gov.vn)", "vanthu@moha.gov.vn", None),
        ("vanthu@sonv.backan.gov.vn", "lan@backan.gov.vn", None),
        ("UBND tỉnh Bắc Kạn", "vanthu@backan.gov.vn", None),
        ("UBND xã Nghĩa Tá", "vanthu@nghiata.vn", None),
        ("Nguyễn Văn An", "an@gmail.com", None),
        ("Sở thích của tôi", "an@gmail.com", None),
        ("Bộ sưu tập", "an@gmail.com", None),
        ("", "an@gmail.com", None),
    ],
)
def test_names_before_an_address(name: str, mailbox: str, trick: Trick | None) -> None:
    local, _, domain = mailbox.partition("@")
    found = imitated_name(Address(local=local, domain=domain, name=name), DIRECTORY)
    assert (found.trick if found else None) is trick


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abc", "abc", False),
        ("abc", "abcd", True),
        ("abcd", "abc", True),
        ("abc", "xbc", True),
        ("abcd", "abdc", True),
        ("abcd", "badc", False),
        ("abc", "abcde", False),
        ("", "a", True),
    ],
)
def test_one_slip(one: str, other: str, expected: bool) -> None:
    assert is_one_slip(one, other) is expected
    assert is_one_slip(other, one) is expected


@settings(max_examples=150)
@given(st.text(max_size=60), st.text(max_size=40))
def test_no_name_breaks_it(domain: str, name: str) -> None:
    imitated_domain(domain, KNOWN)
    imitation(Address(local="a", domain=domain, name=name), DIRECTORY, KNOWN)
