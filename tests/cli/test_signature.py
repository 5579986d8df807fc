"""`signature verify` of files, and `signature recheck` of mails in the archive."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailbridge.mail.parse import parse
from mailbridge.reading.files import LimitedReading
from tests.cli.builders_capsule import receive
from tests.cli.builders_cli import DEMO, MAILS, CommandLine
from tests.demo.builders_demo import demo, reading
from tests.verify.builders_cms import detached, pki
from tests.verify.builders_smime import HEADER
from tests.verify.builders_smime import signed as signed_entity

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

TRUST = ("--trust", str(DEMO / "trust"), "--at", "2026-11-21T08:00:00+07:00")
SHOWN = (
    "Kết quả kiểm tra:",
    "Nơi cấp chứng thư số:",
    "Người ký:",
    "Cơ quan, đơn vị quản lý:",
    "Thời gian ký:",
    "Tính toàn vẹn:",
    "Hiệu lực tại thời điểm ký:",
    "Thời hạn chứng thư số:",
)
"""What Thông tư 15/2025/TT-BKHCN wants a program to show."""


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A signed PDF of the demonstration, as a file."""
    path = tmp_path / "3526.signed.pdf"
    path.write_bytes(next(part.content for part in parse(demo("01").content).parts if part.type == "application/pdf"))
    return path


def test_a_good_file_is_valid_and_told_as_the_circular_wants(mailbridge: CommandLine, signed: Path) -> None:
    answer = mailbridge("signature", "verify", *TRUST, "--lang", "vi", signed)
    assert (answer.status, answer.err) == (0, "")
    for head in SHOWN:
        assert head in answer.out
    assert answer.out.count("HỢP LỆ: ") == 2
    assert answer.out.splitlines()[0] == f"{signed} (application/pdf): 2 HỢP LỆ"
    assert "KHÔNG" not in answer.out


def test_json_has_the_keys_of_the_contract(mailbridge: CommandLine, signed: Path) -> None:
    answer = mailbridge("signature", "verify", *TRUST, "--json", signed)
    (told,) = answer.objects
    assert list(told)[:3] == ["source", "type", "signatures"]
    assert (told["source"], told["type"]) == (str(signed), "application/pdf")
    assert [each["status"] for each in told["signatures"]] == ["total-passed"] * 2
    assert {"part", "format", "status", "sub_indication", "signer", "signed_at"} <= set(told["signatures"][0])


def test_without_trust_nothing_is_valid_and_it_says_so(mailbridge: CommandLine, signed: Path) -> None:
    answer = mailbridge("signature", "verify", "--lang", "vi", signed)
    assert answer.status == 1
    assert "chưa tin cậy chứng thư gốc nào" in answer.err
    assert "CHƯA XÁC MINH ĐƯỢC" in answer.out
    assert ": HỢP LỆ" not in answer.out


def test_a_changed_file_is_not_valid(mailbridge: CommandLine) -> None:
    answer = mailbridge("signature", "verify", *TRUST, "--lang", "vi", next(MAILS.glob("07*.eml")))
    assert answer.status == 1
    assert "KHÔNG HỢP LỆ: " in answer.out
    assert "nội dung đã bị thay đổi" in answer.out


def test_files_of_mails_are_judged_by_their_parts(mailbridge: CommandLine) -> None:
    good, unsigned = next(MAILS.glob("01*.eml")), next(MAILS.glob("04*.eml"))
    answer = mailbridge("signature", "verify", *TRUST, "--json", good, unsigned)
    assert answer.status == 1
    first, second = answer.objects
    assert first["type"] == second["type"] == "message/rfc822"
    assert {each["part"] for each in first["signatures"]} == {"2"}
    assert (second["signatures"], second["smime"]) == ([], [])


AT_PKI = ("--at", "2026-06-01T09:00:00+07:00")


