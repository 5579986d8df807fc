"""`mailbridge register verify`, and the file of `register export --proof`: whole, or the first broken place."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from mailbridge.spool.places import accepted_name
from mailbridge.spool.record import Acceptance, Head, Seal, acceptance_line, head_line, seal_line
from tests.cli.builders_cli import CommandLine
from tests.registry.builders_journal import unlock

AT = datetime(2026, 11, 20, 5, 0, 0, 123456, tzinfo=UTC)
CONTENT = b"Subject: x\r\n\r\nxin\r\n"
LIST = b"a list of revocations"
LIST_SHA256 = hashlib.sha256(LIST).hexdigest()


def change(book: Path, *statements: str) -> None:
    """Do what somebody does who opens the file of the book without us."""
    engine = open_database(load(book).database.url)
    with engine.begin() as connection:
        unlock(connection)
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def keep_mail(book: Path, mail_id: str = "mail-7") -> Path:
    """Put a mail into the archive, its case into the book and a list into the evidence; return the mail's file."""
    settings = load(book)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    month = settings.data / "spool" / "archive" / AT.strftime("%Y/%m")
    month.mkdir(parents=True, exist_ok=True)
    head = Head(
        id=mail_id,
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="x", tls=None),
        envelope=Envelope(mail_from="a@b.example", recipients=("c@d.example",)),
    )
    path = month / accepted_name(AT, mail_id)
    path.write_bytes(
        head_line(head)
        + CONTENT
        + seal_line(Seal(size=len(CONTENT), sha256=sha256, sealed_at=AT))
        + acceptance_line(Acceptance(accepted_at=AT, reply="250 Ok"))
    )
    evidence = settings.data / "evidence" / LIST_SHA256[:2]
    evidence.mkdir(parents=True, exist_ok=True)
    (evidence / f"{LIST_SHA256}.der").write_bytes(LIST)
    case = Case(
        mail_id=mail_id,
        agency="sonv",
        door="hop",
        accepted_at=AT,
        decided_at=AT,
        sha256=sha256,
        size=len(CONTENT),
        kind="official-document",
        action="hold",
        rule="x",
        reason="",
        judgement="{}",
        evidence=f'{{"at": "2026", "answers": [], "trust": {{"crls": ["{LIST_SHA256}"]}}}}',
    )
    engine = open_database(settings.database.url)
    with SqlRegistry(engine).transaction() as current:
        current.record(case, [])
    engine.dispose()
    return path


def test_a_book_that_nobody_touched_is_whole(book: Path, mailbridge: CommandLine) -> None:
    keep_mail(book)
    answer = mailbridge("register", "verify", "-c", book, "--lang", "en")
    assert answer.status == 0
    assert answer.out.startswith("nothing changed: 2 entries, ")
    assert "files: 1 mails of the archive, 1 pieces of evidence" in answer.out
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert (told["whole"], told["entries"], told["mails"], told["evidence"], told["first"]) == (True, 2, 1, 1, None)


def test_the_first_broken_place_is_named_by_its_line_and_version(book: Path, mailbridge: CommandLine) -> None:
    change(book, "UPDATE entry_version SET subject = 'Về việc khác'")
    answer = mailbridge("register", "verify", "-c", book, "--lang", "vi")
    assert answer.status == 1
    assert "ĐÃ BỊ THAY ĐỔI. Chỗ sai đầu tiên: dòng dữ liệu bị sửa; sổ den, số đến 1/2026, lần ghi 1;" in answer.out
    assert "ngoài ra: 1 × dòng dữ liệu bị sửa" in answer.out
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    first = told["first"]
    assert (first["what"], first["book"], first["year"], first["number"]) == ("row-changed", "den", 2026, 1)
    assert (first["table"], first["agency"], first["link"], told["faults"]) == ("entry_version", "sonv", 1, 2)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM event WHERE id = 1", "row-missing"),
        (
            "INSERT INTO event (at, agency, actor, what, detail) SELECT at, agency, actor, what, 'y' FROM event",
            "row-added",
        ),
        ("UPDATE counter SET next = 2", "counter-wrong"),
        ("UPDATE counter SET next = 9", "number-missing"),
        ("DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)", "end-missing"),
        ("UPDATE outbox SET content = x'00'", "row-changed"),
    ],
    ids=("missing", "added", "counter", "number", "end", "letter"),
)
def test_whatever_is_changed_is_named(book: Path, mailbridge: CommandLine, statement: str, what: str) -> None:
    change(book, statement)
    answer = mailbridge("register", "verify", "-c", book, "--json")
    assert answer.status == 1
    assert answer.objects[0]["first"]["what"] == what


