"""
The cryptographic and the certificate side of one PDF signature, by pyHanko, from given material only.

How revocation is judged: a certificate that names a CRL or an OCSP responder needs an answer that is current at the
moment judged for. If none is at hand the signature is `indeterminate`, TRY_LATER: what cannot be checked says so. The
same holds for a certificate that names nothing while a CRL of its issuer lies at hand. Only one that names nothing, of
an issuer that we hold no CRL of, passes unchecked: its CA offers no way to ask. Lists and answers inside the file (DSS)
count as much as ours, they are signed by the CA. One issued after the moment counts too: it knows more, not less.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import Status

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A status with its sub-indication (None with total-passed) and reason, as in `SignatureStatus`."""

    status: Status
    sub_indication: str | None = None
    reason: str | None = None


PASSED = Verdict(status=Status.TOTAL_PASSED)

_REASONS = {
    "NO_CERTIFICATE_CHAIN_FOUND": "no chain leads from the certificate to an anchor that we trust",
    "NO_SIGNING_CERTIFICATE_FOUND": "the signer's certificate is not in the signature",
    "CHAIN_CONSTRAINTS_FAILURE": "the certificate is not meant for signing documents",
    "CRYPTO_CONSTRAINTS_FAILURE": "the signature uses an algorithm or a key that is too weak",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "the signature uses an algorithm or a key that is too weak",
    "REVOKED_CA_NO_POE": "a certificate of the issuing authority was revoked",
    "TRY_LATER": "revocation of the certificate could not be checked: no current list or answer is at hand",
    "NOT_YET_VALID": "the certificate was not yet valid",
    "OUT_OF_BOUNDS_NO_POE": "the certificate has expired and nothing proves that it was used before",
    "EXPIRED": "the certificate had expired when the signature was made",
    "FORMAT_FAILURE": "the signature is malformed",
}


def failed(sub_indication: str, reason: str) -> Verdict:
    """Make a total-failed verdict."""
    return Verdict(status=Status.TOTAL_FAILED, sub_indication=sub_indication, reason=reason)


def unclear(sub_indication: str, reason: str | None = None) -> Verdict:
    """Make an indeterminate verdict, with the usual reason of its sub-indication unless one is given."""
    words = reason or _REASONS.get(sub_indication, "the certificate could not be checked")
    return Verdict(status=Status.INDETERMINATE, sub_indication=sub_indication, reason=words)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """
    Run a coroutine of pyHanko without an event loop.

    With nothing to fetch it never waits. A loop would open sockets, which the sandbox forbids and the core must not.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("pyHanko waits for something although nothing may be fetched")


class Material:
    """Certificates, CRLs and OCSP answers to judge with, read once a file."""

    def __init__(self, trust: Trust, reader: PdfFileReader) -> None:
        from asn1crypto import crl, x509

        self._anchors = [x509.Certificate.load(der) for der in trust.anchors]
        self._others = [x509.Certificate.load(der) for der in trust.others]
        self._crls = [crl.CertificateList.load(der) for der in trust.crls]
        self._ocsps: list[Any] = []
        self._read_store(reader)
        self._listed = {each["tbs_cert_list"]["issuer"].hashable for each in self._crls}

    def _read_store(self, reader: PdfFileReader) -> None:
        """Add the document security store (ISO 32000-2 §12.8.4.3); a broken one adds nothing."""
        from asn1crypto import crl, ocsp
        from pyhanko.sign.validation.dss import DocumentSecurityStore

        try:
            store: Any = DocumentSecurityStore.read_dss(reader)
            others = list(store.load_certs())
            crls = [crl.CertificateList.load(each.get_object().data) for each in store.crls]
            ocsps = [ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps]
        except MemoryError:
            raise
        # A stranger's file; without its store the signature is judged by our own material.
        except Exception:  # noqa: BLE001
            return
        self._others += others
        self._crls += crls
        self._ocsps += ocsps

    def context(self, moment: datetime, certificate: Any, *, all_links: bool = False) -> Any:
        """
        Make a validation context for one end certificate at one moment.

        Args:
            all_links: Ask for revocation of the certificates of authorities too, even where they name no list.
        """
        from pyhanko_certvalidator import ValidationContext
        from pyhanko_certvalidator.policy_decl import (
            CertRevTrustPolicy,
            RevocationCheckingPolicy,
            RevocationCheckingRule,
        )

        needed, declared = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED
        rules = RevocationCheckingPolicy(
            ee_certificate_rule=needed if self.is_listed(certificate) else declared,
            intermediate_ca_cert_rule=needed if all_links else declared,
        )
        return ValidationContext(
            trust_roots=list(self._anchors),
            other_certs=list(self._others),
            crls=list(self._crls),
            ocsps=list(self._ocsps),
            moment=moment,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(rules, retroactive_revinfo=True),
        )

    def is_listed(self, certificate: Any) -> bool:
        """Say whether a CRL of this certificate's issuer is at hand."""
        return certificate.issuer.hashable in self._listed

    def is_stranger(self, certificate: Any) -> bool:
        """Say whether a certificate vouches for itself and is no anchor."""
        anchored = any(certificate.dump() == anchor.dump() for anchor in self._anchors)
        return certificate.self_signed != "no" and not anchored


