"""Rules that can never speak: the ones behind a rule that takes everything, or everything they ask for."""

from __future__ import annotations

from collections.abc import Sequence

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.conditions import Asked, Flag, Networks, Patterns, Range, Wanted, Words, folded
from mailbridge.decision.rules import Rule
from mailbridge.settings.problem import Place, Report

_TAKEN = {Kind.SECRET.value: "stopped", Kind.AUTOMATIC.value: "passed on", Kind.PERSONAL.value: "passed on"}
"""Kinds that the fixed rules decide before any rule of the administrator is asked."""


def find_dead_rules(rules: Sequence[Rule], report: Report) -> None:
    """Note every rule that no mail can reach."""
    for number, rule in enumerate(rules):
        cover = next((other for other in rules[:number] if other.stop and covers(other, rule)), None)
        if cover is not None:
            problem = f'rule "{rule.name}" is never asked: "{cover.name}" ({cover.origin}) takes all its mail before'
            report.add(_place(rule), problem, f'put it before "{cover.name}", or take it out')
        for kind in _only_taken_kinds(rule):
            problem = f'rule "{rule.name}" is never asked: mail of kind "{kind}" is always {_TAKEN[kind]} before'
            report.add(_place(rule), problem, "take it out")


def _place(rule: Rule) -> Place:
    file, _, line = rule.origin.rpartition(":")
    return Place(file=file, line=int(line)) if line.isdigit() else Place(file=rule.origin)


def _only_taken_kinds(rule: Rule) -> tuple[str, ...]:
    for asked in rule.when:
        if asked.condition.key == "kind" and isinstance(asked.wanted, Words):
            kinds = [folded(word) for word in asked.wanted.any_of]
            return tuple(kinds[:1]) if all(kind in _TAKEN for kind in kinds) else ()
    return ()


def covers(first: Rule, second: Rule) -> bool:
    """Say whether `first` speaks whenever `second` would; False when that cannot be seen from their text."""
    narrower = all(any(_implies(own, asked) for own in second.when) for asked in first.when)
    silenced = all(any(_implies(asked, own) for own in second.unless) for asked in first.unless)
    return narrower and silenced


def _implies(narrow: Asked, wide: Asked) -> bool:
    """Say whether `wide` holds wherever `narrow` does."""
    return narrow.condition.key == wide.condition.key and _within(narrow.wanted, wide.wanted)


def _within(narrow: Wanted, wide: Wanted) -> bool:
    match narrow, wide:
        case (Words(any_of=few), Words(any_of=many)) | (Patterns(any_of=few), Patterns(any_of=many)):
            return {folded(text) for text in few} <= {folded(text) for text in many}
        case Networks(any_of=few), Networks(any_of=many):
            return set(few) <= set(many)
        case Flag(value=one), Flag(value=other):
            return one is other
        case Range(), Range():
            return _in_range(narrow, wide)
        case _:
            return False


def _in_range(narrow: Range, wide: Range) -> bool:
    low = wide.at_least is None or (narrow.at_least is not None and narrow.at_least >= wide.at_least)
    tops = [bound for bound in (narrow.at_most, narrow.below) if bound is not None]
    high = wide.at_most is None or any(top <= wide.at_most for top in tops)
    strict = wide.below is None or (
        (narrow.below is not None and narrow.below <= wide.below)
        or (narrow.at_most is not None and narrow.at_most < wide.below)
    )
    return low and high and strict
