"""Real Postfix instances on high ports of the loopback, each in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
lmtp      unix - - n - - lmtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
local     unix - n n - - local
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
tlsmgr    unix - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {log}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = {name}
mydestination =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{next_port}
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_recipient_restrictions = permit_mynetworks,reject
smtpd_delay_reject = no
alias_maps =
alias_database =
message_size_limit = 52428800
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
notify_classes =
"""


def missing() -> str | None:
    """Say why no Postfix can be started here, or None."""
    if not POSTFIX:
        return "postfix is not installed"
    return None if os.geteuid() == 0 else "postfix starts only as root"


def free_port() -> int:
    """Find a port of the loopback that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Postfix:
    """A running instance that passes everything on to `next_port`."""

    folder: Path
    port: int
    log: Path

    def queued(self) -> int:
        """Count the mails in its queue; one that moves between its folders meanwhile may not be seen."""
        listed = subprocess.run(
            ["/usr/sbin/postqueue", "-c", str(self.folder / "conf"), "-j"],
            capture_output=True, check=True, timeout=60, text=True,
        )  # fmt: skip
        return len({json.loads(line)["queue_id"] for line in listed.stdout.splitlines()})

    def flush(self) -> None:
        """Try everything in the queue now."""
        subprocess.run(
            ["/usr/sbin/postqueue", "-c", str(self.folder / "conf"), "-f"], check=True, timeout=60, capture_output=True
        )

    def stop(self) -> None:
        """End it, as an administrator would."""
        subprocess.run([POSTFIX, "-c", str(self.folder / "conf"), "stop"], check=True, timeout=60, capture_output=True)

    def said(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextmanager
def postfix(*, next_port: int, name: str, more: str = "") -> Iterator[Postfix]:
    """Start an instance, wait for its port, stop it; `more` are further lines of main.cf."""
    folder = Path(tempfile.mkdtemp(prefix="mailbridge-postfix-"))
    # Its daemons run as another user and must pass through; the log must lie below /var (Postfix insists).
    folder.chmod(0o755)
    port = free_port()
    log = Path(f"/var/log/mailbridge-test-{port}.log")
    for place in ("conf", "queue", "data"):
        (folder / place).mkdir()
    shutil.chown(folder / "data", "postfix")
    settings = MAIN.format(folder=folder, log=log, name=name, next_port=next_port)
    (folder / "conf" / "main.cf").write_text(settings + more)
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port))
    control = [POSTFIX, "-c", str(folder / "conf")]
    try:
        subprocess.run([*control, "start"], check=True, capture_output=True, timeout=60)
        _await_port(port)
        yield Postfix(folder=folder, port=port, log=log)
    finally:
        with suppress(subprocess.SubprocessError):
            subprocess.run([*control, "stop"], check=False, capture_output=True, timeout=60)
        log.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _await_port(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as tried:
            tried.settimeout(5)
            if tried.recv(3) == b"220":
                return
        time.sleep(0.1)
    raise TimeoutError("postfix does not listen")