def test_a_mail_that_is_changed_or_gone_is_named(book: Path, mailbridge: CommandLine) -> None:
    path = keep_mail(book)
    octets = path.read_bytes()
    path.write_bytes(octets.replace(b"xin", b"xjn"))
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert (told["first"]["what"], told["first"]["key"]) == ("mail-changed", "mail-7")
    # A whole file, sealed anew over other octets, is another mail than the one that was read.
    other = octets.replace(b"xin", b"xjn").replace(
        hashlib.sha256(CONTENT).hexdigest().encode(),
        hashlib.sha256(CONTENT.replace(b"xin", b"xjn")).hexdigest().encode(),
    )
    path.write_bytes(other)
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert told["first"]["what"] == "mail-changed"
    path.unlink()
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert told["first"]["what"] == "mail-missing"
    assert mailbridge("register", "verify", "-c", book, "--rows-only").status == 0


def test_evidence_that_is_changed_or_gone_is_named(book: Path, mailbridge: CommandLine) -> None:
    keep_mail(book)
    file = load(book).data / "evidence" / LIST_SHA256[:2] / f"{LIST_SHA256}.der"
    file.write_bytes(LIST + b"x")
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert (told["first"]["what"], told["first"]["key"]) == ("file-changed", file.name)
    file.unlink()
    (told,) = mailbridge("register", "verify", "-c", book, "--json").objects
    assert (told["first"]["what"], told["first"]["key"]) == ("file-missing", file.name)


def test_the_file_proves_it_without_database_and_configuration(
    book: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    mail = keep_mail(book)
    file = tmp_path / "proof.gz"
    assert mailbridge("register", "export", "--proof", file, "-c", book).status == 0
    assert file.stat().st_mode & 0o777 & ~0o640 == 0
    here = mailbridge("register", "verify", file, "--lang", "en")
    assert here.status == 0
    assert here.out.startswith("nothing changed: 2 entries, ")
    archive = load(book).data / "spool" / "archive"
    assert mailbridge("register", "verify", file, "--mails", archive).status == 0
    mail.unlink()
    answer = mailbridge("register", "verify", file, "--mails", archive, "--json")
    assert (answer.status, answer.objects[0]["first"]["what"]) == (1, "mail-missing")


def test_a_proof_is_not_written_over_another_file(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "proof.gz"
    file.write_text("mine", encoding="utf-8")
    assert mailbridge("register", "export", "--proof", file, "-c", book).status == 1
    assert file.read_text(encoding="utf-8") == "mine"
    assert mailbridge("register", "export", f"--proof={file}", "--force", "-c", book).status == 0
    assert mailbridge("register", "verify", file).status == 0


def test_a_broken_book_is_written_too_and_said_to_be(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    change(book, "UPDATE entry_version SET subject = 'Về việc khác'")
    file = tmp_path / "proof.gz"
    assert mailbridge("register", "export", "--proof", file, "-c", book).status == 1
    answer = mailbridge("register", "verify", file, "--json")
    assert (answer.status, answer.objects[0]["first"]["number"]) == (1, 1)


def test_what_is_no_proof_is_bad_data(mailbridge: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "no.gz"
    file.write_text("text", encoding="utf-8")
    answer = mailbridge("register", "verify", file)
    assert answer.status == 65
    assert "no.gz" in answer.err


@pytest.mark.parametrize("options", [("--agency", "sonv"), ("--since", "1/1/2020")], ids=("agency", "since"))
def test_a_part_is_proven(book: Path, mailbridge: CommandLine, options: tuple[str, str]) -> None:
    assert mailbridge("register", "verify", "-c", book, *options).status == 0
    change(book, "UPDATE entry_version SET subject = 'Về việc khác'")
    assert mailbridge("register", "verify", "-c", book, *options).status == 1


def test_options_that_do_not_go_together_are_refused(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "x.gz"
    file.write_bytes(b"")
    assert mailbridge("register", "verify", file, "--agency", "sonv").status == 64
    assert mailbridge("register", "verify", "-c", book, "--mails", tmp_path).status == 64
    assert mailbridge("register", "verify", "-c", book, "--since", "soon").status == 64


def test_who_read_an_entry_is_kept_and_told(book: Path, mailbridge: CommandLine) -> None:
    assert mailbridge("register", "show", "1", "-c", book).status == 0
    (told,) = mailbridge("register", "show", "1", "--history", "--json", "-c", book).objects
    assert [each["via"] for each in told["readings"]] == ["cli"]
    assert "đã xem" in mailbridge("trace", "1/2026", "-c", book, "--lang", "vi").out
    assert "Đã xem:" in mailbridge("register", "show", "1", "--history", "-c", book, "--lang", "vi").out
    assert mailbridge("register", "verify", "-c", book).status == 0


def test_readings_are_not_kept_where_the_office_does_not_want_it(book: Path, mailbridge: CommandLine) -> None:
    file = book / "mailbridge.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("keep_readings = true", "keep_readings = false"), encoding="utf-8"
    )
    for _ in range(2):
        (told,) = mailbridge("register", "show", "1", "--history", "--json", "-c", book).objects
    assert told["readings"] == []
