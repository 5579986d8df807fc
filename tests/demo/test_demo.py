"""`make demo`, as a newcomer runs it: the book is right line by line, and every mail becomes what it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BOOK = [
    (1, "Ủy ban nhân dân tỉnh Bắc Kạn", "3526/UBND-KGVX", "2026-11-20", "Công văn", "Bản điện tử có chữ ký số"),
    (
        2,
        "Bộ Nội vụ",
        "1187/QĐ-BNV",
        "2026-11-18",
        "Quyết định",
        "Có chữ ký số của cơ quan, chưa có chữ ký số của người ký: chờ bản giấy hoặc bản ký số",
    ),
    (3, "Văn phòng", "87/GM-VP", "2026-11-20", "Giấy mời", "Chưa ký số: chờ bản giấy hoặc bản ký số"),
    (
        4,
        "Ủy ban nhân dân xã Chợ Rã",
        "42/TTr-UBND",
        "2026-11-19",
        "Tờ trình",
        "Chưa ký số: chờ bản giấy hoặc bản ký số",
    ),
    (5, "Đảng ủy Sở Nội vụ", "15-CV/ĐU", "2026-11-17", "Công văn", "Chưa ký số: chờ bản giấy hoặc bản ký số"),
]
SUBJECTS = [
    "tăng cường gửi, nhận văn bản điện tử có ký số giữa các cơ quan nhà nước",
    "Về việc ban hành Kế hoạch kiểm tra công tác văn thư, lưu trữ năm 2027",
    "Họp rà soát việc xử lý văn bản đến trên môi trường mạng",
    "Về việc đề nghị bổ sung biên chế công chức văn thư năm 2027",
    "chuẩn bị nội dung sinh hoạt chuyên đề quý IV năm 2026",
]
BECAME = {
    "01": ("register", "official-signed"),
    "02": ("register", "official-signed"),
    "03": ("register", "official-proven"),
    "04": ("register", "official-proven"),
    "05": ("duplicate", "fixed:same-file"),
    "06": ("register", "official-proven"),
    "07": ("hold", "broken-signature"),
    "08": ("hold", "fixed:missing-field"),
    "09": ("hold", "official-unproven"),
    "10": ("hold", "sender-unverified"),
    "11": ("pass", "fixed:automatic"),
    "12": ("pass", "fixed:private"),
    "13": ("pass", "fixed:automatic"),
    "14": ("stop", "fixed:secret"),
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demonstration once; its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "demo.run", "--once", "--folder", str(folder)]
    wide = os.environ | {"COLUMNS": "400"}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, env=wide)
    assert ended.returncode == 0, ended.stderr
    return folder, ended.stdout


def command(folder: Path, *arguments: str) -> list[dict[str, object]]:
    line = [sys.executable, "-m", "mailbridge", "-c", str(folder / "config"), *arguments, "--json"]
    ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(row) for row in ended.stdout.splitlines()]


def test_the_book_is_right_line_by_line(shown: tuple[Path, str]) -> None:
    rows = command(shown[0], "register", "list")
    found = [tuple(row[key] for key in ("number", "issuer", "symbol", "issued_date", "type", "note")) for row in rows]
    assert found == BOOK
    assert [row["subject"] for row in rows] == SUBJECTS
    assert {row["book"] for row in rows} == {"den"}
    assert {row["recipients"] for row in rows} == {"vanthu@sonv.backan.gov.vn"}
    assert [row["urgency"] for row in rows] == [None, None, "khẩn", None, None]


def test_each_mail_is_told_in_one_line(shown: tuple[Path, str]) -> None:
    lines = {line[:2]: line for line in shown[1].splitlines() if line[:2].isdigit() and line[2:3] == "-"}
    for number, (_, rule) in BECAME.items():
        assert lines[number].rstrip().endswith(f"  {rule}")
    assert "số đến 01" in lines["01"]


def test_what_is_shown_is_what_left(shown: tuple[Path, str]) -> None:
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in (shown[0] / "delivered/new").iterdir()
    ]
    letters = [mail for mail in mails if mail["X-MailBridge-Letter"]]
    answers = sorted(mail["Subject"] for mail in letters if mail["X-MailBridge-Letter"] != "notice")
    assert len(answers) == 8
    assert all(subject.startswith("[Báo nhận]") for subject in answers)
    for subject in answers:
        assert f"Subject: {subject}" in shown[1]
    assert {mail["Auto-Submitted"] for mail in letters} == {"auto-replied", "auto-generated"}
    addressed = {mail["To"] for mail in letters}
    assert not any("freemail" in to or "tintuc" in to or "truongchinhtri" in to for to in addressed)


def test_every_mail_reached_its_mailbox_unchanged(shown: tuple[Path, str]) -> None:
    delivered = [path.read_bytes() for path in (shown[0] / "delivered/new").iterdir()]
    for path in sorted((ROOT / "demo/mails").iterdir()):
        sent = path.read_bytes()
        (whole,) = [mail for mail in delivered if mail.endswith(sent)]
        names = [
            line.partition(b":")[0] for line in whole[: -len(sent)].splitlines() if not line.startswith((b" ", b"\t"))
        ]
        assert names == [b"Received", b"X-MailBridge-ID"]


def test_nothing_secret_or_private_is_kept_anywhere(shown: tuple[Path, str]) -> None:
    kept = b"".join(path.read_bytes() for path in (shown[0] / "data").rglob("*") if path.is_file())
    assert b"3526/UBND-KGVX" in kept
    for text in ("01/UBND-NC", "nội dung không dành cho", "về quê", "Bản tin tuần", "công tác đến hết"):
        assert text.encode() not in kept
    for name in ("12-thu-rieng", "14-dau-mat"):
        content = (ROOT / f"demo/mails/{name}.eml").read_bytes()
        assert content[-200:] not in kept


def test_try_judges_as_the_real_path_did() -> None:
    line = [sys.executable, "-m", "mailbridge", "try", "--json", "--zone", "demo/zone", "--trust", "demo/trust"]
    envelope = ["--rcpt", "vanthu@sonv.backan.gov.vn", "--known", "demo/mails/01-cong-van-ky-so.eml"]
    ended = subprocess.run([*line, *envelope, "demo/mails"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    judged = {}
    for row in map(json.loads, ended.stdout.splitlines()):
        judged[Path(row["source"]).name[:2]] = (row["decision"]["action"], row["decision"]["reasons"][0]["rule"])
    assert judged == BECAME | {"01": ("duplicate", "fixed:same-file")}
