"""Signed PDF files for the tests, and what a forger does to them."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING

from tests.keys.pki import AT, Identity, make_pki, one_page_pdf

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner


@cache
def signed_by_person() -> bytes:
    pki = make_pki()
    return pki.sign_pdf(one_page_pdf(), pki.person, field="Person")


@cache
def signed_by_both() -> bytes:
    pki = make_pki()
    return pki.sign_pdf(signed_by_person(), pki.organization, field="Office")


def gap_of(pdf: bytes, number: int = -1) -> tuple[int, int]:
    """Return begin and end of what the signature (the last by default) leaves out: its own octets."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", pdf)
    _, begin, end, _ = (int(text) for text in ranges[number])
    return begin, end


def rewrite_page(pdf: bytes, text: bytes = b"BT /F1 13 Tf 72 760 Td (So: 99/SNV-VP) Tj ET") -> bytes:
    """Replace what the page shows in an incremental update, as an editor would ("incremental saving attack")."""
    from pyhanko.pdf_utils.generic import Reference, StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content: StreamObject = writer.root["/Pages"]["/Kids"][0]["/Contents"]
    content.strip_filters()  # type: ignore[no-untyped-call] # pyHanko leaves some methods untyped
    content._data = text
    content._encoded_data = None
    reference = content.container_ref
    assert isinstance(reference, Reference)
    writer.mark_update(reference)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call] # as above
    return out.getvalue()


def wrap_signature(pdf: bytes) -> bytes:
    """
    Push the signed tail of a file behind strange objects ("signature wrapping attack").

    The octets of both signed ranges stay as they are, and so does their hash. At the place where the tail says that its
    cross-reference table lies, now stands another one; it leads to a signature dictionary whose byte range skips the
    strange objects, and to another page.
    """
    begin, end = gap_of(pdf)
    tail = pdf[end:]
    table = int(re.findall(rb"startxref\s+(\d+)", tail)[-1])
    places = _read_table(pdf[table:])
    signature = max((place, number) for number, place in places.items() if place < begin)[1]
    size = table - end + 4 * (end - begin)
    page = b"4 0 obj\n<< /Length 44 >>\nstream\nBT /F1 13 Tf 72 760 Td (So: 99/SNV-VP) Tj ET\nendstream\nendobj\n"
    dictionary = (
        b"%d 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Contents %s"
        b" /ByteRange [0 %d %d %d] >>\nendobj\n" % (signature, pdf[begin:end], begin, end + size, len(tail))
    )
    kept = {number: place for number, place in places.items() if place < begin and number != signature}
    lines = len(kept) + 2
    after = table + sum(len(line) for line in _table(dict.fromkeys(range(lines), 0)))
    places = kept | {4: after, signature: after + len(page)}
    middle = b"".join([b" " * (table - end), *_table(places), page, dictionary])
    return pdf[:end] + middle.ljust(size, b" ") + tail


def _read_table(text: bytes) -> dict[int, int]:
    """Read number and place of each object of one cross-reference table."""
    places, number = {}, 0
    for line in text.partition(b"trailer")[0].splitlines()[1:]:
        words = line.split()
        if len(words) == 2:
            number = int(words[0])
            continue
        if words[2] == b"n":
            places[number] = int(words[0])
        number += 1
    return places


def _table(places: dict[int, int]) -> list[bytes]:
    entries = [b"%06d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items())]
    return [b"xref\n", *entries, b"trailer\n<< /Size 11 /Root 1 0 R /Prev 412 >>\n"]


def pyhanko_signer(who: Identity) -> SimpleSigner:
    """Return pyHanko's own signer, for files that only it can write."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = who.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyhanko_certvalidator has no types
    return SimpleSigner(x509.Certificate.load(who.der), keys.PrivateKeyInfo.load(key), store)


def make_token(data: bytes, who: Identity) -> bytes:
    """Let a timestamp authority stamp the digest of any octets (RFC 3161): the token, DER."""
    import hashlib

    from asn1crypto import x509
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    signer = pyhanko_signer(who)
    stamper = DummyTimeStamper(
        x509.Certificate.load(who.der), signer.signing_key, certs_to_embed=signer.cert_registry, fixed_dt=AT
    )
    digest = hashlib.sha256(data).digest()
    _, request = stamper.request_cms(digest, "sha256")  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
    return bytes(stamper.request_tsa_response(request)["time_stamp_token"].dump())
