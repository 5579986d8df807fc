"""
What the sealers of an ARC chain say of the mail when it came to them (RFC 8617 §4.1.1, RFC 8601 §2.2).

Only the ARC-Authentication-Results of a chain that passed are ever read. Authentication-Results fields are not: anybody
can write them, and ours are not in the mail yet when it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailbridge.verify.alignment import dns_name, is_aligned
from mailbridge.verify.dkim_text import Malformed

# Real ones have some hundred octets; mailing lists repeat themselves.
_LONGEST = 20_000
_UNREADABLE = "an ARC-Authentication-Results field cannot be read"
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,4})[ \t\r\n]*;")
_COMMENT_MARK = re.compile(r'[()"\\;]')
_QUOTED_MARK = re.compile(r'["\\]')
_PAIR = re.compile(r'\s*(?P<name>[^\s;=()"]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s;()"]+))(?=\s|$)')


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodResult:
    """One method and its result, lower case; `properties` such as "header.from", the first of each name."""

    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)


def read_instance(value: bytes) -> int:
    """
    Read the instance that an ARC-Authentication-Results field begins with.

    Raises:
        Malformed: it begins with something else.
    """
    found = _INSTANCE.match(value)
    if found is None:
        raise Malformed("an ARC-Authentication-Results field does not begin with its instance")
    return int(found[1])


def read_results(value: bytes) -> tuple[MethodResult, ...]:
    """
    Read all results of an ARC-Authentication-Results field.

    Raises:
        Malformed: any of it does not follow the grammar; half a truth is none.
    """
    found = _INSTANCE.match(value)
    if found is None or len(value) > _LONGEST:
        raise Malformed(_UNREADABLE)
    name, *parts = _parts(value[found.end() :].decode("utf-8", "replace"))
    if not name.strip():
        raise Malformed(_UNREADABLE)
    if parts and not parts[-1].strip():
        parts.pop()
    return tuple(_read_result(part) for part in parts if part.strip().lower() != "none")


def _parts(text: str) -> Iterator[str]:
    """Cut a text at its semicolons, with a blank in the place of each comment (RFC 5322 §3.2.2)."""
    kept: list[str] = []
    place = depth = 0
    while (found := _COMMENT_MARK.search(text, place)) is not None:
        mark, start = found[0], found.start()
        if not depth:
            kept.append(text[place:start])
        place = start + 1
        if mark == "\\" and depth:
            place += 1
        elif mark == "\\":
            raise Malformed(_UNREADABLE)
        elif mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            kept.append(" ")
        elif not depth and mark == ";":
            yield "".join(kept)
            kept = []
        elif not depth:
            place = _end_of_quoted(text, place)
            kept.append(text[start:place])
        if depth < 0:
            break
    if depth:
        raise Malformed(_UNREADABLE)
    yield "".join([*kept, text[place:]])


def _end_of_quoted(text: str, place: int) -> int:
    while (found := _QUOTED_MARK.search(text, place)) is not None:
        place = found.end()
        if found[0] == '"':
            return place
        place += 1
    raise Malformed(_UNREADABLE)


def _read_result(part: str) -> MethodResult:
    pairs: list[tuple[str, str]] = []
    place, end = 0, len(part.rstrip())
    while place < end:
        found = _PAIR.match(part, place)
        if found is None:
            raise Malformed(_UNREADABLE)
        quoted = found["quoted"]
        value = found["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        pairs.append((found["name"].lower(), value))
        place = found.end()
    if not pairs:
        raise Malformed(_UNREADABLE)
    (method, result), *rest = pairs
    properties: dict[str, str] = {}
    for name, value in rest:
        properties.setdefault(name, value)
    return MethodResult(method=method.partition("/")[0], result=result.lower(), properties=properties)


def speak_for(results: tuple[MethodResult, ...], author: str) -> bool:
    """
    Say whether results prove a domain of From, lower case and in A-labels.

    What is said of DMARC for this domain decides; without it, a DKIM signature or SPF of the same organisation.
    """
    dmarc = [each for each in results if each.method == "dmarc"]
    named = [each for each in dmarc if "header.from" in each.properties]
    if named or any(each.result != "pass" for each in dmarc):
        return all(each.result == "pass" for each in dmarc) and all(
            _domain(each.properties["header.from"]) == author for each in named
        )
    return any(
        each.result == "pass" and any(is_aligned(domain, author) for domain in _identifiers(each)) for each in results
    )


def _identifiers(result: MethodResult) -> Iterator[str]:
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.mfrom")}.get(result.method, ())
    for name in names:
        domain = _domain(result.properties.get(name, ""))
        if domain is not None:
            yield domain


def _domain(text: str) -> str | None:
    return dns_name(text.rpartition("@")[2])
