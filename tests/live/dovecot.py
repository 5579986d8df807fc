"""A real Dovecot on high ports of the loopback, in a folder of its own: it takes mail by LMTP and shows it by IMAP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email import policy as mail_policy
from email.message import EmailMessage
from pathlib import Path

from imapclient import IMAPClient

from tests.live.program import free_port

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
_LMTP = Path("/usr/lib/dovecot/lmtp")
_USER, _GROUP = "nobody", "nogroup"
_PASSWORD = "secret"  # of mailboxes that live as long as a test

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


def missing() -> str | None:
    """Say why no Dovecot can be started here, or None."""
    if not DOVECOT or not _LMTP.exists():
        return "dovecot-imapd and dovecot-lmtpd are not installed"
    return None if os.geteuid() == 0 else "dovecot is started for another user, which only root can do"


@dataclass(frozen=True)
class Dovecot:
    """A running server; whatever address is delivered to has a mailbox."""

    folder: Path
    imap: int
    lmtp: int

    def inbox(self, address: str) -> tuple[EmailMessage, ...]:
        """Read what lies in somebody's inbox, in the order of its arrival, and mark nothing as read."""
        with IMAPClient("127.0.0.1", port=self.imap, ssl=False, timeout=30) as client:
            client.login(address, _PASSWORD)
            client.select_folder("INBOX", readonly=True)
            fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
        return tuple(_message(fetched[uid][b"BODY[]"]) for uid in sorted(fetched))


def _message(content: object) -> EmailMessage:
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=mail_policy.default)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Start a server, wait for its ports, and end it with all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="mailbridge-dovecot-"))
    imap, lmtp = free_port(), free_port()
    for place in ("run", "mail"):
        (folder / place).mkdir()
    settings = CONFIG.format(folder=folder, user=_USER, group=_GROUP, password=_PASSWORD, imap=imap, lmtp=lmtp)
    (folder / "dovecot.conf").write_text(settings)
    for owned in (folder, folder / "run", folder / "mail"):
        shutil.chown(owned, _USER, _GROUP)
    # As root it would want users and a chroot of its own for each of its parts.
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(folder / "dovecot.conf")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        user=_USER, group=_GROUP, extra_groups=(), start_new_session=True, cwd=folder,
    )  # fmt: skip
    try:
        for port in (imap, lmtp):
            _await_port(port, process, folder / "log")
        yield Dovecot(folder=folder, imap=imap, lmtp=lmtp)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(log.read_text(errors="replace")[-2000:] if log.exists() else "dovecot does not listen")
