"""What clerks are told of letters that came back and of peers who are answered no more; a letter sent once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime

from mailbridge.classifier.directory import Directory
from mailbridge.decision.findings import Agency
from mailbridge.letters.manners import is_writable
from mailbridge.letters.plain_notice import plain_notice
from mailbridge.letters.typeset import local, moment, one_line
from mailbridge.letters.wording import LANGUAGES, Words
from mailbridge.letters.writer import CRLF, mailbox, structured
from mailbridge.mail.letter import Letter, message_id_of

_BACK = Words(vi="Thư báo nhận không đến nơi nhận", en="A letter did not arrive")
_BACK_LONG = Words(
    vi="Thư gửi {to} lúc {at} đã bị trả về; nơi gửi văn bản chưa nhận được thông báo này.",
    en="The letter sent to {to} at {at} came back; the sender of the document has not got it.",
)
_LETTER = Words(vi="Thư bị trả về", en="The letter")
_SAID = Words(vi="Máy chủ nơi nhận báo", en="The other server said")
_OTHERS = Words(vi="Địa chỉ khác theo danh bạ", en="Other addresses in the directory")
_NO_OTHERS = Words(
    vi="Việc cần làm: danh bạ chưa có địa chỉ khác của nơi gửi; đề nghị liên hệ bằng cách khác.",
    en="Next step: the directory has no other address of the sender; please find another way.",
)
_STEP = Words(
    vi="Việc cần làm: kiểm tra địa chỉ rồi gửi lại bằng lệnh: mailbridge letters resend {code} --to {other}",
    en="Next step: check the address, then send again: mailbridge letters resend {code} --to {other}",
)
_STAYS = Words(
    vi="Số đến và trạng thái của văn bản không thay đổi.",
    en="Number and state of the document have not changed.",
)
_ID = Words(vi="Mã thư", en="Mail id")
_STORM = Words(vi="Tạm ngừng trả lời tự động", en="Answers are withheld")
_STORM_LONG = Words(
    vi=(
        "Địa chỉ {peer} gửi nhiều thư trong thời gian ngắn, nhiều hơn mức trả lời tự động cho phép. Văn bản vẫn được "
        "tiếp nhận như thường lệ; thư báo nhận cho địa chỉ này tạm ngừng để tránh hai máy trả lời lẫn nhau."
    ),
    en=(
        "{peer} sent more mails in a short time than are answered. Documents are received as usual; acknowledgements "
        "to this address are withheld, so that no two programs answer each other."
    ),
)
_STORM_STEP = Words(
    vi="Việc cần làm: xem các thư đó; khi cần báo nhận, trả lời trực tiếp.",
    en="Next step: look at these mails; where an acknowledgement is owed, answer by hand.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A letter that will not arrive; `said` one line of the other server, `others` where else it can go."""

    letter: Letter
    written_at: datetime
    said: str
    status: str | None
    others: tuple[str, ...]


def other_addresses(address: str, directory: Directory) -> tuple[str, ...]:
    """Return the published addresses of the body that an address belongs to, without that address itself."""
    offices = directory.with_address(address) or directory.with_domain(address.rpartition("@")[2])
    found = (each for office in offices for each in office.addresses)
    return tuple(dict.fromkeys(each for each in found if each.lower() != address.lower() and is_writable(each)))


def returned_notices(
    returned: Returned, agency: Agency, clerks: Sequence[str], language: str, now: datetime
) -> Iterator[Letter]:
    """Tell the clerks that a letter came back, once a letter, and where else it can be sent."""
    said = language if language in LANGUAGES else LANGUAGES[0]
    letter = returned.letter
    code = letter.token[:16]
    told = "; ".join(filter(None, (returned.status, one_line(returned.said, 300))))
    others = ", ".join(returned.others[:5])
    lines = (
        _BACK_LONG[said].format(to=letter.recipient, at=moment(returned.written_at)),
        f"{_LETTER[said]}: {subject_of_letter(letter)}",
        *((f"{_SAID[said]}: {told}",) if told else ()),
        *((f"{_OTHERS[said]}: {others}",) if others else ()),
        _STEP[said].format(code=code, other=returned.others[0]) if returned.others else _NO_OTHERS[said],
        _STAYS[said],
        f"{_ID[said]}: {letter.mail_id}",
    )
    subject = f"{_BACK[said]}: {letter.recipient}"
    for to in dict.fromkeys(filter(is_writable, clerks)):
        key = f"{letter.mail_id}:{agency.id}:returned-{code}:{to}"
        yield plain_notice(key, subject, lines, mail_id=letter.mail_id, agency=agency, to=to, language=said, now=now)


def storm_notices(
    peer: str, mail_id: str, agency: Agency, clerks: Sequence[str], language: str, now: datetime
) -> Iterator[Letter]:
    """Tell the clerks that a peer is answered no more for now."""
    said = language if language in LANGUAGES else LANGUAGES[0]
    lines = (_STORM_LONG[said].format(peer=peer), _STORM_STEP[said], f"{_ID[said]}: {mail_id}")
    for to in dict.fromkeys(filter(is_writable, clerks)):
        key = f"{mail_id}:{agency.id}:storm:{to}"
        subject = f"{_STORM[said]}: {peer}"
        yield plain_notice(key, subject, lines, mail_id=mail_id, agency=agency, to=to, language=said, now=now)


def sent_again(letter: Letter, to: str, place: int, agency: Agency, now: datetime) -> Letter:
    """
    Return a letter for another way: what was written stays, and fields before it say when and to whom it went again.

    Args:
        place: Counts the times, from 1; each is a letter of its own.

    Source: RFC 5322 §3.6.6. Raises ValueError for an address that cannot stand in a header field.
    """
    if not is_writable(to):
        raise ValueError("the address cannot stand in a header field")
    key = f"{letter.key}:again-{place}"
    address = agency.addresses[0]
    fields = (
        structured("Resent-Date", *format_datetime(local(now)).split()),
        mailbox("Resent-From", agency.name, address),
        mailbox("Resent-To", "", to),
        structured("Resent-Message-ID", message_id_of(key, address.rpartition("@")[2])),
    )
    head = CRLF.join(f"{field.name}: {' '.join(field.words)}".encode() for field in fields)
    return replace(letter, key=key, sender="", recipient=to, content=head + CRLF + letter.content)


def subject_of_letter(letter: Letter) -> str:
    """Return the subject of a letter of ours as people read it."""
    found = message_from_bytes(letter.content[:20_000]).get("Subject", "")
    return one_line(str(make_header(decode_header(found))))
