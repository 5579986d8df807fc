from __future__ import annotations

import os
from pathlib import Path

from mailbridge.lookups.atomic import write_whole


def test_a_file_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "a.pem"
    for octets in (b"one", b"two"):
        write_whole(path, octets, mode=0o600)
        assert path.read_bytes() == octets
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """Whoever owns the folder could have root write elsewhere."""
    other = tmp_path / "other"
    other.write_bytes(b"untouched")
    for name in ("a.pem", f".a.pem.{os.getpid()}.new"):
        (tmp_path / name).symlink_to(other)
    write_whole(tmp_path / "a.pem", b"root")
    assert other.read_bytes() == b"untouched"
    assert (tmp_path / "a.pem").read_bytes() == b"root"
    assert not (tmp_path / "a.pem").is_symlink()
