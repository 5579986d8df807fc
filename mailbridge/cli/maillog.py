"""
What a Postfix log says of the mails that came in: their queue ids, and from whom.

Lines are stamped as syslog does ("Nov 20 12:00:01 mx postfix/smtpd[71]: …") or by RFC 3339; others are passed over.
Postfix writes "QUEUEID: client=NAME[ADDRESS]" when a mail gets its queue file, and every later line of that mail begins
with the id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# "postfix/smtpd[71]", "postfix-in/smtpd[71]", "postfix/submission/smtpd[71]".
_LINE = re.compile(
    r"(?P<at>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+) \S+ "
    r"postfix[^\s/\[]*/(?:\S+/)?(?P<service>[a-z]+)\[[0-9]+\]: (?:(?P<id>[0-9A-Za-z]{6,}): (?P<said>.*))?",
    re.ASCII,
)
_CLIENT = re.compile(r"client=[^\s\[]*\[([^\]\s]+)\]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOT_IDS = frozenset(
    {"NOQUEUE", "warning", "statistics", "connect", "disconnect", "timeout", "fatal", "panic", "error"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLog:
    """
    What some log files say together.

    `first` and `last` (UTC) bound the time they cover, None when nothing of Postfix was in them. `seen` are all
    queue ids, `clients` the addresses of the clients from which mails were taken, by queue id.
    """

    first: datetime | None
    last: datetime | None
    seen: frozenset[str]
    clients: Mapping[str, str]


def read_maillog(lines: Iterable[str], now: datetime) -> MailLog:
    """
    Read the lines of one or more logs.

    Args:
        now: Aware; syslog stamps name no year and no zone, so each is taken in the zone of `now`, as the latest such
            moment that is not in the future.
    """
    first = last = None
    stamp, at = "", None
    seen: set[str] = set()
    clients: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if not found:
            continue
        if found["at"] != stamp:
            stamp, at = found["at"], _utc(found["at"], now)
        if at is not None:
            first, last = min(first or at, at), max(last or at, at)
        if found["id"] and found["id"] not in _NOT_IDS:
            seen.add(found["id"])
            client = _CLIENT.match(found["said"]) if found["service"] == "smtpd" else None
            if client:
                clients[found["id"]] = client[1]
    return MailLog(first=first, last=last, seen=frozenset(seen), clients=clients)


def _utc(stamp: str, now: datetime) -> datetime | None:
    at = _time(stamp, now)
    return at and (at if at.tzinfo else at.replace(tzinfo=now.tzinfo)).astimezone(UTC)


def _time(stamp: str, now: datetime) -> datetime | None:
    try:
        if stamp[0].isdigit():
            return datetime.fromisoformat(stamp)
        month = _MONTHS.index(stamp[:3]) + 1
        day, hour, minute, second = int(stamp[4:6]), *(int(part) for part in stamp[7:].split(":"))
        # A clock that is ahead by some minutes has not written last year's log.
        at = datetime(now.year, month, day, hour, minute, second, tzinfo=now.tzinfo)
        return at if at <= now + timedelta(days=1) else at.replace(year=now.year - 1)
    except ValueError:
        return None
