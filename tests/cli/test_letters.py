"""`mailbridge letters show|check|resend|preview`, and what `check` finds about keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailbridge.mail.letter import token_of
from tests.cli.builders_cli import DEMO, MAIL_ID, MAILS, CommandLine


@pytest.fixture
def key(mailbridge: CommandLine, book: Path) -> str:
    first = mailbridge("letters", "list", "--json", "-c", book).objects[0]
    return str(first["key"])


def test_a_letter_is_shown_by_its_key_and_by_its_code(mailbridge: CommandLine, book: Path, key: str) -> None:
    for asked in (key, token_of(key)[:16]):
        (told,) = mailbridge("letters", "show", asked, "--json", "-c", book).objects
        assert (told["key"], told["mail_id"], told["returned"]) == (key, MAIL_ID, [])
    assert mailbridge("letters", "show", "0" * 16, "-c", book).status == 1


def test_a_code_of_a_letter_without_hashes_tells_nothing(mailbridge: CommandLine, book: Path, key: str) -> None:
    assert mailbridge("letters", "check", token_of(key)[:16], "-c", book).status == 1


def test_a_letter_that_waits_is_not_sent_again(mailbridge: CommandLine, book: Path, key: str) -> None:
    answer = mailbridge("letters", "resend", key, "-c", book)
    assert (answer.status, len(mailbridge("letters", "list", "--json", "-c", book).objects)) == (1, 1)


def test_nothing_came_back_in_a_new_book(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("letters", "list", "--state", "returned", "--json", "-c", book).out == ""


@pytest.mark.parametrize(
    "kind", ["arrived", "refused", "accepted", "correction", "assigned", "recall-agreed", "notice"]
)
def test_a_letter_of_a_mail_is_shown_before_it_is_written(
    mailbridge: CommandLine, config: Path, tmp_path: Path, kind: str
) -> None:
    page = tmp_path / "letter.html"
    mail = next(MAILS.glob("01*.eml"))
    answer = mailbridge("letters", "preview", kind, "--mail", mail, "--html", page, "-c", config)
    assert answer.status == 0, answer.err
    assert re.search(r"^Subject: .*\[.+\]", answer.out, re.MULTILINE)
    assert "<html" in page.read_text(encoding="utf-8")
    assert ("mailbridge-ack.json" in answer.out) == (kind != "notice")


def test_one_of_number_and_mail_must_be_said(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("letters", "preview", "accepted", "-c", config).status == 64


def test_a_key_that_does_not_fit_the_dns_is_found(mailbridge: CommandLine, config: Path) -> None:
    main = config / "mailbridge.toml" if config.is_dir() else config
    text = main.read_text(encoding="utf-8")
    key = main.parent / "dkim.pem"
    main.write_text(
        text.replace('dkim_key = ""', 'dkim_key = "dkim.pem"').replace('dkim_selector = ""', 'dkim_selector = "mb"'),
        encoding="utf-8",
    )
    key.write_text("no key", encoding="utf-8")
    assert "DKIM" in mailbridge("check", "--offline", "-c", config).out
    assert DEMO.is_dir()
