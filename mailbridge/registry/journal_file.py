"""
The proof in a file: all links and all rows that they name, to be proven on another machine, or kept in another house.

Lines of JSON, packed by gzip, as `docs/explanation/proof.md` describes them. Rows and links stand there as they were
read, so that each is near the other and a proof needs little memory. The octets of letters are left out (their digest
is proven), those of stamps are there.
"""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, select

from mailbridge.errors import MailBridgeError
from mailbridge.registry.journal_check import Asked, Proven, Tell, Watch, chain_ends, prove
from mailbridge.registry.journal_form import digest_of_text, form_of, journaled, to_json, written_time
from mailbridge.registry.journal_numbers import Numbers
from mailbridge.registry.journal_proof import Fault, Link, Proof, Rows, WrittenRow, Wrong
from mailbridge.registry.journal_roots import Root, Stamp, roots_of, stamps_of
from mailbridge.registry.tables import counter

_FORMAT = "mailbridge proof 1"
_LONGEST_LINE = 256 << 20
"""Octets of one line: a case holds what was judged of a mail with hundreds of files."""
_AT_ONCE = 200


class NoProof(MailBridgeError):
    """A file is none that `write_proof` has written; the text says why."""


def write_proof(
    connection: Connection, asked: Asked, file: IO[bytes], *, now: datetime, tell: Tell = lambda _done, _of: None
) -> Proven:
    """
    Write everything that the journal names into a file, and prove it on the way.

    Args:
        connection: From `journal_check.one_moment`.
        file: Written to and left open.

    Raises:
        Unavailable: The database is gone.
        OSError: The file cannot be written.
    """
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed:

        def write(*parts: object) -> None:
            packed.write(to_json(parts).encode("utf-8", "surrogatepass") + b"\n")

        def rows(table: str, batch: Sequence[WrittenRow]) -> None:
            begin = f'["row",{to_json(table)},'
            packed.write("".join(f"{begin}{row.text}]\n" for row in batch).encode("utf-8", "surrogatepass"))

        write(_FORMAT, written_time(now), asked.agency)
        for root in roots_of(connection, asked.agency):
            day, made_at = root.day.isoformat(), written_time(root.made_at)
            write("root", root.agency, day, root.first, root.last, root.hash, made_at)
        for stamp in stamps_of(connection, asked.agency):
            write("stamp", stamp.agency, stamp.last, written_time(stamp.made_at), stamp.url, _text(stamp.token))
        proven = prove(connection, asked, tell=tell, watch=rows, follow=lambda link: write("link", *link))
        for head in chain_ends(connection, asked.agency):
            write("head", *head)
        counters = select(counter.c.agency, counter.c.book, counter.c.year, counter.c.next)
        if asked.agency is not None:
            counters = counters.where(counter.c.agency == asked.agency)
        for each in connection.execute(counters):
            write("counter", *each)
        write("end", proven.rows, proven.links)
    return proven


def _text(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


class ProofFile:
    """
    Proves a file; `roots` and `stamps` are there when it was read.

    Args:
        watch: Told of the rows as they are read.
    """

    def __init__(self, path: Path, *, watch: Watch | None = None) -> None:
        self._path = path
        self._watch = watch
        self._tables = {table.name: Rows(table=table.name) for table in journaled()}
        self._proof = Proof(self._tables)
        self._numbers = Numbers()
        self._ended = False
        self._rows: list[WrittenRow] = []
        self._table = ""
        self.roots: list[Root] = []
        self.stamps: list[Stamp] = []

    def prove(self, tell: Callable[[int], None] = lambda _links: None) -> Proven:
        """
        Read the file once and return what is wrong.

        Raises:
            NoProof: It is no such file.
        """
        lines = self._lines()
        first = next(lines, None)
        if not (isinstance(first, list) and first and first[0] == _FORMAT):
            raise NoProof(f"{self._path}: this is no file of `register export --proof`")
        for line in lines:
            self._take(line)
            if self._proof.links % _AT_ONCE == 0:
                tell(self._proof.links)
        self._flush()
        if not self._ended:
            detail = "the file ends before its end"
            self._proof.blame(Fault(wrong=Wrong.END_MISSING, order=self._proof.links + 1, detail=detail))
        for fault in self._numbers.wrong():
            self._proof.blame(fault)
        return Proven(
            entries=self._tables["entry"].count,
            rows=sum(each.count for each in self._tables.values()),
            links=self._proof.links,
            until=self._proof.until,
            faults=self._proof.finish(),
        )

    def _lines(self) -> Iterator[Any]:
        try:
            with gzip.open(self._path, "rb") as file:
                while line := file.readline(_LONGEST_LINE):
                    yield json.loads(line)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            if self._proof.links == 0 and not self.roots:
                raise NoProof(f"{self._path}: {error}") from error
            said = Fault(wrong=Wrong.TABLE_UNREADABLE, order=self._proof.links, detail=f"{self._path.name}: {error}")
            self._proof.blame(said)

    def _take(self, line: Any) -> None:
        try:
            kind, *parts = line
            match kind:
                case "row":
                    self._row(*parts)
                case "link":
                    self._flush()
                    self._proof.take(Link(*parts))
                case "root":
                    self._root(*parts)
                case "stamp":
                    self._stamp(*parts)
                case "head":
                    self._flush()
                    self._proof.end_at(*parts)
                case "counter":
                    self._numbers.counter(*parts)
                case "end":
                    self._ended = True
                case _:
                    raise ValueError(f"no such line: {kind}")
        except (ValueError, TypeError, KeyError) as error:
            said = f"{self._path.name}: a line that cannot be read: {error}"
            self._proof.blame(Fault(wrong=Wrong.TABLE_UNREADABLE, order=self._proof.links, detail=said))

    def _row(self, table: str, said: dict[str, Any]) -> None:
        form = form_of(table)
        text = to_json(said)
        key = tuple(said[name] for name in form.key)
        row = WrittenRow(digest_of_text(form, text), key[0] if len(key) == 1 else key, text)
        if table != self._table or len(self._rows) >= _AT_ONCE:
            self._flush()
            self._table = table
        self._rows.append(row)
        self._numbers.row(table, said)

    def _flush(self) -> None:
        if self._rows:
            if self._watch:
                self._watch(self._table, self._rows)
            self._tables[self._table].met(self._rows)
            self._rows = []

    def _root(self, agency: str, day: str, first: int, last: int, hashed: str, made_at: str) -> None:
        made = datetime.fromisoformat(made_at)
        root = Root(agency=agency, day=date.fromisoformat(day), first=first, last=last, hash=hashed, made_at=made)
        self.roots.append(root)
        self._proof.expect_root(agency, last, hashed)

    def _stamp(self, agency: str, last: int, made_at: str, url: str, token: str) -> None:
        made = datetime.fromisoformat(made_at)
        self.stamps.append(Stamp(agency=agency, last=last, made_at=made, url=url, token=b64decode(token)))
