"""Kept texts of main files, compared with those of the book."""

from __future__ import annotations

from mailbridge.registry.texts import DocumentText, TextSource
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import Database

WORDS = " ".join(f"Điều {number}. Giao các cơ quan thực hiện việc thứ {number};" for number in range(1, 9))


def kept(document: str, text: str, file: str | None = None) -> DocumentText:
    return DocumentText(
        agency="sonv",
        mail_id=f"mail-{document}",
        document_sha256=sha256(document),
        file_sha256=sha256(file or document),
        source=TextSource.TEXT,
        text=text,
    )


def test_entry_that_says_the_same_is_found_by_its_main_file(database: Database) -> None:
    with database.registry.transaction() as current:
        lines = [current.enter(draft(name), NOON) for name in ("a", "b", "c")]
        paper = current.enter(draft("p", document_sha256="", mail_id=""), NOON)
        current.keep_texts(
            [kept("a", WORDS), kept("b", WORDS.replace("8", "9")), kept("c", "x"), kept("c", WORDS, "pl")]
        )
    asked = database.registry.same_text("sonv", [WORDS.replace(" ", "\n")], (*lines, paper))
    assert asked == {lines[0].id}
    assert database.registry.same_text("sonv", [], lines) == frozenset()
    assert database.registry.same_text("stc", [WORDS], lines) == frozenset()
