from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bench import part as room
from bench.equipment import Equipment
from bench.leftovers import TookTooLong
from bench.part import Part

SOMEWHERE = Equipment(tools=Path("t"), python=Path("p"), haraka=Path("h"), corpus=Path("c"))


def _prepared(_bench: Path) -> Equipment:
    return SOMEWHERE


def _options(reader: argparse.ArgumentParser) -> None:
    reader.add_argument("--mails", type=int, default=3)


def _measure(equipment: Equipment, work: Path, given: argparse.Namespace) -> str:
    assert equipment is SOMEWHERE
    assert work.stat().st_mode & 0o777 == 0o755
    (work / "left").touch()
    return f"{given.mails} mails"


PART = Part(name="one", about="…", minutes=1, holds="mails", options=_options, measure=_measure)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(room, "prepare", _prepared)
    file = tmp_path / "page.md"
    file.write_text("<!-- bench: one -->\nold\n<!-- bench: end of one -->\n", encoding="utf-8")
    return file


def test_what_was_measured_is_shown_and_the_page_stays(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, work = page.read_bytes(), page.parent / "work"
    work.mkdir()
    assert PART.run(["--workdir", str(work)], page) == 0
    assert capsys.readouterr().out == "3 mails\n"
    assert page.read_bytes() == before
    assert not list(work.iterdir())


def test_when_asked_for_it_is_written_into_its_place(page: Path) -> None:
    assert PART.run(["--page", "--mails", "5", "--workdir", str(page.parent)], page) == 0
    assert "<!-- bench: one -->\n5 mails\n<!-- bench: end of one -->" in page.read_text(encoding="utf-8")


def test_what_takes_too_long_is_ended_and_nothing_is_written(page: Path) -> None:
    before = page.read_bytes()

    def measure(_equipment: Equipment, _work: Path, _given: argparse.Namespace) -> str:
        while True:
            pass

    endless = Part(name="one", about="…", minutes=1, holds="mails", options=_options, measure=measure)
    with pytest.raises(TookTooLong):
        endless.run(["--page", "--minutes", "0.005", "--workdir", str(page.parent)], page)
    assert page.read_bytes() == before


def test_without_the_generator_it_ends_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert PART.run(["--bench", str(tmp_path / "nowhere")]) == 1
    assert "make bench BENCH=" in capsys.readouterr().err
