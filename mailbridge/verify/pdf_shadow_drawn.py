"""What the pages of a PDF file draw from elsewhere: streams and pages that lie in another file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mailbridge.verify.pdf_changes_graph import TooLarge, child, entry, members, place_of, resolved

# Every picture, form and appearance, each once.
_MOST_DRAWN = 100_000
_MOST_LEVELS = 100


def draws_from_elsewhere(pages: Iterable[Any]) -> bool:
    """
    Say whether anything that is drawn lies outside of the file, in forms within forms too.

    Raises:
        TooLarge: there is more than can be looked through.
        Exception: whatever pyHanko meets in a broken file.
    """
    seen: set[tuple[int, int]] = set()
    steps = 0
    for page in pages:
        waiting = list(_on_page(page))
        while waiting:
            reference = waiting.pop()
            place = place_of(reference)
            steps += 1
            if steps > _MOST_DRAWN:
                raise TooLarge
            if place in seen:
                continue
            if place is not None:
                seen.add(place)
            drawn = resolved(reference)
            # A reference XObject shows a page of another file (ISO 32000-1 §8.10.4).
            if _is_external(drawn) or child(drawn, "/Ref") is not None:
                return True
            waiting += _named_in(child(drawn, "/Resources"))
    return False


def _on_page(page: Any) -> Iterator[Any]:
    contents = entry(page, "/Contents")
    yield from (contents, *members(contents))
    yield from _named_in(_resources(page))
    for reference in members(entry(page, "/Annots")):
        looks = child(resolved(reference), "/AP")
        for key in looks or ():
            look = entry(looks, key)
            yield look
            yield from _values(resolved(look)) if not _is_stream(resolved(look)) else ()


def _resources(page: Any) -> Any:
    """Return the resources of a page, its own or those of the nearest node above it."""
    node = page
    for _ in range(_MOST_LEVELS):
        found = child(node, "/Resources")
        if found is not None or node is None:
            return found
        node = child(node, "/Parent")
    return None


def _named_in(resources: Any) -> Iterator[Any]:
    for category in ("/XObject", "/Pattern"):
        yield from _values(child(resources, category))


def _values(dictionary: Any) -> list[Any]:
    from pyhanko.pdf_utils.generic import DictionaryObject

    if not isinstance(dictionary, DictionaryObject):
        return []
    return [entry(dictionary, key) for key in dictionary]


def _is_stream(value: Any) -> bool:
    from pyhanko.pdf_utils.generic import StreamObject

    return isinstance(value, StreamObject)


def _is_external(value: Any) -> bool:
    """Say whether the octets of a stream lie in another file (ISO 32000-1 table 5)."""
    return _is_stream(value) and child(value, "/F") is not None
