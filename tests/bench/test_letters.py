"""Letters through a next hop that fails at random, over a real socket and a real database."""

from __future__ import annotations

from pathlib import Path

from bench.letters import FAULTS, Fault, send_all


async def test_none_is_missing_and_none_double_without_need(tmp_path: Path) -> None:
    figures = await send_all(400, tmp_path, faults={**FAULTS, Fault.LOST: 0.05, Fault.CUT: 0.05, Fault.HANG: 0.0})
    assert figures.holds
    assert figures.letters == 400
    # The run would prove nothing if the hop had been kind.
    assert {Fault.LATER.value, Fault.REFUSED.value, Fault.CUT.value, Fault.LOST.value} <= figures.faults.keys()
    assert figures.double > 0


async def test_a_hop_that_hangs_gets_the_letter_later(tmp_path: Path) -> None:
    figures = await send_all(3, tmp_path, seed=3, faults={Fault.HANG: 0.5})
    assert figures.holds
    assert (figures.missing, figures.double) == (0, 0)
