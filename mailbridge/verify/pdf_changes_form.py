"""The form fields and annotations of two revisions of a PDF file, compared (ISO 32000-1 §12.5, §12.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailbridge.verify.pdf_changes_graph import (
    MOST_OBJECTS,
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

Place = tuple[int, int]
# Annotation flags, ISO 32000-1 table 165.
_HIDDEN = 0x02
_NO_VIEW = 0x20
# What filling in changes of a widget; what signing may write into the widget that it uses.
_FILLING = frozenset({"/AP", "/AS", "/V", "/DA", "/Q", "/MK", "/F", "/Ff", "/M", "/DV"})
_BACK = frozenset({"/P", "/Parent", "/M", "/StructParent", "/Kids", "/V", "/Type", "/Ff", "/Lock"})
# What says nothing of any other annotation.
_QUIET = frozenset({"/P", "/M", "/StructParent"})
# How a reader writes the value of a field that it draws itself.
_WRITING = ("/DA", "/Q", "/MK", "/Ff")


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """
    A form field.

    `type` is "/Sig", "/Tx", …, its own or an inherited one; `value` as written; `widgets` its dictionary and those of
    its widgets, `places` where these stand.
    """

    type: Any
    value: Any
    widgets: tuple[Any, ...]
    places: frozenset[Place]

    @property
    def is_signed(self) -> bool:
        """Say whether this is a signature field with a value."""
        return self.type == "/Sig" and resolved(self.value) is not None

    @property
    def is_shown(self) -> bool:
        """Say whether any widget takes up room on a page."""
        return any(_is_shown(widget) for widget in self.widgets)


def read_form(root: Any) -> dict[Place, Field]:
    """Collect the fields of a catalog's form by their places; fields that are no references have no place."""
    found: dict[Place, Field] = {}
    waiting = [(each, None, None) for each in members(entry(child(root, "/AcroForm"), "/Fields"))]
    while waiting:
        reference, type_above, value_above = waiting.pop()
        place, node = place_of(reference), plain_dictionary(reference)
        if place is None or place in found or node is None:
            continue
        if len(found) > MOST_OBJECTS:
            raise TooLarge
        type_ = child(node, "/FT") or type_above
        value = entry(node, "/V") if entry(node, "/V") is not None else value_above
        kids = members(entry(node, "/Kids"))
        bare = [kid for kid in kids if entry(resolved(kid), "/T") is None]
        found[place] = Field(
            type=type_,
            value=value,
            widgets=(node, *(plain_dictionary(kid) for kid in bare)),
            places=frozenset(each for each in (place, *map(place_of, bare)) if each is not None),
        )
        waiting += [(kid, type_, value) for kid in kids if entry(resolved(kid), "/T") is not None]
    return found


