"""Two houses with empty databases of one kind or the other, for copies that go from here to there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbridge.settings import load
from tests.cli.builders_cli import CommandLine, init_flags
from tests.live.postgres import Postgres, postgres

__all__ = ["database_of", "house", "other_house", "postgres"]  # pytest finds fixtures by their names

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.live))


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path, mailbridge: CommandLine) -> Iterator[Path]:
    """A configuration with an empty database of one kind or the other."""
    yield from _house(request, tmp_path, mailbridge, "here", request.param)


@pytest.fixture(params=BOTH)
def other_house(request: pytest.FixtureRequest, tmp_path: Path, mailbridge: CommandLine) -> Iterator[Path]:
    """Another machine."""
    yield from _house(request, tmp_path, mailbridge, "there", request.param)


def _house(
    request: pytest.FixtureRequest, tmp_path: Path, mailbridge: CommandLine, name: str, kind: str
) -> Iterator[Path]:
    place = tmp_path / name
    place.mkdir()
    changes: dict[str, str] = {}
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    if server:
        changes["database"] = server.create(name)
    assert mailbridge("init", place / "config", *init_flags(place, **changes)).status == 0
    yield place / "config"
    if server:
        server.drop(name)


def database_of(config: Path) -> str:
    return load(config).database.url
