"""What people call a mail or an entry, as queries."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union

from mailbridge.registry.authority import INTAKE_PATTERN
from mailbridge.registry.days import read_day
from mailbridge.registry.entry import VIETNAM
from mailbridge.registry.rows import select_entries
from mailbridge.registry.tables import delivery, entry, entry_version, event, mail_case, outbox

_NUMBER = re.compile(r"0*([1-9][0-9]{0,8})(?:/([12][0-9]{3}))?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def entries_called(text: str) -> Select[tuple[str]]:
    """Select the ids of entries with this symbol, số đến, mail id or id of their own."""
    text = _tidy(text)
    named: list[ColumnElement[bool]] = [entry.c.id == text, entry.c.mail_id == text, entry_version.c.symbol == text]
    if number := _NUMBER.fullmatch(text):
        in_year = [entry.c.year == int(number[2])] if number[2] else []
        named.append(and_(entry.c.number == int(number[1]), entry.c.book.not_like(INTAKE_PATTERN), *in_year))
    return select_entries().where(or_(*named)).with_only_columns(entry.c.id)


def mails_called(text: str) -> Select[Any]:
    """Select the `mail_id` of everything that `text` can mean; see `Books.trace` for what it may be."""
    text = _tidy(text)
    ours = select(entry.c.mail_id).where(entry.c.id.in_(entries_called(text)))
    found: list[Select[Any]] = [ours, select(event.c.mail_id).where(event.c.mail_id == text)]
    found.append(select(delivery.c.mail_id).where(or_(delivery.c.mail_id == text, delivery.c.queue_id == text)))
    if "@" in text:
        bare = text.removeprefix("<").removesuffix(">")
        ids = mail_case.c.message_id.in_((bare, f"<{bare}>"))
        author = func.lower(mail_case.c.author) == bare.lower()
        found.append(select(mail_case.c.mail_id).where(or_(ids, author)))
        found.append(select(outbox.c.mail_id).where(func.lower(outbox.c.recipient) == bare.lower()))
    if _SHA256.fullmatch(text.lower()):
        found.append(select(mail_case.c.mail_id).where(mail_case.c.sha256 == text.lower()))
        found.append(select(entry.c.mail_id).where(entry.c.document_sha256 == text.lower()))
    if day := read_day(text):
        start = datetime.combine(day, time.min, VIETNAM)
        within = (mail_case.c.accepted_at >= start, mail_case.c.accepted_at < start + timedelta(days=1))
        found.append(select(mail_case.c.mail_id).where(*within))
        found.append(select(delivery.c.mail_id).where(delivery.c.day == day))
    return select(union(*found).subquery().c.mail_id)


def entries_meant(text: str) -> Select[tuple[str]]:
    """Select the ids of entries that are called so, and of those without a mail that arrived on this day."""
    meant: list[ColumnElement[bool]] = [entry.c.id.in_(entries_called(text))]
    if day := read_day(_tidy(text)):
        start = datetime.combine(day, time.min, VIETNAM)
        within = (entry.c.arrived_at >= start, entry.c.arrived_at < start + timedelta(days=1))
        meant.append(and_(entry.c.mail_id.is_(None), *within))
    return select(entry.c.id).where(or_(*meant))


def events_of_mails(mails: Select[Any], entries: Select[tuple[str]], agency: str | None) -> Select[Any]:
    """Select the events of these mails and entries, whatever mail they came with, in order of time."""
    query = select(event).where(or_(event.c.mail_id.in_(mails), event.c.entry_id.in_(entries)))
    if agency is not None:
        query = query.where(event.c.agency == agency)
    return query.order_by(event.c.at, event.c.id)


def _tidy(text: str) -> str:
    """Bring a question into the form of what is stored: NFC, no blanks around."""
    return unicodedata.normalize("NFC", text.strip()).replace("\x00", "\ufffd")
