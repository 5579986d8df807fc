"""The file of hints reads back as it was written, and keeps what people said in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.learned import NO_HINTS, Doubt, Hint, Hints, Taught, Watched
from mailbridge.settings import check_files, load
from mailbridge.settings.hint_file import hints_text, merged, read_hints
from mailbridge.settings.problem import Report
from tests.settings.builders_settings import MAIN, configuration

HINT = Hint(sender="a@b.vn", field=Taught.ISSUER, read="UBND", write="Ủy ban", entries=("den/2026/1", "den/2026/2"))
DOUBT = Doubt(sender="a@b.vn", field=Watched.SUBJECT, corrected=3, of=4)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(max_examples=50)
@given(read=TEXT, write=TEXT, use=st.booleans())
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, read: str, write: str, use: bool) -> None:
    hints = Hints(hints=(replace(HINT, read=read, write=write, use=use),), doubts=(replace(DOUBT, use=use),))
    path = tmp_path_factory.mktemp("hints") / "hints.toml"
    path.write_text(hints_text(hints), encoding="utf-8", newline="")
    report = Report()
    assert read_hints(path, report) == hints
    assert not report.problems


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    report = Report()
    assert read_hints(tmp_path / "hints.toml", report) == NO_HINTS
    assert not report.problems


def test_what_people_refused_stays_refused() -> None:
    refused = replace(HINT, use=False)
    assert merged(Hints(hints=(refused,)), Hints(hints=(HINT,))).hints == (refused,)
    undoubted = replace(DOUBT, use=False)
    assert merged(Hints(doubts=(undoubted,)), Hints(doubts=(replace(DOUBT, of=9, corrected=8),))).doubts == (undoubted,)


def test_what_was_written_by_hand_stays_and_what_was_learnt_goes_with_its_ground() -> None:
    by_hand = replace(HINT, entries=())
    assert merged(Hints(hints=(by_hand,)), NO_HINTS).hints == (by_hand,)
    assert merged(Hints(hints=(HINT,), doubts=(DOUBT,)), NO_HINTS) == NO_HINTS


def test_hints_count_only_where_they_are_switched_on(tmp_path: Path) -> None:
    folder = configuration(tmp_path, mailbridge=MAIN)
    (folder / "hints.toml").write_text(hints_text(Hints(hints=(HINT,))), encoding="utf-8")
    assert load(folder, {}).hints == NO_HINTS
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "hints.toml").write_text("[decision]\nhints = true\n", encoding="utf-8")
    assert load(folder, {}).hints.hints == (HINT,)


def test_slips_are_named_with_their_line(tmp_path: Path) -> None:
    folder = configuration(tmp_path, mailbridge=MAIN)
    hint = '[[hint]]\nsender = "nobody"\nfield = "issuer"\nread = "A"\nwrite = ""\n'
    text = f'{hint}\n[[doubt]]\nsender = "a@b.vn"\nfield = "x"\n'
    (folder / "hints.toml").write_text(text, encoding="utf-8")
    problems = check_files(folder, {})
    assert {(Path(each.file).name, each.line) for each in problems} == {("hints.toml", 7), ("hints.toml", 9)}
    (folder / "hints.toml").write_text(hint, encoding="utf-8")
    lines = {(each.line, each.problem) for each in check_files(folder, {})}
    assert lines == {(2, '"nobody" is no address'), (1, "a hint needs both texts")}
