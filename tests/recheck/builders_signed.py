"""Mails with a signed document of the test PKI, and the lists of a CA that revokes it later."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.verify.evidence import Trust
from tests.demo.builders_demo import OURS
from tests.keys.pki import Identity, Pki, make_pki
from tests.reading.builders_files import letter_pdf


@cache
def pki() -> Pki:
    return make_pki()


@cache
def signed_pdf() -> bytes:
    """A letter, signed by the person of the PKI an hour before the moment of its judgement."""
    return pki().sign_pdf(letter_pdf(), pki().person, field="Nguoi_ky")


def signed_mail(accepted_at: datetime, mail_id: str = "mail-signed") -> MailObject:
    """A mail of nobody who is known, with the signed letter."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "vanthu@backan.gov.vn", OURS, "Gửi công văn"
    mail["Message-ID"] = f"<{mail_id}@backan.gov.vn>"
    mail.set_content("Kính gửi Quý cơ quan.")
    mail.add_attachment(signed_pdf(), maintype="application", subtype="pdf", filename="12_SNV.signed.pdf")
    content = mail.as_bytes(policy=SMTP)
    return MailObject(
        id=mail_id,
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="vanthu@backan.gov.vn", recipients=(OURS,)),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=accepted_at,
        next_hop_reply="250 2.0.0 Ok",
    )


def revoking(whom: Sequence[Identity], *, revoked_at: datetime, issued_at: datetime) -> Trust:
    """Trust as it is once the CA has published a newer list."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki().issuing.certificate.subject)
        .last_update(issued_at)
        .next_update(issued_at + timedelta(days=30))
        .add_extension(x509.CRLNumber(9), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(pki().issuing.key.public_key()), critical=False
        )
    )
    for identity in whom:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(identity.certificate.serial_number)
            .revocation_date(revoked_at)
            .build()
        )
    crl = builder.sign(pki().issuing.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return replace(pki().trust(), crls=(crl,))
