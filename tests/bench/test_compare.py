from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.compare import FULL, LOADS, Comparison, main
from bench.equipment import Equipment
from bench.loads import Load, Measured
from tests.bench.builders_bench import one

SOMEWHERE = Equipment(tools=Path("t"), python=Path("p"), haraka=Path("h"), corpus=Path("c"))
PACED = Load(mails="text3k", connections=32, each=20, rate=100.0)


def _comparison(results: dict[Load, tuple[Measured, ...]]) -> Comparison:
    return Comparison(equipment=SOMEWHERE, effort=FULL, ours=[], results=results)


def test_the_given_rate_is_half_of_the_most_that_postfix_delivered() -> None:
    results = {
        LOADS[0]: (one("postfix", delivered=300.0),),
        LOADS[1]: (one("postfix", 0, delivered=400.0), one("postfix", 1, delivered=420.0)),
        LOADS[2]: (one("postfix", delivered=9000.0),),  # other mails
    }
    assert _comparison(results).half_of_postfix(PACED) == 205.0


def test_without_postfix_no_rate_is_known() -> None:
    assert _comparison({LOADS[0]: (one("direct"),)}).half_of_postfix(PACED) is None


def test_every_single_measurement_is_written_down() -> None:
    rows = json.loads(_comparison({LOADS[0]: (one("postfix", 0), one("postfix", 1))}).as_json())
    assert [row["round"] for row in rows["text3k, 8 connections"]] == [0, 1]


def test_without_the_generator_it_ends_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bench", str(tmp_path / "nowhere"), "--quick"]) == 1
    assert "make bench BENCH=" in capsys.readouterr().err
