"""`mailbridge try`: the object of CONTRACT.md, in the order read, whatever the mail looks like."""

from __future__ import annotations

import json
import random
from email.message import EmailMessage
from pathlib import Path

import jsonschema
import pytest

from mailbridge.cli.sources import files_below, read_mails
from tests.cli.builders_cli import DEMO, MAILS, REPOSITORY, WORLD, Answer, CommandLine
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_letters import msg_tree, ole

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((REPOSITORY / "docs" / "reference" / "try.schema.json").read_text(encoding="utf-8"))
)
SIGNED = MAILS / "01-cong-van-ky-so.eml"
RESENT = MAILS / "05-gui-lai-cong-van.eml"


def errors(answer: Answer) -> list[str]:
    return [
        f"{each['source']}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for each in answer.objects
        for error in SCHEMA.iter_errors(each)
    ]


def plain_mail(**headers: str) -> bytes:
    mail = EmailMessage()
    for name, value in {"From": "a@b.vn", "To": "c@d.vn", "Subject": "Chào", **headers}.items():
        mail[name] = value
    mail.set_content("Xin chào.\n")
    return bytes(mail)


def hostile_mails() -> dict[str, bytes]:
    many = ",\n ".join(f"n{number}@x.vn" for number in range(10_000))
    broken = EmailMessage()
    broken["From"] = "vanthu@stc.backan.gov.vn"
    broken["Subject"] = "Công văn số 12/STC-VP"
    broken.set_content("Kính gửi văn bản.")
    broken.add_attachment(b"%PDF-1.4 nonsense", maintype="application", subtype="pdf", filename="12.STC-VP.signed.pdf")
    broken.add_attachment(b"PK\x03\x04" + bytes(100), maintype="application", subtype="zip", filename="a.docx")
    return {
        "empty": b"",
        "random": random.Random(7).randbytes(20_000),
        "header-only": b"From: a@b.vn\nSubject: x\n",
        "ten-thousand-recipients": f"From: a@b.vn\nTo: {many}\nSubject: x\n\nx\n".encode(),
        "no-line-end": b"Subject: x",
        "nested": b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"Subject: x\r\n\r\nx\r\n",
        "endless-boundary": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 5_000,
        "control-characters": b"From: \x1b[31m <a@b.vn>\nSubject: \x9b2J\x85 =?utf-8?q?=1b]0;x=07=e2=80=a8?=\n\nx\n",
        "broken-files": bytes(broken),
    }


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)


def test_the_mails_of_the_demonstration(mailbridge: CommandLine) -> None:
    answer = mailbridge("try", MAILS, "--json", *WORLD)
    assert (answer.status, answer.err) == (0, "")
    assert errors(answer) == []
    assert [each["source"] for each in answer.objects] == [str(path) for path in sorted(MAILS.glob("*.eml"))]


def test_hostile_mails(mailbridge: CommandLine, tmp_path: Path) -> None:
    for name, content in hostile_mails().items():
        (tmp_path / f"{name}.eml").write_bytes(content)
    answer = mailbridge("try", tmp_path, "--json", *WORLD)
    assert answer.status == 0
    assert errors(answer) == []
    assert len(answer.objects) == len(hostile_mails())
    assert len(answer.out.splitlines()) == len(hostile_mails()), "one line a mail, for whoever splits lines"


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_the_order_is_that_of_reading_however_many_are_read_at_once(mailbridge: CommandLine, jobs: str) -> None:
    paths = [SIGNED, MAILS / "12-thu-rieng.eml", RESENT, MAILS / "11-ban-tin.eml"]
    answer = mailbridge("try", *paths, "--json", "-j", jobs, *WORLD)
    assert [each["source"] for each in answer.objects] == [str(path) for path in paths]


def test_a_run_can_be_repeated(mailbridge: CommandLine) -> None:
    def once() -> list[dict[str, object]]:
        answer = mailbridge("try", SIGNED, MAILS / "10-dns-khong-tra-loi.eml", "--json", *WORLD)
        return [{key: value for key, value in each.items() if key != "timings_ms"} for each in answer.objects]

    assert once() == once()


