"""Mails inside the mail, as far as their own signatures are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailbridge.mail.address import Address
from mailbridge.mail.files import as_transmitted
from mailbridge.mail.filetype import MAIL
from mailbridge.mail.message import Message
from mailbridge.mail.parse import has_readable_header, parse
from mailbridge.verify.dkim import MOST_SIGNATURES, count_signatures

MOST_MAILS = 10
"""Mails inside one mail that are looked at; a forward has one, a digest some."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InnerMail:
    """One mail inside the mail; of its signatures the first `most` are judged."""

    part: str
    content: bytes
    most: int

    @property
    def author(self) -> Address | None:
        """The single From address."""
        head, _, _ = self.content.partition(b"\r\n\r\n")
        return parse(head + b"\r\n\r\n").author


def inner_mails(content: bytes, message: Message) -> Iterator[InnerMail]:
    """
    Give the mails inside a mail, in order, with the line ends they had on the wire.

    Their signatures and those of the mail itself count together: a stranger who wraps mails in mails makes us ask for
    no more keys than one who does not.
    """
    parts = [part for part in message.parts if part.type == MAIL and not part.problem][:MOST_MAILS]
    if not parts:
        return
    left = MOST_SIGNATURES - (count_signatures(content) if has_readable_header(content) else 0)
    for part in parts:
        inner = as_transmitted(part.content)
        if not has_readable_header(inner):
            continue
        most = max(0, left)
        yield InnerMail(part=part.index, content=inner, most=most)
        left -= count_signatures(inner)
