"""Letters that a file sets by their place in a font: w:sym of DOCX, sprmCSymbol of DOC."""

from __future__ import annotations

# Such fonts have their letters moved to the private use area: F0B7 is place B7.
_PRIVATE = range(0xF000, 0xF100)
# Places of the font Symbol that documents use; its digits and signs stand where ASCII has them.
_SYMBOL = {0xB7: "•", 0xB0: "°", 0xB4: "×", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xAE: "→", 0xD7: "·"}
_PICTURES = ("wingdings", "webdings", "zapfdingbats", "marlett")


def symbol(font: str, code: int) -> str:
    """
    Return the letter at this place of a font; "" for a picture, and for what no letter stands for.

    A font for an old Vietnamese charset keeps its letters in the places of Western ones: such a letter is returned,
    for `by_font` to read.
    """
    place = code - _PRIVATE.start if code in _PRIVATE else code
    name = font.lower()
    if name.startswith(_PICTURES):
        return ""
    if name == "symbol":
        is_sign = 0x20 <= place < 0x40 or place in (0x5B, 0x5D, 0x5F, 0x7B, 0x7C, 0x7D)
        return chr(place) if is_sign else _SYMBOL.get(place, "")
    if place < 0x100:
        return bytes([place]).decode("cp1252", errors="ignore")
    return chr(place) if place < 0xD800 else ""
