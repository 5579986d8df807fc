from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf import judge_pdf
from mailbridge.verify.signature import Change, SignatureStatus, Status
from tests.keys.pki import AT, Identity, _issue, _revoke, make_pki, one_page_pdf
from tests.verify.builders_pdf import gap_of, rewrite_page, signed_by_both, signed_by_person, wrap_signature

PROVINCE = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"
DAY = timedelta(days=1)


def judge(pdf: bytes, trust: Trust | None = None) -> tuple[SignatureStatus, ...]:
    return judge_pdf("1.2", pdf, make_pki().trust() if trust is None else trust, AT)


def judge_one(pdf: bytes, trust: Trust | None = None) -> SignatureStatus:
    (status,) = judge(pdf, trust)
    return status


@cache
def signed_by(who: str, days_ago: int = 0, *, timestamp: bool = False) -> bytes:
    pki = make_pki()
    identity: Identity = getattr(pki, who)
    at = AT - days_ago * DAY - timedelta(hours=1)
    return pki.sign_pdf(one_page_pdf(), identity, field="Signature", at=at, timestamp=timestamp)


def test_good_signature_is_told_in_full() -> None:
    status = judge_one(signed_by_person())
    assert replace(status, certificate=None, chain=()) == SignatureStatus(
        part="1.2",
        format="pades",
        status=Status.TOTAL_PASSED,
        signer="Nguyễn Văn An",
        organization=PROVINCE,
        role="person",
        signed_at=AT - timedelta(hours=1),
        time_source="claimed",
        covers_whole_file=True,
        changed_after=Change.NOTHING,
    )
    assert status.certificate
    assert status.certificate.email == "an.nv@backan.gov.vn"
    assert len(status.chain) == 3


@pytest.mark.parametrize("pdf", [one_page_pdf(["Da ky boi: Nguyen Van An", "Chu ky so hop le"]), b"", b"no PDF"])
def test_picture_of_a_signature_is_none(pdf: bytes) -> None:
    assert judge(pdf) == ()


def test_leader_signs_then_the_office_seals() -> None:
    """The usual Vietnamese order (CONTRACT.md, `countersigned`)."""
    person, office = judge(signed_by_both())
    assert (person.status, person.changed_after, person.covers_whole_file) == (
        Status.TOTAL_PASSED,
        Change.COUNTERSIGNED,
        False,
    )
    assert (office.status, office.changed_after, office.covers_whole_file, office.role) == (
        Status.TOTAL_PASSED,
        Change.NOTHING,
        True,
        "organization",
    )


def test_clerk_may_write_the_number_between_the_two_signatures() -> None:
    numbered = rewrite_page(signed_by_person())
    statuses = judge(make_pki().sign_pdf(numbered, make_pki().organization, field="Office"))
    assert [status.status for status in statuses] == [Status.TOTAL_PASSED] * 2
    assert statuses[0].changed_after is Change.COUNTERSIGNED


def test_change_that_only_a_stranger_signed_is_suspicious() -> None:
    forged = make_pki().sign_pdf(rewrite_page(signed_by_person()), make_pki().stranger, field="Office")
    person, stranger = judge(forged)
    assert (person.status, person.sub_indication, person.changed_after) == (
        Status.INDETERMINATE,
        "SIG_CONSTRAINTS_FAILURE",
        Change.SUSPICIOUS,
    )
    assert (stranger.status, stranger.sub_indication) == (Status.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")


@pytest.mark.parametrize("end", [b"\n", b" ", b"\n1 0 obj\n<< >>\nendobj\n", b"\0" * 1000])
def test_octets_behind_the_last_signature_are_suspicious(end: bytes) -> None:
    for status in judge(signed_by_both() + end):
        assert (status.status, status.sub_indication, status.changed_after) == (
            Status.INDETERMINATE,
            "SIG_CONSTRAINTS_FAILURE",
            Change.SUSPICIOUS,
        )
        assert status.reason


def test_update_behind_the_last_signature_is_suspicious() -> None:
    """Incremental saving attack."""
    changes = {(status.status, status.changed_after) for status in judge(rewrite_page(signed_by_both()))}
    assert changes == {(Status.INDETERMINATE, Change.SUSPICIOUS)}


def test_wrapped_signature_is_malformed() -> None:
    forged = wrap_signature(signed_by_person())
    status = judge_one(forged)
    assert (status.status, status.sub_indication, status.changed_after) == (
        Status.TOTAL_FAILED,
        "FORMAT_FAILURE",
        Change.SUSPICIOUS,
    )
    assert status.reason == "the signed byte range does not enclose the signature and nothing else"


def test_altered_content_fails() -> None:
    status = judge_one(signed_by_person().replace(b"12/SNV", b"13/SNV"))
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "HASH_FAILURE")


