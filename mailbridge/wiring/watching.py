"""Reading that tells what certificates it met, so that their revocation can be asked for behind the walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mailbridge.mail.message import Part
from mailbridge.ports import OpenedFile
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.signature import SignatureStatus


class WatchedReading(LimitedReading):
    """Fulfils the port `Reading`; `watch` is told the signatures of each mail, and must not block."""

    def __init__(self, limits: Limits, watch: Callable[[Iterable[SignatureStatus]], None]) -> None:
        super().__init__(limits)
        self._watch = watch

    async def open(self, parts: Sequence[Part], evidence: Evidence) -> tuple[OpenedFile, ...]:
        """Open as `LimitedReading` does, and tell of the signatures."""
        opened = await super().open(parts, evidence)
        self._watch([status for each in opened for status in each.signatures])
        return opened
