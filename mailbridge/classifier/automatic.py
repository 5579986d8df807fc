"""
Why a mail must not be answered by a machine.

Source: RFC 3834 §2 and §5, RFC 2369 and 2919 (lists), RFC 3464 (delivery reports), RFC 8098 (read receipts), RFC 5965
(abuse reports), RFC 7489 §7.2 and RFC 8460 (DMARC and TLS reports); where no field tells, the words that common
programs write.
"""

from __future__ import annotations

import re

from mailbridge.classifier.folding import fold
from mailbridge.mail.message import Message

OWN_LETTER = "X-MailBridge-Letter"
"""Header field of every letter of ours, and of those of another installation."""

_LIST_FIELDS = (
    "List-Id",
    "List-Post",
    "List-Help",
    "List-Subscribe",
    "List-Unsubscribe",
    "List-Owner",
    "List-Archive",
    "Mailing-List",
    "X-Mailing-List",
    "X-BeenThere",
)
_BULK_WORDS = frozenset({"bulk", "junk"})
_REPLY_FIELDS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Vacation")
_REPORT_FIELDS = ("X-Failed-Recipients", "TLS-Report-Domain", "TLS-Report-Submitter", "X-Arf")
_REPORT_TYPES = (
    "multipart/report",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "application/tlsrpt",
    "text/x-pgp-failure",
)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_DAEMONS = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "mdaemon", "mailer"})
_SILENT = re.compile(
    r"noreply|(?:^|[-_.+])(?:no|do-?not|not)[-_.]?(?:reply|respond|answer)|"
    r"(?:^|[-_.])(?:bounces?|khong-?tra-?loi)(?:$|[-_.+=])"
)
_REPORT_FILE = re.compile(r"[\w.-]{1,255}![\w.-]{1,255}!\d{1,12}!\d{1,12}.{0,80}\.(?:xml|zip|gz|json)\Z", re.IGNORECASE)
_REPORT_SUBJECT = re.compile(
    r"report[ -]domain:|dmarc aggregate report|undeliver(?:able|ed)|delivery (?:status|failure)|"
    r"mail delivery (?:failed|system|failure)|returned mail|failure notice|delivery has failed|"
    r"(?:read|not read|da doc|chua doc): |disposition notification|read receipt|return receipt|"
    r"thu (?:khong gui duoc|bi tra lai)|khong (?:the )?(?:gui|chuyen|phan phoi) duoc"
)
_REPLY_SUBJECT = re.compile(
    r"auto(?:matic|mated)?[ -]?(?:reply|response|answer)|auto:|out of (?:the )?office|ooo:|vacation (?:reply|response)|"
    r"(?:thu )?tra loi tu dong|phan hoi tu dong|tu dong (?:tra loi|phan hoi)"
)
_ABSENT_SUBJECT = re.compile(
    r"vacation|away from (?:my )?(?:mail|office)|vang mat|nghi phep|(?:dang )?di cong tac|toi di vang"
)
_REPLY_TEXT = re.compile(
    r"i am (?:currently )?(?:out of (?:the )?office|on (?:annual )?leave|on vacation)|i will be out of (?:the )?office|"
    r"this is an automat(?:ed|ic) (?:reply|response|message)|"
    r"day la (?:thu|email|tin nhan) (?:tra loi |phan hoi )?tu dong|(?:thu|email) nay duoc (?:gui|tra loi) tu dong|"
    r"(?:toi|minh) (?:hien )?(?:dang|se) (?:nghi phep|di cong tac|vang mat|di vang)"
)
_REPLY_PREFIX = re.compile(r"(?:(?:re|fw|fwd|tra loi|tl|chuyen tiep) ?: ?)+")
_LONGEST_REPLY = 1500
"""Characters; the texts that people leave for their absence are a few lines, a letter that mentions leave is longer."""


def automatic_reason(message: Message, mail_from: str | None) -> str | None:
    """
    Name why this mail must not be answered, or None.

    Args:
        mail_from: The reverse-path without brackets, "" for the null sender, None when it is not known.

    Returns:
        A word of CONTRACT.md, `letters[].suppressed`: ourselves, report, auto-submitted, null-sender, list, bulk or
        no-reply, in this order. It does not say that the mail is unimportant: a document may come by a list.
    """
    if message.first(OWN_LETTER) is not None:
        return "ourselves"
    if is_report(message, mail_from):
        return "report"
    if _is_auto_submitted(message):
        return "auto-submitted"
    if mail_from is not None and mail_from.strip() in ("", "<>"):
        return "null-sender"
    if _is_list(message):
        return "list"
    if _is_bulk(message):
        return "bulk"
    if is_vacation(message):
        return "auto-submitted"
    return "no-reply" if _is_no_reply(message, mail_from) else None


