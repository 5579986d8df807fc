"""States in a real mailbox (Dovecot): what people see there, and that nothing else of it changes."""

from __future__ import annotations

import logging
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.connection import connected
from mailbridge.mailboxes.settings import MailboxSettings, MailboxTls, MailState
from mailbridge.mailboxes.showing import Round, Showing
from tests.desk.builders_desk import BY_LAN, NOW, Room, Walked
from tests.desk.conftest import mails, room
from tests.live import dovecot as dovecots
from tests.live.dovecot import Dovecot, dovecot
from tests.live.program import Program
from tests.live.sink import Sink
from tests.registry.conftest import Database, fresh_database, migrated_file, new_sqlite

__all__ = ["mails", "migrated_file", "new_sqlite", "room"]

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(bool(dovecots.missing()), reason=str(dovecots.missing())),
]

DEMO = Path(__file__).parents[2] / "demo"
USER, PASSWORD = "vanthu@sonv.backan.gov.vn", "secret"
WAITING, REGISTERED = b"$MailBridge-Waiting", b"$MailBridge-Registered"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """One Dovecot for all tests; each uses a mailbox of its own."""
    with dovecot() as opened:
        yield opened


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh book."""
    with fresh_database(request, "sqlite") as made:
        yield made


@contextmanager
def client_of(server: Dovecot, user: str) -> Iterator[Any]:
    """Log in as the person whose mailbox it is."""
    with IMAPClient("127.0.0.1", port=server.imap, ssl=False, timeout=30) as client:
        client.login(user, PASSWORD)
        yield client


def settings_of(server: Dovecot, tmp_path: Path, user: str = USER, **changes: Any) -> MailboxSettings:
    secret = tmp_path / "password"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n")
    values: dict[str, Any] = {"agency": "sonv", "tls": MailboxTls.OFF, "password_file": secret, "port": server.imap}
    return MailboxSettings(host="127.0.0.1", user=user, **values | changes)


def content_of(message_id: str, subject: str = "CV") -> bytes:
    return f"Message-ID: {message_id}\r\nFrom: a@b.vn\r\nSubject: {subject}\r\n\r\nKính gửi.\r\n".encode()


def flags_of(client: Any, folder: str = "INBOX") -> dict[int, set[bytes]]:
    """What a person's client sees; \\Recent tells only who came first."""
    client.select_folder(folder, readonly=True)
    uids = client.search()
    found = client.fetch(uids, ["FLAGS"]) if uids else {}
    return {uid: set(said[b"FLAGS"]) - {b"\\Recent"} for uid, said in found.items()}


class Watch:
    """Rounds over one mailbox."""

    def __init__(self, room: Room, settings: MailboxSettings) -> None:
        self.showing = Showing(room.engine, settings, 0.9)
        self.now: datetime = NOW

    def run(self, **later: float) -> Round:
        self.now += timedelta(**later)
        return self.showing.run(self.now)


def test_a_mail_shows_its_state_and_every_other_flag_stays(
    server: Dovecot, tmp_path: Path, room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["07"])
    user = "flags@sonv.backan.gov.vn"
    with client_of(server, user) as client:
        client.append("INBOX", mails["07"].mail.content)
        client.append("INBOX", content_of("<else@b.vn>"), flags=[b"\\Seen", b"\\Flagged", b"$label1"])
        client.append("INBOX", content_of(f"<x{(case.message_id or '')[1:]}"))
        client.append("INBOX", content_of("<none@b.vn>", subject=f"Re: {case.message_id}"))
        before = flags_of(client)
        watch = Watch(room, settings_of(server, tmp_path, user))

        assert watch.run() == Round(changed=1)
        first = flags_of(client)
        done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN, why="đã gọi điện xác minh")
        assert watch.run(seconds=15) == Round(changed=1)
        second = flags_of(client)
        room.later(minutes=1)
        room.desk.undo(done.act_id, **BY_LAN)
        assert watch.run(seconds=15) == Round(changed=1)
        third = flags_of(client)

    ours = min(before)
    assert not any(b"\\Seen" in before[uid] for uid in before if uid != ours + 1)
    for after, keyword in ((first, WAITING), (second, REGISTERED), (third, WAITING)):
        assert after == before | {ours: before[ours] | {keyword}}


def test_a_person_has_read_and_tagged_the_mail_and_keeps_both(
    server: Dovecot, tmp_path: Path, room: Room, mails: dict[str, Walked]
) -> None:
    room.receive(mails["08"])
    user = "read@sonv.backan.gov.vn"
    mine = {b"\\Seen", b"\\Answered", b"$Forwarded", b"viec-gap"}
    with client_of(server, user) as client:
        client.append("INBOX", mails["08"].mail.content, flags=[*mine, b"$mailbridge-registered"])
        Watch(room, settings_of(server, tmp_path, user)).run()
        assert list(flags_of(client).values()) == [mine | {WAITING}]


