"""
Octets to `Message`. Bad mail is read as far as it goes; what is wrong becomes a defect, never an exception.

The header is split here, because the octets of each field are evidence and because the library needs seconds for a
hostile address list; `tree` takes the parts apart.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message as MimeMessage
from email.utils import getaddresses, parsedate_to_datetime

from mailbridge.mail.address import Address
from mailbridge.mail.canonical import nfc
from mailbridge.mail.embedded import EmbeddedFile, embedded_files, without_files
from mailbridge.mail.encoded import clean_line, decode_field, decode_octets, display_name, without_specials
from mailbridge.mail.filetype import UNKNOWN, identify
from mailbridge.mail.flowed import unflowed
from mailbridge.mail.message import HeaderField, Message, Part
from mailbridge.mail.parameters import text_of
from mailbridge.mail.readable import readable
from mailbridge.mail.tree import LONGEST_HEADER, Leaf, leaves
from mailbridge.mail.vietnamese import mend

LONGEST_TEXT = 1_000_000
"""Characters of body text that are kept for reading."""

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
    entities = _entities(content, defects)
    return Message(
        header=header,
        message_id=_message_id(header, defects),
        author=_author(header, defects),
        subject=_first(header, "subject"),
        date=_date(header, defects),
        text=_body_text(entities),
        parts=tuple(part for entity in entities for part in (entity.part, *entity.members)),
        defects=tuple(defects),
    )


def has_readable_header(content: bytes) -> bool:
    """Say whether the header ends within what is read of it; of another one nothing can be proven."""
    # A mail may end with its header (RFC 5322 §2.1).
    is_short = len(content) <= LONGEST_HEADER
    return is_short or content.find(b"\r\n\r\n", 0, LONGEST_HEADER) >= 0 or content.startswith(b"\r\n")


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
        pairs = getaddresses([without_specials(fields[0].raw).decode("utf-8", "surrogateescape")])
    except RecursionError:  # comments in comments without end
        pairs = []
    if len(pairs) != 1 or "@" not in pairs[0][1]:
        defects.append("From holds no address" if len(pairs) < 2 else "From holds several addresses")
        return None
    name, address = pairs[0]
    address = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    local, _, domain = address.rpartition("@")
    return Address(
        local=clean_line(local),
        domain=clean_line(domain).lower().rstrip("."),
        name=decode_field(name.encode("utf-8", "surrogateescape")),
    )


def _date(header: tuple[HeaderField, ...], defects: list[str]) -> datetime | None:
    text = _first(header, "date")
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        defects.append("there is no usable Date")
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entity:
    """A leaf as a part, the files within its text, and what is needed to read its text."""

    part: Part
    members: tuple[Part, ...] = ()
    text: bytes = b""
    is_flowed: bool = False
    joins_words: bool = False


def _entities(content: bytes, defects: list[str]) -> list[_Entity]:
    entities: list[_Entity] = []
    try:
        entities.extend(_entity(leaf, defects) for leaf in leaves(content, defects))
    except _LIBRARY_GIVES_UP as error:
        defects.append(f"the MIME tree could not be read ({type(error).__name__})")
    return entities


def _entity(leaf: Leaf, defects: list[str]) -> _Entity:
    part = _part(leaf)
    if part.declared_type != "text/plain" or part.is_attachment or leaf.problem:
        return _Entity(part=part, text=part.content)
    files = embedded_files(part.content)
    if files:
        defects.append("a text holds files")
    return _Entity(
        part=part,
        members=tuple(_member(part, number, file) for number, file in enumerate(files, 1)),
        text=without_files(part.content, files),
        is_flowed=_says(leaf.fields, "format", "flowed"),
        joins_words=_says(leaf.fields, "delsp", "yes"),
    )


def _says(fields: MimeMessage, parameter: str, word: str) -> bool:
    return str(fields.get_param(parameter, "")).strip().lower() == word


def _part(leaf: Leaf) -> Part:
    fields = leaf.fields
    raw_name = _file_name(fields)
    name = display_name(raw_name) if raw_name else None
    declared = fields.get_content_type()
    content_id = fields.get("Content-ID")
    return Part(
        index=leaf.index,
        name=name,
        raw_name=raw_name,
        declared_type=declared,
        type=identify(leaf.content, name, declared),
        disposition=fields.get_content_disposition(),
        content_id=clean_line(str(content_id)) if content_id else None,
        content=leaf.content,
        sha256=hashlib.sha256(leaf.content).hexdigest(),
        charset=fields.get_content_charset(),
        inside=leaf.inside,
        problem=leaf.problem,
    )


def _member(part: Part, number: int, file: EmbeddedFile) -> Part:
    name = display_name(file.raw_name) if file.raw_name else None
    return Part(
        index=f"{part.index}.{number}",
        name=name,
        raw_name=file.raw_name,
        declared_type=UNKNOWN,
        type=identify(file.content, name, UNKNOWN),
        disposition="attachment",
        content_id=None,
        content=file.content,
        sha256=hashlib.sha256(file.content).hexdigest(),
        inside=part.index,
    )


def _file_name(leaf: MimeMessage) -> str | None:
    """Return the name as the header says it, decoded by RFC 2231 or, against the rules but common, by RFC 2047."""
    for field, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        raw = next((str(value) for name, value in leaf.raw_items() if name.lower() == field), None)
        text = text_of(raw.encode("utf-8", "surrogateescape"), parameter) if raw is not None else None
        if text and text.strip():
            return text
    return None


def _body_text(entities: list[_Entity]) -> str:
    """Return the readable body: the plain texts of the mail itself, else its HTML."""
    own = [entity for entity in entities if entity.part.inside is None and not entity.part.is_attachment]
    plain = [entity for entity in own if "text/plain" in (entity.part.declared_type, entity.part.type)]
    html = [entity for entity in own if entity.part.declared_type == "text/html"]
    if plain:
        text = "\n".join(_plain_text(entity) for entity in plain)
    else:
        text = "\n".join(mend(readable(decode_octets(each.text, each.part.charset))) for each in html)
    return nfc(text[: 2 * LONGEST_TEXT])[:LONGEST_TEXT]


def _plain_text(entity: _Entity) -> str:
    text = decode_octets(entity.text, entity.part.charset).replace("\r\n", "\n")
    return unflowed(text, joins_words=entity.joins_words) if entity.is_flowed else text
