"""`mailbridge export all`: everything out, readable without us, and back in with the same digest (K11)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.database import open_database
from mailbridge.settings import load
from mailbridge.spool.places import accepted_name
from mailbridge.spool.record import Acceptance, Head, Seal, acceptance_line, head_line, identity, seal_line
from tests.cli.builders_cli import CommandLine, fill
from tests.cli.builders_db import database_of, house, other_house, postgres
from tests.cli.test_register_verify import AT, keep_mail
from tests.registry.builders_journal import unlock

__all__ = ["house", "other_house", "postgres"]  # pytest finds fixtures by their names in this module

PDF = b"%PDF-1.7 a document\r\n.with a dot\r\n"


def mail_with_file() -> bytes:
    """A mail with an attachment, lines of which begin with dots."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "Công văn"
    mail.set_content("Kính gửi\r\n.một dòng\r\n..hai dòng\r\n")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="=cong van.pdf")
    mail.set_boundary("between")
    return mail.as_bytes()


def archive(config: Path, mail_id: str, content: bytes, *, stuffed: bytes | None = None) -> Path:
    """Put a mail into the archive, as it came over the wire when `stuffed` is given."""
    at = AT + timedelta(seconds=len(mail_id))
    written = content if stuffed is None else stuffed
    envelope = Envelope(mail_from="a@b.example", recipients=("c@d.example",))
    head = Head(
        id=mail_id, door=Door.HOP, client=Client(ip="192.0.2.1"), envelope=envelope, stuffed=stuffed is not None
    )
    sha256 = hashlib.sha256(written).hexdigest()
    key = identity(envelope, hashlib.sha256(content).hexdigest()) if stuffed else None
    path = load(config).data / "spool" / "archive" / at.strftime("%Y/%m") / accepted_name(at, mail_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        head_line(head)
        + written
        + seal_line(Seal(size=len(written), sha256=sha256, sealed_at=at, key=key))
        + acceptance_line(Acceptance(accepted_at=at, reply="250 2.0.0 Ok"))
    )
    return path


def archived(config: Path) -> dict[str, bytes]:
    root = load(config).data / "spool" / "archive"
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


def test_what_went_out_comes_back_with_the_same_digest(
    house: Path, other_house: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    fill(house)
    keep_mail(house)
    mail = mail_with_file()
    archive(house, "mail-8", mail)
    archive(house, "mail-10", mail, stuffed=mail.replace(b"\r\n.", b"\r\n.."))
    archive(house, "mail-100", b"\r\nx\r\n", stuffed=b"\r\n.x\r\n")  # a dot that no careful client would have put there
    out = mailbridge("export", "all", tmp_path / "out", "-c", house, "--json").objects[0]
    assert (out["mails"], out["evidence"], out["whole"], out["damaged"]) == (4, 1, True, [])
    answer = mailbridge("db", "restore", tmp_path / "out", "-c", other_house, "--lang", "en")
    assert (answer.status, answer.err) == (0, "")
    assert archived(other_house) == archived(house)
    again = mailbridge("export", "all", tmp_path / "again", "-c", other_house, "--json").objects[0]
    assert again["content"] == out["content"]
    assert (tmp_path / "again/tables/entry.jsonl").read_bytes() == (tmp_path / "out/tables/entry.jsonl").read_bytes()


def test_an_export_is_read_without_us(house: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    fill(house)
    archive(house, "mail-8", mail_with_file())
    out = tmp_path / "out"
    assert mailbridge("export", "all", out, "-c", house).status == 0
    lines = list(csv.DictReader(io.StringIO((out / "books/sonv/den-2026.csv").read_text("utf-8-sig"))))
    assert [(line["Year"], line["CodeSymbol"]) for line in lines] == [("2026", "1/BNV-VP"), ("2026", "2/BNV-VP")]
    versions = [json.loads(line) for line in (out / "tables/entry_version.jsonl").read_text().splitlines()]
    assert [each["subject"] for each in versions] == ["về việc gửi, nhận văn bản điện tử"] * 2
    (mail,) = out.glob("mails/*/*/*.eml")
    assert mail.read_bytes() == mail_with_file()
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert (out / f"documents/{sha256[:2]}/{sha256}.pdf").read_bytes() == PDF
    (listed,) = csv.DictReader(io.StringIO((out / "documents.csv").read_text("utf-8-sig")))
    assert (listed["sha256"], listed["name"], listed["mail_id"]) == (sha256, "'=cong van.pdf", "mail-8")
    assert b"Subject: x" in next(out.glob("letters/*.eml")).read_bytes()
    assert mailbridge("register", "verify", out / "proof.gz").status == 0
    named = (out / "README.txt").read_text()
    for path in out.iterdir():
        assert path.name in named or path.name == "README.txt", path
    for table in (out / "tables").iterdir():
        assert table.stem in named, table


def test_who_took_everything_out_is_written_down(house: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    fill(house)
    assert mailbridge("export", "all", tmp_path / "out", "-c", house).status == 0
    engine = open_database(database_of(house))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT agency, via, entry_id, mail_id FROM reading")).all()
    engine.dispose()
    assert [tuple(each) for each in found] == [("sonv", "cli", None, None)]
    assert mailbridge("register", "verify", "--rows-only", "-c", house).status == 0


def test_a_mail_that_was_changed_goes_out_as_it_lies_and_is_told(
    book: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    path = keep_mail(book)
    path.write_bytes(path.read_bytes().replace(b"xin", b"xim"))
    answer = mailbridge("export", "all", tmp_path / "out", "-c", book, "--lang", "en")
    assert (answer.status, path.name in answer.err) == (1, True)
    (kept,) = (tmp_path / "out/archive").glob("*/*/*")
    assert kept.read_bytes() == path.read_bytes()


def test_a_book_that_was_changed_goes_out_and_is_told(book: Path, mailbridge: CommandLine, tmp_path: Path) -> None:
    engine = open_database(database_of(book))
    with engine.begin() as connection:
        unlock(connection)
        connection.execute(text("UPDATE entry_version SET note = 'x'"))
    engine.dispose()
    answer = mailbridge("export", "all", tmp_path / "out", "-c", book, "--lang", "en")
    assert (answer.status, "the book is not whole" in answer.err) == (1, True)
    assert (tmp_path / "out/tables/entry.jsonl").is_file()


@pytest.mark.parametrize("place", [".", "none/out"])
def test_a_folder_that_cannot_be_made_is_told(book: Path, mailbridge: CommandLine, tmp_path: Path, place: str) -> None:
    assert mailbridge("export", "all", tmp_path / place, "-c", book).status in (1, 75)
