"""What is kept of a mail that the desk takes for itself: that it came, and by which rule; nothing of its content."""

from __future__ import annotations

from datetime import datetime

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Action
from mailbridge.decision.policy import Policy
from mailbridge.registry.entry import Case
from mailbridge.seen import Seen


def bare_case(seen: Seen, policy: Policy, rule: str, now: datetime) -> Case:
    """Keep that the mail came; what it asked for stands with what was done."""
    mail = seen.mail
    return Case(
        mail_id=mail.id,
        agency=policy.agency.id,
        door=mail.door.value,
        accepted_at=mail.accepted_at,
        decided_at=now,
        sha256=mail.sha256,
        size=len(mail.content),
        kind=Kind.OTHER.value,
        action=Action.PASS.value,
        rule=rule,
        reason="",
        rules_version=policy.rules.version,
    )
