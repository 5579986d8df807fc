from __future__ import annotations

from pathlib import Path

import pytest

from bench.equipment import NotThere, copy_tools

NEEDED = ("run.py", "peerlib.py", "smtpload.py", "sink.py", "dnsstub.py", "make_corpus.py", "requirements.txt")


def test_without_the_generator_the_person_hears_where_to_say_it(tmp_path: Path) -> None:
    with pytest.raises(NotThere, match=r"make bench BENCH="):
        copy_tools(tmp_path / "nowhere", tmp_path / "tools")
    assert not (tmp_path / "tools").exists()


def test_read_only_tools_are_copied_so_that_they_can_be_written_beside(tmp_path: Path) -> None:
    bench = tmp_path / "bench"
    (bench / "peers").mkdir(parents=True)
    for name in (*NEEDED, "peers/py_fast.py"):
        (bench / name).write_text(name, encoding="ascii")
        (bench / name).chmod(0o444)
    for _ in range(2):  # the second time the copies are there already
        tools = copy_tools(bench, tmp_path / "tools")
    assert (tools / "peers" / "py_fast.py").read_text(encoding="ascii") == "peers/py_fast.py"
    assert (tools / "run.py").stat().st_mode & 0o200
