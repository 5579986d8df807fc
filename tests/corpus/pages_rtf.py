"""Documents as RTF, the way Word writes them: Unicode beside the old code page, or TCVN3 under a font that names it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.corpus.flow import Block, Break, Row, Tabs, Text
from tests.corpus.legacy import VN_TIME, in_tcvn3, old_font

_FONTS = ("Times New Roman", VN_TIME, f"{VN_TIME}H")
_WIDTH = 9350
"""Of the text on the page, in twips."""


def as_rtf(some: Sequence[Block], *, font: str = "Times New Roman", size: float = 13.0) -> bytes:
    """Write a document; a font whose name begins with ".Vn" gets its text in TCVN3."""
    fonts = "".join(f"{{\\f{number}\\froman\\fcharset0 {name};}}" for number, name in enumerate(_FONTS))
    start = f"{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{fonts}}}\\paperw11907\\paperh16840\\fs{int(size * 2)}\n"
    return (start + "".join(_block(block, font) for block in some) + "}").encode("ascii")


def _block(block: Block, font: str) -> str:
    match block:
        case Text():
            return f"\\pard{_aligned(block)} {_run(block, font)}\\par\n"
        case Tabs(left=left, right=right):
            text = Text(text=f"\t{left}\t{right}")
            return f"\\pard\\tqc\\tx1900\\tqc\\tx6500 {_run(text, font)}\\par\n"
        case Row():
            edge = int(_WIDTH * block.share)
            cells = "".join(_cell(texts, font) for texts in (block.left, block.right))
            return f"\\trowd\\trgaph108\\cellx{edge}\\cellx{_WIDTH}{cells}\\row\\pard\n"
        case Break():
            return "\\page\n"


def _cell(texts: Sequence[Text], font: str) -> str:
    paragraphs = (f"\\pard\\intbl{_aligned(text)} {_run(text, font)}" for text in texts)
    return "\\par\n".join(paragraphs) + "\\cell\n"


def _aligned(text: Text) -> str:
    return "\\qc" if text.centred else "\\ql"


def _run(text: Text, font: str) -> str:
    name, shown = old_font(font, text.text)
    marks = ("\\b" if text.bold else "") + ("\\i" if text.italic else "")
    coded = "".join(_old(char) for char in in_tcvn3(shown)) if name.startswith(".Vn") else _unicode(shown)
    return f"{{\\f{_FONTS.index(name)}{marks} {coded}}}"


def _old(char: str) -> str:
    return _escaped(char) if char.isascii() else f"\\'{char.encode('cp1252', 'replace')[0]:02x}"


def _unicode(text: str) -> str:
    return "".join(_escaped(char) if char.isascii() else f"\\u{ord(char)}?" for char in text)


def _escaped(char: str) -> str:
    return "\\tab " if char == "\t" else f"\\{char}" if char in "\\{}" else char
