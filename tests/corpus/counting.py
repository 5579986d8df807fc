"""From outcomes to figures: what was right, wrong and absent, how sure it was, and what would stand in the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.corpus.comparing import Match, compare
from tests.corpus.looking import FIELDS, Found, FoundDocument, Outcome
from tests.corpus.making import OFFICIAL, WantedDocument

REQUIRED = ("symbol", "issued_date", "type", "issuer", "subject")
"""Without these a line of the book is not complete (NĐ 30/2020, Điều 22 khoản 1)."""

_NOTHING = Found(value="", sure=0.0, source="", reason="no document was found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One field of one document: what was printed, what was read, and whether that is the same."""

    outcome: Outcome
    field: str
    wanted: str
    found: Found
    match: Match


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """
    How the answers to one question fall; shares are of `asked`.

    Asked is every document, also one that does not print the field: nothing is the right answer there, and `nothing`
    counts these answers.
    """

    asked: int
    right: int
    wrong: int
    absent: int
    nothing: int = 0

    @property
    def precision(self) -> float:
        """Share of the values that were read which are right."""
        return _share(self.right - self.nothing, self.right - self.nothing + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the printed values that were read, and right."""
        return _share(self.right - self.nothing, self.asked - self.nothing)

    @property
    def exact(self) -> float:
        """Share of right answers."""
        return _share(self.right, self.asked)

    @property
    def wrong_share(self) -> float:
        """Share of wrong values, however unsure they were."""
        return _share(self.wrong, self.asked)

    @property
    def absent_share(self) -> float:
        """Share of values that stand there and were not read."""
        return _share(self.absent, self.asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinds:
    """Official or not: mails by what they are and what they were taken for."""

    official: int
    found: int
    taken: int
    rightly: int
    unsure: int
    sure: int
    surely_right: int
    mails: int

    @property
    def recall(self) -> float:
        """Share of the official mails that were taken for official."""
        return _share(self.found, self.official)

    @property
    def precision(self) -> float:
        """Share of the mails taken for official that are."""
        return _share(self.rightly, self.taken)

    @property
    def sure_precision(self) -> float:
        """Share of the mails taken for official without doubt that are."""
        return _share(self.surely_right, self.sure)

    @property
    def unsure_share(self) -> float:
        """Share of all mails that were taken for official with doubt, and wait for a clerk."""
        return _share(self.unsure, self.mails)


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What would happen without a hand: mails with complete facts, those entered whole and right, wrong entries."""

    complete: int
    straight: int
    entries: int
    wrong: int

    @property
    def straight_share(self) -> float:
        """Share of the mails with complete documents that were entered without a hand, all required fields right."""
        return _share(self.straight, self.complete)

    @property
    def wrong_share(self) -> float:
        """Share of the entries that hold a wrong value, or something that is no document."""
        return _share(self.wrong, self.entries)


_DOUBT = 0.8
"""A mail taken for official with less confidence than this is one that a clerk has to look at."""


def answers(outcomes: Iterable[Outcome]) -> Iterator[Answer]:
    """Compare every field of every document that was printed."""
    for outcome in outcomes:
        for wanted, found in paired(outcome):
            for field in FIELDS:
                if field in wanted.truth:
                    read = found.fields[field] if found else _NOTHING
                    match = compare(field, wanted.truth[field], read.value)
                    yield Answer(outcome=outcome, field=field, wanted=wanted.truth[field], found=read, match=match)


def paired(outcome: Outcome) -> list[tuple[WantedDocument, FoundDocument | None]]:
    """Find the reading of each document: by the name of its file, else in order."""
    left = list(outcome.documents)
    pairs: list[tuple[WantedDocument, FoundDocument | None]] = []
    for wanted in outcome.made.documents:
        by_name = [each for each in left if each.file == wanted.file]
        chosen = by_name[0] if by_name else left[0] if left else None
        if chosen:
            left.remove(chosen)
        pairs.append((wanted, chosen))
    return pairs


def tally(some: Iterable[Answer]) -> Tally:
    """Count answers."""
    some = tuple(some)
    matches = [answer.match for answer in some]
    return Tally(
        asked=len(matches),
        right=matches.count(Match.RIGHT),
        wrong=matches.count(Match.WRONG),
        absent=matches.count(Match.ABSENT),
        nothing=sum(answer.match is Match.RIGHT and not answer.wanted for answer in some),
    )


def kinds(outcomes: Sequence[Outcome]) -> Kinds:
    """Count official and other mails; one whose head is damaged may be taken for either, and is left out."""
    clear = [each for each in outcomes if each.made.kinds[0] != OFFICIAL or len(each.made.kinds) == 1]
    official = [each for each in clear if each.made.kinds[0] == OFFICIAL]
    taken = [each for each in clear if each.kind == OFFICIAL]
    sure = [each for each in taken if each.confidence >= _DOUBT]
    return Kinds(
        official=len(official),
        found=sum(each.kind == OFFICIAL for each in official),
        taken=len(taken),
        rightly=sum(each.made.kinds[0] == OFFICIAL for each in taken),
        unsure=len(taken) - len(sure),
        sure=len(sure),
        surely_right=sum(each.made.kinds[0] == OFFICIAL for each in sure),
        mails=len(clear),
    )


def book(outcomes: Iterable[Outcome]) -> Book:
    """Count what would be entered without a hand."""
    complete = straight = entries = wrong = 0
    for outcome in outcomes:
        entered = outcome.action == "register"
        right = is_right(outcome)
        complete += is_complete(outcome)
        straight += is_complete(outcome) and entered and right
        entries += entered
        wrong += entered and not right
    return Book(complete=complete, straight=straight, entries=entries, wrong=wrong)


def is_complete(outcome: Outcome) -> bool:
    """Say whether all documents of a mail print all required fields."""
    documents = outcome.made.documents
    return bool(documents) and all(each.truth.get(field) for each in documents for field in REQUIRED)


def main_share(outcomes: Iterable[Outcome]) -> float:
    """Return the share of documents whose main file was chosen right, of those in mails of several files."""
    several = [
        (wanted, found)
        for outcome in outcomes
        if len(outcome.made.documents) > 1 or any(each.parts > 1 for each in outcome.made.documents)
        for wanted, found in paired(outcome)
    ]
    right = sum(
        found is not None and (found.file, found.parts) == (wanted.file, wanted.parts) for wanted, found in several
    )
    return _share(right, len(several))


def is_right(outcome: Outcome) -> bool:
    """Say whether the lines of the book would be right: as many as there are documents, each required field."""
    if len(outcome.documents) != len(outcome.made.documents) or not outcome.documents:
        return False
    return all(
        found is not None and compare(field, wanted.truth[field], found.fields[field].value) is Match.RIGHT
        for wanted, found in paired(outcome)
        for field in REQUIRED
        if field in wanted.truth
    )


def calibration(some: Sequence[Answer]) -> list[tuple[str, int, float]]:
    """Say for each band of confidence how many values were read with it, and what share of them is right."""
    read = [answer for answer in some if answer.found.value]
    bands = ((0.99, 1.01), (0.95, 0.99), (0.9, 0.95), (0.8, 0.9), (0.6, 0.8), (0.0, 0.6))
    table = []
    for low, high in bands:
        inside = [answer for answer in read if low <= answer.found.sure < high]
        right = sum(answer.match is Match.RIGHT for answer in inside)
        table.append((f"{low:.2f}–{min(high, 1):.2f}", len(inside), _share(right, len(inside))))
    return table


def right_of_sure(some: Sequence[Answer]) -> float:
    """Return the share of right values among those that were read with a confidence of 0.95 or more."""
    sure = [answer for answer in some if answer.found.value and answer.found.sure >= 0.95]
    return _share(sum(answer.match is Match.RIGHT for answer in sure), len(sure))


def grouped(outcomes: Iterable[Outcome], by: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    """Part outcomes by a name."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(by(outcome), []).append(outcome)
    return groups


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