@dataclass(frozen=True, kw_only=True, slots=True)
class StampedTime:
    """
    What a timestamp of a signature or of the whole file proves (RFC 3161).

    `at` is None unless the token fits what it stamps and comes from an authority that we trust. `broken` says that it
    does not fit; `reason` what else is wrong with it.
    """

    at: datetime | None = None
    broken: bool = False
    reason: str | None = None


def read_timestamp(embedded: EmbeddedPdfSignature, material: Material, at: datetime) -> StampedTime:
    """Judge the timestamp token inside a signature at the moment `at`; raises whatever pyHanko meets."""
    from pyhanko.sign.validation.generic_cms import (
        collect_timing_info,
        extract_certs_for_validation,
        extract_tst_data_iter,
    )

    tokens = list(extract_tst_data_iter(embedded.signer_info, signed=False))
    if not tokens:
        return StampedTime()
    certificate = extract_certs_for_validation(tokens[0]).signer_cert
    context = material.context(at, certificate)
    timing = run(collect_timing_info(embedded.signer_info, context, embedded.compute_digest))
    found = timing["timestamp_validity"]
    if not (found.valid and found.intact) or found.timestamp > at:
        return StampedTime(broken=True)
    if not found.trusted:
        return StampedTime(reason=f"its timestamp could not be verified ({found.trust_problem_indic.standard_name})")
    return StampedTime(at=found.timestamp)


def read_document_timestamp(embedded: EmbeddedPdfSignature, material: Material, at: datetime) -> StampedTime:
    """Judge a timestamp over the whole file (ISO 32000-2 §12.8.5) at `at`; raises whatever pyHanko meets."""
    from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_timestamp

    context = material.context(at, embedded.signer_cert)
    found = run(async_validate_pdf_timestamp(embedded, context, skip_diff=True))
    if not (found.valid and found.intact) or found.timestamp > at:
        return StampedTime(broken=True)
    return StampedTime(at=found.timestamp if found.trusted else None)


