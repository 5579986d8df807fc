"""HTML mail text as plain text: only what a reader sees, nothing fetched, nothing run."""

from __future__ import annotations

from mailbridge.mail.markup import Closed, Opened, visible

BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "div", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
"""Tags at which a new line begins."""


def readable(html: str) -> str:
    """Return the text of an HTML mail, a line a block, empty lines left out."""
    pieces: list[str] = []
    for event in visible(html):
        match event:
            case Opened(name="td"):
                pieces.append("\t")
            case Opened(name=name) | Closed(name=name):
                if name in BLOCKS:
                    pieces.append("\n")
            case text:
                pieces.append(text.replace("\n", " "))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
