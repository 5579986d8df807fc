"""
MailBridge at work: `make demo`.

Everything is real and in one process: the hop, the walk, the book in SQLite, the sender, and a next hop that stores
what it takes in a Maildir. The mails of `demo/mails` go through the hop over SMTP; the answers leave by the next hop.
"""

from __future__ import annotations

import argparse
import asyncio
import mailbox
import os
import shutil
import smtplib
import socket
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mailbridge.cli.ledger import open_books
from mailbridge.cli.main import run as mailbridge
from mailbridge.cli.register import entry_row
from mailbridge.cli.session import Session as CommandSession
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterKind
from mailbridge.pipeline import Outcome
from mailbridge.registry.books import Books, LetterState
from mailbridge.settings import load
from mailbridge.wiring import App

HERE = Path(__file__).parent
RUN = HERE / "run"
AGENCY = "Sở Nội vụ tỉnh Bắc Kạn"
DOMAIN = "sonv.backan.gov.vn"
ADDRESS = f"vanthu@{DOMAIN}"
CLERK = f"lan@{DOMAIN}"
PATIENCE = 120
"""Seconds to wait for all outcomes and letters: some twenty times what a slow machine needs."""

HEADS = ("Số đến", "Ngày đến", "Tác giả", "Số, ký hiệu", "Ngày văn bản", "Tên loại và trích yếu", "Nơi nhận", "Ghi chú")
COLOURS = {"register": "green", "hold": "yellow", "duplicate": "cyan", "return": "yellow", "stop": "red", "pass": "dim"}

console = Console(width=None if Console().is_terminal or "COLUMNS" in os.environ else 150)


class NextHop:
    """The mail server behind MailBridge: takes everything and keeps it as files that any mail program reads."""

    def __init__(self, folder: Path) -> None:
        self.box = mailbox.Maildir(folder, create=True)
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.box.add(content)
        if b"\r\nX-MailBridge-Letter:" in content.partition(b"\r\n\r\n")[0]:
            self.letters.append(content)
        return f"250 2.0.0 Ok: queued as DEMO{len(self.box):04d}"


class Watcher:
    """Collects what became of each mail, in the order of arrival."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[MailObject, tuple[Outcome, ...]]] = []

    def saw(self, mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        """Take what the walk reports."""
        self.outcomes.append((mail, outcomes))


def prepare(folder: Path, next_hop_port: int) -> Path:
    """Write a fresh configuration with `mailbridge init`, as an administrator would; return where it is."""
    for name in ("config", "data", "delivered"):
        shutil.rmtree(folder / name, ignore_errors=True)
    flags = {
        "--name": AGENCY,
        "--domain": DOMAIN,
        "--address": ADDRESS,
        "--clerk": CLERK,
        "--listen": f"127.0.0.1:{free_port(2525)}",
        "--next-hop": f"127.0.0.1:{next_hop_port}",
        "--data": str(folder / "data"),
        "--zone": str(HERE / "zone"),
    }
    config = folder / "config"
    status = mailbridge(["init", str(config), *(part for pair in flags.items() for part in pair)])
    if status:
        raise SystemExit(status)
    shutil.copytree(HERE / "trust", config / "trust", dirs_exist_ok=True)
    return config


def free_port(wanted: int) -> int:
    """Return the wanted port, or another one when somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def send(mails: Sequence[Path], port: int, progress: Progress) -> None:
    """Send the mails through the hop as another mail server would, one session for all."""
    task = progress.add_task("gửi qua cầu SMTP", total=len(mails))
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.demo.example", timeout=30) as client:
        for path in mails:
            content = path.read_bytes()
            author = parseaddr(message_from_bytes(content, policy=policy.compat32)["From"])[1]
            automatic = "tra-loi-tu-dong" in path.stem
            client.sendmail("" if automatic else author, [ADDRESS], content)
            progress.advance(task)


async def until(test: Callable[[], bool]) -> None:
    """Wait until `test()` is true, at most PATIENCE seconds."""
    async with asyncio.timeout(PATIENCE):
        while not test():  # noqa: ASYNC110  # what is waited for happens in a database too
            await asyncio.sleep(0.05)


