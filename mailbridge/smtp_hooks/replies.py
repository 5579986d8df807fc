"""
What the hop itself says to a client: one table. Replies of the next hop are not here: they pass unchanged.

Codes: RFC 5321 §4.2; enhanced codes: RFC 3463. No text shows a path, a version or an address of our machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbridge.errors import MailBridgeError, Misconfigured, ProtocolViolation, Unavailable


class Say(StrEnum):
    """Our own words."""

    OK = "250 2.0.0 Ok"
    BYE = "221 2.0.0 Bye"
    HELP = "214 2.0.0 Mail is passed on to the server behind; ask its postmaster"
    CANNOT_VERIFY = "252 2.0.0 Cannot verify, but mail is passed on to the server behind, which can"
    NOT_IMPLEMENTED = "502 5.5.1 Command not implemented"
    NEED_HELO = "503 5.5.1 Say HELO or EHLO first"
    NEED_MAIL = "503 5.5.1 Need MAIL command"
    NEED_RECIPIENT = "554 5.5.1 No valid recipients"
    NESTED_MAIL = "503 5.5.1 Nested MAIL command"
    BAD_HELO = "501 5.5.4 Syntax: HELO or EHLO, and a host name"
    BAD_MAIL = "501 5.5.4 Syntax: MAIL FROM:<address>"
    BAD_RCPT = "501 5.5.4 Syntax: RCPT TO:<address>"
    NO_ARGUMENT = "501 5.5.4 This command takes no argument"
    BAD_UTF8 = "500 5.5.2 Not UTF-8"
    # RFC 3030: BODY=BINARYMIME belongs to BDAT, which we never offer; content without lines cannot pass DATA unaltered.
    NO_BINARY = "555 5.6.1 Binary content is not supported here"
    TLS_NOT_HERE = "502 5.5.1 TLS is not offered"
    TLS_ALREADY = "503 5.5.1 TLS is already active"
    # X.6.0: the content itself cannot be passed on. Not X.5.2, which many clients take for a command they may rephrase.
    BARE_LINE_END = "550 5.6.0 Bare CR or LF in the message (RFC 5321, section 2.3.8)"
    FALSE_END = "550 5.6.0 A line of NUL and a dot in the message"
    TOO_BIG = "552 5.3.4 Message exceeds the size limit"
    HEADER_TOO_BIG = "552 5.3.4 Message header exceeds the size limit"
    LINE_TOO_LONG = "554 5.6.0 A line of the message is too long"
    # RFC 3463 X.4.6: routing loop detected.
    LOOP = "554 5.4.6 Mail goes round in a loop"
    NO_ROOM = "452 4.3.1 Insufficient system storage, try again later"
    TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
    # Recipients of another next hop: RFC 5321 §4.5.3.1.10 lets the client send them in a transaction of their own.
    OTHER_ROUTE = "452 4.5.3 Send this recipient in another transaction"
    TOO_MANY_ERRORS = "421 4.7.0 Too many errors"
    TOO_FAST = "451 4.7.1 Too many mails in a minute, try again later"
    TOO_MANY_FROM_YOU = "421 4.7.0 Too many sessions from your address, try again later"
    LINE_LIMIT = "500 5.5.2 Line too long"
    BAD_COMMAND = "500 5.5.2 Syntax error"
    UNKNOWN_COMMAND = "502 5.5.1 Command not implemented"
    NOT_FOR_YOU = "550 5.7.0 Not allowed"
    BAD_ATTRIBUTES = "501 5.5.4 Syntax: attribute=value"
    # RFC 4954 §6.
    AUTH_NEEDS_TLS = "538 5.7.11 Say STARTTLS first"
    BAD_AUTH = "501 5.5.4 Syntax: AUTH mechanism"
    NO_PROXY_HEADER = "421 4.7.0 A PROXY header must come first"
    TOO_MANY_SESSIONS = "421 4.3.2 Too many sessions, try again later"
    STOPPING = "421 4.3.2 Service is closing, try again later"
    IDLE = "421 4.4.2 Timeout, closing connection"
    # A retry comes while the first delivery is still waiting for the next hop's answer.
    STILL_DELIVERING = "451 4.4.5 This message is being delivered, try again later"
    NEXT_HOP_UNREACHABLE = "421 4.4.1 The server behind does not answer, try again later"
    NEXT_HOP_GONE = "421 4.4.2 Connection to the server behind was lost, try again later"
    NEXT_HOP_LOST = "451 4.4.2 Connection to the server behind was lost, try again later"
    LOCAL_PROBLEM = "451 4.3.0 Temporary local problem, try again later"
    NOT_CONFIGURED = "451 4.3.5 Service is not configured, try again later"
    VIOLATION = "554 5.5.0 Protocol violation"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the next hop: its three digits, and its lines as they came, without line ends."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def raw(self) -> bytes:
        """All lines, with CRLF between them and none at the end."""
        return b"\r\n".join(self.lines)

    @property
    def text(self) -> str:
        """The lines for a log or a record; octets that are not UTF-8 are replaced."""
        return b"\n".join(self.lines).decode("utf-8", "replace")

    @property
    def is_good(self) -> bool:
        """Say whether it grants what was asked (2yz)."""
        return 200 <= self.code < 300

    @property
    def is_refusal(self) -> bool:
        """Say whether it refuses, for now or for good (4yz, 5yz)."""
        return 400 <= self.code < 600


class NextHopUnreachable(Unavailable):
    """No session with the next hop could be opened."""

    def __init__(self, detail: str) -> None:
        super().__init__("next hop", detail)


class NextHopLost(Unavailable):
    """The session with the next hop broke, fell silent or fell out of step."""

    def __init__(self, detail: str) -> None:
        super().__init__("next hop", detail)


class NextHopRefuses(NextHopUnreachable):
    """The next hop greeted with a refusal; `reply` is passed on."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"greets with {reply.code}")
        self.reply = reply


def reply_for(error: Exception) -> bytes:
    """Say an error to a client. What we do not know is our fault and temporary: the client keeps the mail."""
    match error:
        case NextHopRefuses():
            return error.reply.raw
        case NextHopUnreachable():
            said = Say.NEXT_HOP_UNREACHABLE
        case NextHopLost():
            said = Say.NEXT_HOP_LOST
        case ProtocolViolation():
            said = Say.VIOLATION
        case Misconfigured():
            said = Say.NOT_CONFIGURED
        case Unavailable() | MailBridgeError() | _:
            said = Say.LOCAL_PROBLEM
    return said.encode("ascii")
