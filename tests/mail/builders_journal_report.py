"""Journal reports as Exchange writes them ([MS-XJRNL]), with every joint open to a test."""

from __future__ import annotations

import base64
import quopri

ORIGINAL = (
    b"Received: from gw.bo.example (gw.bo.example [192.0.2.7]) by mx.so.example; Sat, 21 Nov 2026 22:40:31 +0700\r\n"
    b"From: =?utf-8?q?V=C4=83n_th=C6=B0?= <vanthu@bo.example>\r\n"
    b"To: <vanthu@so.example>\r\n"
    b"Subject: =?utf-8?b?Q8O0bmcgdsSDbg==?=\r\n"
    b"Message-ID: <1@bo.example>\r\n"
    b"Date: Sat, 21 Nov 2026 22:40:30 +0700\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n" + "Kính gửi: Sở Nội vụ\r\n".encode() + b".\r\n \t\r\n"
)

FACTS = (
    "Sender: vanthu@bo.example",
    "Subject: Công văn",
    "Message-Id: <1@bo.example>",
    "To: vanthu@so.example",
    "Cc: lan@so.example",
)

HEADER = (
    b"Received: from ex1.so.example (10.0.0.5) by ex1.so.example (10.0.0.5) with Microsoft SMTP Server;"
    b" Sat, 21 Nov 2026 22:40:32 +0700\r\n"
    b"From: =?utf-8?q?V=C4=83n_th=C6=B0?= <vanthu@bo.example>\r\n"
    b"To: <vanthu@so.example>\r\n"
    b"Subject: =?utf-8?b?Q8O0bmcgdsSDbg==?=\r\n"
    b"Message-ID: <f3a1@journal.report.generator>\r\n"
    b"MIME-Version: 1.0\r\n"
)


def encoded(octets: bytes, encoding: str) -> bytes:
    """The octets of a part in a transfer encoding, lines ended by CRLF."""
    if encoding == "base64":
        return base64.encodebytes(octets).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    if encoding == "quoted-printable":
        lines = [quopri.encodestring(line) for line in octets.split(b"\r\n")]
        return b"\r\n".join(line.replace(b"=\n", b"=\r\n") for line in lines)
    return octets


def part(octets: bytes, media_type: bytes, encoding: str = "") -> bytes:
    """One part with its header."""
    field = f"Content-Transfer-Encoding: {encoding}\r\n".encode() if encoding else b""
    return b"Content-Type: " + media_type + b"\r\n" + field + b"\r\n" + encoded(octets, encoding)


def text_part(facts: tuple[str, ...] = FACTS, encoding: str = "", charset: str = "utf-8") -> bytes:
    """The first part of a report: a fact a line."""
    text = "".join(f"{fact}\r\n" for fact in facts).encode(charset)
    return part(text, b"text/plain; charset=" + charset.encode(), encoding)


def mail_part(content: bytes = ORIGINAL, encoding: str = "") -> bytes:
    """The second part: the mail."""
    return part(content, b"message/rfc822", encoding)


def report(
    *parts: bytes,
    mark: bytes = b"X-MS-Journal-Report:\r\n",
    boundary: bytes = b"_000_4d1c_",
    media_type: bytes = b"multipart/mixed",
    end: bytes = b"--\r\n",
) -> bytes:
    """A whole report; without parts the usual two."""
    inside = b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in parts or (text_part(), mail_part()))
    kind = b"Content-Type: " + media_type + b';\r\n\tboundary="' + boundary + b'"\r\n'
    return HEADER + mark + kind + b"\r\n" + inside + b"--" + boundary + end
