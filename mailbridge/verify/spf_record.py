"""SPF records (RFC 7208 §4.5, §4.6, §5, §6.1): the whole record is read before any term of it is judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from mailbridge.verify.results import Result
from mailbridge.verify.spf_macro import MacroError, Pieces, read_domain, read_macros

Network = IPv4Network | IPv6Network

# 450 octets are good advice (RFC 7208 §3.4), the longest that serve somebody have some 4,000.
_LONGEST = 8192
_QUALIFIERS = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_DIRECTIVE = re.compile(r"(?P<qualifier>[-+~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_LENGTHS = re.compile(r"(?:/(?P<four>0|[1-9][0-9]?))?(?://(?P<six>0|[1-9][0-9]{0,2}))?")
_NETWORK = re.compile(r":(?P<address>[0-9a-f:.]+)(?:/(?P<length>0|[1-9][0-9]{0,2}))?", re.IGNORECASE)


class Wrong(ValueError):
    """A domain's SPF cannot be used: `permerror`. The message says why and is fit for a reason."""


MALFORMED = "the SPF record is malformed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Directive:
    """
    One mechanism and what it says of a client that it matches.

    `domain` is None for the domain that is judged; `network` belongs to ip4 and ip6, `four` and `six` are the prefix
    lengths of a and mx.
    """

    result: Result
    mechanism: str
    domain: Pieces | None = None
    network: Network | None = None
    four: int = 32
    six: int = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A record, read: its directives in order, and where to look when none matches."""

    directives: tuple[Directive, ...]
    redirect: Pieces | None = None


def select_record(values: Sequence[bytes]) -> bytes | None:
    """
    Return the SPF record among the TXT records of a name, None when there is none (§4.5).

    Raises:
        Wrong: there are several.
    """
    found = [value for value in values if value[:6].lower() == b"v=spf1" and value[6:7] in (b"", b" ")]
    if len(found) > 1:
        raise Wrong("the domain has several SPF records")
    return found[0] if found else None


# The same record is read again in every round of questions.
@lru_cache(maxsize=64)
def read_record(octets: bytes) -> Record:
    """
    Read a record.

    Raises:
        Wrong: it breaks the grammar anywhere (§4.6), or is longer than any that is meant.
    """
    if len(octets) > _LONGEST:
        raise Wrong(f"the SPF record is longer than {_LONGEST} octets")
    try:
        return _read_terms(octets.decode("ascii").split(" ")[1:])
    except (MacroError, UnicodeError) as error:
        raise Wrong(MALFORMED) from error


def _read_terms(terms: Sequence[str]) -> Record:
    directives = []
    domains: dict[str, Pieces] = {}
    for term in filter(None, terms):
        modifier = _MODIFIER.fullmatch(term)
        if modifier is None:
            directives.append(_read_directive(term))
            continue
        name, value = modifier["name"].lower(), modifier["value"]
        if name in domains:
            raise Wrong(MALFORMED)
        if name in ("redirect", "exp"):
            # What exp= leads to is a stranger's text for the client; only its form is looked at.
            domains[name] = read_domain(value)
        else:
            read_macros(value)
    return Record(directives=tuple(directives), redirect=domains.get("redirect"))


def _read_directive(term: str) -> Directive:
    found = _DIRECTIVE.fullmatch(term)
    if found is None:
        raise Wrong(MALFORMED)
    result, rest = _QUALIFIERS[found["qualifier"] or "+"], found["rest"]
    match found["name"].lower():
        case "all" if not rest:
            return Directive(result=result, mechanism="all")
        case "include" | "exists" as name if rest.startswith(":"):
            return Directive(result=result, mechanism=name, domain=read_domain(rest[1:]))
        case "ptr" if not rest or rest.startswith(":"):
            return Directive(result=result, mechanism="ptr", domain=read_domain(rest[1:]) if rest else None)
        case "a" | "mx" as name:
            return _read_addressed(result, name, rest)
        case "ip4" | "ip6" as name:
            return Directive(result=result, mechanism=name, network=_read_network(name, rest))
    raise Wrong(MALFORMED)


def _read_addressed(result: Result, name: str, rest: str) -> Directive:
    """Read what follows "a" or "mx"; a slash may belong to the domain, so the lengths are sought at the end."""
    starts = range(max(0, len(rest) - len("/32//128")), len(rest) + 1)
    found = next(match for start in starts if (match := _LENGTHS.fullmatch(rest, start)))
    domain = rest[: found.start()]
    four, six = int(found["four"] or 32), int(found["six"] or 128)
    if four > 32 or six > 128 or (domain and not domain.startswith(":")):
        raise Wrong(MALFORMED)
    pieces = read_domain(domain[1:]) if domain else None
    return Directive(result=result, mechanism=name, domain=pieces, four=four, six=six)


def _read_network(name: str, rest: str) -> Network:
    found = _NETWORK.fullmatch(rest)
    if found is None:
        raise Wrong(MALFORMED)
    try:
        if name == "ip4":
            return IPv4Network((IPv4Address(found["address"]), int(found["length"] or 32)), strict=False)
        return IPv6Network((IPv6Address(found["address"]), int(found["length"] or 128)), strict=False)
    except (AddressValueError, ValueError) as error:
        raise Wrong(MALFORMED) from error
