"""Which files of one mail are judged for signatures, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from mailbridge.mail.filetype import ENVELOPE, MAIL, SIGNATURE
from mailbridge.mail.message import Part
from mailbridge.mail.smime import is_declared_opaque, is_own_signature
from mailbridge.ports import OpenedFile
from mailbridge.verify.beside import Beside, digest, measured, named_digests
from mailbridge.verify.files import is_plainly_signed
from mailbridge.verify.signature import SignatureStatus

_MOST_BESIDE = 50
"""Files that are compared with a detached signature."""
_MOST_DIGESTS = 4
"""Algorithms; a signature names one for the content, and perhaps others for its certificate and timestamp."""


class SignedFiles:
    """All files of one mail, those in containers too; safe for use by many threads at once."""

    def __init__(self, parts: Sequence[Part], planned: Sequence[OpenedFile | Part]) -> None:
        """Collect the parts of the mail and those that opening its containers gave."""
        containers = [each for each in planned if isinstance(each, OpenedFile)]
        self._members: Mapping[str, tuple[Part, ...]] = {each.part: each.members for each in containers}
        every = (*parts, *(member for each in containers for member in each.members))
        self._parts: Mapping[str, Part] = {part.index: part for part in every}
        self._taken: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def container(self, index: str) -> Part | None:
        """Return an opened container that may be signed itself; None when it is not, or only carries a signed mail."""
        part = self._parts.get(index)
        if part is None or not is_plainly_signed(part):
            return None
        # The mail's own signature is judged as such: it vouches for a sender, not for a document.
        carries_mail = any(member.type == MAIL for member in self._members.get(index, ()))
        return None if is_declared_opaque(part) and carries_mail else part

    def apart(self) -> Iterator[Part]:
        """Give the signatures that stand in files of their own, beside what they sign."""
        for part in self._parts.values():
            if part.type == SIGNATURE and not part.problem and not is_own_signature(part):
                yield part

    def beside(self, part: Part) -> tuple[Beside, ...]:
        """Measure the files that came with a detached signature: in the same mail, or the same container."""
        if part.type != SIGNATURE:
            return ()
        algorithms = named_digests(part.content)[:_MOST_DIGESTS]
        siblings = ((each, _folder(each) == _folder(part)) for each in self._siblings(part))
        return tuple(replace(self._measured(each, algorithms), is_near=near) for each, near in siblings)

    def named(self, status: SignatureStatus) -> SignatureStatus:
        """
        Name the file that a signature around it signs; where signatures wrap each other, the innermost one.

        Some programs send the signed file once more beside its wrapper: then that one, which people open.
        """
        index = status.part
        while (part := self._parts.get(index)) is not None and part.type == ENVELOPE:
            members = self._members.get(index, ())
            if len(members) != 1:
                break
            index = members[0].index
        if index == status.part or status.signs is not None:
            return status
        return replace(status, signs=self._twin(self._parts[status.part], self._parts[index]) or index)

    def _twin(self, wrapper: Part, inner: Part) -> str | None:
        """Return the file beside a wrapper that is octet for octet what lies in it."""
        beside = (each for each in self._parts.values() if each.inside == wrapper.inside)
        return next((each.index for each in beside if each.sha256 == inner.sha256 and not each.problem), None)

    def _siblings(self, part: Part) -> list[Part]:
        found = [
            each
            for each in self._parts.values()
            if each.inside == part.inside and each.type != SIGNATURE and not each.problem
        ]
        return found[:_MOST_BESIDE]

    def _measured(self, part: Part, algorithms: tuple[str, ...]) -> Beside:
        """Measure each file once by each algorithm, however many signatures there are and whatever they name."""
        return measured(part, algorithms, self._digest)

    def _digest(self, part: Part, algorithm: str) -> bytes:
        key = (part.index, algorithm)
        with self._lock:
            if key not in self._taken:
                self._taken[key] = digest(part.content, algorithm)
            return self._taken[key]


def _folder(part: Part) -> str:
    """Return the folder of a file in its archive; "" for what lies in none."""
    return (part.raw_name or "").replace("\\", "/").rpartition("/")[0]
