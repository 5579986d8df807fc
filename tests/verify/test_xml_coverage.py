from __future__ import annotations

import pytest

from mailbridge.verify.signature import Change
from mailbridge.verify.verdict import PASSED
from mailbridge.verify.xml_core import Core
from mailbridge.verify.xml_coverage import extent_of
from mailbridge.verify.xml_judging import Extent
from mailbridge.verify.xml_reading import parse
from mailbridge.verify.xml_references import Covered
from mailbridge.verify.xml_signed_info import Reference
from tests.verify.builders_xml import DSIG

_REFERENCE = Reference(uri="#part", type=None, transforms=(), digest="sha256", value=b"")
_SIGNATURE = f'<Signature xmlns="{DSIG}"><SignedInfo/><SignatureValue>A</SignatureValue></Signature>'


def extent(document: str, *, is_packet: bool = True, wholly: bool = True) -> Extent:
    """Judge a document in which every element with the attribute `signed` is covered; S stands for the signature."""
    root = parse(document.replace("S/", _SIGNATURE).encode())
    covered = [each for each in root.iter("*") if each.attrib.pop("signed", "")]
    found = [Covered(reference=_REFERENCE, element=each, wholly=wholly) for each in covered]
    core = Core(element=next(root.iter("{*}Signature")), verdict=PASSED, covered=tuple(found))
    return extent_of(core, root, is_packet=is_packet)


@pytest.mark.parametrize(
    "document",
    [
        "<a signed='1'>text<b/>S/</a>",
        "<edXML><edXMLEnvelope signed='1'>text</edXMLEnvelope>S/</edXML>",
        "<edXML>\n <edXMLEnvelope><edXMLHeader><x signed='1'/>S/</edXMLHeader></edXMLEnvelope> <y signed='1'/></edXML>",
        "<Envelope Id='e'><Body><x signed='1'/></Body><!-- comment --><Header>S/</Header></Envelope>",
    ],
)
def test_documents_that_are_covered(document: str) -> None:
    assert extent(document) == Extent(whole=True)


@pytest.mark.parametrize(
    "document",
    [
        "<edXML><x signed='1'/><y/>S/</edXML>",
        "<edXML><x signed='1'/>text S/</edXML>",
        "<edXML>text<x signed='1'/>S/</edXML>",
        "<edXML a='b'><x signed='1'/>S/</edXML>",
        "<edXML><x signed='1'/><edXMLBody/>S/</edXML>",
        "<edXML><x signed='1'/><Attachment><y>text</y></Attachment>S/</edXML>",
        "<edXML>S/<Signature>text</Signature><x signed='1'/></edXML>",
        "<edXML>S/</edXML>",
        "<?xml-stylesheet href='a.xsl'?><edXML><x signed='1'/>S/</edXML>",
        "<edXML><x signed='1'/>S/</edXML><?xml-stylesheet href='a.xsl'?>",
        "<edXML><?page 2?><x signed='1'/>S/</edXML>",
    ],
)
def test_content_beside_what_is_covered(document: str) -> None:
    found = extent(document)
    assert (found.whole, found.change) == (False, Change.SUSPICIOUS)
    assert found.doubt is not None


def test_frames_of_other_documents_are_doubtful_but_not_suspicious() -> None:
    for document in ("<a><x signed='1'/>S/</a>", "<edXML><Other><x signed='1'/></Other>S/</edXML>"):
        found = extent(document)
        assert (found.whole, found.change) == (False, Change.NOTHING)
        assert found.doubt is not None
    assert not extent("<edXML><x signed='1'/>S/</edXML>", is_packet=False).whole


def test_what_is_covered_in_part_is_not_covered() -> None:
    assert extent("<a signed='1'>text S/</a>", wholly=False).change is Change.SUSPICIOUS


@pytest.mark.parametrize(
    "held",
    [
        "<Object>text</Object>",
        "<Object><x xmlns=''/></Object>",
        "<Object><Attachment/></Object>",
        "<KeyInfo>text</KeyInfo>",
        "<KeyInfo><KeyName>a</KeyName>text</KeyInfo>",
        "<MessageHeader xmlns=''/>",
    ],
)
def test_what_a_signature_may_not_hold_unsigned(held: str) -> None:
    document = "<a signed='1'>S/</a>".replace("S/", _SIGNATURE.replace("</Signature>", f"{held}</Signature>"))
    assert extent(document).change is Change.SUSPICIOUS


@pytest.mark.parametrize(
    "held", ["<KeyInfo><KeyName>a</KeyName></KeyInfo>", "<Object signed='1'>text</Object>", "<Object/>"]
)
def test_what_a_signature_may_hold(held: str) -> None:
    document = "<a signed='1'>S/</a>".replace("S/", _SIGNATURE.replace("</Signature>", f"{held}</Signature>"))
    assert extent(document) == Extent(whole=True)
