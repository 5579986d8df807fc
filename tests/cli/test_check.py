"""`mailbridge check`: what is wrong, where it stands, and what to do about it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from mailbridge.registry.schema import newest
from tests.cli.builders_cli import MAILS, CommandLine


def change(file: Path, old: str, new: str) -> int:
    """Replace a text that stands once, and return the line of it."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def next_hop() -> Iterator[int]:
    """Run a mail server that does nothing, and return its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(object(), hostname="next"), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_a_fresh_configuration_is_good(mailbridge: CommandLine, config: Path) -> None:
    answer = mailbridge("check", "--offline", "-c", config)
    assert (answer.status, answer.out, answer.err) == (0, "tất cả đều đạt\n", "")


def test_looking_makes_nothing(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    mailbridge("check", "-c", config)
    assert not (tmp_path / "data").exists()


def test_a_next_hop_that_answers_is_good(mailbridge: CommandLine, config: Path, next_hop: int) -> None:
    file = config / "mailbridge.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("127.0.0.1:1", f"127.0.0.1:{next_hop}"), encoding="utf-8")
    assert mailbridge("check", "-c", config).out == "tất cả đều đạt\n"


def test_a_next_hop_that_does_not_answer_is_found_once(mailbridge: CommandLine, config: Path) -> None:
    text = (config / "mailbridge.toml").read_text(encoding="utf-8")
    line = text[: text.index("next_hop = ")].count("\n") + 1
    answer = mailbridge("check", "--json", "-c", config)
    (found,) = answer.objects
    assert answer.status == 1
    assert (found["file"], found["line"]) == (str(config / "mailbridge.toml"), line)
    assert "127.0.0.1:1 does not answer" in found["problem"]
    assert found["remedy"]


def test_a_wrong_key_is_78_with_its_line(mailbridge: CommandLine, config: Path) -> None:
    line = change(config / "mailbridge.toml", "most_waiting = 10000", "most_waitin = 10000")
    answer = mailbridge("--lang", "en", "check", "-c", config)
    assert answer.status == 78
    assert f"mailbridge.toml:{line}: " in answer.out
    assert 'did you mean "most_waiting"?' in answer.out
    assert answer.out.endswith("one finding\n")


def test_every_finding_is_told_at_once(mailbridge: CommandLine, config: Path) -> None:
    change(config / "mailbridge.toml", "most_waiting = 10000", "most_waitin = 10000")
    (config / "kinds.toml").write_text("[[kinds]]\n")
    assert len(mailbridge("check", "--json", "-c", config).objects) >= 2


def test_a_template_with_an_unknown_name(mailbridge: CommandLine, config: Path) -> None:
    body = config / "templates" / "vi" / "accepted" / "body.txt"
    body.parent.mkdir(parents=True)
    body.write_text("Đã nhận.\n{{ nothing_like_it }}\n", encoding="utf-8")
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert "body.txt:2: " in answer.out


def test_a_template_that_no_letter_reads(mailbridge: CommandLine, config: Path) -> None:
    (config / "templates" / "vi").mkdir(parents=True)
    (config / "templates" / "vi" / "acepted.txt").write_text("x", encoding="utf-8")
    assert "no letter reads this file" in mailbridge("check", "--offline", "-c", config).out


def test_an_anchor_that_cannot_be_read(mailbridge: CommandLine, config: Path) -> None:
    (config / "trust" / "root.pem").write_text("no certificate")
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert "trust/root.pem: " in answer.out


def test_a_zone_file_that_cannot_be_read(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    zone = tmp_path / "zone"
    zone.write_text("a.vn. IN TXT ok\nnonsense\n")
    (config / "conf.d").mkdir()
    (config / "conf.d" / "zone.toml").write_text(f'[dns]\nzone = "{zone}"\n')
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert f"{zone}:2: " in answer.out


def test_an_old_schema_names_the_line_of_the_url(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "mailbridge.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    answer = mailbridge("check", "--offline", "-c", book)
    line = (book / "mailbridge.toml").read_text(encoding="utf-8").partition("\nurl = ")[0].count("\n") + 2
    assert answer.status == 1
    assert f"mailbridge.toml:{line}: the database has schema 0000, this program needs {newest()}" in answer.out
    assert "mailbridge db upgrade" in answer.out


def test_a_database_that_is_none(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mailbridge.db").write_bytes(b"no database at all, but long enough to look like one" * 40)
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert "the database does not answer" in answer.out


def test_a_database_server_that_is_gone(mailbridge: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBRIDGE_DATABASE_URL", "postgresql://mb:geheim@127.0.0.1:1/mb")
    found = [each for each in mailbridge("check", "--json", "-c", config).objects if "database" in each["problem"]]
    assert [each["file"] for each in found] == ["MAILBRIDGE_DATABASE_URL"]
    assert "geheim" not in str(found)
    assert mailbridge("check", "--offline", "-c", config).status == 0


def test_a_data_folder_that_cannot_be_made(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (config / "conf.d").mkdir()
    (config / "conf.d" / "data.toml").write_text(f'data = "{tmp_path}/file/data"\n[database]\nurl = ""\n')
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert f"data.toml:1: {tmp_path / 'file'} cannot be written" in answer.out


def test_a_certificate_that_is_none(mailbridge: CommandLine, config: Path) -> None:
    (config / "cert.pem").write_text("x")
    (config / "key.pem").write_text("x")
    old = '# tls_certificate = "tls/cert.pem"   # both files: STARTTLS is offered\n# tls_key = "tls/key.pem"'
    line = change(config / "mailbridge.toml", old, 'tls_certificate = "cert.pem"\ntls_key = "key.pem"')
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert f"mailbridge.toml:{line}: certificate and key cannot be used" in answer.out


def test_an_example_with_a_mail_is_judged(mailbridge: CommandLine, config: Path) -> None:
    tests = config / "rules.d" / "tests"
    (tests / "own.eml").write_bytes((MAILS / "12-thu-rieng.eml").read_bytes())
    (tests / "20-own.toml").write_text(
        '[[example]]\nname = "own"\nexpect = { action = "register" }\nmail = "own.eml"\n', encoding="utf-8"
    )
    answer = mailbridge("check", "--offline", "-c", config)
    assert answer.status == 1
    assert "20-own.toml:1: " in answer.out
    assert "action is pass, expected register" in answer.out
