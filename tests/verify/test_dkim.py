from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.address import Address
from mailbridge.verify.dkim import judge_dkim, questions
from mailbridge.verify.evidence import Answered, Question
from mailbridge.verify.results import DkimResult, Result
from tests.keys.dkim_keys import SIGNED, DkimKey, ed25519_key, rsa_key, sign_mail
from tests.keys.pki import AT
from tests.verify.builders_dkim import AUTHOR, DOMAIN, MAIL, answer, everything, evidence, found


def sign(
    content: bytes = MAIL, key: DkimKey | None = None, domain: str = DOMAIN, selector: str = "s1", **how: object
) -> bytes:
    return sign_mail(content, domain, selector, key or rsa_key(), at=AT, **how)  # type: ignore[arg-type] # as sign_mail


def judge_one(content: bytes, *answers: object, author: Address | None = AUTHOR) -> DkimResult:
    given_answers = answers or (found(rsa_key()),)
    (result,) = judge_dkim(content, author, evidence(*given_answers))  # type: ignore[arg-type] # Answers only
    return result


@pytest.mark.parametrize("form", ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"])
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_good_signature_passes_and_proves_the_author(form: str, kind: str) -> None:
    key = rsa_key() if kind == "rsa" else ed25519_key()
    result = judge_one(sign(key=key, form=form), found(key))
    assert result == DkimResult(result=Result.PASS, domain=DOMAIN, selector="s1", aligned=True)
    assert result.proves_author


def test_unsigned_mail_has_no_result_and_no_question() -> None:
    assert judge_dkim(MAIL, AUTHOR, evidence()) == ()
    assert questions(MAIL) == ()


def test_key_of_each_signature_is_asked_for_once() -> None:
    content = sign(sign(sign(), selector="S2"), selector="s2")
    names = [f"s2._domainkey.{DOMAIN}", f"s1._domainkey.{DOMAIN}"]
    assert questions(content) == tuple(Question(name=name, type="TXT") for name in names)


def test_question_is_lower_case_and_in_a_labels() -> None:
    content = sign().replace(b"d=sonv.backan.gov.vn", "d=SƠNV.backan.gov.vn".encode(), 1)
    assert questions(content)[0].name == "s1._domainkey.xn--snv-c7a.backan.gov.vn"


def test_altered_body_fails() -> None:
    result = judge_one(sign().replace(b"12/SNV", b"13/SNV"))
    assert (result.result, result.reason) == (Result.FAIL, "the body was changed")


def test_altered_header_fails() -> None:
    result = judge_one(sign().replace(b"so 12", b"so 13"))
    assert (result.result, result.reason) == (Result.FAIL, "the signature does not fit the header")


def test_key_of_another_fails() -> None:
    assert judge_one(sign(), found(rsa_key(number=1))).result is Result.FAIL


def test_body_length_is_a_weakness_once_text_was_appended() -> None:
    content = sign(length=True)
    assert judge_one(content).weaknesses == ()
    result = judge_one(content.rstrip(b"\r\n") + b"\r\nGia mao\r\n")
    assert (result.result, result.weaknesses) == (Result.PASS, ("body-length",))
    assert not result.proves_author


def test_body_shorter_than_its_length_fails() -> None:
    content = sign(length=True).replace(b"Kinh", b"")
    result = judge_one(content[:-40])
    assert (result.result, result.reason) == (Result.FAIL, "the body is shorter than l= says")


def test_expired_signature_has_failed() -> None:
    content = sign(expires=AT + timedelta(days=1))
    assert judge_one(content).result is Result.PASS
    (late,) = judge_dkim(content, AUTHOR, replace(evidence(found(rsa_key())), at=AT + timedelta(days=2)))
    assert (late.result, late.weaknesses) == (Result.FAIL, ("expired",))


def test_signature_that_expires_before_it_was_made_is_malformed() -> None:
    assert judge_one(sign(expires=AT - timedelta(days=1))).result is Result.NEUTRAL


def test_sha1_never_passes() -> None:
    """RFC 8301 §3.1."""
    result = judge_one(sign(algorithm="rsa-sha1"))
    assert (result.result, result.weaknesses) == (Result.POLICY, ("sha1",))
    assert judge_one(sign(algorithm="rsa-sha1").replace(b"so 12", b"so 13")).result is Result.FAIL


def test_key_of_1024_bits_is_weak() -> None:
    key = rsa_key(1024)
    result = judge_one(sign(key=key), found(key))
    assert (result.result, result.weaknesses) == (Result.PASS, ("short-key",))


def test_key_of_512_bits_is_not_accepted() -> None:
    """RFC 8301 §3.2."""
    from asn1crypto.keys import RSAPublicKey

    short = RSAPublicKey({"modulus": (1 << 511) + 1, "public_exponent": 65537}).dump()
    record = b"v=DKIM1; p=" + base64.b64encode(short)
    result = judge_one(sign(), answer(record))
    assert (result.result, result.weaknesses) == (Result.POLICY, ("short-key",))


def test_key_of_giant_size_is_not_tried() -> None:
    from asn1crypto.keys import RSAPublicKey

    giant = RSAPublicKey({"modulus": (1 << 40000) + 1, "public_exponent": (1 << 39999) + 1}).dump()
    result = judge_one(sign(), answer(b"p=" + base64.b64encode(giant)))
    assert result.result is Result.PERMERROR


def test_one_bad_signature_does_not_spoil_a_good_one() -> None:
    """A list changed the mail and signed again: the list's signature passes, the author's fails."""
    changed = sign().replace(b"Subject: ", b"Subject: [list] ")
    content = sign(changed, key=ed25519_key(), domain="list.example", selector="l")
    answers = (found(rsa_key()), found(ed25519_key(), domain="list.example", selector="l"))
    first, second = judge_dkim(content, AUTHOR, evidence(*answers))
    assert (first.result, first.domain, first.aligned) == (Result.PASS, "list.example", False)
    assert (second.result, second.domain, second.aligned) == (Result.FAIL, DOMAIN, True)


def test_unanswered_question_is_no_failure() -> None:
    result = judge_one(sign(), answer(how=Answered.UNANSWERED))
    assert (result.result, result.reason) == (Result.TEMPERROR, "the DNS gave no answer for the key")


def test_question_that_nobody_asked_is_no_failure() -> None:
    (result,) = judge_dkim(sign(), AUTHOR, evidence())
    assert result.result is Result.TEMPERROR


@pytest.mark.parametrize("how", [Answered.NXDOMAIN, Answered.NO_DATA])
def test_missing_key_is_permanent(how: Answered) -> None:
    assert judge_one(sign(), answer(how=how)).result is Result.PERMERROR


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"v=DKIM1; k=rsa; p=", "the key was withdrawn by its owner (p= is empty)"),
        (b"v=spf1 -all", "the key record is malformed"),
        (b"v=DKIM2; p=AAAA", "the key record is malformed"),
        (b"v=DKIM1; p=AAA", "the key record is malformed (p=)"),
        (b"v=DKIM1; p=AAAA", "the key is no RSA key"),
        (b"v=DKIM1; s=tlsrpt; p=AAAA", "the key is not meant for mail (s=)"),
        (b"v=DKIM1; k=ed25519; p=AAAA", "the key is for another algorithm than the signature"),
        (b"v=DKIM1; h=sha1; p=AAAA", "the key does not allow this hash algorithm"),
    ],
)
def test_key_that_cannot_serve_is_permanent_and_says_why(record: bytes, reason: str) -> None:
    result = judge_one(sign(), answer(record))
    assert (result.result, result.reason) == (Result.PERMERROR, reason)


