"""The filled signature fields of a PDF file, and the shape of what each covers (ISO 32000-1 §12.8.1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbridge.verify.pdf_value import remember_value

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# A document has two or three; each costs hashing the file once.
MOST_FIELDS = 32
_FORMATS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES", "/ETSI.RFC3161")
_OLD_FORMATS = ("/adbe.pkcs7.sha1", "/adbe.x509.rsa_sha1")
_STRANGE = "the signed byte range does not enclose the signature and nothing else"
_WHITE = b"\0\t\n\f\r "


class Encrypted(ValueError):
    """The file cannot be read without a password."""


class NoHead(ValueError):
    """Something else stands before the head of the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedField:
    """
    One filled signature field.

    `embedded` is pyHanko's reading of it, None when there is none; `problem` says why it cannot be judged. `end` is
    the octet of the file behind the signed range; 0 when the range is not of the normal shape. `unjudged` is the
    reason when it is of a format that cannot be judged: of before 2008 (no CMS over the octets of the file), or one
    that nobody knows.
    """

    embedded: EmbeddedPdfSignature | None
    problem: str | None
    end: int
    unjudged: str | None = None

    @property
    def is_timestamp(self) -> bool:
        """Say whether this is a document timestamp (ISO 32000-2 §12.8.5), which nobody signed."""
        return self.embedded is not None and self.embedded.sig_object_type == "/DocTimeStamp"


def open_pdf(content: bytes) -> PdfFileReader:
    """
    Open a file, also one with the small faults of real writers.

    Word writes hybrid cross-references, which pyHanko's strict mode refuses. Tolerance is safe here, because trust
    in later changes rests on a signature that covers the last octet, not on how a reader repairs the file.

    Raises:
        Encrypted: an empty password does not open it.
        NoHead: it does not begin with "%PDF-", as every offset in it supposes.
        Exception: whatever pyHanko meets in a broken file.
    """
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.reader import PdfFileReader

    if not content.startswith(b"%PDF-"):
        raise NoHead
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted and reader.decrypt(b"").status is AuthStatus.FAILED:
        raise Encrypted
    return reader


def signed_fields(reader: PdfFileReader, content: bytes) -> tuple[SignedField, ...]:
    """Collect the filled fields by the end of what they cover: earlier signatures cover less; hopeless ones last."""
    found = []
    for number, field in enumerate(_fields(reader, content)):
        if number >= MOST_FIELDS:
            problem = f"more than {MOST_FIELDS} signatures, the others were not judged"
            found.append(SignedField(embedded=None, problem=problem, end=0))
            break
        found.append(field)
    return tuple(sorted(found, key=lambda field: field.end or len(content) + 1))


def _fields(reader: PdfFileReader, content: bytes) -> Iterator[SignedField]:
    from pyhanko.sign.fields import enumerate_sig_fields

    fields = enumerate_sig_fields(reader, filled_status=True)
    while True:
        try:
            name, _, field = next(fields)
        except StopIteration:
            return
        except MemoryError:
            raise
        # A stranger's file: pyHanko answers a broken one with a dozen kinds of exceptions, and each means the same.
        except Exception as error:  # noqa: BLE001
            problem = f"the signature fields cannot be read ({type(error).__name__})"
            yield SignedField(embedded=None, problem=problem, end=0)
            return
        yield _read_field(reader, content, field, name)


def _read_field(reader: PdfFileReader, content: bytes, field: object, name: str) -> SignedField:
    from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents

    try:
        if isinstance(field, IndirectObject):
            field = field.get_object()  # type: ignore[no-untyped-call] # pyHanko leaves this one untyped
        if not isinstance(field, DictionaryObject):
            return SignedField(embedded=None, problem="the signature field is no dictionary", end=0)
        remember_value(reader, content, field)
        value = field["/V"]
        reason = _unjudged(value)
        if reason is not None:
            end = _covered_end(value.raw_get("/ByteRange"), extract_contents(value), content)
            return SignedField(embedded=None, problem=None if end else _STRANGE, end=end or 0, unjudged=reason)
        embedded = EmbeddedPdfSignature(reader, field, name)
        end = _covered_end(embedded.byte_range, embedded.pkcs7_content, content)
    except MemoryError:
        raise
    # As above.
    except Exception as error:  # noqa: BLE001
        return SignedField(embedded=None, problem=f"the signature is malformed ({type(error).__name__})", end=0)
    return SignedField(embedded=embedded, problem=None if end else _STRANGE, end=end or 0)


def _unjudged(value: Any) -> str | None:
    """Say why a signature dictionary is of a format that cannot be judged; None when it can, or is none at all."""
    from pyhanko.pdf_utils.generic import DictionaryObject

    kind = value.get("/SubFilter") if isinstance(value, DictionaryObject) else None
    if kind is None or kind in _FORMATS:
        return None
    if kind in _OLD_FORMATS:
        return "signatures of this old format cannot be judged"
    return "signatures of this format cannot be judged"


def _covered_end(array: Any, octets: bytes, content: bytes) -> int | None:
    """
    Return the end of the byte range when it is [0, a, b, c] and a to b is this signature's own hexadecimal string.

    A gap that holds anything else is how signatures are wrapped around strange content; pyHanko compares lengths only.
    """
    from pyhanko.pdf_utils.generic import ArrayObject, NumberObject

    if not isinstance(array, ArrayObject) or len(array) != 4:
        return None
    # Numbers by reference could be changed by an update that no signature covers.
    if not all(isinstance(array.raw_get(index), NumberObject) for index in range(4)):
        return None
    begin, first, second, length = (int(number) for number in array)
    end = second + length
    if begin != 0 or not 0 < first < second < end <= len(content):
        return None
    gap = content[first:second]
    if gap[:1] != b"<" or gap[-1:] != b">":
        return None
    return end if _octets(gap[1:-1]) == octets else None


def _octets(text: bytes) -> bytes | None:
    """Read a hexadecimal string (ISO 32000-1 §7.3.4.3); None when anything else stands in it."""
    digits = text.translate(None, _WHITE)
    if not digits.isalnum():
        return None
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return None
