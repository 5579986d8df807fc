"""The whole core in one call: from what was learnt of a mail to what becomes of it."""

from __future__ import annotations

from mailbridge.classifier.kinds import Classification
from mailbridge.decision.decide import Explanation, explain
from mailbridge.decision.findings import Findings, Judgement
from mailbridge.decision.policy import Policy
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.mail.message import Message
from mailbridge.registry.entry import Known, local_day
from mailbridge.verify.results import AuthResults
from mailbridge.verify.signature import SignatureStatus


def findings_of(
    *,
    mail: MailObject,
    message: Message,
    authentication: AuthResults,
    classification: Classification,
    signatures: tuple[SignatureStatus, ...],
    attachment_problems: tuple[str, ...],
    known: Known,
    policy: Policy,
) -> Findings:
    """Put together what rules may ask about."""
    return Findings(
        agency=policy.agency,
        door=mail.door,
        client=mail.client,
        envelope=mail.envelope,
        author=message.author,
        attachment_problems=attachment_problems,
        authentication=authentication,
        classification=classification,
        signatures=signatures,
        known=known,
        delivered=is_delivered(mail),
    )


def is_delivered(mail: MailObject) -> bool:
    """Say whether somebody has the mail: behind the hop the next server must have said so, elsewhere it is there."""
    return mail.door is not Door.HOP or (mail.next_hop_reply or "").startswith("2")


def judge(
    *,
    mail: MailObject,
    message: Message,
    authentication: AuthResults,
    classification: Classification,
    signatures: tuple[SignatureStatus, ...],
    attachment_problems: tuple[str, ...],
    known: Known,
    policy: Policy,
) -> Judgement:
    """Judge one mail for the agency of `policy`; the same arguments give the same answer. Raises nothing."""
    findings = findings_of(
        mail=mail,
        message=message,
        authentication=authentication,
        classification=classification,
        signatures=signatures,
        attachment_problems=attachment_problems,
        known=known,
        policy=policy,
    )
    return Judgement(
        authentication=authentication,
        classification=classification,
        signatures=signatures,
        decision=explain_mail(findings, mail, policy).decision,
    )


def explain_mail(findings: Findings, mail: MailObject, policy: Policy) -> Explanation:
    """Decide as `judge` does, and keep every rule with its inputs and its answer."""
    return explain(findings, policy, arrived=local_day(mail.accepted_at))
