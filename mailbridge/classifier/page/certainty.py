"""How sure a reading is, and how its place is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.mail.pages import Layer

T = TypeVar("T")

# A character read from a picture, or a text that anyone could have typed into a mail, is never as sure as the text
# layer of a file. The caps lie under 0.95, where a field counts as sure.
_CAPS = {Layer.TEXT: 0.99, Layer.FLOW: 0.99, Layer.OCR: 0.88, Layer.BODY: 0.93}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a page came from: the index of its part in the mail, its number from 1 and the layer of its text."""

    part: str
    page: int
    layer: Layer

    def source(self, box: str) -> str:
        """Name a box of Phụ lục I on this page: "part 1.2, page 1, text layer, box 3"."""
        return f"part {self.part}, page {self.page}, {self.layer.value}, box {box}"

    def found(
        self, value: T, sure: float, box: str, *, rivals: Iterable[Rival[T]] = (), limit: float = 1.0
    ) -> Reading[T]:
        """Make the reading of a value in `box`; `sure` is lowered to what the layer and `limit` allow."""
        return Reading(
            value=value,
            confidence=round(min(sure, limit, _CAPS[self.layer]), 2),
            source=self.source(box),
            rivals=tuple(rivals),
        )


def absent(reason: str, rivals: Iterable[Rival[T]] = ()) -> Reading[T]:
    """Make the reading of a field without a value, and say why."""
    return Reading(reason=reason, rivals=tuple(rivals))
