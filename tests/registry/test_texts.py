"""The text of documents: what is kept, what is found by it, and how it is taken away again."""

from __future__ import annotations

import unicodedata
from itertools import islice

import pytest
from sqlalchemy import func, select, text

from mailbridge.classifier.kinds import Classification, Document, Kind
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.search_books import Hit, Question, SqlSearch
from mailbridge.registry.search_index import Where, index_missing
from mailbridge.registry.tables import document_text
from mailbridge.registry.texts import MOST, DocumentText, TextSource, forget_texts, texts_of
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import Database


def said(document: str, words: str, *, file: str | None = None, **changes: object) -> DocumentText:
    values: dict[str, object] = {
        "agency": "sonv",
        "mail_id": f"mail-{document}",
        "document_sha256": sha256(document),
        "file_sha256": sha256(file or document),
        "source": TextSource.TEXT,
        "text": words,
    }
    return DocumentText(**(values | changes))  # type: ignore[arg-type]  # values of a test


def fill(database: Database, *texts: str) -> list[RegisterEntry]:
    lines = []
    with database.registry.transaction() as current:
        for number, words in enumerate(texts, 1):
            lines.append(current.enter(draft(f"{number}", symbol=f"{number}/X", subject="Về họp"), NOON))
            current.keep_texts([said(f"{number}", words)])
    return lines


def hits(database: Database, *words: str, most: int = 50) -> tuple[Hit, ...]:
    return SqlSearch(database.engine).hits(Question(words=words), most=most)


def found(database: Database, *words: str) -> list[int | None]:
    return [hit.entry.number for hit in hits(database, *words)]


def test_text_is_found_without_marks_and_with_marks_exact_first(database: Database) -> None:
    """K1, in the text of documents."""
    fill(database, "sửa chữa đường phố", "tình đồng dương", "duong day nong", "hòa giải")
    assert set(found(database, "duong")) == {1, 2, 3}
    assert found(database, "đường")[0] == 1
    assert found(database, "dương")[0] == 2
    assert found(database, "hoà giải") == found(database, "HOA GIAI") == [4]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_form_of_letters_does_not_matter(database: Database, form: str) -> None:
    fill(database, unicodedata.normalize("NFD", "Uỷ ban thường vụ"))
    assert found(database, unicodedata.normalize(form, "ủy ban thường")) == [1]  # type: ignore[arg-type]  # two forms


def test_fields_come_before_text(database: Database) -> None:
    fill(database, "phòng chống sốt xuất huyết", "không có gì")
    with database.registry.transaction() as current:
        current.enter(draft("f", subject="Về sốt xuất huyết"), NOON)
        current.enter(draft("g", subject="Về sot xuat huyet"), NOON)
    found_there = hits(database, "sốt xuất huyết")
    assert [hit.entry.number for hit in found_there] == [3, 4, 1]
    assert [hit.where for hit in found_there] == [Where.FIELDS, Where.FIELDS, Where.TEXTS]


def test_words_of_a_question_may_stand_in_a_field_and_in_the_text(database: Database) -> None:
    fill(database, "kinh phí sửa trường", "kinh phí mua xe")
    assert found(database, "kinh phi", "1/X") == [1]
    assert found(database, "hop", "mua") == [2]


def test_phrases_between_quotation_marks_stand_side_by_side(database: Database) -> None:
    fill(database, "kinh phí hoạt động", "phí và kinh tế", "tổng kinh\nphí năm")
    assert found(database, "kinh phi") == [3, 2, 1]
    assert found(database, '"kinh phí"') == found(database, "“kinh phí”") == [3, 1]
    assert found(database, '"phí hoạt" kinh') == [1]
    assert found(database, '"kinh tế phí"') == []


def test_beginning_of_a_word_is_enough_when_nothing_else_is_found(database: Database) -> None:
    fill(database, "đăng ký khai sinh", "đăng kiểm")
    assert found(database, "dang ki") == [1]
    assert found(database, "kie") == [2]


def test_snippet_shows_the_words_as_they_stand_in_the_text(database: Database) -> None:
    long = " ".join(f"từ{n}" for n in range(200))
    fill(database, f"{long} xử lý đường dây nóng {long}")
    (hit,) = hits(database, "duong", "nong")
    assert hit.snippet is not None
    shown = hit.snippet.shown("«", "»")
    assert "xử lý «đường» dây «nóng» từ0" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(hit.snippet.text) < 260
    (hit,) = hits(database, "1/X")
    assert hit.snippet is not None
    assert "«1/X»" in hit.snippet.shown("«", "»")


def test_correction_keeps_the_text_and_finds_what_is_written_now(database: Database) -> None:
    (line,) = fill(database, "sửa chữa đường phố")
    Changes(database.engine, clock=lambda: NOON).correct(line.id, {"issuer": "Sở Xây dựng"}, by="a", why="sai")
    assert found(database, "duong pho") == found(database, "xay dung duong") == [1]
    assert found(database, "van phong chinh phu duong") == []


def test_text_that_comes_after_its_entry_is_found_and_a_second_file_too(database: Database) -> None:
    with database.registry.transaction() as current:
        current.enter(draft("a"), NOON)
    assert found(database, "phu luc") == []
    for file in ("a", "b"):
        with database.registry.transaction() as current:
            assert current.keep_texts([said("a", f"phụ lục {file}1", file=file)]) == 1
            assert current.keep_texts([said("a", "khác", file=file)]) == 0
    assert found(database, "phu luc a1") == found(database, "b1") == found(database, "a1 b1") == [1]
    assert found(database, "khac") == []


