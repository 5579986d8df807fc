"""What must be reached on the development data, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.corpus.counting import REQUIRED
from tests.corpus.report import percent


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """A figure, by its name, and its bound: at least, or at most where `most` is set."""

    figure: str
    bound: float
    most: bool = False

    def is_met(self, figures: Mapping[str, float]) -> bool:
        """Say whether the bound holds."""
        value = figures[self.figure]
        return value <= self.bound if self.most else value >= self.bound

    def told(self, figures: Mapping[str, float]) -> str:
        """Tell the aim and what was measured."""
        verdict = "met" if self.is_met(figures) else "**missed**"
        sign = "≤" if self.most else "≥"
        return f"* {self.figure} {sign} {percent(self.bound)}: {percent(figures[self.figure])}, {verdict}"


AIMS = (
    Aim(figure="official: recall", bound=0.99),
    Aim(figure="official: precision", bound=0.98),
    Aim(figure="secret: stopped", bound=1.0),
    *(Aim(figure=f"text layer: {field} exact", bound=0.95) for field in REQUIRED),
    *(Aim(figure=f"text layer: {field} wrong", bound=0.01, most=True) for field in REQUIRED),
    *(Aim(figure=f"scan 200 dpi: {field} exact", bound=0.9) for field in ("type", "symbol")),
    *(Aim(figure=f"scan 200 dpi: {field} wrong", bound=0.02, most=True) for field in ("type", "symbol")),
    Aim(figure="confidence ≥ 0.95: right", bound=0.95),
    Aim(figure="text layer: due_date exact", bound=0.9),
    Aim(figure="text layer: straight through", bound=0.9),
    Aim(figure="text layer: main file", bound=0.97),
    Aim(figure="all: wrong entries", bound=0.005, most=True),
)
"""What issue 4 asks for, and the features D8 (confidence), D9 (main file), D12 (marks of secrecy), D15."""
