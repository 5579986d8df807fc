"""Bodies of several provinces and ministries, and the mails and documents that they send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailbridge.classifier.directory import Directory, Office
from mailbridge.classifier.kinds import Document, Reading
from mailbridge.decision.findings import Findings
from mailbridge.mail.address import Address
from mailbridge.verify.results import ArcResult, AuthResults, DkimResult, DmarcResult, Result, SpfResult
from mailbridge.verify.signature import SignatureStatus, SignerCertificate, Status
from tests.decision.builders_decision import document, findings

# Name with marks, the word for its level, and its label below gov.vn.
PLACES = (
    ("Bắc Kạn", "tỉnh", "backan"),
    ("Cao Bằng", "tỉnh", "caobang"),
    ("Lạng Sơn", "tỉnh", "langson"),
    ("Hà Nội", "thành phố", "hanoi"),
    ("Đà Nẵng", "thành phố", "danang"),
    ("Hồ Chí Minh", "thành phố", "hochiminhcity"),
    ("Đắk Lắk", "tỉnh", "daklak"),
    ("Nghệ An", "tỉnh", "nghean"),
    ("Quảng Ninh", "tỉnh", "quangninh"),
    ("Cà Mau", "tỉnh", "camau"),
)
DEPARTMENTS = (
    ("Sở Nội vụ", "sonv"),
    ("Sở Y tế", "soyte"),
    ("Sở Giáo dục và Đào tạo", "sogddt"),
    ("Sở Tài chính", "stc"),
)
MINISTRIES = (
    ("Bộ Nội vụ", "moha.gov.vn"),
    ("Bộ Tài chính", "mof.gov.vn"),
    ("Bộ Y tế", "moh.gov.vn"),
    ("Bộ Giáo dục và Đào tạo", "moet.gov.vn"),
    ("Bộ Nông nghiệp và Môi trường", "mae.gov.vn"),
)


def _committee(name: str, level: str) -> str:
    return f"Ủy ban nhân dân {level} {name}"


def _of_place(name: str, level: str, label: str) -> list[Office]:
    committee = _committee(name, level)
    return [
        Office(name=committee, domains=(f"{label}.gov.vn",)),
        Office(
            name=f"Văn phòng Ủy ban nhân dân {level} {name}", superior=committee, domains=(f"vpubnd.{label}.gov.vn",)
        ),
        *(
            Office(name=f"{each} {level} {name}", superior=committee, domains=(f"{short}.{label}.gov.vn",))
            for each, short in DEPARTMENTS
        ),
    ]


DIRECTORY = Directory(
    (
        *(office for place in PLACES for office in _of_place(*place)),
        *(Office(name=name, superior="Chính phủ", domains=(domain,)) for name, domain in MINISTRIES[:-1]),
        Office(
            name="Bộ Nông nghiệp và Môi trường",
            superior="Chính phủ",
            others=("Bộ Nông nghiệp và Phát triển nông thôn", "Bộ Tài nguyên và Môi trường"),
            domains=("mae.gov.vn", "monre.gov.vn"),
        ),
        Office(name="Chính phủ", others=("Thủ tướng Chính phủ",)),
        Office(name="Văn phòng Chính phủ", superior="Chính phủ", domains=("vpcp.chinhphu.vn",)),
        Office(name="Cục Văn thư và Lưu trữ nhà nước", superior="Bộ Nội vụ", domains=("archives.gov.vn",)),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One combination: From, letterhead, and the certificates on the main file."""

    author: str
    issuer: str
    superior: str | None = None
    signatures: tuple[SignatureStatus, ...] = ()


def page(issuer: str | None, superior: str | None = None, *, source: str = "part 1, page 1, text layer") -> Document:
    """A document with this letterhead."""
    return replace(
        document(),
        issuer=Reading(value=issuer, confidence=0.99, source=source),
        superior=Reading(value=superior, confidence=0.99 if superior else 0.0),
    )


PROVEN = AuthResults(
    spf=SpfResult(),
    dkim=(DkimResult(result=Result.PASS, domain="x", selector="s", aligned=True),),
    arc=ArcResult(),
    dmarc=DmarcResult(),
)
UNPROVEN = AuthResults(spf=SpfResult(), dkim=(), arc=ArcResult(), dmarc=DmarcResult())


def mailed(sent: Sent, results: AuthResults = PROVEN, directory: Directory = DIRECTORY) -> Findings:
    """Return the findings of a mail that carries this one document."""
    local, _, domain = sent.author.partition("@")
    base = findings()
    return replace(
        base,
        author=Address(local=local, domain=domain),
        authentication=results,
        directory=directory,
        classification=replace(base.classification, documents=(page(sent.issuer, sent.superior),)),
        signatures=sent.signatures,
    )


def certificate(subject: str, email: str | None = None) -> SignerCertificate:
    """A certificate with this subject (RFC 4514)."""
    return SignerCertificate(
        subject=subject,
        issuer="CN=CA phục vụ các cơ quan Nhà nước G2,O=Ban Cơ yếu Chính phủ,C=VN",
        serial="01",
        sha256="0" * 64,
        not_before=datetime(2025, 1, 1, tzinfo=UTC),
        not_after=datetime(2029, 1, 1, tzinfo=UTC),
        email=email,
    )


def seal(name: str, *above: str, place: str = "", status: Status = Status.TOTAL_PASSED) -> SignatureStatus:
    """The signature of an organisation as the government CA writes it: CN the body, O and OU above it, L."""
    units = [f"OU={each}" for each in above[:-1]] + [f"O={each}" for each in above[-1:]]
    subject = ",".join((f"CN={name}", *units, *([f"L={place}"] if place else []), "C=VN"))
    return _signature("organization", name, above[-1] if above else None, subject, None, status)


def hand(name: str, *bodies: str, email: str | None = None) -> SignatureStatus:
    """The signature of a person: CN the name, then the units from the inside out, the last one O."""
    units = [f"OU={each}" for each in bodies[:-1]] + [f"O={each}" for each in bodies[-1:]]
    return _signature("person", name, bodies[-1], ",".join((f"CN={name}", *units, "C=VN")), email, Status.TOTAL_PASSED)


def _signature(
    role: str, name: str, organization: str | None, subject: str, email: str | None, status: Status
) -> SignatureStatus:
    return SignatureStatus(
        part="1",
        format="pades",
        status=status,
        role=role,
        signer=name,
        organization=organization,
        covers_whole_file=True,
        certificate=certificate(subject, email),
    )
