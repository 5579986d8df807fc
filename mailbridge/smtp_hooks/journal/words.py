"""What only the journal door says; the rest stands in `replies.Say`."""

from __future__ import annotations

from enum import StrEnum


class JournalSay(StrEnum):
    """Replies (RFC 5321 §4.2, RFC 3463)."""

    # 4yz, though it will not change by itself: the copies wait at the sending server until somebody has put it right.
    NOT_LISTED = "421 4.7.1 This host is not listed as one that hands in copies"
    RCPT_TAKEN = "250 2.1.5 Ok"
    MAIL_TAKEN = "250 2.1.0 Ok"
    GO_AHEAD = "354 End data with <CR><LF>.<CR><LF>"
    NOT_OFFERED = "555 5.5.4 Parameter is not supported"
    WRONG_GREETING = "500 5.5.1 Not a command of this protocol"
    HELP = "214 2.0.0 Copies of mail are taken here and go nowhere else"
    CANNOT_VERIFY = "252 2.1.5 Every address is taken here"
