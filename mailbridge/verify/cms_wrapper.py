"""
What a CMS file holds (RFC 5652): the content, the signers, and the certificates and lists that came with them.

Nothing is judged here. asn1crypto reads late, so that what is malformed shows up when it is looked at: what
lies beside the signers and cannot be read is left out, it is no fault of the signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mailbridge.mail.smime import unarmoured
from mailbridge.verify.ber import definite
from mailbridge.verify.material import MOST_BESIDE

MOST_SIGNERS = 32
"""Signers of one file that are judged; a document has two or three."""
# ETSI EN 319 122-1 §5.4: validation data that were added to a signature.
_CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
_REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"
_OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrapped:
    """
    Signed data, read.

    `content` is what it holds itself, None for a detached signature; `content_type` as asn1crypto says it, "data" for
    files and mail. `signers` are `cms.SignerInfo`, at most `MOST_SIGNERS`; `has_more` says that there are others.
    `certificates`, `crls`, `ocsps` are asn1crypto objects.
    """

    content: bytes | None
    content_type: str
    signers: tuple[Any, ...]
    has_more: bool
    certificates: tuple[Any, ...]
    crls: tuple[Any, ...]
    ocsps: tuple[Any, ...]


def unwrap(content: bytes) -> Wrapped | None:
    """
    Read a CMS file: DER, BER, PEM or base64; None when it holds something else than signed data.

    Raises:
        Exception: whatever asn1crypto meets in what is malformed, mostly `ValueError`.
    """
    from asn1crypto.cms import ContentInfo

    message = ContentInfo.load(definite(unarmoured(content)))
    if message["content_type"].native != "signed_data":
        return None
    signed = message["content"]
    wrapped = signed["encap_content_info"]
    signers = tuple(islice(signed["signer_infos"], MOST_SIGNERS + 1))
    crls, ocsps = _revocations(signed, signers)
    return Wrapped(
        content=_content(wrapped["content"]),
        content_type=str(wrapped["content_type"].native),
        signers=signers[:MOST_SIGNERS],
        has_more=len(signers) > MOST_SIGNERS,
        certificates=_certificates(signed, signers),
        crls=crls,
        ocsps=ocsps,
    )


def _content(value: Any) -> bytes | None:
    from asn1crypto import core

    if value is core.VOID or isinstance(value, core.Void):
        return None
    # PKCS #7 signs the octets of the value, whatever kind it is of (RFC 2315 §9.3), and CMS those of the string.
    return bytes(value) if isinstance(value, core.OctetString | core.ParsableOctetString) else bytes(value.contents)


def _certificates(signed: Any, signers: Iterable[Any]) -> tuple[Any, ...]:
    from asn1crypto import core, x509

    class Certificates(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
        _child_spec = x509.Certificate

    def found() -> Iterator[Any]:
        yield from (each.chosen.untag() for each in signed["certificates"] if each.name == "certificate")
        for value in _unsigned(signers, _CERTIFICATE_VALUES):
            yield from Certificates.load(value)

    return _readable(found)


def _revocations(signed: Any, signers: Iterable[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the lists and the answers of authorities that came along."""
    from asn1crypto import core, crl, ocsp

    class Lists(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
        _child_spec = crl.CertificateList

    class Answers(core.SequenceOf):  # type: ignore[misc]  # as above
        _child_spec = ocsp.BasicOCSPResponse

    class Values(core.Sequence):  # type: ignore[misc]  # as above
        _fields = (
            ("crls", Lists, {"explicit": 0, "optional": True}),
            ("ocsps", Answers, {"explicit": 1, "optional": True}),
            ("others", core.Any, {"explicit": 2, "optional": True}),
        )

    def lists() -> Iterator[Any]:
        yield from (each.chosen for each in signed["crls"] if each.name == "crl")
        for value in _unsigned(signers, _REVOCATION_VALUES):
            yield from Values.load(value)["crls"] or ()

    def answers() -> Iterator[Any]:
        for each in signed["crls"]:
            if each.name == "other" and each.chosen["other_rev_info_format"].dotted == _OCSP_RESPONSE:
                yield ocsp.OCSPResponse.load(each.chosen["other_rev_info"].dump())
        for value in _unsigned(signers, _REVOCATION_VALUES):
            yield from map(_as_response, Values.load(value)["ocsps"] or ())

    return _readable(lists), _readable(answers)


def _as_response(basic: Any) -> Any:
    from asn1crypto import ocsp

    inner = {"response_type": "basic_ocsp_response", "response": basic}
    return ocsp.OCSPResponse({"response_status": "successful", "response_bytes": inner})


def _unsigned(signers: Iterable[Any], kind: str) -> Iterator[bytes]:
    """Give the values of an unsigned attribute of all signers, as DER."""
    for signer in signers:
        for attribute in signer["unsigned_attrs"]:
            if attribute["type"].dotted == kind:
                yield from (value.dump() for value in attribute["values"])


def _readable(found: Callable[[], Iterator[Any]]) -> tuple[Any, ...]:
    """Take objects up to the bound, or up to one that ends the reading; `Material` looks into them."""
    kept: list[Any] = []
    try:
        kept.extend(islice(found(), MOST_BESIDE))
    except MemoryError:
        raise
    # A stranger's objects: asn1crypto answers broken ones with a dozen kinds of exceptions.
    except Exception:  # noqa: BLE001
        return tuple(kept)
    return tuple(kept)
