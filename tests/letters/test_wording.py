from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbridge.decision.findings import Action
from mailbridge.letters.authenticity import cautions_of
from mailbridge.letters.wording import (
    BADGES,
    LABELS,
    MailSigned,
    Proof,
    Signed,
    badge,
    joined,
    mail_signed,
    most_urgent,
    proof,
    signed,
    signed_summary,
    small,
    spoken_of,
)
from mailbridge.verify.results import (
    ArcResult,
    AuthResults,
    DkimResult,
    DmarcResult,
    Result,
    SmimeResult,
    SpfResult,
)
from mailbridge.verify.signature import Change, Status
from tests.letters.builders_letters import authentication, dkim, judgement, signature


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((dkim(),), Proof.PROVEN),
        ((dkim(Result.FAIL), dkim()), Proof.PROVEN),
        ((dkim(weak="sha1"),), Proof.WEAK),
        ((dkim(domain="mass.example", aligned=False),), Proof.OTHER),
        ((dkim(Result.TEMPERROR), dkim(domain="mass.example", aligned=False)), Proof.OPEN),
        ((dkim(Result.FAIL),), Proof.FAILED),
        ((dkim(Result.PERMERROR),), Proof.FAILED),
        ((dkim(Result.NONE),), Proof.NONE),
        ((), Proof.NONE),
    ],
)
def test_words_for_the_domain_proof(results: tuple[DkimResult, ...], expected: Proof) -> None:
    assert proof(authentication(*results)) is expected


SMIME = SmimeResult(
    part="1", status=Status.TOTAL_PASSED, signer="a@vpcp.example", covers_whole_mail=True, signer_is_sender=True
)
BY_SPF: dict[str, Any] = {
    "dmarc": DmarcResult(result=Result.PASS, domain="vpcp.example", by_spf=True),
    "spf": SpfResult(result=Result.PASS, domain="vpcp.example"),
}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (replace(authentication(), **BY_SPF), Proof.BY_SERVER),
        (replace(authentication(dkim(weak="sha1")), **BY_SPF), Proof.BY_SERVER),
        (replace(authentication(), arc=ArcResult(result=Result.PASS, vouched=True)), Proof.BY_FORWARDER),
        (replace(authentication(dkim(Result.FAIL)), smime=(SMIME,)), Proof.BY_CERTIFICATE),
        (replace(authentication(dkim()), smime=(SMIME,)), Proof.PROVEN),
        (replace(authentication(), dmarc=DmarcResult(result=Result.TEMPERROR)), Proof.OPEN),
        (replace(authentication(), spf=SpfResult(result=Result.TEMPERROR)), Proof.OPEN),
        (replace(authentication(), dmarc=DmarcResult(result=Result.FAIL, domain="vpcp.example")), Proof.FAILED),
        (replace(authentication(), spf=SpfResult(result=Result.FAIL, domain="vpcp.example")), Proof.NONE),
    ],
)
def test_words_for_proofs_beside_dkim(results: AuthResults, expected: Proof) -> None:
    assert proof(results) is expected


def test_an_answer_that_is_owed_is_no_failure_in_words() -> None:
    assert "không đạt" not in Proof.OPEN.value.vi


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, MailSigned.VALID),
        ({"signer_is_sender": False}, MailSigned.UNDECIDED),
        ({"status": Status.TOTAL_FAILED}, MailSigned.INVALID),
        ({"status": Status.INDETERMINATE, "sub_indication": "TRY_LATER"}, MailSigned.UNDECIDED),
        (
            {
                "status": Status.INDETERMINATE,
                "sub_indication": "SIG_CONSTRAINTS_FAILURE",
                "covers_whole_mail": False,
            },
            MailSigned.PART,
        ),
        (
            {
                "status": Status.INDETERMINATE,
                "sub_indication": "SIG_CONSTRAINTS_FAILURE",
                "signer_is_sender": False,
            },
            MailSigned.OTHER,
        ),
    ],
)
def test_words_for_the_signature_of_the_mail(changes: dict[str, Any], expected: MailSigned) -> None:
    assert mail_signed(replace(SMIME, **changes)) is expected


def test_an_old_algorithm_is_said_behind_the_state() -> None:
    old = replace(signature(), weaknesses=("sha1",))
    assert signed_summary((old,), "vi") == "Chữ ký số của cơ quan hợp lệ; thuật toán ký đã cũ"
    assert signed_summary((signature(),), "vi") == "Chữ ký số của cơ quan hợp lệ"


def test_only_a_proven_author_reads_as_passed() -> None:
    assert [each for each in Proof if each.value.vi.endswith(": đạt")] == [Proof.PROVEN]


