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
