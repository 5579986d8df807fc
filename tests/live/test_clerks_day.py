"""
A clerk's day by mail alone: MailBridge between an outside agency and a real Postfix, mailboxes in a real Dovecot.

Whatever she reads she reads over IMAP, whatever she does she writes as a reply; only paper and the closing of the book
are done at the terminal.
"""

from __future__ import annotations

import io
import json
import shutil
import smtplib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import pytest

from mailbridge.__main__ import main
from mailbridge.registry.entry import VIETNAM
from tests.live import dovecot as dovecots
from tests.live import postfix as postfixes
from tests.live.dovecot import Dovecot, dovecot
from tests.live.postfix import postfix
from tests.live.program import Program, free_port

_MISSING = postfixes.missing() or dovecots.missing()
pytestmark = [pytest.mark.live, pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")]

DEMO = Path(__file__).parents[2] / "demo"
DOMAIN = "sonv.backan.gov.vn"
OURS = f"vanthu@{DOMAIN}"
LAN = f"lan@{DOMAIN}"
TCHC = f"tchc@{DOMAIN}"
HOA = f"hoa@{DOMAIN}"

SETTINGS = """\
[[agency]]
id = "sonv"
name = "Sở Nội vụ tỉnh Bắc Kạn"
domains = ["{domain}"]
addresses = ["{ours}"]
clerks = ["{clerk}"]

[[unit]]
id = "tchc"
name = "Phòng Tổ chức - Hành chính"
address = "{unit}"

[[listener]]
kind = "hop"
listen = "127.0.0.1:{outside}"
next_hop = "127.0.0.1:{next_hop}"

[[listener]]
kind = "hop"
listen = "127.0.0.1:{inside}"
next_hop = "127.0.0.1:{next_hop}"
internal = true
"""


@dataclass
class Day:
    """The office with its servers, seen from a desk."""

    program: Program
    boxes: Dovecot
    inside: int

    # -- the terminal ---------------------------------------------------------------------------------------------

    def call(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        """Type a command; within this process, for starting Python takes longer than what it does."""
        said, problem = io.StringIO(), io.StringIO()
        with redirect_stdout(said), redirect_stderr(problem):
            status = main(["-c", str(self.program.config), *arguments, "--json"])
        return status, [json.loads(row) for row in said.getvalue().splitlines()], problem.getvalue()

    def book(self) -> list[tuple[int, str, str]]:
        return [(row["number"], row["symbol"], row["status"]) for row in self.call("register", "list")[1]]

    # -- the post -------------------------------------------------------------------------------------------------

    def comes(self, name: str) -> None:
        """Bring a document from outside, as the server of another agency does."""
        content = next((DEMO / "mails").glob(f"{name}*.eml")).read_bytes()
        with smtplib.SMTP("127.0.0.1", self.program.port, timeout=30) as client:
            client.sendmail("vanthu@ubnd.backan.gov.vn", [OURS], content)

    def letter(self, address: str, *words: str) -> EmailMessage:
        """Wait for a letter in a mailbox whose subject and text name all of these."""
        found: list[EmailMessage] = []

        def is_there() -> bool:
            found[:] = [mail for mail in self.boxes.inbox(address) if all(each in text_of(mail) for each in words)]
            return bool(found)

        self.until(is_there, lambda: "\n---\n".join(map(text_of, self.boxes.inbox(address))))
        return found[-1]

    def until(self, ready: Callable[[], bool], told: Callable[[], str]) -> None:
        try:
            self.program.wait_until(ready, seconds=60)
        except AssertionError as late:
            late.add_note(told())
            raise

    def answer(self, letter: EmailMessage, words: str, *, port: int | None = None) -> str:
        """Reply as a mail program does, above the quoted text; returns the Message-ID of the reply."""
        reply = EmailMessage()
        ident = make_msgid(domain=DOMAIN)
        reply["From"] = f"Nguyễn Thị Lan <{LAN}>"
        reply["To"] = str(letter["Reply-To"] or letter["From"])
        reply["Subject"] = f"Re: {letter['Subject']}"
        reply["Date"] = format_datetime(datetime.now(UTC))
        reply["Message-ID"] = ident
        reply["In-Reply-To"] = str(letter["Message-ID"])
        reply["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
        quoted = "\n".join(f"> {line}" for line in body_of(letter).splitlines())
        reply.set_content(f"{words}\n\nVào {letter['Date']}, Sở Nội vụ đã viết:\n{quoted}\n")
        with smtplib.SMTP("127.0.0.1", port or self.inside, timeout=30) as client:
            client.send_message(reply, LAN, [OURS])
        return ident

    def passes_on(self, letter: EmailMessage, sender: str) -> None:
        """Forward what stands in a mailbox to be registered, as Gmail does."""
        forward = EmailMessage()
        forward["From"] = sender
        forward["To"] = OURS
        forward["Subject"] = f"Fwd: {letter['Subject']}"
        forward["Date"] = format_datetime(datetime.now(UTC))
        forward["Message-ID"] = make_msgid(domain=DOMAIN)
        forward["In-Reply-To"] = str(letter["Message-ID"])
        fields = "\n".join(f"{name}: {letter[name]}" for name in ("From", "Date", "Subject", "To"))
        shown = f"---------- Forwarded message ---------\n{fields}\n\n{body_of(letter)}"
        forward.set_content(f"Kính chuyển Văn thư vào sổ.\n\n{shown}")
        with smtplib.SMTP("127.0.0.1", self.inside, timeout=30) as client:
            client.send_message(forward, sender, [OURS])

    def done(self, letter: EmailMessage, words: str, *told: str) -> EmailMessage:
        """Reply, and wait for what is answered; it hangs in the thread and says these words."""
        ident = self.answer(letter, words)
        found: list[EmailMessage] = []

        def is_answered() -> bool:
            found[:] = [mail for mail in self.boxes.inbox(LAN) if mail["In-Reply-To"] == ident]
            return bool(found)

        self.until(is_answered, lambda: words)
        for each in told:
            assert each in text_of(found[0])
        return found[0]


def body_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def text_of(mail: EmailMessage) -> str:
    """Return subject and text with single spaces."""
    return " ".join(f"{mail['Subject']}\n{body_of(mail)}".split())


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with dovecot() as boxes:
        # Who has no mailbox of his own anywhere has one here: the outside world lives in the same Dovecot.
        everything = f"default_transport = lmtp:inet:127.0.0.1:{boxes.lmtp}\n"
        with postfix(next_port=boxes.lmtp, name="mail.sonv.example", more=everything) as server:
            zone = (DEMO / "zone").read_text("utf-8")
            program = Program.install(tmp_path, next_hop_port=server.port, zone=zone, domain=DOMAIN)
            inside = free_port()
            configure(program, server.port, inside)
            program.start()
            try:
                yield Day(program=program, boxes=boxes, inside=inside)
            finally:
                program.stop()


def configure(program: Program, next_hop: int, inside: int) -> None:
    """Give the office its units and its inner door, and let it work today, whatever day it is."""
    shutil.copytree(DEMO / "trust", program.config / "trust", dirs_exist_ok=True)
    (program.config / "conf.d").mkdir(exist_ok=True)
    said = SETTINGS.format(
        domain=DOMAIN, ours=OURS, clerk=LAN, unit=TCHC, outside=program.port, inside=inside, next_hop=next_hop
    )
    (program.config / "conf.d" / "10-office.toml").write_text(said, "utf-8")
    today = datetime.now(VIETNAM).date()
    days = (today + timedelta(days=n) for n in range(2))
    swapped = "".join(f"{each:%d/%m/%Y},làm bù,\n" for each in days if each.weekday() >= 5)
    for file in (program.config / "calendar").glob("*.csv"):
        file.unlink()
    (program.config / "calendar" / "hom-nay.csv").write_text(f"day,kind,name\n{swapped}", "utf-8")


@pytest.mark.timeout(240)
def test_a_clerks_whole_day_by_mail(day: Day) -> None:
    today = datetime.now(VIETNAM).date()
    year, deadline = today.year, today + timedelta(days=10)

    # The morning's post: two documents that are entered at once, four mails that wait for her.
    for name in ("01", "04", "07", "08", "09", "10"):
        day.comes(name)
    clear = day.letter(LAN, "[Văn bản đến]", "3526/UBND-KGVX")
    wrong = day.letter(LAN, "[Văn bản đến]", "42/TTr-UBND")
    no_number = day.letter(LAN, "[Chờ xử lý]", "sgddt.backan.gov.vn")
    no_document = day.letter(LAN, "[Chờ xử lý]", "freemail.example")
    day.letter(LAN, "[Chờ xử lý]", "stc.backan.gov.vn")
    day.letter(LAN, "[Chờ xử lý]", "truongchinhtri.example")
    assert [number for number, _, _ in day.book()] == [1, 2]
    day.letter("vanthu@ubnd.backan.gov.vn", "số đến 01")

    # What is no document, what was read wrongly, what goes to a unit: one line each.
    day.done(no_document, "không phải văn bản ạ", "[Đã thực hiện]", "không phải văn bản")
    day.done(wrong, "số 43/TTr-UBND", "→ 43/TTr-UBND")
    day.letter("ubndchora@chora.backan.gov.vn", "43/TTr-UBND")
    day.done(clear, f"giao P.TCHC chủ trì, hạn {deadline:%d/%m}", "Đã chuyển xử lý", f"{deadline:%d/%m/%Y}")
    day.letter(TCHC, "3526/UBND-KGVX")

    # An official who got the same document forwards it to be registered: it is, and he hears its number.
    (first,) = (mail for mail in day.boxes.inbox(OURS) if mail["Message-ID"] == "<demo-01@ubnd.backan.gov.vn>")
    day.passes_on(first, HOA)
    day.letter(HOA, f"Đã vào sổ, số đến 01/{year}; không cấp số mới")

    # Somebody outside writes in her name: nothing is done, she is warned.
    day.answer(clear, "hủy: nhập nhầm văn bản", port=day.program.port)
    day.letter(LAN, "[Cảnh báo]", LAN)

    # The digest of the hour, answered in one line.
    day.program.stop()
    (day.program.config / "conf.d" / "20-digest.toml").write_text('[digest]\nat = ["00:00"]\n', "utf-8")
    day.program.start()
    digest = day.letter(LAN, "[Sổ văn bản đến]", "3 chờ xử lý", "duyệt hết trừ")
    assert "2. Công văn" in text_of(digest)
    day.done(digest, "Duyệt hết trừ 2 nhé.", f"Số đến 03/{year}, 04/{year}", f"Số đến 04/{year}: Không gửi thư")
    day.letter("vanthu@stc.backan.gov.vn", "số đến 03")
    assert [row["from"] for row in day.call("register", "waiting")[1]] == ["vanthu@sgddt.backan.gov.vn"]

    # She enters the last one and hands it over in one mail, sees that it was wrong, takes it back and returns it.
    both = day.done(
        no_number, "số 512/SGDĐT-VP\nduyệt, giao P.TCHC", "Đã vào sổ", "Đã chuyển xử lý", "→ 512/SGDĐT-VP", "HOÀN TÁC"
    )
    undone = (
        "Đã hoàn tác: chuyển xử lý",
        "Đã hoàn tác: vào sổ",
        f"Số đến 05/{year} không còn giá trị",
        "đề nghị báo lại",
    )
    back = day.done(both, "HOÀN TÁC", *undone)
    day.done(back, "duyệt nhưng để em hỏi lại đã", "[Chưa rõ]", "Chưa có gì thay đổi")
    day.done(no_number, "trả lại: văn bản chưa có số, đề nghị gửi lại bản đã cấp số", "Đã trả lại")
    day.letter("vanthu@sgddt.backan.gov.vn", "đề nghị gửi lại bản đã cấp số")
    day.done(no_number, "tìm 3526", "[Tra sổ]", "3526/UBND-KGVX")
    assert day.call("register", "waiting")[1] == []

    close_the_book(day)


def close_the_book(day: Day) -> None:
    """Enter what lay in the letter box since yesterday, close yesterday, and let everything be checked."""
    yesterday = datetime.now(VIETNAM).date() - timedelta(days=1)
    paper = ("--symbol", "88/SXD-QLN", "--date", "02/01/2026", "--issuer", "Sở Xây dựng tỉnh Bắc Kạn")
    about = ("--type", "Công văn", "--subject", "Về việc rà soát nhà ở công vụ", "--by", "lan")
    status, (entered,), problem = day.call("register", "add", *paper, *about)
    assert (status, problem) == (0, "")
    assert entered["number"] == 6
    late = ("--arrived", f"{yesterday:%d/%m/%Y}", "--why", "lấy ở bưu điện lúc sáng")
    status, _, _ = day.call("register", "add", "--symbol", "89/SXD-QLN", *paper[2:], *about, *late)
    assert status == 0

    status, (closed,), _ = day.call("register", "close", "--book", "den", "--by", "lan")
    assert (status, closed["act"], closed["paper"]) == (0, "closed", 1)
    assert day.call("register", "close", "--day", f"{yesterday + timedelta(days=1):%d/%m/%Y}", "--by", "lan")[0] == 1
    status, _, problem = day.call("register", "verify")
    assert (status, problem) == (0, "")

    assert day.book()[:6] == [
        (1, "3526/UBND-KGVX", "transferred"),
        (2, "43/TTr-UBND", "registered"),
        (3, "2210/STC-QLNS", "registered"),
        (4, "77/TB-TCT", "registered"),
        (5, "512/SGDĐT-VP", "voided"),
        (6, "88/SXD-QLN", "registered"),
    ]
