"""Updates by signed file: believed only from those who may, applied as a whole, and never backwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.trust_import import Change
from mailbridge.lookups.trust_update import apply_update, last_serial, read_update
from tests.lookups.builders_trust import DAY, NOW, make_list, make_party
from tests.lookups.builders_update import archive, signed

SIGNER = make_party("Người cập nhật", ca=False)
ROOT = make_party("RootCA mới")
ISSUING = make_party("CA cấp dưới", by=ROOT)
CRL = make_list(ISSUING)
MEMBERS = {"root.pem": ROOT.pem, "intermediate/issuing.crt": ISSUING.der, "crl/a.crl": CRL}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a trust folder in which one person may sign updates."""
    there = tmp_path / "trust"
    (there / "updates").mkdir(parents=True)
    (there / "updates" / "signer.pem").write_bytes(SIGNER.pem)
    return there


def file(folder: Path, octets: bytes, name: str = "update.p7m") -> Path:
    path = folder.parent / name
    path.write_bytes(octets)
    return path


def test_too_much_in_one_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.lookups.trust_import._MOST_ITEMS", 2)
    with pytest.raises(Misconfigured, match="more than 2 items"):
        read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW)


@pytest.mark.parametrize("way", ["around", "beside", "beside-named"])
def test_an_update_is_applied(folder: Path, way: str) -> None:
    content = archive(MEMBERS, serial=7)
    if way == "around":
        path = file(folder, signed(content, SIGNER))
    else:
        path = file(folder, content, "u.zip")
        beside = file(folder, signed(content, SIGNER, detached=True), "u.zip.p7s")
        path = beside if way == "beside-named" else path
    update = read_update(path, folder, NOW)
    assert (update.serial, update.signer, update.is_applied) == (7, "Người cập nhật", False)
    assert load_trust(folder).anchors == (), "looking changes nothing"
    apply_update(update, folder)
    trust = load_trust(folder)
    assert (trust.anchors, trust.others, trust.crls) == ((ROOT.der,), (ISSUING.der,), (CRL,))
    assert last_serial(folder) == 7
    again = read_update(path, folder, NOW)
    assert again.is_applied
    assert {step.change for step in again.steps} == {Change.THERE}


def test_one_whose_authority_may_sign_may_too(folder: Path) -> None:
    office = make_party("Trung tâm cập nhật")
    (folder / "updates" / "signer.pem").write_bytes(office.pem)
    content = archive(MEMBERS)
    update = read_update(file(folder, signed(content, make_party("An", by=office, ca=False))), folder, NOW)
    assert update.signer == "An"
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        read_update(file(folder, signed(content, SIGNER)), folder, NOW)


def test_a_certificate_is_pinned_by_itself_whoever_issued_it(folder: Path) -> None:
    issuer = make_party("Ai đó")
    pinned, other = (make_party(name, by=issuer, ca=False) for name in ("An", "Bình"))
    (folder / "updates" / "signer.pem").write_bytes(pinned.pem)
    assert read_update(file(folder, signed(archive(MEMBERS), pinned)), folder, NOW).signer == "An"
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        read_update(file(folder, signed(archive(MEMBERS), other)), folder, NOW)


def test_an_anchor_for_documents_may_not_sign_updates(folder: Path) -> None:
    (folder / "root.pem").write_bytes(ROOT.pem)
    other = make_party("Công chức", by=ROOT, ca=False)
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        read_update(file(folder, signed(archive(MEMBERS), other)), folder, NOW)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (archive(MEMBERS), "is not signed"),
        (signed(archive(MEMBERS), make_party("Người cập nhật", ca=False)), "cannot be trusted"),
        (signed(archive(MEMBERS), SIGNER).replace(b"update.toml", b"update.tomk"), "cannot be trusted"),
        (signed(archive(MEMBERS), SIGNER, detached=True), "nothing that is signed"),
        (b"", "signature cannot be read|nothing that is signed"),
        (b"\x30\x80nonsense", "signature cannot be read|nothing that is signed"),
        (signed(b"no zip", SIGNER), "no sound ZIP"),
        (signed(archive(MEMBERS)[:-30], SIGNER), "no sound ZIP"),
        (signed(archive(MEMBERS, serial=None), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, serial='"a"'), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, serial="true"), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, serial=0), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, more="serials = 1"), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, more="remove = [1]"), SIGNER), r"update\.toml is missing"),
        (signed(archive(MEMBERS, serial="= 1"), SIGNER), r"update\.toml cannot be read"),
        (signed(archive({"a.sh": b"rm"}), SIGNER), r"a\.sh has no business"),
        (signed(archive({"updates/a.pem": ROOT.pem}), SIGNER), "has no business"),
        (signed(archive({"a.pem": b"nothing"}), SIGNER), "no readable certificate"),
        (signed(archive({"a.pem": SIGNER.pem}), SIGNER), "is not the certificate of an authority"),
        (signed(archive({"a.crl": CRL}), SIGNER), "no certificate that we hold has signed"),
    ],
)
def test_what_is_wrong_changes_nothing(folder: Path, octets: bytes, why: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(Misconfigured, match=why):
        read_update(file(folder, octets, "u.zip" if octets[:2] == b"PK" else "u.p7m"), folder, NOW)
    assert sorted(folder.rglob("*")) == before


def test_a_changed_zip_beside_its_signature(folder: Path) -> None:
    file(folder, signed(archive(MEMBERS), SIGNER, detached=True), "u.zip.p7s")
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        read_update(file(folder, archive(MEMBERS, serial=2), "u.zip"), folder, NOW)


def test_a_signature_around_another_zip_says_nothing_of_this_one(folder: Path) -> None:
    file(folder, signed(archive(MEMBERS), SIGNER), "u.zip.p7s")
    with pytest.raises(Misconfigured, match="around another update"):
        read_update(file(folder, archive(MEMBERS, serial=2), "u.zip"), folder, NOW)


def test_nobody_may_sign_where_nobody_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "updates")
    with pytest.raises(Misconfigured, match="nobody may sign updates here"):
        read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW)


