"""
Reads the anchors, revocation lists and answers of `config/trust/`.

The rule is simple: every certificate in the folder is an anchor; those below a folder named `intermediate` are not
trusted, they only help to build chains. What lies in `updates` vouches for updates of this folder and for nothing else.
Nothing else is trusted: the product ships no anchor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from mailbridge.errors import Misconfigured
from mailbridge.verify.evidence import Trust

INTERMEDIATE = "intermediate"
"""The folder of certificates that are not trusted."""
UPDATES = "updates"
"""The folder of certificates whose owners may sign updates (`lookups.trust_update`)."""

_CERTIFICATE_NAMES = frozenset({".pem", ".crt", ".cer", ".der"})
_BUNDLE_NAMES = frozenset({".p7b", ".p7c"})
_LIST_NAMES = frozenset({".crl"})
_ANSWER_NAMES = frozenset({".ors"})
_NAMES = _CERTIFICATE_NAMES | _BUNDLE_NAMES | _LIST_NAMES | _ANSWER_NAMES
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_CERTIFICATE_LABELS = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE"})
_BUNDLE_LABELS = frozenset({b"PKCS7", b"CMS"})
_REMEDY = "put PEM or DER certificates and CRLs there, named .pem, .crt, .cer, .der, .p7b, .crl or .ors"
_LARGEST = 64 * 1024 * 1024

T = TypeVar("T")


class Kind(StrEnum):
    """What one item of trust material is."""

    ANCHOR = "anchor"
    INTERMEDIATE = "intermediate"
    LIST = "list"
    ANSWER = "answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """What one file holds, in DER: certificates, CRLs, and whole OCSP responses."""

    certificates: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    answers: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One item that we hold, in DER, and the file that it lies in; `fetched`: it is kept fresh by ourselves."""

    kind: Kind
    der: bytes
    file: Path
    fetched: bool = False


def load_trust(directory: Path) -> Trust:
    """
    Read all files below a folder, in the order of their names; a folder that is not there trusts nobody.

    Raises:
        Misconfigured: as `read_trust`.
    """
    return trust_of(read_trust(directory))


def trust_of(held: Iterable[Held], sealers: tuple[str, ...] = ()) -> Trust:
    """Put what is held, without doubles, into the value that judgements rest on."""
    found: dict[Kind, dict[bytes, None]] = {kind: {} for kind in Kind}
    for each in held:
        found[each.kind].setdefault(each.der)
    return Trust(
        anchors=tuple(found[Kind.ANCHOR]),
        others=tuple(found[Kind.INTERMEDIATE]),
        crls=tuple(found[Kind.LIST]),
        ocsps=tuple(found[Kind.ANSWER]),
        sealers=sealers,
    )


def read_trust(directory: Path) -> tuple[Held, ...]:
    """
    Read all files below a folder, in the order of their names, without `updates`.

    Files of other names (a README, a list of fingerprints) and hidden ones are left alone.

    Raises:
        Misconfigured: a file of such a name cannot be read, or holds nothing of use.
    """
    return tuple(_held(directory, without=UPDATES))


def read_signers(directory: Path) -> tuple[bytes, ...]:
    """Read the certificates of those who may sign updates of the folder; raises as `read_trust`."""
    held = _held(directory / UPDATES, without="")
    return tuple(dict.fromkeys(each.der for each in held if each.kind in (Kind.ANCHOR, Kind.INTERMEDIATE)))


def _held(directory: Path, *, without: str) -> Iterator[Held]:
    for path in sorted(directory.rglob("*")) if directory.is_dir() else ():
        parts = path.relative_to(directory).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.suffix.lower() not in _NAMES or hidden or parts[0] == without or path.is_dir():
            continue
        items = read_items(path)
        kind = Kind.INTERMEDIATE if INTERMEDIATE in parts[:-1] else Kind.ANCHOR
        yield from (Held(kind=kind, der=der, file=path) for der in items.certificates)
        yield from (Held(kind=Kind.LIST, der=der, file=path) for der in items.lists)
        yield from (Held(kind=Kind.ANSWER, der=der, file=path) for der in items.answers)


def read_items(path: Path) -> Items:
    """
    Read one file, whatever of our kinds it holds.

    Raises:
        Misconfigured: it cannot be read, is too large, holds a private key, or nothing of use.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_LARGEST + 1)
    except OSError as error:
        problem = f"the file cannot be read ({type(error).__name__})"
        raise Misconfigured(problem, file=str(path), remedy="make it readable or take it away") from error
    if len(octets) > _LARGEST:
        raise Misconfigured("the file is larger than 64 MB", file=str(path), remedy=_REMEDY)
    return parse_items(str(path), octets)


def parse_items(name: str, octets: bytes) -> Items:
    """Read the octets of a file; `name` tells what DER is by its ending. Raises `Misconfigured` as `read_items`."""
    if b"-----BEGIN " not in octets:
        return _parse_der(name, octets)
    certificates: list[bytes] = []
    lists = []
    for block in _BLOCK.finditer(octets):
        if block[1] in _CERTIFICATE_LABELS:
            certificates.append(_certificate(name, block[0], pem=True))
        elif block[1] == b"X509 CRL":
            lists.append(_crl(name, block[0], pem=True))
        elif block[1] in _BUNDLE_LABELS:
            certificates += _bundle(name, block[0], pem=True)
        elif block[1].endswith(b"PRIVATE KEY"):
            problem = "the file holds a private key, which has no business here"
            raise Misconfigured(problem, file=name, remedy="take it away; only certificates and CRLs are needed")
    if not certificates and not lists:
        raise Misconfigured("the file holds no certificate and no CRL", file=name, remedy=_REMEDY)
    return Items(certificates=tuple(certificates), lists=tuple(lists))


def _parse_der(name: str, octets: bytes) -> Items:
    match Path(name).suffix.lower():
        case suffix if suffix in _LIST_NAMES:
            return Items(lists=(_crl(name, octets, pem=False),))
        case suffix if suffix in _BUNDLE_NAMES:
            return Items(certificates=tuple(_bundle(name, octets, pem=False)))
        case suffix if suffix in _ANSWER_NAMES:
            return Items(answers=(_answer(name, octets),))
        case _:
            return Items(certificates=(_certificate(name, octets, pem=False),))


def _certificate(name: str, octets: bytes, *, pem: bool) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    load = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
    return _read(name, "certificate", lambda: load(octets)).public_bytes(Encoding.DER)


def _crl(name: str, octets: bytes, *, pem: bool) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    load = x509.load_pem_x509_crl if pem else x509.load_der_x509_crl
    return _read(name, "CRL", lambda: load(octets)).public_bytes(Encoding.DER)


def _bundle(name: str, octets: bytes, *, pem: bool) -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    load = pkcs7.load_pem_pkcs7_certificates if pem else pkcs7.load_der_pkcs7_certificates
    found = _read(name, "bundle of certificates", lambda: load(octets))
    return [each.public_bytes(Encoding.DER) for each in found]


def _answer(name: str, octets: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    found = _read(name, "OCSP answer", lambda: ocsp.load_der_ocsp_response(octets))
    if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise Misconfigured("the OCSP answer says that there was none", file=name, remedy="take it away")
    return found.public_bytes(Encoding.DER)


def _read(name: str, what: str, load: Callable[[], T]) -> T:
    from mailbridge.lookups.revocation_check import unreadable

    try:
        return load()
    except unreadable() as error:
        raise Misconfigured(f"the file holds no readable {what}", file=name, remedy=_REMEDY) from error
