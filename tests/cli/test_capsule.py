"""A capsule proves itself on another machine; a changed octet anywhere is named."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mailbridge.__main__ import main
from mailbridge.cli.capsule import CapsuleDamaged, is_capsule, read_capsule
from mailbridge.cli.capsule_check import differences
from mailbridge.reading.files import LimitedReading
from tests.cli.builders_capsule import receive
from tests.cli.builders_cli import REPOSITORY, CommandLine, init_flags
from tests.demo.builders_demo import reading
from tests.lookups.builders_trust import make_party

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

SEALED = """
import socket, sys
class Sealed(socket.socket):
    def __new__(cls, family=-1, *rest, **more):
        if family not in (-1, socket.AF_UNIX):
            raise PermissionError("no network here")
        return super().__new__(cls)
    def connect(self, address):
        if self.family != socket.AF_UNIX:
            raise PermissionError("no network here")
        return super().connect(address)
socket.socket = Sealed
from mailbridge.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""A process that can reach nobody, and has no configuration."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, reading: LimitedReading) -> tuple[Path, str]:
    """A configuration, and the id of a signed mail in its book; nobody changes them."""
    folder = tmp_path_factory.mktemp("installation")
    assert main(["init", str(folder / "config"), *init_flags(folder)]) == 0
    return folder / "config", receive(folder / "config", "01", reading)


@pytest.fixture(scope="module")
def packed_once(installation: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The capsule of that mail."""
    config, mail_id = installation
    path = tmp_path_factory.mktemp("packed") / "goi.zip"
    assert main(["signature", "capsule", mail_id, "--output", str(path), "-c", str(config)]) == 0
    return path.read_bytes()


@pytest.fixture
def capsule(packed_once: bytes, tmp_path: Path) -> Path:
    """The capsule, far from its book."""
    path = tmp_path / "away" / "goi.zip"
    path.parent.mkdir()
    path.write_bytes(packed_once)
    return path


def test_the_same_book_gives_the_same_octets(
    installation: tuple[Path, str], capsule: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    config, mail_id = installation
    assert mailbridge("signature", "capsule", mail_id, "--output", tmp_path / "b.zip", "-c", config).status == 0
    assert (tmp_path / "b.zip").read_bytes() == capsule.read_bytes()
    again = mailbridge("signature", "capsule", mail_id, "--output", capsule, "-c", config)
    assert (again.status, "goi.zip" in again.err) == (1, True)


def test_it_holds_mail_evidence_verdicts_and_the_place_in_the_book(
    installation: tuple[Path, str], capsule: Path
) -> None:
    packed = zipfile.ZipFile(capsule)
    names = packed.namelist()
    assert names[:7] == [
        "README.txt",
        "mail.eml",
        "envelope.json",
        "case.json",
        "verdicts.json",
        "entries.json",
        "events.json",
    ]
    assert names[-1] == "manifest.json"
    manifest = json.loads(packed.read("manifest.json"))
    assert manifest["mail_id"] == installation[1]
    assert list(manifest["members"]) == names[:-1]
    for name, told in manifest["members"].items():
        assert hashlib.sha256(packed.read(name)).hexdigest() == told["sha256"]
    (verdict,) = json.loads(packed.read("verdicts.json"))
    named = {each for kind in ("anchors", "others", "crls") for each in verdict["evidence"]["trust"][kind]}
    assert {f"trust/{each}.der" for each in named} == set(names[7:-1])
    (entry,) = json.loads(packed.read("entries.json"))
    assert (entry["number"], entry["version"], entry["draft"]["symbol"]) == (1, 1, "3526/UBND-KGVX")
    assert "registered" in {each["what"] for each in json.loads(packed.read("events.json"))}


def test_it_is_verified_without_network_database_and_configuration(capsule: Path, tmp_path: Path) -> None:
    """C18: another machine, years later, that knows neither book nor trust nor spool."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", SEALED, "signature", "verify", "--json", str(capsule)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["holds"], told["damages"]) == (True, [])
    assert told["verdicts"] == [{"sequence": 1, "agrees": True, "difference": None}]
    assert [each["status"] for each in told["signatures"]] == ["total-passed"] * 2


def test_in_words_it_tells_place_and_verdicts(capsule: Path, mailbridge: CommandLine) -> None:
    answer = mailbridge("signature", "verify", "--lang", "vi", capsule)
    assert answer.status == 0
    assert "Sổ: den 01/2026, phiên bản 1: 3526/UBND-KGVX" in answer.out
    assert "khi tiếp nhận, tính đến 21/11/2026 09:00:00: khớp" in answer.out
    assert "chữ ký số của cơ quan hợp lệ" in answer.out
    assert "mọi kết quả xác minh đều khớp với bằng chứng" in answer.out


