"""Signed XML for the tests: packets as edXML builders write them, and a signer of our own for XML-DSig and XAdES."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from tests.keys.pki import AT, Identity, make_pki

DSIG = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = DSIG + "enveloped-signature"
SIGNED_TYPE = "http://uri.etsi.org/01903#SignedProperties"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = DSIG + "sha1"
PACKET = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

_HASHES: dict[str, Any] = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_DIGESTS = {SHA1: "sha1", SHA256: "sha256", "http://www.w3.org/2001/04/xmlenc#sha512": "sha512"}


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference to be made; `part` are the octets of one that lies outside the document."""

    uri: str = ""
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE)
    digest: str = SHA256
    type: str | None = None
    part: bytes | None = None
    inner: str = ""


def packet(
    subject: str = "Về việc thử nghiệm", *, files: Sequence[bytes] = (b"%PDF-1.4 cong van", b"phu luc")
) -> bytes:
    """Write an unsigned packet."""
    attachments = "".join(
        f"<Attachment><ContentId>cid:{number}</ContentId><AttachmentName>tep{number}.pdf</AttachmentName>"
        f"<ContentTransferEncoded>{base64.b64encode(file).decode()}</ContentTransferEncoded></Attachment>"
        for number, file in enumerate(files)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{PACKET}" xmlns:edXML="{PACKET}">\n <edXMLEnvelope>\n'
        "  <edXMLHeader>\n   <edXML:MessageHeader><From><OrganId>H55.242</OrganId></From>"
        f"<DocumentId>H55.242,2026/05/30,12/SNV-VP</DocumentId><Subject>{subject}</Subject></edXML:MessageHeader>\n"
        "   <TraceHeaderList><Bussiness><BussinessDocType>0</BussinessDocType></Bussiness></TraceHeaderList>\n"
        '  </edXMLHeader>\n  <edXMLBody><edXMLManifest version="1.0"/></edXMLBody>\n </edXMLEnvelope>\n'
        f" <AttachmentEncoded>{attachments}</AttachmentEncoded>\n</edXML>\n"
    ).encode()


def sign(
    document: bytes,
    who: Identity,
    *,
    refs: Sequence[Ref] = (Ref(),),
    into: str = "edXMLHeader",
    method: str = RSA_SHA256,
    c14n: str = EXCLUSIVE,
    prefixes: str = "",
    claimed: datetime | None = None,
    named: Identity | None = None,
    tsa: Identity | None = None,
    objects: str = "",
    key_info: str | None = None,
    signed_id: str = "props",
    name: str = "sig",
) -> bytes:
    """
    Sign a document and put the signature into the first element of that local name (`into`), or take it as the root.

    Args:
        claimed: Adds XAdES properties with this time; `named` is the certificate that they name, the signer's if None.
        tsa: Adds a timestamp of the signature value.
        objects: XML of further `ds:Object` elements.
        name: Id of the signature, another for each of a file.
    """
    refs = list(refs)
    if claimed is not None:
        objects += _properties(claimed, named or who, signed_id, tsa is not None)
        refs.append(Ref(uri=f"#{signed_id}", transforms=(c14n,), type=SIGNED_TYPE))
    text = _signature_text(refs, who, method, c14n, prefixes, objects, key_info).replace('"sig"', f'"{name}"', 1)
    text = text.replace('Target="#sig"', f'Target="#{name}"')
    if document:
        root = etree.fromstring(document)
        place = next(each for each in root.iter("{*}" + into))
        place.append(etree.fromstring(text))
    else:
        root = etree.fromstring(text)
    root = etree.fromstring(etree.tostring(root.getroottree(), encoding="utf-8", xml_declaration=True))
    signature = next(each for each in root.iter(f"{{{DSIG}}}Signature") if each.get("Id") == name)
    info = signature.find(f"{{{DSIG}}}SignedInfo")
    assert info is not None
    for ref, element in zip(refs, info.iterfind(f"{{{DSIG}}}Reference"), strict=True):
        octets = ref.part if ref.part is not None else _referenced(root, signature, ref)
        value = element.find(f"{{{DSIG}}}DigestValue")
        assert value is not None
        value.text = base64.b64encode(hashlib.new(_DIGESTS[ref.digest], octets).digest()).decode()
    signature_value = signature.find(f"{{{DSIG}}}SignatureValue")
    assert signature_value is not None
    signature_value.text = base64.b64encode(sign_octets(who.key, method, canonical(info, c14n, prefixes))).decode()
    if tsa is not None:
        stamped = hashlib.sha256(canonical(signature_value, INCLUSIVE)).digest()
        place = next(signature.iter(f"{{{XADES}}}EncapsulatedTimeStamp"))
        place.text = base64.b64encode(_token(tsa, stamped)).decode()
    return etree.tostring(root.getroottree(), encoding="utf-8", xml_declaration=True)


def canonical(element: etree._Element, how: str, prefixes: str = "") -> bytes:
    """Write one element in canonical form."""
    alone = etree.fromstring(etree.tostring(element, encoding="utf-8", with_tail=False))
    octets: bytes = etree.tostring(
        alone,
        method="c14n",
        exclusive=how.startswith(EXCLUSIVE),
        with_comments="ithComments" in how,
        inclusive_ns_prefixes=prefixes.split() or None,
    )
    return octets


