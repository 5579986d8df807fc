from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.costs import Cost, Trying, fill, table_of
from bench.equipment import ROOT

MAIL = b"From: a@x.test\r\n\r\nhello\r\n"


def _trying(tmp_path: Path, *words: str) -> Trying:
    zone = tmp_path / "zone"
    zone.write_text("", encoding="ascii")
    return Trying(project=ROOT, zone=zone, at="2026-11-20T08:00:00+07:00", words=words)


def test_the_median_of_the_rounds_is_held_against_the_aim() -> None:
    cost = Cost(name="a mail", limit=2.0, rounds=(1.0, 9.0, 2.0))
    assert (cost.verdict().value, cost.verdict().is_met) == (2.0, True)
    assert Cost(name="a mail", limit=2.0, rounds=()).verdict().is_met is None
    assert table_of([cost]).splitlines()[-1] == "| a mail | 1 · 9 · 2 |"


def test_no_two_mails_of_a_folder_are_equal(tmp_path: Path) -> None:
    fill(tmp_path / "few", [MAIL, b"To: b@x.test\r\n\r\n"], 5)
    mails = {path.read_bytes() for path in (tmp_path / "few").iterdir()}
    assert len(mails) == 5
    assert sum(mail.endswith(MAIL) for mail in mails) == 3


def test_every_mail_of_a_folder_is_judged_in_the_world_that_was_told(tmp_path: Path) -> None:
    fill(tmp_path / "few", [MAIL], 2)
    said = _trying(tmp_path, "--client-ip", "192.0.2.1", "--mail-from", "a@x.test").said(tmp_path / "few")
    told = [json.loads(line) for line in said.splitlines()]
    assert len(told) == 2
    # Without --client-ip the reason is that its address is not known.
    assert {(each["result"], each["domain"]) for each in (one["authentication"]["spf"] for one in told)} == {
        ("none", "x.test")
    }


def test_a_run_that_judged_too_few_is_no_measurement(tmp_path: Path) -> None:
    fill(tmp_path / "few", [MAIL], 1)
    (tmp_path / "few" / "none.txt").write_text("this is no mail", encoding="ascii")
    (tmp_path / "few" / "broken.mbox").write_bytes(b"")
    with pytest.raises(SystemExit, match="try ended with"):
        _trying(tmp_path).cpu_of(tmp_path / "few")
