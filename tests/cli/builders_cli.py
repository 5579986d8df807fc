"""A configuration made by `init`, a book with entries, and the command line in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mailbridge.__main__ import main
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.schema import upgrade
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load

REPOSITORY = Path(__file__).parents[2]
DEMO = REPOSITORY / "demo"
MAILS = DEMO / "mails"
WORLD = ("--zone", str(DEMO / "zone"), "--trust", str(DEMO / "trust"), "--at", "2026-11-21T08:00:00+07:00")

MAIL_ID = "0190163d-8694-739b-aea5-966c26f8ad91"
HELD_ID = "0190163d-8694-739b-aea5-966c26f8ad92"
ARRIVED = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
"""01:30 of the next day in Vietnam."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one call said."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """Calls `mailbridge` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Answer:
        self._capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return Answer(status=status, out=captured.out, err=captured.err)


def init_flags(folder: Path, **changes: str) -> list[str]:
    """Return the options with which `init` asks nothing."""
    values = {
        "--name": "Sở Nội vụ tỉnh Bắc Kạn",
        "--domain": "sonv.backan.gov.vn",
        "--listen": "127.0.0.1:2525",
        "--next-hop": "127.0.0.1:1",
        "--data": str(folder / "data"),
        "--zone": str(DEMO / "zone"),
        **{f"--{name.replace('_', '-')}": value for name, value in changes.items()},
    }
    return [part for pair in values.items() for part in pair]


@cache
def _empty_book() -> bytes:
    """Make an empty book once: the migrations take longer than what most tests do with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mailbridge.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def make_book(url: str) -> None:
    """Put an empty book of the newest schema where there is none."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:") or path.exists():
        upgrade(url)
    else:
        path.write_bytes(_empty_book())
        path.chmod(0o600)


def fill(config: Path) -> None:
    """Write two entries, one held mail and one letter into the book."""
    settings = load(config)
    settings.data.mkdir(exist_ok=True)
    make_book(settings.database.url)
    engine = open_database(settings.database.url)
    registry = SqlRegistry(engine)
    with registry.transaction() as transaction:
        issuers = enumerate(("Bộ Nội vụ", "Ủy ban nhân dân tỉnh Bắc Kạn"), 1)
        entries = [transaction.enter(_draft(number, issuer), ARRIVED) for number, issuer in issuers]
        transaction.record(_case(MAIL_ID, "register", "Đã đăng ký."), entries)
        transaction.record(_case(HELD_ID, "hold", "Chưa rõ nguồn gốc."), ())
        transaction.post(_letter())
    engine.dispose()


def _draft(number: int, issuer: str) -> DraftEntry:
    return DraftEntry(
        agency="sonv",
        book="den",
        mail_id=MAIL_ID,
        document_sha256=f"{number:064d}",
        type="Công văn",
        number=str(number),
        notation="BNV-VP",
        symbol=f"{number}/BNV-VP",
        issued_date=date(2026, 11, 18),
        issuer=issuer,
        subject="về việc gửi, nhận văn bản điện tử",
        recipients="vanthu@sonv.backan.gov.vn",
    )


def _case(mail_id: str, action: str, reason: str) -> Case:
    return Case(
        mail_id=mail_id,
        agency="sonv",
        door="hop",
        accepted_at=ARRIVED,
        decided_at=ARRIVED,
        sha256=mail_id[-1] * 64,
        size=1000,
        kind="official-document",
        action=action,
        rule="official-signed",
        reason=reason,
        message_id=f"<{mail_id}@bnv.gov.vn>",
        author="vanthu@moha.gov.vn",
        subject="Công văn",
    )


def _letter() -> Letter:
    return Letter(
        key=f"accepted:{MAIL_ID}",
        kind=LetterKind.ACCEPTED,
        agency="sonv",
        mail_id=MAIL_ID,
        sender="vanthu@sonv.backan.gov.vn",
        recipient="vanthu@moha.gov.vn",
        content=b"Subject: x\r\n\r\nx\r\n",
    )
