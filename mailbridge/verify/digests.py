"""Trust material by its digests: what evidence names, so that years later the very same octets can be put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailbridge.verify.evidence import Trust
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustDigests:
    """The SHA-256 (hex) of each object of a `Trust`, in its order; `sealers` are names and stand as they are."""

    anchors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()
    ocsps: tuple[str, ...] = ()
    sealers: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:
        """Every digest, once, in order."""
        yield from dict.fromkeys((*self.anchors, *self.others, *self.crls, *self.ocsps))


def digests_of(trust: Trust, digest: Callable[[bytes], str]) -> TrustDigests:
    """Name each object by what `digest` says of it."""
    return TrustDigests(
        anchors=tuple(map(digest, trust.anchors)),
        others=tuple(map(digest, trust.others)),
        crls=tuple(map(digest, trust.crls)),
        ocsps=tuple(map(digest, trust.ocsps)),
        sealers=trust.sealers,
    )


def trust_of(digests: TrustDigests, octets: Callable[[str], bytes]) -> Trust:
    """Put the octets in the place of their digests; raises what `octets` raises."""
    return Trust(
        anchors=tuple(map(octets, digests.anchors)),
        others=tuple(map(octets, digests.others)),
        crls=tuple(map(octets, digests.crls)),
        ocsps=tuple(map(octets, digests.ocsps)),
        sealers=digests.sealers,
    )


def rests_on_certificates(results: AuthResults, signatures: tuple[SignatureStatus, ...]) -> bool:
    """Say whether a judgement looked at certificates at all; the others can be repeated without any."""
    return bool(signatures or results.smime)