def test_a_detached_signature_is_judged_with_the_file_beside_it(mailbridge: CommandLine, tmp_path: Path) -> None:
    trust = pki().write_trust(tmp_path / "trust")
    (tmp_path / "a.txt").write_bytes(b"Kinh gui\r\n")
    apart = tmp_path / "a.txt.p7s"
    apart.write_bytes(detached(b"Kinh gui\r\n"))
    good = mailbridge("signature", "verify", "--trust", trust, *AT_PKI, "--json", apart)
    assert good.status == 0
    assert [each["status"] for each in good.objects[0]["signatures"]] == ["total-passed"]
    (tmp_path / "a.txt").write_bytes(b"Kinh goi\r\n")
    bad = mailbridge("signature", "verify", "--trust", trust, *AT_PKI, "--json", apart)
    assert (bad.status, bad.objects[0]["signatures"][0]["sub_indication"]) == (1, "HASH_FAILURE")
    (tmp_path / "a.txt").unlink()
    alone = mailbridge("signature", "verify", "--trust", trust, *AT_PKI, "--json", apart)
    assert alone.status == 1
    assert [each["status"] for each in alone.objects[0]["signatures"]] == ["indeterminate"]


def test_the_signature_of_a_mail_is_told(mailbridge: CommandLine, tmp_path: Path) -> None:
    trust = pki().write_trust(tmp_path / "trust")
    mail = tmp_path / "a.eml"
    mail.write_bytes(HEADER + signed_entity())
    answer = mailbridge("signature", "verify", "--trust", trust, *AT_PKI, "--json", mail)
    assert answer.status == 0
    (told,) = answer.objects[0]["smime"]
    assert (told["status"], told["covers_whole_mail"], told["signer_is_sender"]) == ("total-passed", True, True)
    sheet = mailbridge("signature", "verify", "--trust", trust, *AT_PKI, mail).out
    assert "S/MIME" in sheet
    assert "VALID: Digital signature of the mail valid" in sheet
    assert sheet.splitlines()[0].endswith(": 1 VALID")


def test_what_cannot_be_read_is_65_and_the_rest_is_judged(
    mailbridge: CommandLine, signed: Path, tmp_path: Path
) -> None:
    answer = mailbridge("signature", "verify", *TRUST, "--json", tmp_path / "none.pdf", signed)
    assert answer.status == 65
    assert "none.pdf" in answer.err
    assert len(answer.objects) == 1


def test_what_is_no_signed_file_is_told(mailbridge: CommandLine, tmp_path: Path) -> None:
    for name, octets in (("a.pdf", b"%PDF-1.7 broken"), ("b.txt", b"abc"), ("c", b""), ("d.zip", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(octets)
    files = sorted(path for path in tmp_path.iterdir() if path.is_file())
    answer = mailbridge("signature", "verify", *TRUST, "--json", *files)
    assert answer.status == 1
    assert [each["signatures"] for each in answer.objects] == [[]] * 4


def test_a_time_without_its_offset_is_wrong_usage(mailbridge: CommandLine, signed: Path) -> None:
    assert mailbridge("signature", "verify", "--at", "2026-11-21T08:00:00", signed).status == 64


def test_recheck_adds_a_verdict_and_trace_shows_both(
    mailbridge: CommandLine, config: Path, reading: LimitedReading
) -> None:
    mail_id = receive(config, "01", reading)
    shutil.rmtree(config / "trust")
    answer = mailbridge("signature", "recheck", mail_id, "-c", config, "--lang", "vi")
    assert (answer.status, answer.err) == (0, "")
    first, second = answer.out.splitlines()
    assert "khi tiếp nhận: " in first
    assert "xác minh lại theo yêu cầu, tính đến " in second
    assert "chữ ký số của cơ quan hợp lệ → không rõ nguồn gốc chứng thư số" in second
    told = [each for each in mailbridge("trace", mail_id, "--json", "-c", config).objects if each["what"] == "judged"]
    assert [each["detail"] for each in told] == [first.split("  ", 1)[1], second.split("  ", 1)[1]]
    assert told[0]["actor"] == "mailbridge" != told[1]["actor"]
    assert "kết quả xác minh" in mailbridge("trace", mail_id, "-c", config).out
    (entry,) = mailbridge("register", "list", "--json", "-c", config).objects
    assert (entry["number"], entry["status"]) == (1, "registered")


def test_recheck_of_mail_that_is_not_kept_is_1(mailbridge: CommandLine, config: Path, reading: LimitedReading) -> None:
    mail_id = receive(config, "12", reading)
    answer = mailbridge("signature", "recheck", mail_id, "-c", config)
    assert (answer.status, answer.err) == (1, "không lưu giữ gì của thư này\n")
    assert [each["what"] for each in mailbridge("trace", mail_id, "--json", "-c", config).objects].count("judged") == 0
