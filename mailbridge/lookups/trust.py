"""
Reads the anchors and revocation lists of `config/trust/`.

The rule is simple: every certificate in the folder is an anchor; those below a folder named `intermediate` are not
trusted, they only help to build chains. Nothing else is trusted: the product ships no anchor.
"""

from __future__ import annotations

import re
from pathlib import Path

from mailbridge.errors import Misconfigured
from mailbridge.verify.evidence import Trust

_CERTIFICATE_NAMES = frozenset({".pem", ".crt", ".cer", ".der"})
_LIST_NAMES = frozenset({".crl"})
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_CERTIFICATE_LABELS = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE"})
_REMEDY = "put PEM or DER certificates and CRLs there, named .pem, .crt, .cer, .der or .crl"


def load_trust(directory: Path) -> Trust:
    """
    Read all files below a folder, in the order of their names; a folder that is not there trusts nobody.

    Files of other names (a README, a list of fingerprints) are left alone.

    Raises:
        Misconfigured: a file of such a name cannot be read, or holds no certificate and no CRL.
    """
    anchors: list[bytes] = []
    others: list[bytes] = []
    crls: list[bytes] = []
    for path in sorted(directory.rglob("*")) if directory.is_dir() else ():
        if path.suffix.lower() not in _CERTIFICATE_NAMES | _LIST_NAMES or path.name.startswith(".") or path.is_dir():
            continue
        certificates, lists = _read_file(path)
        is_helper = "intermediate" in path.relative_to(directory).parts[:-1]
        (others if is_helper else anchors).extend(certificates)
        crls.extend(lists)
    return Trust(anchors=_distinct(anchors), others=_distinct(others), crls=_distinct(crls))


def _distinct(items: list[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))


def _read_file(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Return the certificates and the CRLs of one file, in DER."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        problem = f"the file cannot be read ({type(error).__name__})"
        raise Misconfigured(problem, file=str(path), remedy="make it readable or take it away") from error
    if b"-----BEGIN " not in octets:
        return _read_der(path, octets)
    certificates, lists = [], []
    for block in _BLOCK.finditer(octets):
        if block[1] in _CERTIFICATE_LABELS:
            certificates.append(_certificate(path, block[0], pem=True))
        elif block[1] == b"X509 CRL":
            lists.append(_crl(path, block[0], pem=True))
        elif block[1].endswith(b"PRIVATE KEY"):
            problem = "the file holds a private key, which has no business here"
            raise Misconfigured(problem, file=str(path), remedy="take it away; only certificates and CRLs are needed")
    if not certificates and not lists:
        raise Misconfigured("the file holds no certificate and no CRL", file=str(path), remedy=_REMEDY)
    return certificates, lists


def _read_der(path: Path, octets: bytes) -> tuple[list[bytes], list[bytes]]:
    if path.suffix.lower() in _LIST_NAMES:
        return [], [_crl(path, octets, pem=False)]
    return [_certificate(path, octets, pem=False)], []


def _certificate(path: Path, octets: bytes, *, pem: bool) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        read = x509.load_pem_x509_certificate(octets) if pem else x509.load_der_x509_certificate(octets)
    except ValueError as error:
        raise Misconfigured("the file holds no readable certificate", file=str(path), remedy=_REMEDY) from error
    return read.public_bytes(Encoding.DER)


def _crl(path: Path, octets: bytes, *, pem: bool) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        read = x509.load_pem_x509_crl(octets) if pem else x509.load_der_x509_crl(octets)
    except ValueError as error:
        raise Misconfigured("the file holds no readable CRL", file=str(path), remedy=_REMEDY) from error
    return read.public_bytes(Encoding.DER)
