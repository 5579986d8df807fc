"""
Small signed files that the nursery of judges looks at before it forks, so that its children find everything ready.

What a program does for the first time costs several times as much, see `warming`. The key is made for this, and
forgotten: nobody trusts it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailbridge.mail.filetype import ENVELOPE, PDF, XML
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.verify.evidence import Trust
from mailbridge.verify.files import judge_file
from mailbridge.verify.smime import judge_smime

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_TWICE = 2
"""The second time the interpreter knows which ways are taken."""
_ADDRESS = "mau@example.vn"
_HEX = 12_000
"""Digits kept for the signature in the PDF; it and its certificates take some 5000."""


def warm() -> None:
    """Judge one small file of each of the usual types, and one mail."""
    signer = _Signer()
    files = ((PDF, signer.pdf()), (ENVELOPE, signer.wrapped(b"%PDF-1.4")), (XML, _xml()))
    mail = signer.mail()
    message = parse(mail)
    for _ in range(_TWICE):
        for media_type, content in files:
            judge_file("1", media_type, None, content, (), signer.trust, _AT)
        for entity in signed_entities(mail, message):
            judge_smime(entity, message.author, signer.trust, _AT)


class _Signer:
    """A key, its certificate and the list of its authority."""

    def __init__(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import Encoding

        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._authority = _certificate("CA", self._key, is_authority=True)
        self._certificate = _certificate("Mẫu", self._key, is_authority=False)
        dates = x509.CertificateRevocationListBuilder().last_update(_AT).next_update(_AT + timedelta(days=30))
        crl = dates.issuer_name(self._authority.subject).sign(self._key, hashes.SHA256())
        self.trust = Trust(
            anchors=(self._authority.public_bytes(Encoding.DER),), crls=(crl.public_bytes(Encoding.DER),)
        )

    def wrapped(self, content: bytes, *, apart: bool = False) -> bytes:
        """Sign octets, which stand in the signature or beside it."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

        signed = PKCS7SignatureBuilder().set_data(content)
        signed = signed.add_signer(self._certificate, self._key, hashes.SHA256())
        options = [PKCS7Options.Binary, *([PKCS7Options.DetachedSignature] if apart else [])]
        return signed.sign(Encoding.DER, options)

    def mail(self) -> bytes:
        """Write a mail that is signed as a whole."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

        signed = PKCS7SignatureBuilder().set_data(b"Content-Type: text/plain\r\n\r\nhello\r\n")
        signed = signed.add_signer(self._certificate, self._key, hashes.SHA256())
        body = signed.sign(Encoding.SMIME, [PKCS7Options.Binary, PKCS7Options.DetachedSignature])
        return f"From: {_ADDRESS}\r\n".encode("ascii") + body

    def pdf(self) -> bytes:
        """Write a page with a signature (ISO 32000-1 §12.8), and something that was added behind it."""
        empty = _pdf(" " * 40)
        begin = empty.index(b"<" + b"0" * _HEX)
        end = begin + _HEX + 2
        content = _pdf(f"0 {begin} {end} {len(empty) - end}".ljust(40))
        value = self.wrapped(content[:begin] + content[end:], apart=True).hex().ljust(_HEX, "0")
        return _added(content[: begin + 1] + value.encode("ascii") + content[end - 1 :])


def _certificate(name: str, key: rsa.RSAPrivateKey, *, is_authority: bool) -> x509.Certificate:
    """Issue a certificate by the authority "CA", whose key is the same."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("CA"))
    builder = builder.public_key(key.public_key()).serial_number(2 if is_authority else 3)
    builder = builder.not_valid_before(_AT - timedelta(days=30)).not_valid_after(_AT + timedelta(days=30))
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(_ADDRESS)]), critical=False)
    return builder.sign(key, hashes.SHA256())


def _pdf(byte_range: str) -> bytes:
    objects = (
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]>>",
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]/P 3 0 R/V 5 0 R>>",
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
        f"/ByteRange[{byte_range}]/Contents<{'0' * _HEX}>>>",
    )
    written, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{each}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF\n"
    return written + end.encode("ascii")


def _added(pdf: bytes) -> bytes:
    """Add a revision with another page (ISO 32000-1 §7.5.6)."""
    before = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    place = len(pdf)
    page = b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 841]/Annots[4 0 R]>>\nendobj\n"
    end = f"xref\n3 1\n{place:010d} 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev {before}>>\n"
    return pdf + page + f"{end}startxref\n{place + len(page)}\n%%EOF\n".encode("ascii")


def _xml() -> bytes:
    """Write a signature that comes as far as its references."""
    space = "http://www.w3.org/2000/09/xmldsig#"
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    reference = (
        f'<Reference URI=""><Transforms><Transform Algorithm="{space}enveloped-signature"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AA==</DigestValue></Reference>'
    )
    info = f'<CanonicalizationMethod Algorithm="{exclusive}"/><SignatureMethod Algorithm="{method}"/>{reference}'
    signature = (
        f'<Signature xmlns="{space}"><SignedInfo>{info}</SignedInfo><SignatureValue>AA==</SignatureValue></Signature>'
    )
    return f"<?xml version='1.0'?><a>{signature}</a>".encode("ascii")
