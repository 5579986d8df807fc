"""
Octets to `Message`. Bad mail is read as far as it goes; what is wrong becomes a defect, never an exception.

The header is split here, because the octets of each field are evidence and because the library needs seconds for a
hostile address list; `tree` takes the parts apart.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message as MimeMessage
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from mailbridge.mail.address import Address
from mailbridge.mail.canonical import nfc
from mailbridge.mail.encoded import clean_line, decode_field, decode_octets, display_name
from mailbridge.mail.filetype import identify
from mailbridge.mail.message import HeaderField, Message, Part
from mailbridge.mail.readable import readable
from mailbridge.mail.tree import LONGEST_HEADER, Leaf, leaves

LONGEST_TEXT = 1_000_000
"""Characters of body text that are kept for reading."""

# Two letters can stand for 45 octets, and nobody has used it for this century's documents.
_LONGEST_UU = 2_000_000

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")

# What the standard library has been seen to raise on malformed trees, beside its own MessageError.
_LIBRARY_GIVES_UP = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


def parse(content: bytes) -> Message:
    """
    Read the octets of one mail (RFC 5322, 2045).

    Args:
        content: As transmitted, CRLF or LF line ends, without dot stuffing.

    Returns:
        A message with everything that could be read; `defects` says what was wrong. Raises nothing.
    """
    defects: list[str] = []
    header = _header(content, defects)
    parts = _parts(content, defects)
    return Message(
        header=header,
        message_id=_message_id(header, defects),
        author=_author(header, defects),
        subject=_first(header, "subject"),
        date=_date(header, defects),
        text=_body_text(parts),
        parts=parts,
        defects=tuple(defects),
    )


def has_readable_header(content: bytes) -> bool:
    """Say whether the header ends within what is read of it; of another one nothing can be proven."""
    return content.find(b"\r\n\r\n", 0, LONGEST_HEADER) >= 0 or content.startswith(b"\r\n")


def _header(content: bytes, defects: list[str]) -> tuple[HeaderField, ...]:
    end = re.search(rb"(?:\A|\r?\n)\r?\n", content[:LONGEST_HEADER])
    block = content[: end.start()] if end else content[:LONGEST_HEADER]
    if not end:
        defects.append("the header has no end, or is longer than 256 KB")
    fields: list[HeaderField] = []
    for line in re.split(rb"\r?\n(?![ \t])", block):
        found = _FIELD.fullmatch(line)
        if found:
            raw = re.sub(rb"\r?\n(?=[ \t])", b"", found[2]).strip()
            fields.append(HeaderField(name=found[1].decode("ascii"), raw=raw, value=decode_field(raw)))
        elif line and not (line.startswith(b"From ") and not fields):
            defects.append("a header line is no field")
    return tuple(fields)


def _first(header: tuple[HeaderField, ...], name: str) -> str:
    return next((field.value for field in header if field.name.lower() == name), "")


def _message_id(header: tuple[HeaderField, ...], defects: list[str]) -> str | None:
    found = _MESSAGE_ID.search(_first(header, "message-id"))
    if not found:
        defects.append("there is no usable Message-ID")
    return found[0] if found else None


def _author(header: tuple[HeaderField, ...], defects: list[str]) -> Address | None:
    """Return the single From address; several authors or fields prove nobody (RFC 7489 §6.6.1)."""
    fields = [field for field in header if field.name.lower() == "from"]
    if len(fields) != 1:
        defects.append("there is no From field" if not fields else "there are several From fields")
        return None
    try:
        pairs = getaddresses([fields[0].raw.decode("utf-8", "replace")])
    except RecursionError:  # comments in comments without end
        pairs = []
    if len(pairs) != 1 or "@" not in pairs[0][1]:
        defects.append("From holds no address" if len(pairs) < 2 else "From holds several addresses")
        return None
    name, address = pairs[0]
    local, _, domain = address.rpartition("@")
    return Address(
        local=clean_line(local), domain=clean_line(domain).lower().rstrip("."), name=decode_field(name.encode("utf-8"))
    )


def _date(header: tuple[HeaderField, ...], defects: list[str]) -> datetime | None:
    text = _first(header, "date")
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        defects.append("there is no usable Date")
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _parts(content: bytes, defects: list[str]) -> tuple[Part, ...]:
    parts: list[Part] = []
    try:
        parts.extend(_part(leaf) for leaf in leaves(content, defects))
    except _LIBRARY_GIVES_UP as error:
        defects.append(f"the MIME tree could not be read ({type(error).__name__})")
    return tuple(parts)


def _part(leaf: Leaf) -> Part:
    fields = leaf.fields
    problem = leaf.problem
    if leaf.raw is not None:
        content = leaf.raw
    elif len(fields.get_payload()) > _LONGEST_UU and _is_uu(fields):
        content, problem = b"", f"too-large: uuencoded, and more than {_LONGEST_UU // 1_000_000} MB"
    else:
        content = _octets(fields)
    raw_name = _file_name(fields)
    name = display_name(raw_name) if raw_name else None
    declared = fields.get_content_type()
    disposition = fields.get_content_disposition()
    content_id = fields.get("Content-ID")
    return Part(
        index=leaf.index,
        name=name,
        raw_name=raw_name,
        declared_type=declared,
        type=identify(content, name, declared),
        disposition=disposition,
        content_id=clean_line(str(content_id)) if content_id else None,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        charset=fields.get_content_charset(),
        inside=leaf.inside,
        problem=problem,
    )


def _is_uu(fields: MimeMessage) -> bool:
    return "uu" in str(fields.get("Content-Transfer-Encoding", "")).lower()


def _octets(fields: MimeMessage) -> bytes:
    payload = fields.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file_name(leaf: MimeMessage) -> str | None:
    """Return the name as the header says it, decoded by RFC 2231 or, against the rules but common, by RFC 2047."""
    try:
        name = _parameter(leaf, "content-disposition", "filename") or _parameter(leaf, "content-type", "name")
    except _LIBRARY_GIVES_UP:  # a name in pieces that do not fit together
        return None
    return decode_field(name.encode("utf-8", "surrogateescape")) or None if name else None


def _parameter(leaf: MimeMessage, field: str, parameter: str) -> str | None:
    """Return a parameter of a header field; raw 8-bit octets, which the library would replace, are decoded first."""
    raw = next((str(value) for name, value in leaf.raw_items() if name.lower() == field), None)
    if raw is None:
        return None
    readable_field = MimeMessage()
    octets = raw.encode("utf-8", "surrogateescape")
    readable_field[field] = decode_octets(re.sub(rb"[\r\n]+", b"", octets))
    value = readable_field.get_param(parameter, None, field)
    return collapse_rfc2231_value(value) if isinstance(value, tuple) else str(value) if value else None


def _body_text(parts: tuple[Part, ...]) -> str:
    """Return the readable body: the plain texts of the mail itself, else its HTML."""
    own = [part for part in parts if part.inside is None and not part.is_attachment]
    plain = [part for part in own if part.declared_type == "text/plain" or part.type == "text/plain"]
    html = [part for part in own if part.declared_type == "text/html"]
    if plain:
        text = "\n".join(decode_octets(part.content, part.charset) for part in plain)
    else:
        text = "\n".join(readable(decode_octets(part.content, part.charset)) for part in html)
    return nfc(text.replace("\r\n", "\n")[: 2 * LONGEST_TEXT])[:LONGEST_TEXT]
