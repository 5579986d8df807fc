"""The words of a reply, in whichever part of the mail their lines are whole."""

from __future__ import annotations

from datetime import date

from mailbridge.commands.days import WorksOn
from mailbridge.commands.own_words import own_words
from mailbridge.commands.reading import Reading, read_commands, read_lines
from mailbridge.mail.canonical import nfc
from mailbridge.mail.encoded import decode_octets
from mailbridge.mail.markup import Closed, Opened, visible
from mailbridge.mail.message import Message
from mailbridge.mail.readable import BLOCKS

_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "zmail_extra", "gmail_attr")
_CUTS = ("divrplyfwdmsg", "appendonsend", "zwchr", "mail-editor-reference-message-container", "olk_src_body_section")
_ORIGINAL = "-----Original Message-----"


def read_reply(message: Message, today: date, *, author: str = "", works_on: WorksOn | None = None) -> Reading:
    """
    Read what a person answered. Raises nothing.

    A mail program cuts the long lines of a plain text; where the HTML beside it has the same words, its lines count.
    A mail in HTML alone is read with its quotations marked.
    """
    html = _html(message)
    marked = html is not None and not _has_plain_text(message)
    text = _marked_text(html) if marked and html is not None else message.text
    reading = read_commands(text, today, author=author, works_on=works_on)
    if reading.unclear is None or html is None or marked:
        return reading
    whole = own_words(_marked_text(html), author=author)
    if " ".join(whole).split() != " ".join(own_words(text, author=author)).split():
        return reading
    return read_lines(whole, today, works_on)


def _html(message: Message) -> str | None:
    for part in message.parts:
        if part.declared_type == "text/html" and part.inside is None and not part.is_attachment:
            return decode_octets(part.content, part.charset)
    return None


def _has_plain_text(message: Message) -> bool:
    return any(
        part.declared_type == "text/plain" and part.inside is None and not part.is_attachment and part.content.strip()
        for part in message.parts
    )


def _marked_text(html: str) -> str:
    """Return the text of an HTML reply, quoted lines with ">" before them, and a rule where a quoted mail begins."""
    pieces: list[str] = []
    quotes: list[str] = []
    depth: dict[str, int] = {}
    for event in visible(html):
        match event:
            case Opened(name=name):
                depth[name] = depth.get(name, 0) + 1
                if name in BLOCKS:
                    pieces.append("\n")
                kind = f"{event.value('class') or ''} {event.value('id') or ''}".lower()
                if any(each in kind for each in _CUTS):
                    pieces.append(f"\n{_ORIGINAL}\n")
                if name == "blockquote" or any(each in kind for each in _QUOTES):
                    quotes.append(f"{name} {depth[name]}")
            case Closed(name=name):
                if quotes and quotes[-1] == f"{name} {depth.get(name, 0)}":
                    quotes.pop()
                depth[name] = max(0, depth.get(name, 0) - 1)
                if name in BLOCKS:
                    pieces.append("\n")
            case text:
                plain = text.replace("\n", " ")
                pieces.append(f"\n> {plain}\n" if quotes else plain)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return nfc("\n".join(line for line in lines if line))
