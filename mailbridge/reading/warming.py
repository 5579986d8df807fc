"""
Small files that a nursery reads before it forks, so that its children find everything ready.

What a program does for the first time costs several times as much: patterns are compiled, fonts looked up, bytecode is
specialised. Each child would pay it again.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

from mailbridge.classifier.folding import fold
from mailbridge.mail.containers import DOCX
from mailbridge.mail.filetype import PDF, RTF
from mailbridge.mail.pages import Pages
from mailbridge.reading import formats
from mailbridge.reading.answers import TextAnswer, encode
from mailbridge.reading.problems import Unreadable

_LINES = (
    "ỦY BAN NHÂN DÂN TỈNH MẪU",
    "SỞ NỘI VỤ",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Số: 1/SNV-VP",
    "Mẫu, ngày 01 tháng 01 năm 2026",
    "V/v thử nghiệm",
)
# Long texts are cleaned in another way than short ones.
_BODY = " ".join(_LINES) * 8
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TWICE = 2
"""The second time the interpreter knows which ways are taken."""


def warm() -> None:
    """Read one small file of each of the usual types; what goes wrong here goes wrong where it is told."""
    samples = ((PDF, _pdf()), (DOCX, _docx()), (RTF, _rtf()), ("text/html", _html()))
    for _ in range(_TWICE):
        for media_type, content in samples:
            with suppress(Unreadable):
                pages = formats.read_text(media_type, content, first=3, last=2)
                encode(TextAnswer(pages=Pages(pages=pages.pages, total=pages.total)))


def _pdf() -> bytes:
    """Write a page with lines of text, a rule and a little picture, all in one content stream."""
    text = "".join(f"BT /F1 13 Tf 72 {760 - 20 * row} Td ({fold(line)}) Tj ET\n" for row, line in enumerate(_LINES))
    stream = f"{text}0.5 w 72 600 m 200 600 l S\nq 30 0 0 30 300 300 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q\n"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}endstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
    )
    written = "".join(f"{number} 0 obj{each}endobj\n" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{written}trailer<</Root 1 0 R>>".encode("latin-1")


def _docx() -> bytes:
    cell = "<w:tc><w:tcPr><w:tcW w:w='4000'/></w:tcPr>{}</w:tc>"
    look = "<w:rPr><w:b/><w:sz w:val='26'/></w:rPr>"
    run = f"<w:p><w:pPr><w:jc w:val='center'/></w:pPr><w:r>{look}<w:t>{{}}</w:t></w:r></w:p>"
    lines = [run.format(line) for line in (*_LINES, _BODY)]
    table = f"<w:tbl><w:tr>{cell.format(lines[0])}{cell.format(lines[2])}</w:tr></w:tbl>"
    body = f"<w:document xmlns:w='{_WORD}'><w:body>{table}{''.join(lines)}<w:sectPr/></w:body></w:document>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", body)
        archive.writestr("word/styles.xml", f"<w:styles xmlns:w='{_WORD}'/>")
    return buffer.getvalue()


def _rtf() -> bytes:
    lines = "".join(f"\\pard\\qc {{\\b {_escaped(line)}}}\\par\n" for line in _LINES)
    return f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Times New Roman;}}}}\n{lines}}}".encode("ascii")


def _escaped(line: str) -> str:
    return "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in line)


def _html() -> bytes:
    lines = "".join(f"<p align=center><b>{line}</b></p>" for line in (*_LINES, _BODY))
    return f"<html><body><table><tr><td>a</td><td>b</td></tr></table>{lines}</body></html>".encode()
