"""The state of one document signature, in the words of ETSI EN 319 102-1 §5.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Main status (ETSI EN 319 102-1 table 5)."""

    TOTAL_PASSED = "total-passed"
    TOTAL_FAILED = "total-failed"
    INDETERMINATE = "indeterminate"


class Change(StrEnum):
    """What became of a file after a signature (CONTRACT.md, `changed_after`)."""

    NOTHING = "nothing"
    ALLOWED = "allowed"
    COUNTERSIGNED = "countersigned"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignerCertificate:
    """
    What a person is told of a certificate (TT 15/2025/TT-BKHCN, annex: issuer, managing unit, period).

    `subject` and `issuer` as RFC 4514 strings, NFC, the most telling attribute first as in the standard; `serial` and
    `sha256` (of the DER octets) in lower-case hexadecimal; the period aware, UTC. `email` is the address in the
    subject or the subject alternative name, in lower case. `sources` are the http addresses at which the certificate
    says that its revocation can be asked for (CRL distribution points, OCSP).
    """

    subject: str
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    unit: str | None = None
    email: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureStatus:
    """
    One signature of one file, judged.

    Attributes:
        part: Index of the part.
        format: pades, cades, xades, xmldsig, ooxml, odf or cms.
        sub_indication: By ETSI EN 319 102-1 table 6, e.g. HASH_FAILURE; None with total-passed.
        signer: Common name of the certificate, NFC.
        organization: Organisation of the certificate.
        role: "person", "organization" or None when the name does not tell (a guess that the clerk can correct).
        signed_at: Aware, UTC.
        time_source: "timestamp" (RFC 3161), "claimed" or None.
        covers_whole_file: The signed byte range ends where the file ends.
        reason: One sentence in English; what failed or could not be checked.
        certificate: Of the signer; None when there is none to be read.
        chain: SHA-256 (hex) of the certificates from the signer's to the anchor, () when no chain was found.
        weaknesses: Words for what is old but not refused: "sha1", "short-key".
        covers: Names of what is signed where that is not the whole file as octets (XML references); () otherwise.
        signs: Index of the part that is signed, where the signature stands in another one: the file beside a detached
            .p7s, the file within a .p7m. None where the signed file is `part` itself, or was not found.
    """

    part: str
    format: str
    status: Status
    sub_indication: str | None = None
    signer: str | None = None
    organization: str | None = None
    role: str | None = None
    signed_at: datetime | None = None
    time_source: str | None = None
    covers_whole_file: bool = False
    changed_after: Change = Change.NOTHING
    reason: str | None = None
    certificate: SignerCertificate | None = None
    chain: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    signs: str | None = None
