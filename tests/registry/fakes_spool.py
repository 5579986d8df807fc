"""The side of the spool that tells fates, in memory, with what can happen to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Delivery


class TellingSpool:
    """
    Fulfils `noting.Told`. `told` are the fates that are not noted, `waits` the ids of waiting mail.

    Set `deaf` and `noted` fails, as after a crash behind the commit; `away` and nothing can be read.
    """

    def __init__(self) -> None:
        self.told: list[Delivery] = []
        self.waits: list[str] = []
        self.aside: list[str] = []
        self.asked: list[int] = []
        self.deaf = False
        self.away = False

    def waiting(self) -> Iterator[str]:
        yield from self.waits

    def deliveries(self, most: int) -> Sequence[Delivery]:
        if self.away:
            raise Unavailable("spool", "away")
        by_writer = sorted(self.told, key=lambda each: (each.writer, each.serial))
        self.asked.append(min(most, len(by_writer)))
        return tuple(by_writer[:most])

    def noted(self, deliveries: Sequence[Delivery]) -> None:
        if self.deaf:
            raise Unavailable("spool", "killed before it was told")
        done = {(each.writer, each.serial) for each in deliveries}
        self.told = [each for each in self.told if (each.writer, each.serial) not in done]
