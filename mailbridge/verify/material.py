"""Certificates, CRLs and OCSP answers to judge one file with: ours, and what lies beside its signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar

from mailbridge.verify.crl import HeldList, RevocationList
from mailbridge.verify.evidence import Trust
from mailbridge.verify.links import Links, sound
from mailbridge.verify.names import name_key
from mailbridge.verify.ocsp import StatusAnswer

# What is taken of each kind from a stranger's file. A file archived for years holds some dozens.
MOST_BESIDE = 100

_Read = TypeVar("_Read")


class Material:
    """
    Everything a chain may be built and checked from, read once a file.

    What a stranger put beside a signature is never trusted for standing there: certificates must lead to an anchor of
    ours, lists and answers must be signed by the authority that they speak for. What cannot be read is left out.

    Attributes:
        anchors: asn1crypto `x509.Certificate` objects, whom we trust.
        others: Those that stand between, ours before those that lie beside the signature.
        links: Who issued whom.
        answers: Of OCSP responders.
    """

    def __init__(
        self, trust: Trust, *, certificates: Iterable[Any] = (), crls: Iterable[Any] = (), ocsps: Iterable[Any] = ()
    ) -> None:
        """
        Read the trust material; raises nothing but `MemoryError`.

        Args:
            certificates: asn1crypto `x509.Certificate` objects found beside the signature.
            crls: asn1crypto `crl.CertificateList` objects found there.
            ocsps: asn1crypto `ocsp.OCSPResponse` objects found there.
        """
        from asn1crypto import ocsp, x509

        self.anchors = tuple(_read(trust.anchors, lambda der: sound(x509.Certificate.load(der))))
        self.others = tuple(_read(trust.others, lambda der: sound(x509.Certificate.load(der))))
        self.links = Links(self.anchors, self.others)
        self._known = frozenset((*trust.anchors, *trust.others))
        self._lists: dict[str, tuple[HeldList, ...]] = {}
        self.answers: tuple[StatusAnswer, ...] = ()
        self._add_lists(_read(trust.crls, HeldList))
        self.answers += tuple(_read(trust.ocsps, lambda der: StatusAnswer(ocsp.OCSPResponse.load(der))))
        self._add(certificates, crls, ocsps)

    def beside(
        self, *, certificates: Iterable[Any] = (), crls: Iterable[Any] = (), ocsps: Iterable[Any] = ()
    ) -> Material:
        """Return this material and what lies in one signature or token (as for `Material`); ours is not read again."""
        more = Material.__new__(Material)
        more.anchors, more.others, more.links = self.anchors, self.others, self.links
        more._lists, more.answers, more._known = dict(self._lists), self.answers, self._known
        more._add(certificates, crls, ocsps)
        return more

    def _add(self, certificates: Iterable[Any], crls: Iterable[Any], ocsps: Iterable[Any]) -> None:
        new = (each for each in islice(certificates, MOST_BESIDE) if each.dump() not in self._known)
        found = tuple(_read(new, sound))
        self._known |= {each.dump() for each in found}
        self.others += found
        self.links = self.links.beside(found)
        self._add_lists(_read(islice(crls, MOST_BESIDE), lambda each: HeldList(each.dump())))
        self.answers += tuple(_read(islice(ocsps, MOST_BESIDE), StatusAnswer))

    def _add_lists(self, lists: Iterable[HeldList]) -> None:
        for each in lists:
            self._lists[each.issuer] = (*self._lists.get(each.issuer, ()), each)

    def lists_of(self, certificate: Any) -> tuple[RevocationList, ...]:
        """Return the lists that bear the name of a certificate's issuer, signed by it or not."""
        held = self._lists.get(name_key(certificate.issuer), ())
        return tuple(found for each in held if (found := each.read()) is not None)

    def is_listed(self, certificate: Any) -> bool:
        """Say whether a CRL of this certificate's issuer is at hand."""
        return bool(self.lists_of(certificate))


def _read(given: Iterable[Any], reader: Callable[[Any], _Read]) -> list[_Read]:
    """Read what can be read; a broken one adds nothing."""
    found = []
    for each in given:
        try:
            found.append(reader(each))
        except MemoryError:
            raise
        # From strangers' files; asn1crypto and `cryptography` answer broken ones with a dozen kinds of exceptions.
        except Exception:  # noqa: BLE001, S112 - it counts as absent, and whoever misses it says so
            continue
    return found
