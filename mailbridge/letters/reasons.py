"""
Say in the reader's language what classifier, reading, verify and mail say in English.

Their reasons stay English in everything that machines read; people see Vietnamese first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from mailbridge.letters.reason_words import DEFECTS, DOMAIN, FILES, JOURNAL, PAGE, SIGNATURES, SLIPS
from mailbridge.letters.reason_words_proofs import CERTIFICATES, CHANGES, MAIL_SIGNATURES, SENDER, XML
from mailbridge.letters.wording import Words

TEXTS: Mapping[str, str] = {
    **PAGE,
    **SLIPS,
    **FILES,
    **SIGNATURES,
    **DOMAIN,
    **DEFECTS,
    **JOURNAL,
    **SENDER,
    **MAIL_SIGNATURES,
    **CERTIFICATES,
    **XML,
    **CHANGES,
}

PROBLEMS: Mapping[str, Words] = {
    "encrypted": Words(vi="có mật khẩu", en="has a password"),
    "too-large": Words(vi="tệp quá lớn", en="too large"),
    "too-deep": Words(vi="lồng quá nhiều lớp", en="nested too deep"),
    "too-many": Words(vi="quá nhiều tệp", en="too many files"),
    "timeout": Words(vi="mở quá lâu", en="took too long to open"),
    "memory": Words(vi="cần quá nhiều bộ nhớ", en="needs too much memory"),
    "malformed": Words(vi="tệp lỗi", en="damaged"),
    "unsupported": Words(vi="loại tệp chưa đọc được", en="a kind of file that is not read"),
}
"""Why a file was not opened, by the word of CONTRACT.md `parts[].problem`."""

_PLACES: Mapping[str, str] = {
    **dict.fromkeys(("problem", "reason", "text"), ".+"),
    # A semicolon parts one reason from the next.
    **dict.fromkeys(("day", "name", "type"), "[^;]+?"),
}
_ONE_WORD = r"[^;\s]+?"

# As `typeset.LONGEST`: what a letter shows of one field.
_LONGEST = 1000
_NO_DAY = "an unknown day"


def said(reason: str, language: str) -> str:
    """
    Say a reason; several of them stand apart by semicolons.

    What has no Vietnamese wording is shown as it is, in quotation marks behind "chi tiết kỹ thuật", never dropped.

    Args:
        reason: As the rooms write it; may hold words of a stranger, so the caller cleans the result.
        language: "en" returns the reason unchanged; every other language is Vietnamese.
    """
    if language == "en" or not reason:
        return reason
    text = reason[:_LONGEST]
    if text.partition(":")[0] in PROBLEMS:
        return problem_words(text, language)
    whole = _worded(text)
    if whole is not None:
        return whole
    parts = [_worded(part) for part in text.split("; ")]
    known = [part for part in parts if part is not None]
    return "; ".join(known) if len(known) == len(parts) else _untranslated(text)


def problem_words(problem: str, language: str) -> str:
    """
    Say a problem such as "encrypted: the PDF opens only with a password" in words.

    Where the part behind the colon has a Vietnamese wording, it says all; where it has none, both are shown.
    """
    word, _, detail = (each.strip() for each in problem.partition(":"))
    known = PROBLEMS.get(word)
    if known is None:
        return said(problem, language)
    if not detail:
        return known[language]
    if language != "en" and (worded := _worded(detail)) is not None:
        return worded
    return f"{known[language]} ({said(detail, language)})"


def _untranslated(reason: str) -> str:
    return f"chi tiết kỹ thuật: “{reason}”"


def _worded(reason: str) -> str | None:
    """Return the Vietnamese wording of one reason; None when there is none."""
    exact = TEXTS.get(reason)
    if exact is not None:
        return exact
    for pattern, wording in _patterns():
        if found := pattern.fullmatch(reason):
            return wording.format_map({name: _shown(name, text) for name, text in found.groupdict().items()})
    return None


def _shown(name: str, text: str) -> str:
    """Say what stands in a place: a problem in Vietnamese, "2026-11-20" as "20/11/2026", the rest as it is."""
    match name:
        case "problem" | "reason":
            return problem_words(text, "vi")
        case "day":
            return "không rõ" if text == _NO_DAY else "/".join(reversed(text.split("-")))
        case _:
            return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile the wordings with places in them, those with the most fixed text first: they say the most."""
    with_places = [(english, vietnamese) for english, vietnamese in TEXTS.items() if "{" in english]
    ordered = sorted(with_places, key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[0])))
    return tuple((_compiled(english), vietnamese) for english, vietnamese in ordered)


def _compiled(english: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", english)
    fixed, names = [re.escape(piece) for piece in pieces[::2]], pieces[1::2]
    places = [f"(?P<{name}>{_PLACES.get(name, _ONE_WORD)})" for name in names]
    behind = [place + piece for place, piece in zip(places, fixed[1:], strict=True)]
    return re.compile("".join((fixed[0], *behind)), re.DOTALL)
