"""Where a text box of an RTF file stands (RTF Specification 1.9.1, "Word 97 … RTF for Drawing Objects (Shapes)")."""

from __future__ import annotations

from mailbridge.reading.blocks import Block, TextBox
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.margins import WIDE, Margins

_TWIPS = 20.0


class RtfShape:
    """What was told of a shape so far."""

    def __init__(self, margins: Margins) -> None:
        self._margins = margins
        self._lengths: dict[str, float] = {}
        self._across_from_page = False
        self._across = 0
        # 0 margin, 1 page, 2 paragraph, 3 line, as the property posrelv has it.
        self._down_from = 2
        self._wrap = 0

    def word(self, word: str, number: int) -> None:
        """Take a control word that begins with "shp"."""
        match word:
            case "shpleft" | "shptop" | "shpright":
                self._lengths[word] = number / _TWIPS
            case "shpbxpage":
                self._across_from_page = True
            case "shpbypage":
                self._down_from = 1
            case "shpbymargin":
                self._down_from = 0
            case "shpwr":
                self._wrap = number
            case _:
                pass

    def set(self, name: str, value: str) -> None:
        """Take a property; those about places go before the words."""
        if not value.isascii() or not value.isdigit():
            return
        match name.strip():
            case "posrelh":
                self._across_from_page = value == "1"
            case "posrelv":
                self._down_from = int(value)
            case "posh":
                self._across = int(value)
            case _:
                pass

    def box(self, blocks: list[Block]) -> TextBox:
        """Return the box with its text; without a place where none was told."""
        if not self._lengths:
            return TextBox(blocks=tuple(blocks))
        left, top, right = (self._lengths.get(name, 0.0) for name in ("shpleft", "shptop", "shpright"))
        width = right - left
        match self._across:
            case 2:
                left = (LEFT + RIGHT - width) / 2
            case 3 | 5:
                left = RIGHT - width
            case _:
                left = self._margins.across(left, from_page=self._across_from_page)
        from_page = self._down_from in (0, 1)
        if from_page:
            top = self._margins.down(top, from_page=self._down_from == 1)
        pushes = self._wrap == 1 or (self._wrap != 3 and width >= WIDE)
        return TextBox(blocks=tuple(blocks), left=left, top=top, width=width, from_page=from_page, pushes=pushes)
