from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from mailbridge.mail.address import Address
from mailbridge.verify.dmarc import judge_dmarc, questions
from mailbridge.verify.results import DkimResult, DmarcResult, Result, SpfResult
from tests.verify.builders_dkim import evidence
from tests.verify.builders_zone import gathered, text_zone

REJECT = "TXT v=DMARC1; p=reject"
HERE = "_dmarc.sonv.backan.gov.vn"
ABOVE = "_dmarc.backan.gov.vn"
FAILED = "neither SPF nor DKIM speaks for the domain in From"


def author(domain: str = "sonv.backan.gov.vn") -> Address:
    return Address(local="vanthu", domain=domain)


def signed(domain: str, result: Result = Result.PASS, weaknesses: tuple[str, ...] = ()) -> DkimResult:
    return DkimResult(result=result, domain=domain, selector="s", weaknesses=weaknesses)


def sent(domain: str, result: Result = Result.PASS) -> SpfResult:
    return SpfResult(result=result, domain=domain)


def judge(
    records: Mapping[str, str],
    *,
    spf: SpfResult | None = None,
    dkim: Sequence[DkimResult] = (),
    domain: str = "sonv.backan.gov.vn",
) -> DmarcResult:
    zone = text_zone(records)
    known = gathered(zone.ask, lambda known: questions(author(domain), known))
    return judge_dmarc(author(domain), spf or SpfResult(), dkim, known)


@pytest.mark.parametrize("domain", ["sonv.backan.gov.vn", "backan.gov.vn", "mail.backan.gov.vn"])
def test_signature_or_client_of_the_same_organisation_speaks(domain: str) -> None:
    expected = DmarcResult(result=Result.PASS, domain="sonv.backan.gov.vn", policy="reject")
    assert judge({HERE: REJECT}, dkim=[signed("other.vn"), signed(domain)]) == expected
    assert judge({HERE: REJECT}, spf=sent(domain)) == replace(expected, by_spf=True)


@pytest.mark.parametrize("domain", ["hanoi.gov.vn", "gov.vn", "vn", "xbackan.gov.vn", "backan.gov.vn.example"])
def test_strangers_do_not_speak(domain: str) -> None:
    expected = DmarcResult(result=Result.FAIL, domain="sonv.backan.gov.vn", policy="reject", reason=FAILED)
    assert judge({HERE: REJECT}, spf=sent(domain), dkim=[signed(domain)]) == expected


def test_strict_alignment_wants_the_same_domain() -> None:
    strict_dkim, strict_spf = {HERE: f"{REJECT}; adkim=s"}, {HERE: f"{REJECT};aspf = S"}
    assert judge(strict_dkim, dkim=[signed("backan.gov.vn")]).result is Result.FAIL
    assert judge(strict_dkim, dkim=[signed("sonv.backan.gov.vn")]).result is Result.PASS
    assert judge(strict_dkim, spf=sent("backan.gov.vn")).result is Result.PASS
    assert judge(strict_spf, spf=sent("backan.gov.vn")).result is Result.FAIL
    assert judge(strict_spf, spf=sent("sonv.backan.gov.vn")).result is Result.PASS
    assert judge(strict_spf, dkim=[signed("backan.gov.vn")]).result is Result.PASS
    # A weak signature lets DMARC pass; SPF of a domain that the owner did not choose must not stand in for it.
    both = judge(strict_spf, spf=sent("backan.gov.vn"), dkim=[signed("backan.gov.vn", weaknesses=("body-length",))])
    assert (both.result, both.by_spf) == (Result.PASS, False)
    assert judge(strict_spf, spf=sent("sonv.backan.gov.vn")).by_spf


@pytest.mark.parametrize("result", [result for result in Result if result not in (Result.PASS, Result.TEMPERROR)])
def test_only_a_pass_speaks(result: Result) -> None:
    found = judge({HERE: REJECT}, spf=sent("backan.gov.vn", result), dkim=[signed("backan.gov.vn", result)])
    assert found.result is Result.FAIL


@pytest.mark.parametrize("weakness", ["body-length", "short-key", "unsigned-content-type"])
def test_weak_signature_speaks_all_the_same(weakness: str) -> None:
    """RFC 7489 §3.1.1 asks for a pass of RFC 6376; `AuthResults.proves_author` asks for more."""
    assert judge({HERE: REJECT}, dkim=[signed("backan.gov.vn", weaknesses=(weakness,))]).result is Result.PASS


def test_key_in_testing_makes_no_difference() -> None:
    """RFC 6376 §3.6.1."""
    assert judge({HERE: REJECT}, dkim=[signed("backan.gov.vn", weaknesses=("testing",))]).result is Result.FAIL