def test_right_key_is_found_among_other_records() -> None:
    records = (b"v=spf1 -all", rsa_key(number=1).record().encode(), rsa_key().record().encode())
    assert judge_one(sign(), answer(*records)).result is Result.PASS


def test_testing_key_is_a_weakness() -> None:
    result = judge_one(sign(), found(rsa_key(), flags="t=y; "))
    assert (result.result, result.weaknesses) == (Result.PASS, ("testing",))


def test_strict_key_forbids_subdomains_in_identity() -> None:
    content = sign(identity=f"@mail.{DOMAIN}")
    assert judge_one(content).result is Result.PASS
    assert judge_one(content, found(rsa_key(), flags="t=s; ")).result is Result.PERMERROR


def test_identity_outside_of_the_domain_is_permanent() -> None:
    content = sign().replace(b"i=@sonv.backan.gov.vn", b"i=@hanoi.gov.vn")
    assert judge_one(content).result is Result.PERMERROR


@pytest.mark.parametrize("name", ["content-type", "subject"])
def test_field_left_unsigned_is_a_weakness(name: str) -> None:
    result = judge_one(sign(headers=[each for each in SIGNED if each != name]))
    assert (result.result, result.weaknesses) == (Result.PASS, (f"unsigned-{name}",))


def test_second_subject_on_top_is_a_weakness() -> None:
    """Readers show the first, the signature covers the last."""
    assert judge_one(b"Subject: Gia mao\r\n" + sign()).weaknesses == ("unsigned-subject",)


