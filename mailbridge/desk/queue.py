"""What waits for a clerk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from mailbridge.classifier.directory import Directory
from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.desk.answers import Waiting, urgency_rank
from mailbridge.desk.around import Office
from mailbridge.desk.documents import drafts_of, kept_of
from mailbridge.registry.acts import is_waiting
from mailbridge.registry.books import Books
from mailbridge.registry.corrections_fields import NEEDED
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Case, DraftEntry, RegisterEntry
from mailbridge.registry.rows import case_of
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.tables import mail_case


def waiting(office: Office, agency: str | None) -> tuple[Waiting, ...]:
    """List the mails that wait: the most urgent first, then in the order of arrival."""
    query = select(mail_case).where(is_waiting())
    if agency is not None:
        query = query.where(mail_case.c.agency == agency)
    with reaching_database(), reading(office.engine).begin() as connection:
        cases = [case_of(row) for row in connection.execute(query).mappings()]
    policies = {each.agency.id: each for each in office.around.policies}
    found = [
        waiting_of(case, policies[case.agency], office.around.directory) for case in cases if case.agency in policies
    ]
    return tuple(sorted(found, key=lambda each: (-urgency_rank(each.urgency), each.accepted_at, each.mail_id)))


def waiting_of(case: Case, policy: Policy, directory: Directory) -> Waiting:
    """Tell a mail that waits, from what its case keeps."""
    kept = kept_of(case)
    documents = drafts_of(case, kept, policy, "") if kept else ()
    return Waiting(
        mail_id=case.mail_id,
        agency=case.agency,
        accepted_at=case.accepted_at,
        action=case.action,
        rule=case.rule,
        reason=case.reason,
        author=case.author,
        subject=case.subject,
        documents=documents,
        verdict=kept.verdict if kept else "",
        missing=lacking(documents[0]) if documents else NEEDED,
        pass_on=suggested_place(case, directory, policy.agency),
        files={each.index: each.name for each in kept.files if each.name} if kept else {},
    )


def suggested_place(case: Case, directory: Directory, agency: Agency) -> str | None:
    """
    Say where a misaddressed document may belong: an addressee of its page that the directory knows, with its address.

    None when the page names nobody but ourselves, or nobody whose published address is known (J11).
    """
    told: Sequence[dict[str, Any]] = json.loads(case.judgement or "{}").get("documents", ())
    ours = {domain.lower() for domain in agency.domains}
    for name in (name for document in told for name in document.get("addressees", ())):
        match = directory.find(name)
        office = match.office if match else None
        if office and office.addresses and office.addresses[0].rpartition("@")[2].lower() not in ours:
            return f"{office.name} ({office.addresses[0]})"
    return None


def lacking(draft: DraftEntry) -> tuple[str, ...]:
    """Name the fields that a complete line needs and that are empty (Điều 22)."""
    return tuple(name for name in NEEDED if getattr(draft, name) is None)


def find(office: Office, text: str, agency: str | None, limit: int) -> tuple[RegisterEntry, ...]:
    """Find entries by what people call them; when nothing is called so, by words in any field."""
    called = Books(office.engine).find_entries(text, agency=agency)
    if called:
        return tuple(reversed(called))[:limit]
    words = tuple(text.split())
    return SqlSearch(office.engine).search(Question(words=words, agency=agency), most=limit) if words else ()
