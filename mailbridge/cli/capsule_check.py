"""
Checking a capsule: do its octets belong together, and do its verdicts follow from its evidence.

Nobody has signed a capsule: who makes one chooses what it trusts and what the DNS has answered. So it is told what it
rests on, and whoever checks it can bring anchors of his own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mailbridge.cli.capsule import Capsule, CapsuleDamaged, read_capsule
from mailbridge.cli.sources import printable
from mailbridge.cli.texts import local_time, say, say_word, visible
from mailbridge.cli.verdict_words import states
from mailbridge.errors import Misconfigured
from mailbridge.kept import load_evidence, trust_named_in
from mailbridge.lookups.trust import Held, Kind
from mailbridge.lookups.trust_facts import facts_of
from mailbridge.mail.journal_copy import mail_of
from mailbridge.ports import Reading
from mailbridge.recheck import look_by, verdict_text
from mailbridge.registry.entry import Known
from mailbridge.registry.judged import Cause
from mailbridge.seen import judge_seen
from mailbridge.settings import default_policy
from mailbridge.verify.evidence import Evidence, Trust

TYPE = "application/vnd.mailbridge.capsule+zip"
_ALWAYS = frozenset(
    {"spf", "dkim", "arc", "dmarc", "smime", "inner", "result", "domain", "part", "status", "sub_indication", "signer"}
)
"""Keys that a verdict never lacks: without them it would agree with anything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """
    One verdict judged again from its evidence; `difference` is where it first says something else.

    `is_same_by_own` says whether it comes out the same by the anchors of the one who checks, None when he named none.
    """

    sequence: int
    cause: str
    judged_at: datetime
    for_moment: datetime
    told: Mapping[str, Any]
    difference: str | None
    is_same_by_own: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A certificate that a capsule trusts; `is_own`: the one who checks trusts it too, None: he named none."""

    name: str
    sha256: str
    is_own: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What became of a capsule; `damages` names what is not as it was packed, and then nothing was judged."""

    source: str
    damages: tuple[str, ...] = ()
    verdicts: tuple[Repeated, ...] = ()
    capsule: Capsule | None = None
    anchors: tuple[Anchor, ...] = ()
    sha256: str = ""

    @property
    def holds(self) -> bool:
        """Say whether everything is as it was packed, and every verdict follows from its evidence."""
        return not self.damages and bool(self.verdicts) and all(each.difference is None for each in self.verdicts)

    @property
    def is_trusted(self) -> bool | None:
        """Say whether every verdict is the same by the anchors of the one who checks; None when he named none."""
        same = [each.is_same_by_own for each in self.verdicts]
        return None if None in same else bool(same) and all(same)


async def check(path: Path, octets: bytes, reading: Reading, own: Trust | None = None) -> Checked:
    """
    Check a capsule without network, database or configuration.

    Args:
        own: What the one who checks trusts; without it, nothing but the capsule says whom to trust.

    Raises `Unavailable` when no process starts.
    """
    source = printable(path)
    own = own if own is not None and own.anchors else None
    try:
        capsule = read_capsule(octets)
        odd = tuple(_odd(capsule))
        if odd:
            raise CapsuleDamaged(odd)
        verdicts = [await _repeat(each, capsule, reading, own) for each in capsule.verdicts]
        anchors = tuple(_anchors(capsule, own))
    except CapsuleDamaged as damaged:
        return Checked(source=source, damages=damaged.places)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return Checked(source=source, damages=(f"verdicts.json: {type(error).__name__}: {error}",))
    return Checked(
        source=source,
        verdicts=tuple(verdicts),
        capsule=capsule,
        anchors=anchors,
        sha256=hashlib.sha256(octets).hexdigest(),
    )


