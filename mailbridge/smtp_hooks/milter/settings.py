"""What a milter door is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class MilterSettings:
    """
    The milter door.

    Attributes:
        unix_path: Listens here instead of on `listen_host` and `listen_port` (0: the system chooses).
        unix_mode: Permissions of that socket; whoever may write to it can have mail entered. The user of the MTA must
            be in the group of ours (Postfix: `adduser postfix OURGROUP`).
        max_size: Octets of content; the MTA should allow no more.
        max_sessions: Connections above this are closed at once, and the MTA does what it does when we are down.
        client_timeout: Seconds without an octet from the MTA. It is quiet as long as its own client is, so this must be
            longer than its patience (libmilter has 7210).
        settle_within: Seconds of silence behind our last answer after which a mail counts as taken (`session`).
        progress_every: Seconds after which the MTA hears that we are still at work.
        stop_within: Seconds that mails in transfer get to finish when the door stops.
        quarantine: When no copy can be kept, ask the MTA to hold the mail in its queue instead of refusing it for now.
        internal: Only the agency's own people come through this door.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    unix_path: str | None = None
    unix_mode: int = 0o660
    max_size: int = 50 << 20
    max_sessions: int = 1000
    client_timeout: float = 7210
    settle_within: float = 5
    progress_every: float = 5
    stop_within: float = 30
    quarantine: bool = False
    internal: bool = False
