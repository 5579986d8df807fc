"""The lines of the book before they have a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.kinds import Document, Kind, Reading
from mailbridge.decision.decide import decide
from mailbridge.decision.draft import draft_entries, receivers
from mailbridge.decision.findings import Findings, Judgement
from mailbridge.mail.envelope import Envelope
from mailbridge.mail.message import HeaderField
from tests.decision.builders_decision import (
    AGENCY,
    document,
    findings,
    holding,
    mail,
    message,
    part,
    policy,
    signature,
    symbol,
)


def judged(*documents: Document, mail_findings: Findings | None = None) -> Judgement:
    found = replace(holding(mail_findings or findings(), *documents), signatures=(signature(),))
    return Judgement(
        authentication=found.authentication,
        classification=found.classification,
        signatures=found.signatures,
        decision=decide(found, policy()),
    )


def test_every_field_that_is_sure_is_written() -> None:
    (draft,) = draft_entries(judged(document()), mail(), message(), policy())
    assert draft.agency == "sonv"
    assert draft.book == "den"
    assert draft.mail_id == mail().id
    assert draft.document_sha256 == "1" * 64
    assert (draft.type, draft.symbol, draft.number, draft.notation) == ("Công văn", "15/CQVD-VP", "15", "CQVD-VP")
    assert (draft.issued_date, draft.issuer) == (date(2026, 11, 2), "Bộ Nội vụ")
    assert draft.subject == "Báo cáo công tác văn thư"
    assert (draft.signer_name, draft.signer_position) == ("Trần Văn A", "Vụ trưởng")
    assert (draft.urgency, draft.pages) == ("khẩn", 2)
    assert draft.recipients == "vanthu@sonv.backan.gov.vn"
    assert draft.note == "Có chữ ký số của cơ quan, chưa có chữ ký số của người ký: chờ bản giấy hoặc bản ký số"
    assert draft.too_long() == ()


def test_a_deadline_is_never_set_unseen() -> None:
    (draft,) = draft_entries(judged(document()), mail(), message(), policy())
    assert draft.due_date is None


def test_a_doubtful_field_stays_empty() -> None:
    doubtful = document(
        signer=replace(document().signer, confidence=0.6),
        urgency=Reading(value="khẩn", confidence=0.3),
        symbol=Reading(value=symbol(), confidence=0.5),
    )
    (draft,) = draft_entries(judged(doubtful), mail(), message(), policy())
    assert (draft.signer_name, draft.signer_position, draft.urgency) == (None, None, None)
    assert (draft.symbol, draft.number, draft.notation) == (None, None, None)


def test_one_entry_a_document_in_order() -> None:
    second = document("2", symbol=Reading(value=symbol("16/CQVD-VP"), confidence=0.99))
    letter = message(part("1", "1" * 64), part("2", "2" * 64))
    drafts = draft_entries(judged(document(), second), mail(), letter, policy())
    assert [(draft.symbol, draft.document_sha256[0]) for draft in drafts] == [("15/CQVD-VP", "1"), ("16/CQVD-VP", "2")]


def test_a_file_attached_twice_is_one_document() -> None:
    letter = message(part("1", "1" * 64), part("2", "1" * 64))
    assert len(draft_entries(judged(document(), document("2")), mail(), letter, policy())) == 1


def test_the_seventh_column_names_the_mailboxes_of_the_agency() -> None:
    envelope = Envelope(
        mail_from="a@b.vn",
        recipients=(
            "vanthu@sonv.backan.gov.vn",
            "ai@khac.vn",
            "giamdoc@SONV.backan.gov.vn",
            "vanthu@sonv.backan.gov.vn",
        ),
    )
    (draft,) = draft_entries(judged(document()), mail(envelope=envelope), message(), policy())
    assert draft.recipients == "vanthu@sonv.backan.gov.vn; giamdoc@SONV.backan.gov.vn"
    (draft,) = draft_entries(judged(document()), mail(envelope=replace(envelope, recipients=())), message(), policy())
    assert draft.recipients == "Sở Nội vụ tỉnh Bắc Kạn"


def test_a_document_of_a_part_that_is_not_there_is_a_fault_of_ours() -> None:
    with pytest.raises(LookupError):
        draft_entries(judged(document("7")), mail(), message(), policy())


def test_no_book_no_entry() -> None:
    judgement = judged(document(), mail_findings=findings(kind=Kind.AUTOMATIC, documents=1))
    assert judgement.decision.book is None
    with pytest.raises(ValueError, match="no book"):
        draft_entries(judgement, mail(), message(), policy())


def test_more_receivers_than_the_column_holds_are_counted() -> None:
    many = tuple(f"u{number}@sonv.backan.gov.vn" for number in range(10_000))
    told = receivers(AGENCY, many)
    assert len(told) <= 1000
    assert told.startswith("u0@sonv.backan.gov.vn; u1@")
    named = told.count("@")
    assert told.endswith(f"; và {10_000 - named} địa chỉ khác")


def test_one_endless_receiver_is_cut() -> None:
    told = receivers(AGENCY, ("x" * 3000 + "@sonv.backan.gov.vn",))
    assert len(told) <= 1000


def test_the_seventh_column_names_whom_the_mail_is_addressed_to_beside_the_envelope() -> None:
    fields = (("To", "vanthu@sonv.backan.gov.vn, tochuc@sonv.backan.gov.vn"), ("Cc", "thanhtra@sonv.backan.gov.vn"))
    header = tuple(HeaderField(name=name, raw=value.encode(), value=value) for name, value in fields)
    (draft,) = draft_entries(judged(document()), mail(), replace(message(), header=header), policy())
    assert draft.recipients == "vanthu@sonv.backan.gov.vn; tochuc@sonv.backan.gov.vn; thanhtra@sonv.backan.gov.vn"
