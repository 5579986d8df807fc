"""From the octets of an RTF file to letters: code pages of fonts, Unicode with its fallbacks, old Vietnamese fonts."""

from __future__ import annotations

from dataclasses import dataclass

from mailbridge.reading.blocks import is_legacy
from mailbridge.reading.symbols import symbol

_SYMBOL_CHARSET = 2
# Charsets of fonts (\fcharset) as code pages; others have that of the whole file.
_CODE_PAGES = {
    0: "cp1252",
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_KNOWN_PAGES = frozenset({437, 850, 852, 860, 862, 863, 864, 865, 866, 874, 932, 936, 949, 950, *range(1250, 1259)})


def code_page(number: int | None) -> str:
    r"""Return the charset for \ansicpg; windows-1252 for what is none."""
    if number == 65001:
        return "utf-8"
    return f"cp{number}" if number in _KNOWN_PAGES else "cp1252"


@dataclass(kw_only=True, slots=True)
class Font:
    """An entry of the font table."""

    name: str = ""
    charset: int | None = None
    page: int | None = None

    def decoded(self, octets: bytes, default: str) -> str:
        """Return the letters that octets in this font stand for; those of old fonts as windows-1252 has them."""
        if octets.isascii() and self.charset != _SYMBOL_CHARSET:
            return octets.decode("ascii")
        if is_legacy(self.name):
            return octets.decode("cp1252", errors="replace")
        if self.charset == _SYMBOL_CHARSET:
            return "".join(symbol(self.name, octet) for octet in octets)
        page = default if self.charset is None else _CODE_PAGES.get(self.charset, default)
        return octets.decode(code_page(self.page) if self.page else page, errors="replace")


def joined(units: str) -> str:
    """Join the halves of letters that \\u gives one by one."""
    if not any("\ud800" <= unit <= "\udfff" for unit in units):
        return units
    return units.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")
