"""Control sockets: found while their process lives, removed when it is dead, reached through deep folders."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from mailbridge.control.sockets import connected, found_in, listening, remove_if_dead
from mailbridge.errors import Unavailable


def left_behind(folder: Path, name: str) -> Path:
    """Leave a socket as a killed process does."""
    listener, path = listening(folder, name)
    listener.close()
    return path


def test_a_socket_is_for_its_owner(tmp_path: Path) -> None:
    listener, path = listening(tmp_path / "run", "hop-1")
    with closing(listener):
        assert path == tmp_path / "run" / "hop-1.sock"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert found_in(tmp_path / "run") == (path,)
        assert list(path.parent.iterdir()) == [path]


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    dead = left_behind(tmp_path, "hop-1")
    listener, living = listening(tmp_path, "hop-2")
    with closing(listener):
        assert dead.exists()
        assert found_in(tmp_path) == (living,)
        assert not dead.exists()


def test_a_dead_one_of_the_same_name_is_replaced_a_living_one_is_not(tmp_path: Path) -> None:
    left_behind(tmp_path, "hop-1")
    first, path = listening(tmp_path, "hop-1")
    second, other = listening(tmp_path, "hop-1")
    with closing(first), closing(second):
        assert (path.name, other.name) == ("hop-1.sock", "hop-1-2.sock")
        assert len(found_in(tmp_path)) == 2


def test_a_folder_may_lie_deep(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120) / ("ổ" * 40)
    listener, path = listening(folder, "hop-milter-journal-1234567")
    with closing(listener):
        assert len(os.fsencode(path)) > 200
        with closing(connected(path, 5)) as peer:
            peer.send(b"x")
            assert found_in(folder) == (path,)
    assert remove_if_dead(path)
    assert not path.exists()


def test_no_folder_is_no_process(tmp_path: Path) -> None:
    assert found_in(tmp_path / "nowhere") == ()


def test_what_is_no_socket_of_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "strange.sock").write_text("x")
    assert found_in(tmp_path) == ()
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "strange.sock").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("x")
    with pytest.raises(Unavailable, match="control socket"):
        listening(tmp_path / "run", "hop-1")
    with pytest.raises(Unavailable, match="control folder"):
        found_in(tmp_path / "run")


def test_a_full_queue_of_callers_is_no_death(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = tmp_path / "busy.sock"
    callers = []
    with closing(listener):
        listener.bind(str(path))
        listener.listen(0)
        for _ in range(3):
            caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            caller.setblocking(False)
            callers.append(caller)
            caller.connect_ex(str(path))
        assert not remove_if_dead(path)
        assert path.exists()
    for caller in callers:
        caller.close()
