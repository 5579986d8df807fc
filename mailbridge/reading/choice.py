"""Which parts of a mail are opened."""

from __future__ import annotations

from mailbridge.mail.filetype import SIGNATURE
from mailbridge.mail.message import Part

# What travels with a letter and is none: signatures of the mail, calendars, cards, reports of the post, sounds.
_NO_DOCUMENTS = frozenset(
    {
        SIGNATURE,
        "application/pgp-signature",
        "message/delivery-status",
        "message/disposition-notification",
        "text/calendar",
        "text/rfc822-headers",
        "text/vcard",
    }
)
# Mails within the mail are taken apart by the parser of mails.
_FAMILIES_WITHOUT = ("multipart/", "message/", "audio/", "video/", "font/")


def may_hold_document(part: Part) -> bool:
    """Say whether a part is to be opened, or at least mentioned: whether a person would look into it for a document."""
    if part.problem or not part.is_attachment:
        return False
    if part.type in _NO_DOCUMENTS or part.type.startswith(_FAMILIES_WITHOUT):
        return False
    # A picture that the HTML text shows is a logo or a line; one that is sent as a file may be a scan.
    return not (part.type.startswith("image/") and part.content_id and part.disposition != "attachment")