def check_signature(
    embedded: EmbeddedPdfSignature, material: Material, moment: datetime, claimed: datetime | None
) -> Verdict:
    """
    Judge integrity, signature value and chain at `moment`; what was changed afterwards is not looked at.

    Args:
        moment: When the signature existed at the latest: its timestamp, or the receipt of the file.
        claimed: When the signer says that it was made.
    """
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        status = _validate(embedded, material, moment)
    except SignatureValidationError as error:
        name = error.ades_subindication.standard_name if error.ades_subindication else "GENERIC"
        if name == "NO_SIGNING_CERTIFICATE_FOUND":
            return unclear(name)
        return failed("FORMAT_FAILURE", _REASONS["FORMAT_FAILURE"])
    if not status.intact:
        return failed("HASH_FAILURE", "the signed content was changed")
    if not status.valid:
        return failed("SIG_CRYPTO_FAILURE", "the signature does not fit the certificate's key")
    if status.trust_problem_indic is not None:
        return _chain_verdict(status, material, moment, claimed)
    if status.validation_path is None:
        return unclear("NO_CERTIFICATE_CHAIN_FOUND")
    if not status.seed_value_ok:
        return unclear("SIG_CONSTRAINTS_FAILURE", "the signature is not of the kind that its field asks for")
    content_time = status.content_timestamp_validity
    if content_time is not None and not (content_time.valid and content_time.intact):
        return unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp of the content does not fit")
    return PASSED


def _validate(embedded: EmbeddedPdfSignature, material: Material, moment: datetime) -> PdfSignatureStatus:
    from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints

    certificate: Any = embedded.signer_cert
    # TT 15/2025/TT-BKHCN leaves KeyUsage optional; where it stands it must permit signing.
    usages = {"digital_signature", "non_repudiation"} if certificate.key_usage_value is not None else set[str]()

    def validated(*, all_links: bool) -> PdfSignatureStatus:
        context = material.context(moment, certificate, all_links=all_links)
        status: PdfSignatureStatus = run(
            async_validate_pdf_signature(
                embedded, context, key_usage_settings=KeyUsageConstraints(key_usage=usages), skip_diff=True
            )
        )
        return status

    status = validated(all_links=False)
    path: Any = status.validation_path
    if status.trusted and any(material.is_listed(link) for link in _authorities(path)):
        return validated(all_links=True)
    return status


def _authorities(path: Any) -> Iterable[Any]:
    """Return the certificates between anchor and signer."""
    return list(path.iter_certs(include_root=False))[:-1]


def _chain_verdict(
    status: PdfSignatureStatus, material: Material, moment: datetime, claimed: datetime | None
) -> Verdict:
    """Put pyHanko's finding about the chain into the words of ETSI EN 319 102-1 §5.1.3."""
    problem = status.trust_problem_indic
    name = problem.standard_name if problem is not None else "GENERIC"
    horizon = status.error_time_horizon
    if name == "REVOKED_NO_POE":
        day = f"{horizon:%Y-%m-%d}" if horizon else "an unknown day"
        # By the signer's own word it was made too late; a lie about that would not make it better.
        if horizon and claimed and claimed >= horizon:
            return failed("REVOKED", f"the certificate was revoked on {day}, before the signature was made")
        return unclear(name, f"the certificate was revoked on {day}; nothing proves that it was used before")
    if name == "OUT_OF_BOUNDS_NO_POE" and horizon and claimed and claimed > horizon:
        return unclear("EXPIRED")
    if name == "CHAIN_CONSTRAINTS_FAILURE" and material.is_stranger(status.signing_cert):
        name = "NO_CERTIFICATE_CHAIN_FOUND"
    if name == "CERTIFICATE_CHAIN_GENERAL_FAILURE":
        name = _general_failure(status.signing_cert, material, moment)
    return unclear(name)


def _general_failure(certificate: Any, material: Material, moment: datetime) -> str:
    """Find out what pyHanko's "general failure" was, by building the chain once more."""
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import (
        InsufficientRevinfoError,
        NotYetValidError,
        PathBuildingError,
        ValidationError,
    )

    for all_links in (False, True):
        context = material.context(moment, certificate, all_links=all_links)
        try:
            run(CertificateValidator(certificate, validation_context=context).async_validate_path())
        except InsufficientRevinfoError:
            return "TRY_LATER"
        except NotYetValidError:
            return "NOT_YET_VALID"
        except (ValidationError, PathBuildingError):
            break
    return "CERTIFICATE_CHAIN_GENERAL_FAILURE"
