"""What we offer a client in EHLO: never more than the next hop and we can do together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# These change only what passes through us unaltered: octets (RFC 6152), addresses (RFC 6531), parameters of MAIL and
# RCPT (RFC 3461), texts of replies (RFC 2034). Not offered, whatever the next hop does: CHUNKING and BINARYMIME (we
# take DATA only), ETRN, VRFY. AUTH, XCLIENT and XFORWARD are offered by our own settings.
_PASSED = ("8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")

# The two header fields we add make the mail at most this much longer than what the client counted.
_OUR_OCTETS = 1024


def common(offers: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """
    Return the keywords that all of several next hops offer, SIZE with the smallest limit.

    A client hears one EHLO, before anybody knows where its mail goes.
    """
    first, *others = offers
    shared = {keyword: text for keyword, text in first.items() if all(keyword in other for other in others)}
    if "SIZE" in shared:
        limits = [int(offer["SIZE"]) for offer in offers if offer["SIZE"].isascii() and offer["SIZE"].isdigit()]
        shared["SIZE"] = str(min(filter(None, limits), default=0))
    return shared


def offer(
    next_hop: Mapping[str, str], *, max_size: int, starttls: bool, auth: bool = False, more: Sequence[str] = ()
) -> tuple[str, ...]:
    """
    List the keywords of our EHLO reply.

    PIPELINING (RFC 2920) is always ours: commands wait in order. SIZE (RFC 1870) is the smaller of both limits and is
    left out when the next hop has none of it, since it would not take the parameter.

    Args:
        auth: AUTH is passed through, so its mechanisms are offered as the next hop does.
        more: Keywords that our settings allow this client (XCLIENT, XFORWARD).
    """
    offered = ["PIPELINING"]
    if "SIZE" in next_hop:
        offered.append(f"SIZE {_size(next_hop['SIZE'], max_size)}")
    if starttls:
        offered.append("STARTTLS")
    # RFC 6531 §3.1: SMTPUTF8 needs 8BITMIME beside it.
    lame = {"SMTPUTF8"} if "8BITMIME" not in next_hop else set()
    offered.extend(keyword for keyword in _PASSED if keyword in next_hop and keyword not in lame)
    if auth and "AUTH" in next_hop:
        offered.append(f"AUTH {next_hop['AUTH']}".rstrip())
    return (*offered, *more)


def _size(theirs: str, ours: int) -> int:
    limit = int(theirs) if theirs.isascii() and theirs.isdigit() else 0
    # RFC 1870 §3: zero or no number means that there is no fixed limit.
    return min(ours, max(1, limit - _OUR_OCTETS)) if limit else ours
