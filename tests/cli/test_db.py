"""`mailbridge db`: bringing forward with a look ahead and a copy, and the drill of copy and return."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbridge.registry import schema
from mailbridge.registry.database import open_database, read_url, sqlite_file
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from tests.cli.builders_cli import CommandLine, fill, init_flags
from tests.cli.builders_db import database_of, house, other_house, postgres
from tests.cli.test_register_verify import CONTENT, keep_mail
from tests.registry.builders_journal import enter
from tests.registry.builders_registry import NOON

__all__ = ["house", "other_house", "postgres"]  # pytest finds fixtures by their names in this module


def test_a_copy_comes_back_on_another_machine_and_is_proven(
    house: Path, other_house: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    """The drill (P7): a copy while the program writes, the loss, the return, the proof; any database into any."""
    fill(house)
    keep_mail(house)
    (house / "tls.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    copy = tmp_path / "copy"
    engine = open_database(database_of(house))
    with engine.begin() as writing:  # on PostgreSQL another one writes, on SQLite he keeps the write lock
        writing.execute(text("INSERT INTO counter VALUES ('other', 'den', 2026, 1)"))
        told = mailbridge("db", "backup", copy, "-c", house, "--json").objects[0]
    engine.dispose()
    assert (told["mails"], told["evidence"], told["left_out"]) == (1, 1, ["tls.pem"])
    assert told["tables"]["entry"] == 2
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=copy, check=False).returncode == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700

    answer = mailbridge("db", "restore", copy, "-c", other_house, "--lang", "en")
    assert (answer.status, answer.err) == (0, "")
    assert "nothing changed: 2 entries" in answer.out
    assert "1 mails of the archive, 1 pieces of evidence" in answer.out
    engine = open_database(database_of(other_house))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM counter WHERE agency = 'other'")).scalar_one() == 0
    enter(SqlRegistry(engine, clock=lambda: NOON), "next")
    engine.dispose()
    assert mailbridge("register", "verify", "--rows-only", "-c", other_house).status == 0


def test_a_copy_of_which_one_octet_is_another_is_refused_before_anything_is_touched(
    book: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    keep_mail(book)
    copy = tmp_path / "copy"
    assert mailbridge("db", "backup", copy, "-c", book).status == 0
    place = tmp_path / "there"
    place.mkdir()
    assert mailbridge("init", place / "config", *init_flags(place)).status == 0
    for path in (copy / "tables/entry.jsonl.gz", next(copy.glob("archive/*/*/*"))):
        octets = path.read_bytes()
        path.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
        answer = mailbridge("db", "restore", copy, "-c", place / "config", "--lang", "en")
        assert (answer.status, path.name in answer.err) == (65, True), answer.err
        path.write_bytes(octets)
        assert not (place / "data" / "spool").exists()
        assert schema.current(database_of(place / "config")) is None
    assert mailbridge("db", "restore", copy, "-c", place / "config").status == 0


def test_a_copy_never_comes_over_rows_or_over_other_files(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    mail = keep_mail(book)
    copy = tmp_path / "copy"
    assert mailbridge("db", "backup", copy, "-c", book).status == 0
    answer = mailbridge("db", "restore", copy, "-c", book, "--lang", "en")
    assert (answer.status, answer.err) == (1, "the database has rows; a copy is brought back into an empty one only\n")
    for file in sqlite_file(read_url(database_of(book))).parent.glob("*.db*"):
        file.unlink()
    mail.write_bytes(b"another mail")
    answer = mailbridge("db", "restore", copy, "-c", book, "--lang", "en")
    assert (answer.status, "is there already with other content" in answer.err) == (1, True)
    assert mail.read_bytes() == b"another mail"
    mail.unlink()
    assert mailbridge("db", "restore", copy, "-c", book).status == 0
    assert CONTENT in mail.read_bytes()


def test_a_folder_that_is_there_is_not_written_over(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    assert mailbridge("db", "backup", tmp_path, "-c", book).status == 1
    assert mailbridge("db", "backup", tmp_path / "none" / "copy", "-c", book).status == 75
    assert mailbridge("db", "restore", tmp_path, "-c", book).status == 65


def test_a_copy_that_fails_leaves_nothing(
    book: Path, mailbridge: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "copies"
    place.mkdir()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailbridge.cli.db_backup.copy_evidence", full)
    assert mailbridge("db", "backup", place / "copy", "-c", book).status == 75
    assert list(place.iterdir()) == []


def test_without_a_database_there_is_nothing_to_copy(config: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    assert mailbridge("db", "backup", tmp_path / "copy", "-c", config).status == 1
    assert not (tmp_path / "copy").exists()


def test_no_password_leaves_with_the_configuration(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    extra = book / "conf.d" / "note.toml"
    extra.parent.mkdir(exist_ok=True)
    extra.write_text('# database.url = "postgresql://clerk:very-secret@host/name"\n')
    assert mailbridge("db", "backup", tmp_path / "copy", "-c", book).status == 0
    assert "postgresql://clerk:***@host/name" in (tmp_path / "copy/configuration/conf.d/note.toml").read_text()


# -- bringing forward -----------------------------------------------------------------------------------------------


def at_revision(config: Path, revision: str) -> str:
    """Make the tables of an older program and two rows of its time; return the URL."""
    settings = load(config)
    settings.data.mkdir(exist_ok=True)
    url = settings.database.url
    schema.make(url, revision)
    engine = open_database(url)
    at = "2026-11-20T05:00:00.000000Z"
    with engine.begin() as connection:
        for statement in rows_of(revision):
            connection.execute(text(statement.replace(":at", f"'{at}'")))
    engine.dispose()
    return url


def rows_of(revision: str) -> Iterator[str]:
    """What the program of each released schema wrote, column by column; these texts stay as the schema goes on."""
    yield "INSERT INTO counter (agency, book, year, next) VALUES ('sonv', 'den', 2026, 2)"
    occasion = (", occasion", ", 1") if revision >= "0004" else ("", "")
    yield (
        f"INSERT INTO entry (id, agency, book, year, number, arrived_at, mail_id, document_sha256{occasion[0]}) "
        f"VALUES ('e-old', 'sonv', 'den', 2026, 1, :at, 'mail-old', 'ab'{occasion[1]})"
    )
    yield (
        "INSERT INTO entry_version (entry_id, version, subject, language, channel, status, written_by, written_at, "
        "why) VALUES ('e-old', 1, 'Về việc cũ', 'Tiếng Việt', 'mail', 'registered', 'mailbridge', :at, 'entered')"
    )
    shadow = (", shadow", ", false") if revision >= "0002" else ("", "")
    yield (
        "INSERT INTO mail_case (mail_id, agency, door, accepted_at, decided_at, sha256, size, kind, action, rule, "
        f"reason, rules_version, subject{shadow[0]}) VALUES ('mail-old', 'sonv', 'hop', :at, :at, 'cd', 10, "
        f"'official-document', 'register', 'signed', '', '', 'CV cũ'{shadow[1]})"
    )
    yield (
        "INSERT INTO event (at, mail_id, agency, actor, what, detail) "
        "VALUES (:at, 'mail-old', 'sonv', 'mailbridge', 'accepted', 'door hop')"
    )
    if revision >= "0002":
        yield (
            "INSERT INTO delivery (writer, serial, mail_id, door, ended_at, day, fate, size) "
            "VALUES ('w', 1, 'mail-old', 'hop', :at, '2026-11-20', 'delivered', 10)"
        )
    if revision >= "0003":
        yield (
            "INSERT INTO verdict (mail_id, agency, sequence, judged_at, for_moment, cause, written_by) "
            "VALUES ('mail-old', 'sonv', 1, :at, :at, 'received', 'mailbridge')"
        )


RELEASED = ("0001", "0002", "0003", "0004")


@pytest.mark.parametrize("revision", RELEASED)
def test_every_released_schema_is_brought_forward_and_proven(
    house: Path, mailbridge: CommandLine, revision: str
) -> None:
    url = at_revision(house, revision)
    answer = mailbridge("db", "upgrade", "-c", house, "--lang", "en")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"from schema {revision} to {schema.newest()}:\n")
    assert schema.current(url) == schema.newest()
    answer = mailbridge("register", "verify", "-c", house, "--lang", "en")
    assert answer.out.startswith("nothing changed: 1 entries")
    assert mailbridge("register", "search", "viec cu", "-c", house, "--json").objects[0]["number"] == 1


@pytest.mark.parametrize("revision", ["0002", "0004"])
def test_what_was_copied_before_an_upgrade_comes_back(
    house: Path, mailbridge: CommandLine, revision: str, tmp_path: Path
) -> None:
    """On SQLite the copy is the file itself, on PostgreSQL a folder that is restored and brought forward."""
    at_revision(house, revision)
    assert mailbridge("db", "upgrade", "-c", house).status == 0
    data = load(house).data
    copies = [*data.glob(f"*.db.schema-{revision}-*"), *data.glob(f"backups/schema-{revision}-*")]
    assert len(copies) == 1
    place = tmp_path / "again"
    place.mkdir()
    assert mailbridge("init", place / "config", *init_flags(place)).status == 0
    if copies[0].is_file():
        assert stat.S_IMODE(copies[0].stat().st_mode) == 0o600
        (place / "data").mkdir()
        copies[0].rename(sqlite_file(read_url(database_of(place / "config"))))
        assert mailbridge("db", "upgrade", "-c", place / "config").status == 0
    else:
        assert mailbridge("db", "restore", copies[0], "-c", place / "config").status == 0
    answer = mailbridge("register", "verify", "-c", place / "config", "--lang", "en")
    assert answer.out.startswith("nothing changed: 1 entries")


def test_what_is_in_the_way_is_told_and_nothing_is_changed(
    house: Path, mailbridge: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = at_revision(house, "0003")
    monkeypatch.setattr("mailbridge.registry.schema_ready._SPARE", 1 << 60)
    lock = load(house).data / "send.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = mailbridge("db", "upgrade", "-c", house, "--lang", "en")
    assert answer.status == 1
    assert "a program is running (send.lock); stop it before" in answer.err
    assert "MB are needed" in answer.err
    assert answer.err.endswith("nothing was changed\n")
    assert schema.current(url) == "0003"


def test_a_plan_changes_nothing(house: Path, mailbridge: CommandLine) -> None:
    url = at_revision(house, "0004")
    answer = mailbridge("db", "upgrade", "--plan", "-c", house, "--lang", "en")
    assert (answer.status, "  0006  Days and years that are closed, and opened again." in answer.out) == (0, True)
    assert schema.current(url) == "0004"


def test_a_schema_of_a_later_program_is_left_alone(house: Path, mailbridge: CommandLine) -> None:
    assert mailbridge("db", "upgrade", "-c", house).status == 0
    engine = open_database(database_of(house))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    answer = mailbridge("db", "upgrade", "-c", house, "--lang", "en")
    assert (answer.status, answer.err) == (
        1,
        f"the database has schema 9999, this program knows up to {schema.newest()}\n",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_told(book: Path, mailbridge: CommandLine) -> None:
    at = sqlite_file(read_url(database_of(book)))
    with closing(sqlite3.connect(at)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0011'")
    at.chmod(0o400)
    answer = mailbridge("db", "upgrade", "-c", book, "--lang", "en")
    assert (answer.status, "may not be written by this user" in answer.err) == (1, True)


def test_a_copy_that_cannot_be_made_stops_the_upgrade(
    house: Path, mailbridge: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = at_revision(house, "0003")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailbridge.registry.schema_ready.copy_file", full)
    monkeypatch.setattr("mailbridge.cli.db.write_backup", full)
    assert mailbridge("db", "upgrade", "-c", house).status == 75
    assert schema.current(url) == "0003"
    assert mailbridge("db", "upgrade", "--no-backup", "-c", house).status == 0
