"""Mails of the archive read again for the text of their documents, which an earlier program did not keep."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbridge.classifier.kinds import Classification, Document
from mailbridge.errors import MailBridgeError, Unavailable
from mailbridge.kept import load_evidence
from mailbridge.recheck.again import look_by, may_be_kept
from mailbridge.recheck.world import World
from mailbridge.registry.entry import Case
from mailbridge.registry.texts import DocumentText, texts_of

log = logging.getLogger("mailbridge.recheck")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """How many mails were read, how many files of them were new, and how many mails could not be read here."""

    mails: int = 0
    files: int = 0
    absent: int = 0


async def fill_texts(world: World, cases: Iterable[Case], tell: Callable[[Filled], None] = lambda _: None) -> Filled:
    """
    Read mails again and keep what their documents say, each in a transaction of its own.

    A mail that is not in this archive, or over which the program trips, is counted and passed over. Raises
    `Unavailable`; what was written then stays written, and the next time begins behind it.
    """
    done = Filled()
    for case in cases:
        texts = await _texts(world, case)
        if texts is None:
            done = replace(done, absent=done.absent + 1)
        else:
            new = await asyncio.to_thread(_keep, world, texts) if texts else 0
            done = replace(done, mails=done.mails + 1, files=done.files + new)
        tell(done)
    return done


def _keep(world: World, texts: Sequence[DocumentText]) -> int:
    with world.registry.transaction() as tx:
        return tx.keep_texts(texts)


async def _texts(world: World, case: Case) -> tuple[DocumentText, ...] | None:
    try:
        copy = await asyncio.to_thread(world.archive, case)
        if copy is None:
            return None
        evidence = load_evidence(case.evidence or "{}", lambda _: b"")
        seen = await look_by(evidence, copy, world.reading, directory=world.directory)
    except Unavailable:
        raise
    except MailBridgeError as error:
        log.warning("not read again", extra={"mail": case.mail_id, "detail": str(error)})
        return None
    except Exception:  # a fault of ours in one mail must not stop the others
        log.exception("not read again", extra={"mail": case.mail_id})
        return None
    if not may_be_kept(seen):
        return ()
    return texts_of(case.agency, case.mail_id, _as_decided(seen.classification, case), seen.message, seen.pages)


def _as_decided(found: Classification, case: Case) -> Classification:
    """Take the documents as they were told at the reception: by their main files the book knows them."""
    told: dict[str, Any] = json.loads(case.judgement or "{}")
    documents = tuple(Document(main=each["main"], parts=tuple(each["parts"])) for each in told.get("documents", ()))
    return replace(found, documents=documents)
