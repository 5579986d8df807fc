"""`mailbridge register file`: the file of an entry, to the octet, or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from mailbridge.spool.record import read_mail
from tests.cli.builders_cli import CommandLine
from tests.cli.test_export import archive

PDF = b"%PDF-1.7 a document"


def packed(content: bytes) -> bytes:
    """A ZIP with one file in it."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as folder:
        folder.writestr("van-ban.pdf", content)
    return octets.getvalue()


def enter_mail(book: Path, mail_id: str, file: bytes, kind: str = "pdf") -> Path:
    """Put a mail with a file into the archive and its document, the PDF, into the book; return the mail's file."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "Công văn"
    mail.set_content("Kính gửi")
    mail.add_attachment(file, maintype="application", subtype=kind, filename=f"van-ban.{kind}")
    path = archive(book, mail_id, mail.as_bytes())
    kept = read_mail(path)
    parts = [{"index": "2", "sha256": hashlib.sha256(file).hexdigest()}]
    case = Case(
        mail_id=mail_id,
        agency="sonv",
        door="hop",
        accepted_at=kept.accepted_at,
        decided_at=kept.accepted_at,
        sha256=kept.sha256,
        size=len(kept.content),
        kind="official-document",
        action="register",
        rule="x",
        reason="",
        judgement=json.dumps({"message": {"parts": parts}}),
        evidence="{}",
    )
    digest = hashlib.sha256(PDF).hexdigest()
    draft = DraftEntry(agency="sonv", book="den", mail_id=mail_id, document_sha256=digest, symbol="7/QĐ-X")
    engine = open_database(load(book).database.url)
    with SqlRegistry(engine).transaction() as current:
        current.record(case, [current.enter(draft, kept.accepted_at)])
    engine.dispose()
    return path


def test_the_file_comes_out_as_it_came_and_that_is_written_down(
    book: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    enter_mail(book, "mail-7", PDF)
    out = tmp_path / "out.pdf"
    answer = mailbridge("register", "file", "3", "--output", out, "-c", book, "--lang", "vi")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"nguyên vẹn (SHA-256 {hashlib.sha256(PDF).hexdigest()}): {out}\n"
    assert (out.read_bytes(), stat.S_IMODE(out.stat().st_mode)) == (PDF, 0o600)
    engine = open_database(load(book).database.url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT mail_id, via FROM reading")).all() == [("mail-7", "cli")]
    engine.dispose()


def test_another_part_is_named_by_its_place(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    enter_mail(book, "mail-7", PDF)
    out = tmp_path / "out"
    (told,) = mailbridge("register", "file", "3", "--part", "1", "--output", out, "-c", book, "--json").objects
    assert (told["part"], told["intact"], out.read_bytes().strip()) == ("1", True, "Kính gửi".encode())
    answer = mailbridge("register", "file", "3", "--part", "9", "--output", tmp_path / "x", "-c", book, "--lang", "en")
    assert (answer.status, answer.err) == (1, "there is no part 9; parts: 1, 2 (van-ban.pdf)\n")


def test_a_file_in_a_zip_is_found(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    enter_mail(book, "mail-7", packed(PDF), "zip")
    out = tmp_path / "out.pdf"
    assert mailbridge("register", "file", "3", "--output", out, "-c", book).status == 0
    assert out.read_bytes() == PDF


@pytest.mark.parametrize("wrong", ["changed", "missing", "case", "part", "document"])
def test_nothing_comes_out_of_what_was_changed(book: Path, mailbridge: CommandLine, tmp_path: Path, wrong: str) -> None:
    path = enter_mail(book, "mail-7", b"%PDF-1.7 another" if wrong == "document" else PDF)
    change = {"case": "sha256 = 'x'", "part": 'judgement = replace(judgement, \'"sha256": "\', \'"sha256": "0\')'}
    if wrong == "changed":
        path.write_bytes(path.read_bytes().replace(b"Subject", b"Subjekt"))
    elif wrong == "missing":
        path.unlink()
    elif wrong in change:
        engine = open_database(load(book).database.url)
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER mail_case_no_update"))
            connection.execute(text(f"UPDATE mail_case SET {change[wrong]} WHERE mail_id = 'mail-7'"))
        engine.dispose()
    out = tmp_path / "out.pdf"
    part = ("--part", "2") if wrong == "part" else ()
    answer = mailbridge("register", "file", "3", *part, "--output", out, "-c", book, "--lang", "en")
    said = {
        "changed": "the kept mail was changed",
        "missing": "the kept mail is not there",
        "case": "CHANGED",
        "part": "CHANGED",
        "document": "the file of the entry is not in its mail",
    }
    assert (answer.status, answer.err.startswith(said[wrong]), out.exists()) == (1, True, False), answer.err


def test_paper_has_no_file_and_a_file_that_is_there_stays(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    out.write_bytes(b"mine")
    assert mailbridge("register", "file", "1", "--output", out, "-c", book).status == 1
    assert out.read_bytes() == b"mine"
    assert mailbridge("register", "file", "99", "--output", tmp_path / "x", "-c", book).status == 1
    assert mailbridge("register", "file", "1", "--output", tmp_path / "x", "-c", book).status == 1
