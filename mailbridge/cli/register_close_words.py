"""How a closing is told, to people and to programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from mailbridge.registry.closings import Closing
    from mailbridge.registry.closings_content import Totals


def closing_object(done: Closing) -> dict[str, object]:
    """Return a row for programs; what was counted is null in a row that opens."""
    totals = done.totals
    return {
        "agency": done.agency,
        "book": done.book,
        "period": done.period.text,
        "sequence": done.sequence,
        "act": done.act.value,
        "by": done.by,
        "at": utc(done.at),
        "why": done.why,
        **_totals_object(totals),
    }


def _totals_object(totals: Totals | None) -> Mapping[str, object]:
    return {
        "entries": totals.entries if totals else None,
        "voided": totals.voided if totals else None,
        "mail": totals.mail if totals else None,
        "paper": totals.paper if totals else None,
        "corrected": totals.corrected if totals else None,
        "first": totals.first if totals else None,
        "last": totals.last if totals else None,
        "numbers": totals.numbers if totals else None,
        "digest": totals.lines_digest if totals else None,
    }


def closing_line(language: str, done: Closing) -> str:
    """Say how a period stands, in one line."""
    period = done.period.shown if language == "vi" else done.period.shown_in_english
    facts = {"book": done.book, "period": period, "at": local_time(done.at), "by": done.by, "why": done.why}
    if not done.is_closed:
        return visible(say(language, "{book}, {period}: opened again {at} by {by}: {why}", **facts))
    facts |= {"entries": str(done.totals.entries if done.totals else 0)}
    return visible(say(language, "{book}, {period}: closed {at} by {by}, {entries} documents", **facts))


def closing_summary(language: str, standing: Sequence[Closing]) -> Iterator[str]:
    """Say how far books are closed: a line for each year and each day that is open again, one for all closed days."""
    closed: dict[tuple[str, str, int], list[Closing]] = {}
    for each in standing:
        if each.period.day is None or not each.is_closed:
            yield closing_line(language, each)
        else:
            closed.setdefault((each.agency, each.book, each.period.year), []).append(each)
    for (_, book, _), days in sorted(closed.items()):
        facts = {"book": visible(book), "count": len(days), "last": f"{days[-1].period.day:%d/%m/%Y}"}
        yield say(language, "{book}: {count} days are closed, the last one {last}", **facts)
