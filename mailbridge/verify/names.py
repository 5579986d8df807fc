"""Names in certificates, compared as RFC 5280 §7.1 says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# Some hundred octets are usual. The preparation takes a hundred times as long as reading the name.
_LONGEST_KEPT = 2000


def name_key(name: Any) -> str:
    """
    Return text that is equal for equal names (asn1crypto `x509.Name`).

    Names that the preparation of RFC 4518 forbids are equal only octet by octet.
    """
    der = name.dump()
    return _known_key(der) if len(der) <= _LONGEST_KEPT else _key(name)


@lru_cache(maxsize=500)
def _known_key(der: bytes) -> str:
    from asn1crypto import x509

    return _key(x509.Name.load(der))


def _key(name: Any) -> str:
    try:
        return str(name.hashable)
    except ValueError:
        return f"#{name.dump().hex()}"
