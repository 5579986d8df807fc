"""
Bodies as letterheads, certificates and the directory name them: whether two names mean one body.

Names are compared without marks, case and the place of tone marks, with abbreviations written out
(`classifier.directory.name_key`), and with every other name that the directory gives a body, so that a renamed one
keeps its old certificates. Two names mean different bodies only when they cannot mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from mailbridge.classifier.directory import Directory, Office, name_key
from mailbridge.decision.identity_places import Level, Places, contradict, split

_TITLES = ("pho chu tich ", "chu tich ", "thu tuong ", "bo truong ", "tong giam doc ", "giam doc ")
_OFFICE = "van phong "
_GOVERNMENTS = ("uy ban nhan dan", "hoi dong nhan dan")
# Bodies of a place that its People's Committee leads; police, courts, taxes and insurance are led from above.
_LED = ("so ", "ban ", "phong ", "chi cuc ", "trung tam ", "van phong", "thanh tra", "benh vien", "truong ")
_SHARING = (*_GOVERNMENTS, "doan dai bieu quoc hoi")
_INDEPENDENT = ("so ", *_GOVERNMENTS)
_MOST_ABOVE = 6
_LIKE_ENOUGH = 0.9
"""Likeness of two names of which one was read from a picture: that much alike is a slip of the reader perhaps."""


class Relation(StrEnum):
    """How the first of two bodies stands to the second."""

    SAME = "same"
    OFFICE = "office"
    BELOW = "below"
    ABOVE = "above"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """One name of a body: what it is and where; both without marks."""

    core: str
    places: Places


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body: how it was written, all its names, and the bodies above it, the next first."""

    shown: str
    names: tuple[Name, ...]
    above: tuple[Body, ...] = ()

    @property
    def is_named(self) -> bool:
        """Say whether anything is there to compare: a name of signs alone is none."""
        return bool(self.names)

    @property
    def is_independent(self) -> bool:
        """Say whether it issues documents in its own name, so that it does not speak for the bodies above it."""
        return any(name.core.startswith(_INDEPENDENT) for name in self.names)


def body_named(name: str, above: Sequence[str], directory: Directory) -> Body:
    """
    Return the body that a name means, with what the directory knows of it.

    Args:
        above: Names of its superiors as they stand beside it, the next first.
    """
    found = directory.find(name, above[0] if above else None)
    if found is not None:
        return _with_above(body_of(found.office, directory), name, above, directory)
    return Body(shown=name, names=_names((name,)), above=_superiors(above, directory))


def body_of(office: Office, directory: Directory) -> Body:
    """Return an agency of the directory with all its names and its superiors."""
    above: list[Office] = []
    next_above = office.superior
    while next_above and len(above) < _MOST_ABOVE:
        found = directory.find(next_above)
        if found is None or found.office in above or found.office == office:
            break
        above.append(found.office)
        next_above = found.office.superior
    named = [Body(shown=each.name, names=_names((each.name, *each.others))) for each in above]
    if next_above and not above:
        named.append(Body(shown=next_above, names=_names((next_above,))))
    return Body(shown=office.name, names=_names((office.name, *office.others)), above=tuple(named))


def _with_above(body: Body, shown: str, above: Sequence[str], directory: Directory) -> Body:
    return Body(shown=shown, names=body.names, above=(*body.above, *_superiors(above, directory)))


def _superiors(above: Sequence[str], directory: Directory) -> tuple[Body, ...]:
    bodies: list[Body] = []
    for name in above[:_MOST_ABOVE]:
        found = directory.find(name)
        known = body_of(found.office, directory) if found else Body(shown=name, names=_names((name,)))
        bodies += [Body(shown=name, names=known.names), *known.above]
    return tuple(body for body in bodies if body.is_named)


def _names(texts: Iterable[str]) -> tuple[Name, ...]:
    named = [Name(core=_without_title(core), places=places) for core, places in map(split, map(name_key, texts))]
    return tuple(name for name in named if name.core or name.places)


def _without_title(core: str) -> str:
    """Take the body out of "Chủ tịch Ủy ban nhân dân", "Thủ tướng Chính phủ"; "Chủ tịch nước" is a body itself."""
    title = next((title for title in _TITLES if core.startswith(title)), "")
    rest = core.removeprefix(title)
    return rest if " " in rest else core


