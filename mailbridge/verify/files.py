"""Which files can be signed in themselves, and who judges which: the one table of formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbridge.mail.filetype import EDXML, ENVELOPE, PDF, SIGNATURE, XML
from mailbridge.mail.message import Part
from mailbridge.mail.smime import unarmoured
from mailbridge.verify.beside import Beside
from mailbridge.verify.evidence import Trust
from mailbridge.verify.signature import SignatureStatus

_OOXML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_CMS = frozenset({SIGNATURE, ENVELOPE, "application/x-pkcs7-signature", "application/x-pkcs7-mime"})
_XML = frozenset({XML, EDXML, "text/xml"})

FORMATS = frozenset({"pades", "cades", "xades", "xmldsig", "ooxml", "odf", "cms"})
"""The words of CONTRACT.md for the format of a signature."""

# What stands in a signed file as it is: in a PDF which octets are covered (ISO 32000-1 §12.8.1), in a ZIP the names of
# its members, in XML the name space of signatures, by one octet or two a letter.
_BYTE_RANGE = b"/ByteRange"
_SIGNED_OOXML = b"_xmlsignatures/"
_SIGNED_OPEN_DOCUMENT = b"META-INF/documentsignatures.xml"
_XML_SPACES = tuple("xmldsig#".encode(charset) for charset in ("ascii", "utf-16-le", "utf-16-be"))
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_HEAD = 400


def is_plainly_signed(part: Part) -> bool:
    """
    Say whether there is something to judge in a file, by a look that costs next to nothing.

    A PDF may hide it (in object streams): what its reader finds there counts too.
    """
    match format_of(part.type):
        case "pades":
            return _BYTE_RANGE in part.content
        case "ooxml":
            return _SIGNED_OOXML in part.content
        case "odf":
            return _SIGNED_OPEN_DOCUMENT in part.content
        case "xmldsig":
            return any(space in part.content for space in _XML_SPACES)
        case "cms":
            return part.type == SIGNATURE or _SIGNED_DATA in unarmoured(part.content[:_HEAD])
        case _:
            return False


def format_of(media_type: str) -> str | None:
    """Return the word of CONTRACT.md for signatures in files of this type; None when they can have none."""
    if media_type == PDF:
        return "pades"
    if media_type.startswith(_OOXML):
        return "ooxml"
    if media_type.startswith(_OPEN_DOCUMENT):
        return "odf"
    if media_type in _XML or (media_type.endswith("+xml") and media_type != "image/svg+xml"):
        return "xmldsig"
    return "cms" if media_type in _CMS else None


def judge_file(
    part: str,
    type: str,  # noqa: A002 - the name of the field of `Part`
    name: str | None,
    content: bytes,
    beside: Sequence[Beside],
    trust: Trust,
    at: datetime,
) -> tuple[SignatureStatus, ...]:
    """
    Judge every signature of a file of any kind, without any question to the network.

    Args:
        part: Index of the part, for the results.
        type: Of the content, as `identify` says it.
        beside: The files that came with it, for signatures that stand apart from what they sign.
        at: The moment to judge for (aware): the receipt of the mail.

    Returns:
        () for a file without signatures, or of a kind that has none.

    Raises nothing but `MemoryError`.
    """
    match format_of(type):
        case "pades":
            from mailbridge.verify.pdf import judge_pdf

            return judge_pdf(part, content, trust, at)
        case "ooxml":
            from mailbridge.verify.ooxml import judge_ooxml

            return judge_ooxml(part, content, trust, at)
        case "odf":
            from mailbridge.verify.odf import judge_odf

            return judge_odf(part, content, trust, at)
        case "xmldsig":
            from mailbridge.verify.xml_signature import judge_xml

            return judge_xml(part, content, trust, at)
        case "cms":
            from mailbridge.verify.cms import judge_cms

            return judge_cms(part, content, trust, at, beside=beside, name=name)
        case _:
            return ()
