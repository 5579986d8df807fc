"""The shapes of mail around a document: what mail programs, portals and people make of one file."""

from __future__ import annotations

import base64
import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from random import Random

from tests.corpus.legacy import in_tcvn3
from tests.corpus.mails import OFFICE, Attached, mail
from tests.corpus.orders import Shape

_NOTE = "Kính gửi quý cơ quan văn bản đính kèm.\n\nTrân trọng./.\n"


def shaped(shape: Shape, subject: str, file: Attached, rng: Random) -> tuple[EmailMessage | bytes, str | None]:
    """
    Put one file into a mail; return the mail and the name under which the file is found in it.

    None as name: the file has none.
    """
    return _SHAPES[shape](subject, file, rng)


_Answer = tuple[EmailMessage | bytes, str | None]


def _plain(subject: str, file: Attached, rng: Random) -> _Answer:
    return mail(subject, _NOTE, [file]), file.name


def _octets(subject: str, file: Attached, rng: Random) -> _Answer:
    return mail(subject, "", [Attached(name=file.name, content=file.content)]), file.name


def _inline(subject: str, file: Attached, rng: Random) -> _Answer:
    message = mail(subject, _NOTE, [file])
    for part in message.iter_attachments():
        part.replace_header("Content-Disposition", f'inline; filename="{file.name}"')
    return message, file.name


def _single(subject: str, file: Attached, rng: Random) -> _Answer:
    """Make a mail of the file alone, as scanners do that send mail."""
    message = mail(subject, _NOTE)
    main, _, sub = file.declared.partition("/")
    message.set_content(file.content, maintype=main, subtype=sub, filename=file.name)
    return message, file.name


def _wrong_name(subject: str, file: Attached, rng: Random) -> _Answer:
    """Give a file the ending of another program; what it is shows in its octets."""
    stem, _, ending = file.name.rpartition(".")
    name = f"{stem}.{'doc' if ending != 'doc' else 'pdf'}"
    return mail(subject, _NOTE, [Attached(name=name, content=file.content, declared="application/msword")]), name


def _other_number(subject: str, file: Attached, rng: Random) -> _Answer:
    """Name a file after another document: the one that was there before it, saved under the same name."""
    name = f"{rng.randint(10, 999)}_UBND-VX.{file.name.rpartition('.')[2]}"
    return mail("Gửi văn bản", _NOTE, [Attached(name=name, content=file.content)]), name


def _no_name(subject: str, file: Attached, rng: Random) -> _Answer:
    message = mail(subject, _NOTE, [file])
    for part in message.iter_attachments():
        part.replace_header("Content-Disposition", "attachment")
    return message, None


def _zipped(subject: str, file: Attached, rng: Random) -> _Answer:
    packed = Attached(name="van ban.zip", content=zipped([file]), declared="application/zip")
    return mail(subject, _NOTE, [packed]), file.name


def _forwarded(subject: str, file: Attached, rng: Random) -> _Answer:
    """Forward the mail as an attachment."""
    message = mail(f"Fwd: {subject}", "Chuyển anh chị xử lý.\n")
    message.add_attachment(mail(subject, _NOTE, [file], domain="so-khac.gov.vn"))
    return message, file.name


def _forwarded_inline(subject: str, file: Attached, rng: Random) -> _Answer:
    text = (
        "Chuyển anh chị xử lý.\n\n---------- Forwarded message ---------\nTừ: Văn thư <vanthu@so-khac.gov.vn>\n"
        f"Date: Th 6, 20 thg 11, 2026 lúc 15:12\nSubject: {subject}\nTo: <vanthu@{OFFICE}>\n\n{_NOTE}"
    )
    return mail(f"Fwd: {subject}", text, [file]), file.name


def _nested(subject: str, file: Attached, rng: Random) -> _Answer:
    """Forward a mail whose archive holds an archive with the file."""
    inner = Attached(name="goc.zip", content=zipped([file]), declared="application/zip")
    outer = Attached(name="ho so.zip", content=zipped([inner]), declared="application/zip")
    message = mail(f"Fwd: {subject}", "Chuyển anh chị xử lý.\n")
    message.add_attachment(mail(subject, _NOTE, [outer], domain="so-khac.gov.vn"))
    return message, file.name


