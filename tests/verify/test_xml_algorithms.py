from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from mailbridge.verify.xml_algorithms import Scheme, SignatureMethod, digest_name, fits, signature_method
from mailbridge.verify.xml_reading import Finding
from tests.keys.pki import Identity, make_pki
from tests.verify.builders_xml import DSIG, curve_identity, sign_octets

_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"


def method(uri: str, inner: str = "") -> SignatureMethod:
    return signature_method(
        etree.fromstring(f'<a xmlns:d="{DSIG}" xmlns:p="{_MORE_2007}" Algorithm="{uri}">{inner}</a>')
    )


def key_of(who: Identity) -> bytes:
    return who.certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.parametrize(
    ("uri", "who"),
    [
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "rsa"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "rsa"),
        (DSIG + "rsa-sha1", "rsa"),
        (_MORE_2007 + "sha256-rsa-MGF1", "rsa"),
        (_MORE_2007 + "sha512-rsa-MGF1", "rsa"),
        (_MORE_2007 + "rsa-pss", "rsa"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "curve"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "curve"),
    ],
)
def test_values_fit_their_octets_and_nothing_else(uri: str, who: str) -> None:
    right, wrong = (make_pki().person, curve_identity()) if who == "rsa" else (curve_identity(), make_pki().person)
    value = sign_octets(right.key, uri, b"signed")
    assert fits(method(uri), key_of(right), value, b"signed")
    assert not fits(method(uri), key_of(right), value, b"other")
    assert not fits(method(uri), key_of(right), value + b"\0", b"signed")
    assert not fits(method(uri), key_of(right), b"", b"signed")
    with pytest.raises(Finding):
        fits(method(uri), key_of(wrong), value, b"signed")


def test_a_point_written_in_asn1_is_not_what_xml_asks_for() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    who = curve_identity()
    key = who.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    value = key.sign(b"signed", ec.ECDSA(hashes.SHA256()))
    assert not fits(SignatureMethod(scheme=Scheme.ECDSA, digest="sha256"), key_of(who), value, b"signed")


def test_parameters_of_the_probabilistic_padding() -> None:
    inner = (
        f'<p:RSAPSSParams><d:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>'
        f'<p:MaskGenerationFunction Algorithm="{_MORE_2007}MGF1"><d:DigestMethod Algorithm="{DSIG}sha1"/>'
        "</p:MaskGenerationFunction><p:SaltLength>20</p:SaltLength><p:TrailerField>1</p:TrailerField></p:RSAPSSParams>"
    )
    read = method(_MORE_2007 + "rsa-pss", inner)
    assert read == SignatureMethod(scheme=Scheme.PSS, digest="sha512", mask="sha1", salt=20)
    for old, new in (("<p:SaltLength>20", "<p:SaltLength>-1"), ("Field>1", "Field>2"), ("#MGF1", "#MGF9")):
        with pytest.raises(Finding):
            method(_MORE_2007 + "rsa-pss", inner.replace(old, new))


@pytest.mark.parametrize(
    "uri", [DSIG + "hmac-sha1", DSIG + "dsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "urn:x", ""]
)
def test_methods_that_are_refused(uri: str) -> None:
    with pytest.raises(Finding):
        method(uri)


def test_digests() -> None:
    assert digest_name(etree.fromstring(f'<a Algorithm="{_MORE_2007}sha3-256"/>')) == "sha3_256"
    for uri in ("http://www.w3.org/2001/04/xmldsig-more#md5", "urn:x"):
        with pytest.raises(Finding):
            digest_name(etree.fromstring(f'<a Algorithm="{uri}"/>'))
