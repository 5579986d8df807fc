"""A folder that is there whole or not at all, and of which any changed octet is found."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mailbridge.cli.db_folder import FolderDamaged, NewFolder, WrittenFolder, new_folder


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A small folder with a plain and a packed file."""
    path = tmp_path / "written"
    with new_folder(path, {"kind": "test"}) as folder:
        folder.add("tables/a.jsonl", b'{"a":1}\n')
        with folder.opened("tables/b.jsonl.gz", packed=True) as file:
            file.write(b'{"b":1}\n' * 1000)
        folder.add("README.txt", b"read me\n")
    return path


def test_what_was_written_is_read_back(written: Path) -> None:
    folder = WrittenFolder(written)
    folder.check()
    assert (folder.manifest["kind"], folder.manifest["files"]) == ("test", 3)
    assert list(folder.names("tables")) == ["tables/a.jsonl", "tables/b.jsonl.gz"]
    assert list(folder.lines("tables/a.jsonl") or ()) == [b'{"a":1}\n']
    assert len(list(folder.lines("tables/b.jsonl") or ())) == 1000
    assert folder.lines("tables/none.jsonl") is None
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=written, check=False).returncode == 0


def test_every_changed_octet_is_found(written: Path) -> None:
    for path in sorted(each for each in written.rglob("*") if each.is_file()):
        octets = path.read_bytes()
        for at in range(len(octets)):
            path.write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])
            with pytest.raises(FolderDamaged):
                WrittenFolder(written).check()
        path.write_bytes(octets)
    WrittenFolder(written).check()


def test_a_missing_file_is_named(written: Path) -> None:
    (written / "tables/a.jsonl").unlink()
    with pytest.raises(FolderDamaged, match=r"tables/a\.jsonl"):
        WrittenFolder(written).check()


def test_no_name_leads_out_of_the_folder(written: Path) -> None:
    for name in ("../stolen", "/etc/passwd", "a/../../b"):
        (written / "SHA256SUMS").write_text(f"{'0' * 64}  {name}\n")
        with pytest.raises(FolderDamaged, match="SHA256SUMS"):
            list(WrittenFolder(written).names("tables"))


def test_the_same_contents_have_the_same_digest_whatever_is_told_beside_them(tmp_path: Path) -> None:
    found = []
    for number, (content, told) in enumerate([(b"x", b"1"), (b"x", b"2"), (b"y", b"1")]):
        with new_folder(tmp_path / str(number), manifest := {"made_at": str(number)}) as folder:
            folder.add("mails/a.eml", content)
            folder.add("README.txt", told)
        found.append(manifest["content"])
    assert found[0] == found[1] != found[2]


def write_twice(folder: NewFolder) -> None:
    folder.add("a", b"a")
    folder.add("a", b"a")


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(FileExistsError), new_folder(place / "new", {}) as folder:
        write_twice(folder)
    assert list(place.iterdir()) == []
