"""Text whose lines were cut for the way, put together again: format=flowed (RFC 3676)."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflowed(text: str, *, joins_words: bool = False) -> str:
    """
    Join the lines of a flowed text that end in a blank with the next one of the same quote depth.

    Args:
        text: Lines parted by "\\n".
        joins_words: The parameter DelSp=yes: the blank is no part of the text (RFC 3676 §4.1).
    """
    paragraphs: list[str] = []
    pieces: list[str] = []
    before = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        # A blank behind the quote marks, or before From and ">", is stuffing (§4.4).
        content = content.removeprefix(" ")
        if pieces and (depth != before or content == _SIGNATURE):
            paragraphs.append(_quoted("".join(pieces), before))
            pieces = []
        before = depth
        if content.endswith(" ") and content != _SIGNATURE:
            pieces.append(content[:-1] if joins_words else content)
        else:
            paragraphs.append(_quoted("".join([*pieces, content]), depth))
            pieces = []
    return "\n".join([*paragraphs, _quoted("".join(pieces), before)] if pieces else paragraphs)


def _quoted(text: str, depth: int) -> str:
    return f"{'>' * depth} {text}" if depth else text