def test_the_domain_named_is_the_one_that_the_words_speak_of() -> None:
    results = authentication(dkim(Result.FAIL, "other.example"), dkim())
    assert spoken_of(results) == dkim()
    assert spoken_of(authentication()) is None


def test_of_failed_signatures_that_of_the_author_is_spoken_of() -> None:
    own = dkim(Result.FAIL)
    assert spoken_of(authentication(dkim(Result.FAIL, "mass.example", aligned=False), own)) == own


def test_a_document_outside_the_book_is_not_called_no_document() -> None:
    assert badge(judgement(Action.PASS)).vi == "Không vào sổ"
    assert badge(judgement(Action.PASS, documents=())).vi == "Không phải văn bản"
    assert badge(judgement()).vi == "Đã đăng ký"


@pytest.mark.parametrize(
    ("status", "sub_indication", "expected"),
    [
        (Status.TOTAL_PASSED, None, Signed.VALID_ORGANIZATION),
        (Status.TOTAL_FAILED, "HASH_FAILURE", Signed.ALTERED),
        (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE", Signed.INVALID),
        (Status.TOTAL_FAILED, None, Signed.INVALID),
        (Status.TOTAL_FAILED, "EXPIRED", Signed.EXPIRED),
        (Status.TOTAL_FAILED, "REVOKED", Signed.REVOKED),
        (Status.INDETERMINATE, "REVOKED_NO_POE", Signed.REVOKED),
        (Status.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", Signed.UNTRUSTED),
        (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", Signed.OLD),
        (Status.INDETERMINATE, "TRY_LATER", Signed.UNCHECKED),
        (Status.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE", Signed.UNDECIDED),
        (Status.INDETERMINATE, "EXPIRED", Signed.UNDECIDED),
        (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", Signed.UNDECIDED),
        (Status.INDETERMINATE, None, Signed.UNDECIDED),
    ],
)
def test_words_for_a_signature(status: Status, sub_indication: str | None, expected: Signed) -> None:
    assert signed(signature(status, sub_indication)) is expected


def test_the_holder_of_a_valid_signature_is_named_when_known() -> None:
    assert signed(signature(role="person")) is Signed.VALID_PERSON
    assert signed(signature(role=None)) is Signed.VALID


@pytest.mark.parametrize("status", [Status.TOTAL_PASSED, Status.INDETERMINATE])
def test_a_suspicious_change_is_said_whatever_the_signature_is(status: Status) -> None:
    assert signed(replace(signature(status), changed_after=Change.SUSPICIOUS)) is Signed.ALTERED


def test_a_signature_that_does_not_cover_the_file_is_not_called_valid() -> None:
    assert signed(replace(signature(), covers_whole_file=False)) is Signed.UNDECIDED
    assert signed(replace(signature(), covers_whole_file=False, changed_after=Change.COUNTERSIGNED)) is (
        Signed.VALID_ORGANIZATION
    )


def test_each_state_is_said_once_and_no_signature_is_said_too() -> None:
    states = (signature(role="person"), signature(), signature(role="person"))
    assert signed_summary(states, "vi") == "Chữ ký số của người ký hợp lệ; chữ ký số của cơ quan hợp lệ"
    assert signed_summary((), "vi") == "Chưa ký số"
    assert signed_summary((), "en") == "Not digitally signed"


def test_phrases_are_joined_in_one_sentence() -> None:
    assert joined(["Một", "Hai", "DKIM đạt"]) == "Một; hai; DKIM đạt"
    assert small("Đã đến") == "đã đến"
    assert small("") == ""


@pytest.mark.parametrize(
    ("urgencies", "mark"),
    [
        (["khẩn", "hỏa tốc"], "[HỎA TỐC]"),
        (["Hoả tốc"], "[HỎA TỐC]"),
        (["thượng khẩn", None], "[THƯỢNG KHẨN]"),
        (["khẩn"], "[KHẨN]"),
        ([None], None),
        (["thường"], None),
    ],
)
def test_the_most_urgent_mark_wins(urgencies: list[str | None], mark: str | None) -> None:
    assert most_urgent(urgencies) == mark


def test_every_wording_is_there_in_both_languages() -> None:
    tables = (BADGES, LABELS)
    words = [each for table in tables for each in table.values()] + [each.value for each in (*Proof, *Signed)]
    assert all(each.vi and each.en for each in words)


def test_business_from_a_private_mailbox_is_named_to_the_clerk() -> None:
    """T4: named, and nothing refused for it alone."""
    said = "Gửi từ hộp thư không phải .gov.vn và không có trong danh bạ."
    assert said in cautions_of(judgement(private=True), "vi")
    assert said not in cautions_of(judgement(), "vi")
