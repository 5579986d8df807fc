"""
The MIME tree of a mail, taken apart within bounds (RFC 2046 §5.1, RFC 2045 §5).

The standard library's parser keeps every part and every line of a mail as an object, and looks at each line once for
each level around it: three megabytes of a stranger keep it busy for minutes, fifty end the process for want of memory.
Here boundaries are searched in the octets themselves, lazily, and reading ends where the bounds are. What the library
does well is left to it: reading the fields of one part.

Boundaries are taken as mail programs take them, and further where a document would be lost: in another case, behind a
closing one, and without being declared where the parts can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.message import Message as MimeMessage
from itertools import islice

from mailbridge.mail.parameters import parameters
from mailbridge.mail.transfer import Encoding, decoded, encoding_of

MOST_PARTS = 200
"""Leaves of one mail that are read; agencies send at most some dozens."""
MOST_NODES = 1000
"""Leaves and containers together."""
DEEPEST = 20
"""Levels of nesting that are read; real forwards of forwards stay under ten."""
LONGEST_HEADER = 256 * 1024
"""Octets of header that are read; Postfix takes 100 KB by default (header_size_limit)."""
LONGEST_FIELD = 4096
"""Octets of one field about a part; a long Vietnamese file name by RFC 2231 has some 2000."""
_MOST_COPIES = 3
"""A mail inside a mail is a part as a whole and in its parts; all of them together are at most this often the mail."""

_WANTED = frozenset({b"content-type", b"content-disposition", b"content-transfer-encoding", b"content-id"})
_HEADER_LINE = re.compile(rb"From |[!-9;-~]*:|[\t ]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BEHIND_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n|\r|\n|\Z)")
_MAILS = frozenset({"message/rfc822", "message/global"})
_SIGNED = "multipart/signed"
# A boundary that nobody declared shows by the fields of the part behind it.
_SEEN_BOUNDARY = re.compile(
    rb"(?:\A|[\r\n])(--[^\r\n]{1,70}?)[ \t]{0,100}(?:\r\n|\r|\n)(?=content-[a-z-]{1,40}[ \t]*:)", re.I
)
_SEARCHED = 64 * 1024
"""Octets in which such a boundary is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """
    One leaf; a mail inside the mail is one, and its own leaves lie inside it.

    `fields` holds the Content-* fields; `inside` is the index of the mail around it; `content` is decoded, but a mail
    inside the mail and a part that lies too deep to be read, which has a `problem` (a word of CONTRACT.md with a reason
    behind a colon), are kept as they stand.
    """

    index: str
    inside: str | None
    fields: MimeMessage
    content: bytes
    is_mail: bool = False
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedPlace:
    """
    Where a multipart/signed stands (RFC 1847 §2.1).

    `index` is its own place, "" for the whole mail; `inside` the mail around it. `sections` are the octets between its
    boundaries, from and to; two where it is as it should be. `is_plain`: parted by the boundary that it declares, at
    line ends of one kind.
    """

    index: str
    inside: str | None
    sections: tuple[tuple[int, int], ...]
    is_plain: bool


def signed_places(content: bytes) -> tuple[SignedPlace, ...]:
    """Find every multipart/signed of a mail, an outer one before those in it, as far as `leaves` reads it."""
    walk = _Walk(content=content, defects=[])
    with suppress(_Enough):
        for _ in walk.entity(_Place(start=0, end=len(content)), "text/plain"):
            pass
    return tuple(place for place in walk.signed if place is not None)


def leaves(content: bytes, defects: list[str]) -> Iterator[Leaf]:
    """
    Walk to the leaves of a mail in order; what is wrong goes to `defects`.

    Where a bound ends the reading, the last leaf says so: there may be a document behind it.
    """
    walk = _Walk(content=content, defects=defects)
    last: Leaf | None = None
    try:
        for leaf in walk.entity(_Place(start=0, end=len(content)), "text/plain"):
            if last is not None:
                yield last
            last = leaf
    except _Enough as enough:
        defects.append(str(enough))
        last = replace(last, problem="too-many: the rest of the mail was not read") if last is not None else None
    if last is not None:
        yield last


class _Enough(Exception):
    """A bound was reached; the message is the defect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where an entity stands: its octets, its index ("" for the mail), the mail around it and how deep it lies."""

    start: int
    end: int
    index: str = ""
    inside: str | None = None
    depth: int = 0

    def child(self, start: int, end: int, number: int, inside: str | None) -> _Place:
        index = f"{self.index}.{number}" if self.index else str(number)
        return _Place(start=start, end=end, index=index, inside=inside, depth=self.depth + 1)


