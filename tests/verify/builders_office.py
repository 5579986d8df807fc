"""Signed office files for the tests: a small Word package and a small OpenDocument text, signed as programs do."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from lxml import etree

from tests.keys.pki import Identity
from tests.verify.builders_xml import DSIG, INCLUSIVE, SHA256, Ref, canonical, sign

_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SIGNATURES = "http://schemas.openxmlformats.org/package/2006/digital-signature"
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

Entries = dict[str, bytes]


def link(number: str, kind: str, target: str, *, external: bool = False, base: str = _OFFICE) -> str:
    """Write one relationship."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{number}" Type="{base}/{kind}" Target="{target}"{mode}/>'


def links(*relationships: str) -> bytes:
    """Write a part of relationships."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONSHIP}">\n'
        + "\n".join(relationships)
        + "</Relationships>"
    ).encode()


def docx(body: str = "<w:p><w:r><w:t>Công văn số 12/SNV-VP</w:t></w:r></w:p>") -> Entries:
    """Make the entries of an unsigned Word file with a header, a picture and a hyperlink."""
    types = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{_RELATIONSHIPS_TYPE}"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{_WORD}.header+xml"/>'
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>"
    )
    return {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": links(
            link("rId2", "metadata/core-properties", "docProps/core.xml", base=_RELATIONSHIP),
            link("rId1", "officeDocument", "word/document.xml"),
        ),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode(),
        "word/_rels/document.xml.rels": links(
            link("rId2", "header", "header1.xml"),
            link("rId1", "styles", "styles.xml"),
            link("rId10", "image", "media/image1.png"),
            link("rId4", "hyperlink", "https://backan.mailbridge.invalid/", external=True),
        ),
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}"/>'.encode(),
        "word/header1.xml": f'<w:hdr xmlns:w="{WORD}"/>'.encode(),
        "word/media/image1.png": b"\x89PNG\r\n\x1a\n picture",
        "docProps/core.xml": b"<coreProperties/>",
    }


def pack(entries: Mapping[str, bytes] | Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a ZIP; the entry "mimetype" is stored."""
    out = io.BytesIO()
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, octets in pairs:
            how = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 30, 9, 0, 0)), octets, how)
    return out.getvalue()


def sign_docx(
    entries: Entries,
    who: Identity,
    *,
    leave: Collection[str] = (),
    leave_links: Collection[tuple[str, str]] = (),
    claimed: datetime | None = None,
    tsa: Identity | None = None,
    xades: bool = True,
    number: int = 1,
    libreoffice: bool = False,
) -> Entries:
    """
    Sign the entries as Office does: everything but the property sheet, links by the relationship transform.

    Args:
        leave: Entries left out of the manifest.
        leave_links: Relationships left out, as (entry, id).
        libreoffice: Do the relationship transform as LibreOffice does it.
    """
    references = "".join(
        _part_reference(entries, name, {each for where, each in leave_links if where == name}, libreoffice)
        for name in entries
        if name not in leave and not name.startswith(("docProps/", "_xmlsignatures/", "[", "customXml/"))
    )
    time = f"{claimed:%Y-%m-%dT%H:%M:%SZ}" if claimed else "2026-06-01T00:00:00Z"
    objects = (
        f'<ds:Object Id="idPackageObject"><ds:Manifest>{references}</ds:Manifest><ds:SignatureProperties>'
        '<ds:SignatureProperty Id="idSignatureTime" Target="#idPackageSignature">'
        f'<mdssi:SignatureTime xmlns:mdssi="{_SIGNATURES}"><mdssi:Format>YYYY-MM-DDThh:mm:ssTZD</mdssi:Format>'
        f"<mdssi:Value>{time}</mdssi:Value></mdssi:SignatureTime></ds:SignatureProperty></ds:SignatureProperties>"
        '</ds:Object><ds:Object Id="idOfficeObject"><ds:SignatureProperties/></ds:Object>'
    )
    signature = sign(
        b"",
        who,
        refs=[
            Ref(uri="#idPackageObject", transforms=(), type=DSIG + "Object"),
            Ref(uri="#idOfficeObject", transforms=(), type=DSIG + "Object"),
        ],
        c14n=INCLUSIVE,
        objects=objects,
        claimed=claimed if xades else None,
        tsa=tsa,
        name="idPackageSignature",
    )
    return attach(entries, signature, number=number)


def attach(entries: Entries, signature: bytes, *, number: int = 1) -> Entries:
    """Put a signature part into a package, with the links that lead to it."""
    made = dict(entries)
    base = f"{_RELATIONSHIP}/digital-signature"
    if number == 1:
        origin = link("rIdS", "origin", "_xmlsignatures/origin.sigs", base=base)
        made["_rels/.rels"] = made["_rels/.rels"].replace(b"</Relationships>", origin.encode() + b"</Relationships>")
        made["_xmlsignatures/origin.sigs"] = b""
        made["[Content_Types].xml"] = made["[Content_Types].xml"].replace(
            b"</Types>",
            b'<Default Extension="sigs" ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/>'
            b"</Types>",
        )
    kind = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"
    made["[Content_Types].xml"] = made["[Content_Types].xml"].replace(
        b"</Types>", f'<Override PartName="/_xmlsignatures/sig{number}.xml" ContentType="{kind}"/></Types>'.encode()
    )
    made[f"_xmlsignatures/sig{number}.xml"] = signature
    made["_xmlsignatures/_rels/origin.sigs.rels"] = links(
        *(link(f"rId{each}", "signature", f"sig{each}.xml", base=base) for each in range(1, number + 1))
    )
    return made


