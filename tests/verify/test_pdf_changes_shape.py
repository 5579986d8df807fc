"""Updates that nobody signed: what every reader reads alike, and what leaves them a choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest

from mailbridge.verify.pdf_changes_shape import revision_at
from mailbridge.verify.pdf_field import open_pdf
from tests.keys.pki import AT, make_pki
from tests.verify.builders_pdf_cases import ALLOWED, by_leader, passes, sealed, told
from tests.verify.builders_pdf_raw import (
    CATALOG,
    CONTENT,
    PAGES,
    form_objects,
    last_table,
    latest,
    sign,
    size,
    stream,
    text,
    update,
    write_pdf,
)

FORGED = stream(text("So: 99/SNV-VP"))
PREPARED = 20


@cache
def leader() -> bytes:
    """Signed, with a second page tree and content that nothing leads to."""
    prepared = {
        PREPARED: b"<< /Type /Pages /Kids [21 0 R] /Count 1 >>",
        21: b"<< /Type /Page /Parent 20 0 R /MediaBox [0 0 595 842] /Contents 22 0 R /Resources << >> >>",
        22: FORGED,
    }
    return sign(write_pdf(form_objects() | prepared), make_pki().person)


def store(pdf: bytes, **more: bytes) -> dict[int, bytes]:
    number = size(pdf)
    catalog = latest(pdf, CATALOG).replace(b"/Type", b"/DSS %d 0 R /Type" % number)
    return {CATALOG: catalog, number: b"<< /Certs [%d 0 R] >>" % (number + 1), number + 1: stream(make_pki().root.der)}


HONEST: dict[str, Callable[[bytes], bytes]] = {
    "store": lambda pdf: update(pdf, store(pdf)),
    "store with streams": lambda pdf: update(pdf, store(pdf), packed=True),
    "store by pyHanko": make_pki().add_store,
    "two stores": lambda pdf: make_pki().add_store(make_pki().add_store(pdf)),
    "stamp": lambda pdf: make_pki().stamp_document(pdf, field="Stamp", at=AT),
    "end without a line": lambda pdf: update(pdf, store(pdf)).rstrip(b"\n"),
    "end with a line more": lambda pdf: update(pdf, store(pdf)) + b"\r\n",
    "object freed that nothing leads to": lambda pdf: freed(pdf, 22, 1),
}


def freed(pdf: bytes, number: int, generation: int) -> bytes:
    return _table(pdf, lambda table: table + b"%d 1\n0000000000 %05d f \n" % (number, generation))


def _table(pdf: bytes, edit: Callable[[bytes], bytes]) -> bytes:
    """Edit the lines of the last table of a harmless update."""
    done = update(pdf, store(pdf))
    begin, end = done.rindex(b"xref\n0 1"), done.rindex(b"trailer")
    return done[:begin] + edit(done[begin:end]) + done[end:]


def _before_table(pdf: bytes, inserted: bytes) -> bytes:
    """Put octets between the objects and the table of a harmless update."""
    done = update(pdf, store(pdf))
    table = last_table(done)
    return (
        done[:table]
        + inserted
        + done[table:].replace(b"startxref\n%d" % table, b"startxref\n%d" % (table + len(inserted)))
    )


def _in_object(pdf: bytes, number: int, before: bytes, after: bytes) -> bytes:
    objects = store(pdf)
    was = objects[number] if number in objects else latest(pdf, number)
    assert before in was
    return update(pdf, objects | {number: was.replace(before, after)})


def _stray_in_stream(pdf: bytes) -> bytes:
    """An object stream holds an object that its table does not name."""
    import zlib

    done = update(pdf, store(pdf), packed=True)
    found = re.findall(rb"(?s)<< /Type /ObjStm.*?endstream", done)[-1]
    head, _, body = found.partition(b"stream\n")
    data = zlib.decompress(body.removesuffix(b"\nendstream"))
    first = int(re.findall(rb"/First (\d+)", head)[0])
    more = b"%d 0 " % CONTENT
    packed = zlib.compress(more + data)
    new = head.replace(b"/First %d" % first, b"/First %d" % (first + len(more)))
    new = re.sub(rb"/N (\d+)", lambda match: b"/N %d" % (int(match[1]) + 1), new)
    new = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), new) + b"stream\n" + packed + b"\nendstream"
    return done.replace(found, new)


CHOICES: dict[str, Callable[[bytes], bytes]] = {
    "object between": lambda pdf: _before_table(pdf, b"4 0 obj\n" + FORGED + b"\nendobj\n"),
    "object in a comment": lambda pdf: _before_table(pdf, b"% 4 0 obj\r4 0 obj\r<< >>\rendobj\n"),
    "table between": lambda pdf: _before_table(pdf, b"xref\n0 0\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"),
    "end between": lambda pdf: _before_table(pdf, b"%%EOF\n"),
    "entry into the signed part": lambda pdf: _table(
        pdf, lambda table: table + b"4 1\n%010d 00000 n \n" % pdf.index(b"22 0 obj")
    ),
    "entry twice": lambda pdf: _table(pdf, lambda table: table + table.partition(b"\n0000000000 65535 f \n")[2]),
    "entry of nothing": lambda pdf: _table(pdf, lambda table: table + b"4 1\n%010d 00000 n \n" % (len(pdf) + 7)),
    "generation": lambda pdf: _table(pdf, lambda table: table.replace(b"00000 n", b"00001 n", 1)),
    "object freed": lambda pdf: freed(pdf, CONTENT, 1),
    "object freed for one reader": lambda pdf: freed(pdf, CONTENT, 0),
    "object freed for ever": lambda pdf: freed(pdf, CONTENT, 65535),
    "pages twice": lambda pdf: _in_object(pdf, CATALOG, b"/Pages 2 0 R", b"/Pages 2 0 R /Pages 20 0 R"),
    "pages twice, the other way": lambda pdf: _in_object(pdf, CATALOG, b"/Pages 2 0 R", b"/Pages 20 0 R /Pages 2 0 R"),
    "kids twice": lambda pdf: _in_object(pdf, PAGES, b"/Kids", b"/Kids [3 0 R] /Kids [21 0 R] /More"),
    "root twice": lambda pdf: update(pdf, store(pdf), trailer=b"/Root 1 0 R /Root 20 0 R"),
    "hybrid": lambda pdf: update(pdf, store(pdf), trailer=b"/Root 1 0 R /XRefStm 15"),
    "length that lies": lambda pdf: _in_object(pdf, size(pdf) + 1, b"/Length ", b"/Length 1"),
    "stray object in a stream": _stray_in_stream,
    "table that is passed over": lambda pdf: update(pdf, store(pdf)).replace(
        b"/Prev %d >>" % last_table(pdf), b"/Prev %d >>" % last_table(write_pdf(form_objects())), 1
    ),
    "comment behind": lambda pdf: update(pdf, store(pdf)) + b"% 4 0 obj",
    "blanks behind": lambda pdf: update(pdf, store(pdf)) + b"   ",
}


@pytest.mark.parametrize("name", HONEST)
def test_archive_data_are_allowed(name: str) -> None:
    assert told(HONEST[name](leader())) == [ALLOWED]


@pytest.mark.parametrize("name", ["store by pyHanko", "two stores", "stamp"])
def test_archive_data_are_allowed_behind_streams(name: str) -> None:
    packed = sign(write_pdf(form_objects(), packed=True), make_pki().person, packed=True)
    assert told(HONEST[name](packed)) == [ALLOWED]


@pytest.mark.parametrize("name", CHOICES)
def test_update_that_leaves_readers_a_choice_is_suspicious(name: str) -> None:
    forged = CHOICES[name](leader())
    assert forged != update(leader(), store(leader()))
    assert not passes(forged)


def test_same_choice_under_a_seal_is_the_seals_own() -> None:
    """What a good signature covers to the last octet, its signer answers for."""
    assert passes(sealed(CHOICES["object between"](leader())))


def test_revision_is_found_by_where_the_cover_ends() -> None:
    pdf = sealed(by_leader())
    reader = open_pdf(pdf)
    ends = [match.end() + 1 for match in re.finditer(rb"%%EOF", pdf)]
    assert [revision_at(reader, pdf, end) for end in ends] == [0, 1, 2]
    assert revision_at(reader, pdf, ends[1] - 20) is None
    assert revision_at(reader, pdf, ends[0] - 20) is None
    assert revision_at(reader, pdf, 10) is None
