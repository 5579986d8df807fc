"""
So that no two programs talk for ever, and no storm of mails becomes a storm of answers (G5, G6).

An answer that brings a new số đến is owed by law (NĐ 30/2020/NĐ-CP Điều 21 khoản 2) and is limited by peer only; one
that says "arrived", or "you have a number already", is limited by what it belongs to as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from mailbridge.classifier.automatic_words import is_answer, subject_of
from mailbridge.decision.findings import Action
from mailbridge.decision.policy import Answering
from mailbridge.letters.writer import message_ids
from mailbridge.mail.letter import tokens_in_text
from mailbridge.mail.message import Message

PEER_WINDOW = timedelta(hours=1)
THREAD_WINDOW = timedelta(days=1)
"""How long answers are counted, to a peer and in a thread."""

QUIET = timedelta(days=1)
"""After so long without a mail too many, an alarm is given again for the same peer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Threads:
    """What an answer belongs to: its `peer`, and narrower things (thread, subject, file); names for counting only."""

    peer: str
    narrow: tuple[str, ...]

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return (self.peer, *self.narrow)


def threads_of(message: Message, files: Sequence[str], to: str, agency: str) -> Threads:
    """
    Name what an answer to this mail belongs to.

    Args:
        files: SHA-256 of the main files.
        to: The address that would be answered.
    """
    peer = f"{agency}:{to.lower()}"
    ids = message_ids(f"{message.first('References') or ''} {message.first('In-Reply-To') or ''}")
    narrow = [f"file:{each}" for each in files]
    if ids:
        narrow.append(f"thread:{ids[0]}")
    if is_answer(message):
        narrow.append(f"subject:{subject_of(message)}")
    named = (sha256(f"{peer}:{each}".encode()).hexdigest()[:32] for each in narrow)
    return Threads(peer=f"peer:{peer}", narrow=tuple(dict.fromkeys(named)))


def letters_answered(message: Message) -> tuple[str, ...]:
    """Return what may be the tokens of letters of ours that this mail answers."""
    return tokens_in_text(f"{message.first('In-Reply-To') or ''} {message.first('References') or ''}"[:20_000])


def is_too_many(
    action: Action,
    threads: Threads,
    *,
    to_peer: Mapping[str, int],
    narrowly: Mapping[str, int],
    answering: Answering,
) -> bool:
    """
    Say whether one more answer would be one too many.

    Args:
        to_peer: Answers counted since `PEER_WINDOW`.
        narrowly: Answers counted since `THREAD_WINDOW`.
    """
    if to_peer.get(threads.peer, 0) >= answering.per_peer_hour:
        return True
    if action is Action.REGISTER:
        return False
    return any(narrowly.get(each, 0) >= answering.per_thread for each in threads.narrow)
