"""The filled signature fields of a PDF file, and the shape of what each covers (ISO 32000-1 §12.8.1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# A document has two or three; each costs hashing the file once.
MOST_FIELDS = 32


class Encrypted(ValueError):
    """The file cannot be read without a password."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedField:
    """
    One filled signature field.

    `embedded` is pyHanko's reading of it, None when there is none; `problem` says why it cannot be judged. `end` is
    the octet of the file behind the signed range; 0 when the range is not of the normal shape.
    """

    embedded: EmbeddedPdfSignature | None
    problem: str | None
    end: int

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
        Exception: whatever pyHanko meets in a broken file.
    """
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.reader import PdfFileReader

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
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    try:
        if isinstance(field, IndirectObject):
            field = field.get_object()  # type: ignore[no-untyped-call] # pyHanko leaves this one untyped
        if not isinstance(field, DictionaryObject):
            return SignedField(embedded=None, problem="the signature field is no dictionary", end=0)
        embedded = EmbeddedPdfSignature(reader, field, name)
        end = _covered_end(embedded, content)
    except MemoryError:
        raise
    # As above.
    except Exception as error:  # noqa: BLE001
        return SignedField(embedded=None, problem=f"the signature is malformed ({type(error).__name__})", end=0)
    problem = None if end else "the signed byte range does not enclose the signature and nothing else"
    return SignedField(embedded=embedded, problem=problem, end=end or 0)


def _covered_end(embedded: EmbeddedPdfSignature, content: bytes) -> int | None:
    """
    Return the end of the byte range when it is [0, a, b, c] and a to b is this signature's own hexadecimal string.

    A gap that holds anything else is how signatures are wrapped around strange content; pyHanko compares lengths only.
    """
    numbers = [int(number) for number in embedded.byte_range]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers[1:]) <= 0:
        return None
    _, first, second, length = numbers
    end = second + length
    if not first < second < end <= len(content):
        return None
    gap = content[first:second]
    if gap[:1] != b"<" or gap[-1:] != b">" or not gap[1:-1].isalnum():
        return None
    return end if bytes.fromhex(gap[1:-1].decode("ascii")) == embedded.pkcs7_content else None
