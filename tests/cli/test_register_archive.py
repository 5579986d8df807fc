"""A folder of scans goes into an archive book, and goes on where it was stopped (T6)."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from mailbridge.cli import register_archive
from tests.cli.builders_cli import MAILS, CommandLine


def scan(mail: str) -> bytes:
    """Return the document that a mail of the demonstration carries."""
    read = email.message_from_bytes(next(MAILS.glob(f"{mail}*.eml")).read_bytes(), policy=email.policy.default)
    found: list[bytes] = [
        each.get_content() for each in read.iter_attachments() if (each.get_filename() or "").endswith(".pdf")
    ]
    return found[0]


@pytest.fixture
def archive(config: Path, mailbridge: CommandLine) -> Path:
    """Return a configuration with an archive book, and its tables."""
    books = config / "books.toml"
    text = books.read_text(encoding="utf-8") + '\n[[book]]\nid = "lt"\ntitle = "Sổ lưu trữ"\n'
    books.write_text(text, encoding="utf-8")
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    return config


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scan"
    (folder / "2025").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(scan("01"))
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "2025" / "c.pdf").write_bytes(scan("02"))
    (folder / "2025" / "again.pdf").write_bytes(scan("02"))
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    return folder


def test_files_are_entered_with_what_was_read_and_the_rest_is_told(
    mailbridge: CommandLine, archive: Path, scans: Path
) -> None:
    answer = mailbridge("register", "archive", scans, "--book", "lt", "--why", "số hóa", "--json", "-c", archive)
    assert answer.status == 65
    told = {each["file"]: each for each in answer.objects}
    assert [told[name]["number"] for name in ("2025/again.pdf", "2025/c.pdf", "a.pdf", "b.pdf")] == [1, 1, 2, 3]
    assert told["notes.txt"]["fault"]
    assert "symbol" in told["b.pdf"]["missing"]
    lines = mailbridge("register", "list", "--book", "lt", "--json", "-c", archive).objects
    assert [(each["symbol"], each["channel"], each["note"], each["mail_id"]) for each in lines] == [
        ("1187/QĐ-BNV", "paper", "again.pdf", None),
        ("3526/UBND-KGVX", "paper", "a.pdf", None),
        (None, "paper", "b.pdf", None),
    ]
    assert mailbridge("letters", "list", "--json", "-c", archive).out == ""


def test_same_command_goes_on_where_it_was_stopped(
    mailbridge: CommandLine, archive: Path, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = register_archive._Run._enter
    left = [1]

    def killed(run: object, *told: object) -> object:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return whole(run, *told)  # type: ignore[arg-type]

    arguments: list[str | Path] = ["register", "archive", scans, "--book", "lt", "--why", "số hóa", "-c", archive]
    with monkeypatch.context() as patched:
        patched.setattr(register_archive._Run, "_enter", killed)
        assert mailbridge(*arguments).status == 130
    answer = mailbridge(*arguments)
    assert answer.out.splitlines()[-1] == "2 tệp đã vào sổ, 2 tệp có từ trước, 1 tệp không vào được"
    assert [each["number"] for each in mailbridge("register", "list", "--json", "-c", archive).objects] == [1, 2, 3]


def test_archive_book_must_be_one(mailbridge: CommandLine, archive: Path, scans: Path) -> None:
    assert mailbridge("register", "archive", scans, "--book", "xx", "--why", "x", "-c", archive).status == 64
    assert mailbridge("register", "archive", scans, "--book", "lt", "-c", archive).status == 64
