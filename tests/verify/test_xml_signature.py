from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from time import process_time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner
from signxml.verifier import XMLVerifier

from mailbridge.decision.proof import is_valid
from mailbridge.verify.signature import Change, SignatureStatus, Status
from mailbridge.verify.xml_signature import judge_xml
from tests.keys.pki import AT, make_pki
from tests.verify.builders_xml import (
    DSIG,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    INCLUSIVE_1_1,
    PACKET,
    RSA_SHA256,
    SHA1,
    Ref,
    curve_identity,
    identity_with,
    packet,
    sign,
)

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_FORGED = f'<MessageHeader xmlns="{PACKET}"><Subject>Giả mạo</Subject></MessageHeader>'.encode()


def judge(document: bytes) -> SignatureStatus:
    (status,) = judge_xml("2", document, make_pki().trust(), AT)
    return status


def signed(**how: object) -> bytes:
    return sign(packet(), make_pki().organization, **how)  # type: ignore[arg-type] # passed on as they are


def with_ids() -> bytes:
    """A packet whose parts bear ids, as those who sign parts write it."""
    names = ("edXML:MessageHeader", "TraceHeaderList", "edXMLManifest", "AttachmentEncoded")
    document = packet()
    for name in names:
        document = document.replace(f"<{name}".encode(), f'<{name} Id="{name.partition(":")[2] or name}"'.encode(), 1)
    return document


PARTS = tuple(
    Ref(uri=f"#{name}", transforms=(EXCLUSIVE,))
    for name in ("MessageHeader", "TraceHeaderList", "edXMLManifest", "AttachmentEncoded")
)


class TestHonest:
    def test_an_enveloped_signature_over_the_whole_packet_passes(self) -> None:
        status = judge(signed())
        assert (status.status, status.sub_indication, status.reason) == (Status.TOTAL_PASSED, None, None)
        assert (status.format, status.signer, status.role) == ("xmldsig", "SỞ NỘI VỤ TỈNH BẮC KẠN", "organization")
        assert status.covers_whole_file
        assert status.covers == ("",)
        assert status.changed_after is Change.NOTHING
        assert status.certificate is not None
        assert len(status.chain) == 3
        assert is_valid(status)

    def test_the_builder_agrees_with_an_independent_verifier(self) -> None:
        certificate = make_pki().organization.certificate
        found = XMLVerifier().verify(signed(), x509_cert=certificate)
        assert not isinstance(found, list)
        assert found.signed_xml is not None

    def test_what_an_independent_signer_made_passes(self) -> None:
        who = make_pki().organization
        signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
        root = signer.sign(etree.fromstring(packet()), key=who.key, cert=[who.certificate])
        # It adds the bare key too, which names nobody and harms nobody.
        assert judge(etree.tostring(root)).status is Status.TOTAL_PASSED

    @pytest.mark.parametrize("c14n", [EXCLUSIVE, EXCLUSIVE + "WithComments", INCLUSIVE, INCLUSIVE_1_1])
    def test_each_canonicalization(self, c14n: str) -> None:
        assert judge(signed(c14n=c14n, refs=[Ref(transforms=(ENVELOPED, c14n))])).status is Status.TOTAL_PASSED

    def test_a_list_of_prefixes_that_are_treated_inclusively(self) -> None:
        assert judge(signed(prefixes="edXML")).status is Status.TOTAL_PASSED

    def test_the_word_for_no_prefix_is_not_judged(self) -> None:
        status = judge(signed(prefixes="edXML #default"))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")

    def test_no_canonicalization_named(self) -> None:
        assert judge(signed(refs=[Ref(transforms=(ENVELOPED,))])).status is Status.TOTAL_PASSED

    @pytest.mark.parametrize("size", ["256", "384", "512"])
    def test_rsa(self, size: str) -> None:
        assert judge(signed(method=f"{_MORE}rsa-sha{size}")).status is Status.TOTAL_PASSED

    def test_rsa_with_probabilistic_padding(self) -> None:
        method = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
        assert judge(signed(method=method)).status is Status.TOTAL_PASSED

    def test_elliptic_curve(self) -> None:
        document = sign(packet(), curve_identity(), method=f"{_MORE}ecdsa-sha256")
        assert judge(document).status is Status.TOTAL_PASSED

    def test_every_part_by_its_id(self) -> None:
        status = judge(sign(with_ids(), make_pki().organization, refs=PARTS))
        assert status.status is Status.TOTAL_PASSED
        assert status.covers == ("#MessageHeader", "#TraceHeaderList", "#edXMLManifest", "#AttachmentEncoded")

    def test_an_enveloping_signature(self) -> None:
        held = '<ds:Object Id="held"><văn_bản>Nội dung</văn_bản></ds:Object>'
        document = sign(b"", make_pki().person, refs=[Ref(uri="#held", transforms=(EXCLUSIVE,))], objects=held)
        status = judge(document)
        assert status.status is Status.TOTAL_PASSED
        assert status.covers_whole_file

    def test_utf_16(self) -> None:
        document = signed().decode().replace('encoding="utf-8"', 'encoding="utf-16"').replace("encoding='utf-8'", "")
        assert judge(document.encode("utf-16")).status is Status.TOTAL_PASSED

    def test_a_comment_added_changes_nothing_that_is_read(self) -> None:
        document = signed().replace(b"<TraceHeaderList", b"<!-- Gia mao --><TraceHeaderList")
        assert judge(document).status is Status.TOTAL_PASSED

    def test_two_signatures_over_the_same_parts(self) -> None:
        pki = make_pki()
        once = sign(with_ids(), pki.person, refs=PARTS)
        twice = sign(once, pki.organization, refs=PARTS, name="sig2")
        found = judge_xml("2", twice, pki.trust(), AT)
        assert [(each.role, each.status) for each in found] == [
            ("person", Status.TOTAL_PASSED),
            ("organization", Status.TOTAL_PASSED),
        ]