def sign_octets(key: Any, method: str, octets: bytes) -> bytes:
    """Make a signature value."""
    digest = _HASHES[(re.findall(r"sha(\d+)", method) or ["256"])[0]]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(digest)))
        length = (key.curve.key_size + 7) // 8
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")
    assert isinstance(key, rsa.RSAPrivateKey)
    if "MGF1" in method or method.endswith("rsa-pss"):
        return key.sign(octets, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(octets, padding.PKCS1v15(), digest)


@cache
def curve_identity() -> Identity:
    """Issue a certificate with a P-256 key."""
    return identity_with(ec.generate_private_key(ec.SECP256R1()))


def identity_with(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Identity:
    """Issue a certificate for another key, otherwise like that of the person."""
    pki = make_pki()
    template = pki.person.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(template.subject)
        .issuer_name(template.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
    )
    for extension in template.extensions:
        if not isinstance(extension.value, x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    certificate = builder.sign(pki.issuing.key, hashes.SHA256())
    return Identity(certificate=certificate, key=key, chain=pki.person.chain)


def _referenced(root: etree._Element, signature: etree._Element, ref: Ref) -> bytes:
    how = next((each for each in ref.transforms if each not in (ENVELOPED, DSIG + "base64")), INCLUSIVE)
    if ref.uri:
        found = [
            each
            for top in (signature, root)
            for each in top.iter("*")
            if ref.uri[1:] in (each.get("Id"), each.get("ID"), each.get("id"))
        ]
        if not found:
            return b""
        target = found[0]
        if DSIG + "base64" in ref.transforms:
            return base64.b64decode("".join(str(text) for text in target.itertext()))
        if ENVELOPED not in ref.transforms:
            return canonical(target, how)
    # Cut the signature out as text, so that the builder has a way of its own.
    whole = etree.tostring(root, encoding="unicode")
    begin = whole.index(f'<ds:Signature xmlns:ds="{DSIG}" Id="{signature.get("Id")}"')
    end = whole.index("</ds:Signature>", begin) + len("</ds:Signature>")
    cut = etree.fromstring(whole[:begin] + whole[end:])
    if ref.uri:
        cut = next(each for each in cut.iter("*") if ref.uri[1:] in (each.get("Id"), each.get("ID"), each.get("id")))
    return canonical(cut, how)


def _signature_text(
    refs: Sequence[Ref], who: Identity, method: str, c14n: str, prefixes: str, objects: str, key_info: str | None
) -> str:
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>' if prefixes else ""
    certificate = base64.b64encode(who.der).decode()
    known = key_info if key_info is not None else (
        f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
    )  # fmt: skip
    return (
        f'<ds:Signature xmlns:ds="{DSIG}" Id="sig"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}">{listed}</ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}"/>{"".join(_reference_text(ref) for ref in refs)}</ds:SignedInfo>'
        f"<ds:SignatureValue/><ds:KeyInfo>{known}</ds:KeyInfo>{objects}</ds:Signature>"
    )


def _reference_text(ref: Ref) -> str:
    steps = "".join(f'<ds:Transform Algorithm="{each}">{ref.inner}</ds:Transform>' for each in ref.transforms)
    listed = f"<ds:Transforms>{steps}</ds:Transforms>" if steps else ""
    kind = f' Type="{ref.type}"' if ref.type else ""
    return (
        f'<ds:Reference URI="{ref.uri}"{kind}>{listed}<ds:DigestMethod Algorithm="{ref.digest}"/>'
        "<ds:DigestValue/></ds:Reference>"
    )


def _properties(claimed: datetime, named: Identity, signed_id: str, stamped: bool) -> str:
    digest = base64.b64encode(hashlib.sha256(named.der).digest()).decode()
    proof = (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
        f'<ds:CanonicalizationMethod Algorithm="{INCLUSIVE}"/><xades:EncapsulatedTimeStamp/>'
        "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )
    return (
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#sig">'
        f'<xades:SignedProperties Id="{signed_id}"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{claimed:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>"
        f'<xades:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{digest}</ds:DigestValue>'
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        f"</xades:SignedProperties>{proof if stamped else ''}</xades:QualifyingProperties></ds:Object>"
    )


def _token(tsa: Identity, digest: bytes) -> bytes:
    from asn1crypto import algos, core, keys, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = keys.PrivateKeyInfo.load(
        tsa.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # it has no types
    store.register_multiple(
        [asn1.Certificate.load(link.public_bytes(serialization.Encoding.DER)) for link in tsa.chain]
    )
    stamper = DummyTimeStamper(
        asn1.Certificate.load(tsa.der), key, certs_to_embed=store, fixed_dt=AT - timedelta(minutes=30)
    )
    asked = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": tsp.MessageImprint(
                {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
            ),
            "nonce": core.Integer(7),
            "cert_req": True,
        }
    )
    octets: bytes = stamper.request_tsa_response(asked)["time_stamp_token"].dump()
    return octets
