"""
Words and fields that tell the kinds of mail without a document: petition, receipt, working mail, private mail.

All patterns run over folded text (no marks, small letters).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.classifier.folding import fold
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Pages

_LONGEST = 20_000

_RECEIPT_SUBJECT = re.compile(
    r"(?:(?:re|fw|fwd|tra loi|chuyen tiep) ?: ?){0,5}\[(?:bao nhan|tra lai|receipt|returned)\]"
)
_STATUS_TAGS = (b"StatusCode>", b"ResponseFor>")

_PETITION_WORDS = (
    r"(?:khieu nai|to cao|to giac|kien nghi|phan anh|keu cuu|keu oan|de nghi giai quyet|trinh bay|yeu cau giai quyet)"
)
_PETITION_TITLE = re.compile(rf"don (?:xin )?{_PETITION_WORDS}")
_PETITION_SUBJECT = re.compile(
    rf"(?:gui |nop |toi gui )?don (?:thu )?(?:xin )?{_PETITION_WORDS}|(?:khieu nai|to cao) (?:ve|ong|ba|hanh vi)\b"
)
_PETITIONER = re.compile(
    r"\b(?:toi|chung toi|em) (?:ten )?la\b|\bten toi la\b|\bnguoi (?:khieu nai|to cao|lam don)\b|\bho va ten\b|"
    r"\bthuong tru\b|\btoi (?:lam don|viet don|xin khieu nai|khieu nai|to cao|xin trinh bay)\b"
)
_MODEL = re.compile(r"\b(?:mau don|bieu mau|huong dan (?:viet|cach|lam))\b")

_OFFICIAL = re.compile(
    r"\b(?:cong van|quyet dinh|to trinh|thong bao|ke hoach|giay moi|bao cao|van ban|chi thi|nghi quyet|cong dien|v/v|"
    r"kinh gui|van thu|ubnd|hdnd|so noi vu|phong noi vu)\b"
)
# Words that hardly anything but a document has in its name; "thông báo" or "báo cáo" alone stand over bills as well.
_NAMED_DOCUMENT = re.compile(
    r"(?:\A|[^a-z])(?:cong van|cv|van ban|quyet dinh|qd|to trinh|ttr|giay moi|gm|cong dien|chi thi|nghi quyet|nq|"
    r"signed|ky so|(?:thong bao|ke hoach|bao cao|huong dan|ket luan) so)(?![a-z])"
)
_SUBJECT_OF_DOCUMENT = re.compile(
    r"(?:(?:re|fw|fwd|chuyen tiep|kinh gui|kinh chuyen|gui|chuyen)[: ]{1,3}){0,3}"
    r"(?:cong van|cv|van ban|vb|quyet dinh|to trinh|giay moi|gm|cong dien|chi thi|nghi quyet|v/v|"
    r"(?:thong bao|ke hoach|bao cao|huong dan|ket luan) so)(?![a-z])"
)
_FREE_MAIL = frozenset(
    (
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.com.vn",
        "ymail.com",
        "outlook.com",
        "outlook.com.vn",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "zoho.com",
        "mail.ru",
        "gmx.com",
        "zing.vn",
    )
)
_PUBLIC_BODIES = (".gov.vn", ".chinhphu.vn", ".dcs.vn", ".edu.vn", ".quochoi.vn", ".toaan.gov.vn", ".org.vn")
_TALK = re.compile(
    r"\b(?:anh|chi|em|minh|ban|con|me|bo|chau|co|chu|bac) (?:oi|a|nhe|nha|ah)\b|\bnhe\b|\bhihi\b|\bhaha\b|\bca ?phe\b|"
    r"\ban (?:trua|toi|cuoi|sang)\b|\bsinh nhat\b|\bthuong (?:con|em|anh)\b|\bnha minh\b|\bcuoi tuan\b"
)
_ADVERT = re.compile(
    r"\b(?:khuyen mai|giam gia|uu dai|hoa don|don hang|mua ngay|dang ky ngay|unsubscribe|huy dang ky)\b"
)


def is_free_mail(domain: str) -> bool:
    """Say whether a domain (lower case) gives mailboxes to everybody."""
    return domain in _FREE_MAIL


def is_receipt(message: Message) -> bool:
    """Say whether this is surely a receipt: a letter of this or another installation, or an edXML status."""
    return message.first(OWN_LETTER) is not None or any(is_status(part) for part in message.parts)


def speaks_of_receipt(message: Message) -> bool:
    """Say whether the subject is that of an acknowledgement or a return; an answer to one keeps it too."""
    return bool(_RECEIPT_SUBJECT.match(fold(message.subject[:200])))


def is_edxml(part: Part) -> bool:
    """Say whether a file is an edXML packet (QCVN 102:2016/BTTTT)."""
    return b"edXMLHeader" in part.content[:8192]


def is_status(part: Part) -> bool:
    """Say whether a file is an edXML status packet, which answers a document and carries none."""
    return is_edxml(part) and all(tag in part.content[:65_536] for tag in _STATUS_TAGS)


def is_petition(message: Message, pages: Mapping[str, Pages]) -> bool:
    """Say whether a citizen complains, denounces or petitions (đơn thư: a book of its own, Luật Tiếp công dân)."""
    subject = fold(message.subject[:500])
    if _MODEL.search(subject):
        return False
    named = any(_PETITION_TITLE.search(fold((part.name or "")[:200]).replace("_", " ")) for part in message.attachments)
    begins = bool(_PETITION_SUBJECT.match(subject))
    texts = [message.text[:_LONGEST], *(file.text[:_LONGEST] for file in pages.values())]
    if any(_has_petition_title(text) and _PETITIONER.search(fold(text)) for text in texts):
        return True
    return (begins or named) and (bool(message.attachments) or bool(_PETITIONER.search(fold(texts[0]))))


def _has_petition_title(text: str) -> bool:
    """A line in capitals "ĐƠN KHIẾU NẠI" near the top of a text."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:25]
    return any(line == line.upper() and _PETITION_TITLE.match(fold(line)) for line in lines if len(line) < 100)


def is_from_public_body(message: Message) -> bool:
    """Say whether From claims a public body; a hint only, and never a proof."""
    domain = message.author.domain if message.author else ""
    return f".{domain}".endswith(_PUBLIC_BODIES)


def is_from_free_mail(message: Message) -> bool:
    """Say whether From is a mailbox that anybody may open."""
    return message.author is not None and is_free_mail(message.author.domain)


def has_official_words(texts: Iterable[str]) -> bool:
    """Say whether words of official correspondence stand in any of the texts."""
    return any(_OFFICIAL.search(fold(text[:_LONGEST])) for text in texts)


def names_document(name: str | None) -> bool:
    """Say whether a file name speaks of a document ("CV 123.pdf", "12-QD-UBND.signed.pdf")."""
    return bool(name) and bool(_NAMED_DOCUMENT.search(fold((name or "")[:200]).replace("_", " ")))


def announces_document(message: Message) -> bool:
    """Say whether the subject begins as that of a sent document does ("Công văn số …", "V/v …")."""
    return bool(_SUBJECT_OF_DOCUMENT.match(fold(message.subject[:500])))


def is_talk(message: Message) -> bool:
    """Say whether the text is a conversation between people who know each other."""
    said = fold(message.text[:3000])
    return bool(_TALK.search(said)) and not _ADVERT.search(said)