class FormChanges:
    """Compares fields and annotations of two revisions, given the fields of both by place."""

    def __init__(
        self, sameness: Sameness, drawing: Sameness, before: Mapping[Place, Field], after: Mapping[Place, Field]
    ) -> None:
        self._sameness = sameness
        self._drawing = drawing
        self._before = before
        self._after = after
        self._widgets = {each: place for place, field in after.items() for each in field.places}
        self._former_widgets = {each: place for place, field in before.items() for each in field.places}

    def fields(self, before: Any, after: Any) -> Iterator[Kind]:
        """Compare the fields, and the two /AcroForm dictionaries (None when there is none)."""
        for place, field in self._after.items():
            former = self._before.get(place)
            yield from _added(field) if former is None else self._changed(former, field)
        if any(place not in self._after for place in self._before):
            yield Kind.ANNOTATION_REPLACED
        # A reader that draws the fields anew shows what these say.
        for key in ("/NeedAppearances", "/XFA", "/DA", "/Q")[: 2 if before is None else 4]:
            if not self._sameness.same(entry(before, key), entry(after, key)):
                yield Kind.REFILLED
        fonts, later = child(child(before, "/DR"), "/Font"), child(child(after, "/DR"), "/Font")
        if fonts is not None and not all(self._drawing.same(entry(fonts, name), entry(later, name)) for name in fonts):
            yield Kind.RESOURCES_REPLACED
        elif set(later or ()) - set(fonts or ()):
            # A field may ask for a font that was not there.
            yield Kind.FILLED

    def annotations(self, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Kind]:
        """Compare the annotations of one page."""
        if not _stands_in_order(before, after):
            yield Kind.ANNOTATION_REPLACED
        later = {place_of(each): each for each in after}
        direct = [each for each in after if place_of(each) is None]
        for each in before:
            place = place_of(each)
            if place is None:
                if not direct or not self._sameness.same(each, direct.pop(0)):
                    yield Kind.ANNOTATION_REPLACED
            elif place in later:
                yield from self._annotation(place, each, later.pop(place))
            else:
                yield Kind.ANNOTATION_REPLACED
        if direct:
            yield Kind.ANNOTATED
        for place, each in later.items():
            if place is not None:
                yield from self._attached(place, plain_dictionary(each))

    def _changed(self, former: Field, field: Field) -> Iterator[Kind]:
        old, new = former.widgets[0], field.widgets[0]
        keys = (old.keys() | new.keys()) - _BACK - _FILLING
        if former.type != field.type or not all(self._sameness.same(entry(old, key), entry(new, key)) for key in keys):
            yield Kind.ANNOTATION_REPLACED
        elif self._sameness.same(former.value, field.value):
            if field.type != "/Sig" and not all(self._sameness.same(entry(old, k), entry(new, k)) for k in _WRITING):
                yield Kind.REFILLED
        elif field.type != "/Sig":
            yield Kind.FILLED if _is_empty(former.value) else Kind.REFILLED
        elif former.is_signed:
            yield Kind.ANNOTATION_REPLACED
        elif field.is_shown:
            yield Kind.FIELD_SIGNED if former.is_shown else Kind.SIGNATURE
        elif not _is_timestamp(field):
            yield Kind.HIDDEN_SIGNATURE

    def _annotation(self, place: Place, before: Any, after: Any) -> Iterator[Kind]:
        """Compare one annotation that stood on the page before."""
        old, new = plain_dictionary(before), plain_dictionary(after)
        if old is None or new is None:
            if old is not new:
                yield Kind.ANNOTATION_REPLACED
            return
        field = self._before.get(self._former_widgets.get(place, (0, 0)))
        later = self._after.get(self._widgets.get(place, (0, 0)))
        # The value of a field is compared with the field; a widget may have one of its own, which some readers show.
        quiet = _QUIET if field is None or later is None else _BACK if place in self._before else _BACK - {"/V"}
        changed = {
            k for k in old.keys() | new.keys() if k not in quiet and not self._of(k).same(entry(old, k), entry(new, k))
        }
        if place_of(entry(old, "/Parent")) != place_of(entry(new, "/Parent")):
            yield Kind.ANNOTATION_REPLACED
        if not changed:
            return
        if field is None or later is None or changed - _FILLING:
            yield Kind.ANNOTATION_REPLACED
        elif field.type == "/Sig":
            if field.is_signed or not later.is_signed:
                yield Kind.ANNOTATION_REPLACED
        elif _visibility(old) != _visibility(new):
            yield Kind.ANNOTATION_REPLACED
        else:
            yield Kind.REFILLED if entry(old, "/AP") is not None and not _is_empty(field.value) else Kind.FILLED

    def _of(self, key: str) -> Sameness:
        return self._drawing if key in ("/AP", "/MK") else self._sameness

    def _attached(self, place: Place, widget: Any) -> Iterator[Kind]:
        """Name what an annotation is that was not on the page before; that of a new field is told by the field."""
        field = self._widgets.get(place)
        if field is None or child(widget, "/Subtype") != "/Widget":
            yield Kind.ANNOTATED
        elif field in self._before and _is_shown(widget):
            yield Kind.SIGNATURE if self._after[field].type == "/Sig" else Kind.FIELD_ADDED


def _stands_in_order(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Say whether the former annotations lie over one another as they did, each once."""
    former, later = [place_of(each) for each in before], [place_of(each) for each in after]
    known = set(former) - {None}
    return [each for each in later if each in known] == [each for each in former if each in known]


def _added(field: Field) -> Iterator[Kind]:
    if field.type != "/Sig":
        yield Kind.FIELD_ADDED
    elif field.is_shown:
        yield Kind.SIGNATURE
    elif field.is_signed and not _is_timestamp(field):
        yield Kind.HIDDEN_SIGNATURE
    if any(entry(widget, key) is not None for widget in field.widgets for key in ("/A", "/AA")):
        yield Kind.ACTIONS


def _is_timestamp(field: Field) -> bool:
    return bool(child(resolved(field.value), "/Type") == "/DocTimeStamp")


def _is_empty(value: Any) -> bool:
    found = resolved(value)
    return found is None or found == "/Off" or not str(found).strip()


def _is_shown(widget: Any) -> bool:
    """Say whether a widget takes up room on a page: it has an area, and is not hidden on screen and paper."""
    if _visibility(widget) & _HIDDEN:
        return False
    corners = [resolved(each) for each in members(entry(widget, "/Rect"))]
    if len(corners) != 4:
        return bool(corners)
    left, bottom, right, top = (float(corner) for corner in corners)
    return left != right and bottom != top


def _visibility(widget: Any) -> int:
    flags = child(widget, "/F")
    return flags & (_HIDDEN | _NO_VIEW) if isinstance(flags, int) else 0
