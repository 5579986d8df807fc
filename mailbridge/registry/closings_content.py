"""
What a closing counts and seals: the lines of a day or a year as the book prints them.

CORE. What a closed period refuses and what its digest covers is one list. On paper a clerk draws a line below the day;
the columns for hand-over (7 and 8) are still filled in the next morning (NĐ 30/2020/NĐ-CP, Điều 23 khoản 1), the remark
that the paper has come (10) a week later, and directions, deadlines and files go on for months. So a closed day seals
columns 1 to 6, and a closed year all ten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbridge.registry.entry import Channel, EntryStatus, RegisterEntry, local_day
from mailbridge.registry.versions import EntryVersion

SCHEME = 1
"""Which rules of this module a digest follows; it is kept with each closing."""

AFTER_A_DAY = frozenset({"recipients", "transfer_date", "note"})
"""Fields of the printed book that are filled in after the day of arrival: columns 7, 8 and 10."""

NEVER_SEALED = frozenset(
    {"due_date", "trace", "file_organ_id", "file_year", "file_notation", "file_ordinal", "reply_symbol", "progress"}
)
"""Fields that are no column of the book: what becomes of the document, and the file in which it ends."""


_STRUCK = (EntryStatus.VOIDED, EntryStatus.MERGED, EntryStatus.RECALLED)
_SEALED_STATES = (*_STRUCK, EntryStatus.REPLACED)
"""States that the book prints; how far the work on a document has come is none of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A day of a book ("2026-11-20" as text) or its whole year ("2026"); days are those of Vietnam."""

    year: int
    day: date | None = None

    @property
    def text(self) -> str:
        """Return it as the database has it."""
        return self.day.isoformat() if self.day else f"{self.year:04d}"

    @property
    def shown(self) -> str:
        """Return it as people say it: "ngày 20/11/2026", "năm 2026"."""
        return f"ngày {self.day:%d/%m/%Y}" if self.day else f"năm {self.year}"

    @property
    def shown_in_english(self) -> str:
        """Return it for people who read English."""
        return f"the day {self.day:%d/%m/%Y}" if self.day else f"the year {self.year}"

    @property
    def option(self) -> str:
        """Return how the command line names it."""
        return f"--day {self.day:%d/%m/%Y}" if self.day else f"--year {self.year}"

    def is_over(self, now: datetime) -> bool:
        """Say whether the day, or the year, has ended in Vietnam."""
        today = local_day(now)
        return self.day < today if self.day else self.year < today.year

    def sealed_from(self, fields: Collection[str]) -> tuple[str, ...]:
        """Return those of these fields that may not be changed when the period is closed."""
        free = NEVER_SEALED if self.day is None else NEVER_SEALED | AFTER_A_DAY
        return tuple(name for name in fields if name not in free)


def day_of(day: date) -> Period:
    """Return the period of one day."""
    return Period(year=day.year, day=day)


def read_period(text: str) -> Period:
    """Read what `Period.text` wrote."""
    return day_of(date.fromisoformat(text)) if "-" in text else Period(year=int(text))


def periods_of(day: date) -> tuple[Period, Period]:
    """Return the year and the day in which a document that arrived on this day stands."""
    return Period(year=day.year), day_of(day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """
    What was counted at a closing.

    `numbers` are stretches of số đến, both ends included; on one day there may be several, as a document that is
    entered late has a number of a later day. `voided` counts lines that are struck through. `first` and `last` are
    None of a period without entries.
    """

    entries: int = 0
    voided: int = 0
    mail: int = 0
    paper: int = 0
    corrected: int = 0
    numbers: tuple[tuple[int, int], ...] = ()
    lines_digest: str = ""

    @property
    def first(self) -> int | None:
        """The lowest số đến."""
        return self.numbers[0][0] if self.numbers else None

    @property
    def last(self) -> int | None:
        """The highest số đến."""
        return self.numbers[-1][1] if self.numbers else None

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """Stretches between the first and the last that have no entry here; in a year they are gaps of the series."""
        pairs = zip(self.numbers, self.numbers[1:], strict=False)
        return tuple((before[1] + 1, after[0] - 1) for before, after in pairs)

    def as_json(self) -> str:
        """Write what has no column of its own."""
        told = {"scheme": SCHEME, "mail": self.mail, "paper": self.paper, "corrected": self.corrected}
        return json.dumps(told | {"numbers": self.numbers}, separators=(",", ":"))


def read_totals(text: str, *, entries: int, voided: int, digest: str) -> Totals:
    """Read what `Totals.as_json` wrote, with what stands in columns."""
    told = json.loads(text)
    return Totals(
        entries=entries,
        voided=voided,
        mail=told["mail"],
        paper=told["paper"],
        corrected=told["corrected"],
        numbers=tuple((first, last) for first, last in told["numbers"]),
        lines_digest=digest,
    )


def count(entries: Iterable[Sequence[EntryVersion]], period: Period) -> Totals:
    """
    Count entries and take the SHA-256 of their lines; memory does not grow with them.

    Args:
        entries: Each with all its versions, the first one first; in the order of their numbers.
    """
    digest = hashlib.sha256(f"mailbridge closing {SCHEME} {period.text}\n".encode())
    entered = voided = mail = corrected = 0
    numbers: list[tuple[int, int]] = []
    for versions in entries:
        newest = versions[-1].entry
        told = tuple(sealed_lines(versions, period))
        for each in told:
            digest.update(each)
        entered += 1
        corrected += len(told) > 1 and newest.status not in _STRUCK
        voided += newest.status in _STRUCK
        mail += newest.draft.channel is Channel.MAIL
        _append(numbers, newest.number)
    return Totals(
        entries=entered,
        voided=voided,
        mail=mail,
        paper=entered - mail,
        corrected=corrected,
        numbers=tuple(numbers),
        lines_digest=digest.hexdigest(),
    )


def sealed_lines(versions: Sequence[EntryVersion], period: Period) -> Iterator[bytes]:
    """
    Yield a line for each version that says something else than the one before in what the period seals.

    A line is a JSON array in UTF-8, ended by a newline: số đến, state, day of arrival, issuer, symbol, date, type,
    summary, (of a year: recipients, day of hand-over, remarks,) who wrote it, when (UTC) and why. Anybody with the
    JSON export of the book can make it again.
    """
    before: list[object] | None = None
    for version in versions:
        cells = _cells(version.entry, period)
        if cells != before:
            author = version.author
            said = [*cells, author.by, author.at.isoformat(), author.why]
            yield (
                json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"
            )
        before = cells


def _cells(line: RegisterEntry, period: Period) -> list[object]:
    draft = line.draft
    said: list[object] = [
        line.number,
        (line.status if line.status in _SEALED_STATES else EntryStatus.REGISTERED).value,
        line.arrival_date.isoformat(),
        draft.issuer,
        draft.symbol,
        _iso(draft.issued_date),
        draft.type,
        draft.subject,
    ]
    return said if period.day else [*said, draft.recipients, _iso(draft.transfer_date), draft.note]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _append(numbers: list[tuple[int, int]], number: int) -> None:
    if numbers and numbers[-1][1] + 1 == number:
        numbers[-1] = (numbers[-1][0], number)
    else:
        numbers.append((number, number))
