"""What a letter gets when it leaves: where it comes back, the seal of the agency, the signature of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailbridge.mail.letter import Letter, return_address
from mailbridge.outbound.bounces import Bounces
from mailbridge.outbound.signing import DkimKey, SmimeKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Dress:
    """
    How letters leave.

    `addresses`: From of each agency, by its id. Of a letter of another agency nothing is changed.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    bounces: Bounces = Bounces.NULL
    dkim: DkimKey | None = None
    smime: SmimeKey | None = None

    def dressed(self, letter: Letter) -> Letter:
        """Return the letter as it goes over the wire. Blocks for some milliseconds where it signs."""
        address = self.addresses.get(letter.agency)
        if address is None:
            return letter
        content = self.smime.sealed(letter.content) if self.smime else letter.content
        domain = address.rpartition("@")[2]
        if self.dkim is not None:
            content = self.dkim.signed(content, domain)
        sender = return_address(address, letter.key) if self.bounces is Bounces.PLUS else letter.sender
        return replace(letter, content=content, sender=sender)
