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
    """
    DMARC (RFC 7489); `policy` is none, quarantine or reject.

    `by_spf`: SPF passed for a domain that speaks for that of From in the mode its owner chose (`aspf`, §3.1.2).
    """

    result: Result = Result.NONE
    domain: str | None = None
    policy: str | None = None
    reason: str | None = None
    by_spf: bool = False


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
        """
        Say whether the domain in From sent this mail, so that an answer to From reaches nobody else.

        A whole, aligned DKIM signature does, and SPF that DMARC aligned, a trusted ARC chain, or S/MIME of the author
        over the whole mail. DMARC alone does not: it may rest on a DKIM signature with a weakness (`l=`), which a
        stranger can put before another text (RFC 6376 §8.2).
        """
        return self.proves_author or self.arc.vouched or self.proves_by_spf or self.proves_by_certificate

    @property
    def proves_by_spf(self) -> bool:
        """Say whether the client was one that the domain in From names, and DMARC passed (RFC 7489 §3.1.2)."""
        return self.dmarc.result is Result.PASS and self.spf.result is Result.PASS and self.dmarc.by_spf

    @property
    def proves_by_certificate(self) -> bool:
        """Say whether the author's own S/MIME signature covers the whole mail (RFC 8551)."""
        return any(
            each.status is Status.TOTAL_PASSED and each.covers_whole_mail and each.signer_is_sender
            for each in self.smime
        )

    @property
    def is_pending(self) -> bool:
        """
        Say whether an answer that the DNS still owes may change what is proven.

        A signature of another domain than that of From changes nothing, and neither does anything once the author is
        proven. What was proven already stays proven whatever comes.
        """
        others = (self.spf.result, self.dmarc.result, self.arc.result)
        if not self.proves_sender and Result.TEMPERROR in others:
            return True
        return any(_awaits(each) for each in (self.dkim, *(mail.dkim for mail in self.inner)))


def _awaits(signatures: tuple[DkimResult, ...]) -> bool:
    proven = any(each.proves_author for each in signatures)
    return not proven and any(each.aligned and each.result is Result.TEMPERROR for each in signatures)
