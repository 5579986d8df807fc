"""What was changed between two revisions of a PDF file, by what a reader sees of it."""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """One kind of change. Timestamps and validation data are none."""

    HIDDEN_SIGNATURE = auto()
    """A signature without a picture."""
    FIELD_SIGNED = auto()
    """A signature in a visible field that the signed file had."""
    SIGNATURE = auto()
    """A signature with a picture of its own, or an empty field for one."""
    FILLED = auto()
    """An empty form field got a value or a look."""
    REFILLED = auto()
    """A form field that had a value got another one, or another look."""
    FIELD_ADDED = auto()
    ANNOTATED = auto()
    """A new annotation, also a widget that belongs to no field."""
    CONTENT_ADDED = auto()
    """More content streams on a page, the former ones kept octet for octet."""
    PAGES_ADDED = auto()
    """Behind the former ones."""
    OTHER = auto()
    """What no page shows: bookmarks, attachments, preferences."""
    PAGES_REPLACED = auto()
    CONTENT_REPLACED = auto()
    """Also turned or cropped."""
    RESOURCES_REPLACED = auto()
    """Fonts, pictures, colours."""
    ANNOTATION_REPLACED = auto()
    """Also removed, hidden or moved; the same of fields and signatures."""
    LAYERS_SWITCHED = auto()
    ACTIONS = auto()
    """What the file does by itself."""


REPLACED = (
    Kind.PAGES_REPLACED,
    Kind.CONTENT_REPLACED,
    Kind.RESOURCES_REPLACED,
    Kind.ANNOTATION_REPLACED,
    Kind.REFILLED,
    Kind.LAYERS_SWITCHED,
    Kind.ACTIONS,
)
"""What takes away or alters something that was shown when the signature was made; worst first."""

FORM = frozenset({Kind.HIDDEN_SIGNATURE, Kind.FIELD_SIGNED, Kind.FILLED, Kind.REFILLED})
"""What a certification for filling in forms (P=2, ISO 32000-1 table 254) permits by itself."""

FILLING = frozenset({Kind.FILLED, Kind.REFILLED})
"""What a lock of fields can forbid."""

SIGNING = FORM | {Kind.SIGNATURE, Kind.OTHER}
"""What it permits where a later good signature covers it: the seal may bring its own field."""

ANNOTATING = SIGNING | {Kind.ANNOTATED, Kind.ANNOTATION_REPLACED}
"""What a certification for annotations (P=3) permits where a later good signature covers it."""