@dataclass(kw_only=True)
class _Walk:
    content: bytes
    defects: list[str]
    signed: list[SignedPlace | None] = field(default_factory=list, init=False)
    _nodes: int = field(default=0, init=False)
    _leaves: int = field(default=0, init=False)
    _copied: int = field(default=0, init=False)

    def entity(self, place: _Place, default_type: str) -> Iterator[Leaf]:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _Enough(f"there are more than {MOST_NODES} parts; the rest was not read")
        if place.depth > DEEPEST:
            self.defects.append(f"there are more than {DEEPEST} levels; deeper ones were not read")
            problem = f"too-deep: more than {DEEPEST} levels"
            raw = self._take(place.start, place.end)
            yield Leaf(index=place.index, inside=place.inside, fields=MimeMessage(), content=raw, problem=problem)
            return
        fields, body = self._header(place)
        fields.set_default_type(default_type)
        media_type = fields.get_content_type()
        if media_type in _MAILS:
            yield from self._mail(place, fields, body)
        elif media_type.startswith("multipart/"):
            yield from self._multipart(place, fields, body)
        elif not _says_its_type(fields) and (mark := self._seen_boundary(body, place.end)) is not None:
            self.defects.append("MIME: parts without a declaration")
            yield from self._parts(place, fields, body, mark)
        else:
            yield self._leaf(place, fields, body)

    def _leaf(self, place: _Place, fields: MimeMessage, body: int) -> Leaf:
        encoding = encoding_of(str(fields.get("Content-Transfer-Encoding", "")))
        content, defect = decoded(self._take(body, place.end), encoding, fields.get_content_type())
        if defect is not None:
            self.defects.append(defect)
        return Leaf(index=place.index or "1", inside=place.inside, fields=fields, content=content)

    def _take(self, start: int, end: int) -> bytes:
        if self._leaves == MOST_PARTS:
            raise _Enough(f"there are more than {MOST_PARTS} parts; the rest was not read")
        self._leaves += 1
        self._copied += max(0, end - start)
        if self._copied > _MOST_COPIES * len(self.content):
            raise _Enough(f"the mail holds itself more than {_MOST_COPIES} times; the rest was not read")
        return self.content[start:end]

    def _mail(self, place: _Place, fields: MimeMessage, body: int) -> Iterator[Leaf]:
        index = place.index or "1"
        encoding = encoding_of(str(fields.get("Content-Transfer-Encoding", "")))
        if encoding is not Encoding.IDENTITY:
            # Against RFC 2046 §5.2.1, but some gateways do it; who reads files opens it as one.
            yield replace(self._leaf(place, fields, body), is_mail=True)
            return
        raw = self._take(body, place.end)
        yield Leaf(index=index, inside=place.inside, fields=fields, content=raw, is_mail=True)
        whole = _Place(start=body, end=place.end, index=index, inside=index, depth=place.depth)
        yield from self.entity(whole.child(body, place.end, 1, index), "text/plain")

    def _multipart(self, place: _Place, fields: MimeMessage, body: int) -> Iterator[Leaf]:
        mark = self._mark(fields, body, place.end)
        if mark is None:
            yield self._leaf(place, fields, body)
        else:
            yield from self._parts(place, fields, body, mark)

    def _parts(self, place: _Place, fields: MimeMessage, body: int, mark: bytes) -> Iterator[Leaf]:
        media_type = fields.get_content_type()
        default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
        # What lies in it is walked before its end is known: its place is kept for it.
        order = len(self.signed)
        self.signed += [None] * (media_type == _SIGNED)
        sections: list[tuple[int, int]] = []
        for number, (start, end) in enumerate(self._sections(mark, body, place.end), 1):
            sections.append((start, end))
            yield from self.entity(place.child(start, end, number, place.inside), default)
        if not sections:
            self.defects.append("MIME: no part between the boundaries")
            yield self._leaf(place, fields, body)
        if media_type == _SIGNED:
            declared = _boundary(fields)
            self.signed[order] = SignedPlace(
                index=place.index,
                inside=place.inside,
                sections=tuple(sections),
                is_plain=declared is not None and mark == b"--" + declared and self._has_plain_edges(sections),
            )

    def _has_plain_edges(self, sections: list[tuple[int, int]]) -> bool:
        """Say whether every boundary stands between line ends that all programs know as such in this mail."""
        line_end = b"\r\n" if b"\r\n" in self.content else b"\n"
        return all(
            self.content.startswith(line_end, end) and self.content.endswith(line_end, 0, start)
            for start, end in sections
        )

    def _mark(self, fields: MimeMessage, start: int, end: int) -> bytes | None:
        """Return the boundary line that parts this multipart: as declared, in another case, or as it can be seen."""
        declared = _boundary(fields)
        if declared is not None:
            mark = b"--" + declared
            if any(self._boundaries(mark, start, end)):
                return mark
            in_any_case = re.compile(rb"(?:\A|[\r\n])(" + re.escape(mark) + rb")", re.I)
            found = in_any_case.search(self.content[start : min(end, start + _SEARCHED)])
            if found is not None and any(self._boundaries(found[1], start, end)):
                self.defects.append("MIME: boundary in another case")
                return found[1]
        self.defects.append(f"MIME: {'StartBoundaryNotFoundDefect' if declared else 'NoBoundaryInMultipartDefect'}")
        return self._seen_boundary(start, end)

    def _seen_boundary(self, start: int, end: int) -> bytes | None:
        found = _SEEN_BOUNDARY.search(self.content[start : min(end, start + _SEARCHED)])
        if found is None:
            return None
        mark = found[1]
        # A single such line may be quoted in a sentence; parts have two of them, or one and the end.
        return mark if len(list(islice(self._boundaries(mark, start, end), 2))) == 2 else None

    def _sections(self, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the parts between the boundaries of one multipart stand; the line end belongs to the boundary."""
        began: int | None = None
        is_closed = False
        for line, behind, closes in self._boundaries(mark, start, end):
            if began is not None and line > began:
                yield began, self._before_line_end(began, line)
            if is_closed and not closes:
                self.defects.append("MIME: parts behind the closing boundary")
            began = None if closes else behind
            is_closed = closes
        if began is not None:
            self.defects.append("MIME: CloseBoundaryNotFoundDefect")
            if began < end:
                yield began, end

    def _boundaries(self, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        at = self.content.find(mark, start, end)
        while at >= 0:
            tail = None
            if at == start or self.content[at - 1 : at] in (b"\n", b"\r"):
                tail = _BEHIND_BOUNDARY.match(self.content, at + len(mark), end)
            if tail is not None:
                yield at, tail.end(), tail[1] is not None
            at = self.content.find(mark, tail.end() if tail is not None else at + 1, end)

    def _before_line_end(self, start: int, at: int) -> int:
        for line_end in (b"\r\n", b"\n", b"\r"):
            if self.content.endswith(line_end, start, at):
                return at - len(line_end)
        return at

    def _header(self, place: _Place) -> tuple[MimeMessage, int]:
        """Read the Content-* fields of an entity, the first of each name; return them and where its body begins."""
        found: dict[bytes, list[bytes]] = {}
        present: list[bytes] = []
        at, limit = place.start, min(place.end, place.start + LONGEST_HEADER)
        while at < limit:
            end = _LINE_END.search(self.content, at, limit)
            behind = end.end() if end else limit
            line = self.content[at:behind]
            if not _HEADER_LINE.match(line):
                if not (end and end.start() == at):
                    self.defects.append("MIME: MissingHeaderBodySeparatorDefect")
                    return _fields(found, self.defects), at
                return _fields(found, self.defects), behind
            if line[:1] in (b" ", b"\t"):
                present.append(line)
            else:
                name, _, value = line.partition(b":")
                present = [value.lstrip(b" \t")]
                if name.lower() in _WANTED:
                    found.setdefault(name.lower(), present)
            at = behind
        return _fields(found, self.defects), at


def _says_its_type(fields: MimeMessage) -> bool:
    return "/" in str(fields.get("Content-Type", "")).partition(";")[0]


def _boundary(fields: MimeMessage) -> bytes | None:
    """Return the declared boundary; the library's reader finds none where a quote is not closed."""
    try:
        boundary = fields.get_boundary()
    except (ValueError, TypeError, LookupError, AttributeError):
        boundary = None
    if boundary:
        return boundary.encode("utf-8", "surrogateescape")
    raw = str(dict(fields.raw_items()).get("content-type", "")).encode("utf-8", "surrogateescape")
    return next((value for name, value in parameters(raw) if name == "boundary" and value), None)


def _fields(found: dict[bytes, list[bytes]], defects: list[str]) -> MimeMessage:
    fields = MimeMessage()
    for name, lines in found.items():
        value = b"".join(lines).rstrip(b"\r\n")
        if len(value) > LONGEST_FIELD:
            defects.append(
                f"a {name.decode('ascii')} field is longer than {LONGEST_FIELD} octets; the rest was not read"
            )
        fields.set_raw(name.decode("ascii"), value[:LONGEST_FIELD].decode("ascii", "surrogateescape"))
    return fields
