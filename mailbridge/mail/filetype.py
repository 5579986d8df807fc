"""
What a file is, told by its octets.

Names and declared types are claims of a stranger: a PDF comes as application/octet-stream, a web page as .doc. Only
among kinds of text, which look alike, may the declared type speak. Every search is bounded, so that a large or a
hostile file costs no more than a small one.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from mailbridge.mail.containers import ole_type, zip_type

PDF = "application/pdf"
RTF = "application/rtf"
XML = "application/xml"
EDXML = "application/edxml+xml"  # not registered; QCVN 102:2016/BTTTT names none
SIGNATURE = "application/pkcs7-signature"
ENVELOPE = "application/pkcs7-mime"
WEB_ARCHIVE = "application/x-mimearchive"
WINMAIL = "application/vnd.ms-tnef"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
CABINET = "application/vnd.ms-cab-compressed"
TAR = "application/x-tar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
MAIL = "message/rfc822"
UNKNOWN = "application/octet-stream"

_HEAD = 4096
_TAR_HEADER = 512
# ISO 32000-1 annex H.3.4.1: readers accept a PDF whose header stands somewhere within the first 1024 octets.
_PDF_JUNK = 1024
_PDF_HEADER = re.compile(rb"%PDF-\d\.\d")
# Bounded, or a long run of digits would be tried from each of them on.
_PDF_OBJECT = re.compile(rb"\d{1,10}\s{1,8}\d{1,5}\s{1,8}obj\b")

# Signatures at the very start that need no second look.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b\x08", GZIP),
    (b"\xfd7zXZ\x00", XZ),
    (b"MSCF\x00\x00\x00\x00", CABINET),
    (b"\x78\x9f\x3e\x22", WINMAIL),
)
# Signatures that stand further in, or that are too short to be believed without what follows.
_FURTHER: tuple[tuple[re.Pattern[bytes], str], ...] = (
    # A block of bzip2 begins with the digits of pi, an empty file ends with those of its square root.
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"), BZIP2),
    (re.compile(rb"RIFF....WEBP", re.S), "image/webp"),
    (re.compile(rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.S), "image/heic"),
    (re.compile(rb"....ftypavi[fs]", re.S), "image/avif"),
    (re.compile(rb"BM....\0\0\0\0....[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.S), "image/bmp"),
)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Object identifiers 1.2.840.113549.1.7.n (RFC 5652), DER: 2 signed, 3 enveloped, and other content types.
_CMS_OID = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07(.)", re.S
)
_CMS_OID_SIGNED = b"\x02"
# 1.2.840.113549.1.9.16.1.9 compressed (RFC 3274), .23 authenticated and enveloped (RFC 5083).
_CMS_OID_LATER = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01[\x09\x17]",
    re.S,
)
_PEM_CMS = re.compile(rb"\s*-----BEGIN (?:PKCS7|PKCS #7 SIGNED DATA|CMS)-----\s*([A-Za-z0-9+/=\s]+)")
# The same without the lines around it: a SEQUENCE whose length takes two or three octets, or is indefinite.
_BARE_CMS = re.compile(rb"\s*(MI[AIMQ][A-Za-z0-9+/=\s]{60,})")
_EDXML_SPACE = re.compile(r"xmlns(?::[\w.-]+)?\s*=\s*[\"']https?://www\.mic\.gov\.vn/TBT/QCVN_102", re.I)

_XML_ROOT = re.compile(r"<(?![?!])(?:([\w.-]+):)?([\w.-]+)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|table|div|p|span|font|style|script|br|h[1-6])\b", re.I
)
_MIME_TEXT = re.compile(r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:\s*1\.0", re.I)
_TEXT_TYPE = re.compile(r"text/[a-z0-9][a-z0-9.+-]*")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Some Vietnamese charsets of the time before Unicode (VISCII, VNI) use a few of the control codes as letters.
_MOST_CONTROLS = 0.02


def identify(content: bytes, name: str | None = None, declared: str | None = None) -> str:
    """
    Return the media type of a file, lower case; "application/octet-stream" when nothing fits.

    Args:
        name: Only its ending is looked at, and only to tell a mail (.eml) from other text.
        declared: The Content-Type of the part without parameters; believed among text/* and for message/rfc822.

    Raises nothing.
    """
    claimed = (declared or "").strip().lower()
    return _by_signature(content) or _by_text(content, (name or "").lower(), claimed) or _by_table(content)


def _by_signature(content: bytes) -> str | None:
    head = content[:_HEAD]
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    for pattern, found in _FURTHER:
        if pattern.match(head):
            return found
    if is_tar(content):
        return TAR
    if head.startswith(_ZIP_STARTS):
        return zip_type(content)
    if head.startswith(_OLE_START):
        return ole_type(content)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower() == b"{\\rtf":
        return RTF
    return _cms_type(head) or (PDF if _is_pdf_behind_junk(content) else None)


def is_tar(content: bytes) -> bool:
    """Say whether this is a tar: by the mark of POSIX or GNU and the sum of its first header, or the sum alone."""
    head = content[:_TAR_HEADER]
    if len(head) < _TAR_HEADER or not head[0]:
        return False
    stated = head[148:156].strip(b" \0")
    if not stated.isdigit() or not set(stated) <= set(b"01234567"):
        return False
    return int(stated, 8) == sum(head) - sum(head[148:156]) + 8 * ord(" ")


def _is_pdf_behind_junk(content: bytes) -> bool:
    """Say whether a PDF begins within the first kilobyte; a text that only speaks of "%PDF-1.4" has no objects."""
    header = _PDF_HEADER.search(content, 0, _PDF_JUNK + len(b"%PDF-1.7"))
    return header is not None and _PDF_OBJECT.search(content, header.end(), header.end() + _HEAD) is not None


def _cms_type(head: bytes) -> str | None:
    """Tell a detached signature from CMS that carries something (RFC 5652 §5.1, RFC 8551 §3.2)."""
    pem = _PEM_CMS.match(head) or _BARE_CMS.match(head)
    if pem is not None:
        letters = b"".join(pem.group(1).split())
        try:
            head = base64.b64decode(letters[: len(letters) // 4 * 4])
        except (binascii.Error, ValueError):
            return None
    start = _CMS_OID.match(head)
    if start is None:
        return ENVELOPE if _CMS_OID_LATER.match(head) else None
    if start.group(1) != _CMS_OID_SIGNED:
        return ENVELOPE
    # [0], SEQUENCE, version, set of digest algorithms, then SEQUENCE { content type, [0] content OPTIONAL }: the
    # content type is the next OID of this family; what follows within the sequence is the content.
    inner = head.find(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", start.end())
    if inner < 2:
        return ENVELOPE
    is_empty = head[inner - 2 : inner] == b"\x30\x0b"
    # The same with indefinite lengths (BER), which some signing programs write.
    ends_at_once = head[inner - 2 : inner] == b"\x30\x80" and head[inner + 11 : inner + 13] == b"\x00\x00"
    return SIGNATURE if is_empty or ends_at_once else ENVELOPE


def _by_text(content: bytes, name: str, declared: str) -> str | None:
    text = _text(content)
    if text is None:
        return None
    if declared == MAIL or (name.endswith(".eml") and _TEXT_TYPE.fullmatch(declared) is None):
        return MAIL
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        found = _markup_type(start)
        return EDXML if found == XML and name.endswith(".edxml") else found
    if _MIME_TEXT.match(start) and "multipart/related" in start.lower():
        return WEB_ARCHIVE
    for mark, found in (("BEGIN:VCALENDAR", "text/calendar"), ("BEGIN:VCARD", "text/vcard")):
        if start[:20].upper().startswith(mark):
            return found
    return declared if _TEXT_TYPE.fullmatch(declared) else "text/plain"


def _markup_type(start: str) -> str:
    start = _COMMENT.sub("", start).lstrip()
    root = _XML_ROOT.search(start)
    local = root.group(2).lower() if root else ""
    if local in {"edxml", "edxmlenvelope"} or (local == "envelope" and _EDXML_SPACE.search(start)):
        return EDXML
    if local == "svg":
        return "image/svg+xml"
    if _HTML.match(start) or local == "html":
        return "text/html"
    if start.startswith("<?xml"):
        return XML
    return "text/html" if _HTML.search(start) else XML if root else "text/plain"


def _text(content: bytes) -> str | None:
    """Return the first kilobytes as text; None when they, or those at the end, are not text."""
    head, tail = content[:_HEAD], content[-_HEAD:]
    if not content:
        return None
    for mark, charset in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            decoded = head[len(mark) :].decode(charset, errors="ignore")
            return decoded if _is_clean(decoded) else None
    if b"\0" in head or b"\0" in tail:
        return None
    decoded = head.decode("latin-1")
    return decoded if _is_clean(decoded) and _is_clean(tail.decode("latin-1")) else None


def _is_clean(text: str) -> bool:
    # The second half of the control codes holds letters in windows charsets and in UTF-8 read as latin-1.
    # DOS ends a text with Ctrl-Z.
    text = text.rstrip("\x1a")
    controls = sum(1 for c in text if unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" and c < "\x80")
    return controls <= _MOST_CONTROLS * len(text)


def _by_table(content: bytes) -> str:
    """Ask puremagic's table for what is left: other pictures, sound, programs."""
    import puremagic

    if not content:
        return UNKNOWN
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    # Two or three octets in common are chance; what has its own branch above was not found there, so it is not that.
    own = {PDF, RTF, XML, "application/zip", "application/msword", "text/plain", "text/html"}
    for match in found:
        media_type = str(match.mime_type).lower()
        if len(match.byte_match) >= 4 and "/" in media_type and media_type not in own:
            return media_type
    return UNKNOWN
