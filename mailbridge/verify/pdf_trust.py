"""The cryptographic side of one PDF signature, by pyHanko, and the material that a PDF file carries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailbridge.verify.chain import judge_chain
from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.signature import Status
from mailbridge.verify.timestamps import StampedTime, read_token, read_tokens
from mailbridge.verify.value import judge_value
from mailbridge.verify.verdict import PASSED, Verdict, combined, failed, unclear

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_SUBFILTERS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES")
_DOCUMENT_TIMESTAMP = "/ETSI.RFC3161"


def read_material(trust: Trust, reader: PdfFileReader) -> Material:
    """Put the document security store (ISO 32000-2 §12.8.4.3) beside our own material; a broken one adds nothing."""
    from asn1crypto import crl, ocsp
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    try:
        store: Any = DocumentSecurityStore.read_dss(reader)
        certificates = list(store.load_certs())
        crls = [crl.CertificateList.load(each.get_object().data) for each in store.crls]
        ocsps = [ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps]
    except MemoryError:
        raise
    # A stranger's file; without its store the signature is judged by our own material.
    except Exception:  # noqa: BLE001
        return Material(trust)
    return Material(trust, certificates=certificates, crls=crls, ocsps=ocsps)


def read_timestamp(embedded: EmbeddedPdfSignature, material: Material, at: datetime) -> StampedTime:
    """Judge the timestamp tokens inside a signature at the moment `at`; raises whatever pyHanko meets."""
    from pyhanko.sign.general import find_cms_attribute_iter
    from pyhanko.sign.validation.generic_cms import message_imprint_checker

    signer: Any = embedded.signer_info
    tokens = find_cms_attribute_iter(signer["unsigned_attrs"], "signature_time_stamp_token")
    return read_tokens(tokens, message_imprint_checker(signer), material, at)


def read_document_timestamp(embedded: EmbeddedPdfSignature, material: Material, at: datetime) -> StampedTime:
    """Judge a timestamp over the whole file (ISO 32000-2 §12.8.5) at `at`; raises whatever pyHanko meets."""
    from asn1crypto import cms

    if embedded.sig_object.get("/SubFilter") != _DOCUMENT_TIMESTAMP:
        return StampedTime(broken=True)
    token = cms.ContentInfo.load(embedded.pkcs7_content)
    return read_token(token, embedded.compute_digest, material, at)


def check_signature(
    embedded: EmbeddedPdfSignature, material: Material, moment: datetime, claimed: datetime | None
) -> tuple[Verdict, tuple[Any, ...]]:
    """
    Judge integrity, signature value and chain at `moment`; what was changed afterwards is not looked at.

    Args:
        moment: When the signature existed at the latest: its timestamp, or the receipt of the file.
        claimed: When the signer says that it was made.

    Returns:
        The verdict, and the chain as `judge_chain` returns it.
    """
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        certificate: Any = embedded.signer_cert
    except SignatureValidationError:
        return unclear("NO_SIGNING_CERTIFICATE_FOUND"), ()
    value = _check_value(embedded, certificate, moment)
    if value.status is Status.TOTAL_FAILED:
        return value, ()
    verdict, chain = judge_chain(certificate, _beside(embedded, material), moment, claimed)
    return combined((verdict, value, _check_field(embedded, chain, material, moment))), chain


def _check_value(embedded: EmbeddedPdfSignature, certificate: Any, moment: datetime) -> Verdict:
    content: Any = embedded.signed_data["encap_content_info"]
    subfilter = embedded.sig_object.get("/SubFilter")
    attached = content["content"].native is not None
    if embedded.sig_object_type != "/Sig" or subfilter not in _SUBFILTERS or attached:
        # What is signed would stand inside the signature instead of in the file.
        return failed("FORMAT_FAILURE")
    return judge_value(
        embedded.signer_info, certificate, content["content_type"].native, embedded.compute_digest(), moment
    )


def _check_field(
    embedded: EmbeddedPdfSignature, chain: tuple[Any, ...], material: Material, moment: datetime
) -> Verdict:
    """Check what the field asks of its signature (ISO 32000-1 §12.7.4.5), and the timestamp of the content."""
    return combined((_check_seed(embedded, chain), _check_content_time(embedded, material, moment)))


def _check_seed(embedded: EmbeddedPdfSignature, chain: tuple[Any, ...]) -> Verdict:
    from pyhanko.sign.validation.pdf_embedded import report_seed_value_validation
    from pyhanko_certvalidator.authority import CertTrustAnchor
    from pyhanko_certvalidator.path import ValidationPath

    if embedded.seed_value_spec is None or not chain:
        return PASSED
    *links, anchor = chain
    path = ValidationPath(CertTrustAnchor(anchor), list(reversed(links[1:])), links[0] if links else None)
    stamped = any(each["type"].native == "signature_time_stamp_token" for each in _unsigned(embedded))
    report = report_seed_value_validation(embedded, path, timestamp_found=stamped)
    if report["seed_value_constraint_error"] is None:
        return PASSED
    return unclear("SIG_CONSTRAINTS_FAILURE", "the signature is not of the kind that its field asks for")


def _check_content_time(embedded: EmbeddedPdfSignature, material: Material, moment: datetime) -> Verdict:
    from pyhanko.sign.general import find_cms_attribute_iter

    signer: Any = embedded.signer_info
    tokens = find_cms_attribute_iter(signer["signed_attrs"], "content_time_stamp")
    if not read_tokens(tokens, embedded.compute_digest, material, moment).broken:
        return PASSED
    return unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp of the content does not fit")


def _unsigned(embedded: EmbeddedPdfSignature) -> Iterable[Any]:
    attributes: Any = embedded.signer_info["unsigned_attrs"]
    return list(attributes or ())


def _beside(embedded: EmbeddedPdfSignature, material: Material) -> Material:
    """Add the certificates of the signature, and the lists and answers that Adobe's programs sign along with it."""
    from pyhanko.sign.general import find_cms_attribute_iter

    crls: list[Any] = []
    ocsps: list[Any] = []
    signer: Any = embedded.signer_info
    for archive in find_cms_attribute_iter(signer["signed_attrs"], "adobe_revocation_info_archival"):
        crls += list(archive["crl"] or ())
        ocsps += list(archive["ocsp"] or ())
    return material.beside(certificates=embedded.other_embedded_certs, crls=crls, ocsps=ocsps)
