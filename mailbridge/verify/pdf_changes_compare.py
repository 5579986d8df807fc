"""Two revisions of a PDF file compared by what their pages show (ISO 32000-1 §7.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbridge.verify.pdf_changes_form import Field, FormChanges, Place, read_form
from mailbridge.verify.pdf_changes_graph import (
    Sameness,
    TooLarge,
    child,
    entry,
    members,
    place_of,
    plain_dictionary,
    resolved,
)
from mailbridge.verify.pdf_changes_kinds import Kind

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_MOST_PAGES = 5_000
_NAME = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%]+")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit")
_QUIET_OF_PAGE = frozenset(
    {
        "/Type",
        "/Parent",
        "/Annots",
        "/Contents",
        "/Resources",
        "/StructParents",
        "/Tabs",
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
    }
)
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
# What of the catalog no page shows, or what is compared by itself. The structure tree is for reading aloud.
_QUIET = frozenset(
    {
        "/Type",
        "/Pages",
        "/AcroForm",
        "/DSS",
        "/Extensions",
        "/Metadata",
        "/Version",
        "/MarkInfo",
        "/StructTreeRoot",
        "/Perms",
        "/PieceInfo",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """A page: its place (None when it stands in the tree itself), its dictionary, and what it has from above."""

    place: tuple[int, int] | None
    dictionary: Any
    above: dict[str, Any]

    def get(self, key: str) -> Any:
        """Return an entry as it is written, its own or an inherited one."""
        own = entry(self.dictionary, key)
        return own if own is not None else self.above.get(key)


def compare(reader: PdfFileReader, revision: int) -> frozenset[Kind]:
    """
    Say what was changed between a revision (0 is the oldest) and the file as it is.

    Only what can be reached from the catalog counts: objects that nothing leads to change nothing. An empty answer
    means that only timestamps and validation data were added, if anything.

    Raises:
        TooLarge: the file has more objects or pages than any official document.
        Exception: whatever pyHanko meets in a broken file.
    """
    earlier = reader.get_historical_resolver(revision)
    later = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    before, after = plain_dictionary(earlier.root), plain_dictionary(later.root)
    old_pages, new_pages = list(_pages(before)), list(_pages(after))
    old_form, new_form = read_form(before), read_form(after)
    sameness = Sameness(_apart([*old_pages, *new_pages], [*old_form.values(), *new_form.values()], earlier.root_ref))
    drawing = Sameness()
    form = FormChanges(sameness, drawing, old_form, new_form)
    found = {*_catalog(sameness, before, after), *form.fields(child(before, "/AcroForm"), child(after, "/AcroForm"))}
    if not sameness.same(entry(earlier.trailer_view, "/Encrypt"), entry(later.trailer_view, "/Encrypt")):
        found.add(Kind.CONTENT_REPLACED)
    if len(new_pages) < len(old_pages):
        found.add(Kind.PAGES_REPLACED)
    if len(new_pages) > len(old_pages):
        found.add(Kind.PAGES_ADDED)
    for old, new in zip(old_pages, new_pages, strict=False):
        found.update(_look(drawing, old, new))
        found.update(_behaviour(sameness, old, new))
        found.update(form.annotations(members(old.get("/Annots")), members(new.get("/Annots"))))
    return frozenset(found)


def _apart(pages: Iterable[_Page], fields: Iterable[Field], catalog: Any) -> set[Place]:
    """Collect the places of what is compared by itself; signatures lead back to the catalog, actions to fields."""
    found = {(catalog.idnum, catalog.generation)}
    for field in fields:
        found |= field.places
    for page in pages:
        found |= {place for place in (page.place, *map(place_of, members(page.get("/Annots")))) if place is not None}
    return found


def _pages(root: Any) -> Iterator[_Page]:
    """Go through the pages in order, without recursion: a hostile tree may be deep or lead into itself."""
    waiting: list[tuple[Any, dict[str, Any]]] = [(entry(root, "/Pages"), {})]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        reference, above = waiting.pop()
        place, node = place_of(reference), plain_dictionary(reference)
        count += 1
        if count > 2 * _MOST_PAGES or (place is not None and place in seen):
            raise TooLarge
        if place is not None:
            seen.add(place)
        kids = members(entry(node, "/Kids"))
        if not kids and child(node, "/Type") != "/Pages":
            yield _Page(place=place, dictionary=node, above=above)
        own = {key: entry(node, key) for key in _INHERITED if entry(node, key) is not None}
        waiting += [(kid, above | own) for kid in reversed(kids)]


def _catalog(sameness: Sameness, before: Any, after: Any) -> Iterator[Kind]:
    for key in (before.keys() | after.keys()) - _QUIET:
        if key == "/Names":
            yield from _names(sameness, child(before, key), child(after, key))
        elif not sameness.same(entry(before, key), entry(after, key)):
            yield {
                "/OCProperties": Kind.LAYERS_SWITCHED,
                "/OpenAction": Kind.ACTIONS,
                "/AA": Kind.ACTIONS,
                "/NeedsRendering": Kind.ACTIONS,
            }.get(key, Kind.OTHER)


def _names(sameness: Sameness, before: Any, after: Any) -> Iterator[Kind]:
    for key in ("/JavaScript", "/AP", "/Renditions", "/Templates", "/Pages"):
        if not sameness.same(entry(before, key), entry(after, key)):
            yield Kind.ACTIONS
    for key in ("/Dests", "/EmbeddedFiles", "/AlternatePresentations", "/IDS", "/URLS"):
        if not sameness.same(entry(before, key), entry(after, key)):
            yield Kind.OTHER


def _look(drawing: Sameness, old: _Page, new: _Page) -> Iterator[Kind]:
    yield from _content(drawing, old, new)
    yield from _resources(drawing, old, new)
    for key in _BOXES:
        if not drawing.same(old.get(key), new.get(key)):
            yield Kind.CONTENT_REPLACED
    # A group may come with the first transparent picture; one that was there decides how colours mix.
    if not drawing.same(old.get("/Group"), new.get("/Group")):
        yield Kind.CONTENT_ADDED if old.get("/Group") is None else Kind.CONTENT_REPLACED


def _behaviour(sameness: Sameness, old: _Page, new: _Page) -> Iterator[Kind]:
    if not sameness.same(old.get("/AA"), new.get("/AA")):
        yield Kind.ACTIONS
    others = {*(old.dictionary or ()), *(new.dictionary or ())} - _QUIET_OF_PAGE - {*_BOXES, "/Group", "/AA"}
    if not all(sameness.same(entry(old.dictionary, key), entry(new.dictionary, key)) for key in others):
        yield Kind.OTHER


def _content(drawing: Sameness, old: _Page, new: _Page) -> Iterator[Kind]:
    """Compare content streams: those of the earlier page must stand in the later one, in order, octet for octet."""
    before, after = _streams(old), _streams(new)
    place = 0
    for stream in before:
        while place < len(after) and not drawing.same(stream, after[place]):
            place += 1
        place += 1
    if place <= len(after):
        if len(after) > len(before):
            yield Kind.CONTENT_ADDED
        return
    # Some programs write one stream out of several, with the former content inside.
    earlier, later = (b"\n".join(bytes(resolved(each).data).strip() for each in streams) for streams in (before, after))
    yield Kind.CONTENT_ADDED if earlier in later else Kind.CONTENT_REPLACED


def _streams(page: _Page) -> list[Any]:
    from pyhanko.pdf_utils.generic import StreamObject

    written = page.get("/Contents")
    found = [written] if isinstance(resolved(written), StreamObject) else members(written)
    return [each for each in found if isinstance(resolved(each), StreamObject)]


def _resources(drawing: Sameness, old: _Page, new: _Page) -> Iterator[Kind]:
    """Compare fonts, pictures and the like, each by its name."""
    before, after = resolved(old.get("/Resources")), resolved(new.get("/Resources"))
    for category in {*_names_in(before), *_names_in(after)}:
        former, later = child(before, category), child(after, category)
        names = _names_in(former)
        if not all(drawing.same(entry(former, name), entry(later, name)) for name in names):
            yield Kind.RESOURCES_REPLACED
        added = [name for name in _names_in(later) if name not in names]
        if added:
            # What is drawn by a name that stood for nothing appears when the name gets its picture.
            yield Kind.RESOURCES_REPLACED if _mentions(old, added) else Kind.CONTENT_ADDED


def _names_in(value: Any) -> list[str]:
    from pyhanko.pdf_utils.generic import DictionaryObject

    return list(value) if isinstance(value, DictionaryObject) else []


def _mentions(page: _Page, names: Iterable[str]) -> bool:
    content = b"\n".join(bytes(resolved(each).data) for each in _streams(page))
    # A name may also be written with # and two digits for any of its letters (ISO 32000-1 §7.3.5).
    words = {_HEX.sub(lambda match: bytes([int(match[1], 16)]), word) for word in _NAME.findall(content)}
    return any(name.encode("utf-8", "surrogateescape") in words for name in names)