def test_signature_of_another_file_fails() -> None:
    """The CMS is whole, the file is not the one that it was made for."""
    other = make_pki().sign_pdf(one_page_pdf(["So: 77/SNV"]), make_pki().person, field="Person")
    (begin, end), (other_begin, other_end) = gap_of(signed_by_person()), gap_of(other)
    assert end - begin == other_end - other_begin
    forged = signed_by_person()[:begin] + other[other_begin:other_end] + signed_by_person()[end:]
    assert judge_one(forged).sub_indication == "HASH_FAILURE"


def test_broken_signature_value_fails() -> None:
    begin, end = gap_of(signed_by_person())
    gap = signed_by_person()[begin:end]
    last = len(gap.rstrip(b"0>")) - 20  # the signature value is the last thing in a CMS without a timestamp
    flipped = gap[:last] + (b"0" if gap[last : last + 1] != b"0" else b"1") + gap[last + 1 :]
    status = judge_one(signed_by_person()[:begin] + flipped + signed_by_person()[end:])
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")


@pytest.mark.parametrize("octets", [b"00", b"ff", b"30800000", b"3003020101"])
def test_nonsense_in_place_of_the_signature_is_malformed(octets: bytes) -> None:
    """FEATURES C14."""
    begin, end = gap_of(signed_by_person())
    forged = signed_by_person()[:begin] + b"<" + octets.ljust(end - begin - 2, b"0") + b">" + signed_by_person()[end:]
    status = judge_one(forged)
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")
    assert status.reason


@pytest.mark.parametrize("text", [b"[0 1 2]     ", b"[]          ", b"null        ", b"[0 -1 2 3]  ", b"[1 2 3 4]   "])
def test_strange_byte_range_is_malformed(text: bytes) -> None:
    pdf = signed_by_person()
    begin = pdf.index(b"/ByteRange") + 11
    end = pdf.index(b"]", begin) + 1
    status = judge_one(pdf[:begin] + text.ljust(end - begin)[: end - begin] + pdf[end:])
    assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "FORMAT_FAILURE")


def test_signature_of_an_old_format_is_not_called_broken() -> None:
    pdf = signed_by_person().replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1    ")
    status = judge_one(pdf)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


def test_truncated_file_that_claims_a_signature_is_malformed() -> None:
    status = judge_one(signed_by_both()[:-400])
    assert (status.status, status.sub_indication, status.signer) == (Status.TOTAL_FAILED, "FORMAT_FAILURE", None)


def test_unknown_root_is_no_chain() -> None:
    for status in (judge_one(signed_by_person(), Trust()), judge_one(signed_by("stranger"))):
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
        assert status.signer == "Nguyễn Văn An"


def test_revocation_that_cannot_be_checked_is_told() -> None:
    status = judge_one(signed_by_person(), make_pki().trust(crls=False))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "TRY_LATER")
    assert status.reason
    assert "revocation" in status.reason


def test_list_that_is_out_of_date_is_none() -> None:
    (status,) = judge_pdf("1", signed_by_person(), make_pki().trust(), AT + 60 * DAY)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "TRY_LATER")


def test_certificate_without_a_list_is_asked_of_the_list_at_hand() -> None:
    assert judge_one(signed_by("undeclared")).status is Status.TOTAL_PASSED
    assert judge_one(signed_by("undeclared"), make_pki().trust(crls=False)).status is Status.TOTAL_PASSED
    assert judge_one(signed_by("undeclared_revoked")).sub_indication == "REVOKED"


@pytest.mark.parametrize(
    ("days_ago", "timestamp", "status", "sub_indication"),
    [
        (0, False, Status.TOTAL_FAILED, "REVOKED"),
        (0, True, Status.TOTAL_FAILED, "REVOKED"),
        (100, False, Status.INDETERMINATE, "REVOKED_NO_POE"),
        (100, True, Status.TOTAL_PASSED, None),
    ],
)
def test_revocation_counts_from_its_day(
    days_ago: int, timestamp: bool, status: Status, sub_indication: str | None
) -> None:
    """The certificate was revoked 90 days before the judgement; only a timestamp proves an earlier signature."""
    found = judge_one(signed_by("revoked", days_ago, timestamp=timestamp))
    assert (found.status, found.sub_indication) == (status, sub_indication)


