"""
Whether a mail is proven to be from the person in its From field, so that what it says may be done (H3).

Stricter than for answers: a command changes the book. It counts through a door that only the agency's own people can
use, or by a DKIM signature of the agency's own domain, over the whole mail and the fields that tell it from another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import getaddresses

from mailbridge.decision.findings import Agency
from mailbridge.decision.judge import is_delivered
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.seen import Seen
from mailbridge.verify.dkim_signature import read_signature
from mailbridge.verify.dkim_text import Malformed, split_header

_SIGNED = frozenset({b"from", b"message-id"})
"""Without its Message-ID a signed mail could be sent again as another one, and be done twice."""

_THREAD = frozenset({b"in-reply-to"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """
    What is proven of a mail beside its author.

    `thread`: also which mail it answers. Not every server signs In-Reply-To; where it is unsigned, a stranger who has a
    signed "ok" of a clerk can put it there.
    """

    thread: bool


def proof_of(seen: Seen, agency: Agency) -> Proof | None:
    """Say whether the author of this mail is who the From field says, and one of the agency's own domain."""
    author = seen.message.author
    # Who was told by the next server that it refused the mail must not find it carried out.
    if author is None or seen.unopened or not is_delivered(seen.mail) or seen.mail.door is Door.MANUAL:
        return None
    if _came_from_inside(seen.mail, str(author)):
        return Proof(thread=True)
    # What a clerk signed for somebody else can be sent on to us by whoever has it; the envelope is not signed.
    if author.domain not in agency.domains or not _is_addressed(seen, agency):
        return None
    signed = tuple(_signed_by(seen, agency))
    return Proof(thread=any(names >= _THREAD for names in signed)) if signed else None


def _is_addressed(seen: Seen, agency: Agency) -> bool:
    """Say whether the writer put a published address of the agency into To or Cc."""
    fields = [value[:20_000] for name in ("To", "Cc") for value in seen.message.every(name)]
    written = {address.lower() for _, address in getaddresses(fields)}
    return not written.isdisjoint(each.lower() for each in agency.addresses)


def _came_from_inside(mail: MailObject, author: str) -> bool:
    """Say whether the mail came by an internal door, from the one who is in From: servers check MAIL FROM at login."""
    reverse_path = mail.envelope.mail_from
    return mail.client.internal and (reverse_path is None or reverse_path.lower() == author.lower())


def _signed_by(seen: Seen, agency: Agency) -> Iterator[frozenset[bytes]]:
    """
    Yield what each good signature of one of the agency's own domains covers.

    Alignment (RFC 7489 §3.1.1) is not enough: all departments of a province share one organisational domain.
    """
    results = zip(seen.authentication.dkim, _signed_names(seen.mail.content), strict=False)
    for result, names in results:
        if result.proves_author and result.domain in agency.domains and names >= _SIGNED:
            yield names


def _signed_names(content: bytes) -> Iterator[frozenset[bytes]]:
    """Yield the fields that each signature covers, in the order in which they are judged."""
    for field in split_header(content).header:
        if field.name != b"dkim-signature":
            continue
        try:
            yield frozenset(read_signature(field).names)
        except Malformed:
            yield frozenset()