def test_the_anchors_decide_whether_a_signature_passes(mailbridge: CommandLine, tmp_path: Path) -> None:
    (trusting,) = mailbridge("try", SIGNED, "--json", *WORLD).objects
    (careful,) = mailbridge("try", SIGNED, "--json", *WORLD, "--trust", tmp_path).objects
    assert [each["status"] for each in trusting["signatures"]] == ["total-passed"] * len(trusting["signatures"])
    assert "total-passed" not in [each["status"] for each in careful["signatures"]]


def test_the_time_decides_too(mailbridge: CommandLine) -> None:
    (late,) = mailbridge("try", SIGNED, "--json", *WORLD, "--at", "2076-01-01T00:00:00Z").objects
    assert "total-passed" not in [each["status"] for each in late["signatures"]]


def test_a_known_document_is_a_duplicate(mailbridge: CommandLine) -> None:
    (resent,) = mailbridge("try", RESENT, "--known", SIGNED, "--json", *WORLD).objects
    assert resent["decision"]["action"] == "duplicate"
    assert resent["decision"]["duplicate_of"] == "known/2026/1"
    (fresh,) = mailbridge("try", RESENT, "--json", *WORLD).objects
    assert fresh["decision"]["action"] == "register"


@pytest.mark.parametrize("null", ["<>", ""])
def test_the_null_sender_is_automatic(mailbridge: CommandLine, tmp_path: Path, null: str) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(plain_mail())
    (with_null,) = mailbridge("try", mail, "--json", "--mail-from", null, *WORLD).objects
    (with_sender,) = mailbridge("try", mail, "--json", "--mail-from", "<a@b.vn>", *WORLD).objects
    assert with_null["kind"] == "automatic"
    assert with_sender["kind"] != "automatic"


def test_with_a_configuration_its_agencies_and_language_hold(mailbridge: CommandLine, config: Path) -> None:
    answer = mailbridge("try", SIGNED, "-c", config, "--rcpt", "vanthu@sonv.backan.gov.vn", "--json", *WORLD)
    (ours,) = answer.objects
    assert ours["decision"]["reasons"][0]["text"] == "Văn bản có chữ ký số hợp lệ của cơ quan."
    (english,) = mailbridge("--lang", "en", "try", SIGNED, "-c", config, "--json", *WORLD).objects
    assert english["decision"]["reasons"][0]["text"].startswith("The document carries")