class TestNoSignature:
    def test_a_packet_without_one(self) -> None:
        assert judge_xml("2", packet(), make_pki().trust(), AT) == ()

    @pytest.mark.parametrize("space", [DSIG, PACKET])
    def test_the_element_that_builders_leave_empty(self, space: str) -> None:
        empty = (
            f'<Signature xmlns="{space}"><SignedInfo><Reference URI=""><DigestValue/></Reference></SignedInfo>'
            "<SignatureValue> </SignatureValue></Signature></edXMLHeader>"
        )
        document = packet().replace(b"</edXMLHeader>", empty.encode())
        assert judge_xml("2", document, make_pki().trust(), AT) == ()

    def test_something_that_is_no_xml(self) -> None:
        assert judge_xml("2", b"%PDF-1.4", make_pki().trust(), AT) == ()


class TestChain:
    def test_an_unknown_authority(self) -> None:
        status = judge(sign(packet(), make_pki().stranger))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")

    def test_no_list_of_revocations(self) -> None:
        (status,) = judge_xml("2", signed(), make_pki().trust(crls=False), AT)
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "TRY_LATER")

    def test_revoked_before_signing(self) -> None:
        status = judge(sign(packet(), make_pki().revoked, claimed=AT - timedelta(hours=1)))
        assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "REVOKED")

    def test_sha1_today_is_too_weak(self) -> None:
        status = judge(signed(method=DSIG + "rsa-sha1", refs=[Ref(digest=SHA1)]))
        assert (status.status, status.sub_indication) == (
            Status.INDETERMINATE,
            "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        )
        assert status.weaknesses == ("sha1",)

    def test_sha1_of_one_reference_is_enough(self) -> None:
        assert judge(signed(refs=[Ref(digest=SHA1)])).status is Status.INDETERMINATE

    def test_sha1_of_its_own_time_is_named_old(self) -> None:
        at = AT.replace(year=2018)
        pki = make_pki(at)
        document = sign(packet(), pki.organization, method=DSIG + "rsa-sha1", refs=[Ref(digest=SHA1)])
        (status,) = judge_xml("2", document, pki.trust(), at)
        assert (status.status, status.weaknesses) == (Status.TOTAL_PASSED, ("sha1",))


class TestKey:
    def test_a_key_that_is_too_short(self) -> None:
        weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        status = judge(sign(packet(), identity_with(weak)))
        assert (status.status, status.weaknesses) == (Status.INDETERMINATE, ("short-key",))

    def test_a_bare_key_names_nobody(self) -> None:
        value = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>"
        status = judge(signed(key_info=value))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")

    def test_the_certificate_of_another(self) -> None:
        other = base64.b64encode(make_pki().tsa.der).decode()
        info = f"<ds:X509Data><ds:X509Certificate>{other}</ds:X509Certificate></ds:X509Data>"
        status = judge(signed(key_info=info))
        assert (status.status, status.sub_indication) == (Status.TOTAL_FAILED, "SIG_CRYPTO_FAILURE")

    def test_a_shared_secret_proves_nobody(self) -> None:
        document = signed().replace(f"{_MORE}rsa-sha256".encode(), f"{DSIG}hmac-sha1".encode())
        status = judge(document)
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")

    def test_a_certificate_that_is_none(self) -> None:
        info = "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"
        assert judge(signed(key_info=info)).sub_indication == "FORMAT_FAILURE"


def _edit(pattern: str, new: str) -> Callable[[bytes], bytes]:
    def edit(document: bytes) -> bytes:
        changed = re.sub(pattern, new, document.decode(), count=1, flags=re.DOTALL)
        assert changed != document.decode()
        return changed.encode()

    return edit


_HIDDEN = _FORGED.decode()
_FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "a word of the header": _edit("Về việc", "Về chuyện"),
    "an attachment": _edit(r"(<ContentTransferEncoded>)JVBE", r"\1JVBF"),
    "a second header before the first": _edit("<edXMLHeader>", f"<edXMLHeader>{_HIDDEN}"),
    "a second header behind all": _edit("</edXML>", f"{_HIDDEN}</edXML>"),
    "a header in an object of the signature": _edit("</ds:KeyInfo>", f"</ds:KeyInfo><ds:Object>{_HIDDEN}</ds:Object>"),
    "a header in the key's information": _edit("<ds:KeyInfo>", f"<ds:KeyInfo>{_HIDDEN}"),
    "a header before the signed information": _edit("<ds:SignedInfo>", f"{_HIDDEN}<ds:SignedInfo>"),
    "an attachment in the signature's own namespace": _edit(
        "</ds:KeyInfo>",
        "</ds:KeyInfo><ds:Object><ds:Attachment><ds:ContentTransferEncoded>QUFBQQ==</ds:ContentTransferEncoded>"
        "</ds:Attachment></ds:Object>",
    ),
    "text in an object": _edit("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object>Gia mao</ds:Object>"),
    "an attribute on the root": _edit('<edXML xmlns="', '<edXML Subject="Giả mạo" xmlns="'),
    "a changed namespace": _edit("QCVN_102_2016", "QCVN_102_2017"),
    "a digest of something else": _edit(r"(<ds:DigestValue>)....", r"\1AAAA"),
    "another algorithm than the signed one": _edit("rsa-sha256", "rsa-sha512"),
    "a broken value": _edit(r"(<ds:SignatureValue>)....", r"\1AAAA"),
    "a value that is no base64": _edit(r"(<ds:SignatureValue>)....", r"\1____"),
    "a comment within a digest": _edit(r"(<ds:DigestValue>....)", r"\1<!-- -->"),
    "a document type": _edit(r"(<edXML )", r"<!DOCTYPE edXML>\1"),
    "a document type behind a comment": _edit(r"(<edXML )", r"<!-- --><?x?><!DOCTYPE edXML [<!ENTITY a 'b'>]>\1"),
    "default attributes by a document type": _edit(
        r"(<edXML )", r"<!DOCTYPE edXML [<!ATTLIST Subject Id ID 'MessageHeader'>]>\1"
    ),
    "another encoding": _edit("encoding=['\"]utf-8['\"]", "encoding='windows-1258'"),
    "no well-formed XML": _edit("</edXML>", "</edXml>"),
    "two values": _edit("(<ds:SignatureValue>.*?</ds:SignatureValue>)", r"\1\1"),
    "two signed informations": _edit("(<ds:SignedInfo>.*?</ds:SignedInfo>)", r"\1\1"),
}


