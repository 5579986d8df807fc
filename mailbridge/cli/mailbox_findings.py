"""What `check` finds about mailboxes: the file of the password, and what the server says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mailbridge.errors import Unavailable
from mailbridge.settings import Problem, Settings

if TYPE_CHECKING:
    from mailbridge.mailboxes.settings import MailboxSettings
    from mailbridge.settings.lines import KeyPath
    from mailbridge.settings.problem import Place


def mailbox_findings(settings: Settings, where: Callable[[KeyPath], Place], *, offline: bool) -> Iterator[Problem]:
    """
    Yield what is wrong with each `[[mailbox]]`; nothing is changed there.

    Args:
        offline: Look at the files only.
    """
    if not settings.mailboxes:
        return
    from mailbridge.mailboxes.connection import read_password

    for number, mailbox in enumerate(settings.mailboxes):
        try:
            read_password(mailbox)
        except Unavailable as error:
            remedy = "write the password on one line of a file that only the user of mailbridge may read"
            yield _problem(where(("mailbox", number, "password_file")), error.detail, remedy)
            continue
        if not offline:
            yield from _server(mailbox, where(("mailbox", number, "server")))


def _server(mailbox: MailboxSettings, place: Place) -> Iterator[Problem]:
    """Log in once and look whether states can be shown as the configuration wants it."""
    from mailbridge.mailboxes.connection import connected
    from mailbridge.mailboxes.states import KEYWORDS, URGENT_KEYWORD

    try:
        with connected(mailbox) as server:
            for folder in dict.fromkeys((mailbox.folder, *(folder for _, folder in mailbox.folders))):
                if not server.has(folder):
                    remedy = "make the folder, or correct the name; the server may want a prefix such as INBOX/"
                    yield _problem(place, f"mailbox of {mailbox.user} has no folder {folder}", remedy)
                    if folder == mailbox.folder:
                        return
            if mailbox.folders and not server.can_move:
                yield _problem(place, "the server cannot move mails (no MOVE)", "take `folders` out")
            if mailbox.keywords and not server.open(mailbox.folder).keeps((*KEYWORDS.values(), URGENT_KEYWORD)):
                remedy = "allow keywords on the server; or write keywords = false, and name folders"
                yield _problem(place, f"the server keeps no keywords in {mailbox.folder} of {mailbox.user}", remedy)
    except Unavailable as error:
        remedy = "start that server, or correct server, tls, user and password"
        yield _problem(place, f"mailbox of {mailbox.user} cannot be opened: {error.detail}", remedy)


def _problem(place: Place, problem: str, remedy: str) -> Problem:
    return Problem(file=place.file, line=place.line, problem=problem, remedy=remedy)
