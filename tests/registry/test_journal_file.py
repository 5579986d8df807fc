"""The proof in a file, on another machine: the same answer as in the house, and nothing of it can be changed either."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailbridge.registry.journal_check import Asked, one_moment
from mailbridge.registry.journal_file import NoProof, ProofFile, write_proof
from mailbridge.registry.journal_numbers import Stretch, without
from mailbridge.registry.journal_proof import Wrong
from tests.registry.builders_journal import behind_our_back, enter, fill, proven
from tests.registry.builders_registry import NOON
from tests.registry.conftest import Database


def written(database: Database, path: Path, agency: str | None = None) -> Path:
    with one_moment(database.engine) as connection, path.open("wb") as file:
        write_proof(connection, Asked(agency=agency), file, now=NOON)
    return path


def rewritten(path: Path, change: Callable[[list[Any]], list[Any] | None]) -> Path:
    """Write the file again with lines changed; None takes one out."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [change(json.loads(line)) for line in file]
    other = path.with_name("changed.gz")
    with gzip.open(other, "wt", encoding="utf-8") as file:
        for line in lines:
            if line is not None:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return other


@pytest.fixture
def file(database: Database, tmp_path: Path) -> Path:
    fill(database.engine)
    return written(database, tmp_path / "proof.gz")


def test_the_file_says_what_the_database_says(file: Path, database: Database) -> None:
    assert ProofFile(file).prove() == proven(database.engine)


def test_one_agency_stands_in_a_file_alone(database: Database, tmp_path: Path) -> None:
    fill(database.engine)
    found = ProofFile(written(database, tmp_path / "one.gz", "sonv")).prove()
    assert (found.faults, found.entries) == ((), 4)


def test_each_changed_line_of_the_file_is_found(file: Path) -> None:
    """Rows, links, heads, roots and counters: one after the other, a value changed."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        lines = [json.loads(line) for line in opened]
    for number, line in enumerate(lines):
        if line[0] in ("mailbridge proof 1", "stamp", "end"):
            continue
        turn = iter(range(len(lines)))

        def change(each: list[Any], number: int = number, turn: Any = turn) -> list[Any]:
            if next(turn) != number:
                return each
            *before, last = each
            match last:
                case dict():
                    name = sorted(last)[0]
                    return [*before, last | {name: f"{last[name]}x"}]
                case int():
                    return [*before, 1]
                case _ if each[0] == "root":
                    return [*each[:5], "0" * 64, last]
                case _:
                    return [*before, f"{last}x"]

        assert ProofFile(rewritten(file, change)).prove().faults, line


def test_a_row_left_out_and_a_row_put_in_are_found(file: Path) -> None:
    def leave_out(line: list[Any]) -> list[Any] | None:
        return None if line[0] == "row" and line[1] == "entry" and line[2]["number"] == 14 else line

    found = ProofFile(rewritten(file, leave_out)).prove()
    assert (found.faults[0].wrong, found.faults[0].label) == (Wrong.ROW_MISSING, "den/2026/14")
    assert Wrong.NUMBER_MISSING in [each.wrong for each in found.faults]


def test_a_file_that_is_cut_says_so(file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(file.read_bytes()[:-600])
    found = ProofFile(cut).prove()
    assert {Wrong.TABLE_UNREADABLE, Wrong.END_MISSING} <= {each.wrong for each in found.faults}
    ended = rewritten(file, lambda line: None if line[0] == "end" else line)
    assert [each.wrong for each in ProofFile(ended).prove().faults] == [Wrong.END_MISSING]


def test_a_strange_line_is_named(file: Path) -> None:
    strange = rewritten(file, lambda line: ["what", 1] if line[0] == "end" else line)
    assert Wrong.TABLE_UNREADABLE in [each.wrong for each in ProofFile(strange).prove().faults]


@pytest.mark.parametrize(
    "octets",
    [b"", b"text", gzip.compress(b""), gzip.compress(b'["other"]\n')],
    ids=("empty", "text", "packed-empty", "packed-other"),
)
def test_what_is_no_proof_is_refused(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no.gz"
    path.write_bytes(octets)
    with pytest.raises(NoProof):
        ProofFile(path).prove()


def test_a_book_that_was_changed_is_changed_in_its_file(database: Database, tmp_path: Path) -> None:
    enter(database.registry, "a")
    path = tmp_path / "proof.gz"
    with behind_our_back(database.engine) as connection:
        connection.exec_driver_sql("UPDATE entry_version SET subject = 'khác'")
        with path.open("wb") as opened:
            here = write_proof(connection, Asked(), opened, now=NOON)
    assert ProofFile(path).prove() == here
    assert [(each.wrong, each.label) for each in here.faults] == [(Wrong.ROW_CHANGED, "den/2026/1")]


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ([], [(3, 9)]),
        ([(3, 9)], []),
        ([(1, 4)], [(5, 9)]),
        ([(8, 20)], [(3, 7)]),
        ([(5, 5), (7, 7)], [(3, 4), (6, 6), (8, 9)]),
        ([(4, 6), (5, 8)], [(3, 3), (9, 9)]),
    ],
    ids=lambda value: "-".join(f"{a}.{b}" for a, b in value) or "none",
)
def test_what_is_accounted_for_is_taken_out_of_a_gap(known: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert list(without(Stretch(3, 9), [Stretch(*each) for each in known])) == left
