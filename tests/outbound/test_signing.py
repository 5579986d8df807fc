"""Letters are signed so that others find the signatures good: dkimpy, our own verifier and OpenSSL are asked."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import dkim
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailbridge.errors import Misconfigured
from mailbridge.letters.comeback import sent_again
from mailbridge.letters.compose import compose
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan, return_address, token_in_address
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import signed_entities
from mailbridge.outbound.bounces import Bounces
from mailbridge.outbound.dress import Dress
from mailbridge.outbound.signing import DkimKey, load_dkim_key, load_smime_key
from tests.letters.builders_letters import AGENCY, NOW, SENDER, entry, judgement, mail, message

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def written(key: PrivateKey, path: Path) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def letter() -> Letter:
    return compose(
        LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER),
        judgement=judgement(),
        mail=mail(),
        message=message(),
        agency=AGENCY,
        entries=[entry()],
        language="vi",
        now=NOW,
    )


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, path: Path) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sở Nội vụ")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("vanthu@sonv.example")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(key, SHA256())
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


def passes(content: bytes, key: DkimKey) -> bool:
    """Ask dkimpy, which had no part in choosing the fields, with the record that `check` tells people to publish."""
    asked: list[bytes] = []

    def record(name: bytes, timeout: float = 5) -> bytes:
        asked.append(name)
        return key.record().encode()

    good = bool(dkim.verify(content, dnsfunc=record))
    assert {name.rstrip(b".") for name in asked} <= {b"mb._domainkey.sonv.example"}
    return good


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_the_domain_signs_and_others_find_it_good(
    kind: str, rsa_key: rsa.RSAPrivateKey, letter: Letter, tmp_path: Path
) -> None:
    private = rsa_key if kind == "rsa" else ed25519.Ed25519PrivateKey.generate()
    key = load_dkim_key(written(private, tmp_path / "dkim.pem"), "mb")
    dressed = Dress(addresses={AGENCY.id: AGENCY.addresses[0]}, dkim=key).dressed(letter)
    assert dressed.content.endswith(letter.content)
    assert passes(dressed.content, key)
    assert not passes(dressed.content.replace(b"Subject: =?", b"Subject: x =?"), key)
    assert not passes(b"From: evil@x.example\r\n" + dressed.content, key)
    assert b"d=sonv.example" in dressed.content


def test_a_letter_that_is_sent_again_is_signed_too(rsa_key: rsa.RSAPrivateKey, letter: Letter, tmp_path: Path) -> None:
    key = load_dkim_key(written(rsa_key, tmp_path / "dkim.pem"), "mb")
    again = sent_again(letter, "vpcp@chinhphu.example", 1, AGENCY, NOW)
    assert message_from_bytes(again.content)["Resent-To"] == "vpcp@chinhphu.example"
    assert (again.recipient, again.key) == ("vpcp@chinhphu.example", f"{letter.key}:again-1")
    assert passes(Dress(addresses={AGENCY.id: AGENCY.addresses[0]}, dkim=key).dressed(again).content, key)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_the_seal_of_the_agency_is_good_for_openssl(
    kind: str, rsa_key: rsa.RSAPrivateKey, letter: Letter, tmp_path: Path
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there")
    private = rsa_key if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    above = certificate(private, tmp_path / "cert.pem")
    seal = load_smime_key(written(private, tmp_path / "key.pem"), above)
    dkim_key = load_dkim_key(written(rsa_key, tmp_path / "dkim.pem"), "mb")
    dressed = Dress(addresses={AGENCY.id: AGENCY.addresses[0]}, smime=seal, dkim=dkim_key).dressed(letter)
    assert passes(dressed.content, dkim_key)
    file = tmp_path / "mail.eml"
    for content, status in ((dressed.content, 0), (_changed(dressed.content), 4)):
        file.write_bytes(content)
        command = ("openssl", "cms", "-verify", "-in", str(file), "-CAfile", str(above), "-out", str(tmp_path / "out"))
        assert subprocess.run(command, capture_output=True, check=False).returncode == status
    read = message_from_bytes(dressed.content, policy=default)
    assert read["Subject"] == message_from_bytes(letter.content, policy=default)["Subject"]
    assert len(signed_entities(dressed.content, parse(dressed.content))) == 1


def _changed(content: bytes) -> bytes:
    """Change one octet of what is signed, inside its base64."""
    place = content.index(b"Content-Type: text/plain") + 120
    return content[:place] + (b"A" if content[place : place + 1] != b"A" else b"B") + content[place + 1 :]


def test_without_keys_a_letter_stays_as_it_is(letter: Letter) -> None:
    assert Dress(addresses={AGENCY.id: AGENCY.addresses[0]}).dressed(letter) == letter
    assert Dress().dressed(letter) == letter


def test_each_letter_has_a_return_address_of_its_own(letter: Letter) -> None:
    dress = Dress(addresses={AGENCY.id: AGENCY.addresses[0]}, bounces=Bounces.PLUS)
    sender = dress.dressed(letter).sender
    assert sender == return_address(AGENCY.addresses[0], letter.key)
    assert token_in_address(sender) == letter.token[:20]


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_is_none_stops_the_start(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match="DKIM key cannot be read"):
        load_dkim_key(path, "mb")
    with pytest.raises(Misconfigured, match="S/MIME key"):
        load_smime_key(path, path)


def test_a_key_of_a_kind_that_signs_no_mail_stops_the_start(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    path = written(ec.generate_private_key(ec.SECP256R1()), tmp_path / "ec.pem")
    with pytest.raises(Misconfigured, match="neither Ed25519 nor RSA"):
        load_dkim_key(path, "mb")
    with pytest.raises(Misconfigured, match="not of this key"):
        load_smime_key(path, certificate(rsa_key, tmp_path / "cert.pem"))


def test_nobody_reads_the_key_in_a_log(tmp_path: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    assert "PRIVATE" not in repr(load_dkim_key(written(rsa_key, tmp_path / "dkim.pem"), "mb"))
