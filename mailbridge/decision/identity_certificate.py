"""Whose certificate it is: the body named in the subject, with the bodies above it (signatures.md §7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailbridge.classifier.directory import Directory, name_key
from mailbridge.decision.identity_bodies import Body, body_named
from mailbridge.decision.identity_places import PROVINCE_KEYS, Level, split
from mailbridge.verify.signature import SignatureStatus

# One attribute of an RFC 4514 string; a comma behind a backslash belongs to the value.
_ATTRIBUTE = re.compile(r"(?:\A|[,+])\s*([A-Za-z][\w-]*|[\d.]+)\s*=\s*((?:\\.|[^,+\\])*)", re.DOTALL)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}(?:\\[0-9A-Fa-f]{2})*|.)", re.DOTALL)
_LOCAL = ("so ", "uy ban nhan dan", "hoi dong nhan dan", "phong ", "ban quan ly ")
"""Kinds of bodies of which the place in L is the place of the body, not only of its house."""


def signing_body(status: SignatureStatus, directory: Directory) -> Body | None:
    """
    Return the body that a certificate names; None when it names none.

    Of an organisation it is the common name, with unit and organisation above it; of a person the innermost unit.
    """
    units, organization, place = _chain(status)
    if status.role == "organization":
        inner = status.signer or ""
        chain = [inner, *(each for each in (*units, organization) if each and name_key(each) != name_key(inner))]
    else:
        chain = [each for each in (*units, organization) if each]
    if not chain or not chain[0]:
        return None
    return body_named(chain[0], (*chain[1:], *province_beside(chain, place)), directory)


def _chain(status: SignatureStatus) -> tuple[tuple[str, ...], str, str]:
    """Return the units from the inside out, the organisation and the locality."""
    certificate = status.certificate
    found = [*attributes(certificate.subject)] if certificate else []
    units = tuple(value for name, value in found if name == "OU") or (
        (certificate.unit,) if certificate and certificate.unit else ()
    )
    organization = next((value for name, value in found if name == "O"), status.organization or "")
    place = next((value for name, value in found if name == "L"), "")
    return units, organization, place


def province_beside(chain: Sequence[str], place: str, kinds: tuple[str, ...] = _LOCAL) -> tuple[str, ...]:
    """Take the province from the place beside a local body that is named without one; () for all other bodies."""
    key = name_key(place)
    tail = key.removeprefix("tinh ").removeprefix("thanh pho ")
    cores = [split(name_key(each)) for each in chain]
    is_local = cores[0][0].startswith(kinds)
    has_province = any(Level.PROVINCE in places for _, places in cores)
    return (f"tỉnh {tail}",) if is_local and not has_province and tail in PROVINCE_KEYS else ()


def attributes(subject: str) -> Iterator[tuple[str, str]]:
    """Yield type and value of each attribute of an RFC 4514 string, in its order; what cannot be read is left out."""
    for found in _ATTRIBUTE.finditer(subject[:4000]):
        yield found[1].upper(), _ESCAPED.sub(lambda each: _unescaped(each[1]), found[2]).strip()


def _unescaped(text: str) -> str:
    if len(text) == 1:
        return text
    return bytes.fromhex(text.replace("\\", "")).decode("utf-8", "replace")
