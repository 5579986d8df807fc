"""Finding the running program with a configuration that has slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from mailbridge.settings import load
from mailbridge.settings.glance import glance
from tests.settings.builders_settings import MAIN, configuration


@pytest.mark.parametrize("folder", ["", '[control]\nfolder = "sockets"\n'])
def test_it_sees_what_the_whole_reading_sees(tmp_path: Path, folder: str) -> None:
    configuration(tmp_path, mailbridge=MAIN + folder)
    settings, seen = load(tmp_path, {}), glance(tmp_path / "mailbridge.toml")
    assert (seen.data, seen.control_folder, seen.language) == (settings.data, settings.control_folder, "vi")
    assert glance(tmp_path) == seen


def test_slips_elsewhere_do_not_matter(tmp_path: Path) -> None:
    text = MAIN.replace('language = "vi"', "language = 5").replace("[database]", "[databse]")
    configuration(tmp_path, mailbridge=text, **{"conf.d__10_a": "not TOML", "conf.d__20_b": 'data = "/srv/mb"\n'})
    seen = glance(tmp_path)
    assert (str(seen.data), str(seen.control_folder), seen.language) == ("/srv/mb", "/srv/mb/run", None)


@pytest.mark.parametrize(("text", "line"), [("x", 1), (MAIN.replace('"data"', "5"), 2)])
def test_without_data_it_says_why(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(Misconfigured) as caught:
        glance(configuration(tmp_path, mailbridge=text))
    assert caught.value.line == line


def test_without_a_file_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        glance(tmp_path)
