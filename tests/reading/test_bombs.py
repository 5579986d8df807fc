"""Row A14: files made to break whoever opens them end as a problem with its reason, in time, and cost nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.reading.problems import Problem
from tests.reading import builders_bombs as bombs
from tests.reading.builders_archives import cabinet, rar3, rar5, seven_zip, tarred, zipped
from tests.reading.builders_files import letter_docx, letter_pdf
from tests.reading.builders_letters import attached, msg_tree, ole, signed_data, signed_in_pieces, winmail
from tests.reading.builders_opened import open_file

SECONDS = 8.0
DATA = Path(__file__).parent / "data" / "archives"
WORDS = {problem.value for problem in Problem}


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    made = LimitedReading(Limits(seconds=SECONDS, memory=256 << 20, parallel=2))
    open_file(made, b"warm", name="a.txt")
    yield made
    made.close()


def endless_7z() -> bytes:
    """Ten gigabytes of zeros."""
    return (DATA / "zeros-10gb.7z").read_bytes()


@pytest.mark.parametrize(
    ("make", "problems"),
    [
        (bombs.overlapping_zip, {"malformed"}),
        (bombs.crowded_zip, {"too-many"}),
        (bombs.zip_with_comment_bomb, {"malformed"}),
        (bombs.endless_gzip, {"too-large"}),
        (bombs.endless_bzip2, {"too-large"}),
        (bombs.endless_xz, {"too-large"}),
        (endless_7z, {"too-large"}),
        (bombs.greedy_xz, {"memory", "malformed"}),
        (bombs.sparse_tar, {"too-large"}),
        (bombs.crowded_tar, {"too-many"}),
        (bombs.huge_docx, {"too-large"}),
        (bombs.lying_docx, {"too-large", "malformed"}),
        (bombs.laughing_docx, {"malformed", "too-large"}),
        (bombs.lying_winmail, {"malformed"}),
        (bombs.lying_cms, {"malformed"}),
        (bombs.deep_cms, {"malformed", "timeout"}),
    ],
)
def test_bomb_is_not_opened_and_says_why(
    reading: LimitedReading, make: Callable[[], bytes], problems: set[str]
) -> None:
    content = make()
    began = time.monotonic()
    opened = open_file(reading, content)
    assert time.monotonic() - began < 4 * SECONDS
    problem = opened["1"].problem
    assert problem is not None
    word, _, reason = problem.partition(": ")
    assert word in problems, problem
    assert reason


@pytest.mark.parametrize(
    ("make", "count"),
    [(bombs.looping_msg, 2), (bombs.self_holding_msg, 1), (bombs.crowded_winmail, 0)],
)
def test_loops_end(reading: LimitedReading, make: Callable[[], bytes], count: int) -> None:
    opened = open_file(reading, make())
    assert opened["1"].problem is None
    assert len(opened["1"].members) == count


def test_two_headers_that_differ_cost_only_their_file(reading: LimitedReading) -> None:
    opened = open_file(reading, bombs.zip_that_contradicts_itself())
    wrong, right = opened["1"].members
    assert (wrong.name, wrong.problem) == ("cong-van.pdf", "malformed: the file cannot be taken out of the archive")
    assert right.content == bombs.PDF


@pytest.mark.parametrize("make", [bombs.forty_two, bombs.mutual_gzip, lambda: bombs.nested_zip(40)])
def test_archives_in_archives_end_at_the_third(reading: LimitedReading, make: Callable[[], bytes]) -> None:
    opened = open_file(reading, make())
    assert len(opened) <= 502
    deepest = [each for each in opened.values() if each.part.count(".") == 3]
    assert deepest
    words = {(each.problem or "").partition(":")[0] for each in deepest}
    assert words <= {"too-deep", "too-many"}
    assert not any(each.part.count(".") > 3 for each in opened.values())


def test_file_beside_a_bomb_is_read(reading: LimitedReading) -> None:
    opened = open_file(reading, zipped({"a.pdf": letter_pdf(), "zeros": bytes(40 << 20), "b.pdf": letter_pdf()}))
    assert opened["1"].problem == "too-large: its files are more than 100 times as large as itself"
    assert opened["1.1"].pages is not None


SOUND = {
    "zip": zipped({"a.pdf": letter_pdf(), "b.txt": b"x" * 500}),
    "tar": tarred({"a.pdf": letter_pdf(), "b.txt": b"x" * 500}),
    "7z": seven_zip({"a.txt": b"x" * 5000}),
    "rar3": rar3({"a.txt": b"x" * 5000}),
    "rar5": rar5({"a.txt": b"x" * 5000}),
    "cab": cabinet({"a.txt": b"x" * 5000}),
    "msg": ole(msg_tree(files=[("a.txt", b"x" * 5000)])),
    "winmail": winmail(attached(b"a.txt", b"x" * 5000)),
    "p7m": signed_data(b"x" * 5000),
    "p7m in pieces": signed_in_pieces(b"x" * 5000),
    "pdf": letter_pdf(),
    "docx": letter_docx(),
}


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_file_that_breaks_off_says_so(reading: LimitedReading, kind: str, share: float) -> None:
    content = SOUND[kind][: int(len(SOUND[kind]) * share)]
    opened = open_file(reading, content)
    problems = [each.problem for each in opened.values()] + [part.problem for part in opened["1"].members]
    assert {problem.partition(":")[0] for problem in problems if problem} <= WORDS
    # What could be taken out or read is whole, or its container says that it is not.
    assert opened["1"].problem or any(problems) or kind in {"pdf", "tar", "cab", "rar3", "rar5"}
