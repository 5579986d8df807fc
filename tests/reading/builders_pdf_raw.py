# mypy: disable-error-code="no-untyped-call"
# pyHanko's objects have constructors without types.
"""PDFs of every unpleasant kind, put together object by object or changed by pyHanko."""

from __future__ import annotations

import io
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

Rect = tuple[float, float, float, float]


def raw_pdf(content: bytes, *, page: str = "", extra: tuple[bytes, ...] = (), packed: bool = False) -> bytes:
    """Build a page of 595 × 842 points with Helvetica as /F1; `extra` are objects from number 6 on."""
    body = zlib.compress(content, 9) if packed else content
    way = b" /Filter /FlateDecode" if packed else b""
    return _document(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> /XObject << /Im 6 0 R >> >> " + page.encode() + b" >>",
            b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(body), way, body),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            *extra,
        )
    )


def _document(objects: tuple[bytes, ...]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def shown(text: str, x: float, y: float, *, size: float = 13, matrix: str = "1 0 0 1") -> bytes:
    """Return the operators that draw a text; `y` from the bottom as PDF counts."""
    return f"BT /F1 {size} Tf {matrix} {x} {y} Tm ({text}) Tj ET\n".encode("cp1252")


def scan_pdf(text: bytes = b"") -> bytes:
    """Build a page that a picture covers, striped as if it were written all over, with text drawn over it."""
    rows = b"\xf0\xf0\x20\x20" * 210
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Length %d >>\nstream\n%s\nendstream" % (len(rows), len(rows), rows)
    )
    return raw_pdf(b"q 595 0 0 842 0 0 cm /Im Do Q\n" + text, extra=(picture,))


def bomb_pdf(size: int = 3_000_000_000) -> bytes:
    """Build a page whose content inflates to gigabytes of blanks, packed twice so that it stays small."""
    once = _blanks(size)
    twice = zlib.compress(once, 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(twice), twice)
    return _document(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
            stream,
        )
    )


def _blanks(size: int) -> bytes:
    """Pack blanks without packing them all: the same piece of ten million over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b" " * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + piece * (size // 10_000_000) + packer.flush()


def with_annotation(
    pdf: bytes,
    rect: Rect,
    *,
    drawn: str | None = None,
    paint: bytes | None = None,
    layers: bytes | None = None,
    **entries: str,
) -> bytes:
    """
    Lay an annotation on the first page.

    `entries` are names and strings of its dictionary ("/Name" makes a name); `drawn` is the text of an appearance,
    `paint` the operators of one, `layers` those of the innermost layer of the appearance of a signature.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    name = generic.NameObject
    annotation = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Rect"): generic.ArrayObject(map(generic.FloatObject, rect)),
            name("/F"): generic.NumberObject(4),
        }
    )
    for key, value in entries.items():
        made = name(value) if value.startswith("/") else generic.TextStringObject(value)
        annotation[name(f"/{key}")] = generic.NumberObject(int(value)) if key == "F" else made
    if drawn is not None or paint is not None:
        content = shown(drawn, 2, 4) if drawn is not None else paint
        annotation[name("/AP")] = generic.DictionaryObject({name("/N"): writer.add_object(_appearance(rect, content))})
    if layers is not None:
        annotation[name("/AP")] = generic.DictionaryObject({name("/N"): _layered(writer, rect, layers)})
    reference = writer.add_object(annotation)
    page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), reference])
    writer.mark_update(page.container_ref)
    if entries.get("Subtype") == "/Widget":
        writer.root[name("/AcroForm")] = generic.DictionaryObject({name("/Fields"): generic.ArrayObject([reference])})
        writer.update_root()
    return _written(writer)


def _appearance(rect: Rect, content: bytes | None) -> object:
    from pyhanko.pdf_utils import generic

    name = generic.NameObject
    font = generic.DictionaryObject(
        {name("/Type"): name("/Font"), name("/Subtype"): name("/Type1"), name("/BaseFont"): name("/Helvetica")}
    )
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    return generic.StreamObject(
        {
            name("/Type"): name("/XObject"),
            name("/Subtype"): name("/Form"),
            name("/BBox"): generic.ArrayObject(map(generic.FloatObject, (0, 0, width, height))),
            name("/Resources"): generic.DictionaryObject(
                {name("/Font"): generic.DictionaryObject({name("/F1"): font})}
            ),
        },
        stream_data=content,
    )


