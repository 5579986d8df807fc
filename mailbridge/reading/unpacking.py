"""
The containers of one mail, taken apart level by level, each in a limited process of its own.

One after the other and in the order of the mail: what all of them may give together is used up in the same order each
time, so that a mail is always judged by the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbridge.mail.encoded import display_name
from mailbridge.mail.filetype import BZIP2, ENVELOPE, GZIP, MAIL, WINMAIL, XZ, identify
from mailbridge.mail.message import Part
from mailbridge.mail.parse import parse
from mailbridge.mail.readable import readable
from mailbridge.mail.vietnamese import decode_text
from mailbridge.ports import OpenedFile
from mailbridge.reading.choice import may_hold_document
from mailbridge.reading.formats import is_container
from mailbridge.reading.handover import Unpacked, unpack
from mailbridge.reading.limits import Allowance, Limits
from mailbridge.reading.members import Member
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox

_UNPACK = "mailbridge.reading.child:unpack"
# Each file is told by a line of JSON of some hundred octets.
_WORDS_A_FILE = 8 * 1024
_MOST_MAILS = 10
"""Mails in mails that are taken apart; forwards of forwards stay below it."""

# A file wrapped alone often has no name of its own: it is called as its wrapper without the last ending.
_ENDINGS = ((".tgz", ".tar"), (".tbz2", ".tar"), (".txz", ".tar"), (".gz", ""), (".bz2", ""), (".xz", ""), (".p7m", ""))
_WRAPPERS = frozenset({GZIP, BZIP2, XZ, ENVELOPE})
_DECLARED = frozenset({MAIL, "message/global"})
# What holds the whole letter, not a file beside it.
_LETTERS = frozenset({WINMAIL, ENVELOPE})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Depth:
    """
    What lies around a part: so many containers, so many mails.

    `speaks`: a mail found here stands in the place of the one that came, being all of its content.
    """

    containers: int = 0
    mails: int = 0
    speaks: bool = False


class Unpacking:
    """Takes the containers of one mail apart; for one thread, and one mail."""

    def __init__(self, sandbox: Sandbox, limits: Limits, allowance: Allowance) -> None:
        self._sandbox = sandbox
        self._limits = limits
        self._allowance = allowance
        self._octets = limits.unpacked_octets
        self._files = limits.unpacked_files

    def plan(self, parts: Sequence[Part]) -> list[OpenedFile | Part]:
        """
        Open every container among these parts and all that lie in them.

        Returns:
            In order what was opened, each container before its files, and the parts that are still to be read.
            Raises `Unavailable` when no process can be started.
        """
        return list(self._plan(parts, _Depth()))

    def _plan(self, parts: Sequence[Part], depth: _Depth, *, are_members: bool = False) -> Iterator[OpenedFile | Part]:
        """Plan parts that the parser of mails gave, or `are_members` of a container, which it has not seen."""
        seen = frozenset() if are_members else _seen_by_the_parser(parts)
        for part in parts:
            if _is_closed_mail(part, seen):
                yield from self._mail(part, depth)
            elif not may_hold_document(part):
                continue
            elif is_container(part.type):
                yield from self._container(part, depth)
            else:
                yield part

    def _container(self, part: Part, depth: _Depth) -> Iterator[OpenedFile | Part]:
        unpacked = self._unpacked(part, depth)
        members = tuple(_part(member, part, number) for number, member in enumerate(unpacked.members, 1))
        problem = str(unpacked.problem) if unpacked.problem is not None else None
        is_letter = part.type in _LETTERS and part.inside is None
        text = _letter_text(members) if is_letter else ""
        yield OpenedFile(part=part.index, problem=problem, members=members, header=unpacked.header, text=text)
        inner = _Depth(containers=depth.containers + 1, mails=depth.mails, speaks=is_letter)
        yield from self._plan(members, inner, are_members=True)

    def _unpacked(self, part: Part, depth: _Depth) -> Unpacked:
        limits = self._limits
        try:
            if depth.containers >= limits.levels:
                raise Unreadable(Problem.TOO_DEEP, f"more than {limits.levels} containers in one another")
            if self._files <= 0:
                raise Unreadable(Problem.TOO_MANY, "the containers of this mail hold more files than are opened")
            with self._allowance.used():
                answered = self._sandbox.collect(
                    _UNPACK,
                    part.type,
                    part.content,
                    self._octets,
                    self._files,
                    most=self._octets + (self._files + 1) * _WORDS_A_FILE,
                )
        except Unreadable as problem:
            return Unpacked(members=(), problem=problem)
        return self._rationed(unpack(answered.octets, answered.problem))

    def _rationed(self, unpacked: Unpacked) -> Unpacked:
        """Hold a child to what it was told, and count what it gave."""
        kept: list[Member] = []
        for member in unpacked.members:
            if self._files <= 0 or len(member.content) > self._octets:
                broken = Unreadable(Problem.TOO_LARGE, "its files are more than is taken out of one mail")
                return replace(unpacked, members=tuple(kept), problem=unpacked.problem or broken)
            self._files -= 1
            self._octets -= len(member.content)
            kept.append(member)
        return unpacked

    def _mail(self, part: Part, depth: _Depth) -> Iterator[OpenedFile | Part]:
        """Take a mail apart that lay in a container, or came as a file."""
        if depth.mails >= _MOST_MAILS:
            yield _refused(part, Unreadable(Problem.TOO_DEEP, f"more than {_MOST_MAILS} mails in one another"))
            return
        message = parse(part.content)
        inner = message.parts
        octets = sum(len(each.content) for each in inner)
        if len(inner) > self._files or octets > self._octets:
            yield _refused(part, Unreadable(Problem.TOO_LARGE, "its files are more than is taken out of one mail"))
            return
        self._files -= len(inner)
        self._octets -= octets
        members = tuple(_moved(each, part.index) for each in inner)
        yield OpenedFile(part=part.index, members=members, text=message.text if depth.speaks else "")
        yield from self._plan(members, _Depth(containers=depth.containers, mails=depth.mails + 1))


def needs_unpacking(parts: Sequence[Part]) -> bool:
    """Say whether there is a container or a closed mail among the parts of a mail."""
    seen = _seen_by_the_parser(parts)
    return any(_is_closed_mail(part, seen) or (may_hold_document(part) and is_container(part.type)) for part in parts)


def _seen_by_the_parser(parts: Sequence[Part]) -> frozenset[str]:
    """Name the mails that the parser of the whole took apart: they are declared as such, or their parts are here."""
    declared = {part.index for part in parts if part.declared_type in _DECLARED}
    return frozenset(declared | {part.inside for part in parts if part.inside is not None})


def _is_closed_mail(part: Part, seen: frozenset[str]) -> bool:
    """Say whether a part is a mail that nobody has looked into yet: sent as a file, or held by a container."""
    return part.type == MAIL and part.index not in seen and not part.problem


def _refused(part: Part, problem: Unreadable) -> OpenedFile:
    return OpenedFile(part=part.index, problem=str(problem))


def _moved(part: Part, below: str) -> Part:
    """Give a part of an inner mail its place in the whole."""
    inside = f"{below}.{part.inside}" if part.inside else below
    return replace(part, index=f"{below}.{part.index}", inside=inside)


def _part(member: Member, container: Part, number: int) -> Part:
    raw = member.raw_name or (_name_inside(container.raw_name or "") if container.type in _WRAPPERS else "")
    name = display_name(raw) if raw else None
    is_text = name is None and member.declared_type.startswith("text/")
    media_type = identify(member.content, name, member.declared_type or None)
    return Part(
        index=f"{container.index}.{number}",
        name=name,
        raw_name=raw or None,
        declared_type=member.declared_type or "application/octet-stream",
        type=media_type,
        disposition=None if is_text else "attachment",
        content_id=None,
        content=member.content,
        sha256=hashlib.sha256(member.content).hexdigest(),
        charset="utf-8" if is_text else None,
        inside=container.index,
        problem=member.problem,
    )


def _name_inside(name: str) -> str:
    for ending, instead in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + instead
    return name


def _letter_text(members: Sequence[Part]) -> str:
    """Return the text of the letter that lies among the files of a container."""
    part = next((part for part in members if not part.is_attachment), None)
    if part is None:
        return ""
    text = decode_text(part.content, part.charset)
    return readable(text) if part.declared_type == "text/html" else text
