"""PDF files written octet by octet, and signed by hand: what a forger and an odd but honest program can write."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.keys.pki import AT, Identity

HIDDEN = b"/Rect [0 0 0 0] /F 132"
PADES = b"/SubFilter /ETSI.CAdES.detached"
CATALOG, PAGES, PAGE, CONTENT, FONT, FORM, ANNOTATIONS = range(1, 8)
"""The numbers of the objects of `form_objects`."""

_ROOM = 6_000
_BLANK = b"[0 0000000000 0000000000 0000000000]"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Write a stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def text(words: str, at: tuple[int, int] = (72, 760)) -> bytes:
    """Write a content stream that shows one line of ASCII."""
    return b"BT /F1 13 Tf %d %d Td (%s) Tj ET" % (*at, words.encode("ascii"))


def look(drawn: bytes, box: bytes = b"0 0 200 40") -> bytes:
    """Write an appearance (form XObject) with the font F1 of `form_objects`."""
    return stream(
        drawn, b"/Type /XObject /Subtype /Form /BBox [%s] /Resources << /Font << /F1 %d 0 R >> >>" % (box, FONT)
    )


def form_objects(words: str = "So:      /SNV-VP", *, catalog: bytes = b"", page: bytes = b"") -> dict[int, bytes]:
    """Return the objects of a page of one line, with an empty form and no annotations."""
    return {
        CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R %s >>" % catalog,
        PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots 7 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> %s >>" % page,
        CONTENT: stream(text(words)),
        FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
        FORM: b"<< /Fields [] /SigFlags 3 >>",
        ANNOTATIONS: b"[]",
    }


def write_pdf(objects: Mapping[int, bytes], *, packed: bool = False) -> bytes:
    """Write a whole file; `packed` with an object stream and a cross-reference stream (PDF 1.5)."""
    return _append(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", objects, previous=None, packed=packed, trailer=b"/Root 1 0 R")


def update(pdf: bytes, objects: Mapping[int, bytes], *, trailer: bytes = b"/Root 1 0 R", packed: bool = False) -> bytes:
    """Append an incremental update that defines these objects."""
    return _append(pdf, objects, previous=last_table(pdf), packed=packed, trailer=trailer)


def last_table(pdf: bytes) -> int:
    """Return where the last cross-reference table lies."""
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def size(pdf: bytes) -> int:
    """Return the number of the first object that the file does not know."""
    return max(int(number) for number in re.findall(rb"/Size (\d+)", pdf))


def latest(pdf: bytes, number: int) -> bytes:
    """Return the text of the last definition of an object that is written plainly."""
    found: list[bytes] = re.findall(rb"(?s)(?<!\d)%d 0 obj\n(.*?)\nendobj" % number, pdf)
    return found[-1]


def _append(pdf: bytes, objects: Mapping[int, bytes], *, previous: int | None, packed: bool, trailer: bytes) -> bytes:
    first_free = max([*objects, size(pdf) - 1 if previous is not None else 0]) + 1
    plain, inside = _pack(objects, first_free) if packed else (dict(objects), dict[int, tuple[int, int]]())
    file, places = bytearray(pdf), dict[int, int]()
    for number, each in plain.items():
        places[number] = len(file)
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(file)
    trailer += b" /Prev %d" % previous if previous is not None else b""
    if packed:
        number = first_free + 1
        places[number] = table
        file += b"%d 0 obj\n%s\nendobj\n" % (number, _table_stream(places, inside, number + 1, trailer))
    else:
        file += b"xref\n0 1\n0000000000 65535 f \n"
        file += b"".join(b"%d 1\n%010d 00000 n \n" % pair for pair in sorted(places.items()))
        file += b"trailer\n<< /Size %d %s >>\n" % (first_free, trailer)
    file += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(file)


def _pack(objects: Mapping[int, bytes], holder: int) -> tuple[dict[int, bytes], dict[int, tuple[int, int]]]:
    """Put small objects into one object stream; return what stands plainly, and where the others are."""
    # What `sign` changes stays readable for it.
    apart = (FORM, ANNOTATIONS)
    small = [n for n, each in objects.items() if n not in apart and b"stream" not in each and b"/Sig" not in each]
    head, body = b"", b""
    for number in small:
        head += b"%d %d " % (number, len(body))
        body += objects[number] + b"\n"
    entries = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(small), len(head))
    plain = {number: each for number, each in objects.items() if number not in small}
    plain[holder] = stream(zlib.compress(head + body), entries)
    return plain, {number: (holder, index) for index, number in enumerate(small)}


def _table_stream(
    places: Mapping[int, int], inside: Mapping[int, tuple[int, int]], objects: int, trailer: bytes
) -> bytes:
    lines = {each: b"\1%s\0\0" % place.to_bytes(4, "big") for each, place in places.items()}
    lines |= {n: b"\2%s%s" % (holder.to_bytes(4, "big"), i.to_bytes(2, "big")) for n, (holder, i) in inside.items()}
    index = b" ".join(b"%d 1" % number for number in sorted(lines))
    rows = b"".join(lines[number] for number in sorted(lines))
    return stream(rows, b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d %s" % (index, objects, trailer))


def sign(
    pdf: bytes,
    who: Identity,
    *,
    widget: bytes | None = None,
    entries: bytes = PADES,
    objects: Mapping[int, bytes] | None = None,
    field: int | None = None,
    cms: Callable[[bytes], bytes] | None = None,
    packed: bool = False,
) -> bytes:
    """
    Sign a file made of `form_objects`, in an incremental update.

    Args:
        widget: Entries of the field, which is its own annotation; a new one is hidden without any.
        entries: Entries of the signature dictionary.
        objects: What else the same update defines; `size(pdf) + 2` is the first free number.
        field: Number of an empty field to sign, instead of a new one.
        cms: Makes the signature from the octets that it covers.
        packed: Write the update with a cross-reference stream.
    """
    value, place = size(pdf), field or size(pdf) + 1
    begin = b"<< /Type /Sig /Filter /Adobe.PPKLite %s /ByteRange %s /Contents <" % (entries, _BLANK)
    defined: dict[int, bytes] = {value: begin + b"0" * (2 * _ROOM) + b"> >>"}
    if field is None:
        defined[place] = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature%d) /V %d 0 R /P 3 0 R %s >>" % (
            place,
            value,
            HIDDEN if widget is None else widget,
        )
        given = objects or {}
        defined[FORM] = given.get(FORM, latest(pdf, FORM)).replace(b"/Fields [", b"/Fields [%d 0 R " % place)
        defined[ANNOTATIONS] = given.get(ANNOTATIONS, latest(pdf, ANNOTATIONS)).replace(b"[", b"[%d 0 R " % place)
    else:
        defined[place] = latest(pdf, place).replace(b"/FT /Sig", b"/FT /Sig /V %d 0 R %s" % (value, widget or b""))
    return fill(update(pdf, {**(objects or {}), **defined}, packed=packed), cms or (lambda data: make_cms(data, who)))


def fill(pdf: bytes, cms: Callable[[bytes], bytes]) -> bytes:
    """Put byte range and signature into the last blank place of a file."""
    where = pdf.rindex(_BLANK)
    first = pdf.index(b"<", where)
    second = pdf.index(b">", first) + 1
    numbers = b"[0 %d %d %d]" % (first, second, len(pdf) - second)
    pdf = pdf[:where] + numbers.ljust(len(_BLANK)) + pdf[where + len(_BLANK) :]
    octets = cms(pdf[:first] + pdf[second:])
    return pdf[: first + 1] + octets.hex().encode().ljust(2 * _ROOM, b"0") + pdf[second - 1 :]


def make_cms(
    data: bytes,
    who: Identity,
    *,
    attributes: bool = True,
    content: bytes | None = None,
    digest: bytes | None = None,
    at: datetime | None = AT - timedelta(hours=1),
    signers: int = 1,
    unsigned: bytes | None = None,
    method: str = "sha256",
) -> bytes:
    """
    Make a CMS signature (RFC 5652) over `data` by hand, DER.

    Args:
        attributes: With signed attributes; without, the signature is over the content alone.
        content: Put this inside (a detached signature has none).
        digest: Claim this digest instead of that of `data`.
        at: The signing time among the signed attributes; None leaves it out.
        signers: How often the signer signs.
        unsigned: Octets for an unsigned attribute that nobody knows.
        method: Name of the digest algorithm.
    """
    import pyhanko.pdf_utils.crypt.pdfmac
    import pyhanko.sign.general  # noqa: F401 - both tell asn1crypto of attributes, which it asks for once
    from asn1crypto import cms, core, x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    certificates = [x509.Certificate.load(who.der)]
    info: dict[str, Any] = {
        "version": "v1",
        "sid": {
            "issuer_and_serial_number": {
                "issuer": certificates[0].issuer,
                "serial_number": certificates[0].serial_number,
            }
        },
        "digest_algorithm": {"algorithm": method},
        "signature_algorithm": {"algorithm": f"{method}_rsa"},
    }
    signed = data
    if attributes:
        listed: list[dict[str, Any]] = [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest or hashlib.new(method, data).digest()]},
        ]
        if at is not None:
            listed.append({"type": "signing_time", "values": [cms.Time({"utc_time": at})]})
        info["signed_attrs"] = cms.CMSAttributes(listed)
        signed = info["signed_attrs"].dump()
    if unsigned is not None:
        info["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.OctetString(unsigned)]}]
    info["signature"] = who.key.sign(signed, padding.PKCS1v15(), getattr(hashes, method.upper())())
    inside = {"content_type": "data"} | ({"content": content} if content is not None else {})
    whole = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": method}],
        "encap_content_info": inside,
        "certificates": certificates,
        "signer_infos": [info] * signers,
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(whole)}).dump())
