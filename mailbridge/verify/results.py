"""The words of RFC 8601 §2.7 and what each method found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbridge.verify.signature import Status


class Result(StrEnum):
    """Result codes of all methods (RFC 8601 §2.7)."""

    NONE = "none"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    POLICY = "policy"
    NEUTRAL = "neutral"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimResult:
    """
    One DKIM-Signature field judged (RFC 6376 §6, RFC 8601 §2.7.1).

    `aligned`: the signing domain and the domain of From have the same organisational domain (RFC 7489 §3.1.1).
    `weaknesses` are words such as "body-length", "sha1", "short-key", "expired", "unsigned-content-type".
    """

    result: Result
    domain: str | None
    selector: str | None
    aligned: bool = False
    weaknesses: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def proves_author(self) -> bool:
        """Say whether this signature proves the whole content for the author's domain."""
        return self.result is Result.PASS and self.aligned and not self.weaknesses


@dataclass(frozen=True, kw_only=True, slots=True)
class SpfResult:
    """SPF (RFC 7208); `domain` is the one that was asked."""

    result: Result = Result.NONE
    domain: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArcResult:
    """
    ARC (RFC 8617); `sealers` from the newest to the oldest.

    `vouched`: the chain passed, every sealer is one whose seals are believed (`Trust.sealers`), and the first of them
    says that the mail was authenticated for the domain of From when it came to it.
    """

    result: Result = Result.NONE
    sealers: tuple[str, ...] = ()
    reason: str | None = None
    vouched: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DmarcResult:
    """DMARC (RFC 7489); `policy` is none, quarantine or reject."""

    result: Result = Result.NONE
    domain: str | None = None
    policy: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SmimeResult:
    """
    One S/MIME signature (RFC 8551) of the mail or of a part of it.

    `part` is the index of the signed entity; `signer` the mail address in the certificate. A signature that covers
    only a part of the mail, or whose signer is not the author, is at most indeterminate, SIG_CONSTRAINTS_FAILURE.
    """

    part: str
    status: Status
    sub_indication: str | None = None
    signer: str | None = None
    covers_whole_mail: bool = False
    signer_is_sender: bool = False
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InnerResult:
    """The signatures of a mail that lies inside the mail, judged against its own From; `part` is its index."""

    part: str
    dkim: tuple[DkimResult, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthResults:
    """
    All methods of one mail; one `DkimResult` a signature, in header order.

    `inner` are the mails inside it, each for itself: what they prove is said of them, never of the mail around them.
    """

    spf: SpfResult
    dkim: tuple[DkimResult, ...]
    arc: ArcResult
    dmarc: DmarcResult
    smime: tuple[SmimeResult, ...] = ()
    inner: tuple[InnerResult, ...] = ()

    @property
    def proves_author(self) -> bool:
        """Say whether the mail is proven to come, whole, from the domain in From."""
        return any(result.proves_author for result in self.dkim)

    @property
    def proves_sender(self) -> bool:
        """Say whether the domain in From is proven to have sent the mail, though perhaps not every octet of it."""
        return self.proves_author or self.dmarc.result is Result.PASS or self.arc.vouched
