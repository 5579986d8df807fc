"""What becomes of a mail: one case a row of register.md §8, and the laws that no rule can break."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.kinds import Document, Kind, Reading, WorkingKind
from mailbridge.decision import fields
from mailbridge.decision.decide import decide, explain
from mailbridge.decision.examples import ExampleSignature
from mailbridge.decision.findings import Action, Findings
from mailbridge.decision.policy import DocumentKind, Treatment
from mailbridge.decision.rules import Answer, Order
from mailbridge.registry.entry import EntryStatus, Known
from mailbridge.settings import default_policy
from mailbridge.verify.pdf_changes import REPLACED_WORDS
from mailbridge.verify.pdf_changes_kinds import Kind as Changed
from mailbridge.verify.signature import Change, Status
from tests.decision.builders_decision import (
    AGENCY,
    document,
    entry,
    findings,
    holding,
    policy,
    rule,
    signature,
    symbol,
)

SHIPPED = replace(default_policy(), agency=AGENCY)
ORG = ExampleSignature(role="organization")


def outcome(mail: Findings, **choices: Any) -> tuple[Action, str]:
    decision = decide(mail, policy(**choices))
    return decision.action, decision.reasons[0].rule


# register.md §8, one row each, with the shipped rules.
ROWS: list[tuple[str, dict[str, Any], Action, str]] = [
    ("right place, signatures valid", {"signatures": (ORG,)}, Action.REGISTER, "official-signed"),
    ("right place, no signature, proven office", {"proven": True}, Action.REGISTER, "official-proven"),
    ("right place, no signature, nobody vouches", {}, Action.HOLD, "official-unproven"),
    (
        "signature broken, document altered",
        {"proven": True, "signatures": (ExampleSignature(status=Status.TOTAL_FAILED, sub_indication="HASH_FAILURE"),)},
        Action.HOLD,
        "broken-signature",
    ),
    (
        "certificate revoked at signing time",
        {"proven": True, "signatures": (ExampleSignature(status=Status.TOTAL_FAILED, sub_indication="REVOKED"),)},
        Action.HOLD,
        "broken-signature",
    ),
    (
        "status of the certificate cannot be checked",
        {"proven": True, "signatures": (ExampleSignature(status=Status.INDETERMINATE, sub_indication="TRY_LATER"),)},
        Action.HOLD,
        "unverified-signature",
    ),
    ("duplicate by file", {"proven": True, "same_file": True}, Action.DUPLICATE, "fixed:same-file"),
    ("duplicate by number", {"proven": True, "same_symbol": True}, Action.HOLD, "fixed:same-symbol"),
    ("blank number", {"proven": True, "absent": ("symbol",)}, Action.HOLD, "fixed:missing-field"),
    ("draft", {"proven": True, "draft": True}, Action.HOLD, "fixed:draft"),
    ("missing parts", {"proven": True, "problems": ("malformed: cut off",)}, Action.HOLD, "unreadable-file"),
    ("secret marking", {"kind": Kind.SECRET, "secrecy": "mật", "proven": True}, Action.STOP, "fixed:secret"),
    ("complaint", {"kind": Kind.PETITION}, Action.HOLD, "petition"),
]


@pytest.mark.parametrize(("mail", "action", "name"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_row_of_the_decision_table(mail: dict[str, Any], action: Action, name: str) -> None:
    decision = decide(findings(**mail), SHIPPED)
    assert (decision.action, decision.reasons[0].rule) == (action, name)
    assert decision.version == SHIPPED.rules.version != ""


def test_a_complete_document_is_entered_in_the_book_of_the_rule() -> None:
    decision = decide(findings(), policy())
    assert (decision.action, decision.book) == (Action.REGISTER, "den")
    assert decision.confidence == pytest.approx(0.99)
    assert [reason.text for reason in decision.reasons] == ["vì enter-all"]


def test_the_language_of_the_office_is_spoken() -> None:
    decision = decide(findings(absent=("symbol",)), policy(language="en"))
    assert decision.reasons[0].text.startswith("The number of the document was not found")
    assert decision.reasons[1].text == "because enter-all"


@pytest.mark.parametrize("kind", [Kind.OFFICIAL_DOCUMENT, Kind.SECRET])
def test_a_secrecy_mark_stops_whatever_the_kind_and_the_rules(kind: Kind) -> None:
    mail = findings(kind=kind, secrecy="tuyệt mật", same_file=True, delivered=False)
    decision = decide(mail, policy(rule("let-it-in", Order.REGISTER)))
    assert decision.action is Action.STOP
    assert decision.notify == ("baomat@sonv.backan.gov.vn",)
    assert len(decision.reasons) == 1


def test_without_a_security_contact_the_clerks_are_told_of_a_secret() -> None:
    mail = replace(findings(kind=Kind.SECRET), agency=replace(AGENCY, security_contact=""))
    assert decide(mail, policy()).notify == AGENCY.clerks


@pytest.mark.parametrize(("kind", "name"), [(Kind.AUTOMATIC, "fixed:automatic"), (Kind.PERSONAL, "fixed:private")])
def test_automatic_and_private_mail_is_left_alone_before_any_rule(kind: Kind, name: str) -> None:
    assert outcome(findings(kind=kind, documents=1)) == (Action.PASS, name)


def test_an_official_document_that_must_not_be_answered_is_still_entered() -> None:
    assert outcome(findings(automatic="list"))[0] is Action.REGISTER


def test_a_duplicate_names_the_entry_and_takes_no_number() -> None:
    mail = findings(same_file=True)
    decision = decide(mail, policy())
    assert decision.duplicate_of == mail.known.same_file[0][1]
    assert decision.book is None
    assert decision.confidence == 1.0
    assert "số đến 07" in decision.reasons[0].text


def test_one_of_two_files_known_is_for_a_clerk() -> None:
    decision = decide(findings(documents=2, same_file=True), policy())
    assert (decision.action, decision.reasons[0].rule) == (Action.HOLD, "fixed:partly-known")
    assert decision.duplicate_of is None


@pytest.mark.parametrize("field", fields.REQUIRED)
def test_a_missing_field_is_named(field: str) -> None:
    decision = decide(findings(absent=(field,)), policy())
    assert (decision.action, decision.reasons[0].rule) == (Action.HOLD, "fixed:missing-field")
    assert decision.reasons[0].text == fields.MISSING[field].vi
    assert decision.reasons[-1].rule == "enter-all"


def test_a_symbol_without_its_number_is_a_missing_number() -> None:
    blank = replace(symbol(), number=None, text="/CQVD-VP")
    mail = holding(findings(), document(symbol=Reading(value=blank, confidence=0.99)))
    assert outcome(mail) == (Action.HOLD, "fixed:missing-field")


@pytest.mark.parametrize(("confidence", "action"), [(0.9, Action.REGISTER), (0.89, Action.HOLD)])
def test_a_field_below_the_least_confidence_waits(confidence: float, action: Action) -> None:
    mail = holding(findings(), document(issuer=Reading(value="Bộ Nội vụ", confidence=confidence)))
    decision = decide(mail, policy())
    assert decision.action is action
    if action is Action.HOLD:
        assert "cơ quan ban hành" in decision.reasons[0].text
        assert "“Bộ Nội vụ” (89%)" in decision.reasons[0].text
    else:
        assert decision.confidence == confidence


@pytest.mark.parametrize("at_fault", [signature("1"), signature("9")], ids=["main file", "another file"])
def test_a_suspicious_change_anywhere_holds_the_mail(at_fault: Any) -> None:
    mail = replace(findings(), signatures=(signature("1"), replace(at_fault, changed_after=Change.SUSPICIOUS)))
    assert outcome(mail) == (Action.HOLD, "fixed:broken-signature")


@pytest.mark.parametrize(
    ("draft", "action"),
    [
        ({}, Action.HOLD),
        ({"issuer": "BỘ NỘI VỤ"}, Action.HOLD),
        ({"issuer": None}, Action.HOLD),
        ({"issued_date": None}, Action.HOLD),
        ({"issuer": "Bộ Tài chính"}, Action.REGISTER),
        ({"issued_date": date(2025, 11, 2)}, Action.REGISTER),
    ],
    ids=["all three", "capitals", "issuer unknown", "date unknown", "another issuer", "another year"],
)
def test_the_same_number_of_the_same_issuer_in_the_same_year(draft: dict[str, Any], action: Action) -> None:
    known = Known(same_symbol=(("15/CQVD-VP", entry(**draft)),))
    mail = replace(holding(findings(), document()), known=known)
    decision = decide(mail, policy())
    assert decision.action is action
    if action is Action.HOLD and None in draft.values():
        assert decision.reasons[0].text == (
            "Đã có văn bản cùng số, ký hiệu và cơ quan ban hành: số đến 07 ngày 03/11/2026."
        )
    elif action is Action.HOLD:
        assert "nội dung khác: bản sửa hay giả mạo?" in decision.reasons[0].text


@pytest.mark.parametrize(
    ("draft", "status", "same_text", "rule"),
    [
        ({}, EntryStatus.REGISTERED, False, "fixed:other-content"),
        ({}, EntryStatus.TRANSFERRED, False, "fixed:other-content"),
        ({}, EntryStatus.RECALLED, False, "fixed:other-content"),
        ({}, EntryStatus.REGISTERED, True, "fixed:same-content"),
        ({"issued_date": None}, EntryStatus.REGISTERED, True, "fixed:same-content"),
        ({"issued_date": date(2026, 11, 1)}, EntryStatus.REGISTERED, False, "fixed:same-symbol"),
        ({"document_sha256": ""}, EntryStatus.REGISTERED, False, "fixed:same-symbol"),
        ({}, EntryStatus.VOIDED, False, "fixed:same-symbol"),
        ({}, EntryStatus.MERGED, False, "enter-all"),
        ({"issuer": "Bộ Tài chính"}, EntryStatus.REGISTERED, True, "enter-all"),
    ],
    ids=[
        *("other file", "handed over", "recalled", "same words", "same words, date unknown", "another day"),
        *("on paper", "voided", "merged", "another body"),
    ],
)
def test_same_number_with_another_file(draft: dict[str, Any], status: EntryStatus, same_text: bool, rule: str) -> None:
    """F3, F5: a revision, a forgery, the same document signed anew, or two genuine ones."""
    line = replace(entry(**draft), status=status)
    texts = frozenset({line.id}) if same_text else frozenset()
    mail = replace(holding(findings(), document()), known=Known(same_symbol=(("15/CQVD-VP", line),), same_text=texts))
    decision = decide(mail, policy())
    assert decision.reasons[0].rule == rule
    if rule == "fixed:same-content":
        assert "đề nghị gộp với số đến 07/2026" in decision.reasons[0].text


def test_alarm_leads_the_reasons_of_a_mail_that_a_rule_holds_anyway() -> None:
    mail = replace(holding(findings(), document()), known=Known(same_symbol=(("15/CQVD-VP", entry()),)))
    reasons = decide(mail, policy(rule("look", Order.HOLD))).reasons
    assert [each.rule for each in reasons[:2]] == ["fixed:other-content", "look"]
    passed = decide(mail, policy(rule("leave", Order.PASS))).reasons
    assert [each.rule for each in passed] == ["leave"]


def test_recalled_document_that_is_sent_again_is_for_a_clerk() -> None:
    line = replace(entry(), status=EntryStatus.RECALLED)
    mail = replace(holding(findings(), document()), known=Known(same_file=(("a" * 64, line),)))
    decision = decide(mail, policy())
    assert (decision.action, decision.reasons[0].rule) == (Action.HOLD, "fixed:same-file")
    assert "đã được thu hồi và nay gửi lại" in decision.reasons[0].text


def test_two_files_with_one_number_in_one_mail_are_for_a_clerk() -> None:
    assert outcome(holding(findings(), document("1"), document("2"))) == (Action.HOLD, "fixed:twice-in-mail")


def test_content_replaced_under_a_seal_is_for_a_clerk() -> None:
    """The leader signed one text, the seal covers another: his signature does not speak for what is shown."""
    words = REPLACED_WORDS[Changed.CONTENT_REPLACED]
    leader = signature("1", role="person", changed_after=Change.COUNTERSIGNED, reason=words)
    mail = holding(findings(), document("1"))
    assert outcome(replace(mail, signatures=(leader, signature("1")))) == (Action.HOLD, "fixed:replaced-content")
    stamped = replace(leader, reason=REPLACED_WORDS[Changed.ANNOTATION_REPLACED])
    numbered = replace(leader, reason=None)
    for usual in (stamped, numbered):
        assert outcome(replace(mail, signatures=(usual, signature("1"))))[0] is Action.REGISTER


def test_two_documents_in_one_file_are_for_a_clerk() -> None:
    other = document("1", symbol=Reading(value=symbol("16/CQVD-VP"), confidence=0.99))
    assert outcome(holding(findings(), document("1"), other)) == (Action.HOLD, "fixed:several-in-file")


def test_a_document_of_the_agency_itself_is_not_incoming() -> None:
    mail = holding(findings(), document(issuer=Reading(value="SỞ NỘI VỤ TỈNH BẮC KẠN", confidence=0.99)))
    assert outcome(mail) == (Action.HOLD, "fixed:own-document")


def test_a_document_from_the_future_is_for_a_clerk() -> None:
    decision = decide(findings(), policy(), arrived=date(2026, 11, 1))
    assert decision.reasons[0].rule == "fixed:future-date"
    assert decide(findings(), policy(), arrived=date(2026, 11, 2)).action is Action.REGISTER


def test_an_official_mail_without_a_document_is_for_a_clerk() -> None:
    assert outcome(findings(documents=0)) == (Action.HOLD, "fixed:no-document")


def test_mail_that_may_not_be_kept_is_never_entered() -> None:
    assert outcome(findings(kind=Kind.OTHER, documents=1)) == (Action.HOLD, "fixed:not-for-the-book")


def test_a_book_that_does_not_exist_is_for_a_clerk() -> None:
    assert outcome(findings(), rules=policy(rule("r", book="mất")).rules) == (Action.HOLD, "fixed:no-book")


def test_a_rule_without_book_takes_the_one_of_the_kind() -> None:
    assert decide(findings(), policy(rule("r"))).book == "den"


@pytest.mark.parametrize("order", [Order.REGISTER, Order.RETURN])
def test_nobody_is_answered_while_delivery_is_unknown(order: Order) -> None:
    assert outcome(findings(delivered=False), rules=policy(rule("r", order)).rules) == (
        Action.HOLD,
        "fixed:not-delivered",
    )


def test_a_duplicate_is_not_acknowledged_while_delivery_is_unknown() -> None:
    decision = decide(findings(delivered=False, same_file=True), policy())
    assert (decision.action, decision.duplicate_of) == (Action.HOLD, None)


def test_what_passes_passes_though_delivery_is_unknown() -> None:
    assert outcome(findings(kind=Kind.AUTOMATIC, delivered=False))[0] is Action.PASS


def test_a_held_mail_tells_the_clerk_all_that_is_wanting() -> None:
    mail = findings(absent=("issuer",), draft=True)
    decision = decide(mail, policy(rule("look", Order.HOLD)))
    assert [reason.rule for reason in decision.reasons] == ["look", "fixed:draft", "fixed:missing-field"]


INVITATIONS = DocumentKind(
    name="invitation", title="Giấy mời", treatment=Treatment.ANNOUNCED, types=("Giấy mời",), internal=True
)
INSIDE = {"author": "phong@sonv.backan.gov.vn", "proven": True, "type": "GIẤY MỜI"}


def test_an_internal_invitation_is_announced_and_not_entered() -> None:
    decision = decide(findings(**INSIDE, absent=("symbol",)), policy(kinds=(INVITATIONS,)))
    assert (decision.action, decision.reasons[0].rule) == (Action.PASS, "fixed:kind:invitation")
    assert decision.notify == AGENCY.clerks
    assert decision.reasons[1].rule == "enter-all"


def test_an_ignored_kind_tells_nobody() -> None:
    ignored = replace(INVITATIONS, treatment=Treatment.IGNORED)
    assert decide(findings(**INSIDE), policy(kinds=(ignored,))).notify == ()


@pytest.mark.parametrize(
    "change",
    [
        {"proven": False},
        {"author": "phong@khac.gov.vn"},
        {"type": "Công văn"},
    ],
    ids=["only claimed", "from elsewhere", "another type"],
)
def test_other_invitations_are_entered(change: dict[str, Any]) -> None:
    assert outcome(findings(**{**INSIDE, **change}), kinds=(INVITATIONS,)) == (Action.REGISTER, "enter-all")


def test_nothing_stays_out_of_the_book_by_a_guess_at_its_type() -> None:
    mail = findings(**INSIDE, doubtful=("type",))
    assert outcome(mail, kinds=(INVITATIONS,)) == (Action.HOLD, "fixed:doubtful-field")


def test_a_mail_that_is_only_in_part_for_the_book_is_for_a_clerk() -> None:
    mail = holding(
        findings(**INSIDE),
        document("1", type=Reading(value="Giấy mời", confidence=0.99)),
        document("2", symbol=Reading(value=symbol("16/CQVD-VP"), confidence=0.99)),
    )
    assert outcome(mail, kinds=(INVITATIONS,)) == (Action.HOLD, "fixed:not-for-the-book")


def test_a_broken_signature_is_looked_at_whatever_the_kind() -> None:
    mail = replace(findings(**INSIDE), signatures=(signature(status=Status.TOTAL_FAILED),))
    assert outcome(mail, kinds=(INVITATIONS,)) == (Action.HOLD, "fixed:broken-signature")


def test_an_explanation_names_every_rule_once_in_order() -> None:
    steps = explain(findings(), policy(rule("never", when={"proven": True}), rule("enter", book="den"))).steps
    names = [step.rule for step in steps]
    assert names[:5] == ["fixed:secret", "fixed:automatic", "fixed:private", "fixed:same-file", "fixed:recall"]
    assert names[5:8] == ["never", "enter", "default"]
    assert len(names) == len(set(names))
    assert {step.rule for step in steps if step.answer is Answer.DECIDED} == {"enter"}


def test_once_a_fixed_rule_has_spoken_no_rule_is_asked() -> None:
    steps = explain(findings(kind=Kind.SECRET), policy()).steps
    assert [(step.rule, step.answer) for step in steps] == [("fixed:secret", Answer.DECIDED)]


READINGS = st.sampled_from(["value", "absent", "doubtful"])


@st.composite
def any_document(draw: st.DrawFn, place: int) -> Document:
    """A document with each required field there, absent, or read with any confidence."""
    complete = document(str(place), symbol=Reading(value=symbol(f"{place}/CQVD-VP"), confidence=0.99))
    changes: dict[str, Reading[Any]] = {}
    for field in fields.REQUIRED:
        reading: Reading[Any] = getattr(complete, field)
        match draw(READINGS):
            case "absent":
                changes[field] = Reading(confidence=draw(st.floats(0, 1)), reason="not found")
            case "doubtful":
                changes[field] = replace(reading, confidence=draw(st.floats(0, 1)))
    return replace(complete, draft=draw(st.integers(0, 5)) == 0, **changes)  # type: ignore[arg-type]  # by name


@st.composite
def any_findings(draw: st.DrawFn) -> Findings:
    count = draw(st.integers(0, 2))
    documents = [draw(any_document(place)) for place in range(1, count + 1)]
    mail = findings(
        kind=draw(st.sampled_from(list(Kind))),
        secrecy=draw(st.sampled_from([None, None, None, "mật"])),
        proven=draw(st.booleans()),
        delivered=draw(st.integers(0, 5)) > 0,
        same_file=draw(st.integers(0, 5)) == 0,
    )
    signatures = st.builds(
        signature,
        st.sampled_from(["1", "2", "9"]),
        status=st.sampled_from([Status.TOTAL_PASSED, *Status]),
        changed_after=st.sampled_from([Change.NOTHING, *Change]),
        role=st.sampled_from(["organization", "person", None]),
        covers_whole_file=st.booleans(),
    )
    return replace(holding(mail, *documents), signatures=tuple(draw(st.lists(signatures, max_size=2))))


@settings(max_examples=400, deadline=None)
@given(any_findings(), st.sampled_from([SHIPPED, policy(), policy(rule("back", Order.RETURN))]))
def test_laws_that_no_rule_can_break(mail: Findings, office: Any) -> None:
    explanation = explain(mail, office)
    decision = explanation.decision
    assert decision.reasons
    assert all(reason.text for reason in decision.reasons)
    assert (decision.book is not None) is (decision.action is Action.REGISTER)
    assert (decision.duplicate_of is not None) is (decision.action is Action.DUPLICATE)
    assert 0 <= decision.confidence <= 1
    if mail.classification.secrecy or mail.classification.kind is Kind.SECRET:
        assert decision.action is Action.STOP
    elif not mail.delivered:
        assert decision.action in (Action.HOLD, Action.PASS)
    if decision.action is Action.REGISTER:
        _may_be_entered(mail)


def _may_be_entered(mail: Findings) -> None:
    assert mail.classification.documents
    for each in mail.classification.documents:
        assert not each.draft
        for field in fields.REQUIRED:
            reading = getattr(each, field)
            assert reading.value is not None
            assert reading.confidence >= 0.9
    assert all(each.status is not Status.TOTAL_FAILED for each in mail.signatures)
    assert all(each.changed_after is not Change.SUSPICIOUS for each in mail.signatures)
    assert mail.delivered
    assert mail.classification.kind.is_stored


def test_the_law_is_tried_with_mail_that_is_entered() -> None:
    """Were nothing ever entered, the law above would hold for nothing."""
    mail = replace(holding(findings(proven=True), document()), signatures=(signature(),))
    assert decide(mail, SHIPPED).action is Action.REGISTER
    _may_be_entered(mail)


@pytest.mark.parametrize(
    ("issuer", "signer", "fits"),
    [
        ("Bộ Nội vụ", "BỘ NỘI VỤ", True),
        ("Bộ Nội vụ", "Bo Noi vu", True),
        ("Ủy ban nhân dân tỉnh Bắc Kạn", "UBND TỈNH BẮC KẠN", True),
        ("Sở Nội vụ", "SỞ NỘI VỤ TỈNH BẮC KẠN", True),
        ("Sở Tài chính tỉnh Bắc Kạn", "Sở Tài Chính", True),
        ("Bộ Nội vụ", "BỘ NGOẠI GIAO", False),
        ("Bộ Nội vụ", "…", False),
        ("Ủy ban nhân dân tỉnh Bắc Kạn", "SỞ NỘI VỤ TỈNH BẮC KẠN", False),
    ],
)
def test_a_valid_signature_of_another_body_lets_a_clerk_decide(issuer: str, signer: str, fits: bool) -> None:
    page = document(issuer=Reading(value=issuer, confidence=0.99))
    mail = replace(holding(findings(proven=True), page), signatures=(signature(signer=signer),))
    expected = (Action.REGISTER, "enter") if fits else (Action.HOLD, "fixed:other-body")
    assert outcome(mail)[0] is expected[0]
    if not fits:
        assert outcome(mail)[1] == expected[1]


@pytest.mark.parametrize(
    ("treatment", "action", "told"),
    [
        (Treatment.BOOKED, Action.HOLD, ()),
        (Treatment.ANNOUNCED, Action.PASS, AGENCY.clerks),
        (Treatment.IGNORED, Action.PASS, ()),
    ],
)
def test_working_mail_is_treated_as_the_regulation_says(
    treatment: Treatment, action: Action, told: tuple[str, ...]
) -> None:
    kind = DocumentKind(name="papers", title="Góp ý", treatment=treatment, working=(WorkingKind.COMMENTS,))
    office = policy(rule("leave", Order.PASS), kinds=(kind,))
    mail = findings(kind=Kind.WORKING_MAIL, working=WorkingKind.COMMENTS)
    decision = decide(mail, office)
    assert (decision.action, decision.reasons[0].rule, decision.notify) == (action, "fixed:kind:papers", told)
    assert decision.book is None
    other = decide(findings(kind=Kind.WORKING_MAIL, working=WorkingKind.TABLES), office)
    assert other.reasons[0].rule == "leave"


def test_internal_working_mail_must_be_proven() -> None:
    kind = DocumentKind(
        name="invitation",
        title="Giấy mời",
        treatment=Treatment.ANNOUNCED,
        working=(WorkingKind.INVITATION,),
        internal=True,
    )
    office = policy(rule("leave", Order.PASS), kinds=(kind,))
    author = f"lan@{AGENCY.domains[0]}"
    claimed = findings(kind=Kind.WORKING_MAIL, working=WorkingKind.INVITATION, author=author)
    proven = findings(kind=Kind.WORKING_MAIL, working=WorkingKind.INVITATION, author=author, proven=True)
    assert decide(claimed, office).notify == ()
    assert decide(proven, office).notify == AGENCY.clerks


def test_what_a_rule_holds_the_regulation_does_not_let_go() -> None:
    kind = DocumentKind(name="papers", title="x", treatment=Treatment.IGNORED, working=(WorkingKind.COMMENTS,))
    mail = findings(kind=Kind.WORKING_MAIL, working=WorkingKind.COMMENTS)
    assert decide(mail, policy(rule("look", Order.HOLD), kinds=(kind,))).action is Action.HOLD


def test_a_mail_that_may_hold_no_document_is_not_entered() -> None:
    base = findings()
    unsure = replace(base, classification=replace(base.classification, confidence=0.5))
    decision = decide(unsure, policy())
    assert (decision.action, decision.reasons[0].rule) == (Action.HOLD, "fixed:doubtful-kind")
