"""All methods of mail authentication in one call, and all that they ask."""

from __future__ import annotations

from mailbridge.mail.envelope import MailObject
from mailbridge.mail.message import Message
from mailbridge.mail.parse import has_readable_header
from mailbridge.verify import arc, dkim, dmarc, spf
from mailbridge.verify.evidence import Evidence, Question
from mailbridge.verify.inner import inner_mails
from mailbridge.verify.results import ArcResult, AuthResults, DkimResult, InnerResult, Result

_TOO_LONG = "the header is too long to be judged"


def first_questions(mail: MailObject, message: Message) -> tuple[Question, ...]:
    """
    Name what the content alone asks, without doubles: keys of signatures and seals.

    These are looked for once; no answer leads to another of them.
    """
    named: dict[Question, None] = {}
    if has_readable_header(mail.content):
        named |= dict.fromkeys(dkim.questions(mail.content) + arc.questions(mail.content))
    for inner in inner_mails(mail.content, message):
        named |= dict.fromkeys(dkim.questions(inner.content, most=inner.most))
    return tuple(named)


def next_questions(mail: MailObject, message: Message, evidence: Evidence) -> tuple[Question, ...]:
    """Name what follows from envelope, author and the answers so far: SPF and DMARC go on from record to record."""
    asked = spf.questions(mail.client, mail.envelope, evidence) + dmarc.questions(message.author, evidence)
    return tuple(dict.fromkeys(asked))


def authenticate(mail: MailObject, message: Message, evidence: Evidence) -> AuthResults:
    """
    Judge who sent a mail from its octets, its envelope and the evidence.

    Fields that say how somebody else judged it (Authentication-Results, Received-SPF) are not read, whoever wrote them:
    they are a stranger's text here, ours included, since a mail is judged before we write one (RFC 8601 §5).
    """
    content, author = mail.content, message.author
    readable = has_readable_header(content)
    signatures = dkim.judge_dkim(content, author, evidence) if readable else _unread(message)
    client = spf.judge_spf(mail.client, mail.envelope, evidence)
    return AuthResults(
        spf=client,
        dkim=signatures,
        arc=arc.judge_arc(content, author, evidence) if readable else _unread_chain(message),
        dmarc=dmarc.judge_dmarc(author, client, signatures, evidence),
        inner=tuple(
            InnerResult(part=inner.part, dkim=dkim.judge_dkim(inner.content, inner.author, evidence, most=inner.most))
            for inner in inner_mails(content, message)
        ),
    )


def _unread(message: Message) -> tuple[DkimResult, ...]:
    """Judge nothing of a header without end: twelve million fields would take the memory of the machine."""
    if message.first("DKIM-Signature") is None:
        return ()
    return (DkimResult(result=Result.POLICY, domain=None, selector=None, reason=_TOO_LONG),)


def _unread_chain(message: Message) -> ArcResult:
    if message.first("ARC-Seal") is None:
        return ArcResult()
    return ArcResult(result=Result.POLICY, reason=_TOO_LONG)