def relation(one: Body, other: Body, *, read_from_picture: bool = False) -> Relation:
    """
    Say how the first body stands to the second.

    Args:
        read_from_picture: A name was recognised in a picture; one that is nearly the same is then not another.

    Returns:
        UNKNOWN when one has no name, or when one name is only the beginning of the other. A body that was renamed or
        merged is the same only where the directory says so.
    """
    if not one.is_named or not other.is_named:
        return Relation.UNKNOWN
    found = {_between(a, b, one, other) for a in one.names for b in other.names}
    if Relation.SAME in found:
        return Relation.SAME
    if Relation.OFFICE in found:
        return Relation.OFFICE
    if Relation.ABOVE in found or any(_is_same(one, each) for each in other.above):
        return Relation.ABOVE
    if Relation.BELOW in found or any(_is_same(each, other) for each in one.above):
        return Relation.BELOW
    if Relation.UNKNOWN in found or (read_from_picture and _are_alike(one, other)):
        return Relation.UNKNOWN
    return Relation.OTHER


def _is_same(one: Body, other: Body) -> bool:
    return any(_between(a, b, one, other) is Relation.SAME for a in one.names for b in other.names)


def _between(one: Name, other: Name, first: Body, second: Body) -> Relation:
    here, there = _places(one, first), _places(other, second)
    if contradict(here, there):
        return Relation.OTHER
    if one.core == other.core:
        return _of_one_kind(one.core, here, there)
    if _is_office(one.core, other.core):
        return Relation.OFFICE
    if _leads(one.core, here, other.core, there) or _holds(other.core, one.core):
        return Relation.ABOVE
    if _leads(other.core, there, one.core, here) or _holds(one.core, other.core):
        return Relation.BELOW
    if _begins(one.core, other.core) or _begins(other.core, one.core):
        return Relation.UNKNOWN
    return Relation.OTHER


def _of_one_kind(core: str, here: Places, there: Places) -> Relation:
    """Compare two of one kind; a People's Committee without its place is nobody's name."""
    if core not in _GOVERNMENTS:
        return Relation.SAME
    if not here or not there:
        return Relation.UNKNOWN
    low, high = _lowest(here), _lowest(there)
    if low is high:
        return Relation.SAME
    return Relation.BELOW if [*Level].index(low) > [*Level].index(high) else Relation.ABOVE


def _places(name: Name, body: Body) -> Places:
    """Return the places of a name; those that it leaves out are taken from the bodies above it."""
    places = dict(name.places)
    for above in body.above:
        for each in above.names:
            for level, place in each.places.items():
                places.setdefault(level, place)
    return places


def _lowest(places: Places) -> Level:
    return max(places, key=[*Level].index)


def _leads(government: str, its: Places, core: str, places: Places) -> bool:
    """Say whether a People's Committee or Council leads a body of its place, or a "Tổng cục" its "Cục"."""
    if government == f"tong {core}":
        return True
    if government not in _GOVERNMENTS or not its or not core.startswith((*_LED, *_GOVERNMENTS)):
        return False
    level = _lowest(its)
    if places.get(level) is None or contradict({level: its[level]}, {level: places[level]}):
        return False
    return not core.startswith(_GOVERNMENTS) or _lowest(places) is not level


def _holds(core: str, other: str) -> bool:
    """Say whether the name of a unit ends with the name of the body that it belongs to, "van phong so noi vu"."""
    if core == f"tong {other}" or len(other.split()) < 2:
        return False
    return f" {core} ".find(f" {other} ") > 0


def _is_office(core: str, other: str) -> bool:
    """Say whether a name is that of the office of a body, or of the one that Committee and Council share."""
    whose = core.removeprefix(_OFFICE)
    if whose == core:
        return False
    return whose == other or (whose.startswith(_SHARING) and other in _GOVERNMENTS and other in whose)


def _begins(core: str, other: str) -> bool:
    return core != "" and f"{other} ".startswith(f"{core} ")


def _are_alike(one: Body, other: Body) -> bool:
    """Say whether two names differ by a slip of recognition at most, as a whole and in what they are."""
    wholes = (name_key(one.shown), name_key(other.shown))
    pairs = (wholes, *((a.core, b.core) for a in one.names for b in other.names))
    return all(SequenceMatcher(None, a, b, autojunk=False).ratio() >= _LIKE_ENOUGH for a, b in pairs)
