"""Which entry a recall means, and whether its issuer asks (F8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mailbridge.classifier.kinds import Asks, Document, Kind, Notice, Reading
from mailbridge.decision.decide import decide
from mailbridge.decision.findings import Action, Findings
from mailbridge.decision.recall import recall, recalls, said
from mailbridge.mail.address import Address
from mailbridge.registry.entry import EntryStatus, Known, RegisterEntry
from tests.decision.builders_decision import document, entry, policy
from tests.decision.builders_identity import PROVEN, UNPROVEN, Sent, mailed, seal

NOTICE = Notice(asks=Asks.RECALL, symbol="15/CQVD-VP", source="subject")
DAY = date(2026, 11, 2)


def line(number: int = 7, **changes: Any) -> RegisterEntry:
    made = entry(issuer="Sở Y tế tỉnh Bắc Kạn", **{"issued_date": DAY} | changes)
    return replace(made, id=f"e{number}", number=number)


def asked(
    *entries: RegisterEntry,
    sender: str = "vanthu@soyte.backan.gov.vn",
    proven: bool = True,
    documents: tuple[Document, ...] = (),
    **notice: Any,
) -> Findings:
    """A mail of an office that asks for a document back."""
    local, _, domain = sender.partition("@")
    base = replace(
        mailed(Sent(author=sender, issuer="")),
        author=Address(local=local, domain=domain),
        authentication=PROVEN if proven else UNPROVEN,
    )
    classification = replace(
        base.classification, kind=Kind.WORKING_MAIL, documents=documents, notices=(replace(NOTICE, **notice),)
    )
    known = Known(same_symbol=tuple(("15/CQVD-VP", each) for each in entries))
    return replace(base, classification=classification, known=known, signatures=())


def test_issuer_who_asks_freezes_its_document() -> None:
    (found,) = recalls(asked(line()))
    assert (found.proven, found.frozen) == (True, line())
    assert "số đến 07/2026 tạm khóa cho đến khi Văn thư trả lời" in said(found).vi


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "vanthu@soyte.caobang.gov.vn"},
        {"sender": "vanthu@stc.backan.gov.vn"},
        {"sender": "soytebackan@gmail.com"},
        {"proven": False},
    ],
    ids=["same department of another province", "another department", "free mail", "not authenticated"],
)
def test_stranger_who_names_a_number_freezes_nothing(changes: dict[str, Any]) -> None:
    (found,) = recalls(asked(line(), **changes))
    assert (found.proven, found.frozen, found.entries) == (False, None, (line(),))
    assert "số đến không bị khóa" in said(found).vi


def test_mail_is_held_whatever_the_rules_say() -> None:
    for findings in (asked(line()), asked(), asked(line(), proven=False), asked(line(), documents=(document(),))):
        decision = decide(findings, policy())
        assert (decision.action, decision.reasons[0].rule) == (Action.HOLD, "fixed:recall")
    assert "sổ chưa có văn bản này" in decide(asked(), policy()).reasons[0].text


def test_nothing_is_asked_of_mail_that_may_not_be_kept() -> None:
    base = asked(line())
    assert recall(replace(base, classification=replace(base.classification, kind=Kind.PERSONAL))) is None
    assert recall(replace(base, classification=replace(base.classification, notices=()))) is None


def test_one_number_of_two_bodies_is_that_of_the_one_who_asks() -> None:
    """Every commune has a "01/QĐ-UBND"."""
    other = replace(line(8), draft=replace(line(8).draft, issuer="Sở Y tế tỉnh Cao Bằng"))
    (found,) = recalls(asked(other, line()))
    assert found.frozen == line()


def test_day_that_the_mail_names_must_be_that_of_the_document() -> None:
    (found,) = recalls(asked(line(), issued=date(2026, 11, 3)))
    assert found.entries == ()
    (found,) = recalls(asked(line(8, issued_date=date(2025, 11, 2)), line(), issued=DAY))
    assert found.frozen == line()


def test_two_entries_that_fit_freeze_neither() -> None:
    (found,) = recalls(asked(line(8, issued_date=date(2025, 11, 2)), line()))
    assert (found.frozen, len(found.entries)) == (None, 2)


@pytest.mark.parametrize(
    ("status", "entries"),
    [(EntryStatus.RECALLED, 1), (EntryStatus.VOIDED, 0), (EntryStatus.MERGED, 0)],
)
def test_what_is_gone_is_not_frozen_again(status: EntryStatus, entries: int) -> None:
    (found,) = recalls(asked(replace(line(), status=status)))
    assert (found.frozen, len(found.entries)) == (None, entries)


def test_handed_over_document_is_frozen_too() -> None:
    (found,) = recalls(asked(replace(line(), status=EntryStatus.TRANSFERRED)))
    assert found.frozen is not None


def test_seal_of_the_issuer_on_the_letter_proves_it_whoever_sends_it() -> None:
    letter = document("1", issuer=Reading(value="Sở Y tế tỉnh Bắc Kạn", confidence=0.99))
    findings = asked(line(), sender="a@gmail.com", documents=(letter,))
    (found,) = recalls(replace(findings, signatures=(seal("Sở Y tế", "UBND tỉnh Bắc Kạn"),)))
    assert found.proven
    (found,) = recalls(replace(findings, signatures=(seal("Sở Y tế", "UBND tỉnh Cao Bằng"),)))
    assert not found.proven


@pytest.mark.parametrize("asks", list(Asks))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_has_its_words(asks: Asks, language: str) -> None:
    outcome = recall(asked(line(), asks=asks))
    assert outcome is not None
    assert "15/CQVD-VP" in outcome.text.said(language)
