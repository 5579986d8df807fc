"""
Write a letter as octets (RFC 5322, 2045–2047): the same arguments give the same octets.

The standard generator is not used: what a header value may hold is decided here, in one place, and nothing that looks
like a second field can come out of it.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mailbridge.letters.typeset import one_line

CRLF = b"\r\n"

_ENCODED_OCTETS = 39
"""Octets in one encoded word: with 52 letters of base64 it fits a line of 76 behind "Subject: " (RFC 2047 §2)."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}(?:; charset=utf-8)?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,120}@[!-;=?-~]{1,120}>")


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachedFile:
    """A file behind a letter: its name in ASCII, its type in small letters, and its octets."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One header field; `words` are set apart by blanks, and a line is folded only between them."""

    name: str
    words: tuple[str, ...]


def structured(name: str, *words: str) -> Field:
    """Make a field of words that are written as they are; a word that is not clean raises ValueError."""
    if any(one_line(word) != word or " " in word for word in words):
        raise ValueError(f"{name}: not a clean value")
    return Field(name=name, words=words)


def unstructured(name: str, text: str) -> Field:
    """Make a field of free text: cleaned, and in encoded words when it is not plain ASCII (RFC 2047 §5 (1))."""
    clean = one_line(text)
    # "=?" in plain text would be read as an encoded word, so such a text is encoded as well.
    plain = clean.isascii() and "=?" not in clean and max(map(len, clean.split()), default=0) < 70
    return Field(name=name, words=tuple(clean.split() if plain else _encoded_words(clean)))


def mailbox(name: str, display: str, address: str) -> Field:
    """Make a field of one mailbox (RFC 5322 §3.4); `address` must stand without quoting, else ValueError."""
    clean = one_line(display, 200)
    if not clean:
        return structured(name, address)
    phrase = tuple(clean.split()) if _ATOMS.fullmatch(clean) and "=?" not in clean else tuple(_encoded_words(clean))
    return Field(name=name, words=(*phrase, *structured(name, f"<{address}>").words))


def message_ids(text: str) -> tuple[str, ...]:
    """Return the well-formed message identifiers in a value that a stranger wrote (RFC 5322 §3.6.4)."""
    return tuple(_MESSAGE_ID.findall(text))


def _encoded_words(text: str) -> Iterator[str]:
    """Cut a text into encoded words, each of whole characters (RFC 2047 §5)."""
    piece = b""
    for letter in text:
        octets = letter.encode()
        if len(piece) + len(octets) > _ENCODED_OCTETS:
            yield _encoded_word(piece)
            piece = b""
        piece += octets
    yield _encoded_word(piece)


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?B?{b64encode(octets).decode()}?="


def written(header: Sequence[Field], text: str, html: str, *, seed: str, files: Sequence[AttachedFile] = ()) -> bytes:
    """
    Write a whole mail: the header, then text and HTML as alternatives (RFC 2046 §5.1.4), then the files, if any.

    Args:
        seed: What the boundaries are derived from; base64 bodies cannot hold a boundary, so any will do.
        files: Attached, in a multipart/mixed around the alternatives (RFC 2046 §5.1.3).
    """
    lines = [octets for each in header for octets in _folded(each)]
    alternatives = _multipart("alternative", [_part("plain", text), _part("html", html)], seed)
    body = alternatives
    if files:
        body = _multipart("mixed", [alternatives, *map(_attached, files)], f"{seed}:files")
    return CRLF.join((*lines, b"MIME-Version: 1.0", *body, b""))


def _multipart(kind: str, parts: Sequence[Iterable[bytes]], seed: str) -> list[bytes]:
    """Write the Content-Type field, the empty line and the body of a multipart, line by line."""
    boundary = f"=_{sha256(seed.encode()).hexdigest()[:32]}"
    lines = [f"Content-Type: multipart/{kind};".encode(), f' boundary="{boundary}"'.encode(), b""]
    for part in parts:
        lines += [f"--{boundary}".encode(), *part]
    return [*lines, f"--{boundary}--".encode()]


def _part(kind: str, body: str) -> Iterable[bytes]:
    octets = body.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    return (
        f"Content-Type: text/{kind}; charset=utf-8".encode(),
        b"Content-Transfer-Encoding: base64",
        b"",
        *encodebytes(octets).splitlines(),
    )


def _attached(file: AttachedFile) -> Iterable[bytes]:
    if not _FILE_NAME.fullmatch(file.name) or not _MEDIA_TYPE.fullmatch(file.media_type):
        raise ValueError(f"{file.name}: not a clean file name or type")
    return (
        f"Content-Type: {file.media_type};".encode(),
        f' name="{file.name}"'.encode(),
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment;",
        f' filename="{file.name}"'.encode(),
        b"",
        *encodebytes(file.content).splitlines(),
    )


def _folded(field: Field) -> Iterator[bytes]:
    """Fold a field at 76 columns between its words (RFC 5322 §2.2.3); a single long word is left whole."""
    line = f"{field.name}:"
    for word in field.words:
        if len(line) + 1 + len(word) > 76 and not line.endswith(":") and line.strip():
            yield line.encode()
            line = ""
        line += f" {word}"
    yield line.encode()
