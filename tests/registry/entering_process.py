"""A program that enters documents until it is killed; run by `test_killed.py`, told a URL and a name."""

from __future__ import annotations

import itertools
import sys

from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import NOON, case_of_entry, draft, letter


def main(url: str, name: str) -> None:
    registry = SqlRegistry(open_database(url))
    for count in itertools.count():
        document = f"{name}-{count}"
        with registry.transaction() as current:
            entry = current.enter(draft(document), NOON)
            current.post(letter(f"ack-{entry.id}", mail_id=entry.draft.mail_id))
            current.record(case_of_entry(entry), [entry])
        # Only what was said after the commit is a promise.
        sys.stdout.write(f"{document} {entry.number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
