"""Find every reason that the rooms behind a letter can give, by reading their sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2] / "mailbridge"
ROOMS = ("classifier", "reading", "verify", "mail")

_FUNCTION_WORDS = """
a and are be behind beyond cannot could did for has have holds in inside is lost more no not nothing
of on only opens read several small stands that the there to took under uses was were without
"""
"""Words that give an English sentence away and are no Vietnamese syllables."""
_ENGLISH = frozenset(_FUNCTION_WORDS.split())
_CARRIERS = re.compile(r"reason|problem|slip|defect")
"""Names that a reason is kept under; what is put there counts even where no English word gives it away."""

_GRAMMAR = ("grammar.py", "writing.py", "symbol.py")
"""Here slips are written as tuples of one text."""

_LISTS = ("syllables.py",)
"""Here stand lists of words."""

_MARKS = re.compile(r"\(\?|\\|\[[^\]]*\]|[|*^$]")
"""What makes a text a pattern, not a sentence."""

_CALLED = frozenset({"absent", "Unreadable", "Malformed", "Unusable", "failed", "unclear", "_blank", "_Finding"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One reason: where it stands, and what it may look like (each place of an f-string filled)."""

    where: str
    text: str


def reasons() -> tuple[Found, ...]:
    """Return every text of the rooms that reads as a reason."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    texts = ((path.read_text(encoding="utf-8"), path) for path in paths if path.name not in _LISTS)
    return tuple(found for text, path in texts for found in found_in(text, path))


def found_in(source: str, path: Path) -> Iterator[Found]:
    """Find the reasons in one source."""
    tree = ast.parse(source)
    silent = {id(each) for each in _silent(tree)}
    carried = {id(each) for each in _carried(tree, grammar=path.name in _GRAMMAR)}
    for node in ast.walk(tree):
        text = _text(node)
        if text is None or id(node) in silent or " " not in text.strip() or _MARKS.search(text):
            continue
        if id(node) in carried or _ENGLISH & set(re.findall(r"\w+", _fixed(node).lower())):
            yield Found(where=f"{path.relative_to(ROOT.parent)}:{node.lineno}", text=text)  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.JoinedStr():
            return "".join(_filled(piece) for piece in node.values)
        case _:
            return None


def _filled(piece: ast.expr) -> str:
    """Fill a place of an f-string with something of the kind that stands there."""
    match piece:
        case ast.Constant(value=str() as value):
            return value
        case _:
            name = re.findall(r"\w+", ast.unparse(piece))[-1]
            if "problem" in name or "reason" in name:
                return "malformed: the PDF cannot be opened"
            return "2026-11-20" if "day" in name else "X7"


def _fixed(node: ast.AST) -> str:
    """Return only the fixed words of a text."""
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
    return " ".join(str(piece.value) for piece in pieces if isinstance(piece, ast.Constant))


def _silent(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and what lies inside an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            yield from (inner for inner in ast.walk(node) if inner is not node)


def _carried(tree: ast.AST, *, grammar: bool) -> Iterator[ast.AST]:
    """Texts that are given to something that keeps a reason, at any depth."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str() as name, value=value) if _CARRIERS.search(name):
                yield from ast.walk(value)
            case ast.Assign(targets=targets, value=value) if any(map(_is_carrier, targets)):
                yield from ast.walk(value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_carrier(target):
                yield from ast.walk(value)
            case ast.AugAssign(target=target, value=value) if _is_carrier(target):
                yield from ast.walk(value)
            case ast.Call(func=func, args=args) if _keeps(func):
                yield from (inner for each in args for inner in ast.walk(each))
            case ast.Tuple(elts=[only]) if grammar:
                yield only


def _is_carrier(target: ast.expr) -> bool:
    return any(isinstance(each, ast.Name) and _CARRIERS.search(each.id.lower()) for each in ast.walk(target))


def _keeps(func: ast.expr) -> bool:
    match func:
        case ast.Name(id=name):
            return name in _CALLED
        case ast.Attribute(value=ast.Name(id=owner), attr="append" | "extend"):
            return _CARRIERS.search(owner) is not None
        case _:
            return False