def test_record_of_the_organisation_serves_domains_below() -> None:
    found = judge({ABOVE: REJECT}, dkim=[signed("backan.gov.vn")])
    assert (found.result, found.domain, found.policy) == (Result.PASS, "sonv.backan.gov.vn", "reject")


def test_policy_is_the_one_for_such_a_mail() -> None:
    both = "TXT v=DMARC1; p=reject; sp=quarantine"
    assert judge({ABOVE: both}).policy == "quarantine"
    assert judge({ABOVE: both}, domain="backan.gov.vn").policy == "reject"
    assert judge({HERE: both}).policy == "reject"
    assert judge({HERE: "TXT v=DMARC1; p=none", ABOVE: both}).policy == "none"


def test_other_texts_are_no_records() -> None:
    here = "TXT v=spf1 -all\nTXT v=DMARC10; p=none\nTXT p=none; v=DMARC1\nTXT v=dmarc1; p=none"
    assert judge({HERE: here, ABOVE: REJECT}).policy == "reject"


def test_no_record_is_no_result() -> None:
    expected = DmarcResult(domain="sonv.backan.gov.vn", reason="the domain in From has no DMARC record")
    assert judge({HERE: "A 192.0.2.1"}, dkim=[signed("backan.gov.vn")]) == expected


@pytest.mark.parametrize("place", [HERE, ABOVE])
def test_several_records_are_none(place: str) -> None:
    found = judge({place: f"{REJECT}\nTXT v=DMARC1; p=none"}, dkim=[signed("backan.gov.vn")])
    assert (found.result, found.policy) == (Result.NONE, None)
    assert found.reason == "the domain in From has several DMARC records, so none applies"


def test_record_without_policy_is_an_error() -> None:
    found = judge({HERE: "TXT v=DMARC1; p=rejcet"}, dkim=[signed("backan.gov.vn")])
    assert (found.result, found.reason) == (Result.PERMERROR, "the DMARC record names no policy")


@pytest.mark.parametrize("place", [HERE, ABOVE])
def test_silence_is_no_failure(place: str) -> None:
    found = judge({place: "SILENT"}, dkim=[signed("backan.gov.vn")])
    assert (found.result, found.reason) == (Result.TEMPERROR, "the DNS gave no answer for the DMARC record")


def test_silence_above_does_not_matter_below() -> None:
    assert judge({HERE: REJECT, ABOVE: "SILENT"}).result is Result.FAIL


def test_what_was_not_asked_is_no_failure() -> None:
    assert judge_dmarc(author(), SpfResult(), (), evidence()).result is Result.TEMPERROR


def test_answer_still_owed_stands_between_fail_and_pass() -> None:
    late = signed("backan.gov.vn", Result.TEMPERROR)
    assert judge({HERE: REJECT}, dkim=[late]).result is Result.TEMPERROR
    assert judge({HERE: REJECT}, spf=sent("backan.gov.vn", Result.TEMPERROR)).result is Result.TEMPERROR
    assert judge({HERE: REJECT}, dkim=[late], spf=sent("backan.gov.vn")).result is Result.PASS
    assert judge({HERE: REJECT}, dkim=[signed("other.vn", Result.TEMPERROR)]).result is Result.FAIL


def test_mail_without_its_one_author_is_an_error() -> None:
    assert questions(None, evidence()) == ()
    found = judge_dmarc(None, sent("backan.gov.vn"), [signed("backan.gov.vn")], evidence())
    assert (found.result, found.reason) == (Result.PERMERROR, "the mail has no single From address")


@pytest.mark.parametrize("domain", ["", "a..vn", "a" * 64 + ".vn"])
def test_author_whose_domain_is_no_name_is_an_error(domain: str) -> None:
    assert questions(author(domain), evidence()) == ()
    found = judge_dmarc(author(domain), SpfResult(), (), evidence())
    assert (found.result, found.reason) == (Result.PERMERROR, "the domain in From is no name of the DNS")


def test_places_are_asked_for_one_after_the_other() -> None:
    zone = text_zone({ABOVE: REJECT})
    gathered(zone.ask, lambda known: questions(author(), known))
    assert [each.name for each in zone.asked] == [HERE, ABOVE]
    zone = text_zone({HERE: REJECT})
    gathered(zone.ask, lambda known: questions(author(), known))
    assert [each.name for each in zone.asked] == [HERE]
    zone = text_zone({})
    gathered(zone.ask, lambda known: questions(author("gov.vn"), known))
    assert [each.name for each in zone.asked] == ["_dmarc.gov.vn"]


def test_domain_in_vietnamese_letters_is_asked_in_a_labels() -> None:
    (question,) = questions(author("sơnv.gov.vn"), evidence())
    assert question.name == "_dmarc.xn--snv-c7a.gov.vn"
