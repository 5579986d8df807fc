"""One certificate revocation list (RFC 5280 §5), read so that a hundred thousand entries cost milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailbridge.verify.algorithms import judge_algorithm
from mailbridge.verify.answered import Answered, Said
from mailbridge.verify.names import name_key
from mailbridge.verify.signature import Status
from mailbridge.verify.value import fits_key

if TYPE_CHECKING:
    from cryptography import x509

# Strength of a list's own algorithms is not asked for its date: nobody but the authority chooses what stands in it.
_ANY_DATE = datetime(2000, 1, 1, tzinfo=UTC)
# Of the part of a list that is copied to find its issuer.
_LONGEST_HEAD = 20_000


class HeldList:
    """
    A list of which only the name is read until it is asked for: an agency holds those of many authorities.

    Raises:
        Exception: from the constructor, whatever asn1crypto meets in octets without an issuer.
    """

    def __init__(self, der: bytes) -> None:
        self._der = der
        self._read: RevocationList | None = None
        self._is_read = False
        self.issuer = _read_issuer(der)

    def read(self) -> RevocationList | None:
        """Return the list, read once; None when it cannot be read."""
        if not self._is_read:
            self._is_read = True
            try:
                self._read = RevocationList(self._der)
            except MemoryError:
                raise
            # A stranger's list; `cryptography` and asn1crypto answer a broken one with a dozen kinds of exceptions.
            except Exception:  # noqa: BLE001
                self._read = None
        return self._read


def _read_issuer(der: bytes) -> str:
    """Walk to the issuer: behind the version, which may be left out, and the algorithm (RFC 5280 §5.1.2)."""
    from asn1crypto import core, parser, x509

    *_, content, _ = parser.parse(der, strict=True)
    *_, tbs, _ = parser.parse(content)
    place = parser.peek(tbs) if tbs[0] == core.Integer.tag else 0
    place += parser.peek(tbs[place : place + _LONGEST_HEAD])
    return name_key(x509.Name.load(tbs[place : place + _LONGEST_HEAD]))


class RevocationList:
    """
    A list, and who may have signed it.

    Raises:
        Exception: from the constructor, whatever `cryptography` meets in octets that are no list.
    """

    def __init__(self, der: bytes) -> None:
        from asn1crypto import algos, parser
        from cryptography import x509

        self._list = x509.load_der_x509_crl(der)
        # `cryptography` would write the list anew to find the octets that are signed.
        *_, content, _ = parser.parse(der, strict=True)
        end = parser.peek(content)
        self._signed = content[:end]
        self._algorithm = algos.SignedDigestAlgorithm.load(content[end : end + parser.peek(content[end:])])
        self._signers: dict[bytes, bool] = {}
        self._scope = _read_scope(self._list.extensions)

    def is_signed_by(self, certificate: Any) -> bool:
        """Say whether the key of this certificate (asn1crypto) signed the list; a key is tried once only."""
        known = self._signers.get(certificate.sha256)
        if known is None:
            known = self._signers[certificate.sha256] = self._fits(certificate)
        return known

    def _fits(self, certificate: Any) -> bool:
        usage = certificate.key_usage_value
        if usage is not None and "crl_sign" not in usage.native:
            return False
        if judge_algorithm(self._algorithm, _ANY_DATE).status is not Status.TOTAL_PASSED:
            return False
        return fits_key(self._list.signature, self._signed, certificate.public_key, self._algorithm)

    def say(self, serial: int, *, points: frozenset[str], authority: bool) -> Said | None:
        """
        Say what stands in the list about a certificate of its issuer.

        Args:
            points: Addresses of the distribution points that the certificate names.
            authority: It is a certificate of an authority.

        Returns:
            None when this list does not tell: it is for others, for some reasons only, a delta or an indirect list.
        """
        if self._scope is None:
            return None
        begin, end = self._list.last_update_utc, self._list.next_update_utc
        entry = self._entry(serial)
        if entry is None:
            complete = self._scope.covers(points=points, authority=authority)
            return Said(answered=Answered.GOOD, begin=begin, end=end) if complete else None
        from cryptography import x509

        reason: Any = None
        for extension in entry.extensions:
            if isinstance(extension.value, x509.CRLReason):
                reason = extension.value.reason
            elif extension.critical or isinstance(extension.value, x509.CertificateIssuer):
                # Of another issuer, or with a meaning unknown to us.
                return None
        if reason is x509.ReasonFlags.remove_from_crl:
            return None
        held = reason is x509.ReasonFlags.certificate_hold
        return Said(
            answered=Answered.HELD if held else Answered.REVOKED, begin=begin, end=end, since=entry.revocation_date_utc
        )

    def _entry(self, serial: int) -> x509.RevokedCertificate | None:
        from asn1crypto import core

        # A serial number that stands in the list stands there in this one form; looking for its octets is fast.
        if core.Integer(serial).dump() not in self._signed:
            return None
        return self._list.get_revoked_certificate_by_serial_number(serial)


class _Scope:
    """What a list speaks of (RFC 5280 §5.2.5)."""

    def __init__(self) -> None:
        self.points: frozenset[str] | None = None
        self.users = self.authorities = True
        self.complete = True

    def covers(self, *, points: frozenset[str], authority: bool) -> bool:
        """Say whether a certificate that is not on the list is good by it."""
        concerned = self.authorities if authority else self.users
        here = self.points is None or bool(self.points & points)
        return self.complete and concerned and here


def _read_scope(extensions: x509.Extensions) -> _Scope | None:
    """Read what the list is for; None for a list that cannot be used at all."""
    from cryptography import x509

    scope = _Scope()
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            # Tells what is new since another list; whoever is on it is revoked all the same.
            scope.complete = False
        elif isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_contains_attribute_certs:
                return None
            scope.users = not value.only_contains_ca_certs
            scope.authorities = not value.only_contains_user_certs
            if value.only_some_reasons:
                scope.complete = False
            if value.full_name or value.relative_name:
                scope.points = _addresses(value.full_name)
        elif extension.critical and not isinstance(value, x509.CRLNumber | x509.AuthorityKeyIdentifier):
            return None
    return scope


def _addresses(names: Any) -> frozenset[str]:
    from cryptography import x509

    return frozenset(name.value for name in names or () if isinstance(name, x509.UniformResourceIdentifier))
