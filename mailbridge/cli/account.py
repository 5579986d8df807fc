"""The account of the deliveries of a day, in words and as an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailbridge.cli.texts import local_time, say, utc

if TYPE_CHECKING:
    from mailbridge.registry.equation import Equation


def account_lines(language: str, equation: Equation) -> Iterator[str]:
    """Say whether the account balances, both halves of it, and what is missing."""
    days = " – ".join(f"{day:%d/%m/%Y}" for day in dict.fromkeys((equation.first, equation.last)))
    yield say(language, "account of {days}: it balances" if equation.holds else "account of {days}: BROKEN", days=days)
    facts = {"accepted": equation.accepted, "delivered": equation.delivered}
    facts |= {"refused": equation.refused, "held": equation.held}
    yield (
        "  "
        + say(language, "accepted {accepted} = delivered {delivered} + refused {refused} + uncertain {held}", **facts)
        + (" + " + say(language, "missing {count}", count=equation.missing) if equation.missing else "")
    )
    facts = {"delivered": equation.delivered, "decided": equation.decided, "waiting": equation.waiting}
    facts |= {"aside": equation.aside, "young": equation.young}
    yield (
        "  "
        + say(
            language,
            "delivered {delivered} = decided {decided} + waiting {waiting} + set aside {aside} + just now {young}",
            **facts,
        )
        + (" + " + say(language, "missing {count}", count=len(equation.unexplained)) if equation.unexplained else "")
    )
    if len(equation.doors) > 1:
        for each in equation.doors:
            counts = {"delivered": each.delivered, "refused": each.refused, "held": each.held}
            told = say(language, "delivered {delivered}, refused {refused}, uncertain {held}", **counts)
            yield f"  {each.door}: {told}"
    yield from _losses(language, equation)


def _losses(language: str, equation: Equation) -> Iterator[str]:
    for gap in equation.gaps:
        facts = {"writer": gap.writer, "serials": f"{gap.first}–{gap.last}" if gap.size > 1 else str(gap.first)}
        told = say(
            language, "no outcome is recorded of {writer} {serials}, before {at}", **facts, at=local_time(gap.since)
        )
        yield f"  ! {told}"
    for mail_id in equation.doubled:
        yield "  ! " + say(language, "stands there twice: {mail_id}", mail_id=mail_id)
    for mail_id in equation.unexplained:
        yield "  ! " + say(language, "delivered, not decided, not in the spool: {mail_id}", mail_id=mail_id)


def account_object(equation: Equation) -> dict[str, object]:
    """Return the account as `trace` and `report ledger` show it with `--json`."""
    return {
        "first": equation.first.isoformat(),
        "last": equation.last.isoformat(),
        "holds": equation.holds,
        "accepted": equation.accepted,
        "delivered": equation.delivered,
        "refused": equation.refused,
        "held": equation.held,
        "doors": [
            {"door": each.door, "delivered": each.delivered, "refused": each.refused, "held": each.held}
            for each in equation.doors
        ],
        "under_way": equation.under_way,
        "missing": equation.missing,
        "gaps": [
            {"writer": gap.writer, "from": gap.first, "to": gap.last, "since": utc(gap.since)} for gap in equation.gaps
        ],
        "doubled": list(equation.doubled),
        "decided": equation.decided,
        "waiting": equation.waiting,
        "aside": equation.aside,
        "young": equation.young,
        "unexplained": list(equation.unexplained),
        "held_decided": equation.held_decided,
    }
