"""
The octets of a mail as DKIM reads them: header fields, tag lists, the canonical body (RFC 6376 §3.2, §3.4).

Each function is linear in its input: a field of 80 KB of blanks costs no more than one of 80 KB of letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

# A line has 998 octets at most (RFC 5322 §2.1.1), and a name cannot be folded.
_FIELD_NAME = re.compile(rb"[!-9;-~]{1,997}")
_TAG_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")
_FOLDING = b" \t\r\n"
_FROM_FIELD = re.compile(rb"From[ \t]+:")


class Malformed(ValueError):
    """A text does not follow the grammar; the message says which and is fit for a reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One header field as received: `raw` without its last CRLF, `name` lower case, `value` behind the colon."""

    raw: bytes
    name: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A mail cut at its first empty line. `problem` says why no signature over this header can be judged."""

    header: tuple[Field, ...]
    body: bytes
    problem: str | None = None


def split_content(content: bytes) -> Content:
    """
    Cut the header from the body, and the header into fields; raises nothing.

    Lines end with CRLF. A bare CR or LF in the header is a `problem`: a mail program may see a field boundary there
    that no signer saw, so what it shows would not be what was signed. So are VT, FF and NUL.
    """
    if content.startswith(b"\r\n"):
        return Content(header=(), body=content[2:])
    header, _, body = content.partition(b"\r\n\r\n")
    header = header.removesuffix(b"\r\n")
    lines = header.split(b"\r\n")
    # The separator line of an mbox file is no part of the mail, but "From :" is a field to many programs.
    if lines[0].startswith(b"From ") and not _FROM_FIELD.match(lines[0]):
        lines = lines[1:]
    problem = None
    if any(b"\r" in line or b"\n" in line for line in lines):
        problem = "the header has a line break that is not CRLF"
    elif b"\v" in header or b"\f" in header or b"\0" in header:
        # dkimpy strips the first two like blanks, mail programs may break the line; at NUL some stop reading it.
        problem = "the header has a control character that some take for a blank"
    groups: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and groups:
            groups[-1].append(line)
        else:
            groups.append([line])
    fields = []
    for group in groups:
        field = _read_field(b"\r\n".join(group))
        if field is None:
            problem = problem or "the header has a line that is no field"
        else:
            fields.append(field)
    return Content(header=tuple(fields), body=body, problem=problem)


def split_header(content: bytes) -> Content:
    """Cut the header into fields as `split_content` does, and leave the body out, which no question depends on."""
    end = content.find(b"\r\n\r\n")
    return replace(split_content(content if end < 0 else content[: end + 4]), body=b"")


def _read_field(raw: bytes) -> Field | None:
    name, colon, value = raw.partition(b":")
    name = name.rstrip(b" \t")
    if not colon or not _FIELD_NAME.fullmatch(name):
        return None
    return Field(raw=raw, name=name.lower(), value=value)


def read_tags(text: bytes) -> Mapping[bytes, bytes]:
    """
    Read a tag list; values without blanks around them, inner folding kept.

    Raises:
        Malformed: a tag without "=", with a bad name or given twice (RFC 6376 §3.2: the list is then invalid).
    """
    tags: dict[bytes, bytes] = {}
    specs = text.split(b";")
    if not specs[-1].strip(_FOLDING):
        specs.pop()
    for spec in specs:
        name, equals, value = spec.partition(b"=")
        name = name.strip(_FOLDING)
        if not equals or not _TAG_NAME.fullmatch(name):
            raise Malformed("a tag list is malformed")
        if name in tags:
            raise Malformed(f"the tag {name.decode()}= is given twice")
        tags[name] = value.strip(_FOLDING)
    return tags


def without_blanks(text: bytes) -> bytes:
    """Remove all folding white space, as base64 and lists of names allow it anywhere."""
    return text.translate(None, _FOLDING)


def without_signature(value: bytes) -> bytes:
    """Return the value of a DKIM-Signature field with the value of its b= tag deleted (RFC 6376 §3.7)."""
    specs = value.split(b";")
    for number, spec in enumerate(specs):
        name, equals, _ = spec.partition(b"=")
        if equals and name.strip(_FOLDING) == b"b":
            specs[number] = name + equals
            break
    return b";".join(specs)


def canonical_field(name: bytes, value: bytes) -> bytes:
    """Return a header field in relaxed form, without the CRLF behind it (RFC 6376 §3.4.2)."""
    return name + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip(b" ")


def canonical_body(body: bytes, *, relaxed: bool) -> bytes:
    """Return the body in canonical form (RFC 6376 §3.4.3, §3.4.4); an empty simple body is one CRLF."""
    if relaxed:
        body = _fold_blanks(body).replace(b" \r\n", b"\r\n")
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    end = len(body)
    while body[end - 4 : end] == b"\r\n\r\n":
        end -= 2
    if end < len(body):
        body = body[:end]
    return b"" if relaxed and body == b"\r\n" else body


def _fold_blanks(text: bytes) -> bytes:
    """
    Put one blank in the place of each run of blanks and tabs.

    Replacing is ten times as fast as an expression; long runs are shortened first, so that a mail of blanks needs some
    ten passes and not one for each time its length can be halved.
    """
    text = text.replace(b"\t", b" ")
    for length in (64, 8, 2):
        run = b" " * length
        while run in text:
            text = text.replace(run, b" ")
    return text
