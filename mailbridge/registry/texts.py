"""
What the files of a document say, kept so that the book can be searched by it.

Kept is the text of what was entered or waits for a clerk; never of a mail that is secret, private or automatic, nor of
one that was only looked at. It is a copy for the search and no record: it may be taken away, and is read anew from the
archived mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, literal, select, tuple_

from mailbridge.classifier.kinds import Classification
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Layer, Pages
from mailbridge.registry.database import add_once, reaching_database, reading
from mailbridge.registry.entry import Case
from mailbridge.registry.happenings import WAITING_ACTIONS
from mailbridge.registry.rows import case_of, entries_of_document
from mailbridge.registry.search_index import drop_text, index_text, read_ahead
from mailbridge.registry.tables import UtcTime, document_text, mail_case

_READ_AGAIN = ("register", *WAITING_ACTIONS)
_AT_ONCE = 200

MOST = 1_000_000
"""Octets of UTF-8 that are kept of a file; a hundred pages have a quarter of it."""


class TextSource(StrEnum):
    """How a text was got: it stood in the file, or its letters were recognised in a picture."""

    TEXT = "text"
    OCR = "ocr"


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentText:
    """
    The text of one file of a document.

    `document_sha256` is that of the main file, by which the book knows the document; `file_sha256` that of this one.
    `is_cut`: the file says more than was read or is kept.
    """

    agency: str
    mail_id: str
    document_sha256: str
    file_sha256: str
    source: TextSource
    text: str
    is_cut: bool = False


def texts_of(
    agency: str, mail_id: str, classification: Classification, message: Message, pages: Mapping[str, Pages]
) -> tuple[DocumentText, ...]:
    """
    Return the texts of the documents in a mail, annexes too; nothing of a mail whose content may not be stored.

    Args:
        pages: What was read, by the index of the part.
    """
    if not classification.kind.is_stored or classification.secrecy:
        return ()
    digests = {part.index: part.sha256 for part in message.parts}
    found: dict[tuple[str, str], DocumentText] = {}
    for document in classification.documents:
        for part in dict.fromkeys((document.main, *document.parts)):
            if document.main in digests and part in digests and part in pages:
                text = _text_of(agency, mail_id, digests[document.main], digests[part], pages[part])
                if text.text:
                    found.setdefault((text.document_sha256, text.file_sha256), text)
    return tuple(found.values())


def _text_of(agency: str, mail_id: str, document: str, file: str, pages: Pages) -> DocumentText:
    whole = pages.text.strip()
    text = whole.encode("utf-8", "replace")[:MOST].decode("utf-8", "ignore")
    is_ocr = any(page.layer is Layer.OCR and page.lines for page in pages.pages)
    return DocumentText(
        agency=agency,
        mail_id=mail_id,
        document_sha256=document,
        file_sha256=file,
        source=TextSource.OCR if is_ocr else TextSource.TEXT,
        text=text,
        is_cut=len(text) < len(whole) or len(pages.pages) < pages.total,
    )


def keep_texts(connection: Connection, texts: Sequence[DocumentText], kept_at: datetime) -> int:
    """
    Keep texts and put them into the index of the entries that stand for their documents; return how many are new.

    A file of which a text is kept already stays as it is. Told before the entry is numbered, it is indexed with it, and
    what is slow about it is done before anybody waits for the number.
    """
    key = ("agency", "document_sha256", "file_sha256")
    # In one order, so that of two mails with the same files one waits for the other, and none of them for ever.
    ordered = sorted(texts, key=lambda each: (each.agency, each.document_sha256, each.file_sha256))
    new = [each for each in ordered if add_once(connection, document_text, _row(each, kept_at), *key)]
    for each in new:
        read_ahead(each.text)
    for agency, document in dict.fromkeys((each.agency, each.document_sha256) for each in new):
        for line in entries_of_document(connection, agency, document):
            index_text(connection, line)
    return len(new)


def forget_texts(connection: Connection, agency: str, document_sha256: str) -> int:
    """Take the texts of a document away, out of the index too; return how many there were."""
    for line in entries_of_document(connection, agency, document_sha256):
        drop_text(connection, line)
    which = (document_text.c.agency == agency, document_text.c.document_sha256 == document_sha256)
    return len(connection.execute(delete(document_text).where(*which).returning(document_text.c.id)).all())


def texts_kept(connection: Connection, entries: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """
    Yield id of the entry and text for all texts of these entries.

    Args:
        entries: Agency and digest of the document, by id of the entry.
    """
    by_document: dict[tuple[str, str], list[str]] = {}
    for entry_id, document in entries.items():
        by_document.setdefault(document, []).append(entry_id)
    digests = [digest for _, digest in by_document]
    query = select(document_text.c.agency, document_text.c.document_sha256, document_text.c.text)
    which = document_text.c.agency.in_({agency for agency, _ in by_document})
    ordered = query.where(which, document_text.c.document_sha256.in_(digests)).order_by(document_text.c.id)
    for agency, digest, text in connection.execute(ordered):
        for entry_id in by_document.get((agency, digest), ()):
            yield entry_id, text


def _row(text: DocumentText, kept_at: datetime) -> dict[str, object]:
    return {
        "agency": text.agency,
        "document_sha256": text.document_sha256,
        "file_sha256": text.file_sha256,
        "mail_id": text.mail_id,
        "source": text.source.value,
        "text": text.text,
        "is_cut": text.is_cut,
        "kept_at": kept_at,
    }


def mails_without_text(engine: Engine) -> Iterator[Case]:
    """
    Yield the cases that were entered or wait, and of which no text is kept, in the order of arrival.

    They are asked for page by page, so that texts may be kept meanwhile; raises `Unavailable`.
    """
    may_have = (mail_case.c.action.in_(_READ_AGAIN), mail_case.c.shadow.is_(False), mail_case.c.judgement.is_not(None))
    without = mail_case.c.mail_id.not_in(select(document_text.c.mail_id))
    order = (mail_case.c.accepted_at, mail_case.c.mail_id, mail_case.c.agency)
    query = select(mail_case).where(*may_have, without).order_by(*order).limit(_AT_ONCE)
    page = query
    while True:
        with reaching_database(), reading(engine).begin() as connection:
            cases = [case_of(row) for row in connection.execute(page).mappings()]
        yield from cases
        if len(cases) < _AT_ONCE:
            return
        last = cases[-1]
        page = query.where(tuple_(*order) > tuple_(literal(last.accepted_at, UtcTime()), last.mail_id, last.agency))
