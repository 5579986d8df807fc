"""
Signed mails and files to be judged, made by the recipes of the tests; nothing of them is kept in the project.

Keys are new each time. What makes them good, in `trust` and `zone`, lies beside them.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.keys.dkim_keys import DkimKey, rsa_key, sign_mail
from tests.keys.pki import make_pki

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""The moment of the receipt, for which all is judged."""
DOMAIN = "giadinh.gov.vn"
_BODY = {"C": "VN", "L": "Giả Định", "O": "ỦY BAN NHÂN DÂN TỈNH GIẢ ĐỊNH"}
"""Who signs, and sends: the body in the letterhead of the PDF that the corpus has."""
CLIENT = "192.0.2.25"
"""The address that the domain sends from (RFC 5737)."""
SENDER = f"vanthu@{DOMAIN}"
_SELECTOR = "s1"
_USUAL = 235_000
_LARGE = 5_000_000
"""Octets of the two mails with a DKIM signature."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """
    Where everything lies: mails (`usual` of 235 KB, `large` of 5 MB, `official`) and the PDF of the official one.

    The PDF is signed by a person, then by the organisation, with a timestamp in the second signature.
    """

    usual: Path
    large: Path
    official: Path
    pdf: Path
    trust: Path
    zone: Path


def make(folder: Path, plain: bytes) -> Signed:
    """Make all of it anew in this folder, out of an unsigned PDF."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    key = rsa_key()
    pdf = sign_twice(plain, folder / "trust")
    made = Signed(
        usual=folder / "usual.eml",
        large=folder / "large.eml",
        official=folder / "official.eml",
        pdf=folder / "official.pdf",
        trust=folder / "trust",
        zone=folder / "zone",
    )
    made.pdf.write_bytes(pdf)
    made.zone.write_text(zone_text(key), encoding="ascii")
    made.official.write_bytes(_signed(letter_with("cong-van.pdf", pdf), key))
    for path, size in ((made.usual, _USUAL), (made.large, _LARGE)):
        # Base64 makes four octets of three, and two more for each line of 76; the header takes about a thousand.
        scan = random.Random(size).randbytes((size - 1500) * 3 // 4 * 76 // 78)
        path.write_bytes(_signed(letter_with("ban-quet.pdf", scan), key))
    return made


def sign_twice(plain: bytes, trust: Path) -> bytes:
    """Sign a PDF as a leader and then the clerk does, the second time with a timestamp; write what it is trusted by."""
    pki = make_pki(AT)
    pki.write_trust(trust)
    person = pki.issue(**_BODY, OU="VĂN PHÒNG", CN="Nguyễn Văn An", E=f"an.nv@{DOMAIN}")
    body = pki.issue(**_BODY, CN=_BODY["O"])
    by_leader = pki.sign_pdf(plain, person, field="LanhDao", at=AT - timedelta(hours=2))
    return pki.sign_pdf(by_leader, body, field="CoQuan", at=AT - timedelta(hours=1), timestamp=True)


def letter_with(name: str, file: bytes) -> bytes:
    """Write a letter with a PDF, lines ended by CRLF."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = f"Văn thư UBND tỉnh Giả Định <{SENDER}>"
    letter["To"] = "tiepnhan@coquan-nhan.gov.vn"
    letter["Subject"] = "Gửi công văn"
    letter["Date"] = AT - timedelta(minutes=1)
    letter["Message-ID"] = f"<1@{DOMAIN}>"
    letter.set_content("Kính gửi quý cơ quan công văn kèm theo.\n")
    letter.add_attachment(file, maintype="application", subtype="pdf", filename=name)
    return letter.as_bytes()


def _signed(mail: bytes, key: DkimKey) -> bytes:
    return sign_mail(mail, DOMAIN, _SELECTOR, key, at=AT - timedelta(minutes=1))


def zone_text(key: DkimKey) -> str:
    """Return what the name servers of the sender say: its key, who may send for it (SPF), and its policy (DMARC)."""
    return (
        f"{key.zone_line(DOMAIN, _SELECTOR)}"
        f'{DOMAIN}. IN TXT "v=spf1 ip4:{CLIENT} -all"\n'
        f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=reject"\n'
    )
