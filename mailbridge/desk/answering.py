"""
What the sender of a mail hears of what the clerks do: accepted, refused, corrected, how far it has come.

Whether he may be answered was settled when the mail came, by what was proven then (G10; decisions/0003).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.desk.around import Office, Writing
from mailbridge.letters.received import Received, received_of
from mailbridge.letters.stage import Stage
from mailbridge.letters.stages import Desk as LetterDesk
from mailbridge.letters.stages import Why, correction_letter, stage_letter
from mailbridge.mail.letter import LetterKind
from mailbridge.registry.acts import Did
from mailbridge.registry.entry import Case, EntryStatus, RegisterEntry
from mailbridge.registry.rows import entries_of_document, find_case
from mailbridge.registry.tables import outbox

_SENT = Sentence(vi="Thư báo nhận được gửi đến {to}.", en="The acknowledgement goes to {to}.")
_SENT_BEFORE = Sentence(
    vi="Nơi gửi đã được báo trước đây; không gửi thêm.", en="The sender was told before; nothing more is sent."
)
_CORRECTED = Sentence(vi="Thư đính chính được gửi đến {to}.", en="A letter of correction goes to {to}.")
_NOT_SENT = Sentence(vi="Không gửi thư cho nơi gửi: {vi}.", en="The sender gets no letter: {en}.")
_WHY_NOT = {
    "unproven-sender": ("nơi gửi chưa được xác thực", "it is not proven who sent the mail"),
    "ourselves": ("thư do chính cơ quan gửi", "the mail is the agency's own"),
    "no-reply": ("địa chỉ gửi không nhận thư trả lời", "the address takes no replies"),
    "null-sender": ("thư do máy gửi", "a machine sent the mail"),
    "auto-submitted": ("thư do máy gửi", "a machine sent the mail"),
    "list": ("thư gửi qua danh sách", "it came through a list"),
    "bulk": ("thư gửi hàng loạt", "it is bulk mail"),
    "report": ("thư do hệ thống khác gửi", "another system sent it"),
    "secret": ("thư có dấu hiệu bí mật", "it bears signs of a secret"),
    "policy": ("khi tiếp nhận đã quyết định không gửi", "it was so decided when the mail came"),
}
"""Words of CONTRACT.md, `letters[].suppressed`."""

_AWAITS_NUMBER = Sentence(
    vi="Thư báo nhận sẽ gửi khi có số đến.", en="The acknowledgement leaves when the arrival number comes."
)

_STAGES = {
    Did.ASSIGNED: Stage.ASSIGNED,
    Did.STARTED: Stage.IN_PROGRESS,
    Did.DONE: Stage.DONE,
    Did.ANSWERED: Stage.DONE,
}


def post_acceptance(
    writing: Writing, office: Office, case: Case, policy: Policy, entries: Sequence[RegisterEntry]
) -> Sentence:
    """Put the acknowledgement (03) into the outbox in this transaction, and say what became of it."""
    if any(line.awaits_number for line in entries):
        return _AWAITS_NUMBER
    mail, desk = received_of(case), letter_desk(office, policy)
    letter = stage_letter(Stage.ACCEPTED, mail, desk, now=writing.now, entries=entries) if mail else None
    if letter is None or mail is None:
        return not_sent(mail)
    if writing.book.post(letter):
        return filled(_SENT, to=letter.recipient)
    told = [_tell_new_number(writing, each, mail, desk) for each in entries]
    return next((each for each in told if each), _SENT_BEFORE)


def _tell_new_number(writing: Writing, line: RegisterEntry, mail: Received, desk: LetterDesk) -> Sentence | None:
    """Correct the number that the sender was told before that entry was voided."""
    draft = line.draft
    earlier = entries_of_document(writing.connection, draft.agency, draft.document_sha256)
    voided = [each for each in earlier if each.id != line.id and each.draft.mail_id == draft.mail_id]
    letter = correction_letter(voided[-1], line, mail, desk, now=writing.now) if voided else None
    return filled(_CORRECTED, to=letter.recipient) if letter and writing.book.post(letter) else None


def post_refusal(writing: Writing, office: Office, case: Case, policy: Policy, why: Why) -> str | None:
    """Put the letter of return (02) into the outbox; its recipient, None when no letter may leave."""
    mail = received_of(case)
    letter = stage_letter(Stage.REFUSED, mail, letter_desk(office, policy), now=writing.now, why=why) if mail else None
    if letter is None:
        return None
    writing.book.post(letter)
    return letter.recipient


def post_correction(
    writing: Writing, office: Office, policy: Policy, before: RegisterEntry, after: RegisterEntry
) -> Sentence | None:
    """Tell the sender what changed since his acknowledgement (E12); None when there is nothing to tell."""
    mail_id, agency = after.draft.mail_id, after.draft.agency
    if not mail_id or before.version == after.version or not acknowledged(writing.connection, mail_id, agency):
        return None
    case = find_case(writing.connection, mail_id, agency)
    mail = received_of(case) if case else None
    if mail is None:
        return None
    letter = correction_letter(before, after, mail, letter_desk(office, policy), now=writing.now)
    return filled(_CORRECTED, to=letter.recipient) if letter and writing.book.post(letter) else None


def post_progress(writing: Writing, office: Office, policy: Policy, what: Did, line: RegisterEntry) -> None:
    """Tell the sender how far his document has come, where the office does so (04, 05, 06)."""
    stage, draft = _STAGES.get(what), line.draft
    case = find_case(writing.connection, draft.mail_id, draft.agency) if draft.mail_id else None
    mail = received_of(case) if case else None
    if stage is None or mail is None or not line.status.stands or line.status is EntryStatus.AWAITING:
        return
    letter = stage_letter(stage, mail, letter_desk(office, policy), now=writing.now, entries=(line,))
    if letter is not None:
        writing.book.post(letter)


def acknowledged(connection: Connection, mail_id: str, agency: str) -> bool:
    """Say whether a letter told the sender of a mail its number, or is about to."""
    here = (outbox.c.mail_id == mail_id, outbox.c.agency == agency, outbox.c.kind == LetterKind.ACCEPTED.value)
    return connection.execute(select(outbox.c.key).where(*here).limit(1)).first() is not None


def letter_desk(office: Office, policy: Policy) -> LetterDesk:
    """Return how an agency writes its letters."""
    around = office.around
    return LetterDesk(
        agency=policy.agency,
        language=policy.language,
        templates=around.templates,
        directory=around.directory,
        stages=tuple(map(Stage, policy.answering.stages)),
    )


def not_sent(mail: Received | None) -> Sentence:
    """Say why a sender gets no letter."""
    vi, en = _WHY_NOT.get((mail.suppressed if mail else None) or "policy", _WHY_NOT["policy"])
    return filled(_NOT_SENT, vi=vi, en=en)


def filled(sentence: Sentence, **facts: str) -> Sentence:
    """Put facts into a sentence."""
    return Sentence(vi=sentence.vi.format(**facts), en=sentence.en.format(**facts))
