from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from mailbridge.errors import Misconfigured
from mailbridge.lookups.trust import load_trust, read_signers, trust_of
from mailbridge.verify.evidence import Trust
from tests.keys.pki import make_pki
from tests.lookups.builders_trust import authority, make_answer, make_party, person


def test_files_become_what_the_pki_means_by_them(tmp_path: Path) -> None:
    pki = make_pki()
    assert load_trust(pki.write_trust(tmp_path)) == pki.trust()


def test_missing_folder_trusts_nobody(tmp_path: Path) -> None:
    assert load_trust(tmp_path / "trust") == Trust()


def test_der_bundles_and_doubles_are_read(tmp_path: Path) -> None:
    pki = make_pki()
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.der").write_bytes(pki.root.der)
    (tmp_path / "b.crl").write_bytes(pki.crl)
    (tmp_path / "sub" / "c.pem").write_bytes(b"text before\n" + pki.issuing.pem + b"\n" + pki.root.pem)
    assert load_trust(tmp_path) == Trust(anchors=(pki.root.der, pki.issuing.der), crls=(pki.crl,))


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", ".hidden.pem", "fingerprints.txt"):
        (tmp_path / name).write_text("nothing")
    (tmp_path / "folder.pem").mkdir()
    assert load_trust(tmp_path) == Trust()


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("a.pem", b""),
        ("a.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("a.pem", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("a.cer", b"\x30\x03\x02\x01\x01"),
        ("a.crl", b"\x30\x03\x02\x01\x01"),
        ("a.crl", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"),
        ("a.p7b", b"\x30\x03\x02\x01\x01"),
        ("a.p7c", b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n"),
        ("a.ors", b"\x30\x03\x02\x01\x01"),
        ("a.ors", b"\x30\x03\x0a\x01\x06"),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, name: str, octets: bytes) -> None:
    (tmp_path / name).write_bytes(octets)
    with pytest.raises(Misconfigured) as caught:
        load_trust(tmp_path)
    assert caught.value.file == str(tmp_path / name)
    assert caught.value.remedy


def test_private_key_is_refused(tmp_path: Path) -> None:
    pki = make_pki()
    key = pki.root.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "root.pem").write_bytes(pki.root.pem + key)
    with pytest.raises(Misconfigured, match="private key"):
        load_trust(tmp_path)


def test_bundles_answers_and_signers_of_updates(tmp_path: Path) -> None:
    ca, signer = authority(), make_party("Người cập nhật")
    bundle = pkcs7.serialize_certificates([ca.certificate], serialization.Encoding.DER)
    text = pkcs7.serialize_certificates([signer.certificate], serialization.Encoding.PEM)
    answer = make_answer(person(), ca)
    (tmp_path / "updates").mkdir()
    (tmp_path / "a.p7b").write_bytes(bundle)
    (tmp_path / "b.ors").write_bytes(answer)
    (tmp_path / "updates" / "signer.p7c").write_bytes(text)
    assert load_trust(tmp_path) == Trust(anchors=(ca.der,), ocsps=(answer,))
    assert read_signers(tmp_path) == (signer.der,)
    assert read_signers(tmp_path / "none") == ()


def test_sealers_of_the_configuration_are_part_of_trust() -> None:
    assert trust_of((), ("lists.gov.vn",)) == Trust(sealers=("lists.gov.vn",))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.lookups.trust._LARGEST", 100)
    (tmp_path / "a.pem").write_bytes(b"x" * 101)
    with pytest.raises(Misconfigured, match="larger than"):
        load_trust(tmp_path)
