"""How sure a reading is, and how its place is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.mail.pages import UNREAD, Box, Layer

T = TypeVar("T")


# A character read from a picture, or a text that anyone could have typed into a mail, is never as sure as the text
# layer of a file. The caps lie under 0.95, where a field counts as sure.
_CAPS = {Layer.TEXT: 0.99, Layer.FLOW: 0.99, Layer.OCR: 0.88, Layer.BODY: 0.93}


class Ink(Protocol):
    """What a field was read from: a line of a page, or a piece of one."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def box(self) -> Box:
        """Where they stand on the page."""

    @property
    def sure(self) -> float:
        """How sure the least sure of them is, 0..1."""


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
        self,
        value: T,
        sure: float,
        box: str,
        *,
        of: Sequence[Ink] = (),
        rivals: Iterable[Rival[T]] = (),
        limit: float = 1.0,
    ) -> Reading[T]:
        """
        Make the reading of a value in `box`.

        Args:
            of: What it was read from; no field is surer than the least sure word of it.
            limit: What else the value rests on allows so much.
        """
        least = min((each.sure for each in of), default=1.0)
        return Reading(
            value=value,
            confidence=round(min(sure, limit, least, _CAPS[self.layer]), 2),
            source=self.source(box),
            rivals=tuple(rivals),
            box=around(of),
        )


def around(of: Sequence[Ink]) -> Box | None:
    """Return the smallest box around all of them; None for nothing."""
    if not of:
        return None
    boxes = [each.box for each in of]
    return Box(
        left=round(min(box.left for box in boxes), 1),
        top=round(min(box.top for box in boxes), 1),
        right=round(max(box.right for box in boxes), 1),
        bottom=round(max(box.bottom for box in boxes), 1),
    )


def is_unread(of: Iterable[Ink]) -> bool:
    """Say whether some of the ink could not be read."""
    return any(UNREAD in each.text for each in of)


def absent(reason: str, rivals: Iterable[Rival[T]] = ()) -> Reading[T]:
    """Make the reading of a field without a value, and say why."""
    return Reading(reason=reason, rivals=tuple(rivals))