@pytest.mark.parametrize("forge", _FORGERIES.values(), ids=_FORGERIES.keys())
def test_no_forgery_of_a_packet_passes(forge: Callable[[bytes], bytes]) -> None:
    honest = signed()
    assert judge(honest).status is Status.TOTAL_PASSED
    forged = judge(forge(honest))
    assert forged.status is not Status.TOTAL_PASSED
    assert not is_valid(forged)


_PARTS_FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "the signed header moved away, another in its place": lambda document: _moved(document, b"<edXMLBody>"),
    "the signed header moved into the signature": lambda document: _moved(document, b"</ds:KeyInfo>", "ds:Object"),
    "a second element of the same id": _edit("<edXMLBody>", '<edXMLBody><X Id="MessageHeader"/>'),
    "a second element of the same id by another name": _edit("<edXMLBody>", '<edXMLBody><X ID="MessageHeader"/>'),
    "a second element of the same xml:id": _edit("<edXMLBody>", '<edXMLBody><X xml:id="MessageHeader"/>'),
    "another attachment beside the signed ones": _edit("</edXML>", "<Attachment><A>a</A></Attachment></edXML>"),
    "text between": _edit("<edXMLBody>", "<edXMLBody>Giả mạo"),
    "an empty element between": _edit("<edXMLBody>", "<edXMLBody><Status/>"),
    "a frame around what is signed": lambda document: document.replace(
        b"<AttachmentEncoded", b"<ToPlaces><AttachmentEncoded"
    ).replace(b"</AttachmentEncoded>", b"</AttachmentEncoded></ToPlaces>"),
    "a style sheet": _edit("<edXML ", '<?xml-stylesheet type="text/xsl" href="data:,x"?><edXML '),
    "an instruction in an envelope": _edit("<edXMLHeader>", "<edXMLHeader><?show no?>"),
    "an id that is gone": _edit('Id="MessageHeader"', 'Id="Other"'),
}


