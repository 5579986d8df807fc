"""
What of a document stands outside a signature (XML signature wrapping).

A signature vouches for the elements that it refers to and for nothing else. Programs find elements by their names,
wherever these stand, so that one unsigned element beside, around or inside the signature is enough to be read in the
place of a signed one. Hence the rule: everything in the document is signed, or is a part of a signature that nobody
could read as something else, or is one of the envelopes that hold nothing themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbridge.verify.signature import Change
from mailbridge.verify.verdict import unclear
from mailbridge.verify.xades import VERSIONS, XADES_141
from mailbridge.verify.xml_canonical import EXCLUSIVE
from mailbridge.verify.xml_core import Core
from mailbridge.verify.xml_judging import Extent, unsigned_content
from mailbridge.verify.xml_reading import DSIG, is_id, local_name, namespace

if TYPE_CHECKING:
    from lxml.etree import _Element

# The envelopes of an edXML packet (QCVN 102:2016/BTTTT), and those of SOAP that older ones stand in.
_ENVELOPES = frozenset({"edXML", "edXMLEnvelope", "edXMLHeader", "edXMLBody", "Envelope", "Header", "Body"})
_DSIG_NAMES = (
    "Signature SignedInfo CanonicalizationMethod SignatureMethod HMACOutputLength Reference Transforms Transform "
    "DigestMethod DigestValue SignatureValue KeyInfo KeyName KeyValue RSAKeyValue Modulus Exponent X509Data "
    "X509IssuerSerial X509IssuerName X509SerialNumber X509SKI X509SubjectName X509Certificate X509CRL Object"
)
_XADES_NAMES = (
    "QualifyingProperties UnsignedProperties UnsignedSignatureProperties SignatureTimeStamp EncapsulatedTimeStamp "
    "CertificateValues EncapsulatedX509Certificate RevocationValues CRLValues EncapsulatedCRLValue OCSPValues "
    "EncapsulatedOCSPValue CompleteCertificateRefs CompleteRevocationRefs CertRefs Cert CertDigest IssuerSerial "
    "CRLRefs CRLRef DigestAlgAndValue CRLIdentifier Issuer IssueTime Number OCSPRefs OCSPRef OCSPIdentifier "
    "ResponderID ByName ByKey ProducedAt SigAndRefsTimeStamp RefsOnlyTimeStamp ArchiveTimeStamp CounterSignature "
    "SignedProperties SignedSignatureProperties SigningTime SigningCertificate SigningCertificateV2 IssuerSerialV2 "
    "SignaturePolicyIdentifier SignaturePolicyImplied SignedDataObjectProperties DataObjectFormat Description MimeType "
    "Include HashDataInfo AttrAuthoritiesCertValues AttributeRevocationValues AttributeCertificateRefs "
    "AttributeRevocationRefs"
)
_XADES_LATER_NAMES = (
    "TimeStampValidationData ArchiveTimeStamp CertificateValues RevocationValues CompleteCertificateRefsV2 CertRefsV2 "
    "AttributeCertificateRefsV2 SigAndRefsTimeStampV2 RefsOnlyTimeStampV2 RenewedDigests RecomputedDigestValue"
)
_SIGNATURES = {
    DSIG: frozenset(_DSIG_NAMES.split()),
    EXCLUSIVE: frozenset({"InclusiveNamespaces"}),
    "http://www.w3.org/2009/xmldsig11#": frozenset({"ECKeyValue", "NamedCurve", "PublicKey", "X509Digest"}),
    "http://www.w3.org/2007/05/xmldsig-more#": frozenset(
        {"RSAPSSParams", "MaskGenerationFunction", "SaltLength", "TrailerField"}
    ),
    **dict.fromkeys(VERSIONS, frozenset(_XADES_NAMES.split())),
    XADES_141: frozenset(_XADES_LATER_NAMES.split()),
}
# These may hold anything, so that what they hold must be signed.
_HOLDERS = frozenset({"Object", "KeyInfo", "X509Data", "Transform", "Transforms", "KeyValue"})


def extent_of(core: Core, root: _Element, *, is_packet: bool) -> Extent:
    """
    Say how much of a document one signature covers.

    Args:
        is_packet: It is edXML, whose envelopes need no signature of their own: they have fixed names and no content.
    """
    if not core.covered:
        return unsigned_content("content of the file is not covered by the signature")
    covered = {id(each.element) for each in core.covered if each.wholly and each.element is not None}
    frames = 0
    waiting: list[_Element] = [root]
    if _has_instruction_outside(core, root):
        return unsigned_content("content of the file is not covered by the signature")
    while waiting:
        element = waiting.pop()
        if not local_name(element):
            if _is_instruction(element):
                return unsigned_content("content of the file is not covered by the signature")
            continue
        if element.tag == f"{{{DSIG}}}Signature":
            strange = _strange(element, covered)
            if strange:
                return unsigned_content("the signature holds content that is not covered by it")
            continue
        if id(element) in covered:
            # The signature was left out of what it covers; it may stand in here.
            waiting.extend(each for each in _ancestor_of(core.element, element))
            continue
        if _has_content(element):
            return unsigned_content("content of the file is not covered by the signature")
        frames += not (is_packet and local_name(element) in _ENVELOPES)
        waiting.extend(element)
    if not frames:
        return Extent(whole=True)
    reason = "the elements around what is signed are not covered by the signature"
    return Extent(whole=False, change=Change.NOTHING, doubt=unclear("SIG_CONSTRAINTS_FAILURE", reason))


def _has_instruction_outside(core: Core, root: _Element) -> bool:
    """Say whether an unsigned instruction stands beside the root: a style sheet shows a reader whatever it wants."""
    if any(each.reference.uri == "" and each.wholly for each in core.covered):
        return False
    beside = (*root.itersiblings(preceding=True), *root.itersiblings())
    return any(_is_instruction(each) for each in beside)


def _is_instruction(element: _Element) -> bool:
    """Say whether this is a processing instruction; comments are seen by nobody."""
    from lxml import etree

    return isinstance(element, etree._ProcessingInstruction)


def _ancestor_of(signature: _Element, element: _Element) -> list[_Element]:
    return [signature] if any(each is element for each in signature.iterancestors()) else []


def _has_content(element: _Element) -> bool:
    """Say whether an unsigned element holds something itself, or is there only to be seen."""
    if (element.text or "").strip() or any((each.tail or "").strip() for each in element):
        return True
    if any(not (isinstance(name, str) and is_id(name)) for name in element.attrib):
        return True
    return not any(isinstance(each.tag, str) for each in element)


def _strange(signature: _Element, covered: set[int]) -> bool:
    """Say whether a signature holds, unsigned, what a reader could take for something else."""
    waiting = [signature]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or (id(element) in covered and element is not signature):
            continue
        if local_name(element) not in _SIGNATURES.get(namespace(element), frozenset()):
            return True
        holds_text = (element.text or "").strip() or any((each.tail or "").strip() for each in element)
        if holds_text and (local_name(element) in _HOLDERS or len(element)):
            return True
        waiting.extend(element)
    return False