def flips(octets: bytes) -> Iterator[int]:
    """Some octets of each member and of what stands between them, the last one too."""
    yield from range(0, len(octets), max(1, len(octets) // 150))
    start = octets.rfind(b"PK\x01\x02\x14", 0, len(octets) - 22)
    yield from range(start, len(octets), 7)
    yield len(octets) - 1


def test_a_changed_octet_anywhere_is_named(capsule: Path) -> None:
    octets = capsule.read_bytes()
    for place in flips(octets):
        changed = bytearray(octets)
        changed[place] ^= 0x01
        with pytest.raises(CapsuleDamaged) as damaged:
            read_capsule(bytes(changed))
        assert all(damaged.value.places), place
        assert is_capsule(bytes(changed)), place


def test_a_capsule_whose_first_octet_changed_is_still_told_as_damaged(capsule: Path, mailbridge: CommandLine) -> None:
    capsule.write_bytes(b"Q" + capsule.read_bytes()[1:])
    answer = mailbridge("signature", "verify", "--lang", "vi", capsule)
    assert answer.status == 1
    assert "ĐÃ BỊ THAY ĐỔI" in answer.out


@pytest.mark.parametrize("name", ["mail.eml", "verdicts.json", "entries.json", "manifest.json", "README.txt"])
def test_the_file_that_was_changed_is_named(capsule: Path, mailbridge: CommandLine, name: str) -> None:
    packed = zipfile.ZipFile(capsule)
    members = {each: packed.read(each) for each in packed.namelist()}
    members[name] = members[name].replace(b" ", b"\t", 1)
    capsule.write_bytes(repacked(members))
    answer = mailbridge("signature", "verify", "--json", capsule)
    assert answer.status == 1
    (told,) = answer.objects
    assert told["holds"] is False
    assert name in told["damages"]


def test_a_verdict_that_does_not_follow_is_shown_with_its_first_difference(
    capsule: Path, mailbridge: CommandLine
) -> None:
    """Somebody packed it anew, digests and all, with a verdict of his own."""
    packed = zipfile.ZipFile(capsule)
    members = {each: packed.read(each) for each in packed.namelist()}
    verdicts, case = json.loads(members["verdicts.json"]), json.loads(members["case.json"])
    for each in (verdicts[0], case):
        each["judgement"]["authentication"]["dkim"][0]["result"] = "fail"
    members |= {"verdicts.json": written(verdicts), "case.json": written(case)}
    capsule.write_bytes(repacked(resealed(members)))
    (told,) = mailbridge("signature", "verify", "--json", capsule).objects
    assert (told["holds"], told["damages"]) == (False, [])
    assert told["verdicts"][0]["difference"] == 'authentication.dkim[0].result: "fail" ≠ "pass"'
    assert "KHÔNG KHỚP" in mailbridge("signature", "verify", "--lang", "vi", capsule).out


def forged(capsule: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change what a forger may, and pack it anew with a manifest that fits."""
    packed = zipfile.ZipFile(capsule)
    told = {each: json.loads(packed.read(each)) for each in packed.namelist() if each.endswith(".json")}
    change(told)
    members = {each: written(told[each]) if each in told else packed.read(each) for each in packed.namelist()}
    members |= {name: value.encode() for name, value in told.items() if isinstance(value, str)}
    capsule.write_bytes(repacked(resealed(members)))
    return capsule


def _of_another_day(told: dict[str, Any]) -> None:
    told["verdicts.json"][0]["for_moment"] = "2020-01-01T00:00:00Z"


def _better_than_the_case(told: dict[str, Any]) -> None:
    told["case.json"]["judgement"]["authentication"]["dmarc"]["result"] = "fail"


def _without_the_first(told: dict[str, Any]) -> None:
    told["verdicts.json"][0] |= {"sequence": 2, "cause": "asked"}


def _received_earlier(told: dict[str, Any]) -> None:
    told["envelope.json"]["accepted_at"] = "2020-01-01T00:00:00Z"


def _saying_nothing(told: dict[str, Any]) -> None:
    for each in (told["verdicts.json"][0], told["case.json"]):
        each["judgement"] |= {"authentication": {}, "signatures": [{}, {}]}


def _of_a_strange_shape(told: dict[str, Any]) -> None:
    told["case.json"] = []


def _nested(told: dict[str, Any]) -> None:
    told["events.json"] = "[" * 100_000


def _with_a_letter_to_the_reader(told: dict[str, Any]) -> None:
    told["CERTIFICATE.html"] = "<p>Valid</p>"


def _with_one_key_twice(told: dict[str, Any]) -> None:
    text = written(told["verdicts.json"]).decode()
    told["verdicts.json"] = text.replace('"sequence": 1', '"sequence": 7, "sequence": 1', 1)


@pytest.mark.parametrize(
    "change",
    [
        _of_another_day,
        _better_than_the_case,
        _without_the_first,
        _received_earlier,
        _saying_nothing,
        _of_a_strange_shape,
        _nested,
        _with_a_letter_to_the_reader,
        _with_one_key_twice,
    ],
)
def test_what_does_not_belong_together_is_told(
    capsule: Path, mailbridge: CommandLine, change: Callable[[dict[str, Any]], None]
) -> None:
    answer = mailbridge("signature", "verify", "--json", forged(capsule, change))
    assert (answer.status, answer.objects[0]["holds"]) == (1, False)


def test_whom_it_trusts_is_told_and_that_nobody_else_says_so(capsule: Path, mailbridge: CommandLine) -> None:
    (told,) = mailbridge("signature", "verify", "--json", capsule).objects
    assert told["trusted"] is None
    assert told["anchors"]
    assert {each["own"] for each in told["anchors"]} == {None}
    shown = mailbridge("signature", "verify", "--lang", "vi", capsule).out
    assert "người đóng gói đã chọn các chứng thư gốc và câu trả lời DNS này" in shown
    assert all(each["sha256"] in shown for each in told["anchors"])
    assert hashlib.sha256(capsule.read_bytes()).hexdigest() in shown


def test_by_anchors_of_ones_own_a_capsule_of_a_strangers_pki_is_not_trusted(
    installation: tuple[Path, str], capsule: Path, mailbridge: CommandLine, tmp_path: Path
) -> None:
    """Whoever packs a capsule can put in an authority that he made himself."""
    own = mailbridge("signature", "verify", "--json", "--trust", installation[0] / "trust", capsule)
    assert (own.status, own.objects[0]["trusted"]) == (0, True)
    assert {each["own"] for each in own.objects[0]["anchors"]} == {True}
    other = tmp_path / "trust"
    other.mkdir()
    (other / "a.pem").write_bytes(make_party("RootCA khác").pem)
    strange = mailbridge("signature", "verify", "--json", "--trust", other, capsule)
    (told,) = strange.objects
    assert (strange.status, told["holds"], told["trusted"]) == (1, True, False)
    assert {each["own"] for each in told["anchors"]} == {False}
    assert "KHÔNG tin cậy" in mailbridge("signature", "verify", "--lang", "vi", "--trust", other, capsule).out


def test_an_entry_of_another_document_is_named(capsule: Path, mailbridge: CommandLine) -> None:
    packed = zipfile.ZipFile(capsule)
    members = {each: packed.read(each) for each in packed.namelist()}
    entries = json.loads(members["entries.json"])
    entries[0]["draft"]["document_sha256"] = "0" * 64
    members["entries.json"] = written(entries)
    capsule.write_bytes(repacked(resealed(members)))
    (told,) = mailbridge("signature", "verify", "--json", capsule).objects
    assert told["damages"] == ["entries.json: den 1/2026"]


@pytest.mark.parametrize("name", ["12", "14"])
def test_of_private_and_secret_mail_there_is_none(
    config: Path, reading: LimitedReading, mailbridge: CommandLine, tmp_path: Path, name: str
) -> None:
    mail_id = receive(config, name, reading)
    answer = mailbridge("signature", "capsule", mail_id, "--output", tmp_path / "a.zip", "-c", config)
    assert answer.status == 1
    assert answer.err == "không lưu giữ gì của thư này\n"
    assert not (tmp_path / "a.zip").exists()


def test_what_unfolds_to_more_than_it_is_is_refused() -> None:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", "mailbridge-capsule/1" + " " * 10_000_000)
    with pytest.raises(CapsuleDamaged):
        read_capsule(octets.getvalue())


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04", b"PK\x03\x04 manifest.json mailbridge-capsule/1"])
def test_what_is_no_capsule_raises_nothing_else(octets: bytes) -> None:
    assert is_capsule(octets) is (len(octets) > 4)
    with pytest.raises(CapsuleDamaged):
        read_capsule(octets)


def test_what_a_newer_program_tells_beside_is_no_difference() -> None:
    assert list(differences({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3})) == []
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == ["a: [1] ≠ [1, 2]"]
    assert list(differences({"a": True}, {"a": 1})) == ["a: true ≠ 1"]
    assert list(differences({"a": None}, {})) == []
    assert list(differences([{}], [{"status": "total-passed"}])) == ['[0].status: null ≠ "total-passed"']


def written(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def resealed(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write a manifest that fits, as a forger would."""
    told = json.loads(members["manifest.json"])
    del told["digest"]
    told["members"] = {
        name: {"size": len(octets), "sha256": hashlib.sha256(octets).hexdigest()}
        for name, octets in members.items()
        if name != "manifest.json"
    }
    told["digest"] = hashlib.sha256(written(told)).hexdigest()
    return {**members, "manifest.json": written(told)}


def repacked(members: Mapping[str, bytes]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_STORED) as packed:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o100600 << 16
            packed.writestr(member, content)
    return octets.getvalue()
