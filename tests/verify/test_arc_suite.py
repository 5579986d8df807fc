"""
Every case of the public ARC validation suite that its list names, made anew by our own recipe (data/README.md).

The name of a case is the one it has there. Where the suite changes a field without signing it again, so that any
wrong signature fails, the field is signed with its fault here wherever that is possible: then the fault alone must do.
"""

from __future__ import annotations

import base64

import pytest
from asn1crypto.keys import RSAPublicKey

from mailbridge.verify.arc import judge_arc
from mailbridge.verify.results import Result
from tests.verify.builders_arc import MAIL, NAMES_SIGNED, Edits, chain_of, evidence_for, seal_mail, split_fields

AAR, AMS, SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"
ONE = seal_mail()
TWO = seal_mail(ONE)
SHORT = b"v=DKIM1; p=" + base64.b64encode(RSAPublicKey({"modulus": (1 << 511) + 1, "public_exponent": 65537}).dump())


def ams(*edits: tuple[str, str]) -> bytes:
    return seal_mail(ams=edits)


def seal(*edits: tuple[str, str]) -> bytes:
    return seal_mail(seal=edits)


def after(*edits: tuple[str, str]) -> bytes:
    return seal_mail(after=edits)


def twice(name: str, content: bytes = ONE) -> bytes:
    """Repeat a field of the newest set."""
    start = content.lower().index(name.encode() + b":")
    end = start + content[start:].index(b"\r\n")
    while content[end + 2 : end + 3] in (b" ", b"\t"):
        end += 2 + content[end + 2 :].index(b"\r\n")
    return content[start : end + 2] + content


def only(names: str) -> Edits:
    return [(f"h={NAMES_SIGNED}", f"h={names}")]


def upside_down(content: bytes) -> bytes:
    """Put the fields of the header into the opposite order."""
    header, _, body = content.partition(b"\r\n\r\n")
    return b"\r\n".join(reversed(split_fields(header))) + b"\r\n\r\n" + body


