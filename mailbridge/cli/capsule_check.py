"""Checking a capsule: are its octets those that were packed, and do its verdicts follow from its evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mailbridge.cli.capsule import Capsule, CapsuleDamaged, read_capsule
from mailbridge.cli.sources import printable
from mailbridge.cli.texts import local_time, say, say_word, visible
from mailbridge.cli.verdict_words import states
from mailbridge.kept import load_evidence
from mailbridge.mail.journal_copy import mail_of
from mailbridge.ports import Reading
from mailbridge.recheck import look_by, verdict_text
from mailbridge.registry.entry import Known
from mailbridge.seen import judge_seen
from mailbridge.settings import default_policy

TYPE = "application/vnd.mailbridge.capsule+zip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """One verdict judged again from its evidence; `difference` is where it first says something else."""

    sequence: int
    cause: str
    judged_at: datetime
    for_moment: datetime
    told: Mapping[str, Any]
    difference: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What became of a capsule; `damages` names what is not as it was packed, and then nothing was judged."""

    source: str
    damages: tuple[str, ...] = ()
    verdicts: tuple[Repeated, ...] = ()
    capsule: Capsule | None = None

    @property
    def holds(self) -> bool:
        """Say whether everything is as it was packed, and every verdict follows from its evidence."""
        return not self.damages and bool(self.verdicts) and all(each.difference is None for each in self.verdicts)


async def check(path: Path, octets: bytes, reading: Reading) -> Checked:
    """Check a capsule without network, database or configuration; raises `Unavailable` when no process starts."""
    source = printable(path)
    try:
        capsule = read_capsule(octets)
        odd = tuple(_odd(capsule))
        if odd:
            raise CapsuleDamaged(odd)
        verdicts = [await _repeat(each, capsule, reading) for each in capsule.verdicts]
    except CapsuleDamaged as damaged:
        return Checked(source=source, damages=damaged.places)
    except (KeyError, ValueError, TypeError) as error:
        return Checked(source=source, damages=(f"verdicts.json: {type(error).__name__}: {error}",))
    return Checked(source=source, verdicts=tuple(verdicts), capsule=capsule)


def _odd(capsule: Capsule) -> Iterator[str]:
    """Name what does not belong together, though each file is as it was packed."""
    mail = mail_of(capsule.mail)
    if capsule.case.get("sha256") != mail.sha256:
        yield "mail.eml: case.json"
    drafts = [entry["draft"] for entry in capsule.entries]
    if any(each.get("mail_id") != mail.id for each in (capsule.case, *capsule.verdicts, *drafts)):
        yield "case.json: mail_id"
    parts = {part["sha256"] for part in capsule.case["judgement"]["message"]["parts"]}
    for entry in capsule.entries:
        if entry["draft"]["document_sha256"] not in parts:
            yield f"entries.json: {entry['draft']['book']} {entry['number']}/{entry['year']}"


async def _repeat(stored: Mapping[str, Any], capsule: Capsule, reading: Reading) -> Repeated:
    evidence = load_evidence(json.dumps(stored["evidence"]), capsule.trust)
    seen = await look_by(evidence, capsule.mail, reading)
    judgement, _ = judge_seen(seen, Known(), default_policy("vi"))
    told = json.loads(verdict_text(seen, judgement))
    kept = {name: stored["judgement"][name] for name in ("authentication", "signatures")}
    return Repeated(
        sequence=int(stored["sequence"]),
        cause=str(stored["cause"]),
        judged_at=datetime.fromisoformat(stored["judged_at"]),
        for_moment=datetime.fromisoformat(stored["for_moment"]),
        told=told,
        difference=next(differences(kept, told), None),
    )


def differences(kept: Any, told: Any, path: str = "") -> Iterator[str]:
    """Name each place where a verdict says something else; what a newer program tells beside it is no difference."""
    match kept, told:
        case dict(), dict():
            for name, value in kept.items():
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
        lines += [f"  {line}" for line in _about(checked.capsule, language)]
    for each in checked.verdicts:
        lines += [f"  {line}" for line in _verdict(each, language)]
    if checked.capsule is not None:
        word = "every verdict follows from its evidence" if checked.holds else "NOT every verdict follows"
        lines.append(f"  {say(language, word)}")
    return "\n".join(lines)


def _about(capsule: Capsule, language: str) -> Iterator[str]:
    mail = capsule.mail
    yield f"{say(language, 'Mail')}: {mail.id}, {local_time(mail.accepted_at)}, SHA-256 {mail.sha256}"
    for entry in capsule.entries:
        draft = entry["draft"]
        place = f"{draft['book']} {entry['number']:02d}/{entry['year']}"
        version = say(language, "version {number}", number=entry["version"])
        yield visible(f"{say(language, 'Book')}: {place}, {version}: {draft['symbol'] or ''} {draft['subject'] or ''}")


def _verdict(each: Repeated, language: str) -> Iterator[str]:
    agrees = say(language, "agrees" if each.difference is None else "DIFFERS")
    cause = say_word(language, "cause", each.cause)
    moment = say(language, "as of {time}", time=local_time(each.for_moment))
    yield f"{local_time(each.judged_at)}  {cause}, {moment}: {agrees}"
    for name, state in states(each.told, language).items():
        yield visible(f"    {name}: {state}")
    if each.difference is not None:
        yield visible(f"    {each.difference}")
