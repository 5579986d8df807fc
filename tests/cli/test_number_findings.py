"""`check` tells what numbers need a person (E7, E8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import local_day
from mailbridge.registry.numbers_reserved import SqlReserved
from mailbridge.settings import load
from tests.cli.builders_cli import CommandLine
from tests.cli.test_register_numbers import PAPER, set_numbers


def check(mailbridge: CommandLine, config: Path) -> list[str]:
    answer = mailbridge("check", "--offline", "--json", "-c", config)
    return [each["problem"] for each in answer.objects]


def test_book_whose_blocks_are_used_up_is_found(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    assert check(mailbridge, config) == []
    set_numbers(config, "block")
    year = local_day(datetime.now(UTC)).year
    assert check(mailbridge, config) == [f"book den of sonv has no number left in its blocks of {year}"]
    assert mailbridge("register", "block", "1", "9", "--why", "công văn 12", "-c", config).status == 0
    assert check(mailbridge, config) == []


def test_line_that_waits_since_yesterday_is_found(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    set_numbers(config, "external")
    yesterday = f"{local_day(datetime.now(UTC)) - timedelta(days=1):%d/%m/%Y}"
    add: list[str | Path] = ["register", "add", *PAPER, "--subject", "họp", "--why", "quên", "-c", config]
    assert mailbridge(*add).status == 0
    assert check(mailbridge, config) == []
    assert mailbridge(*add, "--force", "--arrived", yesterday).status == 0
    assert check(mailbridge, config) == [
        f"1 lines of book den of sonv wait for their number, the first since {yesterday}"
    ]


def test_reserved_numbers_of_last_year_are_found(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    engine = open_database(load(config).database.url)
    last = datetime.now(UTC) - timedelta(days=370)
    SqlReserved(engine, clock=lambda: last).reserve("sonv", "den", 3, by="lan", why="cúp điện")
    engine.dispose()
    (found,) = check(mailbridge, config)
    assert found == f"reserved numbers of {local_day(last).year} in book den of sonv have no document: 1-3"
