"""
Who signed, read from a certificate (names as the government CA writes them, TT 15/2025/TT-BKHCN annex).

Whatever stands in a certificate is shown to people: names leave here in NFC, on one line, without control characters
and without the marks that turn the direction of writing, and never longer than a screen can hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailbridge.verify.revocation import list_addresses, responder_addresses
from mailbridge.verify.signature import SignerCertificate
from mailbridge.verify.signer_role import guess_role

__all__ = ["Signer", "certificate_facts", "guess_role", "read_signer"]

_LONGEST = 200
_CLOCK = timedelta(days=1)  # how far the clock of a signer's machine may be wrong
_LONGEST_NAME = 1000
_MOST_ATTRIBUTES = 30
_MOST_SOURCES = 10
_LONGEST_SOURCE = 500
_LONGEST_SERIAL = 80  # twice of what RFC 5280 §4.1.2.2 allows, in hexadecimal digits
_LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets

# RFC 4514 §3, and E as everybody writes it. What is not named here is written by its number.
_SHORT = {
    "common_name": "CN",
    "locality_name": "L",
    "state_or_province_name": "ST",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "country_name": "C",
    "street_address": "STREET",
    "domain_component": "DC",
    "user_id": "UID",
    "email_address": "E",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """`name` and `organization` are NFC, without control characters; `role` as in `SignatureStatus`."""

    name: str | None = None
    organization: str | None = None
    role: str | None = None


def read_signer(subject: Mapping[str, object]) -> Signer:
    """Read a subject given by attribute name ("common_name", …); a value is text or a list of texts."""
    name, organization = _text(subject.get("common_name")), _text(subject.get("organization_name"))
    units = subject.get("organizational_unit_name")
    bodies = (organization, *(_text(each) for each in (units if isinstance(units, list) else [units])))
    role = guess_role(name, bodies, has_email=_text(subject.get("email_address")) is not None)
    return Signer(name=name, organization=organization, role=role)


def possible_claim(claimed: datetime | None, not_before: datetime | None, at: datetime) -> datetime | None:
    """
    Return a signer's own word about the time, when it can be true as far as the clock of his machine goes.

    Nobody signs after his file was received, nor with a certificate that was not there yet. A verdict hears such a
    claim all the same; but as the time of signing, people would write it into the book.

    Args:
        claimed: With or without a zone; without one it is compared as UTC.
        not_before: When the certificate began to be valid, None when there is none to be read.
        at: When the file was received.
    """
    if claimed is None:
        return None
    aware = claimed if claimed.utcoffset() is not None else claimed.replace(tzinfo=UTC)
    if aware > at + _CLOCK or (not_before is not None and aware < not_before - _CLOCK):
        return None
    return claimed


def certificate_facts(certificate: Any) -> SignerCertificate:
    """
    Read what a person is told of an asn1crypto `x509.Certificate`.

    `unit` is the managing unit: the units from the inner to the outer, else the organisation.

    Raises:
        ValueError: its name, number or period cannot be read.
    """
    subject = tuple(_attributes(certificate.subject))
    units = [value for kind, value in subject if kind == "OU"] or [value for kind, value in subject if kind == "O"]
    addresses = (value for kind, value in subject if kind == "E")
    return SignerCertificate(
        subject=_written(subject),
        issuer=_written(_attributes(certificate.issuer)),
        serial=f"{certificate.serial_number:x}"[:_LONGEST_SERIAL],
        sha256=certificate.sha256.hex(),
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        unit=_text(", ".join(units)),
        email=_first_address((*addresses, *_alternative_addresses(certificate))),
        sources=_sources((*list_addresses(certificate), *responder_addresses(certificate))),
    )


def _attributes(name: Any) -> Iterator[tuple[str, str]]:
    """
    Yield type and cleaned value of each attribute, the most telling first.

    RFC 4514 turns the order of the certificate round, where the country comes first. Some authorities write their
    names the other way; those stay as they are.
    """
    found = [
        (_SHORT.get(attribute["type"].native, attribute["type"].dotted), _text(_value(attribute)) or "")
        for relative in list(name.chosen)[:_MOST_ATTRIBUTES]
        for attribute in list(relative)[:_MOST_ATTRIBUTES]
    ][:_MOST_ATTRIBUTES]
    begins_inside = bool(found) and found[-1][0] == "C" and found[0][0] != "C"
    yield from found if begins_inside else reversed(found)


def _value(attribute: Any) -> object:
    try:
        return attribute["value"].native
    except (ValueError, TypeError):
        return f"#{attribute['value'].dump().hex()}"


def _written(attributes: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{kind}={_escaped(value)}" for kind, value in attributes)[:_LONGEST_NAME]


def _escaped(value: str) -> str:
    """Escape as RFC 4514 §2.4; blanks at the ends are gone already."""
    shown = "".join(f"\\{letter}" if letter in '"+,;<>\\' else letter for letter in value)
    return f"\\{shown}" if shown.startswith("#") else shown


def _alternative_addresses(certificate: Any) -> list[str]:
    try:
        names = certificate.subject_alt_name_value or ()
        return [name.native for name in names if name.name == "rfc822_name"]
    except (ValueError, TypeError, KeyError):
        return []


def _first_address(addresses: Iterable[str]) -> str | None:
    for address in addresses:
        local, at, domain = address.rpartition("@")
        plain = address.isprintable() and not any(letter.isspace() or letter in '<>",;' for letter in address)
        if local and at and domain and plain and len(address) <= _LONGEST_ADDRESS:
            return address.lower()
    return None


def _sources(addresses: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be asked for: addresses of the web, each once."""
    kept: dict[str, None] = {}
    for address in addresses:
        sane = address.isascii() and address.isprintable() and " " not in address and len(address) <= _LONGEST_SOURCE
        if sane and address.lower().startswith(("http://", "https://")):
            kept.setdefault(address)
    return tuple(kept)[:_MOST_SOURCES]


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value[:_MOST_ATTRIBUTES])
    if not isinstance(value, str):
        return None
    # A stranger's name may be a megabyte long.
    cut = value[: 4 * _LONGEST]
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", cut))
    return " ".join(shown.split())[:_LONGEST].strip() or None
