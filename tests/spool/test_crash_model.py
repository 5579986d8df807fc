"""Against a simple model: whatever the moment of a crash, what was promised is there, and nothing is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spool.crash_model import run


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("power", [False, True], ids=["kill -9", "power cut"])
def test_three_crashes_in_a_row(tmp_path: Path, seed: int, power: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, seed, power=power, patch=monkeypatch) >= 1