@pytest.mark.parametrize(
    ("days_ago", "sub_indication"), [(0, "EXPIRED"), (3 * 365, "OUT_OF_BOUNDS_NO_POE")], ids=["after", "before"]
)
def test_expired_certificate_is_indeterminate(days_ago: int, sub_indication: str) -> None:
    found = judge_one(signed_by("expired", days_ago))
    assert (found.status, found.sub_indication) == (Status.INDETERMINATE, sub_indication)


def test_certificate_that_is_not_yet_valid_is_told() -> None:
    (status,) = judge_pdf("1", signed_by_person(), make_pki().trust(), AT - 500 * DAY)
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NOT_YET_VALID")


def test_timestamp_is_the_time_of_signing() -> None:
    status = judge_one(signed_by("person", timestamp=True))
    assert (status.status, status.time_source, status.signed_at) == (
        Status.TOTAL_PASSED,
        "timestamp",
        AT - timedelta(hours=1),
    )


def test_timestamp_of_a_stranger_proves_no_time() -> None:
    pki = make_pki()
    status = judge_one(pki.sign_pdf(one_page_pdf(), pki.person, field="Person", timestamp_by=pki.stranger))
    assert (status.status, status.time_source) == (Status.TOTAL_PASSED, "claimed")
    assert status.reason
    assert "timestamp" in status.reason


def test_timestamp_from_the_future_is_no_proof() -> None:
    pki = make_pki()
    status = judge_one(pki.sign_pdf(one_page_pdf(), pki.person, field="Person", at=AT + DAY, timestamp=True))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")


def test_archive_additions_are_allowed_and_prove_the_time() -> None:
    """PAdES-LTA: revoked later, but list and document timestamp were added in time."""
    pki = make_pki()
    signed = signed_by("revoked", 100)
    kept = pki.stamp_document(pki.add_store(signed), field="Archive", at=AT - 99 * DAY)
    status = judge_one(kept, pki.trust(crls=False))
    assert (status.status, status.changed_after, status.covers_whole_file) == (
        Status.TOTAL_PASSED,
        Change.ALLOWED,
        False,
    )
    assert (status.time_source, status.signed_at) == ("timestamp", AT - 99 * DAY)


def test_archive_timestamp_of_a_stranger_proves_nothing() -> None:
    pki = make_pki()
    kept = pki.stamp_document(signed_by("revoked", 100), field="Archive", at=AT - 99 * DAY, by=pki.stranger)
    assert judge_one(kept).sub_indication == "REVOKED_NO_POE"


def test_archive_that_was_tampered_with_is_suspicious() -> None:
    """The document timestamp covers the added list; it does not fit any more."""
    pki = make_pki()
    kept = pki.stamp_document(pki.add_store(signed_by_person()), field="Archive", at=AT)
    place = len(pki.add_store(signed_by_person())) - 20
    status = judge_one(kept[:place] + b"%" + kept[place + 1 :])
    assert (status.status, status.changed_after) == (Status.INDETERMINATE, Change.SUSPICIOUS)


def test_octets_behind_archive_additions_are_suspicious() -> None:
    kept = make_pki().add_store(signed_by_person())
    assert judge_one(kept).changed_after is Change.ALLOWED
    assert judge_one(kept + b"% more").changed_after is Change.SUSPICIOUS


def test_certification_permits_what_it_says() -> None:
    pki = make_pki()
    certified = pki.sign_pdf(one_page_pdf(), pki.person, field="Person", certify=True)
    sealed = judge(pki.sign_pdf(certified, pki.organization, field="Office"))
    assert [(status.status, status.changed_after) for status in sealed] == [
        (Status.TOTAL_PASSED, Change.ALLOWED),
        (Status.TOTAL_PASSED, Change.NOTHING),
    ]


def test_certification_forbids_what_it_does_not_say() -> None:
    """The office signed the change, but the leader had ruled changes out."""
    pki = make_pki()
    certified = pki.sign_pdf(one_page_pdf(), pki.person, field="Person", certify=True)
    person, office = judge(pki.sign_pdf(rewrite_page(certified), pki.organization, field="Office"))
    assert (person.status, person.changed_after) == (Status.INDETERMINATE, Change.SUSPICIOUS)
    assert office.status is Status.TOTAL_PASSED


def test_failed_countersignature_vouches_for_nothing() -> None:
    pki = make_pki()
    numbered = pki.sign_pdf(rewrite_page(signed_by_person()), pki.revoked, field="Office")
    person, office = judge(numbered)
    assert (office.status, office.sub_indication) == (Status.TOTAL_FAILED, "REVOKED")
    assert (person.status, person.changed_after) == (Status.INDETERMINATE, Change.SUSPICIOUS)


