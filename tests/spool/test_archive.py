"""A mail of the archive is read as it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.spool import Spool
from mailbridge.spool.archive import load_archived
from mailbridge.spool.record import Damaged

AT = datetime(2026, 12, 31, 23, 30, 0, 123456, tzinfo=UTC)
CONTENT = b"Subject: a\r\n\r\n.\r\n\xff\r\n"


def archived(root: Path) -> str:
    spool = Spool(root)
    mail_id = spool.keep(
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="a@b.vn", recipients=("c@d.vn",)),
        content=CONTENT,
        accepted_at=AT,
        reply="250 2.0.0 Ok",
    )
    kept = spool.load(mail_id)
    spool.release(mail_id, keep=True)
    spool.close()
    assert load_archived(root, mail_id, AT) == kept
    return mail_id


def test_it_comes_back_octet_for_octet_with_its_envelope(tmp_path: Path) -> None:
    mail = load_archived(tmp_path, archived(tmp_path), AT)
    assert mail is not None
    assert (mail.content, mail.accepted_at, mail.client.ip) == (CONTENT, AT, "192.0.2.1")


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    mail_id = archived(tmp_path)
    assert load_archived(tmp_path, mail_id, AT + timedelta(microseconds=1)) is None
    assert load_archived(tmp_path, "another", AT) is None
    assert load_archived(tmp_path / "nowhere", mail_id, AT) is None


def test_what_was_eaten_by_the_disk_is_told(tmp_path: Path) -> None:
    mail_id = archived(tmp_path)
    (path,) = (each for each in (tmp_path / "archive").rglob("*") if each.is_file())
    path.write_bytes(path.read_bytes().replace(b"Subject: a", b"Subject: b"))
    with pytest.raises(Damaged):
        load_archived(tmp_path, mail_id, AT)
