"""What lies in files beside the book: mails of the archive and pieces of evidence, against what the book says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mailbridge.errors import Unavailable
from mailbridge.mail.journal_copy import open_copy
from mailbridge.registry.journal_proof import Fault, WrittenRow, Wrong
from mailbridge.spool.places import accepted_name
from mailbridge.spool.record import Damaged, read_mail

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileProof:
    """
    Hears of rows as they are read, and looks for the files that they speak of.

    Args:
        archive: The folder of the archive, with a folder for each year; None: mails are not looked for.
        evidence: The folder of the evidence; None: it is not looked at.
        waiting: Ids of mails that lie elsewhere in the spool: decided a moment ago, or put aside.
    """

    def __init__(self, archive: Path | None, evidence: Path | None, waiting: Collection[str] = frozenset()) -> None:
        self._archive = archive
        self._evidence = evidence
        self._waiting = waiting
        self._named: dict[str, str] = {}
        self._last = ""
        self.mails = 0
        self.files = 0
        self.faults: list[Fault] = []

    def watch(self, table: str, rows: Sequence[WrittenRow]) -> None:
        """Take in rows; those of other tables tell nothing of files."""
        if table not in ("mail_case", "verdict"):
            return
        for row in rows:
            said = json.loads(row.text)
            mail_id = said.get("mail_id", "")
            if table == "mail_case":
                self._mail(said)
            for digest in _trust_in(said.get("evidence") or ""):
                self._named.setdefault(digest, mail_id)

    def _mail(self, said: dict[str, Any]) -> None:
        """Look at a mail of which something is kept; the cases of several agencies have one file."""
        mail_id = said.get("mail_id", "")
        if self._archive is None or said.get("judgement") is None or mail_id in (self._last, *self._waiting):
            return
        self._last = mail_id
        try:
            at = datetime.fromisoformat(said["accepted_at"])
            path = self._archive / at.strftime("%Y/%m") / accepted_name(at, mail_id)
        except (KeyError, ValueError, TypeError):
            return  # the row is changed, and named for that
        if not path.is_file():
            self._blame(Wrong.MAIL_MISSING, mail_id, str(path))
            return
        self.mails += 1
        try:
            mail = read_mail(path)
        except (Damaged, Unavailable) as error:
            self._blame(Wrong.MAIL_CHANGED, mail_id, error.detail)
            return
        if said.get("sha256") not in (mail.sha256, open_copy(mail).mail.sha256):
            self._blame(Wrong.MAIL_CHANGED, mail_id, f"{path.name}: another mail than the book has read")

    def finish(self) -> Iterator[Fault]:
        """Return what is wrong with mails and with evidence; when all rows were taken in."""
        yield from self.faults
        if self._evidence is None:
            return
        there: set[str] = set()
        for path in sorted(self._evidence.glob("??/*.der")):
            self.files += 1
            there.add(path.stem)
            if _sha256(path) != path.stem:
                yield Fault(wrong=Wrong.FILE_CHANGED, key=path.name, detail=f"{path.parent.name}/{path.name}")
        for digest, mail_id in self._named.items():
            if digest not in there:
                yield Fault(wrong=Wrong.FILE_MISSING, key=f"{digest}.der", detail=f"mail {mail_id}")

    def _blame(self, wrong: Wrong, mail_id: str, detail: str) -> None:
        self.faults.append(Fault(wrong=wrong, key=mail_id, detail=detail))


def _trust_in(evidence: str) -> list[str]:
    """Return the digests of material that an evidence names: they stand behind its last key (`record`)."""
    at = evidence.rfind('"trust"')
    return _DIGEST.findall(evidence, at) if at >= 0 else []


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
