"""Whether two objects of two revisions of a PDF file are the same, with everything that they lead to."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

# A file of 300 pages has some 2,000 objects beside its structure tree; this many take some 3 s.
MOST_OBJECTS = 10_000

_Place = tuple[int, int]


class TooLarge(ValueError):
    """There is more to compare than any official document has."""


def place_of(value: Any) -> _Place | None:
    """Return number and generation of an indirect reference, None for a direct object."""
    from pyhanko.pdf_utils.generic import IndirectObject

    return (value.idnum, value.generation) if isinstance(value, IndirectObject) else None


def resolved(value: Any) -> Any:
    """Follow an indirect reference in its own revision; None for null and for nothing."""
    from pyhanko.pdf_utils.generic import IndirectObject, NullObject

    if isinstance(value, IndirectObject):
        value = value.get_object()  # type: ignore[no-untyped-call] # pyHanko leaves this one untyped
    return None if isinstance(value, NullObject) else value


def entry(dictionary: Any, key: str) -> Any:
    """Return an entry as it is written, possibly a reference; None when it is missing or there is no dictionary."""
    from pyhanko.pdf_utils.generic import DictionaryObject

    return dictionary.raw_get(key) if isinstance(dictionary, DictionaryObject) and key in dictionary else None


def child(dictionary: Any, key: str) -> Any:
    """Return an entry, resolved."""
    return resolved(entry(dictionary, key))


def members(value: Any) -> list[Any]:
    """Return the members of an array as they are written; [] for anything else."""
    from pyhanko.pdf_utils.generic import ArrayObject

    array = resolved(value)
    return [array.raw_get(index) for index in range(len(array))] if isinstance(array, ArrayObject) else []


def plain_dictionary(value: Any) -> Any:
    """
    Return a resolved dictionary that is no stream, or None for anything else.

    Raises:
        ValueError: it is a stream; a page or an annotation that is a picture too is compared as neither.
    """
    from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

    found = resolved(value)
    if isinstance(found, StreamObject):
        raise ValueError("a stream stands where a dictionary belongs")
    return found if isinstance(found, DictionaryObject) else None


class Sameness:
    """
    Compares objects of an earlier and a later revision; each pair once, so the work is linear in the file.

    `apart` are places that are not followed, because they are compared by themselves: catalog, pages, annotations and
    fields, to which actions and signatures lead. What is drawn leads to none of them, and is compared without: else a
    picture could pass for an annotation. Nothing is passed over by its name, for a picture may have any name.
    """

    def __init__(self, apart: AbstractSet[_Place] = frozenset()) -> None:
        self._apart = apart
        self._found: set[tuple[_Place, _Place]] = set()
        self._steps = 0

    def same(self, before: Any, after: Any) -> bool:
        """
        Say whether the earlier and the later object are the same, and all that they lead to.

        Raises:
            TooLarge: after `MOST_OBJECTS` pairs in all.
            Exception: whatever pyHanko meets in a broken file.
        """
        seen: set[tuple[_Place, _Place]] = set()
        # A list of pairs instead of recursion: bookmarks are chains of thousands.
        waiting = [(before, after)]
        while waiting:
            pair = waiting.pop()
            if self._is_known(*pair, seen):
                continue
            inner = _inner_pairs(*map(resolved, pair))
            if inner is None:
                return False
            waiting += inner
        # Pairs met on the way to a difference are not remembered: one may have counted on another that differs.
        self._found |= seen
        return True

    def _is_known(self, before: Any, after: Any, seen: set[tuple[_Place, _Place]]) -> bool:
        """Say whether a pair needs no look: it was met before, or is not to be followed."""
        self._steps += 1
        if self._steps > 20 * MOST_OBJECTS:
            raise TooLarge
        here, there = place_of(before), place_of(after)
        if here is None or there is None:
            return False
        pair = (here, there)
        if (here == there and here in self._apart) or pair in seen or pair in self._found:
            return True
        seen.add(pair)
        if len(seen) + len(self._found) > MOST_OBJECTS:
            raise TooLarge
        return False


def _inner_pairs(before: Any, after: Any) -> list[tuple[Any, Any]] | None:
    """Compare two resolved objects by themselves; return the pairs within them, None when they differ."""
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject, DictionaryObject, TextStringObject

    if isinstance(before, DictionaryObject):
        return _entry_pairs(before, after) if _same_octets(before, after) else None
    if isinstance(before, ArrayObject):
        same_length = isinstance(after, ArrayObject) and len(before) == len(after)
        return list(zip(members(before), members(after), strict=True)) if same_length else None
    texts = (TextStringObject, ByteStringObject)
    if isinstance(before, texts):
        return [] if isinstance(after, texts) and before.original_bytes == after.original_bytes else None
    if before is None or after is None:
        return [] if before is after else None
    return [] if bool(before == after) and isinstance(after, str) == isinstance(before, str) else None


def _entry_pairs(before: Any, after: Any) -> list[tuple[Any, Any]] | None:
    from pyhanko.pdf_utils.generic import EncryptedObjAccess

    keys = before.keys()
    if keys != after.keys():
        return None
    # The value of a signature is the one string that is not encrypted (ISO 32000-1 §7.6.1).
    plain = {"/Contents"} if "/ByteRange" in keys else frozenset[str]()
    how = {True: EncryptedObjAccess.RAW, False: EncryptedObjAccess.TRANSPARENT}
    return [(before.raw_get(key, how[key in plain]), after.raw_get(key, how[key in plain])) for key in keys]


def _same_octets(before: Any, after: Any) -> bool:
    """Compare what kind of dictionary these are, and the content of streams."""
    from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

    if not isinstance(after, DictionaryObject):
        return False
    if not isinstance(before, StreamObject):
        return not isinstance(after, StreamObject)
    return isinstance(after, StreamObject) and before.encoded_data == after.encoded_data
