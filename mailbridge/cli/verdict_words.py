"""Verdicts in words: what was found at the reception of a mail, and what was new whenever it was judged again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailbridge.cli.texts import local_time, say, say_word
from mailbridge.letters.wording import signed, small
from mailbridge.registry.entry import Event
from mailbridge.registry.judged import Cause, Verdict
from mailbridge.verify.signature import Change, SignatureStatus, Status

JUDGED = "judged"
"""Value of `Event.what` of a verdict."""


def verdict_events(verdicts: Iterable[Verdict], language: str) -> Iterator[Event]:
    """Tell verdicts as lines of the time line: the first in full, of each later one what is new."""
    before: dict[tuple[str, str], dict[str, str]] = {}
    for verdict in verdicts:
        key = (verdict.mail_id, verdict.agency)
        now = states(json.loads(verdict.judgement), language)
        words = _news(before[key], now, language) if key in before else _all(now)
        before[key] = now
        yield Event(
            at=verdict.judged_at,
            mail_id=verdict.mail_id,
            actor=verdict.written_by,
            what=JUDGED,
            detail=f"{_occasion(verdict, language)}: {words or say(language, 'nothing to judge')}",
        )


def states(judgement: Mapping[str, Any], language: str) -> dict[str, str]:
    """Name each thing that was judged, and its state in words; a method that found nothing is left out."""
    sender = _of_sender(judgement.get("authentication", {}), language)
    return dict(_unique((*sender, *_of_files(judgement.get("signatures", ()), language))))


def _occasion(verdict: Verdict, language: str) -> str:
    cause = say_word(language, "cause", verdict.cause.value)
    if verdict.cause in (Cause.RECEPTION, Cause.RETRY):
        return cause
    return f"{cause}, {say(language, 'as of {time}', time=local_time(verdict.for_moment))}"


def _all(now: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {state}" for name, state in now.items())


def _news(before: Mapping[str, str], now: Mapping[str, str], language: str) -> str:
    nothing = say(language, "nothing found")
    names = dict.fromkeys((*before, *now))
    changed = [
        f"{name}: {before.get(name, nothing)} → {now.get(name, nothing)}"
        for name in names
        if before.get(name) != now.get(name)
    ]
    return "; ".join(changed) or say(language, "unchanged")


def _of_sender(results: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for method in ("spf", "arc", "dmarc"):
        found = results.get(method) or {}
        if found.get("result", "none") != "none":
            yield _named(method.upper(), found.get("domain")), say_word(language, "result", found["result"])
    for each in results.get("dkim", ()):
        yield _named("DKIM", each.get("domain")), _dkim(each, language)
    for inner in results.get("inner", ()):
        for each in inner.get("dkim", ()):
            yield _named(f"DKIM [{inner['part']}]", each.get("domain")), _dkim(each, language)
    for each in results.get("smime", ()):
        yield _named("S/MIME", each.get("signer") or each["part"]), _signed({"format": "cms", **each}, language)


def _dkim(result: Mapping[str, Any], language: str) -> str:
    word = say_word(language, "result", result["result"])
    return f"{word} ({', '.join(result['weaknesses'])})" if result.get("weaknesses") else word


def _of_files(signatures: Iterable[Mapping[str, Any]], language: str) -> Iterator[tuple[str, str]]:
    for each in signatures:
        signer = each.get("signer")
        pattern = "{signer} (signature in part {part})" if signer else "signature in part {part}"
        yield say(language, pattern, part=each["part"], signer=signer), _signed(each, language)


def _signed(told: Mapping[str, Any], language: str) -> str:
    """Choose the words that letters have for a signature of this state."""
    status = SignatureStatus(
        part=told["part"],
        format=told["format"],
        status=Status(told["status"]),
        sub_indication=told.get("sub_indication"),
        role=told.get("role"),
        covers_whole_file=bool(told.get("covers_whole_file")),
        changed_after=Change(told.get("changed_after", Change.NOTHING)),
    )
    return small(signed(status).value[language])


def _named(what: str, whose: str | None) -> str:
    return f"{what} {whose}" if whose else what


def _unique(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Number what has the same name, so that two signatures of one domain are two."""
    seen: dict[str, int] = {}
    for name, state in found:
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), state
