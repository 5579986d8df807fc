"""Bypass: a file, who made it, and how quickly a door sees it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbridge.control.audit import audit_path, who_asks
from mailbridge.control.bypass import Bypass, BypassState, bypass_path, read_bypass, switch_off, switch_on
from mailbridge.errors import Unavailable

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_when_and_why_are_kept(tmp_path: Path) -> None:
    switch_on(tmp_path, who="lan", reason="đĩa đầy", now=NOW)
    assert read_bypass(bypass_path(tmp_path)) == BypassState(who="lan", since=NOW, reason="đĩa đầy")
    assert switch_off(tmp_path, who="minh", reason="", now=NOW)
    assert read_bypass(bypass_path(tmp_path)) is None
    lines = [json.loads(line) for line in audit_path(tmp_path).read_text("utf-8").splitlines()]
    assert [(line["who"], line["what"], line["reason"]) for line in lines] == [
        ("lan", "bypass-on", "đĩa đầy"),
        ("minh", "bypass-off", ""),
    ]
    assert lines[0]["at"] == NOW.isoformat()


def test_what_is_off_needs_no_switching_off(tmp_path: Path) -> None:
    assert not switch_off(tmp_path, who="lan", reason="", now=NOW)
    assert not audit_path(tmp_path).exists()


def test_only_we_read_what_people_wrote(tmp_path: Path) -> None:
    switch_on(tmp_path, who="lan", reason="", now=NOW)
    for path in (bypass_path(tmp_path), audit_path(tmp_path)):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"who": "lan"}', '{"who": 1, "since": "x", "reason": ""}'])
def test_a_file_made_by_hand_is_bypass_all_the_same(tmp_path: Path, text: str) -> None:
    bypass_path(tmp_path).write_text(text)
    assert read_bypass(bypass_path(tmp_path)) == BypassState()
    assert Bypass(bypass_path(tmp_path))()


def test_a_door_sees_it_within_a_quarter_of_a_second(tmp_path: Path) -> None:
    clock = Clock()
    bypass = Bypass(bypass_path(tmp_path), clock=clock)
    assert not bypass()
    switch_on(tmp_path, who="lan", reason="", now=NOW)
    clock.now += 0.2
    assert not bypass(), "looked more often than it should"
    clock.now += 0.05
    assert bypass()
    switch_off(tmp_path, who="lan", reason="", now=NOW)
    clock.now += 0.25
    assert not bypass()


def test_a_change_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    bypass = Bypass(bypass_path(tmp_path), clock=clock)
    switch_on(tmp_path, who="lan", reason="", now=NOW)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            bypass()
            clock.now += 1
        switch_off(tmp_path, who="lan", reason="", now=NOW)
        bypass()
    assert [record.message.partition(":")[0] for record in caplog.records] == ["bypass is on", "bypass is off"]


def test_while_the_disk_does_not_answer_it_stays_as_it_was(tmp_path: Path) -> None:
    clock = Clock()
    data = tmp_path / "data"
    data.mkdir()
    bypass = Bypass(bypass_path(data), clock=clock)
    switch_on(data, who="lan", reason="", now=NOW)
    assert bypass()
    data.rename(tmp_path / "gone")
    (tmp_path / "data").write_text("a file where the folder was: stat() fails with ENOTDIR")
    clock.now += 1
    assert bypass()


def test_without_a_data_folder_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be made"):
        switch_on(tmp_path / "nowhere", who="lan", reason="", now=NOW)


def test_an_audit_log_that_cannot_be_written_does_not_stop_it(tmp_path: Path) -> None:
    audit_path(tmp_path).mkdir()
    with pytest.raises(Unavailable, match="bypass is on, but"):
        switch_on(tmp_path, who="lan", reason="", now=NOW)
    assert read_bypass(bypass_path(tmp_path)) is not None
    with pytest.raises(Unavailable, match="bypass is off, but"):
        switch_off(tmp_path, who="lan", reason="", now=NOW)
    assert read_bypass(bypass_path(tmp_path)) is None


def test_somebody_asks() -> None:
    assert who_asks()
