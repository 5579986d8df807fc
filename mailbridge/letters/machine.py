"""
The part of an answer that programs read: an edXML status and a JSON file, beside what people read.

They say the same as the letter around them and no more: what the sender sent himself (names, sizes and SHA-256 of his
files, of the whole mail), and what the letter tells him of the book.

Source: QCVN 102:2016/BTTTT, status message; docs/reference/ack.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from mailbridge.decision.findings import Agency
from mailbridge.letters.received import Received
from mailbridge.letters.typeset import local, one_line
from mailbridge.letters.writer import AttachedFile
from mailbridge.mail.letter import LetterKind, token_of
from mailbridge.registry.entry import RegisterEntry

SCHEMA = "mailbridge-ack-1"
"""The value of `schema` in the JSON file; another one when a key changes its meaning."""

JSON_NAME = "mailbridge-ack.json"

_NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    What a machine part says beside the facts of the mail.

    Attributes:
        kind: Of the letter around it.
        code: The edXML status code of the stage, "01" to "16".
        status: The status in words, in Vietnamese.
        detail: What else the letter says, one line: the reason of a return.
        entries: The entries that the letter names; () when it names none.
        paper: Whether paper or a signed version has to follow, by the id of the entry; None: not known.
        organ: The agency's own code (QĐ 20/2020/QĐ-TTg), and that of the sender; "" when not known.
    """

    kind: LetterKind
    code: str
    status: str
    detail: str = ""
    entries: tuple[RegisterEntry, ...] = ()
    paper: tuple[tuple[str, bool], ...] = ()
    organ: str = ""
    sender_organ: str = ""


def machine_files(told: Told, mail: Received, agency: Agency, *, key: str, now: datetime) -> tuple[AttachedFile, ...]:
    """
    Write the files for programs: one edXML status for each entry, or one for the mail, then the JSON.

    Args:
        key: Of the letter; its token stands in the JSON, so that the letter can be checked later.
    """
    about: Sequence[RegisterEntry | None] = told.entries or (None,)
    statuses = tuple(
        AttachedFile(
            name="status.edxml" if place == 1 else f"status-{place}.edxml",
            media_type="application/xml",
            content=status_packet(told, agency, entry, now),
        )
        for place, entry in enumerate(about, 1)
    )
    said = AttachedFile(
        name=JSON_NAME, media_type="application/json", content=ack_json(told, mail, agency, token_of(key), now)
    )
    return (*statuses, said)


def status_packet(told: Told, agency: Agency, entry: RegisterEntry | None, now: datetime) -> bytes:
    """
    Write an edXML status message (QCVN 102:2016/BTTTT): UTF-8, one element a line.

    Args:
        entry: The document that it answers; None when the letter names none, and then ResponseFor names none either.
    """
    sender = (("OrganId", told.organ), ("OrganName", agency.name), ("Email", agency.addresses[0]))
    description = f"{told.status}: {told.detail}" if told.detail else told.status
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<edXML xmlns="{_NAMESPACE}">',
        f'<edXML:edXMLEnvelope xmlns:edXML="{_NAMESPACE}">',
        "<edXML:edXMLHeader>",
        "<edXML:MessageHeader>",
        *_group("From", (*sender, ("Telephone", agency.phone))),
        *_group("ResponseFor", tuple(_response_for(told, entry))),
        *_element("StatusCode", told.code),
        *_element("Description", description),
        *_element("Timestamp", f"{local(now):%Y/%m/%d %H:%M:%S}"),
        "</edXML:MessageHeader>",
        "</edXML:edXMLHeader>",
        "</edXML:edXMLEnvelope>",
        "</edXML>",
    ]
    return ("\n".join(rows) + "\n").encode()


def _response_for(told: Told, entry: RegisterEntry | None) -> Iterator[tuple[str, str]]:
    """Name the document; its DocumentId follows from code, day and symbol, and is left out when one is not known."""
    yield "OrganId", told.sender_organ
    if entry is None:
        return
    symbol = entry.draft.symbol or ""
    day = f"{entry.draft.issued_date:%Y/%m/%d}" if entry.draft.issued_date else ""
    yield "Code", symbol
    if told.sender_organ and day and symbol:
        yield "DocumentId", f"{told.sender_organ},{day},{symbol}"
    yield "PromulgationDate", day


def _group(name: str, inner: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"<edXML:{name}>"
    for each, value in inner:
        yield from _element(each, value)
    yield f"</edXML:{name}>"


def _element(name: str, value: str) -> Iterator[str]:
    clean = one_line(value)
    if clean:
        yield f"<edXML:{name}>{escape(clean)}</edXML:{name}>"


def ack_json(told: Told, mail: Received, agency: Agency, token: str, now: datetime) -> bytes:
    """Write the JSON file, in ASCII; docs/reference/ack.schema.json is its schema."""
    paper = dict(told.paper)
    sent = {each.sha256 for each in mail.files}
    said = {
        "schema": SCHEMA,
        "token": token,
        "stage": told.kind.value,
        "code": told.code,
        "status": one_line(told.status),
        "detail": one_line(told.detail) or None,
        "written_at": _time(now),
        "agency": {"name": one_line(agency.name), "address": agency.addresses[0], "organ_id": told.organ or None},
        "mail": {
            "id": mail.id,
            "message_id": one_line(mail.message_id or "") or None,
            "accepted_at": _time(mail.accepted_at),
            "sha256": mail.sha256,
        },
        "files": [{"name": each.name, "size": each.size, "sha256": each.sha256} for each in mail.files],
        "entries": [
            {
                "number": None if entry.awaits_number else entry.number,
                "year": entry.year,
                "book": entry.draft.book,
                "arrived_at": _time(entry.arrived_at),
                "symbol": entry.draft.symbol,
                "issued_date": entry.draft.issued_date.isoformat() if entry.draft.issued_date else None,
                # What another mail brought is not this sender's to know.
                "sha256": digest if (digest := entry.draft.document_sha256) in sent or _is_of(entry, mail) else None,
                "paper_needed": paper.get(entry.id),
            }
            for entry in told.entries
        ],
    }
    return (json.dumps(said, indent=1) + "\n").encode("ascii")


def _is_of(entry: RegisterEntry, mail: Received) -> bool:
    """Say whether the entry was made from this mail, its file perhaps out of an archive."""
    return bool(entry.draft.document_sha256) and entry.draft.mail_id == mail.id


def _time(at: datetime) -> str:
    """Write a moment as the clocks in Vietnam show it (RFC 3339)."""
    return local(at).isoformat(timespec="seconds")
