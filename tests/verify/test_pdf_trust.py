"""What a PDF signature carries with it: certificates, lists, answers and times; and the strength of its value."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, crl, ocsp, pdf

from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf import judge_pdf
from mailbridge.verify.signature import SignatureStatus, Status
from tests.keys.authorities import AUTHORITY, LIST, RESPONDER, STAMPING, Identity, Shape, issue, make_name, rsa_key
from tests.keys.pki import AT, make_pki, one_page_pdf
from tests.keys.state import DAY
from tests.verify.builders_chain import state
from tests.verify.builders_cms import attribute, signer_info, wrapped
from tests.verify.builders_pdf import gap_of

PDF = one_page_pdf()


def judge(content: bytes, trust: Trust) -> SignatureStatus:
    (status,) = judge_pdf("1", content, trust, AT)
    return status


def sign(who: Identity, **how: object) -> bytes:
    return make_pki().sign_pdf(PDF, who, field="Chữ ký", **how)  # type: ignore[arg-type] # passed through


def test_certificates_in_the_signature_complete_the_chain() -> None:
    s = state()
    middle = issue(make_name(CN="CA giữa"), AUTHORITY, AT, by=s.root)
    who = s.person(by=middle)
    assert judge(sign(who), s.trust(others=())).status is Status.TOTAL_PASSED
    alone = replace(who, chain=())
    assert judge(sign(alone), s.trust(others=())).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert judge(sign(alone), s.trust(others=[middle])).status is Status.TOTAL_PASSED


def test_answer_in_the_security_store_counts() -> None:
    s = state()
    who = s.person(Shape(responder=RESPONDER))
    signed = sign(who)
    assert judge(signed, s.trust()).sub_indication == "TRY_LATER"
    assert judge(with_store(signed, s.said_good(who)), s.trust()).status is Status.TOTAL_PASSED
    assert judge(with_store(signed, s.said_good(s.body())), s.trust()).sub_indication == "TRY_LATER"


def with_store(signed: bytes, answer: bytes) -> bytes:
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    out = io.BytesIO(signed)
    DocumentSecurityStore.add_dss(out, None, ocsps=[ocsp.OCSPResponse.load(answer)])
    return out.getvalue()


def test_list_that_adobe_signs_along_counts() -> None:
    s = state()
    who = s.person(Shape(lists=(LIST,)))
    archive = pdf.RevocationInfoArchival({"crl": [crl.CertificateList.load(s.crl())]})
    assert judge(sign_with_archive(who, archive), s.trust()).status is Status.TOTAL_PASSED
    revoked = pdf.RevocationInfoArchival({"crl": [crl.CertificateList.load(s.crl({who.serial: AT - 3 * DAY}))]})
    assert judge(sign_with_archive(who, revoked), s.trust()).sub_indication == "REVOKED"


def sign_with_archive(who: Identity, archive: object) -> bytes:
    def attributes(content: bytes) -> list[object]:
        return [
            attribute("content_type", "data"),
            attribute("message_digest", hashlib.sha256(content).digest()),
            attribute("signing_time", cms.Time({"utc_time": AT - timedelta(hours=1)})),
            attribute("adobe_revocation_info_archival", archive),
        ]

    return put_in(who, lambda content: signer_info(content, who, attributes(content), scheme="ecdsa"))


def put_in(who: Identity, signer: Callable[[bytes], Any]) -> bytes:
    """Sign a file and put another signature of the same person into the same place."""
    # The place is as wide as a signature with its timestamp needs.
    signed = sign(who, timestamp=True)
    begin, end = gap_of(signed)
    made = wrapped(None, [signer(signed[:begin] + signed[end:])], [who]).hex().encode()
    return signed[:begin] + b"<" + made.ljust(end - begin - 2, b"0") + b">" + signed[end:]


class TestOldAlgorithms:
    """SHA-1 as the signature's digest: verified and named, unless the signature may be younger than 2021."""

    def sign(self, at: datetime, *, stamped: bool) -> bytes:
        s = state()
        old = Shape(begin=-12 * 365, end=365)
        who = s.person(old, by=s.old_issuing, key=rsa_key(1))
        tsa = issue(make_name(CN="TSA cũ"), replace(STAMPING, begin=-12 * 365), AT, by=s.old_issuing, key=rsa_key(1))
        stamp: dict[str, Any] = {"stamped_by": tsa, "stamped_at": at} if stamped else {}
        return put_in(who, lambda content: signer_info(content, who, digest="sha1", **stamp))

    def test_stamped_before(self) -> None:
        found = judge(self.sign(datetime(2016, 5, 1, tzinfo=UTC), stamped=True), state().trust())
        assert (found.status, found.weaknesses) == (Status.TOTAL_PASSED, ("sha1",))

    def test_only_claimed_before(self) -> None:
        found = judge(self.sign(datetime(2016, 5, 1, tzinfo=UTC), stamped=False), state().trust())
        assert (found.status, found.sub_indication) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
        assert found.weaknesses == ("sha1",)

    def test_stamped_after(self) -> None:
        found = judge(self.sign(AT - DAY, stamped=True), state().trust())
        assert found.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"

    def test_changed_content_is_told_first(self) -> None:
        changed = self.sign(AT - DAY, stamped=False).replace(b"So: 12", b"So: 13")
        assert b"So: 13" in changed
        assert judge(changed, state().trust()).sub_indication == "HASH_FAILURE"
