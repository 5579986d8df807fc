"""`[[mailbox]]`: where people see the state of their mails."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from mailbridge.mailboxes.settings import MailboxSettings, MailboxTls, MailState
from mailbridge.settings import load
from tests.settings.builders_settings import MAIN, configuration

GOOD = """\
[[mailbox]]
server = "imap.sonv.backan.gov.vn:993"
user = "vanthu@sonv.backan.gov.vn"
password_file = "secrets/vanthu"
folder = "Công văn"
folders = {registered = "Đã vào sổ", not-document = "Khác"}
"""


def load_with(folder: Path, text: str) -> tuple[MailboxSettings, ...]:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "vanthu").write_text("x")
    return load(configuration(folder, mailbridge=MAIN + text), {}).mailboxes


def test_a_mailbox_is_read_with_its_folders(tmp_path: Path) -> None:
    assert load_with(tmp_path, GOOD) == (
        MailboxSettings(
            agency="sonv",
            host="imap.sonv.backan.gov.vn",
            port=993,
            tls=MailboxTls.TLS,
            user="vanthu@sonv.backan.gov.vn",
            password_file=tmp_path / "secrets" / "vanthu",
            folder="Công văn",
            folders=((MailState.REGISTERED, "Đã vào sổ"), (MailState.NOT_DOCUMENT, "Khác")),
        ),
    )


def test_without_the_table_nothing_is_shown_anywhere(tmp_path: Path) -> None:
    assert load_with(tmp_path, "") == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_server_on_this_machine_may_be_reached_in_the_clear(tmp_path: Path, host: str) -> None:
    text = GOOD.replace("imap.sonv.backan.gov.vn:993", f"{host}:143") + 'tls = "off"\n'
    (found,) = load_with(tmp_path, text)
    assert found.tls is MailboxTls.OFF


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace(":993", ""), 'is not "host:port"'),
        (GOOD.replace("secrets/vanthu", "secrets/nobody"), "names a file that is not there"),
        (GOOD.replace("secrets/vanthu", ""), '"mailbox.password_file" is empty'),
        (GOOD.replace("vanthu@sonv.backan.gov.vn", " "), '"mailbox.user" is empty'),
        (GOOD + 'agency = "stc"\n', "is not the id of an agency"),
        (GOOD + 'tls = "off"\n', "in the clear"),
        (GOOD.replace("imap.sonv.backan.gov.vn", "127.evil.example") + 'tls = "off"\n', "in the clear"),
        (GOOD + 'tls = "may"\n', "tls"),
        (GOOD + 'ca = "nowhere.pem"\n', "names a file that is not there"),
        (GOOD.replace("Đã vào sổ", " "), "is not the name of a folder"),
        (GOOD.replace("registered =", "urgent ="), "urgent"),
        (GOOD + 'password = "x"\n', "unknown key"),
        (GOOD[: GOOD.index("folders")] + "keywords = false\n", "no folders are named"),
        (GOOD + GOOD, "stands twice"),
    ],
    ids=[
        *("end", "no-file", "no-password", "user", "agency", "clear", "clear-127", "tls", "ca", "folder", "state"),
        *("password", "nothing", "twice"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(Misconfigured, match=problem) as told:
        load_with(tmp_path, text)
    assert told.value.line
