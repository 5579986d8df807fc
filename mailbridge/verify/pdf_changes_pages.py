"""The pages of a PDF file, in all the ways in which readers find them and what they inherit (ISO 32000-1 §7.7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mailbridge.verify.pdf_changes_graph import TooLarge, child, entry, members, place_of, plain_dictionary

_MOST_PAGES = 5_000
_MOST_LEVELS = 100
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")

_Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """
    A page: its place (None when it stands in the tree itself), its dictionary, and what it inherits.

    `above` is what the nodes say through which the tree leads to it, `named` what those say that it names as its
    parents. In a sound file these are the same; where they are not, readers differ in which they take.
    """

    place: _Place | None
    dictionary: Any
    above: dict[str, Any]
    named: dict[str, Any]

    def get(self, key: str) -> Any:
        """Return an entry as it is written, its own or an inherited one."""
        own = entry(self.dictionary, key)
        return own if own is not None else self.above.get(key)

    @property
    def is_sound(self) -> bool:
        """Say whether all readers find the same above the page."""
        return self.above.keys() == self.named.keys() and all(
            self.named[key] is self.above[key] or (place_of(self.above[key]) or 0) == place_of(self.named[key])
            for key in self.above
        )

    def by_parents(self) -> Page:
        """Return the page as those readers see it who go by the parents that it names."""
        return Page(place=self.place, dictionary=self.dictionary, above=self.named, named=self.named)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageTree:
    """
    The pages in order, and by how many pages nodes of the tree miscount those below them, where they do.

    Some readers believe the count, and show no page beyond it.
    """

    pages: tuple[Page, ...]
    miscounts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """The end of a node, on the way through the tree: what it said, and how many pages came before it."""

    declared: Any
    before: int


def read_pages(root: Any) -> PageTree:
    """
    Go through the page tree of a catalog, without recursion: a hostile one may be deep or lead into itself.

    Raises:
        TooLarge: the tree has more nodes than any official document, or leads to one twice.
        Exception: whatever pyHanko meets in a broken file.
    """
    waiting: list[tuple[Any, dict[str, Any]] | _Counted] = [(entry(root, "/Pages"), {})]
    seen: set[_Place] = set()
    pages: list[Page] = []
    miscounts: list[int] = []
    steps = 0
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Counted):
            found = len(pages) - item.before
            if isinstance(item.declared, int) and item.declared != found:
                miscounts.append(item.declared - found)
            continue
        reference, above = item
        place, node = place_of(reference), plain_dictionary(reference)
        steps += 1
        if steps > 2 * _MOST_PAGES or (place is not None and place in seen):
            raise TooLarge
        if place is not None:
            seen.add(place)
        kids = members(entry(node, "/Kids"))
        if not kids and child(node, "/Type") != "/Pages":
            pages.append(Page(place=place, dictionary=node, above=above, named=_named(node)))
            continue
        waiting.append(_Counted(declared=child(node, "/Count"), before=len(pages)))
        waiting += [(kid, above | _own(node)) for kid in reversed(kids)]
    return PageTree(pages=tuple(pages), miscounts=tuple(miscounts))


def _own(node: Any) -> dict[str, Any]:
    return {key: entry(node, key) for key in _INHERITED if entry(node, key) is not None}


def _named(page: Any) -> dict[str, Any]:
    """Collect what the parents say that a page names, the nearest first."""
    found: dict[str, Any] = {}
    seen: set[_Place] = set()
    node = page
    for _ in range(_MOST_LEVELS):
        reference = entry(node, "/Parent")
        place, node = place_of(reference), plain_dictionary(reference)
        if node is None or place in seen:
            break
        if place is not None:
            seen.add(place)
        found = _own(node) | found
    return found
