"""
Write entries into a book, as the walk does, and print how many seconds of CPU it took.

Run as a process: it gets ready, says so in a line, waits for a line, writes, and prints the seconds of CPU that this
took it. `--how settle` judges each mail and composes its letters too; `--how write` writes what was judged before, a
transaction a mail; `--how grow` puts many mails into one transaction, to make a large book in bearable time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.book_mails import Mails, demonstration, digest, moment, symbol_of
from mailbridge.decision.policy import Policy
from mailbridge.mail.letter import Letter
from mailbridge.pipeline import Ports, settle
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.judged import verdict_at_reception
from mailbridge.registry.schema import upgrade
from mailbridge.registry.store import SqlRegistry, SqlTransaction
from mailbridge.registry.texts import texts_of
from mailbridge.seen import Seen
from mailbridge.settings import load

_AT_ONCE = 500


class NoLookups:
    """Nothing is asked: what stands behind these ports was done before."""

    async def gather(self, *_: object) -> object:
        """Is never called."""
        raise AssertionError


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What the walk wrote of the first mail: a pattern for the others."""

    draft: DraftEntry
    case: Case
    letters: tuple[Letter, ...]

    def write(self, tx: SqlTransaction, seen: Seen, number: int) -> None:
        """Write entry, case, verdict, text and letters of a mail."""
        subject = seen.classification.documents[0].subject.value
        mail_id, symbol = seen.mail.id, symbol_of(number)
        draft = replace(
            self.draft,
            mail_id=mail_id,
            document_sha256=digest("file", number),
            symbol=symbol,
            number=symbol.partition("/")[0],
            notation=symbol.partition("/")[2],
            subject=subject,
            issuer=seen.classification.documents[0].issuer.value,
        )
        tx.keep_texts(texts_of(draft.agency, mail_id, seen.classification, seen.message, seen.pages))
        line = tx.enter(draft, seen.mail.accepted_at)
        judgement = (self.case.judgement or "").replace(self.draft.document_sha256, draft.document_sha256)
        case = replace(
            self.case,
            mail_id=mail_id,
            accepted_at=moment(number),
            decided_at=moment(number),
            sha256=seen.mail.sha256,
            message_id=seen.message.message_id,
            judgement=judgement.replace(self.draft.symbol or "", symbol),
        )
        tx.record(case, (line,))
        verdict = verdict_at_reception(case)
        if verdict is not None:
            tx.judge(verdict)
        for letter in self.letters:
            tx.post(replace(letter, key=f"{letter.kind.value}:{mail_id}", mail_id=mail_id))


def main(arguments: Sequence[str] | None = None) -> None:
    """Get ready, wait, write, print the seconds of CPU."""
    given = _given(arguments)
    settings = load(given.config)
    policy = settings.policies[0]
    mails = Mails(demonstration(given.demo, policy.agency.addresses[0]))
    pattern = _pattern(mails.first, policy)
    registry = SqlRegistry(open_database(given.url))
    seen = (
        [mails.seen(number, as_signed=given.how == "settle") for number in _numbers(given)]
        if given.how != "grow"
        else []
    )
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.process_time()
    match given.how:
        case "grow":
            _grow(registry, pattern, mails, given.start, given.count)
        case "write":
            for each in seen:
                with registry.transaction() as tx:
                    pattern.write(tx, each, int(each.mail.id.partition("-")[2]))
        case _:
            ports = _ports(registry)
            for each in seen:
                outcome = settle(each, ports, policy, each.mail.accepted_at)
                if not (outcome.entries and any(letter.suppressed is None for letter in outcome.letters)):
                    raise SystemExit(f"bench: not entered, or not answered: {outcome.case.reason}")
    print(time.process_time() - begun, flush=True)


def _numbers(given: argparse.Namespace) -> range:
    return range(given.start, given.start + given.count)


def _grow(registry: SqlRegistry, pattern: Written, mails: Mails, start: int, count: int) -> None:
    for first in range(start, start + count, _AT_ONCE):
        with registry.transaction() as tx:
            for number in range(first, min(first + _AT_ONCE, start + count)):
                pattern.write(tx, mails.seen(number), number)


def _ports(registry: SqlRegistry) -> Ports:
    return Ports(lookups=NoLookups(), reading=NoLookups(), registry=registry)  # type: ignore[arg-type]  # never asked


def _pattern(first: Seen, policy: Policy) -> Written:
    """Let the walk settle the first mail in a book that is thrown away, and look at what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/book.db"
        upgrade(url)
        engine = open_database(url)
        outcome = settle(first, _ports(SqlRegistry(engine)), policy, first.mail.accepted_at)
        letters = tuple(record.letter for record in Books(engine).letters())
        engine.dispose()
    if not outcome.entries:
        raise SystemExit(f"bench: the mail of the demonstration was not entered: {outcome.case.reason}")
    return Written(draft=outcome.entries[0].draft, case=outcome.case, letters=letters)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("url")
    reader.add_argument("config", type=Path)
    reader.add_argument("demo", type=Path)
    reader.add_argument("--how", choices=("settle", "write", "grow"), required=True)
    reader.add_argument("--start", type=int, required=True)
    reader.add_argument("--count", type=int, required=True)
    return reader.parse_args(arguments)


if __name__ == "__main__":
    main()