def odt(body: str = "<text:p>Công văn số 12/SNV-VP</text:p>") -> Entries:
    """Make the entries of an unsigned OpenDocument text with a picture."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    spaces = (
        f'xmlns:office="{office}" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    kind = "application/vnd.oasis.opendocument.text"
    return {
        "mimetype": kind.encode(),
        "content.xml": f"<office:document-content {spaces}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>".encode(),
        "styles.xml": f"<office:document-styles {spaces}/>".encode(),
        "meta.xml": f"<office:document-meta {spaces}/>".encode(),
        "Pictures/dấu đỏ.png": b"\x89PNG\r\n\x1a\n picture",
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/"'
            f' manifest:media-type="{kind}"/></manifest:manifest>'
        ).encode(),
    }


def sign_odt(
    entries: Entries,
    who: Identity,
    *,
    leave: Collection[str] = (),
    claimed: datetime,
    xades: bool = True,
    name: str = "sig",
    signed_id: str | None = None,
) -> Entries:
    """Sign the entries as LibreOffice does; a second signature (another `name`) stands beside the first."""
    where = "META-INF/documentsignatures.xml"
    refs = [_entry_reference(each, octets) for each, octets in entries.items() if each != where and each not in leave]
    refs.append(Ref(uri=f"#date-{name}", transforms=()))
    objects = (
        f'<ds:Object><ds:SignatureProperties><ds:SignatureProperty Id="date-{name}" Target="#{name}">'
        f'<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">{claimed:%Y-%m-%dT%H:%M:%S.250000000Z}</dc:date>'
        "</ds:SignatureProperty></ds:SignatureProperties></ds:Object>"
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0"
    before = entries.get(where) or f'<document-signatures xmlns="{space}" version="1.2"/>'.encode()
    signed = sign(
        before,
        who,
        refs=refs,
        into="document-signatures",
        c14n=INCLUSIVE,
        objects=objects,
        claimed=claimed if xades else None,
        signed_id=signed_id or f"props-{name}",
        name=name,
    )
    return {**entries, where: signed}


def _entry_reference(name: str, octets: bytes) -> Ref:
    uri = quote(name)
    if name.endswith(".xml"):
        return Ref(uri=uri, transforms=(INCLUSIVE,), part=canonical(etree.fromstring(octets), INCLUSIVE))
    return Ref(uri=uri, transforms=(), part=octets)


def _part_reference(entries: Entries, name: str, left: Collection[str], libreoffice: bool) -> str:
    if name.endswith(".rels"):
        return _links_reference(entries, name, left, libreoffice)
    override = re.search(
        rf'PartName="/{re.escape(name)}" ContentType="([^"]+)"', entries["[Content_Types].xml"].decode()
    )
    default = re.search(
        rf'Extension="{name.rpartition(".")[2]}" ContentType="([^"]+)"', entries["[Content_Types].xml"].decode()
    )
    found = override or default
    kind = found.group(1) if found else ""
    return _reference(f"/{name}?ContentType={kind}", "", entries[name])


def _links_reference(entries: Entries, name: str, left: Collection[str], libreoffice: bool) -> str:
    unsigned = ("core-properties", "digital-signature/origin")
    chosen = [
        each
        for each in etree.fromstring(entries[name])
        if not each.get("Type", "").endswith(unsigned) and each.get("Id") not in left
    ]
    ids = "".join(
        f'<mdssi:RelationshipReference xmlns:mdssi="{_SIGNATURES}" SourceId="{each.get("Id")}"/>' for each in chosen
    )
    made = "".join(
        f'<Relationship Id="{each.get("Id")}" Target="{each.get("Target")}"'
        f' TargetMode="{each.get("TargetMode", "Internal")}" Type="{each.get("Type")}"></Relationship>'
        for each in sorted(chosen, key=lambda each: each.get("Id", ""))
    )
    if libreoffice:
        # It takes every blank between the relationships for an element of its own, and writes those first.
        made = "<text></text>" * len(re.findall(r">\s+<", entries[name].decode().partition("?>")[2].strip())) + made
    octets = f'<Relationships xmlns="{_RELATIONSHIP}">{made}</Relationships>'.encode()
    transform = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
    steps = (
        f'<ds:Transforms><ds:Transform Algorithm="{transform}">{ids}</ds:Transform>'
        f'<ds:Transform Algorithm="{INCLUSIVE}"/></ds:Transforms>'
    )
    return _reference(f"/{name}?ContentType={_RELATIONSHIPS_TYPE}", steps, octets)


def _reference(uri: str, steps: str, octets: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(octets).digest()).decode()
    return (
        f'<ds:Reference URI="{uri}">{steps}<ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
