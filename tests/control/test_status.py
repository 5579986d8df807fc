"""What a process tells survives the way over the socket."""

from __future__ import annotations

import json

import pytest

from mailbridge.control.status import MailCounts, ProcessStatus, read_status
from tests.control.builders_control import CHILD, PARENT


@pytest.mark.parametrize("status", [PARENT, CHILD], ids=["parent", "child"])
def test_what_is_written_is_read(status: ProcessStatus) -> None:
    assert read_status(json.loads(json.dumps(status.as_object()))) == status


def test_what_another_version_writes_is_no_status() -> None:
    with pytest.raises(ValueError, match="pid"):
        read_status({"roles": []})


def test_a_day_is_what_came_on_top() -> None:
    before = MailCounts(taken=5, delivered=3, refused=1, unknown=1)
    now = MailCounts(taken=9, delivered=6, refused=2, unknown=1, passed_without_copy=2)
    assert now.since(before) == MailCounts(taken=4, delivered=3, refused=1, unknown=0, passed_without_copy=2)
