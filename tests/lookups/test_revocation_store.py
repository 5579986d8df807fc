"""What was fetched outlives a restart, whole or not at all, and stops nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.lookups.revocation_check import CertificateId, CheckedAnswer, CheckedList, check_answer, check_list
from mailbridge.lookups.revocation_store import RevocationStore, Stored, store_path
from tests.lookups.builders_trust import DAY, NOW, authority, make_answer, make_list, person

CA = authority()


def a_list(**how: object) -> CheckedList:
    return check_list(make_list(CA, **how), [CA.der], NOW)  # type: ignore[arg-type] # as make_list takes them


def an_answer() -> CheckedAnswer:
    return check_answer(make_answer(person(), CA), CertificateId(issuer=CA.der, serial=person().serial), NOW)


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    store = RevocationStore(store_path(tmp_path / "data"))
    assert store.read([CA.der], NOW) == Stored()
    kept_list, kept_answer = a_list(), an_answer()
    before = store.look()
    store.keep(kept_list)
    store.keep(kept_answer)
    assert store.look() != before
    assert store.read([CA.der], NOW) == Stored(lists=(kept_list,), answers=(kept_answer,))
    newer = a_list(revoked=[person()])
    store.keep(newer)
    assert store.read([CA.der], NOW).lists == (newer,)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data" / "trust").iterdir()} == {0o600}


def test_what_counts_no_longer_is_left_out(tmp_path: Path) -> None:
    store = RevocationStore(tmp_path)
    store.keep(a_list())
    store.keep(an_answer())
    (tmp_path / ("0" * 40 + ".crl")).write_bytes(b"half a li")
    (tmp_path / "folder.crl").mkdir()
    (tmp_path / "README").write_text("?")
    assert store.read([], NOW) == Stored()
    assert len(store.read([CA.der], NOW + 2 * DAY).answers) == 0
    assert len(store.read([CA.der], NOW + 2 * DAY).lists) == 1


def test_answers_nobody_needs_and_drafts_left_behind_are_removed(tmp_path: Path) -> None:
    store = RevocationStore(tmp_path)
    kept = an_answer()
    store.keep(kept)
    old, young = tmp_path / ".a.crl.1.new", tmp_path / ".b.crl.1.new"
    for draft in (old, young):
        draft.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    store.prune([kept.key])
    assert {path.name for path in tmp_path.iterdir()} == {store.path(kept).name, young.name}
    store.prune([])
    assert {path.name for path in tmp_path.iterdir()} == {young.name}


def test_a_full_disk_is_told_of_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, kept = RevocationStore(tmp_path), a_list()
    store.keep(kept)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        store.keep(a_list(revoked=[person()]))
    monkeypatch.undo()
    assert store.read([CA.der], NOW).lists == (kept,)
    assert [path.name for path in tmp_path.iterdir()] == [store.path(kept).name]


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "trust").write_text("a file")
    with pytest.raises(Unavailable, match="trust store"):
        RevocationStore(tmp_path / "trust").keep(a_list())
    assert RevocationStore(tmp_path / "trust").read([CA.der], NOW) == Stored()


KILLED = """
import sys, pathlib
from mailbridge.lookups.atomic import write_whole
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
while True:
    for octets in (b"a" * 1_000_000, b"b" * 1_000_000):
        write_whole(path, octets)
"""


def test_a_program_killed_while_it_writes_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.crl"
    for pause in (0.0, 0.013, 0.05):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        deadline = time.monotonic() + 20
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        octets = path.read_bytes()
        assert octets in (b"a" * 1_000_000, b"b" * 1_000_000)