def _layered(writer: object, rect: Rect, content: bytes) -> object:
    """Nest an appearance as signatures do: N shows FRM, which shows n0 (empty) and n2."""
    from pyhanko.pdf_utils import generic

    name = generic.NameObject

    def form(operators: bytes, **inner: object) -> object:
        made = _appearance(rect, operators)
        made["/Resources"][name("/XObject")] = generic.DictionaryObject(  # type: ignore[index]
            {name(f"/{key}"): value for key, value in inner.items()}
        )
        return writer.add_object(made)  # type: ignore[attr-defined]

    frame = form(b"q /n0 Do Q q /n2 Do Q", n0=form(b"% DSBlank"), n2=form(content))
    return form(b"q /FRM Do Q", FRM=frame)


def rotated(pdf: bytes, degrees: int) -> bytes:
    """Set /Rotate of the first page."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.NameObject("/Rotate")] = generic.NumberObject(degrees)
    writer.mark_update(page.container_ref)
    return _written(writer)


def encrypted(pdf: bytes, password: str = "secret") -> bytes:
    """Encrypt by AES-256, so that it opens only with the password ("" opens everywhere)."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf), strict=False))
    writer.encrypt(owner_pass="owner", user_pass=password)
    return _written(writer)


def signed(pdf: bytes) -> bytes:
    """Sign with a certificate that nobody trusts."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificate = _identity()
    signer = signers.SimpleSigner(
        signing_cert=certificate, signing_key=key, cert_registry=SimpleCertificateStore(), embed_roots=False
    )
    made = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False),
        signers.PdfSignatureMetadata(field_name="Signature1"),
        signer=signer,
        new_field_spec=SigFieldSpec("Signature1"),
    )
    return bytes(made.getbuffer())


@cache
def _identity() -> tuple[object, object]:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1_x509

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sở Nội vụ")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return keys.PrivateKeyInfo.load(der), asn1_x509.Certificate.load(
        certificate.public_bytes(serialization.Encoding.DER)
    )


def _written(writer: object) -> bytes:
    out = io.BytesIO()
    writer.write(out)  # type: ignore[attr-defined]  # both kinds of writers of pyHanko
    return out.getvalue()


def drawn_over(pdf: bytes, operators: bytes) -> bytes:
    """Append operators to what the first page draws, as programs do that put a number into a letter."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    added = writer.add_object(generic.StreamObject(stream_data=b"Q\nq " + operators + b" Q\nq\n"))
    before = writer.add_object(generic.StreamObject(stream_data=b"q\n"))
    after = writer.add_object(generic.StreamObject(stream_data=b"\nQ\n"))
    page[generic.NameObject("/Contents")] = generic.ArrayObject([before, page.raw_get("/Contents"), added, after])
    writer.update_container(page)
    return _written(writer)


def outlined(digits: str, x: float, y: float, size: float = 13) -> bytes:
    """Draw digits as lines, the way of programs that give no characters: seven segments each."""
    width, height = size * 0.4, size * 0.65
    strokes = {
        "a": (0, 1, 1, 1),
        "b": (1, 1, 1, 0.5),
        "c": (1, 0.5, 1, 0),
        "d": (0, 0, 1, 0),
        "e": (0, 0.5, 0, 0),
        "f": (0, 1, 0, 0.5),
        "g": (0, 0.5, 1, 0.5),
    }
    shapes = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
    out = ["0 0 0 RG 1 w"]
    for place, digit in enumerate(digits):
        left = x + place * size * 0.55
        for stroke in shapes[int(digit)]:
            x1, y1, x2, y2 = strokes[stroke]
            start = f"{left + x1 * width:.2f} {y + y1 * height:.2f} m"
            out.append(f"{start} {left + x2 * width:.2f} {y + y2 * height:.2f} l S")
    return "\n".join(out).encode()


def two_up(pdf: bytes) -> bytes:
    """Put each two A4 pages side by side on a sheet, made smaller, as drivers of printers do."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    with pdfium.PdfDocument(pdf) as document:
        made = pdfium.PdfDocument(raw.FPDF_ImportNPagesToOne(document, 842, 595, 2, 1))
        out = io.BytesIO()
        made.save(out)
        made.close()
    return out.getvalue()