def test_nothing_is_stored(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    mailbridge("try", SIGNED, "-c", config, *WORLD)
    assert not (tmp_path / "data").exists()


def test_in_words_nothing_is_called_registered(mailbridge: CommandLine) -> None:
    answer = mailbridge("try", SIGNED, *WORLD)
    source, told, assured, step = answer.out.splitlines()
    assert source == str(SIGNED)
    assert assured.startswith("    Reliability: Reliable, no paper to wait for. An electronic original: ")
    assert step == "    Next step: Pass it on as usual."
    assert told.startswith("    Would be entered in “")
    assert "”: Công văn no. " in told
    assert told.endswith(" [register, official-signed]")
    assert "egistered" not in told
    assert "Ủy ban nhân dân tỉnh Bắc Kạn" in told
    vietnamese = mailbridge("--lang", "vi", "try", SIGNED, *WORLD).out
    assert "Sẽ được ghi vào “" in vietnamese
    assert "    Mức tin cậy: Tin cậy, không cần chờ bản giấy. Văn bản điện tử gốc: " in vietnamese
    assert "    Việc cần làm: Chuyển xử lý như thường lệ.\n" in vietnamese


def test_control_characters_do_not_reach_the_terminal(mailbridge: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "\x1b[31m.eml").write_bytes(hostile_mails()["control-characters"])
    assert "\x1b" not in mailbridge("try", tmp_path, *WORLD).out


# -- what is read, and what is no mail ---------------------------------------------------------------------------------


def test_mbox_maildir_and_folders(mailbridge: CommandLine, tmp_path: Path) -> None:
    one, two = plain_mail(Subject="eins"), plain_mail(Subject="zwei")
    (tmp_path / "box.mbox").write_bytes(b"From a@b Mon Jan  1 00:00:00 2026\n" + one + b"\nFrom x y\n" + two)
    for place in ("new", "cur", "tmp"):
        (tmp_path / "maildir" / place).mkdir(parents=True)
        (tmp_path / "maildir" / place / f"1.{place}").write_bytes(one)
    (tmp_path / "notes.txt").write_text("no mail")
    answer = mailbridge("try", tmp_path, "--json", *WORLD)
    names = [each["source"].removeprefix(f"{tmp_path}/") for each in answer.objects]
    assert names == ["box.mbox#1", "box.mbox#2", "maildir/cur/1.cur", "maildir/new/1.new"]
    assert [each["message"]["subject"] for each in answer.objects[:2]] == ["eins", "zwei"]
    assert errors(answer) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Outlook"),
        ("a.msg", b"\0" * 5000, "a.msg: this Outlook message cannot be opened: malformed: "),
        ("a.doc.eml", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a document, not a mail"),
        ("a.eml", b"%PDF-1.7\n", "a document, not a mail"),
        ("a.eml", b"PK\x03\x04", "a document, not a mail"),
        ("empty", None, "no mail in this folder"),
        ("gone.eml", None, "no such file"),
    ],
)
def test_what_is_no_mail_is_65_and_the_rest_is_judged(
    mailbridge: CommandLine, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    elif name == "empty":
        path.mkdir()
    good = tmp_path / "good.eml"
    good.write_bytes(plain_mail())
    answer = mailbridge("try", path, good, "--json", *WORLD)
    assert answer.status == 65
    assert said in answer.err
    assert [each["source"] for each in answer.objects] == [str(good)]


def test_a_file_that_cannot_be_read_is_complained_about(tmp_path: Path) -> None:
    """Root may read everything, so the unreadable file is one whose reading the system refuses to anybody."""
    said: list[str] = []
    memory = Path("/proc/self/mem")
    assert list(read_mails(memory, lambda text, **facts: said.append(text.format(**facts)), bytes)) == []
    assert "cannot be read" in said[0]
    assert files_below([tmp_path / "x"], lambda *_, **__: None) == [tmp_path / "x"]


def test_a_name_that_is_not_utf8_stays_valid_json(mailbridge: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "b\udcff.eml").write_bytes(plain_mail())
    (found,) = mailbridge("try", tmp_path, "--json", *WORLD).objects
    assert found["source"].endswith("b\N{REPLACEMENT CHARACTER}.eml")


@pytest.mark.parametrize("option", ["--zone", "--trust"])
def test_a_world_that_cannot_be_used_is_78(mailbridge: CommandLine, tmp_path: Path, option: str) -> None:
    (tmp_path / "root.pem").write_text("nonsense")
    value = tmp_path if option == "--trust" else tmp_path / "root.pem"
    answer = mailbridge("try", SIGNED, "--zone", DEMO / "zone", option, value)
    assert answer.status == 78
    assert "root.pem" in answer.err


def test_an_outlook_message_is_read_as_the_mail_that_it_was(mailbridge: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "thu.msg").write_bytes(ole(msg_tree(files=[("1234_SNV-VP.pdf", letter_pdf())])))
    answer = mailbridge("try", tmp_path, "--json", *WORLD)
    assert (answer.status, answer.err) == (0, "")
    assert errors(answer) == []
    (found,) = answer.objects
    assert (found["message"]["from"], found["message"]["subject"]) == ("a@snv.gov.vn", "V/v báo cáo")
    assert found["documents"][0]["symbol"] == "1234/SNV-VP"


def test_a_mail_that_is_only_called_msg_is_read(mailbridge: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(plain_mail(Subject="eins"))
    (found,) = mailbridge("try", tmp_path, "--json", *WORLD).objects
    assert found["message"]["subject"] == "eins"


def test_the_directory_of_the_configuration_knows_the_issuer(mailbridge: CommandLine, config: Path) -> None:
    def issuer() -> dict[str, object]:
        (found,) = mailbridge("try", SIGNED, "-c", config, "--json", *WORLD).objects
        (document,) = found["documents"]
        assert document["issuer"] == "Ủy ban nhân dân tỉnh Bắc Kạn"
        told: dict[str, object] = document["fields"]["issuer"]
        return told

    assert "directory" not in str(issuer()["source"])
    (config / "directory").mkdir(exist_ok=True)
    (config / "directory" / "tinh.csv").write_text("name,superior\nUBND tỉnh Bắc Kạn,\n", encoding="utf-8")
    assert str(issuer()["source"]).endswith("; directory")
