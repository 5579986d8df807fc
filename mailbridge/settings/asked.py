"""The conditions of a rule: from TOML to what `decision.conditions` asks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TypeGuard

from pydantic import JsonValue

from mailbridge.classifier.types import type_by_name
from mailbridge.decision.catalogue import CONDITIONS
from mailbridge.decision.conditions import (
    Asked,
    Condition,
    Flag,
    Networks,
    Patterns,
    Range,
    Shape,
    Wanted,
    Words,
    word_key,
)
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Report, suggestion
from mailbridge.settings.source import Source

_BOUNDS = ("at_least", "at_most", "below")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads the table `when` or `unless` of one rule; what is wrong goes into `report`."""

    source: Source
    report: Report
    agencies: frozenset[str] | None = None

    def asked(self, table: Mapping[str, JsonValue], path: KeyPath) -> tuple[Asked, ...]:
        """Return the conditions of a table, in the order written."""
        return tuple(self._conditions(table, path, ""))

    def _conditions(self, table: Mapping[str, JsonValue], path: KeyPath, above: str) -> Iterator[Asked]:
        for key, value in table.items():
            name, here = f"{above}{key}", (*path, key)
            condition = CONDITIONS.get(name)
            if condition is not None and not _is_group(name, value):
                wanted = self._wanted(condition, value, here)
                if wanted is not None:
                    yield Asked(condition=condition, wanted=wanted)
            elif isinstance(value, dict) and _is_prefix(name):
                yield from self._conditions(value, here, f"{name}.")
            else:
                self._wrong(here, f'unknown condition "{name}"', suggestion(name, CONDITIONS))

    def _wrong(self, path: KeyPath, problem: str, remedy: str) -> None:
        self.report.add(self.source.place(path), problem, remedy)

    def _wanted(self, condition: Condition, value: JsonValue, path: KeyPath) -> Wanted | None:
        match condition.shape:
            case Shape.FLAG:
                if isinstance(value, bool):
                    return Flag(value=value)
                self._wrong(path, f'condition "{condition.key}" must be true or false', "write true or false")
                return None
            case Shape.NUMBER:
                return self._range(condition, value, path)
            case _:
                texts = self._texts(condition, value, path)
                return self._of_texts(condition, texts, path) if texts else None

    def _range(self, condition: Condition, value: JsonValue, path: KeyPath) -> Range | None:
        remedy = f"write a number, or bounds such as {condition.key} = {{ at_least = 1 }}; bounds are " + ", ".join(
            _BOUNDS
        )
        if _is_number(value):
            return Range(at_least=value, at_most=value)
        if not isinstance(value, dict) or not value:
            self._wrong(path, f'condition "{condition.key}" must be a number', remedy)
            return None
        for bound, number in value.items():
            if bound not in _BOUNDS:
                self._wrong((*path, bound), f'unknown bound "{bound}" of "{condition.key}"', suggestion(bound, _BOUNDS))
                return None
            if not _is_number(number):
                self._wrong((*path, bound), f'bound "{bound}" of "{condition.key}" must be a number', remedy)
                return None
        bounds = {bound: number for bound, number in value.items() if _is_number(number)}
        if condition.key.startswith("confidence.") and any(not 0 <= number <= 1 for number in bounds.values()):
            self._wrong(path, f'condition "{condition.key}" lies between 0 and 1', "write such as { below = 0.9 }")
            return None
        highest = min(bounds.get("at_most", math.inf), bounds.get("below", math.inf))
        if bounds.get("at_least", -math.inf) > highest:
            self._wrong(path, f'condition "{condition.key}" can never hold', "at_least is above the other bound")
            return None
        return Range(at_least=bounds.get("at_least"), at_most=bounds.get("at_most"), below=bounds.get("below"))

    def _texts(self, condition: Condition, value: JsonValue, path: KeyPath) -> tuple[str, ...]:
        """Return one text or several; none, with a finding, when there is anything else."""
        texts = value if isinstance(value, list) else [value]
        if not texts:
            self._wrong(path, f'condition "{condition.key}" has an empty list, it can never hold', "name at least one")
        found = tuple(text for text in texts if isinstance(text, str) and text.strip())
        if len(found) < len(texts):
            remedy = f'write {condition.key} = "…" or a list of texts in brackets'
            self._wrong(path, f'condition "{condition.key}" must be a text or a list of texts', remedy)
            return ()
        return found

    def _of_texts(self, condition: Condition, texts: tuple[str, ...], path: KeyPath) -> Wanted | None:
        before = len(self.report.problems)
        for number, text in enumerate(texts):
            self._check_text(condition, text, (*path, number))
        if len(self.report.problems) > before:
            return None
        match condition.shape:
            case Shape.WORDS:
                return Words(any_of=texts)
            case Shape.NETWORKS:
                return Networks(any_of=tuple(ip_network(text) for text in texts))
            case _:
                return Patterns(any_of=texts)

    def _check_text(self, condition: Condition, text: str, path: KeyPath) -> None:
        match condition.shape:
            case Shape.WORDS:
                self._check_word(condition, text, path)
            case Shape.NETWORKS:
                try:
                    ip_network(text)
                except ValueError:
                    self._wrong(path, f'"{text}" is not a network', 'write such as "10.1.0.0/16" or "192.0.2.7"')
            case Shape.ADDRESSES | Shape.PATTERNS:
                self._check_pattern(condition, text, path)
            case _:
                pass

    def _check_word(self, condition: Condition, text: str, path: KeyPath) -> None:
        if condition.words and word_key(text) not in {word_key(word) for word in condition.words}:
            self._wrong(path, f'"{text}" is no word of condition "{condition.key}"', suggestion(text, condition.words))
        found = type_by_name(text) if condition.key == "document.type" else None
        if condition.key == "document.type" and (found is None or word_key(found.name) != word_key(text)):
            remedy = f'write "{found.name}"' if found else 'write the full name, such as "Công văn"'
            self._wrong(path, f'"{text}" is no tên loại that is known', remedy)
        if condition.key == "agency" and self.agencies is not None and text not in self.agencies:
            self._wrong(path, f'there is no agency "{text}"', suggestion(text, sorted(self.agencies)))

    def _check_pattern(self, condition: Condition, text: str, path: KeyPath) -> None:
        if text.count("[") != text.count("]"):
            self._wrong(
                path, f'pattern "{text}" has a bracket without its partner', "close it, or write [[] for a bracket"
            )
        elif condition.shape is Shape.ADDRESSES and text.startswith("@"):
            self._wrong(path, f'pattern "{text}" fits no address', f'write "*{text}", or "{text[1:]}" for the domain')
        elif condition.shape is Shape.ADDRESSES and text.count("@") > 1:
            self._wrong(path, f'pattern "{text}" has two @', "write one address pattern an element")


def _is_number(value: JsonValue) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_group(name: str, value: JsonValue) -> bool:
    """Say whether a table is meant as the words before a dot: `document` is no condition, `documents` is one."""
    return isinstance(value, dict) and CONDITIONS[name].shape is not Shape.NUMBER


def _is_prefix(name: str) -> bool:
    return any(key.startswith(f"{name}.") for key in CONDITIONS)
