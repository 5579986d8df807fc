"""Who has sent before: asked of the cases that are kept, so that a mail of a stranger can be pointed out."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from mailbridge.registry.entry import Acquaintance
from mailbridge.registry.tables import mail_case

RECENT = 20_000
"""Cases, the newest ones, in which a domain is looked for; no index leads to it, and a mail must not cost the book."""


def acquaintance(connection: Connection, agency: str, author: str) -> Acquaintance:
    """
    Say whether mail of an address was kept before for this agency, or mail of its domain among the recent ones.

    Args:
        author: The From address as the mail writes it; found in small letters too.
    """
    here = mail_case.c.agency == agency
    known = select(mail_case.c.mail_id).where(here, mail_case.c.author.in_({author, author.lower()})).limit(1)
    if connection.execute(known).first() is not None:
        return Acquaintance.ADDRESS
    domain = author.rpartition("@")[2].lower()
    recent = select(mail_case.c.author).where(here).order_by(mail_case.c.accepted_at.desc()).limit(RECENT).subquery()
    tail = func.lower(recent.c.author).endswith(f"@{domain}", autoescape=True)
    found = connection.execute(select(recent.c.author).where(tail).limit(1)).first()
    return Acquaintance.DOMAIN if domain and found is not None else Acquaintance.STRANGER
