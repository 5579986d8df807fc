"""`report ledger`, `report maillog` and `report shadow`, and the account on top of `trace DAY`."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from mailbridge.spool import Spool
from tests.cli.builders_cli import ARRIVED, HELD_ID, MAIL_ID, CommandLine

OTHER_ID = "0190163d-8694-739b-aea5-966c26f8ad93"
LONG_AGO = datetime(2024, 11, 20, 18, 30, tzinfo=UTC)
"""01:30 of the next day in Vietnam, and past whenever these tests run: what is young is not missing yet."""


@pytest.fixture
def registry(book: Path) -> Iterator[SqlRegistry]:
    """Return the ledger of the book."""
    engine = open_database(load(book).database.url)
    yield SqlRegistry(engine)
    engine.dispose()


def delivery(serial: int, mail_id: str, **changes: object) -> Delivery:
    values: dict[str, object] = {
        "writer": "hop-0",
        "serial": serial,
        "mail_id": mail_id,
        "door": Door.HOP,
        "ended_at": LONG_AGO,
        "fate": Fate.DELIVERED,
        "size": 1000,
        "reply": f"250 2.0.0 Ok: queued as 4bXYZ0000{serial}",
    }
    return Delivery(**values | changes)  # type: ignore[arg-type]  # the values above


BOTH = [delivery(1, MAIL_ID), delivery(2, HELD_ID)]

# -- the account ------------------------------------------------------------------------------------------------------


def test_an_account_that_balances(mailbridge: CommandLine, book: Path, registry: SqlRegistry) -> None:
    registry.note_deliveries([*BOTH, delivery(3, OTHER_ID, fate=Fate.REFUSED, reply="550 5.7.1 no")])
    day = ("report", "ledger", "--since", "21/11/2024", "--until", "2024-11-21", "-c", book)
    answer = mailbridge(*day)
    assert answer.status == 0
    assert answer.out.splitlines() == [
        "Đối soát ngày 21/11/2024: khớp",
        "  đã nhận 3 = đã chuyển 2 + bị từ chối 1 + chưa rõ 0",
        "  đã chuyển 2 = đã xét 2 + đang chờ 0 + để riêng 0 + vừa chuyển 0",
    ]
    (told,) = mailbridge(*day, "--json").objects
    assert (told["holds"], told["accepted"], told["delivered"], told["refused"], told["gaps"]) == (True, 3, 2, 1, [])


def test_an_account_that_does_not_is_1_and_names_what_is_missing(
    mailbridge: CommandLine, book: Path, registry: SqlRegistry
) -> None:
    registry.note_deliveries([delivery(1, MAIL_ID), delivery(4, OTHER_ID)])
    day = ("report", "ledger", "--since", "21/11/2024", "--until", "21/11/2024", "-c", book)
    answer = mailbridge(*day, "--lang", "en")
    assert answer.status == 1
    assert answer.out.splitlines() == [
        "account of 21/11/2024: BROKEN",
        "  accepted 4 = delivered 2 + refused 0 + uncertain 0 + missing 2",
        "  delivered 2 = decided 1 + waiting 0 + set aside 0 + just now 0 + missing 1",
        "  ! no outcome is recorded of hop-0 2–3, before 21/11/2024 01:30:00",
        f"  ! delivered, not decided, not in the spool: {OTHER_ID}",
    ]
    (told,) = mailbridge(*day, "--json").objects
    assert told["gaps"] == [{"writer": "hop-0", "from": 2, "to": 3, "since": "2024-11-20T18:30:00Z"}]
    assert told["unexplained"] == [OTHER_ID]


def test_mail_that_waits_in_the_spool_is_not_missing(
    mailbridge: CommandLine, book: Path, registry: SqlRegistry
) -> None:
    settings = load(book)
    spool = Spool(settings.data / "spool")
    envelope = Envelope(mail_from="a@b.vn", recipients=("vanthu@sonv.backan.gov.vn",))
    mail_id = spool.keep(
        door=Door.HOP, client=Client(), envelope=envelope, content=b"x\r\n", accepted_at=ARRIVED, reply="250 x"
    )
    spool.close()
    registry.note_deliveries([delivery(1, mail_id)])
    (told,) = mailbridge(
        "report", "ledger", "--since", "21/11/2024", "--until", "21/11/2024", "--json", "-c", book
    ).objects
    assert (told["waiting"], told["holds"]) == (1, True)


def test_an_account_of_days_has_one_each(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("report", "ledger", "--since", "1/11/2026", "--until", "3/11/2026", "--json", "-c", book)
    assert [each["first"] for each in answer.objects] == ["2026-11-01", "2026-11-02", "2026-11-03"]


@pytest.mark.parametrize(
    "options", [["--since", "yesterday"], ["--since", "2/11/2026", "--until", "1/11/2026"], ["--since", "1/1/1970"]]
)
def test_days_that_are_none_are_64(mailbridge: CommandLine, book: Path, options: list[str]) -> None:
    assert mailbridge("report", "ledger", *options, "-c", book).status == 64


def test_trace_of_a_day_begins_with_its_account(mailbridge: CommandLine, book: Path, registry: SqlRegistry) -> None:
    registry.note_deliveries([*BOTH, delivery(4, OTHER_ID, fate=Fate.REFUSED)])
    answer = mailbridge("trace", "21/11/2024", "-c", book)
    assert answer.status == 0
    assert answer.out.startswith("Đối soát ngày 21/11/2024: KHÔNG KHỚP\n  đã nhận 4 = đã chuyển 2 + bị từ chối 1")
    account, *events = mailbridge("trace", "2024-11-21", "--json", "-c", book).objects
    assert (account["what"], account["account"]["missing"], account["account"]["holds"]) == ("account", 1, False)
    assert list(account)[:6] == list(events[0])
    assert {event["what"] for event in events} >= {"accepted", "delivered", "refused"}
    assert not any("account" in event for event in mailbridge("trace", MAIL_ID, "--json", "-c", book).objects)


@pytest.mark.parametrize("name", [OTHER_ID, "4bXYZ00003"])
def test_trace_tells_the_delivery_by_id_and_queue_id(
    mailbridge: CommandLine, book: Path, registry: SqlRegistry, name: str
) -> None:
    registry.note_deliveries([delivery(3, OTHER_ID)])
    (event,) = mailbridge("trace", name, "--json", "-c", book).objects
    assert (event["mail_id"], event["what"]) == (OTHER_ID, "delivered")
    assert event["detail"] == "door hop, 250 2.0.0, queue id 4bXYZ00003"
    assert "đã chuyển" in mailbridge("trace", name, "-c", book).out


# -- the log of the next hop ------------------------------------------------------------------------------------------


def log_lines(*queue_ids: str, client: str = "127.0.0.1") -> str:
    """Write the log of a minute around `LONG_AGO` in which these came."""
    lines = ["2024-11-21T01:29:30.000001+07:00 mx postfix/master[1]: daemon started -- version 3.7.11"]
    for queue_id in queue_ids:
        lines.append(f"2024-11-21T01:30:00.100000+07:00 mx postfix/smtpd[7]: {queue_id}: client=localhost[{client}]")
        lines.append(f"2024-11-21T01:30:00.200000+07:00 mx postfix/qmgr[8]: {queue_id}: removed")
    return "\n".join([*lines, "2024-11-21T01:30:30.000001+07:00 mx postfix/anvil[9]: statistics: max cache size 1", ""])


def test_a_log_that_knows_all_is_0(mailbridge: CommandLine, book: Path, registry: SqlRegistry, tmp_path: Path) -> None:
    registry.note_deliveries([*BOTH, delivery(3, OTHER_ID, ended_at=LONG_AGO + timedelta(hours=1))])
    path = tmp_path / "mail.log"
    path.write_text(log_lines("4bXYZ00001", "4bXYZ00002"))
    answer = mailbridge("report", "maillog", path, "--json", "-c", book)
    assert answer.status == 0
    (summary,) = answer.objects
    assert summary == {
        "from": "2024-11-20T18:29:30.000001Z",
        "to": "2024-11-20T18:30:30.000001Z",
        "delivered": 2,
        "found": 2,
        "unnamed": 0,
    }


def test_what_only_one_side_knows_is_told(
    mailbridge: CommandLine, book: Path, registry: SqlRegistry, tmp_path: Path
) -> None:
    registry.note_deliveries([*BOTH, delivery(3, OTHER_ID, reply="250 2.0.0 Ok")])
    path = tmp_path / "mail.log.1.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(log_lines("4bXYZ00001", "FOREIGN001") + log_lines("4STRANGER1", client="192.0.2.9"))
    answer = mailbridge("report", "maillog", path, "--json", "-c", book)
    assert answer.status == 1
    summary, *found = answer.objects
    assert (summary["delivered"], summary["found"], summary["unnamed"]) == (3, 1, 1)
    assert [(each["state"], each["queue_id"], each["mail_id"]) for each in found] == [
        ("not in the log", "4bXYZ00002", HELD_ID),
        ("not in the ledger", "FOREIGN001", None),
    ]
    words = mailbridge("report", "maillog", path, "-c", book).out
    assert "đã chuyển 3 thư, 1 thư có trong nhật ký, 1 thư không có mã hàng đợi" in words
    assert re.search(f"không có trong nhật ký +4bXYZ00002 +{HELD_ID} +21/11/2024 01:30:00", words)
    assert re.search("không có trong sổ giao thư +FOREIGN001", words)


def test_the_client_may_be_named(mailbridge: CommandLine, book: Path, registry: SqlRegistry, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(log_lines("4STRANGER1", client="192.0.2.9"))
    asked = ("report", "maillog", path, "--json", "-c", book)
    assert len(mailbridge(*asked).objects) == 1
    _, found = mailbridge(*asked, "--client", "192.0.2.9").objects
    assert (found["state"], found["queue_id"]) == ("not in the ledger", "4STRANGER1")


def test_letters_of_ours_are_known(mailbridge: CommandLine, book: Path, registry: SqlRegistry, tmp_path: Path) -> None:
    from mailbridge.registry.outbox import SqlOutbox

    registry.note_deliveries(BOTH)
    engine = open_database(load(book).database.url)
    SqlOutbox(engine).sent(f"accepted:{MAIL_ID}", "250 2.0.0 Ok: queued as LETTER0001", ARRIVED)
    engine.dispose()
    path = tmp_path / "mail.log"
    path.write_text(log_lines("4bXYZ00001", "4bXYZ00002", "LETTER0001"))
    assert len(mailbridge("report", "maillog", path, "--json", "-c", book).objects) == 1


def test_a_log_that_is_none(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    assert mailbridge("report", "maillog", tmp_path / "none", "-c", book).status == 65
    assert mailbridge("report", "maillog", "-c", book).status == 64
    path = tmp_path / "other.log"
    path.write_text("something else\n")
    assert mailbridge("report", "maillog", path, "--json", "-c", book).objects == [
        {"from": None, "to": None, "delivered": 0, "found": 0, "unnamed": 0}
    ]


# -- shadow mode ------------------------------------------------------------------------------------------------------


def shadow_case(number: int, action: str, rule: str, **changes: object) -> Case:
    letters = [
        {"kind": "accepted", "to": "vanthu@moha.gov.vn", "suppressed": None},
        {"kind": "notice", "to": "lan@sonv.backan.gov.vn", "suppressed": "policy"},
    ]
    told = {"decision": {"book": "den"}, "documents": [{"symbol": "15/QĐ-SNV"}], "letters": letters}
    values: dict[str, object] = {
        "mail_id": f"{OTHER_ID[:-2]}e{number}",
        "agency": "sonv",
        "door": "hop",
        "accepted_at": ARRIVED + timedelta(days=number),
        "decided_at": ARRIVED + timedelta(days=number),
        "sha256": str(number) * 64,
        "size": 1000,
        "kind": "official-document",
        "action": action,
        "rule": rule,
        "reason": "Chạy thử, lẽ ra: vào sổ den: Quyết định số 15/QĐ-SNV.",
        "judgement": json.dumps(told, ensure_ascii=False),
        "shadow": True,
    }
    return Case(**values | changes)  # type: ignore[arg-type]  # the values above


@pytest.fixture
def shadows(registry: SqlRegistry) -> None:
    with registry.transaction() as current:
        current.record(shadow_case(1, "register", "official-signed"), [])
        current.record(shadow_case(2, "register", "official-signed"), [])
        current.record(
            shadow_case(3, "pass", "fixed:private", kind="personal", reason="Thư riêng.", judgement=None), []
        )


@pytest.mark.usefixtures("shadows")
def test_shadows_are_counted_and_told_one_by_one(mailbridge: CommandLine, book: Path) -> None:
    summary, *mails = mailbridge("report", "shadow", "--json", "-c", book).objects
    assert summary == {
        "mails": 3,
        "counts": [
            {"action": "register", "kind": "official-document", "rule": "official-signed", "mails": 2},
            {"action": "pass", "kind": "personal", "rule": "fixed:private", "mails": 1},
        ],
    }
    assert [each["action"] for each in mails] == ["register", "register", "pass"]
    assert mails[0]["documents"] == [{"symbol": "15/QĐ-SNV"}]
    assert mails[0]["book"] == "den"
    assert [each["to"] for each in mails[0]["letters"]] == ["vanthu@moha.gov.vn", "lan@sonv.backan.gov.vn"]
    assert (mails[2]["book"], mails[2]["documents"], mails[2]["letters"]) == (None, [], [])


@pytest.mark.usefixtures("shadows")
def test_shadows_in_words(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("report", "shadow", "-c", book)
    assert answer.status == 0
    assert "vào sổ" in answer.out
    assert "Chạy thử, lẽ ra: vào sổ den: Quyết định số 15/QĐ-SNV." in answer.out
    assert "báo nhận → vanthu@moha.gov.vn; thông báo: không gửi (policy)" in answer.out


@pytest.mark.usefixtures("shadows")
@pytest.mark.parametrize(("since", "count"), [("22/11/2026", 3), ("2026-11-23", 2), ("24/11/2026", 1)])
def test_shadows_since_a_day(mailbridge: CommandLine, book: Path, since: str, count: int) -> None:
    summary, *mails = mailbridge("report", "shadow", "--since", since, "--json", "-c", book).objects
    assert (summary["mails"], len(mails)) == (count, count)


@pytest.mark.usefixtures("shadows")
def test_shadows_are_in_no_other_list(mailbridge: CommandLine, book: Path) -> None:
    assert [each["mail_id"] for each in mailbridge("queue", "list", "--json", "-c", book).objects] == [HELD_ID]
    assert len(mailbridge("register", "list", "--json", "-c", book).objects) == 2


def test_no_shadows_is_1(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("report", "shadow", "-c", book)
    assert (answer.status, answer.out) == (1, "không có gì\n")
