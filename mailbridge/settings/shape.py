"""From a TOML table to a frozen value; every key that does not fit becomes a finding with its line and a remedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Report, suggestion
from mailbridge.settings.source import Source

CLOSED = ConfigDict(extra="forbid", allow_inf_nan=False)
"""For `__pydantic_config__`: a key that is not known is an error."""

T = TypeVar("T")

_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "string_type": ("must be a text", 'put it in quotation marks: "…"'),
        "int_type": ("must be a whole number", "write it without quotation marks and without a point"),
        "int_from_float": ("must be a whole number", "write it without a point"),
        "float_type": ("must be a number", "write it without quotation marks"),
        "finite_number": ("must be a finite number", "write a number such as 5.0"),
        "bool_type": ("must be true or false", "write true or false without quotation marks"),
        "tuple_type": ("must be a list", 'put it in brackets: ["…"]; a table that can stand several times is [[name]]'),
        "dataclass_type": ("must be a table", "write its keys below a line [name]"),
        "dict_type": ("must be a table", "write its keys below a line [name]"),
        "date_type": ("must be a date", "write it as 2026-11-30"),
        "date_from_datetime_parsing": ("must be a date", "write it as 2026-11-30"),
    }
)


def shaped(kind: type[T], source: Source, report: Report) -> T | None:
    """Return what `source` says as a `kind`; None, with findings, when it does not fit."""
    try:
        # Strict JSON mode: a list is a tuple, but "5" is no number and 1 is no truth.
        reader: TypeAdapter[T] = _readers(kind)
        return reader.validate_json(json.dumps(source.table, default=str), strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _tell(kind, detail, source, report)
        return None


_readers: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""Builds the reader of a kind of file once: that takes longer than reading."""


def _tell(kind: type[object], detail: ErrorDetails, source: Source, report: Report) -> None:
    path: KeyPath = detail["loc"]
    place = source.place(path)
    key = shown_path(path)
    match detail["type"]:
        case "missing":
            report.add(place, f'the key "{key}" is missing', f"add {path[-1]} = … here")
        case "unexpected_keyword_argument":
            known = _keys_at(kind, path[:-1])
            report.add(place, f'unknown key "{key}"', suggestion(str(path[-1]), known))
        case "literal_error" | "enum":
            expected = detail["ctx"]["expected"].replace("'", '"')
            report.add(
                place, f'"{key}" cannot be {json.dumps(detail["input"], ensure_ascii=False)}', f"write {expected}"
            )
        case other if other in _KINDS:
            problem, remedy = _KINDS[other]
            report.add(place, f'"{key}" {problem}', remedy)
        case _:
            report.add(place, f'"{key}" does not fit', detail["msg"][:1].lower() + detail["msg"][1:])


def shown_path(path: KeyPath) -> str:
    """Return a path as people write it: without the places of tables in their array, counting elements from 1."""
    words = [str(step) for step in path if isinstance(step, str)]
    if path and isinstance(path[-1], int):
        return ".".join(words) + f" (number {path[-1] + 1})"
    return ".".join(words)


def _keys_at(kind: Any, path: KeyPath) -> Iterable[str]:
    """Return the keys that the table at `path` may have."""
    for step in path:
        inner = _inner(kind)
        kind = get_type_hints(inner).get(str(step), inner) if isinstance(step, str) else inner
    inner = _inner(kind)
    # "pass" is a word of Python: its field is "pass_".
    return tuple(field.name.rstrip("_") for field in fields(inner)) if is_dataclass(inner) else ()


def _inner(kind: Any) -> Any:
    """Return the dataclass within `tuple[X, ...]`, `X | None` and the like."""
    while not is_dataclass(kind):
        inside = [each for each in get_args(kind) if each not in (type(None), ...)]
        if not inside:
            return kind
        kind = inside[0]
    return kind
