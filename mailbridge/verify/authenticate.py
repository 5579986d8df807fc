"""All methods of mail authentication in one call."""

from __future__ import annotations

from mailbridge.mail.message import Message
from mailbridge.mail.parse import has_readable_header
from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.evidence import Evidence
from mailbridge.verify.inner import inner_mails
from mailbridge.verify.results import ArcResult, AuthResults, DkimResult, DmarcResult, InnerResult, Result, SpfResult

NOT_CHECKED = "not checked by this version"


def authenticate(content: bytes, message: Message, evidence: Evidence) -> AuthResults:
    """
    Judge who sent a mail from its octets and the evidence.

    DKIM is judged (RFC 6376), of the mail and of each mail inside it apart; SPF, ARC and DMARC are not yet, and say so
    instead of passing or failing.
    """
    return AuthResults(
        spf=SpfResult(reason=NOT_CHECKED),
        dkim=judge_dkim(content, message.author, evidence) if has_readable_header(content) else _unread(message),
        arc=ArcResult(reason=NOT_CHECKED),
        dmarc=DmarcResult(reason=NOT_CHECKED),
        inner=tuple(
            InnerResult(part=mail.part, dkim=judge_dkim(mail.content, mail.author, evidence, most=mail.most))
            for mail in inner_mails(content, message)
        ),
    )


def _unread(message: Message) -> tuple[DkimResult, ...]:
    """Judge nothing of a header without end: twelve million fields would take the memory of the machine."""
    if message.first("DKIM-Signature") is None:
        return ()
    return (DkimResult(result=Result.POLICY, domain=None, selector=None, reason="the header is too long to be judged"),)