def is_report(message: Message, mail_from: str | None) -> bool:
    """Say whether this is a report of a mail system: bounce, read receipt, abuse, DMARC or TLS report."""
    if _media_type(message) == "multipart/report" or any(message.first(name) for name in _REPORT_FIELDS):
        return True
    # A report that a person forwards lies inside another part, and says nothing about the mail around it.
    own = [part for part in message.parts if part.inside is None]
    if any(part.declared_type in _REPORT_TYPES or _REPORT_FILE.match(part.name or "") for part in own):
        return True
    subject = _subject(message)
    if not _REPORT_SUBJECT.match(subject):
        return False
    # Words alone may stand in a colleague's mail; a second sign is wanted.
    if subject.startswith(("report domain:", "report-domain:")):
        return True
    return mail_from == "" or _local(message, mail_from) & _DAEMONS != set() or _is_no_reply(message, mail_from)


def is_vacation(message: Message) -> bool:
    """Say whether this is the reply of an absent person's program, by its fields or its words."""
    if any(message.first(name) is not None for name in _REPLY_FIELDS):
        return True
    # The logo of a signature is no file that anybody sends.
    if any(part.is_attachment and not (part.content_id and part.type.startswith("image/")) for part in message.parts):
        return False
    text = message.text[: _LONGEST_REPLY + 1]
    if len(text) > _LONGEST_REPLY:
        return False
    subject, said = _subject(message), fold(text)
    if _REPLY_SUBJECT.match(subject):
        return True
    return bool(_REPLY_TEXT.search(said)) and (_is_answer(message) or bool(_ABSENT_SUBJECT.match(subject)))


def _is_answer(message: Message) -> bool:
    return message.first("In-Reply-To") is not None or message.first("References") is not None


def is_reply(message: Message) -> bool:
    """Say whether a program wrote this as an answer, so that whatever is attached is not sent by anybody."""
    answered = any("auto-replied" in value[:500].casefold() for value in message.every("Auto-Submitted"))
    return answered or is_vacation(message)


def _is_auto_submitted(message: Message) -> bool:
    """RFC 3834 §5: any keyword but "no", comments and parameters left out; also what Exchange says instead."""
    for value in message.every("Auto-Submitted"):
        keyword = re.match(r"\s*([\w-]*)", _COMMENT.sub(" ", _COMMENT.sub(" ", value[:500])))
        if keyword is None or keyword[1].casefold() != "no":
            return True
    suppressed = " ".join(message.every("X-Auto-Response-Suppress")).casefold()
    words = set(re.split(r"[\s,;]+", suppressed[:500]))
    if words & {"all", "autoreply", "oof"} and not words & {"none"}:
        return True
    return (message.first("Precedence") or "").strip().casefold() in {"auto_reply", "auto-reply"}


def _is_list(message: Message) -> bool:
    if any(message.first(name) is not None for name in _LIST_FIELDS):
        return True
    return (message.first("Precedence") or "").strip().casefold() == "list"


def _is_bulk(message: Message) -> bool:
    words = (message.first("Precedence") or "").casefold().replace(",", " ").split()
    return bool(_BULK_WORDS & set(words))


def _is_no_reply(message: Message, mail_from: str | None) -> bool:
    names = _local(message, mail_from)
    return bool(names & _DAEMONS) or any(_SILENT.search(name) for name in names)


def _local(message: Message, mail_from: str | None) -> frozenset[str]:
    """Local parts of the reverse-path and of From, small letters; display names are never trusted."""
    names = {(mail_from or "").rpartition("@")[0] or (mail_from or "")}
    if message.author is not None:
        names.add(message.author.local)
    elif "mailer-daemon" in (message.first("From") or "").casefold():
        names.add("mailer-daemon")
    return frozenset(name.casefold()[:320] for name in names if name)


def _media_type(message: Message) -> str:
    return (message.first("Content-Type") or "").split(";", 1)[0].strip().casefold()


def _subject(message: Message) -> str:
    """The subject for comparison, without "Re:" and its kin."""
    return _REPLY_PREFIX.sub("", fold(message.subject[:500]), count=1)