def _odd(capsule: Capsule) -> Iterator[str]:
    """Name what does not belong together, though each file is as it was packed."""
    mail = mail_of(capsule.mail)
    if capsule.case.get("sha256") != mail.sha256:
        yield "mail.eml: case.json"
    drafts = [entry["draft"] for entry in capsule.entries]
    if any(each.get("mail_id") != mail.id for each in (capsule.case, *capsule.verdicts, *drafts)):
        yield "case.json: mail_id"
    yield from _odd_verdicts(capsule)
    parts = {part["sha256"] for part in capsule.case["judgement"]["message"]["parts"]}
    for entry in capsule.entries:
        if entry["draft"]["document_sha256"] not in parts:
            yield f"entries.json: {entry['draft']['book']} {entry['number']}/{entry['year']}"


def _odd_verdicts(capsule: Capsule) -> Iterator[str]:
    """Name what is shown of a verdict and would not be judged by."""
    accepted = datetime.fromisoformat(capsule.case["accepted_at"])
    if accepted != capsule.mail.accepted_at:
        yield "case.json: accepted_at"
    for number, each in enumerate(capsule.verdicts, 1):
        moment = datetime.fromisoformat(each["for_moment"])
        if each["sequence"] != number or (each["cause"] == Cause.RECEPTION.value) != (number == 1):
            yield f"verdicts.json: [{number - 1}].sequence"
        asked = each["cause"] == Cause.ASKED.value
        if moment != datetime.fromisoformat(each["evidence"]["at"]) or not (asked or moment == accepted):
            yield f"verdicts.json: [{number - 1}].for_moment"
        if number == 1 and any(each[name] != capsule.case[name] for name in ("judgement", "evidence")):
            yield "verdicts.json: case.json"


def _anchors(capsule: Capsule, own: Trust | None) -> Iterator[Anchor]:
    named = [trust_named_in(json.dumps(each["evidence"])).anchors for each in capsule.verdicts]
    for sha256 in dict.fromkeys(each for anchors in named for each in anchors):
        der = capsule.trust(sha256)
        is_own = None if own is None else der in own.anchors
        try:
            name = facts_of(Held(kind=Kind.ANCHOR, der=der, file=Path(sha256))).name
        except Misconfigured:
            name = "?"
        yield Anchor(name=name, sha256=sha256, is_own=is_own)


async def _judged(evidence: Evidence, capsule: Capsule, reading: Reading) -> dict[str, Any]:
    seen = await look_by(evidence, capsule.mail, reading)
    judgement, _ = judge_seen(seen, Known(), default_policy("vi"))
    told: dict[str, Any] = json.loads(verdict_text(seen, judgement))
    return told


async def _is_same(evidence: Evidence, told: Mapping[str, Any], capsule: Capsule, reading: Reading, own: Trust) -> bool:
    """Judge by other anchors; those of the capsule help to build chains, and nothing more."""
    trust = replace(evidence.trust, anchors=own.anchors, sealers=own.sealers)
    trust = replace(trust, others=(*own.others, *evidence.trust.others, *evidence.trust.anchors))
    trust = replace(trust, crls=(*evidence.trust.crls, *own.crls), ocsps=(*evidence.trust.ocsps, *own.ocsps))
    by_own = await _judged(replace(evidence, trust=trust), capsule, reading)
    return states(by_own, "en") == states(told, "en")


async def _repeat(stored: Mapping[str, Any], capsule: Capsule, reading: Reading, own: Trust | None) -> Repeated:
    evidence = load_evidence(json.dumps(stored["evidence"]), capsule.trust)
    told = await _judged(evidence, capsule, reading)
    same = None if own is None else await _is_same(evidence, told, capsule, reading, own)
    kept = {name: stored["judgement"][name] for name in ("authentication", "signatures")}
    return Repeated(
        sequence=int(stored["sequence"]),
        cause=str(stored["cause"]),
        judged_at=datetime.fromisoformat(stored["judged_at"]),
        for_moment=datetime.fromisoformat(stored["for_moment"]),
        told=told,
        difference=next(differences(kept, told), None),
        is_same_by_own=same,
    )


