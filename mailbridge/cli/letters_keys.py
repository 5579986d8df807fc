"""What `check` finds about the keys that letters are signed with: the files, and what the DNS has of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailbridge.errors import Misconfigured
from mailbridge.settings import Problem, Settings

if TYPE_CHECKING:
    from mailbridge.outbound.signing import DkimKey
    from mailbridge.settings.lines import KeyPath
    from mailbridge.settings.problem import Place


def letter_keys(settings: Settings, where: Callable[[KeyPath], Place], *, offline: bool) -> Iterator[Problem]:
    """
    Yield what is wrong with the keys of `[outbound]`.

    Args:
        offline: Do not ask the DNS; a zone file is asked all the same.
    """
    outbound = settings.outbound
    if not outbound.dkim_key and not outbound.smime_key:
        return
    from mailbridge.wiring.prepared import dress_of

    try:
        dress = dress_of(settings)
    except Misconfigured as error:
        place = where(("outbound", "dkim_key" if "DKIM" in error.problem else "smime_key"))
        problem = f"{error.problem}: {error.file}" if error.file else error.problem
        yield Problem(file=place.file, line=place.line, problem=problem, remedy=error.remedy)
        return
    if dress.smime is not None and dress.smime.certificate.not_valid_after_utc < datetime.now(UTC):
        place = where(("outbound", "smime_certificate"))
        ended = f"{dress.smime.certificate.not_valid_after_utc:%Y-%m-%d}"
        remedy = "put the new certificate there"
        yield Problem(
            file=place.file, line=place.line, problem=f"the S/MIME certificate ended on {ended}", remedy=remedy
        )
    if dress.dkim is not None and (not offline or settings.dns.zone):
        yield from _records(settings, dress.dkim, where(("outbound", "dkim_selector")))


def _records(settings: Settings, key: DkimKey, place: Place) -> Iterator[Problem]:
    """Compare the key with what the DNS has for each domain that letters are sent from."""
    for domain in dict.fromkeys(agency.addresses[0].rpartition("@")[2] for agency in settings.agencies):
        name = key.record_name(domain)
        found = _texts(settings, name)
        if found is None:
            yield Problem(
                file=place.file,
                line=place.line,
                problem=f"the DNS does not answer for {name}",
                remedy="try again; until it answers nobody can check the signature either",
            )
        elif not any(_public(text) == key.public for text in found):
            problem = f"the DNS has another key at {name}" if found else f"the DNS has no key at {name}"
            yield Problem(
                file=place.file, line=place.line, problem=problem, remedy=f"publish the TXT record: {key.record()}"
            )


def _texts(settings: Settings, name: str) -> tuple[str, ...] | None:
    """Ask for the TXT records of a name; None when nobody answered."""
    from mailbridge.lookups.dns import Resolver
    from mailbridge.lookups.zone import ZoneFile
    from mailbridge.verify.evidence import Answered, Question

    question = Question(name=name, type="TXT")
    now = datetime.now(UTC)
    resolver = (
        ZoneFile(settings.dns.zone)
        if settings.dns.zone
        else Resolver(settings.dns.servers, patience=settings.dns.timeout)
    )
    answer = asyncio.run(resolver.ask(question, now))
    if answer.answered is Answered.UNANSWERED:
        return None
    return tuple(value.decode("latin-1") for value in answer.values)


def _public(record: str) -> str:
    """Return the value of p= in a record (RFC 6376 §3.6.1), its blanks left out."""
    tags = (tag.partition("=") for tag in record.split(";"))
    return next(("".join(value.split()) for name, _, value in tags if name.strip() == "p"), "")