def _winmail(subject: str, file: Attached, rng: Random) -> _Answer:
    packed = Attached(name="winmail.dat", content=winmail(file), declared="application/ms-tnef")
    return mail(subject, _NOTE, [packed]), file.name


def _with_html(subject: str, file: Attached, rng: Random) -> _Answer:
    signature = "<p><b>Văn thư</b><br>ĐT: 0209 3870 000</p>"
    html = f"<html><body><p>Kính gửi quý cơ quan văn bản đính kèm.</p>{signature}</body></html>"
    return mail(subject, _NOTE, [file], html=html), file.name


def _raw_names(subject: str, file: Attached, rng: Random) -> _Answer:
    """Write names as raw octets, as programs did that know of no RFC 2047: TCVN3 or UTF-8."""
    ending = file.name.rpartition(".")[2]
    name = f"Công văn {subject[:30]}.{ending}".replace('"', "").replace("/", "_")
    octets = mail("X", _NOTE, [Attached(name="THE-NAME", content=file.content)]).as_bytes()
    raw = in_tcvn3(name).encode("latin-1", "replace") if rng.random() < 0.5 else name.encode("utf-8")
    raw = raw.replace(b"\r", b"").replace(b"\n", b"")
    return octets.replace(b"THE-NAME", raw).replace(b"Subject: X", b"Subject: " + subject.encode("utf-8")), None


def _misused_words(subject: str, file: Attached, rng: Random) -> _Answer:
    """Put encoded words into quotes, cut in the middle of a letter, as many programs do (against RFC 2047 §5)."""
    name = unicodedata.normalize("NFD", file.name) if rng.random() < 0.5 else file.name
    coded = name.encode("utf-8")
    half = len(coded) // 2
    words = " ".join(f"=?UTF-8?B?{base64.b64encode(part).decode()}?=" for part in (coded[:half], coded[half:]))
    octets = mail(subject, _NOTE, [Attached(name="THE-NAME", content=file.content)]).as_bytes()
    for quoted in (b'"THE-NAME"', b"THE-NAME"):
        octets = octets.replace(quoted, f'"{words}"'.encode())
    return octets, file.name


_SHAPES: dict[Shape, Callable[[str, Attached, Random], _Answer]] = {
    Shape.PLAIN: _plain,
    Shape.OCTETS: _octets,
    Shape.INLINE: _inline,
    Shape.SINGLE: _single,
    Shape.WRONG_NAME: _wrong_name,
    Shape.OTHER_NUMBER: _other_number,
    Shape.NO_NAME: _no_name,
    Shape.ZIPPED: _zipped,
    Shape.FORWARDED: _forwarded,
    Shape.FORWARDED_INLINE: _forwarded_inline,
    Shape.NESTED: _nested,
    Shape.WINMAIL: _winmail,
    Shape.WITH_HTML: _with_html,
    Shape.RAW_NAMES: _raw_names,
    Shape.MISUSED_WORDS: _misused_words,
}


def zipped(files: Sequence[Attached]) -> bytes:
    """Pack files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, (2026, 11, 20, 8, 0, 0)), file.content)
    return out.getvalue()


_TNEF = 0x223E9F78
_DATA, _TITLE, _RENDER, _CLASS = 0x0006800F, 0x00018010, 0x00069002, 0x00078008


def winmail(file: Attached) -> bytes:
    """Pack a file the way Outlook does ([MS-OXTNEF]): a class, then rendering data, title and content of the file."""
    name = file.name.encode("ascii", "replace") + b"\0"
    render = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
    return struct.pack("<IH", _TNEF, 1) + b"".join(
        (
            _attribute(1, _CLASS, b"IPM.Microsoft Mail.Note\0"),
            _attribute(2, _RENDER, render),
            _attribute(2, _TITLE, name),
            _attribute(2, _DATA, file.content),
        )
    )


def _attribute(level: int, tag: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)