def test_encrypted_file_is_not_called_broken() -> None:
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(one_page_pdf())))
    writer.encrypt("owner", "user")  # type: ignore[no-untyped-call] # pyHanko leaves some methods untyped
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call] # as above
    status = judge_one(out.getvalue() + b"% /ByteRange\n")
    assert (status.status, status.reason) == (Status.INDETERMINATE, "the file is encrypted")


def test_file_of_a_hundred_signature_fields_ends() -> None:
    """One good dictionary under many fields: each is judged, up to the limit."""
    pdf = signed_by_person()
    begin = pdf.index(b"/Fields [ 8 0 R ]")
    pdf = pdf[:begin] + b"/Fields [" + b" 8 0 R" * 100 + b"]" + pdf[begin + 17 :]
    assert len(judge(pdf)) <= 33


@given(place=st.integers(0, 2**20), octet=st.integers(0, 255), both=st.booleans())
@settings(max_examples=120)
def test_no_change_of_signed_octets_passes(place: int, octet: int, both: bool) -> None:
    """Flip one octet anywhere: no exception; nothing passes unless the change lies in the last signature's own gap."""
    pdf = signed_by_both() if both else signed_by_person()
    begin, end = gap_of(pdf)
    place %= len(pdf)
    if begin < place < end and place % 4:  # the gap is most of these files: look elsewhere more often
        place = place % begin
    changed = pdf[:place] + bytes([octet]) + pdf[place + 1 :]
    statuses = judge(changed)
    if changed != pdf and any(status.status is Status.TOTAL_PASSED for status in statuses):
        assert begin < place < end


@given(cut=st.integers(1, 2**20), both=st.booleans())
@settings(max_examples=40)
def test_no_cut_passes(cut: int, both: bool) -> None:
    """Any truncation: no exception; the second revision cut off whole leaves the first, which is good by itself."""
    pdf = signed_by_both() if both else signed_by_person()
    short = pdf[: cut % len(pdf)]
    passed = [status for status in judge(short) if status.status is Status.TOTAL_PASSED]
    assert not passed or short == signed_by_person()


@given(
    begin=st.integers(0, 2**20),
    octets=st.sampled_from([b"<<", b">>", b"[", b"]", b"0 0 R", b"9 0 R", b"/", b"(", b"999999999999", b"\0" * 50]),
)
@settings(max_examples=40)
def test_structure_out_of_joint_is_survived(begin: int, octets: bytes) -> None:
    pdf = signed_by_both()
    begin %= len(pdf)
    for status in judge(pdf[:begin] + octets + pdf[begin + len(octets) :]):
        assert status.status is Status.TOTAL_PASSED or status.reason


def test_archive_timestamp_proves_an_older_one_whose_authority_has_expired() -> None:
    """PAdES-LTA: signer and first authority have expired; the list of that time is in the store, all was stamped."""
    then = AT - timedelta(days=3 * 365)
    old = make_pki(then)
    person = _issue(old.person.certificate.subject, old.person.key, at=then, by=old.issuing, days=2 * 365, crl=True)
    authority = _issue(old.tsa.certificate.subject, old.tsa.key, at=then, by=old.issuing, days=2 * 365, tsa=True)
    now = _revoke(old.issuing, (), at=AT, days=30)
    trust = Trust(anchors=(old.root.der,), others=(old.issuing.der,), crls=(now,))
    kept = old.add_store(old.sign_pdf(one_page_pdf(), person, field="Person", at=then, timestamp_by=authority))
    expired = judge_one(kept, trust)
    assert (expired.status, expired.sub_indication) == (Status.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
    archived = judge_one(old.stamp_document(kept, field="Archive", at=then + DAY), trust)
    assert (archived.status, archived.time_source, archived.signed_at) == (Status.TOTAL_PASSED, "timestamp", then)
    late = judge_one(old.stamp_document(kept, field="Archive", at=AT - DAY), trust)
    assert (late.status, late.sub_indication) == (Status.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")


def test_what_waits_for_a_list_of_revoked_certificates_is_not_called_changed() -> None:
    """C6: leader signs, clerk numbers and seals, and the list is late: both wait, and neither is an alarm."""
    found = judge(signed_by_both(), make_pki().trust(crls=False))
    assert [(each.status, each.sub_indication, each.changed_after) for each in found] == [
        (Status.INDETERMINATE, "TRY_LATER", Change.COUNTERSIGNED),
        (Status.INDETERMINATE, "TRY_LATER", Change.NOTHING),
    ]
    tampered = judge(rewrite_page(signed_by_both()), make_pki().trust(crls=False))
    assert [each.changed_after for each in tampered] == [Change.SUSPICIOUS] * 2
