"""
SPF (RFC 7208), judged from the client, the envelope and the evidence alone.

The evaluation runs through until an answer is missing, and then says which; `questions` and `judge_spf` are the same
walk, so nothing is asked that is not needed, and no more than the limits of §4.6.4 allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import islice

from mailbridge.mail.envelope import Client, Envelope
from mailbridge.verify.alignment import dns_name
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question
from mailbridge.verify.results import Result, SpfResult
from mailbridge.verify.spf_macro import Pieces, expand
from mailbridge.verify.spf_record import Directive, Record, Wrong, read_record, select_record

# RFC 7208 §4.6.4: terms that ask the DNS, names of one mx or ptr, and terms that find nothing.
_MOST_LOOKUPS = 10
_MOST_NAMES = 10
_MOST_VOID = 2
# Of one name; large senders have some ten, and a message of the DNS has room for thousands.
_MOST_ADDRESSES = 500
# RFC 5321 §4.5.3.1 allows 64 octets before the @ and 255 behind it; macros multiply what stands there.
_LONGEST_PATH = 320
_REASONS = {
    Result.FAIL: "the domain does not allow this client to send its mail",
    Result.SOFTFAIL: "the domain probably does not allow this client to send its mail",
    Result.NEUTRAL: "the domain does not say whether this client may send its mail",
    Result.NONE: "the domain has no SPF record",
}


class _Open(Exception):
    """Answers are missing to go on."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(questions)
        self.questions = questions


