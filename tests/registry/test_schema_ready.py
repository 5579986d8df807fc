"""What stands in the way of a new schema, and the copy that is made before."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.registry import schema
from mailbridge.registry.database import open_database
from mailbridge.registry.schema_ready import copy_file, is_held, obstacles
from tests.registry.builders_journal import fill, proven
from tests.registry.conftest import Database, MakeUrl


def test_nothing_is_in_the_way_of_a_database_that_nobody_uses(database: Database, tmp_path: Path) -> None:
    database.engine.dispose()
    assert list(obstacles(database.url, backups=tmp_path / "none" / "backups", locks=(tmp_path / "lock",))) == []


def test_a_program_that_is_connected_is_in_the_way(database: Database, tmp_path: Path) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        found = [each.pattern for each in obstacles(database.url, backups=None)]
    # Of a file nobody can say who has it open; there the locks tell.
    expected = [] if database.engine.dialect.name == "sqlite" else ["{count} connections of a running program"]
    assert [each.partition(";")[0] for each in found] == expected


def test_a_disk_without_room_is_in_the_way(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database.engine.dispose()
    monkeypatch.setattr("mailbridge.registry.schema_ready._SPARE", 1 << 60)
    (found,) = obstacles(database.url, backups=tmp_path)
    assert "MB are needed" in found.pattern


def test_a_lock_is_held_as_long_as_its_program_lives(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with lock.open("w") as file:
        assert not is_held(lock)
        fcntl.flock(file, fcntl.LOCK_EX)
        assert is_held(lock)
    assert not is_held(lock)


def test_a_copy_is_whole_while_another_one_writes(new_sqlite: MakeUrl, tmp_path: Path) -> None:
    url = new_sqlite()
    engine = open_database(url)
    fill(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO counter VALUES ('other', 'den', 2026, 1)")
        copy_file(url, tmp_path / "copy.db")
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["copy.db"]  # noqa: PTH208  # hidden ones too
    copied = open_database(f"sqlite:///{tmp_path}/copy.db")
    assert proven(copied).faults == ()
    with copied.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM counter WHERE agency = 'other'").scalar_one() == 0
    copied.dispose()


def test_a_copy_that_cannot_be_made_is_unavailable(new_sqlite: MakeUrl, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="copy of the database"):
        copy_file(new_sqlite(), tmp_path / "none" / "copy.db")


def test_steps_lead_from_any_known_revision_to_the_newest() -> None:
    every = schema.steps_from(None)
    assert every is not None
    assert (every[0].revision, every[-1].revision) == ("0001", schema.newest())
    assert schema.steps_from("0001") == every[1:]
    assert schema.steps_from(schema.newest()) == ()
    assert schema.steps_from("9999") is None
    assert all(each.brings.endswith(".") for each in every)