def _moved(document: bytes, where: bytes, around: str = "edXMLBody") -> bytes:
    """Put the signed header where no reader looks, and a forged one where it stood."""
    found = re.search(rb"<edXML:MessageHeader .*?</edXML:MessageHeader>", document, re.DOTALL)
    assert found
    other = found.group().replace("Về việc".encode(), "Giả mạo".encode()).replace(b'Id="MessageHeader"', b"")
    hidden = f"<{around}>".encode() + found.group() + f"</{around}>".encode()
    document = document.replace(found.group(), other)
    return document.replace(where, where + hidden if where.startswith(b"</") else hidden + where, 1)


@pytest.mark.parametrize("forge", _PARTS_FORGERIES.values(), ids=_PARTS_FORGERIES.keys())
def test_no_wrapping_of_signed_parts_passes(forge: Callable[[bytes], bytes]) -> None:
    honest = sign(with_ids(), make_pki().organization, refs=PARTS)
    assert judge(honest).status is Status.TOTAL_PASSED
    assert not is_valid(judge(forge(honest)))


class TestCoverage:
    def test_only_the_header_is_suspicious(self) -> None:
        status = judge(sign(with_ids(), make_pki().organization, refs=PARTS[:1]))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
        assert status.changed_after is Change.SUSPICIOUS
        assert not status.covers_whole_file

    def test_only_an_attachment_is_suspicious(self) -> None:
        status = judge(sign(with_ids(), make_pki().organization, refs=PARTS[3:]))
        assert (status.status, status.changed_after) == (Status.INDETERMINATE, Change.SUSPICIOUS)

    def test_what_stands_around_the_signed_element_of_another_document(self) -> None:
        document = b'<HDon><DLHDon Id="d"><So>12</So></DLHDon><DSCKS/></HDon>'
        refs = [Ref(uri="#d", transforms=(EXCLUSIVE,))]
        status = judge(sign(document, make_pki().organization, refs=refs, into="DSCKS"))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
        assert status.changed_after is Change.NOTHING

    def test_the_text_of_an_element_alone_does_not_cover_it(self) -> None:
        refs = [Ref(uri="#d", transforms=(DSIG + "base64",))]
        held = '<ds:Object Id="d">QUFBQQ==</ds:Object>'
        assert judge(sign(b"", make_pki().person, refs=refs, objects=held)).status is Status.INDETERMINATE

    def test_what_lies_elsewhere_is_not_fetched(self) -> None:
        status = judge(signed(refs=[Ref(), Ref(uri="https://mailbridge.invalid/a", part=b"a")]))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")

    @pytest.mark.parametrize(
        "algorithm",
        [
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "http://www.w3.org/2002/06/xmldsig-filter2",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            "http://mailbridge.invalid/unknown",
        ],
    )
    def test_transforms_that_choose_are_not_run(self, algorithm: str) -> None:
        status = judge(signed(refs=[Ref(transforms=(ENVELOPED, algorithm))]))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")

    def test_xpointers_are_not_run(self) -> None:
        status = judge(signed(refs=[Ref(uri="#xpointer(/)", part=b"")]))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


