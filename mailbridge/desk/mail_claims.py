"""What in a mail says that it may be a command: the address it goes to, and the notices it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbridge.classifier.automatic import automatic_reason
from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Agency
from mailbridge.decision.office import mailboxes_of
from mailbridge.letters.replies_seal import tags_in
from mailbridge.mail.letter import tokens_in_text
from mailbridge.mail.message import Part
from mailbridge.seen import Seen

_FORWARD = re.compile(r"\s*(?:\[?(?:fwd?|fw|ct|chuyển tiếp|chuyen tiep)\s*[:：\]])", re.IGNORECASE)
_MOST_NAMED = 10
_RESENT = ("Resent-From", "Resent-Sender", "Resent-To")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """
    What a mail names of ours.

    `tokens` stand in In-Reply-To, `tags` (beginnings of tokens) in the subject; either may be of somebody else.
    `files` are the names of attached files that are more than pictures of a signature. `answers`: the mail answers
    another one, ours or not.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    files: tuple[str, ...]
    answers: bool = False

    @property
    def names_a_notice(self) -> bool:
        """Say whether there is anything to look up."""
        return bool(self.tokens or self.tags)


def claim_of(seen: Seen, agency: Agency) -> Claim | None:
    """
    Return what a mail names; None when it can be no command.

    None: machines wrote it, it is passed on or sent again, or it goes to no published address of the agency. What
    stands in the quoted text counts for nothing.
    """
    message, mail = seen.message, seen.mail
    if seen.classification.kind is Kind.SECRET or automatic_reason(message, mail.envelope.mail_from) is not None:
        return None
    if _FORWARD.match(message.subject) or any(message.first(name) is not None for name in _RESENT):
        return None
    published = {each.lower() for each in agency.addresses}
    if not published & {each.lower() for each in mailboxes_of(agency, mail.envelope, message)}:
        return None
    answered = message.every("In-Reply-To")
    return Claim(
        tokens=tokens_in_text(answered[0][:2000])[:_MOST_NAMED] if len(answered) == 1 else (),
        tags=tags_in(message.subject)[:_MOST_NAMED],
        files=tuple(part.name or part.type for part in message.attachments if _is_a_file(part)),
        answers=any(each.strip() for each in answered),
    )


def _is_a_file(part: Part) -> bool:
    """Leave out pictures in signatures and the cards that some programs add."""
    return not part.type.startswith("image/") and part.type not in ("text/vcard", "text/x-vcard")
