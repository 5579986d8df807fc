"""Số và ký hiệu: the number grammar of Vietnamese official documents (placeholder types, grammar follows)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSymbol:
    """
    A number and symbol, split.

    Attributes:
        text: Normalised form, "3526/VPCP-KGVX".
        raw: As read, before any normalisation.
        number: "3526", leading zeros and letters kept; None where the page left it blank.
        year: Four digits where the symbol itself carries the year.
        type_abbr: "QĐ"; None for công văn and where the symbol holds no type.
        type_name: "Quyết định", "Công văn"; None where only the page can tell.
        issuers: One or more, "VPCP"; a joint document has several.
        unit: "KGVX".
        rule: The rule of the grammar that matched, "C", "L1", "P", …
        slip: What is irregular about it and was mended by guess; None for a regular one.
    """

    text: str
    raw: str
    number: str | None
    year: int | None = None
    type_abbr: str | None = None
    type_name: str | None = None
    issuers: tuple[str, ...] = ()
    unit: str | None = None
    rule: str = ""
    slip: str | None = None

    @property
    def notation(self) -> str:
        """The symbol without its number: "VPCP-KGVX", "2018/QĐ-TTg", "NQ/TW"."""
        rest = self.text[len(self.number) :] if self.number else self.text
        return rest.lstrip("/-")
