"""
What is known of a mail beside its documents: its files and roads, what it asks, which earlier documents it names.

CORE: no database here; `relating` writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailbridge.registry.entry import Channel, RegisterEntry
from mailbridge.registry.links import LinkKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RecallAsked:
    """
    What a mail asks of a document.

    `kind` is one of `links.ASKED`, `symbol` what the mail calls the document. `entry` is the one to freeze; None when
    nothing proves that the issuer asks, or the book has no such document.
    """

    kind: LinkKind
    symbol: str
    entry: RegisterEntry | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """The main file of a document of the mail, by its SHA-256, and the road that it came on."""

    sha256: str
    channel: Channel = Channel.MAIL


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """The documents that one document of the mail names, by their symbols; `by` is the SHA-256 of its main file."""

    by: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Relations:
    """
    What is known of a mail beside its documents.

    `references` are the Message-IDs of References and In-Reply-To, with their brackets.
    """

    files: tuple[File, ...] = ()
    recalls: tuple[RecallAsked, ...] = ()
    references: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
