"""Parts of a long book, each a PDF of its own, bound into one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

_ID = 16
"""Octets of a file identifier (ISO 32000-2 §14.4)."""


class _Binder(PdfFileWriter):
    """A writer that leaves the description of the document as typst wrote it."""

    def _update_meta(self) -> None:
        """Do not tell the time of binding, nor who bound it: the same book must give the same octets."""


def count_pages(part: bytes) -> int:
    """Say how many pages a PDF of ours has."""
    return int(PdfFileReader(io.BytesIO(part)).root["/Pages"]["/Count"])


def bind(parts: Sequence[bytes]) -> bytes:
    """
    Put the pages of PDFs one behind the other; the first gives its catalogue, with what makes it a PDF/A.

    The same parts give the same octets: the identifier is a digest, not chance.
    """
    first = PdfFileReader(io.BytesIO(parts[0]))
    # pyHanko types its readers, not its values and writers.
    writer: Any = _Binder(init_page_tree=False, stream_xrefs=False, info=None)  # type: ignore[no-untyped-call]
    writer.root.update(writer.import_object(first.root))
    writer.set_info(writer.import_object(first.trailer.raw_get("/Info")))
    others = (PdfFileReader(io.BytesIO(part)).root.raw_get("/Pages") for part in parts[1:])
    trees = [writer.root.raw_get("/Pages"), *map(writer.import_object, others)]
    count = sum(int(each.get_object()["/Count"]) for each in trees)
    tree = generic.DictionaryObject(  # type: ignore[no-untyped-call]  # as above
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Pages"),
            generic.pdf_name("/Kids"): generic.ArrayObject(trees),
            generic.pdf_name("/Count"): generic.NumberObject(count),  # type: ignore[no-untyped-call]  # as above
        }
    )
    above = writer.add_object(tree)
    for each in trees:
        each.get_object()[generic.pdf_name("/Parent")] = above
    writer.root[generic.pdf_name("/Pages")] = above
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()[:_ID]
    # The writer draws its identifier by lot and has no other way to name one.
    writer._document_id = generic.ArrayObject([generic.ByteStringObject(digest)] * 2)
    bound = io.BytesIO()
    writer.write(bound)
    return bound.getvalue()
