"""Asks the DNS, by dnspython; nothing else in MailBridge does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailbridge.errors import Misconfigured
from mailbridge.verify.evidence import Answer, Answered, Question

if TYPE_CHECKING:
    import dns.message
    import dns.rdata
    import dns.resolver
    from dns.asyncresolver import Resolver as Stub

# The bound of one question; `gather` bounds all questions of a mail together.
_PATIENCE = 5.0


class Names(Protocol):
    """Answers one question: the network, or a file in its place."""

    async def ask(self, question: Question, at: datetime) -> Answer:
        """Ask; `at` is written into the answer. Raises nothing: no answer is an `Answer` too."""
        ...


class Resolver:
    """
    A stub resolver that asks a recursive one.

    Args:
        servers: "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:53"; empty: those of the system.
        patience: Seconds for one question, all servers and repetitions together.

    Raises:
        Misconfigured: a server is no address, or the system names none.
    """

    def __init__(self, servers: Sequence[str] = (), *, patience: float = _PATIENCE) -> None:
        self._stub = _make_stub(servers)
        self._stub.lifetime = patience
        # Two tries at least, so that one lost packet costs no verdict.
        self._stub.timeout = patience / 3

    async def ask(self, question: Question, at: datetime) -> Answer:
        """Ask for one name and type; time-outs and server failures are UNANSWERED."""
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            name = dns.name.from_text(question.name)
        except (dns.exception.DNSException, UnicodeError) as error:
            # Too long, empty label: such a name cannot exist anywhere.
            return Answer(question=question, answered=Answered.NXDOMAIN, asked_at=at, detail=type(error).__name__)
        try:
            found = await self._stub.resolve(name, question.type, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as error:
            authentic = all(_is_authentic(response) for response in error.kwargs["responses"].values())
            return Answer(question=question, answered=Answered.NXDOMAIN, asked_at=at, authentic=authentic)
        except (dns.exception.DNSException, OSError) as error:
            return Answer(question=question, answered=Answered.UNANSWERED, asked_at=at, detail=type(error).__name__)
        values = tuple(_value(record) for record in found.rrset or ())
        return Answer(
            question=question,
            answered=Answered.FOUND if values else Answered.NO_DATA,
            values=values,
            asked_at=at,
            authentic=_is_authentic(found.response),
        )


def _make_stub(servers: Sequence[str]) -> Stub:
    import dns.asyncresolver
    import dns.flags
    import dns.nameserver
    import dns.resolver

    try:
        stub = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration as error:
        problem = "this system names no DNS server"
        raise Misconfigured(problem, remedy="name one under [dns] servers") from error
    if servers:
        stub.nameservers = [dns.nameserver.Do53Nameserver(*_read_server(server)) for server in servers]
    # RFC 6840 §5.7: the AD bit in a question asks a validating resolver to tell what it validated.
    stub.flags = dns.flags.RD | dns.flags.AD
    stub.use_edns(0, 0, 1232)
    return stub


def _read_server(server: str) -> tuple[str, int]:
    import ipaddress

    host, colon, port = server, "", "53"
    if server.startswith("[") and "]" in server:
        host, _, rest = server[1:].partition("]")
        colon, port = (":", rest[1:]) if rest.startswith(":") else ("", "53")
    elif server.count(":") == 1:
        host, colon, port = server.partition(":")
    try:
        address = str(ipaddress.ip_address(host))
        number = int(port) if colon else 53
        if not 0 < number < 65536:
            raise ValueError(port)
    except ValueError as error:
        problem = f"the DNS server {server!r} is no address"
        raise Misconfigured(problem, remedy='write "192.0.2.1", "192.0.2.1:53" or "[2001:db8::1]:53"') from error
    return address, number


def _is_authentic(response: dns.message.Message) -> bool:
    import dns.flags

    return bool(response.flags & dns.flags.AD)


def _value(record: dns.rdata.Rdata) -> bytes:
    """Return the octets that `Answer.values` wants: joined strings of a TXT record, presentation form of others."""
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings)
    return record.to_text().encode("ascii", "replace")