SIMPLE = MAIL.replace(b"gang, ", b"gang,")
NONE = {
    "cv_empty": b"",
    "cv_no_headers": b"\r\nHey gang,\r\n",
    "cv_no_body": MAIL.partition(b"\r\n\r\n")[0] + b"\r\n",
    "cv_base1": MAIL,
    "cv_base2": MAIL.replace(b"Subject", b"Content-Type: multipart/alternative; boundary=b\r\nSubject"),
}
PASS = {
    **{f"cv_pass_i{number}_1": chain_of(number) for number in (1, 2, 3, 4, 5, 50)},
    "cv_pass_i2_1_ams1_invalid": seal_mail(ONE.replace(b"From: John", b"From: Gene")),
    "ams_format_sc_wsp": ams((";\r\n h=", " ; \r\n h=")),
    "ams_format_eq_wsp": ams(("c=relaxed", "c = relaxed")),
    "ams_format_tags_trail_sc": ams(("b=SIG", "b=SIG;")),
    "ams_format_tags_unknown": ams(("t=12345", "t=12345; w=flarp")),
    "ams_fields_b_ignores_wsp": after(("\r\n b=", "\r\n b= \t ")),
    "ams_fields_b_head_case": after(("Subject:", "SUBJECT:")),
    "ams_fields_b_head_unfold": after(("Subject: Example 1", "Subject: Example\r\n 1")),
    "ams_fields_b_eol_wsp": after(("Subject: Example 1", "Subject: Example 1 \t")),
    "ams_fields_b_inl_wsp": after(("Subject: Example 1", "Subject: Example \t 1")),
    "ams_fields_b_col_wsp": after(("Subject: Example 1", "Subject :\t Example 1")),
    "ams_fields_bh_ignores_wsp": ams(("bh=BH", "bh= BH")),
    "ams_fields_bh_sim_base": ams(("c=relaxed/relaxed", "c=relaxed/simple")),
    "ams_fields_bh_sim_inl_wsp": seal_mail(SIMPLE, ams=[("c=relaxed/relaxed", "c=relaxed/simple")]),
    "ams_fields_bh_sim_end_lines": ams(("c=relaxed/relaxed", "c=relaxed/simple")) + b"\r\n\r\n",
    "ams_fields_bh_rel_eol_wsp": after(("message.\r\n", "message. \t\r\n")),
    "ams_fields_bh_rel_inl_wsp": after(("test message", "test \t message")),
    "ams_fields_bh_rel_end_lines": ONE + b"\r\n\r\n",
    "ams_fields_bh_rel_trail_crlf": seal_mail(MAIL.rstrip()),
    "ams_fields_c_na": ams((" c=relaxed/relaxed;", "")),
    "ams_fields_c_rr": ONE,
    "ams_fields_c_rs": ams(("c=relaxed/relaxed", "c=relaxed/simple")),
    "ams_fields_c_sr": ams(("c=relaxed/relaxed", "c=simple/relaxed")),
    "ams_fields_c_ss": ams(("c=relaxed/relaxed", "c=simple/simple")),
    "ams_fields_h_empty": seal_mail(ams=only("")),
    "ams_fields_h_cws1": seal_mail(ams=only("from : to : date : subject")),
    "ams_fields_h_cws2": seal_mail(ams=only("from : to :\r\n date : subject")),
    "ams_fields_h_case": seal_mail(ams=only("From:To:Date:Subject:Arc-authentication-results")),
    "ams_fields_h_dup1": seal_mail(
        MAIL.replace(b"To:", b"To: morty@dmarc.example\r\nTo:"), ams=only("from:to:to:date:subject")
    ),
    "ams_fields_h_non_existant": seal_mail(ams=only("from:to:date:subject:cc")),
    "ams_fields_h_non_existant_dup": seal_mail(ams=only("from:to:date:subject:mime-version:mime-version")),
    "ams_fields_h_mis_hdr": seal_mail(ams=only("from::to:date:subject")),
    "ams_fields_h_includes_ams": seal_mail(ONE, ams=only("from:to:arc-message-signature:date:subject")),
    "ams_fields_t_na": ams((" t=12345;", "")),
    "as_format_sc_wsp": seal(("i=1;", "i=1 ; ")),
    "as_format_eq_wsp": seal(("i=1", "i = 1")),
    "as_format_tags_trail_sc": seal(("b=SIG", "b=SIG;")),
    "as_format_tags_unknown": seal(("t=12345", "t=12345; w=catparty")),
    "as_fields_b_ignores_wsp": after(("ARC-Seal: i=1", "ARC-Seal:   i=1")),
    "as_fields_b_1024": ONE,
    "as_fields_b_head_case": after(("ARC-Authentication-Results:", "arc-authentication-RESULTS:")),
    "as_fields_b_head_unfold": after(("lists.example.org;\r\n", "lists.example.org;\r\n \r\n")),
    "as_fields_b_eol_wsp": after(("dmarc=pass\r\n", "dmarc=pass  \r\n")),
    "as_fields_b_inl_wsp": after(("(1024-bit key)", "(1024-bit \t key)")),
    "as_fields_b_col_wsp": after(("ARC-Authentication-Results:", "ARC-Authentication-Results \t:  ")),
    "as_fields_t_na": seal((" t=12345;", "")),
    "header_order1": upside_down(ONE),
    "ams_as_diff_s_d": ams(("d=example.org; s=dummy", "d=example.net; s=other")),
}
FAIL = {
    "cv_fail_i1_ams_na": seal_mail(drop=[AMS]),
    "cv_fail_i1_ams_invalid": after(("Subject: Example", "Subject: Other")),
    "cv_fail_i1_as_na": seal_mail(drop=[SEAL]),
    "cv_fail_i1_as_pass": seal_mail(chain="pass"),
    "cv_fail_i1_as_fail": seal_mail(chain="fail"),
    "cv_fail_i1_as_invalid": after(("t=12345; cv", "t=12346; cv")),
    "cv_fail_i2_ams_na": seal_mail(ONE, drop=[AMS]),
    "cv_fail_i2_ams_invalid": TWO.replace(b"Subject: Example", b"Subject: Other"),
    "cv_fail_i2_as1_na": seal_mail(seal_mail(drop=[SEAL]), instance=2),
    "cv_fail_i2_as1_invalid": seal_mail(after(("t=12345; cv", "t=12346; cv"))),
    "cv_fail_i2_as1_pass": seal_mail(seal_mail(chain="pass")),
    "cv_fail_i2_as1_fail": seal_mail(seal_mail(chain="fail")),
    "cv_fail_i2_as2_na": seal_mail(ONE, drop=[SEAL]),
    "cv_fail_i2_as2_invalid": seal_mail(ONE, after=[("t=12345; cv=pass", "t=12346; cv=pass")]),
    "cv_fail_i2_as2_none": seal_mail(ONE, chain="none"),
    "cv_fail_i2_as2_fail": seal_mail(ONE, chain="fail"),
    "ams_struct_i_na": ams((" i=1;", "")),
    "ams_struct_i_empty": ams(("i=1", "i=")),
    "ams_struct_i_zero": ams(("i=1", "i=0")),
    "ams_struct_i_invalid": ams(("i=1", "i=a")),
    "ams_struct_dup": twice(AMS),
    "ams_struct_missing": seal_mail(drop=[AMS]),
    "ams_format_inv_tag_key": ams(("t=12345", "t=12345; ==")),
    "ams_format_tags_dup": ams(("s=dummy", "s=dummy; s=dummy")),
    "ams_format_tags_key_case": ams(("h=from", "H=from")),
    "ams_format_tags_val_case": after(("h=from", "h=From")),
    "ams_format_tags_wsp": ams(("t=12345", "t=1 2345")),
    "ams_format_tags_sc": ams(("s=dummy;", "s=dummy;;")),
    "ams_fields_i_dup1": seal_mail(ONE, instance=1),
    "ams_fields_a_na": ams((" a=rsa-sha256;", "")),
    "ams_fields_a_empty": ams(("a=rsa-sha256", "a=")),
    "ams_fields_a_sha1": ams(("a=rsa-sha256", "a=rsa-sha1")),
    "ams_fields_a_unknown": ams(("a=rsa-sha256", "a=poodle")),
    "ams_fields_b_na": ams(("b=SIG", "B=SIG")),
    "ams_fields_b_empty": ams(("b=SIG", "b=")),
    "ams_fields_b_base64": ams(("b=SIG", "b=&SIG")),
    "ams_fields_b_mod_sig": ams(("b=SIG", "b=AAAASIG")),
    "ams_fields_b_mod_headers": after(("From: John", "From: Gene")),
    "ams_fields_bh_na": ams(("bh=BH", "w=1")),
    "ams_fields_bh_empty": ams(("bh=BH", "bh=")),
    "ams_fields_bh_base64": ams(("bh=BH", "bh=&BH")),
    "ams_fields_bh_mod_sig": ams(("bh=BH", "bh=AAAABH")),
    "ams_fields_bh_mod_body": after(("test message", "modified test message")),
    "ams_fields_c_empty": ams(("c=relaxed/relaxed", "c=")),
    "ams_fields_c_invalid": ams(("c=relaxed/relaxed", "c=pancake/waffle")),
    "ams_fields_d_na": ams((" d=example.org;", "")),
    "ams_fields_d_empty": ams(("d=example.org", "d=")),
    "ams_fields_d_invalid": ams(("d=example.org", "d=example...")),
    "ams_fields_h_na": ams((" h=", " w=")),
    "ams_fields_h_inv_hdr": after(("h=from:to", "h=from:tö")),
    "ams_fields_h_dup2": seal_mail(
        MAIL.replace(b"To:", b"To: morty@dmarc.example\r\nTo:"),
        ams=only("from:to:to:date"),
        after=[
            ("To: morty@dmarc.example\r\nTo: arc@dmarc.example", "To: arc@dmarc.example\r\nTo: morty@dmarc.example")
        ],
    ),
    "ams_fields_h_order": after(("h=from:to", "h=to:from")),
    "ams_fields_h_empty_added": seal_mail(ams=only("from:to:cc"), after=[("To:", "Cc: x@y.example\r\nTo:")]),
    "ams_fields_h_includes_as": seal_mail(ONE, ams=only("from:to:arc-seal:date:subject")),
    "ams_fields_s_na": ams((" s=dummy;", "")),
    "ams_fields_s_empty": ams(("s=dummy", "s=")),
    "ams_fields_t_empty": ams(("t=12345", "t=")),
    "ams_fields_t_invalid": ams(("t=12345", "t=kj")),
    "as_struct_i_na": seal((" i=1;", "")),
    "as_struct_i_empty": seal(("i=1", "i=")),
    "as_struct_i_zero": seal(("i=1", "i=0")),
    "as_struct_i_invalid": seal(("i=1", "i=a")),
    "as_struct_dup": twice(SEAL),
    "as_struct_missing": seal_mail(drop=[SEAL]),
    "as_format_inv_tag_key": seal(("t=12345", "t=12345; ==")),
    "as_format_tags_dup": seal(("s=dummy", "s=dummy; s=dummy")),
    "as_format_tags_key_case": seal(("s=dummy", "S=dummy")),
    "as_format_tags_val_case": after(("s=dummy", "s=Dummy")),
    "as_format_tags_wsp": seal(("t=12345", "t=1 2345")),
    "as_format_tags_sc": seal(("s=dummy;", "s=dummy;;")),
    "as_fields_h_present": seal(("t=12345", "t=12345; h=from:to")),
    "as_fields_i_dup": seal_mail(ONE, instance=1, drop=[AAR, AMS]),
    "as_fields_i_dup2": twice(SEAL, TWO),
    "as_fields_i_missing": seal_mail(ONE, instance=3),
    "as_fields_a_na": seal((" a=rsa-sha256;", "")),
    "as_fields_a_empty": seal(("a=rsa-sha256", "a=")),
    "as_fields_a_sha1": seal(("a=rsa-sha256", "a=rsa-sha1")),
    "as_fields_a_unknown": seal(("a=rsa-sha256", "a=poodle")),
    "as_fields_b_na": seal(("b=SIG", "B=SIG")),
    "as_fields_b_empty": seal(("b=SIG", "b=")),
    "as_fields_b_base64": seal(("b=SIG", "b=&SIG")),
    "as_fields_b_mod_sig": seal(("b=SIG", "b=AAAASIG")),
    "as_fields_b_aar1": seal_mail(ams=only("from:to"), after=[("dmarc=pass", "dmarc=fail")]),
    "as_fields_b_ams1": seal_mail(ONE.replace(b"t=12345; c=", b"t=12344; c=")).replace(b"t=12344; c=", b"t=12345; c="),
    "as_fields_b_asb1": TWO.replace(b"t=12345; cv=none", b"t=12344; cv=none"),
    "as_fields_cv_na": seal((" cv=none;", "")),
    "as_fields_cv_empty": seal(("cv=none", "cv=")),
    "as_fields_cv_invalid": seal(("cv=none", "cv=foobar")),
    "as_fields_d_na": seal((" d=example.org;", "")),
    "as_fields_d_empty": seal(("d=example.org", "d=")),
    "as_fields_d_invalid": seal(("d=example.org", "d=example...")),
    "as_fields_s_na": seal((" s=dummy;", "")),
    "as_fields_s_empty": seal(("s=dummy", "s=")),
    "as_fields_t_empty": seal(("t=12345", "t=")),
    "as_fields_t_invalid": seal(("t=12345", "t=kj")),
    "aar_struct_i_na": seal_mail(aar=[(" i=1;", "")]),
    "aar_struct_i_empty": seal_mail(aar=[("i=1", "i=")]),
    "aar_struct_i_zero": seal_mail(aar=[("i=1", "i=0")]),
    "aar_struct_i_invalid": seal_mail(aar=[("i=1", "i=a")]),
    "aar_struct_dup": twice(AAR),
    "aar_missing": seal_mail(drop=[AAR]),
    "aar_i_wrong": seal_mail(aar=[("i=1", "i=2")]),
    "aar_i_not_prefixed": seal_mail(aar=[("i=1; lists.example.org;", "lists.example.org; i=1;")]),
    "aar_i_no_semi": seal_mail(aar=[("i=1;", "i=1")]),
    "aar2_missing": seal_mail(ONE, drop=[AAR]),
    "arc_set_duplicate": seal_mail(ONE, instance=1),
    "more_than_50_sets": seal_mail(chain_of(50), instance=51),
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(content, expected, id=name)
        for expected, cases in ((Result.NONE, NONE), (Result.PASS, PASS), (Result.FAIL, FAIL))
        for name, content in cases.items()
    ],
)
def test_case_of_the_suite(content: bytes, expected: Result) -> None:
    found = judge_arc(content, None, evidence_for(content))
    assert found.result is expected, found.reason
    assert (found.reason is None) == (expected is not Result.FAIL)


@pytest.mark.parametrize("record", [b"", b"v=DKIM1; p=", b"v=DKIM1; p=&", b"v=spf1 -all", SHORT])
def test_public_key_invalid(record: bytes) -> None:
    """public_key_na, public_key_invalid, as_fields_b_512 and ams_fields_b_512."""
    assert judge_arc(ONE, None, evidence_for(ONE, record=record)).result is Result.FAIL
