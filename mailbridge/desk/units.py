"""The units of an agency, and how people call them: "P.TCHC", "phong to chuc hanh chinh", "Phòng TC-HC"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mailbridge.classifier.folding import fold
from mailbridge.decision.units import Unit
from mailbridge.desk.answers import Refused

_WORDS = re.compile(r"[0-9a-z]+")
_KIND_WORDS = ("van phong", "phong", "ban", "bo phan", "don vi", "trung tam", "chi cuc", "to", "khoa", "doi")
"""What a unit is; people leave it out."""
_SHORT_KINDS = {"p": "phong", "ph": "phong", "vp": "van phong", "tt": "trung tam", "bp": "bo phan", "cc": "chi cuc"}
_FILLING = frozenset({"va", "cua"})


def units_called(text: str, units: Iterable[Unit]) -> tuple[Unit, ...]:
    """
    Return the units that a name can mean, whatever its marks, case, points and hyphens; () when none.

    A whole name wins over initials, and those over a name without what the unit is ("phòng").
    """
    units = tuple(units)
    asked = _spelled(text)
    if not asked:
        return ()
    for rank in range(3):
        found = tuple(unit for unit in units if asked & _names(unit)[rank])
        if found:
            return found
    return ()


def the_unit(text: str, units: Sequence[Unit]) -> Unit | None:
    """
    Find the one unit that is meant; None when this agency has named no units.

    Raises:
        Refused: None or several are called so; the sentence names those that are known.
    """
    if not units:
        return None
    by_address = tuple(unit for unit in units if unit.address and unit.address.lower() == text.strip().lower())
    found = by_address or units_called(text, units)
    if len(found) == 1:
        return found[0]
    names = "; ".join(unit.name for unit in found or units)
    if found:
        raise Refused(
            f"“{text}” có thể là: {names}. Đề nghị ghi rõ tên đơn vị.",
            f"“{text}” can be: {names}. Please write the name of the unit in full.",
            code="several-units",
        )
    raise Refused(
        f"Không có đơn vị “{text}”. Các đơn vị: {names}.",
        f"There is no unit “{text}”. The units are: {names}.",
        code="no-unit",
    )


def _names(unit: Unit) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the forms of a unit's names, surest first: whole, initials, without what it is."""
    whole, initials, bare = {_joined(unit.id)}, set(), set()
    for name in (unit.name, *unit.others):
        words = _words(name)
        rest = _without_kind(words)
        whole.add("".join(words))
        for each in (words, rest):
            initials.add("".join(word[0] for word in each))
            initials.add("".join(word[0] for word in each if word not in _FILLING))
        bare.add("".join(rest))
    return frozenset(whole), frozenset(initials - {""}), frozenset(bare - {""})


def _spelled(text: str) -> frozenset[str]:
    """Return what a person wrote in the forms in which names are compared."""
    words = _words(text)
    long = [*_SHORT_KINDS[words[0]].split(), *words[1:]] if words and words[0] in _SHORT_KINDS else words
    forms = {"".join(each) for each in (words, long, _without_kind(long)) if each}
    return frozenset(forms)


def _without_kind(words: list[str]) -> list[str]:
    text = " ".join(words)
    for kind in _KIND_WORDS:
        if text.startswith(f"{kind} "):
            return text[len(kind) + 1 :].split()
    return words


def _joined(text: str) -> str:
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return _WORDS.findall(fold(text))
