"""The figures of a run as tables, beside those of the last run that was accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.corpus import counting
from tests.corpus.comparing import Match
from tests.corpus.counting import REQUIRED, Answer
from tests.corpus.looking import FIELDS, Outcome
from tests.corpus.making import OFFICIAL
from tests.corpus.orders import Form, Shape

Figures = Mapping[str, float]

_NAMES = {
    "symbol": "number and symbol",
    "issued_date": "date",
    "type": "type",
    "issuer": "issuer",
    "subject": "subject",
    "place": "place",
    "superior": "superior",
    "urgency": "urgency",
    "due_date": "answer by",
    "signer": "signer",
}
_TEXT, _SCAN, _ALL = "text layer", "scan 200 dpi", "all"
_LEAST = 5
"""Kinds of documents with fewer mails than this are told together."""


def group_of(outcome: Outcome) -> str:
    """Name the group of formats whose aims hold for a mail; the files of documents that are hidden are none of them."""
    form = outcome.made.order.form
    if form.is_text_layer:
        return _TEXT
    if form is Form.SCAN:
        return _SCAN
    if form.is_scan or form is Form.PDF_PEN:
        return "other scans, numbers by hand"
    return "text of the mail"


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return every figure that is compared with the accepted run, by its name."""
    found: dict[str, float] = {}
    official = counting.kinds(outcomes)
    found["official: recall"] = official.recall
    found["official: precision"] = official.precision
    found["official: precision of the sure"] = official.sure_precision
    found["official: unsure"] = official.unsure_share
    found["secret: stopped"] = _stopped(outcomes)
    found["confidence ≥ 0.95: right"] = counting.right_of_sure(tuple(counting.answers(outcomes)))
    for name, group in groups(outcomes).items():
        answers = tuple(counting.answers(group))
        for field in FIELDS:
            tally = counting.tally(each for each in answers if each.field == field)
            found[f"{name}: {field} exact"] = tally.exact
            found[f"{name}: {field} wrong"] = tally.wrong_share
            found[f"{name}: {field} absent"] = tally.absent_share
        book = counting.book(group)
        found[f"{name}: straight through"] = book.straight_share
        found[f"{name}: wrong entries"] = book.wrong_share
        found[f"{name}: main file"] = counting.main_share(group)
    return found


def groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Part the mails with documents by the aims that hold for them, and add all together."""
    official = [each for each in outcomes if each.made.documents]
    return {**dict(sorted(counting.grouped(official, group_of).items())), _ALL: list(outcomes)}


def _stopped(outcomes: Iterable[Outcome]) -> float:
    hidden = [each for each in outcomes if each.made.order.shape is Shape.SECRET]
    return sum(each.action == "stop" for each in hidden) / len(hidden) if hidden else 1.0


def load_accepted(file: Path) -> Figures:
    """Read the figures of the last accepted run; none when there was none."""
    if not file.exists():
        return {}
    figures: Figures = json.loads(file.read_text(encoding="utf-8"))
    return figures


def save_accepted(file: Path, found: Figures) -> None:
    """Write the figures of a run that is accepted."""
    told = json.dumps({name: round(value, 5) for name, value in found.items()}, indent=1, sort_keys=True)
    file.write_text(f"{told}\n", encoding="utf-8")


def tables(outcomes: Sequence[Outcome], found: Figures, accepted: Figures) -> str:
    """Write all tables in Markdown."""
    parts = (
        _official(outcomes, found, accepted),
        *(_fields(name, group, found, accepted) for name, group in groups(outcomes).items()),
        _breakdown("format", outcomes, lambda each: each.made.order.form.value),
        _breakdown("kind of document, text layer", _text_layer(outcomes), _kind),
        _breakdown("shape of mail", outcomes, lambda each: each.made.order.shape.value),
        _calibration(outcomes),
    )
    return "\n\n".join(parts)


def _text_layer(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each.made.order.form.is_text_layer and each.made.documents]


def _kind(outcome: Outcome) -> str:
    return outcome.made.label


def _official(outcomes: Sequence[Outcome], found: Figures, accepted: Figures) -> str:
    lines = ["### Official or not", "", "| figure | value |", "| --- | --: |"]
    for name in ("recall", "precision", "precision of the sure", "unsure"):
        lines.append(f"| {name} | {_with_change(f'official: {name}', found, accepted)} |")
    lines.append(f"| marks of secrecy stopped | {_with_change('secret: stopped', found, accepted)} |")
    taken = counting.grouped(
        (each for each in outcomes if each.kind not in each.made.kinds), lambda each: each.made.label
    )
    for label, some in sorted(taken.items()):
        kinds = ", ".join(sorted({each.kind for each in some}))
        lines.append(f"| {label} taken for {kinds} | {len(some)} |")
    return "\n".join(lines)


def _fields(name: str, outcomes: Sequence[Outcome], found: Figures, accepted: Figures) -> str:
    answers = tuple(counting.answers(outcomes))
    lines = [
        f"### Fields: {name}, {sum(bool(each.made.documents) for each in outcomes)} mails",
        "",
        "| field | asked | exact | precision | recall | wrong | wrong ≥ 0.9 | absent |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for field in FIELDS:
        some = [each for each in answers if each.field == field]
        tally = counting.tally(some)
        sure = counting.tally(each for each in some if each.match is Match.WRONG and each.found.sure >= 0.9)
        cells = (
            _NAMES[field],
            str(tally.asked),
            _with_change(f"{name}: {field} exact", found, accepted),
            percent(tally.precision),
            percent(tally.recall),
            _with_change(f"{name}: {field} wrong", found, accepted),
            percent(sure.wrong / tally.asked if tally.asked else 0.0),
            percent(tally.absent_share),
        )
        lines.append(f"| {' | '.join(cells)} |")
    straight = _with_change(f"{name}: straight through", found, accepted)
    wrong = _with_change(f"{name}: wrong entries", found, accepted)
    main = _with_change(f"{name}: main file", found, accepted)
    return "\n".join((*lines, "", f"Straight through {straight}, wrong entries {wrong}, main file right {main}."))


def _breakdown(title: str, outcomes: Sequence[Outcome], by: Callable[[Outcome], str]) -> str:
    heads = (
        "mails",
        "taken for official",
        *(_NAMES[field] for field in REQUIRED),
        "any wrong",
        "straight",
        "wrong entries",
    )
    lines = [f"### By {title}", "", f"| {title} | {' | '.join(heads)} |", f"| --- |{' --: |' * len(heads)}"]
    wanted = [each for each in outcomes if each.made.documents]
    named = counting.grouped(wanted, by)
    few = [name for name, group in named.items() if len(group) < _LEAST]
    if len(few) > 1:
        named["(rare ones)"] = [each for name in few for each in named.pop(name)]
    for name, group in sorted(named.items()):
        lines.append(f"| {name} | {' | '.join(_cells(group))} |")
    return "\n".join(lines)


def _cells(group: Sequence[Outcome]) -> Iterator[str]:
    answers = tuple(counting.answers(group))
    yield str(len(group))
    yield percent(sum(each.kind == OFFICIAL for each in group) / len(group))
    for field in REQUIRED:
        yield percent(counting.tally(each for each in answers if each.field == field).exact)
    yield percent(counting.tally(each for each in answers if each.field in REQUIRED).wrong_share)
    book = counting.book(group)
    yield percent(book.straight_share) if book.complete else "–"
    yield str(book.wrong)


def _calibration(outcomes: Sequence[Outcome]) -> str:
    lines = [
        "### Confidence and truth",
        "",
        "| confidence | text layer | right | scans | right | text of the mail | right |",
    ]
    lines.append("| --- | --: | --: | --: | --: | --: | --: |")
    parts = [
        counting.calibration(tuple(counting.answers(each for each in outcomes if _is_of(each, name))))
        for name in ("text", "scan", "mail")
    ]
    for rows in zip(*parts, strict=True):
        cells = [cell for _, count, share in rows for cell in (str(count), percent(share) if count else "–")]
        lines.append(f"| {rows[0][0]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _is_of(outcome: Outcome, name: str) -> bool:
    form = outcome.made.order.form
    scan = form.is_scan or form is Form.PDF_PEN
    return {"text": form.is_text_layer, "scan": scan, "mail": not scan and not form.is_text_layer}[name]


def _with_change(name: str, found: Figures, accepted: Figures) -> str:
    """Write a share, and in brackets by how much it differs from that of the accepted run, in points."""
    value = found[name]
    if name not in accepted:
        return percent(value)
    change = round((value - accepted[name]) * 100, 1)
    return f"{percent(value)} ({change:+.1f})" if change else percent(value)


def percent(share: float) -> str:
    """Write a share of one as per cent, with one digit behind the point."""
    return f"{share * 100:.1f} %"


def told(answer: Answer) -> str:
    """Tell one field that was not read as it was printed, on one line."""
    read = f"{answer.found.value!r} ({answer.found.sure:.2f})" if answer.found.value else "nothing"
    where = answer.found.source or answer.found.reason or ""
    wanted = repr(answer.wanted) if answer.wanted else "nothing to be read"
    return f"{answer.match.value} {answer.field} {answer.outcome.made.order.id}: wanted {wanted}, read {read}; {where}"


def _least_sure(outcome: Outcome) -> str:
    sure, field = min((each.fields[field].sure, field) for each in outcome.documents for field in REQUIRED)
    return f"least sure is the {_NAMES[field]} ({sure:.2f})"


def missed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """List what went wrong: mails taken for another kind, wrong entries, then field by field."""
    for outcome in outcomes:
        if outcome.kind not in outcome.made.kinds:
            reason = outcome.reasons[0] if outcome.reasons else ""
            yield (
                f"kind {outcome.made.order.id} ({outcome.made.label}): taken for {outcome.kind}"
                f" ({outcome.confidence:.2f}), {outcome.action} by {outcome.rule}; {reason}"
            )
    for outcome in outcomes:
        if outcome.action == "register" and not counting.is_right(outcome):
            yield f"wrong entry {outcome.made.order.id}"
    for outcome in outcomes:
        if outcome.made.documents and len(outcome.documents) != len(outcome.made.documents):
            read, sent = len(outcome.documents), len(outcome.made.documents)
            yield f"documents {outcome.made.order.id}: {read} read, {sent} sent"
    for outcome in outcomes:
        if outcome.action != "register" and counting.is_complete(outcome) and counting.is_right(outcome):
            yield f"held {outcome.made.order.id}, all right: by {outcome.rule}; {_least_sure(outcome)}"
    answers = [each for each in counting.answers(outcomes) if each.match is not Match.RIGHT]
    for match in (Match.WRONG, Match.ABSENT):
        for field in FIELDS:
            yield from (told(each) for each in answers if each.field == field and each.match is match)