def test_encoding_that_a_stranger_may_put_on_top_is_a_weakness() -> None:
    """Read as base64, a signed text shows what stands in it as such, and nothing else."""
    plain = MAIL.replace(b"Content-Transfer-Encoding: 8bit\r\n", b"")
    usual = [name for name in SIGNED if name != "content-transfer-encoding"]
    signed = sign(plain, headers=usual)
    assert judge_one(signed).proves_author
    forged = judge_one(b"Content-Transfer-Encoding: base64\r\n" + signed)
    assert (forged.result, forged.weaknesses) == (Result.PASS, ("unsigned-content-transfer-encoding",))
    assert judge_one(b"Content-Transfer-Encoding: 7bit\r\n" + signed).proves_author, "changes nothing"
    twice = judge_one(b"Content-Transfer-Encoding: base64\r\n" + sign())
    assert twice.weaknesses == ("unsigned-content-transfer-encoding",)
    encoded = MAIL.replace(b"Encoding: 8bit", b"Encoding: quoted-printable")
    assert judge_one(sign(encoded)).proves_author


def test_text_that_a_stranger_made_a_file_is_a_weakness() -> None:
    forged = judge_one(b"Content-Disposition: attachment; filename=cv.pdf\r\n" + sign())
    assert forged.weaknesses == ("unsigned-content-disposition",)
    own = MAIL.replace(b"MIME-Version", b"Content-Disposition: inline\r\nMIME-Version")
    assert judge_one(sign(own, headers=[*SIGNED, "content-disposition"])).proves_author


def test_second_from_in_the_first_line_is_no_separator_of_an_mbox() -> None:
    forged = judge_one(b"From : Chu tich <chutich@evil.example>\r\n" + sign())
    assert (forged.result, forged.reason) == (Result.PERMERROR, "a From field is not signed")
    assert judge_one(b"From vanthu@sonv.backan.gov.vn Mon Jun  1 08:00:00 2026\r\n" + sign()).proves_author


def test_nul_in_the_header_is_not_judged() -> None:
    assert judge_one(b"X-Note: a\0b\r\n" + sign()).result is Result.NEUTRAL


def test_author_in_letters_of_any_script_is_aligned() -> None:
    domain = "bình.vn".encode("idna").decode("ascii")
    answered = found(rsa_key(), domain=domain)
    result = judge_one(sign(domain=domain), answered, author=Address(local="vanthu", domain="bình.vn"))
    assert (result.result, result.aligned) == (Result.PASS, True)
    other = judge_one(sign(domain=domain), answered, author=Address(local="vanthu", domain="bính.vn"))
    assert not other.aligned


def test_second_from_is_permanent() -> None:
    result = judge_one(b"From: chutich@hanoi.gov.vn\r\n" + sign(), author=None)
    expected = (Result.PERMERROR, ("several-from", "unsigned-from"), False)
    assert (result.result, result.weaknesses, result.aligned) == expected


def test_from_left_unsigned_is_permanent() -> None:
    content = re.sub(rb"h=from\s*:", b"h=", sign())
    result = judge_one(content)
    assert (result.result, result.weaknesses) == (Result.PERMERROR, ("unsigned-from",))


def test_missing_field_that_was_signed_as_missing_cannot_be_added() -> None:
    content = sign(headers=[*SIGNED, "reply-to"])
    assert judge_one(content).result is Result.PASS
    assert judge_one(b"Reply-To: x@evil.example\r\n" + content).result is Result.FAIL


@pytest.mark.parametrize(
    ("domain", "author", "aligned"),
    [
        ("backan.gov.vn", "sonv.backan.gov.vn", True),
        ("sonv.backan.gov.vn", "backan.gov.vn", True),
        ("gov.vn", "sonv.backan.gov.vn", False),
        ("hanoi.gov.vn", "sonv.backan.gov.vn", False),
    ],
)
def test_alignment_is_with_the_author(domain: str, author: str, aligned: bool) -> None:
    content = sign(domain=domain)
    result = judge_one(content, found(rsa_key(), domain=domain), author=Address(local="a", domain=author))
    assert (result.result, result.aligned) == (Result.PASS, aligned)


