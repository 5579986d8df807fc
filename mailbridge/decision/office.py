"""Whose mail it is: the agencies of this installation that a mail is for."""

from __future__ import annotations

from mailbridge.decision.findings import Agency
from mailbridge.mail.envelope import Envelope

EVERYBODY = "*"
"""In place of a domain: the agency owns every recipient (`try` without a configuration)."""


def owns(agency: Agency, recipient: str) -> bool:
    """Say whether a forward-path belongs to an agency: by its domain, exactly, in any case of letters."""
    domain = recipient.rpartition("@")[2].rstrip(".").lower()
    return EVERYBODY in agency.domains or domain in agency.domains


def recipients_of(agency: Agency, envelope: Envelope) -> tuple[str, ...]:
    """Return the recipients that belong to an agency, in order, none twice."""
    return tuple(dict.fromkeys(recipient for recipient in envelope.recipients if owns(agency, recipient)))


def agencies_of(envelope: Envelope, agencies: tuple[Agency, ...]) -> tuple[Agency, ...]:
    """Return the agencies that a mail is for, in their own order; none when no recipient is ours."""
    return tuple(agency for agency in agencies if recipients_of(agency, envelope))
