"""Whose mailbox a mail comes from: by the addresses and domains of the directory, and by the province in gov.vn."""

from __future__ import annotations

from dataclasses import dataclass

from mailbridge.classifier.directory import Directory, Office
from mailbridge.decision.identity_bodies import Body, body_of
from mailbridge.decision.identity_places import province_of_domain
from mailbridge.mail.address import Address
from mailbridge.verify.alignment import organisational_domain


@dataclass(frozen=True, kw_only=True, slots=True)
class MailBody:
    """
    The bodies that a mailbox may belong to; several when they share a domain.

    `province`: the key of the province whose domain it is, where any body of the province may have its mailbox;
    None when the mailbox is known more exactly. `shown` names the one body, None when there are several or none.
    """

    domain: str
    bodies: tuple[Body, ...] = ()
    province: str | None = None
    shown: str | None = None

    @property
    def is_known(self) -> bool:
        """Say whether the directory has it; a province is told by the name of the domain alone."""
        return bool(self.bodies)


def mail_body(author: Address, directory: Directory) -> MailBody:
    """Say whose mailbox an address is: its own line in the directory, its domain, or the next domain above."""
    offices, domain = offices_of(author, directory)
    is_shared = not offices or (domain is not None and _is_apex(domain))
    return MailBody(
        domain=author.domain,
        bodies=tuple(body_of(office, directory) for office in offices),
        province=province_of_domain(author.domain) if is_shared else None,
        shown=offices[0].name if len(offices) == 1 else None,
    )


def offices_of(author: Address, directory: Directory) -> tuple[tuple[Office, ...], str | None]:
    """
    Return the agencies that an address may belong to.

    With them comes the domain that they were found by, at or above that of the address; None when the address itself
    is published.
    """
    published = directory.with_address(str(author))
    if published:
        return published, None
    labels = author.domain.split(".")
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        found = directory.with_domain(domain)
        # A public suffix that somebody wrote into the directory belongs to nobody.
        if found and organisational_domain(domain) is not None:
            return found, domain
    return (), None


def _is_apex(domain: str) -> bool:
    """Say whether it is the domain of a province itself, which all bodies of the province may use."""
    return province_of_domain(domain) is not None and domain.count(".") == 2
