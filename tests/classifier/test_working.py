"""The kinds of working mail on a labelled set of our own in many wordings (data/working-mails.json; FEATURES T1)."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Kind, WorkingKind
from mailbridge.classifier.working import says, working_kind
from mailbridge.mail.message import Message
from tests.classifier.builders_classifier import letter_pages, message, pages_of, part

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "working-mails.json").read_text(encoding="utf-8")
)
LABELLED = [row for row in ROWS if row["kind"]]
OTHERS = [row for row in ROWS if not row["kind"]]
OFFICE, FREE = "lan@sonv.backan.gov.vn", "lan@gmail.com"
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def mail(row: Mapping[str, Any], sender: str = OFFICE) -> Message:
    files = [
        part(f"1.{place}", name, of_type=TYPES.get(name.rpartition(".")[2], "application/octet-stream"))
        for place, name in enumerate(row["files"], 2)
    ]
    return message(*files, subject=row["subject"], text=row["text"], sender=sender)


def without_marks(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def told(row: Mapping[str, Any]) -> str | None:
    found = working_kind(mail(row))
    return found.kind.value if found else None


@pytest.mark.parametrize("row", LABELLED, ids=lambda row: row["subject"])
def test_each_kind_is_recognised(row: Mapping[str, Any]) -> None:
    assert told(row) == row["kind"]
    assert told({**row, "subject": without_marks(row["subject"]), "text": without_marks(row["text"])}) == row["kind"]


def test_the_set_has_enough_of_each_kind() -> None:
    counted = Counter(row["kind"] for row in LABELLED)
    assert set(counted) == {kind.value for kind in WorkingKind}
    assert min(counted.values()) >= 12


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: row["subject"])
def test_mail_of_strangers_is_no_working_mail(row: Mapping[str, Any]) -> None:
    for sender in (FREE, "tin@cong-ty.vn"):
        found = classify(mail(row, sender), {}, mail_from=sender)
        assert found.kind in (Kind.PERSONAL, Kind.OTHER)
        assert found.working is None


@pytest.mark.parametrize("row", [row for row in LABELLED if not row["files"]], ids=lambda row: row["subject"])
def test_the_classification_names_the_kind(row: Mapping[str, Any]) -> None:
    found = classify(mail(row), {}, mail_from=OFFICE)
    assert (found.kind, found.working) == (Kind.WORKING_MAIL, WorkingKind(row["kind"]))
    assert found.reasons == (says(WorkingKind(row["kind"])),)


def test_a_draft_asks_for_comments_unless_the_mail_gives_them() -> None:
    draft = {"1.2": letter_pages(number="      /QĐ-VPCP", title="QUYẾT ĐỊNH", above="DỰ THẢO")}
    sent = classify(message(part(name="a.docx"), subject="Gửi các phòng"), draft, mail_from=OFFICE)
    given = classify(message(part(name="a.docx"), subject="Góp ý dự thảo của phòng"), draft, mail_from=OFFICE)
    assert (sent.kind, sent.working) == (Kind.WORKING_MAIL, WorkingKind.DRAFT)
    assert (given.kind, given.working) == (Kind.WORKING_MAIL, WorkingKind.COMMENTS)


def test_an_invitation_with_a_number_is_an_official_document() -> None:
    pages = letter_pages(number="87/GM-UBND", issuer="ỦY BAN NHÂN DÂN TỈNH BẮC KẠN", title="GIẤY MỜI", subject="Họp")
    found = classify(message(part(), subject="Giấy mời họp"), {"1.2": pages}, mail_from=OFFICE)
    assert (found.kind, found.working) == (Kind.OFFICIAL_DOCUMENT, None)


def test_a_scanned_invitation_of_an_office_is_looked_at() -> None:
    found = classify(message(part(name="scan0001.pdf"), subject="Mời họp"), {"1.2": pages_of("1")}, mail_from=OFFICE)
    assert (found.kind, found.confidence) == (Kind.OFFICIAL_DOCUMENT, 0.5)


def test_a_calendar_entry_is_an_invitation() -> None:
    invitation = part(name="invite.ics", of_type="text/calendar")
    found = working_kind(message(invitation, subject="Trao đổi"))
    assert found is not None
    assert found.kind is WorkingKind.INVITATION
