"""Sending a mail back to where it came from, with a reason (NĐ 30/2020/NĐ-CP, Điều 21 khoản 2 điểm b)."""

from __future__ import annotations

from mailbridge.decision.sentence import Sentence
from mailbridge.desk.answering import filled, not_sent, post_refusal
from mailbridge.desk.answers import Done, Refused
from mailbridge.desk.around import Office, Said, Writing
from mailbridge.desk.settling import Held, held, lock_unsettled, tell_of_mail
from mailbridge.letters.received import received_of
from mailbridge.letters.stage import RETURN_REASONS, ReturnReason
from mailbridge.letters.stages import Why
from mailbridge.registry.acts import Did
from mailbridge.registry.happenings import Happening

_SHORTEST = 10
"""Characters of a reason in somebody's own words (domain: ux-vocabulary §5)."""

_SENT = Sentence(vi="Thư trả lại được gửi đến {to}.", en="The letter of return goes to {to}.")
_WITHOUT = Sentence(
    vi="Không gửi thư; Văn thư báo nơi gửi bằng cách khác.",
    en="No letter leaves; the clerk tells the sender otherwise.",
)


def reason_called(text: str) -> Why:
    """
    Find a reason by its code or its short name, with words of the clerk's own behind a colon; or take it as it is.

    Raises `Refused` for a text that says too little.
    """
    said = " ".join(text.split())
    head, _, detail = said.partition(":")
    for reason, words in RETURN_REASONS.items():
        names = (reason.value, words.short["vi"].casefold(), words.short["en"].casefold())
        if reason is not ReturnReason.OTHER and head.strip().casefold() in names:
            return Why(reason=reason, detail=detail.strip())
    if len(said) < _SHORTEST:
        codes = ", ".join(each.value for each in RETURN_REASONS if each is not ReturnReason.OTHER)
        raise Refused(
            f"Lý do trả lại cần ít nhất {_SHORTEST} ký tự, hoặc là một mã: {codes}.",
            f"A return needs a reason of {_SHORTEST} characters or more, or a code: {codes}.",
            code="no-reason",
        )
    return Why(detail=said)


def return_mail(
    office: Office, mail_id: str, agency: str, why: Why, said: Said, *, without_letter: bool = False
) -> Done:
    """
    Settle a mail as returned, and tell its sender why; never one who is not proven (G10).

    Args:
        without_letter: The clerk tells the sender otherwise; no letter leaves.
    """
    policy = office.check(Did.RETURNED, said, agency)
    mail = held(office, mail_id, agency, policy)
    with office.writing() as writing:
        lock_unsettled(writing, mail)
        to = None if without_letter else _posted(writing, office, mail, why)
        act_id = writing.act(
            Did.RETURNED,
            said,
            agency=agency,
            mail_id=mail_id,
            after={"reason": why.reason.value, "detail": why.detail, "letter": to is not None},
        )
        told = ": ".join(filter(None, (why.reason.value, why.detail if why.detail != said.why else "")))
        tell_of_mail(writing, mail.case, Happening.RETURNED, said, told)
    remark = _WITHOUT if to is None else filled(_SENT, to=to)
    return Done(act_id=act_id, what=Did.RETURNED, remarks=(remark,), mail_id=mail_id)


def _posted(writing: Writing, office: Office, mail: Held, why: Why) -> str:
    # Where no letter to the sender was even planned, nobody said at reception whether he may be answered.
    to = post_refusal(writing, office, mail.case, mail.policy, why) if mail.kept.answered else None
    if to is None:
        told = not_sent(received_of(mail.case))
        raise Refused(
            f"{told.vi} Hãy báo nơi gửi bằng cách khác rồi ghi trả lại không kèm thư.",
            f"{told.en} Tell the sender otherwise, and return it without a letter.",
            code="unproven",
        )
    return to