def test_a_signer_whose_time_is_over_may_not(folder: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW + 5000 * DAY)


def test_there_is_no_way_back(folder: Path) -> None:
    apply_update(read_update(file(folder, signed(archive(MEMBERS, serial=5), SIGNER)), folder, NOW), folder)
    with pytest.raises(Misconfigured, match="serial 4, and 5 was applied already"):
        read_update(file(folder, signed(archive({}, serial=4), SIGNER)), folder, NOW)
    (folder / "updates" / "serial").write_text("five")
    with pytest.raises(Misconfigured, match="serial of the last update cannot be read"):
        read_update(file(folder, signed(archive({}, serial=6), SIGNER)), folder, NOW)


def test_an_update_takes_away_what_is_trusted_no_longer(folder: Path) -> None:
    old = make_party("RootCA cũ")
    (folder / "old.pem").write_bytes(old.pem)
    (folder / "both.pem").write_bytes(ROOT.pem + ISSUING.pem)
    print_ = old.certificate.fingerprint(hashes.SHA256()).hex().upper()
    content = archive(MEMBERS, more=f'remove = ["{print_[:4]} {print_[4:]}", "{"0" * 64}"]')
    update = read_update(file(folder, signed(content, SIGNER)), folder, NOW)
    assert [facts.name for facts in update.gone] == ["RootCA cũ"]
    apply_update(update, folder)
    assert old.der not in load_trust(folder).anchors
    shared = ROOT.certificate.fingerprint(hashes.SHA256()).hex()
    content = archive({}, serial=2, more=f'remove = ["{shared}"]')
    with pytest.raises(Misconfigured, match="holds other certificates too"):
        read_update(file(folder, signed(content, SIGNER)), folder, NOW)


def test_a_full_disk_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update = read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW)
    before = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    calls = []

    def full(_descriptor: int) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        apply_update(update, folder)
    monkeypatch.undo()
    assert [path for path in sorted(folder.rglob("*")) if path.is_file()] == before
    apply_update(read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW), folder)
    assert load_trust(folder).anchors == (ROOT.der,)


def test_an_older_list_in_an_update_is_left_out(folder: Path) -> None:
    apply_update(read_update(file(folder, signed(archive(MEMBERS), SIGNER)), folder, NOW), folder)
    older = archive({"a.crl": make_list(ISSUING, this_update=NOW - 3 * DAY)}, serial=2)
    update = read_update(file(folder, signed(older, SIGNER)), folder, NOW)
    assert [step.change for step in update.steps] == [Change.OLDER]
    newer = make_list(ISSUING, this_update=NOW)
    update = read_update(file(folder, signed(archive({"a.crl": newer}, serial=2), SIGNER)), folder, NOW)
    assert [step.change for step in update.steps] == [Change.NEWER]
    apply_update(update, folder)
    assert load_trust(folder).crls == (newer,), "it takes the place of the older one"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
def test_what_openssl_signs_is_read(tmp_path: Path) -> None:
    """The commands of docs/howto/keep-trust.md."""
    folder = tmp_path / "trust"
    (folder / "updates").mkdir(parents=True)
    signer = folder / "updates" / "signer.pem"

    def openssl(*arguments: str | Path) -> None:
        subprocess.run(["openssl", *map(str, arguments)], cwd=tmp_path, check=True, capture_output=True)

    key, package = tmp_path / "update.key", tmp_path / "update.zip"
    openssl(
        "req", "-x509", "-newkey", "rsa:3072", "-noenc", "-keyout", key, "-out", signer, "-days", "1825",
        "-subj", "/CN=Người cập nhật", "-addext", "keyUsage=critical,digitalSignature", "-utf8",
    )  # fmt: skip
    package.write_bytes(archive(MEMBERS, serial=3))
    openssl("cms", "-sign", "-binary", "-in", package, "-signer", signer, "-inkey", key, "-outform", "DER",
            "-out", "update.zip.p7s")  # fmt: skip
    openssl("cms", "-sign", "-binary", "-nodetach", "-in", package, "-signer", signer, "-inkey", key, "-outform", "DER",
            "-out", "update.p7m")  # fmt: skip
    for name in ("update.zip", "update.p7m"):
        update = read_update(tmp_path / name, folder, datetime.now(UTC))
        assert (update.serial, update.signer) == (3, "Người cập nhật")
