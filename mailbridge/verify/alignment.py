"""Say whether two domains belong to one organisation (RFC 7489 §3.1.1, §3.2), and what a domain is."""

from __future__ import annotations

import re
from functools import cache

# Anything else is escaped in the DNS; no domain of a mail needs it, and a backslash would name something else.
_LABEL = re.compile(r"[!-\[\]-~ ]{1,63}")


def dns_name(text: str) -> str | None:
    """
    Return a domain as questions write it: lower case, A-labels (RFC 8616 §4), no dot at the end; None if it is none.

    Blanks and marks may stand in it, as in the names that SPF makes of an address.
    """
    if len(text) > 1000:
        return None
    name = text.lower().removesuffix(".")
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return None
    return name


def organisational_domain(domain: str) -> str | None:
    """
    Return the registered domain above or at `domain`: "backan.gov.vn" for "sonv.backan.gov.vn".

    Args:
        domain: Lower case, A-labels, no dot at the end.

    Returns:
        None for a public suffix ("gov.vn", "vn"), a single label or an empty name: nobody registered those.
    """
    found = _suffixes().privatesuffix(domain)
    return str(found) if found else None


def is_aligned(one: str, other: str) -> bool:
    """
    Say whether both domains are equal or have the same organisational domain (relaxed alignment).

    Two names below one public suffix are strangers: "sonv.backan.gov.vn" and "gov.vn" are not aligned.
    """
    if not one or not other:
        return False
    if one == other:
        return True
    organisation = organisational_domain(one)
    return organisation is not None and organisation == organisational_domain(other)


class _Suffixes:
    """The public suffix list that the package `publicsuffixlist` carries; reading it takes 80 ms, once."""

    def __init__(self) -> None:
        from publicsuffixlist import PublicSuffixList

        self._list = PublicSuffixList()

    def privatesuffix(self, domain: str) -> str | None:
        found = self._list.privatesuffix(domain)
        return found if isinstance(found, str) else None


@cache
def _suffixes() -> _Suffixes:
    return _Suffixes()
