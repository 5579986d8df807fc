"""The secret of an installation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mailbridge.desk.mail_secret import NAME, answer_secret
from mailbridge.errors import Unavailable


def test_it_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(answer_secret, [tmp_path / "data"] * 8))
    assert len(found) == 1
    assert len(found.pop()) == 32
    path = tmp_path / "data" / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [NAME]


@pytest.mark.parametrize("text", ["", "abcd", "not hexadecimal"])
def test_a_file_that_is_no_secret_stops_us(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(Unavailable):
        answer_secret(tmp_path)
