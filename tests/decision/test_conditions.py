"""Each condition reads what its name says, and compares as the reference page tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbridge.classifier.kinds import Kind, Reading, WorkingKind
from mailbridge.decision.catalogue import CONDITIONS
from mailbridge.decision.conditions import Shape, holds, shown_seen, shown_wanted
from mailbridge.decision.examples import ExampleSignature
from mailbridge.mail.envelope import Door
from mailbridge.registry.entry import Acquaintance
from mailbridge.verify.results import Result
from mailbridge.verify.signature import Change, Status
from tests.decision.builders_decision import asks, document, findings, holding, signature, symbol

ORG = ExampleSignature(role="organization")
PERSON = ExampleSignature(role="person")

TRUE: list[tuple[str, Any, dict[str, Any]]] = [
    ("agency", "sonv", {}),
    ("door", "hop", {}),
    ("door", ("journal", "manual"), {"door": Door.MANUAL}),
    ("client", "10.1.0.0/16", {"client": "10.1.2.3"}),
    ("client", "10.1.0.0/16", {"client": "::ffff:10.1.2.3"}),
    ("client", "2001:db8::/32", {"client": "2001:db8::7"}),
    ("sender", "<>", {"sender": "<>"}),
    ("sender", "*.gov.vn", {"sender": "a@b.gov.vn"}),
    ("recipient", "vanthu@*", {}),
    ("recipient", "SONV.backan.gov.vn", {}),
    ("delivered", True, {}),
    ("author", "*.gov.vn", {"author": "a@b.gov.vn"}),
    ("author", "a@b.gov.vn", {"author": "A@B.gov.vn"}),
    ("proven", True, {"proven": True}),
    ("proven", False, {"dkim": (Result.PASS,)}),
    ("dkim", "none", {}),
    ("dkim", ("fail", "permerror"), {"dkim": (Result.PASS, Result.FAIL)}),
    ("dkim_domain", "b.gov.vn", {"author": "a@b.gov.vn", "proven": True}),
    ("spf", "softfail", {"spf": Result.SOFTFAIL}),
    ("dmarc", "fail", {"dmarc": Result.FAIL}),
    ("arc", "none", {}),
    ("kind", "petition", {"kind": Kind.PETITION}),
    ("working", "none", {}),
    ("working", "comments", {"kind": Kind.WORKING_MAIL, "working": WorkingKind.COMMENTS}),
    ("links", {"at_least": 1}, {"documents": 0, "links": 2}),
    ("automatic", "none", {}),
    ("automatic", "list", {"automatic": "list"}),
    ("secrecy", "none", {}),
    ("problem", "encrypted", {"problems": ("encrypted: password needed",)}),
    ("problem", "none", {}),
    ("documents", 1.0, {}),
    ("documents", {"at_least": 2}, {"documents": 3}),
    ("document.type", "CÔNG VĂN", {}),
    ("document.urgency", "hoả tốc", {"urgency": "hỏa tốc"}),
    ("document.urgency", "none", {}),
    ("document.draft", True, {"draft": True}),
    ("document.symbol", "*/CQVD-*", {}),
    ("document.issuer", "Uỷ ban nhân dân *", {"issuer": "Ủy ban nhân dân tỉnh Bắc Kạn"}),
    ("document.subject", "*văn thư*", {}),
    ("document.signed_by", "nobody", {}),
    ("document.signed_by", "organization", {"signatures": (ORG,)}),
    ("document.signed_by", "organization", {"signatures": (ORG, PERSON)}),
    ("document.signed_by", "both", {"signatures": (ORG, PERSON)}),
    ("document.signed_by", "nobody", {"documents": 2, "signatures": (ORG,)}),
    ("fields.symbol", "present", {}),
    ("fields.symbol", "absent", {"absent": ("symbol",)}),
    ("fields.number", "absent", {"absent": ("symbol",)}),
    ("fields.required", "present", {}),
    ("fields.required", "absent", {"absent": ("type",)}),
    ("fields.required", "absent", {"documents": 0}),
    ("confidence.required", {"at_least": 0.9}, {}),
    ("confidence.required", {"below": 0.9}, {"doubtful": ("issuer",), "confidence": 0.8}),
    ("confidence.issuer", {"below": 0.1}, {"absent": ("issuer",)}),
    ("confidence.kind", {"at_least": 0.9}, {}),
    ("signatures.count", 2.0, {"signatures": (ORG, PERSON)}),
    ("signatures.any", "none", {}),
    ("signatures.any", "total-failed", {"signatures": (ORG, ExampleSignature(status=Status.TOTAL_FAILED))}),
    ("signatures.all", "total-passed", {"signatures": (ORG, PERSON)}),
    ("signatures.all", "mixed", {"signatures": (ORG, ExampleSignature(status=Status.TOTAL_FAILED))}),
    ("signatures.organization", "total-passed", {"signatures": (ORG,)}),
    ("signatures.person", "none", {"signatures": (ORG,)}),
    ("signatures.sub_indication", "HASH_FAILURE", {"signatures": (ExampleSignature(sub_indication="HASH_FAILURE"),)}),
    ("signatures.changed", "suspicious", {"signatures": (ExampleSignature(changed=Change.SUSPICIOUS),)}),
    ("signatures.broken", True, {"signatures": (ExampleSignature(changed=Change.SUSPICIOUS),)}),
    ("known.same_mail", True, {"same_mail": True}),
    ("known.same_file", True, {"same_file": True}),
    ("known.same_symbol", True, {"same_symbol": True}),
    ("known.sender", "none", {}),
    ("known.sender", ("stranger", "domain"), {"met": Acquaintance.STRANGER}),
    ("sender_level", "unproven", {}),
    ("sender_level", "proven", {"proven": True}),
    ("sender_level", "official", {"proven": True, "listed": True}),
    ("sender_level", "confirmed", {"proven": True, "confirmed": True}),
    ("sender_level", "contradicted", {"author": "vanthu@vidu.gov-vn.com", "proven": True}),
]

FALSE: list[tuple[str, Any, dict[str, Any]]] = [
    ("client", "10.1.0.0/16", {"client": "10.2.0.1"}),
    ("client", "10.1.0.0/16", {}),
    ("client", "10.1.0.0/16", {"client": "not an address"}),
    ("sender", "<>", {"sender": "a@b.vn"}),
    ("author", "*.gov.vn", {"author": "a@gov.vn.example.com"}),
    ("author", "gov.vn*", {"author": "gov.vn@example.com"}),
    ("author", "*@b.gov.vn", {"author": "a@b.gov.vn.example.com"}),
    ("proven", True, {"dkim": (Result.PASS,)}),
    ("dkim_domain", "*", {"dkim": (Result.FAIL,)}),
    ("dkim", "none", {"dkim": (Result.FAIL,)}),
    ("document.type", "Công", {}),
    ("document.signed_by", "organization", {"documents": 2, "signatures": (ORG,)}),
    ("document.signed_by", "organization", {"signatures": (ExampleSignature(role="organization", main=False),)}),
    ("document.signed_by", "nobody", {"signatures": (PERSON,)}),
    ("fields.required", "present", {"documents": 0}),
    ("fields.symbol", "present", {"absent": ("symbol",)}),
    ("confidence.required", {"at_least": 0.5, "below": 0.9}, {"documents": 0}),
    ("sender_level", "confirmed", {"confirmed": True}),
    ("sender_level", "official", {"listed": True}),
    ("known.sender", "stranger", {"met": Acquaintance.ADDRESS}),
    ("signatures.all", "total-passed", {}),
    ("signatures.broken", True, {"signatures": (ExampleSignature(status=Status.INDETERMINATE),)}),
]


@pytest.mark.parametrize(("key", "value", "mail"), TRUE, ids=lambda each: str(each)[:40])
def test_holds(key: str, value: Any, mail: dict[str, Any]) -> None:
    asked = asks(key, value)
    seen = asked.condition.read(findings(**mail))
    assert holds(asked, seen), f"saw {shown_seen(seen)}, wanted {shown_wanted(asked.wanted)}"


@pytest.mark.parametrize(("key", "value", "mail"), FALSE, ids=lambda each: str(each)[:40])
def test_does_not_hold(key: str, value: Any, mail: dict[str, Any]) -> None:
    asked = asks(key, value)
    seen = asked.condition.read(findings(**mail))
    assert not holds(asked, seen), f"saw {shown_seen(seen)}, wanted {shown_wanted(asked.wanted)}"


def test_every_condition_is_tried_here() -> None:
    tried = {key for key, _, _ in TRUE}
    generic = {key for key in CONDITIONS if key.startswith(("fields.", "confidence."))}
    assert set(CONDITIONS) - generic <= tried


def test_every_condition_reads_a_mail_without_documents() -> None:
    nothing = findings(kind=Kind.OTHER, author="a@b.vn", sender="<>")
    for condition in CONDITIONS.values():
        assert shown_seen(condition.read(nothing))


def test_words_of_closed_conditions_are_what_is_read() -> None:
    for mail in (findings(), findings(kind=Kind.OTHER), findings(signatures=(ORG, PERSON), urgency="khẩn")):
        for condition in CONDITIONS.values():
            seen = condition.read(mail)
            if condition.shape is Shape.WORDS and condition.words and isinstance(seen, tuple):
                assert set(seen) <= set(condition.words), condition.key


def test_half_a_word_in_a_pattern_is_not_respelt() -> None:
    mail = findings(subject="Quy định về quyết toán")
    asked = asks("document.subject", "quy*")
    assert holds(asked, asked.condition.read(mail))
    asked = asks("document.subject", "*quy* toán")
    assert holds(asked, asked.condition.read(mail))


def test_two_documents_signed_by_different_roles_share_only_someone() -> None:
    two = holding(findings(), document("1"), document("2", symbol=Reading(value=symbol("16/CQVD-VP"), confidence=0.99)))
    asked = asks("document.signed_by", "someone")
    signed = replace(two, signatures=(signature("1"), signature("2", role="person")))
    assert asked.condition.read(signed) == ("someone",)


def test_bounds_are_shown_as_people_write_them() -> None:
    assert shown_wanted(asks("documents", {"at_least": 1, "below": 3}).wanted) == "≥ 1 < 3"
    assert shown_wanted(asks("client", ("10.0.0.0/8",)).wanted) == "10.0.0.0/8"
    assert shown_wanted(asks("proven", True).wanted) == "true"