def test_bare_line_feed_in_the_header_is_not_judged() -> None:
    """A mail program would show the smuggled field; the signer signed one field with a strange octet."""
    content = sign(MAIL.replace(b"so 12\r\n", b"so 12\nFrom: x@hanoi.gov.vn\r\n"), form="simple/simple")
    assert judge_one(content).result is Result.NEUTRAL


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (b"v=1", b"v=2"),
        (b"a=rsa-sha256", b"a=rsa-md5"),
        (b"c=relaxed/relaxed", b"c=nofws"),
        (b"d=sonv.backan.gov.vn", b"d=sonv..vn"),
        (b"d=sonv.backan.gov.vn", b"d=" + b"a" * 64 + b".vn"),
        (b"q=dns/txt", b"q=dns/other"),
        (b"s=s1", b"x=no"),
        (b"t=", b"t=x"),
        (b"v=1", b"v=1; v=1"),
        (b"bh=", b"bh=!"),
    ],
)
def test_malformed_signature_asks_nothing_and_is_neutral(tag: bytes, value: bytes) -> None:
    """RFC 8601 §2.7.1: syntax errors are neutral."""
    signed = sign()
    assert tag in signed
    content = signed.replace(tag, value, 1)
    assert questions(content) == ()
    result = judge_one(content)
    assert (result.result, result.domain) == (Result.NEUTRAL, None)
    assert result.reason


def test_sixth_signature_is_not_judged() -> None:
    content = MAIL
    for number in range(6):
        content = sign(content, selector=f"s{number}")
    assert len(questions(content)) == 5
    results = judge_dkim(content, AUTHOR, everything(content, rsa_key().record().encode()))
    assert [result.result for result in results] == [Result.PASS] * 5 + [Result.POLICY]


def test_ten_thousand_signatures_give_a_hundred_results() -> None:
    content = b"DKIM-Signature: v=1\r\n" * 10_000 + MAIL
    assert len(judge_dkim(content, AUTHOR, evidence())) == 100


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [b" " * 800_000, b" \r\n\t" * 200_000, b"\t \r\n" * 200_000, b"\r\n" * 400_000, b";" * 800_000, b"= " * 400_000],
    ids=["blanks", "folding", "trailing", "lines", "semicolons", "equals"],
)
def test_cost_is_linear_in_blanks(text: bytes) -> None:
    """dkimpy by itself needs 17 s for a tenth of it; a quadratic step here would take minutes."""
    folded = text.replace(b"\r\n", b"\r\n ")
    names = b":".join(b"x%d" % number for number in range(1000))
    # dkimpy signs here, and only its simple form of a body is linear.
    field = sign(MAIL + text, form="relaxed/simple", headers=["from", "x-long"]).split(b"\r\nReceived")[0]
    other = field.replace(b"relaxed/simple", b"relaxed/relaxed").replace(b"h=from", b"h=from:" + names)
    content = b"\r\n".join(
        [b"X-Long: " + folded, other, field.replace(b"; b=", b"; b=" + folded), field + folded, MAIL + text]
    )
    assert len(judge_dkim(content, AUTHOR, everything(content, rsa_key().record().encode()))) == 3


@given(place=st.integers(0, 2000), octet=st.integers(0, 255))
@settings(max_examples=80)
def test_no_change_of_signed_octets_passes(place: int, octet: int) -> None:
    """Flip one octet anywhere: no exception, and a pass only where From and all behind it stay as they were."""
    content = sign(form="simple/simple")
    place %= len(content)
    changed = content[:place] + bytes([octet]) + content[place + 1 :]
    signed = content.index(b"From: Van thu")
    for result in judge_dkim(changed, AUTHOR, evidence(found(rsa_key()))):
        if result.proves_author:
            assert changed[signed:] == content[signed:]


@given(st.binary(max_size=300))
def test_nonsense_is_survived(text: bytes) -> None:
    content = b"DKIM-Signature: " + text + b"\r\n" + MAIL
    judge_dkim(content, AUTHOR, everything(content, text))