def test_mails_move_into_a_folder_with_a_vietnamese_name_and_back(
    server: Dovecot, tmp_path: Path, room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["07"])
    user = "moved@sonv.backan.gov.vn"
    folders = ((MailState.REGISTERED, "Văn bản/Đã vào sổ"),)
    with client_of(server, user) as client:
        client.create_folder("Văn bản/Đã vào sổ")
        client.append("INBOX", mails["07"].mail.content)
        watch = Watch(room, settings_of(server, tmp_path, user, folders=folders))
        watch.run()
        done = room.desk.confirm(case.mail_id, "sonv", **BY_LAN, why="đã gọi điện xác minh")
        watch.run(seconds=15)
        assert (flags_of(client), list(flags_of(client, "Văn bản/Đã vào sổ").values())) == ({}, [{REGISTERED}])
        room.later(minutes=1)
        room.desk.undo(done.act_id, **BY_LAN)
        watch.run(seconds=15)
        assert (list(flags_of(client).values()), flags_of(client, "Văn bản/Đã vào sổ")) == ([{WAITING}], {})


def test_a_folder_that_was_made_anew_is_shown_again_and_only_once(
    server: Dovecot, tmp_path: Path, room: Room, mails: dict[str, Walked]
) -> None:
    room.receive(mails["07"])
    user = "anew@sonv.backan.gov.vn"
    watch = Watch(room, settings_of(server, tmp_path, user, folder="Công văn đến"))
    with client_of(server, user) as client:
        client.create_folder("Công văn đến")
        client.append("Công văn đến", mails["07"].mail.content)
        assert watch.run() == Round(changed=1)
        first = client.folder_status("Công văn đến", ["UIDVALIDITY"])
        client.delete_folder("Công văn đến")
        time.sleep(1.1)  # Dovecot makes UIDVALIDITY of the seconds of the clock
        client.create_folder("Công văn đến")
        client.append("Công văn đến", mails["07"].mail.content)
        assert client.folder_status("Công văn đến", ["UIDVALIDITY"]) != first

        rounds = [watch.run(minutes=11), watch.run(seconds=15), watch.run(seconds=15)]

        assert [each.changed for each in rounds] == [0, 1, 0]
        assert list(flags_of(client, "Công văn đến").values()) == [{WAITING}]


def test_a_mail_that_a_person_moved_away_or_deleted_is_left_alone(
    server: Dovecot, tmp_path: Path, room: Room, mails: dict[str, Walked]
) -> None:
    case = room.receive(mails["07"])
    user = "away@sonv.backan.gov.vn"
    watch = Watch(room, settings_of(server, tmp_path, user))
    with client_of(server, user) as client:
        client.create_folder("Lưu")
        client.append("INBOX", mails["07"].mail.content)
        watch.run()
        client.select_folder("INBOX")
        client.move(client.search(), "Lưu")
        client.unselect_folder()
        room.desk.dismiss(case.mail_id, "sonv", **BY_LAN)

        assert watch.run(seconds=15) == Round(missed=1)
        assert list(flags_of(client, "Lưu").values()) == [{WAITING}]


def test_a_wrong_password_is_told_without_the_password(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("canary-password-4711")
    with pytest.raises(Unavailable) as told, connected(settings_of(server, tmp_path)):
        pass
    assert "canary" not in str(told.value)
    assert "canary" not in caplog.text
    assert "canary" not in repr(settings_of(server, tmp_path))


def test_a_server_that_is_gone_is_unavailable(tmp_path: Path, server: Dovecot) -> None:
    with pytest.raises(Unavailable, match="mailbox"), connected(settings_of(server, tmp_path, port=1)):
        pass


@pytest.mark.timeout(240)
def test_the_running_program_shows_what_it_holds_and_tells_how_it_is(tmp_path: Path, server: Dovecot) -> None:
    user = "whole@sonv.backan.gov.vn"
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    with Sink() as sink, client_of(server, user) as client:
        zone = (DEMO / "zone").read_text("utf-8")
        program = Program.install(tmp_path, next_hop_port=sink.port, zone=zone, domain="sonv.backan.gov.vn")
        shutil.copytree(DEMO / "trust", program.config / "trust", dirs_exist_ok=True)
        table = f'[[mailbox]]\nserver = "127.0.0.1:{server.imap}"\ntls = "off"\nuser = "{user}"\n'
        with (program.config / "mailbridge.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n{table}password_file = "{secret}"\n')
        program.start()
        try:
            content = next((DEMO / "mails").glob("08*.eml")).read_bytes()
            with smtplib.SMTP("127.0.0.1", program.port, timeout=30) as smtp:
                smtp.sendmail("vanthu@sgddt.backan.gov.vn", [USER], content)
            client.append("INBOX", sink.taken[0][2])  # what the mail server puts into the mailbox

            program.wait_until(lambda: {WAITING} in flags_of(client).values(), seconds=90)

            line = [sys.executable, "-m", "mailbridge", "-c", str(program.config)]
            status = subprocess.run([*line, "status"], capture_output=True, text=True, timeout=60)
            assert "Hộp thư" in status.stdout
            assert user in status.stdout
            check = subprocess.run([*line, "check"], capture_output=True, text=True, timeout=120)
            assert "mailbox" not in check.stdout
        finally:
            program.stop()
        assert PASSWORD not in (tmp_path / "log").read_text("utf-8")