def test_text_of_a_held_document_is_found_once_it_is_entered(database: Database) -> None:
    with database.registry.transaction() as current:
        current.keep_texts([said("a", "chờ văn thư xem")])
    assert found(database, "cho van thu") == []
    with database.registry.transaction() as current:
        current.enter(draft("a"), NOON)
    assert found(database, "cho van thu") == [1]


def test_other_agencies_do_not_find_it(database: Database) -> None:
    with database.registry.transaction() as current:
        current.enter(draft("a", agency="stc"), NOON)
        current.keep_texts([said("a", "của Sở Nội vụ")])
    assert found(database, "so noi vu") == []


def test_forgotten_text_leaves_nothing_behind(database: Database) -> None:
    fill(database, "điều không ai nên đọc nữa", "điều khác")
    with database.engine.begin() as connection:
        assert forget_texts(connection, "sonv", sha256("1")) == 1
        assert forget_texts(connection, "sonv", sha256("1")) == 0
        assert connection.execute(select(func.count()).select_from(document_text)).scalar_one() == 1
        if connection.dialect.name == "sqlite":
            connection.execute(text("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'text_words', 'row')"))
            terms = set(connection.execute(text("SELECT term FROM temp.terms")).scalars())
            assert "khac" in terms
            assert not {"doc", "nua"} & terms
    assert found(database, "khong ai") == []
    assert found(database, "dieu") == [2]


def test_index_made_anew_has_the_texts(database: Database) -> None:
    fill(database, "sửa chữa đường phố")
    with database.engine.begin() as connection:
        for table in ("text_search", "entry_words", "entry_search"):
            connection.execute(text(f"DELETE FROM {table}"))
        if connection.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO text_words (text_words) VALUES ('delete-all')"))
        else:
            connection.execute(text("DELETE FROM text_words"))
        assert index_missing(connection) == 1
    assert found(database, "duong pho") == [1]


def test_long_text_is_found_to_its_end(database: Database) -> None:
    fill(database, " ".join(map(str, range(60_000))) + " \ufffd \x00 ﷺ " + "dài" * 500)
    assert found(database, "16000 59999") == found(database, '"17 18"') == [1]


def page(*lines: str, layer: Layer = Layer.TEXT) -> Page:
    box = Box(left=0, top=0, right=1, bottom=1)
    return Page(number=1, width=595, height=842, lines=tuple(Line(text=each, box=box) for each in lines), layer=layer)


def part(index: str) -> Part:
    return Part(
        index=index,
        name=f"{index}.pdf",
        raw_name=None,
        declared_type="application/pdf",
        type="application/pdf",
        disposition="attachment",
        content_id=None,
        content=b"",
        sha256=sha256(index),
    )


def message() -> Message:
    parts = tuple(part(index) for index in ("2", "3", "4"))
    return Message(header=(), message_id=None, author=None, subject="", date=None, text="", parts=parts)


def kept(kind: Kind = Kind.OFFICIAL_DOCUMENT, **changes: object) -> tuple[DocumentText, ...]:
    documents = (Document(main="2", parts=("2", "3")), Document(main="4", parts=("4",)))
    values: dict[str, object] = {"kind": kind, "confidence": 1.0, "reasons": (), "documents": documents}
    classification = Classification(**(values | changes))  # type: ignore[arg-type]  # values of a test
    pages = {
        "2": Pages(pages=(page("Quyết định", "một"), page("hai")), total=9),
        "3": Pages(pages=(page("phụ lục", layer=Layer.OCR),), total=1),
        "4": Pages(pages=(page(),), total=1),
    }
    return texts_of("sonv", "mail-1", classification, message(), pages)


def test_every_file_of_a_document_is_kept_with_how_it_was_read() -> None:
    first, second = kept()
    assert first.text == "Quyết định\nmột\fhai"
    assert (first.document_sha256, first.file_sha256) == (sha256("2"), sha256("2"))
    assert (first.source, first.is_cut) == (TextSource.TEXT, True)
    assert (second.document_sha256, second.file_sha256) == (sha256("2"), sha256("3"))
    assert (second.source, second.is_cut) == (TextSource.OCR, False)


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.is_stored], ids=str)
def test_nothing_is_kept_of_a_mail_that_may_not_be_stored(kind: Kind) -> None:
    assert kept(kind) == ()
    assert kept(secrecy="mật") == ()


def test_text_is_cut_at_its_limit() -> None:
    classification = Classification(
        kind=Kind.OFFICIAL_DOCUMENT, confidence=1.0, reasons=(), documents=(Document(main="2", parts=("2",)),)
    )
    pages = {"2": Pages(pages=(page("ờ" * MOST),), total=1)}
    (only,) = texts_of("sonv", "mail-1", classification, message(), pages)
    assert MOST - 3 < len(only.text.encode()) <= MOST
    assert only.is_cut


def test_snippets_are_made_for_what_is_shown_alone(database: Database) -> None:
    fill(database, "một", "hai")
    found_there = SqlSearch(database.engine).search(Question(words=("mot",)), most=5)
    assert [line.number for line in islice(found_there, 5)] == [1]
