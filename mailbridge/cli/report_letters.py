"""`mailbridge report letters`: how long acknowledgements took from their entry to the next server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

import click

from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say

GOAL = 120.0
"""Seconds within which 99 of 100 acknowledgements leave (G1; the same day by NĐ 30/2020/NĐ-CP, Điều 21 khoản 2)."""


_TOLD = "{letters} letters: half left in {p50} s, 99 of 100 in {p99} s; {returned} came back, {withheld} withheld"


@click.command("letters")
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="Days to look back.")
@as_json_option
@with_session
def letters(session: Session, days: int, as_json: bool) -> int:
    """
    Tell how long acknowledgements took from their entry until the next server had them, and how many came back.

    Exit status 1 when one of a hundred took more than two minutes.
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.returned import Returned

    since = datetime.now(UTC) - timedelta(days=days)
    with open_ledger(session) as engine:
        returned = Returned(engine)
        taken = sorted(returned.seconds_to_leave(since))
        back = sum(1 for each in returned.fates() if each.at >= since and each.what.value == "returned")
        withheld = sum(each.withheld for each in returned.open_breakers(since))
    told = {
        "letters": len(taken),
        "p50": percentile(taken, 50),
        "p99": percentile(taken, 99),
        "returned": back,
        "withheld": withheld,
    }
    if as_json:
        print_json([told])
    else:
        click.echo(say(session.lang(), _TOLD, **told))
    return ANSWER_NO if told["p99"] > GOAL else 0


def percentile(values: list[float], share: int) -> float:
    """Return the value that so many of a hundred do not exceed, 0 of none; `values` are sorted."""
    return round(values[max(0, ceil(len(values) * share / 100) - 1)], 1) if values else 0.0