class TestLimits:
    def test_references(self) -> None:
        document = signed(refs=[Ref(uri="#x", part=b"")] * 1001)
        assert judge(document).sub_indication == "GENERIC"

    def test_transforms(self) -> None:
        assert judge(signed(refs=[Ref(transforms=(ENVELOPED, *[EXCLUSIVE] * 10))])).sub_indication == "GENERIC"

    def test_signatures(self) -> None:
        one = re.search(rb"<ds:Signature .*</ds:Signature>", signed(), re.DOTALL)
        assert one
        document = packet().replace(b"</edXMLHeader>", one.group() * 30 + b"</edXMLHeader>")
        found = judge_xml("2", document, make_pki().trust(), AT)
        assert len(found) == 17
        assert {each.status for each in found} == {Status.TOTAL_FAILED}

    def test_a_document_digested_again_and_again(self) -> None:
        document = packet(files=(b"a" * 200_000,))
        refs = [Ref(), *[Ref(transforms=(ENVELOPED, INCLUSIVE))] * 300]
        status = judge(sign(document, make_pki().person, refs=refs))
        assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")

    def test_name_spaces_that_every_part_brings_along(self) -> None:
        """Thousands of them above, and hundreds of references: libxml2 would need minutes."""
        spaces = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(3000)).encode()
        document = packet().replace(b"<edXML xmlns", b"<edXML " + spaces + b" xmlns", 1)
        parts = b"".join(b'<x Id="x%d"/>' % number for number in range(500))
        document = document.replace(b"<edXMLManifest", parts + b"<edXMLManifest")
        reference = (
            '<ds:Reference URI="#x{}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
        )
        text = (
            f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
            f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>{"".join(map(reference.format, range(500)))}'
            "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"
        )
        begin = process_time()
        status = judge(document.replace(b"</edXMLHeader>", text.encode() + b"</edXMLHeader>"))
        assert (status.status, process_time() - begin < 2) == (Status.INDETERMINATE, True)

    def test_deep_nesting(self) -> None:
        document = signed().replace(b"<edXMLBody>", b"<a>" * 5000 + b"</a>" * 5000 + b"<edXMLBody>")
        assert judge(document).status is Status.TOTAL_FAILED


def test_an_old_signature_of_another_namespace_is_not_judged() -> None:
    filled = (
        "<Signature><SignedInfo><Reference><DigestValue>AA==</DigestValue></Reference></SignedInfo>"
        "<SignatureValue>AA==</SignatureValue></Signature></edXMLHeader>"
    )
    status = judge(packet().replace(b"</edXMLHeader>", filled.encode()))
    assert (status.status, status.sub_indication) == (Status.INDETERMINATE, "GENERIC")


@given(place=st.integers(0, 10**9), value=st.integers(1, 255))
def test_no_changed_octet_passes_where_it_changes_what_is_read(place: int, value: int) -> None:
    document = signed()
    place %= len(document)
    changed = document[:place] + bytes([document[place] ^ value]) + document[place + 1 :]
    for status in judge_xml("2", changed, make_pki().trust(), AT):
        if status.status is Status.TOTAL_PASSED:
            assert _read(changed) == _read(document)


def _read(document: bytes) -> tuple[bytes, ...]:
    """Return all that is not the signature, and what was signed of it, in canonical form."""
    root = etree.fromstring(document)
    signature = next(root.iter(f"{{{DSIG}}}Signature"))
    info = etree.tostring(next(signature.iter(f"{{{DSIG}}}SignedInfo")), method="c14n")
    parent = signature.getparent()
    assert parent is not None
    parent.remove(signature)
    return info, etree.tostring(root, method="c14n", with_comments=False)


@given(st.binary(max_size=300))
def test_garbage_never_raises(noise: bytes) -> None:
    judge_xml("2", b"<a><ds:SignatureValue>" + noise, make_pki().trust(), AT)
