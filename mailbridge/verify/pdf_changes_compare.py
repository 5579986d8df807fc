"""Two revisions of a PDF file compared by what their pages show (ISO 32000-1 §7.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mailbridge.verify.pdf_changes_form import Field, FormChanges, Place, read_form
from mailbridge.verify.pdf_changes_graph import (
    Sameness,
    child,
    entry,
    members,
    place_of,
    plain_dictionary,
    resolved,
)
from mailbridge.verify.pdf_changes_kinds import Kind
from mailbridge.verify.pdf_changes_pages import Page, read_pages

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_NAME = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%]+")
# What may stand before the former content: a graphics state that is kept, and put back behind it.
_SAVES = re.compile(rb"\s*(?:q\s+)*")
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
    old_tree, new_tree = read_pages(before), read_pages(after)
    old_pages, new_pages = old_tree.pages, new_tree.pages
    old_form, new_form = read_form(before), read_form(after)
    sameness = Sameness(_apart([*old_pages, *new_pages], [*old_form.values(), *new_form.values()], earlier.root_ref))
    drawing = Sameness()
    form = FormChanges(sameness, drawing, old_form, new_form)
    found = {*_catalog(sameness, before, after), *form.fields(child(before, "/AcroForm"), child(after, "/AcroForm"))}
    if not _is_enciphered_alike(sameness, earlier.trailer_view, later.trailer_view):
        found.add(Kind.CONTENT_REPLACED)
    if len(new_pages) < len(old_pages) or old_tree.miscounts != new_tree.miscounts:
        found.add(Kind.PAGES_REPLACED)
    if len(new_pages) > len(old_pages):
        found.add(Kind.PAGES_ADDED)
    for old, new in zip(old_pages, new_pages, strict=False):
        found.update(_look(drawing, old, new))
        if not (old.is_sound and new.is_sound):
            found.update(_look(drawing, old.by_parents(), new.by_parents()))
        found.update(_behaviour(sameness, old, new))
        found.update(form.annotations(members(old.get("/Annots")), members(new.get("/Annots"))))
    return frozenset(found)


def _is_enciphered_alike(sameness: Sameness, before: Any, after: Any) -> bool:
    """Compare what the key is made of, with the first half of the file's identifier (ISO 32000-1 §7.6.3.3)."""
    old, new = entry(before, "/Encrypt"), entry(after, "/Encrypt")
    if old is None and new is None:
        return True
    first, second = (members(entry(trailer, "/ID"))[:1] or [None] for trailer in (before, after))
    return sameness.same(old, new) and sameness.same(first[0], second[0])


def _apart(pages: Iterable[Page], fields: Iterable[Field], catalog: Any) -> set[Place]:
    """Collect the places of what is compared by itself; signatures lead back to the catalog, actions to fields."""
    found = {(catalog.idnum, catalog.generation)}
    for field in fields:
        found |= field.places
    for page in pages:
        found |= {place for place in (page.place, *map(place_of, members(page.get("/Annots")))) if place is not None}
    return found


def _catalog(sameness: Sameness, before: Any, after: Any) -> Iterator[Kind]:
    for key in (before.keys() | after.keys()) - _QUIET:
        if key == "/Names":
            yield from _names(sameness, child(before, key), child(after, key))
        elif not sameness.same(entry(before, key), entry(after, key)):
            yield {
                "/OCProperties": Kind.LAYERS_SWITCHED,
                "/OpenAction": Kind.ACTIONS,
                "/AA": Kind.ACTIONS,
                # A portfolio: readers show the files in it instead of its pages.
                "/Collection": Kind.ACTIONS,
                "/NeedsRendering": Kind.ACTIONS,
            }.get(key, Kind.OTHER)


def _names(sameness: Sameness, before: Any, after: Any) -> Iterator[Kind]:
    for key in ("/JavaScript", "/AP", "/Renditions", "/Templates", "/Pages"):
        if not sameness.same(entry(before, key), entry(after, key)):
            yield Kind.ACTIONS
    for key in ("/Dests", "/EmbeddedFiles", "/AlternatePresentations", "/IDS", "/URLS"):
        if not sameness.same(entry(before, key), entry(after, key)):
            yield Kind.OTHER


def _look(drawing: Sameness, old: Page, new: Page) -> Iterator[Kind]:
    yield from _content(drawing, old, new)
    yield from _resources(drawing, old, new)
    for key in _BOXES:
        if not drawing.same(old.get(key), new.get(key)):
            yield Kind.CONTENT_REPLACED
    # A group may come with the first transparent picture; one that was there decides how colours mix.
    if not drawing.same(old.get("/Group"), new.get("/Group")):
        yield Kind.CONTENT_ADDED if old.get("/Group") is None else Kind.CONTENT_REPLACED


def _behaviour(sameness: Sameness, old: Page, new: Page) -> Iterator[Kind]:
    if not sameness.same(old.get("/AA"), new.get("/AA")):
        yield Kind.ACTIONS
    others = {*(old.dictionary or ()), *(new.dictionary or ())} - _QUIET_OF_PAGE - {*_BOXES, "/Group", "/AA"}
    if not all(sameness.same(entry(old.dictionary, key), entry(new.dictionary, key)) for key in others):
        yield Kind.OTHER


def _content(drawing: Sameness, old: Page, new: Page) -> Iterator[Kind]:
    """
    Compare content streams: those of the earlier page must stand in the later one, in order, octet for octet.

    What stands before them could clip them away or make their letters invisible, and so it must be nothing but the
    saving of the graphics state. What stands behind them is added.
    """
    before, after = _streams(old), _streams(new)
    place = 0
    for stream in before:
        while place < len(after) and not drawing.same(stream, after[place]):
            if not _SAVES.fullmatch(bytes(resolved(after[place]).data) + b"\n"):
                place = len(after)
            place += 1
        place += 1
    if place <= len(after):
        if len(after) > len(before):
            yield Kind.CONTENT_ADDED
        return
    # Some programs write one stream out of several, with the former content inside.
    earlier, later = (b"\n".join(bytes(resolved(each).data).strip() for each in streams) for streams in (before, after))
    begin, end = later.find(earlier), later.find(earlier) + len(earlier)
    kept = begin >= 0 and _SAVES.fullmatch(later, 0, begin) and not later[end : end + 1].strip()
    yield Kind.CONTENT_ADDED if kept or not earlier else Kind.CONTENT_REPLACED


def _streams(page: Page) -> list[Any]:
    from pyhanko.pdf_utils.generic import StreamObject

    written = page.get("/Contents")
    found = [written] if isinstance(resolved(written), StreamObject) else members(written)
    return [each for each in found if isinstance(resolved(each), StreamObject)]


def _resources(drawing: Sameness, old: Page, new: Page) -> Iterator[Kind]:
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


def _mentions(page: Page, names: Iterable[str]) -> bool:
    content = b"\n".join(bytes(resolved(each).data) for each in _streams(page))
    # A name may also be written with # and two digits for any of its letters (ISO 32000-1 §7.3.5).
    words = {_HEX.sub(lambda match: bytes([int(match[1], 16)]), word) for word in _NAME.findall(content)}
    return any(name.encode("utf-8", "surrogateescape") in words for name in names)