class _Unanswered(Exception):
    """The DNS gave no answer to a question that counts: `temperror`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sender:
    """Whom SPF asks about: the client, and the envelope sender in two halves (§2.4, §4.3)."""

    client: IPv4Address | IPv6Address
    helo: str
    local: str
    domain: str


def questions(client: Client, envelope: Envelope, evidence: Evidence) -> tuple[Question, ...]:
    """Name what has to be asked next; empty when the evidence is enough for a judgement."""
    sender = _sender(client, envelope)
    if isinstance(sender, SpfResult):
        return ()
    try:
        _Check(sender, evidence).domain(sender.domain)
    except _Open as error:
        return error.questions
    except (_Unanswered, Wrong):
        pass
    return ()


def judge_spf(client: Client, envelope: Envelope, evidence: Evidence) -> SpfResult:
    """
    Judge whether the client may send mail with this envelope sender.

    The null sender is judged as postmaster at the name of HELO (§2.4). Explanations (exp=) are a stranger's words and
    are not fetched.

    Source: RFC 7208 §4 to §7, RFC 8601 §2.7.2. Raises nothing.
    """
    sender = _sender(client, envelope)
    if isinstance(sender, SpfResult):
        return sender
    try:
        result = _Check(sender, evidence).domain(sender.domain)
    except _Open:
        return SpfResult(result=Result.TEMPERROR, domain=sender.domain, reason="the DNS was not asked for all of SPF")
    except _Unanswered:
        reason = "the DNS gave no answer that SPF needs"
        return SpfResult(result=Result.TEMPERROR, domain=sender.domain, reason=reason)
    except Wrong as error:
        return SpfResult(result=Result.PERMERROR, domain=sender.domain, reason=str(error))
    return SpfResult(result=result, domain=sender.domain, reason=_REASONS.get(result))


def _sender(client: Client, envelope: Envelope) -> _Sender | SpfResult:
    """Return whom to ask about, or why nobody can be asked: `none` (§2.6.1)."""
    if client.ip is None:
        return SpfResult(reason="the address of the client is not known")
    if envelope.mail_from is None:
        return SpfResult(reason="the envelope sender is not known")
    try:
        address = ip_address(client.ip.partition("%")[0])
    except ValueError:
        return SpfResult(reason="the address of the client is not known")
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    helo = (client.helo or "")[:_LONGEST_PATH]
    path = envelope.mail_from or f"postmaster@{helo}"
    local, _, text = path.rpartition("@")
    domain = dns_name(text) if len(path) <= _LONGEST_PATH else None
    if domain is None or "." not in domain or domain.startswith("["):
        return SpfResult(reason="the envelope sender has no domain that can be asked")
    return _Sender(client=address, helo=helo, local=local or "postmaster", domain=domain)


class _Check:
    """One run of check_host() (§4) with its counters."""

    def __init__(self, sender: _Sender, evidence: Evidence) -> None:
        self._sender = sender
        self._answers = {answer.question: answer for answer in evidence.answers}
        self._proven: tuple[str, ...] | None = None
        self._lookups = 0
        self._void = 0
        self._family = "A" if sender.client.version == 4 else "AAAA"

    def domain(self, domain: str) -> Result:
        """Judge by the record of one domain; the sender stays the same in included ones."""
        record = self._record(domain)
        if record is None:
            return Result.NONE
        for directive in record.directives:
            if self._matches(directive, domain):
                return directive.result
        if record.redirect is None:
            return Result.NEUTRAL
        self._count_lookup()
        result = self.domain(self._expand(record.redirect, domain))
        if result is Result.NONE:
            raise Wrong("the SPF record leads to a domain that has none")
        return result

    def _record(self, domain: str) -> Record | None:
        octets = select_record(_values(self._answer(domain, "TXT")))
        return None if octets is None else read_record(octets)

    def _matches(self, directive: Directive, domain: str) -> bool:
        if directive.mechanism == "all":
            return True
        if directive.network is not None:
            return self._sender.client in directive.network
        self._count_lookup()
        name = domain if directive.domain is None else self._expand(directive.domain, domain)
        match directive.mechanism:
            case "include":
                result = self.domain(name)
                if result is Result.NONE:
                    raise Wrong("the SPF record includes a domain that has none")
                return result is Result.PASS
            case "a":
                return self._is_one_of(self._addresses(self._found(name, self._family)), directive)
            case "mx":
                return self._is_one_of(self._exchangers(name), directive)
            case "exists":
                return bool(self._found(name, "A"))
            case _:
                self._found(self._sender.client.reverse_pointer, "PTR", needed=False)
                return any(host == name or host.endswith(f".{name}") for host in self._hosts())

    def _count_lookup(self) -> None:
        self._lookups += 1
        if self._lookups > _MOST_LOOKUPS:
            raise Wrong(f"the SPF record needs more than {_MOST_LOOKUPS} lookups in the DNS")

    def _found(self, name: str, kind: str, *, needed: bool = True) -> tuple[str, ...]:
        """Ask for what a term names; a third that finds nothing ends the evaluation."""
        answer = self._answer(name, kind, needed=needed)
        if answer is not None and answer.answered in (Answered.NO_DATA, Answered.NXDOMAIN):
            self._void += 1
            if self._void > _MOST_VOID:
                raise Wrong(f"the SPF record names more than {_MOST_VOID} things that the DNS does not have")
        return tuple(value.decode("ascii", "replace") for value in _values(answer))

    def _answer(self, name: str, kind: str, *, needed: bool = True) -> Answer | None:
        """Return the answer, None for a name that cannot exist; without `needed` one that never came will do too."""
        # A local part that is not ASCII never matches (RFC 8616 §4).
        domain = dns_name(name) if name.isascii() else None
        if domain is None:
            return None
        question = Question(name=domain, type=kind)
        answer = self._answers.get(question)
        if answer is None:
            raise _Open((question,))
        if needed and answer.answered is Answered.UNANSWERED:
            raise _Unanswered
        return answer

    def _all(self, names: Iterable[str]) -> None:
        """Ask for the addresses of several hosts at once."""
        known = filter(None, map(dns_name, names))
        asked = [Question(name=name, type=self._family) for name in known]
        missing = tuple(dict.fromkeys(each for each in asked if each not in self._answers))
        if missing:
            raise _Open(missing)

    def _exchangers(self, name: str) -> Iterator[IPv4Address | IPv6Address]:
        """Give the addresses of the mail servers of a name; one without any has none, whatever its A record (§5.4)."""
        hosts = [value.split()[-1] for value in self._found(name, "MX") if value.split()]
        if len(hosts) > _MOST_NAMES:
            raise Wrong(f"the SPF record names a domain with more than {_MOST_NAMES} mail servers")
        self._all(hosts)
        for host in hosts:
            yield from self._addresses(_texts(self._answer(host, self._family)))

    def _hosts(self) -> tuple[str, ...]:
        """Return the names of the client that lead back to it (§5.5); what fails on the way is passed over."""
        if self._proven is not None:
            return self._proven
        pointer = self._answer(self._sender.client.reverse_pointer, "PTR", needed=False)
        names = [name for text in _texts(pointer)[:_MOST_NAMES] if (name := dns_name(text))]
        self._all(names)
        known = ((name, _texts(self._answer(name, self._family, needed=False))) for name in names)
        self._proven = tuple(name for name, texts in known if self._sender.client in self._addresses(texts))
        return self._proven

    def _addresses(self, texts: Iterable[str]) -> Iterator[IPv4Address | IPv6Address]:
        for text in islice(texts, _MOST_ADDRESSES):
            try:
                address = ip_address(text)
            except ValueError:
                continue
            if address.version == self._sender.client.version:
                yield address

    def _is_one_of(self, addresses: Iterable[IPv4Address | IPv6Address], directive: Directive) -> bool:
        client = self._sender.client
        rest = client.max_prefixlen - (directive.four if client.version == 4 else directive.six)
        return any((int(address) ^ int(client)) >> rest == 0 for address in addresses)

    def _expand(self, pieces: Pieces, domain: str) -> str:
        return expand(pieces, lambda letter: self._value(letter, domain)).lower()

    def _value(self, letter: str, domain: str) -> str:
        """Return the value of a macro (§7.2)."""
        sender = self._sender
        match letter:
            case "s":
                return f"{sender.local}@{sender.domain}"
            case "l":
                return sender.local
            case "o":
                return sender.domain
            case "d":
                return domain
            case "h":
                return sender.helo
            case "v":
                return "in-addr" if sender.client.version == 4 else "ip6"
            case "i" if sender.client.version == 6:
                return ".".join(sender.client.exploded.replace(":", ""))
            case "i":
                return str(sender.client)
            case _:
                return self._proven_name(domain)

    def _proven_name(self, domain: str) -> str:
        """Return the name of the client for %{p}: the domain itself, else one below it, else any."""
        hosts = self._hosts()
        below = (host for host in hosts if host.endswith(f".{domain}"))
        return domain if domain in hosts else next(below, hosts[0] if hosts else "unknown")


def _values(answer: Answer | None) -> tuple[bytes, ...]:
    return answer.values if answer is not None and answer.answered is Answered.FOUND else ()


def _texts(answer: Answer | None) -> tuple[str, ...]:
    return tuple(value.decode("ascii", "replace") for value in _values(answer))
