"""Texts of documents: kept by the walk, and read again from the archive when they are not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from mailbridge.errors import MailBridgeError, Unavailable
from mailbridge.lookups.zone import ZoneFile
from mailbridge.recheck import Filled, fill_texts
from mailbridge.registry.entry import Case
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.search_index import Where
from mailbridge.registry.tables import document_text
from mailbridge.registry.texts import forget_texts, mails_without_text
from tests.demo.builders_demo import AT, DEMO, demo, reading
from tests.recheck.builders_recheck import Office, book_in

__all__ = ["reading"]  # pytest finds the fixture by its name in this module


@pytest.fixture
def office(tmp_path: Path, reading: object) -> Iterator[Office]:
    with book_in(tmp_path) as engine:
        yield Office(engine=engine, folder=tmp_path, reading=reading, names=ZoneFile(DEMO / "zone"))  # type: ignore[arg-type]  # the fixture of the demonstration


def found(office: Office, words: str) -> list[tuple[str | None, Where]]:
    hits = SqlSearch(office.engine).hits(Question(words=(words,)), most=9)
    return [(hit.entry.draft.symbol, hit.where) for hit in hits]


def mails_with_text(office: Office) -> list[str]:
    with office.engine.begin() as connection:
        return sorted(connection.execute(select(document_text.c.mail_id).distinct()).scalars())


async def test_what_is_entered_is_found_by_its_text(office: Office) -> None:
    await office.receive(demo("01"), AT)
    assert found(office, "the thuc ky thuat") == []
    (text,) = _texts(office)
    word = next(line for line in text.splitlines() if line.startswith("Kính gửi"))
    assert found(office, f'"{word}"') == [("3526/UBND-KGVX", Where.TEXTS)]


async def test_nothing_is_kept_of_secret_private_and_automatic_mail(office: Office) -> None:
    for name in ("11", "12", "13", "14"):
        await office.receive(demo(name), AT)
    assert mails_with_text(office) == []
    assert list(mails_without_text(office.engine)) == []


async def test_held_documents_are_kept_and_read_again(office: Office) -> None:
    outcome = await office.receive(demo("07"), AT)
    assert outcome.case.action in ("hold", "return")
    assert mails_with_text(office) == ["mail-07-1"]
    _forget_all(office)
    assert [case.mail_id for case in mails_without_text(office.engine)] == ["mail-07-1"]
    assert (await fill_texts(office.world(), mails_without_text(office.engine))).files == 1
    assert list(mails_without_text(office.engine)) == []


async def test_entries_of_an_older_program_are_filled_and_found(office: Office) -> None:
    for name in ("01", "02", "14"):
        await office.receive(demo(name), AT)
    before = _texts(office)
    entries = SqlSearch(office.engine).search(Question(), most=9)
    with office.engine.begin() as connection:
        for line in entries:
            forget_texts(connection, line.draft.agency, line.draft.document_sha256)
    assert found(office, '"Kính gửi"') == []
    told: list[Filled] = []
    filled = await fill_texts(office.world(), mails_without_text(office.engine), told.append)
    assert (filled.mails, filled.absent, told[-1]) == (len(entries), 0, filled)
    assert _texts(office) == before
    assert {where for _, where in found(office, '"Kính gửi"')} == {Where.TEXTS}


async def test_mail_that_cannot_be_read_is_passed_over(office: Office) -> None:
    for name in ("01", "02"):
        await office.receive(demo(name), AT)
    _forget_all(office)
    del office.mails["mail-01-1"]
    filled = await fill_texts(office.world(), mails_without_text(office.engine))
    assert (filled.mails, filled.absent) == (1, 1)

    def damaged(_: Case) -> None:
        raise MailBridgeError("octets are not those that were sealed")

    _forget_all(office)
    filled = await fill_texts(office.world(archive=damaged), mails_without_text(office.engine))
    assert (filled.mails, filled.absent) == (0, 2)


async def test_reading_stops_when_something_of_ours_is_gone(office: Office) -> None:
    await office.receive(demo("01"), AT)
    _forget_all(office)

    def gone(_: Case) -> None:
        raise Unavailable("archive", "no disk")

    with pytest.raises(Unavailable):
        await fill_texts(office.world(archive=gone), mails_without_text(office.engine))


async def test_all_pages_of_mails_are_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.registry.texts._AT_ONCE", 1)
    for name in ("01", "02", "07"):
        await office.receive(demo(name), AT)
    _forget_all(office)
    assert len(list(mails_without_text(office.engine))) == 3


def _texts(office: Office) -> list[str]:
    with office.engine.begin() as connection:
        query = select(document_text.c.text).order_by(document_text.c.document_sha256)
        return list(connection.execute(query).scalars())


def _forget_all(office: Office) -> None:
    with office.engine.begin() as connection:
        rows = connection.execute(select(document_text.c.agency, document_text.c.document_sha256).distinct()).all()
        for agency, digest in rows:
            forget_texts(connection, agency, digest)
        connection.execute(delete(document_text))
