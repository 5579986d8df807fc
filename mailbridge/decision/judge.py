"""The whole core in one call: from what was learnt of a mail to what becomes of it."""

from __future__ import annotations

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.classifier.kinds import Classification
from mailbridge.decision.assurance import assure
from mailbridge.decision.decide import Explanation, explain
from mailbridge.decision.findings import Action, Findings, Judgement
from mailbridge.decision.identity import identities
from mailbridge.decision.policy import Policy
from mailbridge.decision.recall import recalls
from mailbridge.decision.sender import judge_sender
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
    directory: Directory = NO_DIRECTORY,
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
        directory=directory,
        arrived=local_day(mail.accepted_at),
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
    directory: Directory = NO_DIRECTORY,
) -> Judgement:
    """
    Judge one mail for the agency of `policy`; the same arguments give the same answer. Raises nothing.

    Args:
        directory: The agencies that are known, to compare sender, certificate and letterhead with.
    """
    findings = findings_of(
        mail=mail,
        message=message,
        authentication=authentication,
        classification=classification,
        signatures=signatures,
        attachment_problems=attachment_problems,
        known=known,
        policy=policy,
        directory=directory,
    )
    decision = explain_mail(findings, mail, policy).decision
    is_kept = decision.action is not Action.STOP and classification.kind.is_stored
    return Judgement(
        authentication=authentication,
        classification=classification,
        signatures=signatures,
        decision=decision,
        sender=judge_sender(findings) if is_kept else None,
        # What stays outside of the book by regulation waits for no paper and asks nothing of a clerk.
        assurance=assure(findings) if is_kept and decision.action is not Action.PASS else None,
        identities=tuple(identities(each, findings, directory) for each in classification.documents),
        met=known.sender,
        recalls=recalls(findings) if is_kept else (),
    )


def explain_mail(findings: Findings, mail: MailObject, policy: Policy) -> Explanation:
    """Decide as `judge` does, and keep every rule with its inputs and its answer."""
    return explain(findings, policy, arrived=local_day(mail.accepted_at))
