"""Days that close by themselves, by books.toml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mailbridge.__main__ import main
from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.database import open_database
from mailbridge.registry.schema import upgrade
from mailbridge.settings import load
from mailbridge.wiring.closing import close_due
from tests.cli.builders_cli import init_flags

NIGHT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
"""02:00 of 21/11/2026 in Vietnam."""


def test_only_books_that_want_it_and_not_in_shadow_mode(tmp_path: Path) -> None:
    config = tmp_path / "config"
    assert main(["init", str(config), *init_flags(tmp_path)]) == 0
    books = config / "books.toml"
    settings = load(config)
    settings.data.mkdir(exist_ok=True)
    upgrade(settings.database.url)
    engine = open_database(settings.database.url)
    assert close_due(engine, settings, NIGHT) == ()

    books.write_text(books.read_text(encoding="utf-8").replace('id = "den"', 'id = "den"\nclose_daily = true', 1))
    main_file = config / "mailbridge.toml"
    text = main_file.read_text(encoding="utf-8")
    main_file.write_text(
        f"shadow = true\n{text}" if "\nshadow" not in text else text.replace("shadow = false", "shadow = true")
    )
    assert close_due(engine, load(config), NIGHT) == ()
    main_file.write_text(text)
    assert [(each.book, each.period.text) for each in close_due(engine, load(config), NIGHT)] == [("den", "2026-11-20")]
    assert [each.book for each in SqlClosings(engine).rows()] == ["den"]
    engine.dispose()