def differences(kept: Any, told: Any, path: str = "") -> Iterator[str]:
    """
    Name each place where a verdict says something else.

    What a newer program tells beside it is no difference, but for what every program has always told.
    """
    match kept, told:
        case dict(), dict():
            left_out = {name: None for name in told if name in _ALWAYS and told[name] is not None}
            for name, value in (left_out | kept).items():
                yield from differences(value, told.get(name), f"{path}.{name}".lstrip("."))
        case list(), list() if len(kept) == len(told):
            for place, pair in enumerate(zip(kept, told, strict=True)):
                yield from differences(*pair, f"{path}[{place}]")
        case _:
            if kept != told or isinstance(kept, bool) != isinstance(told, bool):
                yield f"{path}: {json.dumps(kept, ensure_ascii=False)} ≠ {json.dumps(told, ensure_ascii=False)}"


def checked_object(checked: Checked) -> dict[str, object]:
    """Lay out for programs: the keys of `signature verify`, and what only a capsule has."""
    return {
        "source": checked.source,
        "type": TYPE,
        "signatures": checked.verdicts[0].told["signatures"] if checked.verdicts else [],
        "holds": checked.holds,
        "trusted": checked.is_trusted,
        "anchors": [{"name": each.name, "sha256": each.sha256, "own": each.is_own} for each in checked.anchors],
        "damages": list(checked.damages),
        "verdicts": [
            {"sequence": each.sequence, "agrees": each.difference is None, "difference": each.difference}
            for each in checked.verdicts
        ],
    }


def checked_text(checked: Checked, language: str) -> str:
    """Write for people, in lines."""
    lines = [visible(checked.source)]
    if checked.damages:
        lines.append(f"  {say(language, 'DAMAGED; this is not what was packed:')}")
        lines += [f"    {visible(each)}" for each in checked.damages]
    if checked.capsule is not None:
        lines.append(f"  {say(language, 'every file is as it was packed')}")
        lines.append(f"  {say(language, 'SHA-256 of the capsule: {sha256}', sha256=checked.sha256)}")
        lines += [f"  {line}" for line in _about(checked.capsule, language)]
    for each in checked.verdicts:
        lines += [f"  {line}" for line in _verdict(each, language)]
    if checked.capsule is not None:
        word = "every verdict follows from its evidence" if checked.holds else "NOT every verdict follows"
        lines.append(f"  {say(language, word)}")
        lines += [f"  {line}" for line in _rests_on(checked, language)]
    return "\n".join(lines)


def _about(capsule: Capsule, language: str) -> Iterator[str]:
    mail = capsule.mail
    yield f"{say(language, 'Mail')}: {mail.id}, {local_time(mail.accepted_at)}, SHA-256 {mail.sha256}"
    for entry in capsule.entries:
        draft = entry["draft"]
        place = f"{draft['book']} {entry['number']:02d}/{entry['year']}"
        version = say(language, "version {number}", number=entry["version"])
        yield visible(f"{say(language, 'Book')}: {place}, {version}: {draft['symbol'] or ''} {draft['subject'] or ''}")


def _rests_on(checked: Checked, language: str) -> Iterator[str]:
    """Tell whom it trusts, and that nobody else has said so."""
    for each in checked.anchors:
        own = {None: "", True: "; yours too", False: "; NOT yours"}[each.is_own]
        text = say(language, "it trusts {name} (SHA-256 {sha256})", name=each.name, sha256=each.sha256)
        yield visible(text + (say(language, own) if own else ""))
    match checked.is_trusted:
        case None:
            yield say(
                language, "who packed it chose these anchors and DNS answers; name anchors of your own by --trust"
            )
        case True:
            yield say(language, "by your own anchors every verdict is the same; DNS answers are those of the capsule")
        case False:
            yield say(language, "by your own anchors NOT every verdict is the same")


def _verdict(each: Repeated, language: str) -> Iterator[str]:
    agrees = say(language, "agrees" if each.difference is None else "DIFFERS")
    cause = say_word(language, "cause", each.cause)
    moment = say(language, "as of {time}", time=local_time(each.for_moment))
    yield f"{local_time(each.judged_at)}  {cause}, {moment}: {agrees}"
    for name, state in states(each.told, language).items():
        yield visible(f"    {name}: {state}")
    if each.difference is not None:
        yield visible(f"    {each.difference}")