def show(books: Books, mails: Sequence[Path], watcher: Watcher, next_hop: NextHop) -> None:
    """Print the book, what each mail became and why, and the letters as they left."""
    table = Table(title=f"SỔ ĐĂNG KÝ VĂN BẢN ĐẾN — {AGENCY}", title_justify="left", show_lines=True)
    for head in HEADS:
        table.add_column(head, overflow="fold")
    for entry in books.entries():
        table.add_row(*(Text(cell) for cell in entry_row(entry, "vi")))
    console.print(table)

    console.print("\n[bold]Mỗi thư đã trở thành gì, và vì sao[/bold]")
    became = Table.grid(padding=(0, 2))
    for path, (_, outcomes) in zip(mails, watcher.outcomes, strict=True):
        for outcome in outcomes:
            case = outcome.case
            became.add_row(path.stem, Text(case.reason, style=COLOURS[case.action]), Text(case.rule, style="dim"))
    console.print(became)

    console.print("\n[bold]Thư báo nhận, đúng như đã gửi đi[/bold]")
    notices = 0
    for content in next_hop.letters:
        letter = message_from_bytes(content, policy=policy.default)
        kind = letter.get("X-MailBridge-Letter", "")
        if kind == LetterKind.NOTICE.value:
            notices += 1
            continue
        if not kind:
            continue
        body = letter.get_body(("plain",))
        console.rule(style="dim")
        for name in ("From", "To", "Subject", "In-Reply-To", "Auto-Submitted"):
            console.print(Text(f"{name}: {letter.get(name, '')}"), soft_wrap=True)
        console.print()
        console.print(Text(body.get_content().rstrip() if body else ""), soft_wrap=True)
    console.rule(style="dim")
    console.print(f"và {notices} thông báo cho Văn thư {CLERK}; mọi thư nằm trong {next_hop.box._path}")


def show_how_to_send(config: Path, port: int) -> None:
    """Say how the newcomer sends a mail of his own."""
    shown = config.relative_to(Path.cwd()) if config.is_relative_to(Path.cwd()) else config
    command = f".venv/bin/mailbridge -c {shown}"
    python = (
        "import smtplib,sys; mail = b'\\r\\n'.join(open(sys.argv[1],'rb').read().splitlines()); "
        f"smtplib.SMTP('127.0.0.1', {port}).sendmail('toi@example.org', ['{ADDRESS}'], mail)"
    )
    console.print(
        f"\n[bold]Cầu vẫn đang chạy[/bold] ở 127.0.0.1:{port}; Ctrl-C để dừng. Gửi thử thư của mình:\n"
        f"  swaks --server 127.0.0.1:{port} --to {ADDRESS} --from toi@example.org --attach @van-ban.pdf\n"
        f'  python3 -c "{python}" thu.eml\n'
        f"rồi xem:\n  {command} register list\n  {command} trace {ADDRESS}\n  {command} queue list",
        soft_wrap=True,
        highlight=False,
    )


async def demonstrate(folder: Path, *, once: bool) -> None:
    """Run the whole demonstration below `folder`."""
    loop = asyncio.get_running_loop()
    port = free_port(0)
    config = prepare(folder, port)
    next_hop = NextHop(folder / "delivered")
    server = await loop.create_server(lambda: SMTP(next_hop, hostname="noibo.demo.example"), "127.0.0.1", port)
    watcher = Watcher()
    app = App(load(config), on_outcome=watcher.saw)
    stop = asyncio.Event()
    async with app.running(stop=stop):
        mails = sorted((HERE / "mails").glob("*.eml"))
        columns = (TextColumn("{task.description:18}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            walked = progress.add_task("đọc và vào sổ", total=len(mails))
            sending = asyncio.create_task(asyncio.to_thread(send, mails, app.hop_port, progress))

            def done() -> bool:
                progress.update(walked, completed=len(watcher.outcomes))
                return len(watcher.outcomes) >= len(mails)

            await sending
            await until(done)
        with open_books(CommandSession(config=config)) as books:
            await until(lambda: not any(books.letters(state=LetterState.WAITING)))
            show(books, mails, watcher, next_hop)
        if not once:
            show_how_to_send(config, app.hop_port)
            await asyncio.Event().wait()
    server.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Show MailBridge at work.")
    parser.add_argument("--once", action="store_true", help="end after the mails of demo/")
    parser.add_argument("--folder", type=Path, default=RUN, help="where configuration, book and mails go")
    arguments = parser.parse_args()
    try:
        asyncio.run(demonstrate(arguments.folder, once=arguments.once))
    except KeyboardInterrupt:
        console.print("\nđã dừng")


if __name__ == "__main__":
    main()
