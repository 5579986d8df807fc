"""
To whom a letter may go: nobody outside hears from us who did not prove to have written (RFC 3834 §2; RFC 5321 §4.5.5).

An answer goes to the proven author (From) and to no other address: not to Reply-To and not to the reverse-path, which
a stranger may point at a third party. Hence a difference between those three does no harm and stops no answer.
"""

from __future__ import annotations

import re

from mailbridge.classifier.automatic import OWN_LETTER, wording_reason
from mailbridge.classifier.kinds import Classification, Kind
from mailbridge.decision.findings import Agency
from mailbridge.decision.sender import Sender, SenderLevel
from mailbridge.letters.typeset import one_line
from mailbridge.mail.address import Address
from mailbridge.mail.envelope import Envelope
from mailbridge.mail.letter import token_in_address
from mailbridge.mail.message import Message
from mailbridge.verify.results import AuthResults

# What stands in RCPT and in To without quoting; a quoted local part or an address literal comes from no office.
# 64 and 255 octets: RFC 5321 §4.5.3.1.
_PLAIN_ADDRESS = re.compile(r"""[^\s<>()\[\],;:\\"@]{1,64}@[\w.-]{1,255}""")


def suppression(
    message: Message,
    envelope: Envelope,
    classification: Classification,
    authentication: AuthResults,
    *,
    agency: Agency,
    sender: Sender | None = None,
) -> str | None:
    """
    Say why no letter may go to the sender of this mail, in a word of CONTRACT.md (`letters[].suppressed`).

    Args:
        sender: How far the sender can be trusted; None when nobody looked.

    Returns:
        None when the author may be answered at the From address, and nowhere else.

    Source: RFC 3834 §2 (no answer to an automatic message, none to an unproven address), RFC 5321 §4.5.5.
    """
    if classification.kind is Kind.SECRET or classification.secrecy:
        return "secret"
    automatic = _automatic(message, envelope, classification)
    if automatic:
        return automatic
    if message.author and is_ours(message.author, agency):
        return "ourselves"
    if not message.author or not authentication.proves_sender:
        return "unproven-sender"
    # Who imitates another, or is proven to be another than he says, has proven an address and no right to an answer.
    if sender is not None and sender.level is SenderLevel.CONTRADICTED:
        return "unproven-sender"
    return None if is_writable(str(message.author)) else "policy"


def _automatic(message: Message, envelope: Envelope, classification: Classification) -> str | None:
    """Name the sign of a machine; the classifier has looked, and what closes a loop is looked at once more."""
    if classification.automatic:
        return classification.automatic
    if envelope.mail_from == "":
        return "null-sender"
    submitted = message.first("Auto-Submitted")
    if message.first(OWN_LETTER) is not None or (submitted and not _is_by_hand(submitted)):
        return "auto-submitted"
    if classification.kind is Kind.AUTOMATIC:
        return "auto-submitted"
    # The status mail of another document system answers a mail of ours; an answer to it would go on for ever.
    if classification.kind is Kind.RECEIPT:
        return "report"
    # Only what comes back about our letters comes to their return addresses.
    if any(token_in_address(recipient) for recipient in envelope.recipients):
        return "report"
    return wording_reason(message, envelope.mail_from)


def _is_by_hand(auto_submitted: str) -> bool:
    """Read RFC 3834 §5: "no" with or without parameters and comments."""
    return re.match(r"\s*no\s*(?:[;(]|\Z)", auto_submitted, re.IGNORECASE) is not None


def is_ours(address: Address, agency: Agency) -> bool:
    """Say whether an address is the agency's own, by its domain or because the agency publishes it."""
    domains = {domain.lower() for domain in agency.domains}
    own = {each.lower() for each in (*agency.addresses, *agency.clerks, agency.security_contact)}
    return address.domain.lower() in domains or str(address).lower() in own


def is_writable(address: str) -> bool:
    """Say whether an address can stand in a header field and an SMTP command as it is, without quoting."""
    return _PLAIN_ADDRESS.fullmatch(address) is not None and one_line(address) == address
