"""
How a child hands the files of a container to its parent: for each a line of JSON and then its octets.

Not pickle: whoever unpickles what a stranger's file may have written can be made to run anything. Not JSON alone: it
would take three times the memory. A child that was taken over can say what it likes in this form; it could have written
such a container in the first place. What was handed over before a child failed is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mailbridge.mail.canonical import nfc
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.reading.glyphs import clean
from mailbridge.reading.members import Member
from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_NAME = 1_000
"""Characters of a raw name that are kept; the longest path of common programs has 260."""
_LONGEST_LINE = 1 << 17
_LONGEST_REASON = 300
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,99}/[a-z0-9][a-z0-9.+-]{0,99}")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpacked:
    """
    The files of a container as far as they came; `problem` when that is not all.

    `header` is what an edXML file says of its document.
    """

    members: tuple[Member, ...]
    problem: Unreadable | None = None
    header: EdxmlHeader | None = None


def pack(member: Member) -> Iterator[bytes]:
    """Write one file; called in the child."""
    said = {
        "name": _SURROGATE.sub("\ufffd", member.raw_name)[:LONGEST_NAME],
        "type": member.declared_type,
        "size": len(member.content),
        "problem": member.problem,
    }
    yield json.dumps(said).encode() + b"\n"
    yield member.content


def pack_end(problem: Unreadable | None = None, header: EdxmlHeader | None = None) -> bytes:
    """Say that no more files follow, and why, if that is not all; called in the child."""
    said = {
        "end": True,
        "problem": str(problem) if problem is not None else None,
        "header": _header_adapter().dump_python(header, mode="json"),
    }
    return json.dumps(said).encode() + b"\n"


def unpack(answer: bytes | bytearray, problem: Unreadable | None) -> Unpacked:
    """
    Read what a child has handed over.

    Args:
        problem: What became of the child; None when it ended well, and then its answer has to be whole.
    """
    members: list[Member] = []
    told: Unreadable | None = _broken()
    header = None
    view = memoryview(answer)
    at = 0
    try:
        while (said := _line(answer, at)) is not None:
            line, at = said
            if line.get("end") is True:
                told, header = _problem(line["problem"]), _header(line["header"])
                break
            size = line["size"]
            if not isinstance(size, int) or not 0 <= size <= len(answer) - at:
                break
            members.append(_member(line, bytes(view[at : at + size])))
            at += size
    except (ValueError, KeyError, TypeError, RecursionError):
        told = _broken()
    return Unpacked(members=tuple(members), problem=problem or told, header=header)


def _line(answer: bytes | bytearray, at: int) -> tuple[dict[str, Any], int] | None:
    end = answer.find(b"\n", at, at + _LONGEST_LINE)
    if end < 0:
        return None
    said = json.loads(bytes(answer[at:end]))
    return (said, end + 1) if isinstance(said, dict) else None


def _member(line: dict[str, Any], content: bytes) -> Member:
    name, declared = line["name"], line["type"]
    if not isinstance(name, str) or not isinstance(declared, str):
        raise TypeError
    problem = _problem(line["problem"])
    return Member(
        raw_name=_SURROGATE.sub("\ufffd", name)[:LONGEST_NAME],
        content=b"" if problem else content,
        declared_type=declared if _TYPE.fullmatch(declared) else "",
        problem=str(problem) if problem else None,
    )


def _problem(said: object) -> Unreadable | None:
    """Take a problem only in the words of ours; raises `ValueError` at others."""
    if said is None:
        return None
    word, _, reason = str(said).partition(": ")
    return Unreadable(Problem(word), clean(reason)[:_LONGEST_REASON])


def _header(said: object) -> EdxmlHeader | None:
    header = _header_adapter().validate_json(json.dumps(said), strict=True)
    if header is None:
        return None
    cleaned = {name: _cleaned(getattr(header, name)) for name in EdxmlHeader.__slots__}
    return EdxmlHeader(**cleaned)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return nfc(clean(value)) or None
    if isinstance(value, tuple):
        return tuple(each for each in map(_cleaned, value) if each)
    return value


def _broken() -> Unreadable:
    return Unreadable(Problem.MALFORMED, "the reader of the file gave no sensible answer")


@cache
def _header_adapter() -> TypeAdapter[EdxmlHeader | None]:
    from pydantic import TypeAdapter

    return TypeAdapter(EdxmlHeader | None)


def warm() -> None:
    """Build the adapter; done once in the nursery, so that no child has to."""
    _header_adapter()
