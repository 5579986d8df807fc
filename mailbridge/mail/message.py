"""The content of a mail, read (RFC 5322, 2045–2049, 2183). Built by `parse()`, which never raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailbridge.mail.address import Address


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderField:
    """
    One header field in its order.

    `name` keeps its case; `raw` is the unfolded value as octets; `value` is decoded (RFC 2047), unfolded, NFC.
    """

    name: str
    raw: bytes
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    One leaf of the MIME tree, decoded.

    Attributes:
        index: Place in the tree, "1" for a single-part mail, "1.2" for the second child of the first; a part of a
            mail that lies inside another mail is prefixed by the outer index.
        name: File name for display: NFC, no path, no control or bidi characters; None when there is none.
        raw_name: The name as it stood in the header (decoded, otherwise untouched): evidence.
        declared_type: The Content-Type that the header claims, lower case.
        type: What the octets are, by content.
        charset: Of a text part, as claimed.
        content: Decoded octets.
        sha256: Of `content`, hex.
        inside: Index of the part (container or message) that this one was taken from.
        problem: One of the words of CONTRACT.md with a reason behind a colon, or None.
    """

    index: str
    name: str | None
    raw_name: str | None
    declared_type: str
    type: str
    disposition: str | None
    content_id: str | None
    content: bytes
    sha256: str
    charset: str | None = None
    inside: str | None = None
    problem: str | None = None

    @property
    def size(self) -> int:
        """Octets after decoding."""
        return len(self.content)

    @property
    def is_attachment(self) -> bool:
        """Say whether a mail program would show this part as a file."""
        # HTML that begins with a rare tag looks like XML.
        is_text = self.type.startswith("text/") or (self.declared_type, self.type) == ("text/html", "application/xml")
        return bool(self.name) or self.disposition == "attachment" or not is_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """
    A read mail.

    `header` is complete and in order; `defects` are sentences in English, in the order found; `text` is the readable
    body (plain text preferred, HTML without its tags otherwise), NFC, "" when there is none.
    `date` is the Date field, aware, as claimed by the sender. `author` is the single From address; None when there is
    none or more than one, which is also a defect.
    """

    header: tuple[HeaderField, ...]
    message_id: str | None
    author: Address | None
    subject: str
    date: datetime | None
    text: str
    parts: tuple[Part, ...]
    defects: tuple[str, ...] = ()

    @property
    def attachments(self) -> tuple[Part, ...]:
        """The parts that a mail program would show as files, in order."""
        return tuple(part for part in self.parts if part.is_attachment)

    def first(self, name: str) -> str | None:
        """Return the decoded value of the first field of this name, in any case."""
        wanted = name.lower()
        return next((field.value for field in self.header if field.name.lower() == wanted), None)

    def every(self, name: str) -> tuple[str, ...]:
        """Return the decoded values of all fields of this name, in order."""
        wanted = name.lower()
        return tuple(field.value for field in self.header if field.name.lower() == wanted)
