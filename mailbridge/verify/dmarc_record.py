"""DMARC records (RFC 7489 §6.3, §6.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_VERSION = re.compile(rb"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
# A domain's owner may be a stranger, and a message of the DNS has room for 64 KB; real ones have some hundred octets.
_LONGEST = 8192
_REPORTS = re.compile(r"mailto:[^\s,;@]{1,320}@[^\s,;]", re.IGNORECASE)
_POLICIES = ("none", "quarantine", "reject")
_LOWER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


class Unusable(ValueError):
    """A record says nothing that could be applied; the message says why and is fit for a reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DmarcRecord:
    """One record, with the defaults of §6.3 where it is silent; `policy` and `below` (sp=) are words such as "none"."""

    policy: str
    below: str
    strict_dkim: bool = False
    strict_spf: bool = False
    percent: int = 100

    def applied(self, *, below: bool) -> str:
        """
        Return the policy for a mail from the domain of the record, or from one below it.

        pct=0 applies it to no mail, and those get the next lower one (§6.6.4). Between 0 and 100 chance would decide,
        which no judgement that is repeated can: the policy is named as it is published.
        """
        policy = self.below if below else self.policy
        return policy if self.percent else _LOWER[policy]


def select_records(values: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return those TXT records that are DMARC records: v= is first, and spelled so (§6.6.3 step 2)."""
    return tuple(value for value in values if _VERSION.match(value))


def read_record(octets: bytes) -> DmarcRecord:
    """
    Read a record.

    A tag that cannot be read has its default (§6.3). Without a policy the record still asks for reports if it says
    where to; then the policy is "none" (§6.6.3 step 6).

    Raises:
        Unusable: it has neither, or is longer than any that is meant.
    """
    if len(octets) > _LONGEST:
        raise Unusable("the DMARC record names no policy")
    tags = _read_tags(octets.decode("ascii", "replace"))
    policy, below = tags.get("p", "").lower(), tags.get("sp", tags.get("p", "")).lower()
    if policy not in _POLICIES or below not in _POLICIES:
        if not _REPORTS.search(tags.get("rua", "")):
            raise Unusable("the DMARC record names no policy")
        policy = below = "none"
    percent = tags.get("pct", "")
    return DmarcRecord(
        policy=policy,
        below=below,
        strict_dkim=tags.get("adkim", "").lower() == "s",
        strict_spf=tags.get("aspf", "").lower() == "s",
        percent=int(percent) if re.fullmatch(r"[0-9]{1,2}", percent) else 100,
    )


def _read_tags(text: str) -> Mapping[str, str]:
    """Read what can be read; a tag given twice counts as it stands first."""
    tags: dict[str, str] = {}
    for spec in text.split(";"):
        name, equals, value = spec.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
