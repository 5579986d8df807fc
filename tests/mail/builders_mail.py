"""Mails and texts for the tests of this room."""

from __future__ import annotations

from email.message import EmailMessage

from mailbridge.mail.charsets import Charset, letters, western
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def text_mail(text: str, subject: str = "Gửi văn bản") -> Message:
    """Return a mail with this plain text."""
    mail = EmailMessage()
    mail["From"] = "a@x.test"
    mail["Subject"] = subject
    mail.set_content(text)
    return parse(mail.as_bytes())


def html_mail(html: str, subject: str = "Gửi văn bản", text: str | None = None) -> Message:
    """Return a mail with this HTML, and a plain text beside it when there is one."""
    mail = EmailMessage()
    mail["From"] = "a@x.test"
    mail["Subject"] = subject
    if text is None:
        mail.set_content(html, subtype="html")
    else:
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
    return parse(mail.as_bytes())


def legacy(text: str, charset: str) -> str:
    """
    Write text in a charset of the time before Unicode, as text of one character an octet.

    Written by its own rules: a letter is looked up among what each octet, or pair of octets, is read as.
    """
    wanted = Charset(charset)
    singles = [chr(code) for code in (*range(0x02, 0x20), *range(0x80, 0x100)) if chr(code) not in "\t\n\r"]
    pairs = [base + chr(code) for base in "aeiouyôö" for code in range(0xE0, 0x100)]
    pairs += [base + chr(code) for base in "AEIOUYÔÖ" for code in range(0xC0, 0xE0)]
    table: dict[str, str] = {}
    own = [octet for octet in singles if letters(octet, wanted) != western(octet)]
    for octets in [*own, *(pairs if wanted is Charset.VNI else []), *singles]:
        table.setdefault(letters(octets, wanted), octets)
    # TCVN3 has no toned capitals: a font for capitals shows the small ones.
    return "".join(char if char.isascii() else table.get(char) or table.get(char.lower(), char) for char in text)
