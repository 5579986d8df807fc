"""The authorities that we hold: which of them has issued a certificate, and where their own revocation is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailbridge.lookups.revocation_check import CertificateId, unreadable
from mailbridge.lookups.trust import Held, Kind
from mailbridge.verify.signature import SignatureStatus

if TYPE_CHECKING:
    from cryptography import x509

OwnSources = tuple[list[str], list[str], CertificateId | None]


class Authorities:
    """The certificates of `config/trust/`, anchors and others."""

    def __init__(self, held: Iterable[Held]) -> None:
        kinds = (Kind.ANCHOR, Kind.INTERMEDIATE)
        self.certificates = tuple(dict.fromkeys(each.der for each in held if each.kind in kinds))
        self._by_print = {hashlib.sha256(der).hexdigest(): der for der in self.certificates}

    def issuer_of(self, status: SignatureStatus) -> bytes | None:
        """Return the certificate, in DER, that stands above that of a signature; None when it is not one of ours."""
        return self._by_print.get(status.chain[1]) if len(status.chain) > 1 else None

    def own_sources(self) -> Iterator[OwnSources]:
        """
        Yield for each certificate the addresses of lists and of responders that it names.

        The third is how a responder knows it, None for one whose issuer we do not hold, and for a root: nobody can
        revoke that.
        """
        from cryptography import x509

        read = [(der, x509.load_der_x509_certificate(der)) for der in self.certificates]
        for _, certificate in read:
            if certificate.subject == certificate.issuer:
                continue
            issuer = next((der for der, other in read if other.subject == certificate.issuer), None)
            identity = CertificateId(issuer=issuer, serial=certificate.serial_number) if issuer else None
            yield (*sources_of(certificate), identity)


def sources_of(certificate: x509.Certificate) -> tuple[list[str], list[str]]:
    """Return the addresses of lists and of responders that a certificate names; none when its extensions are broken."""
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    lists, responders = [], []
    try:
        for extension in certificate.extensions:
            match extension.value:
                case x509.CRLDistributionPoints() as points:
                    lists += [str(name.value) for point in points for name in point.full_name or ()]
                case x509.AuthorityInformationAccess() as ways:
                    is_ocsp = AuthorityInformationAccessOID.OCSP
                    responders += [str(way.access_location.value) for way in ways if way.access_method == is_ocsp]
    except unreadable():
        return [], []
    return lists, responders
