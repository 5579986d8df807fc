"""
Coverage-guided fuzzing of the office readers, by hand: `python tests/fuzz/fuzz_office.py doc -max_total_time=300`.

Takes doc, docx, odt, rtf, xls, xlsx, ods or html, then what libFuzzer takes; it begins with the files of
tests/reading/data. Of XML formats it is the XML that is changed, not the package around it, for a flipped bit in a
compressed stream is only a wrong checksum. Needs `atheris`.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailbridge.reading"]):
    from mailbridge.mail.pages import Pages
    from mailbridge.reading.doc import read_doc
    from mailbridge.reading.docx import read_docx
    from mailbridge.reading.html_file import read_html
    from mailbridge.reading.odt import read_odt
    from mailbridge.reading.problems import Unreadable
    from mailbridge.reading.rtf import read_rtf
    from mailbridge.reading.sheets import read_sheet

from tests.reading.builders_office import LETTERS, office_docx, sheet_xlsx

_READERS = {
    "doc": read_doc,
    "docx": read_docx,
    "odt": read_odt,
    "rtf": read_rtf,
    "xls": read_sheet,
    "xlsx": read_sheet,
    "ods": read_sheet,
    "html": read_html,
}
_PARTS = {
    "docx": ("word/document.xml",),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
    "xlsx": ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"),
}
_BETWEEN = b"\0\0PART\0\0"
_DATA = Path(__file__).parent.parent / "reading" / "data"


def main() -> None:
    """Fuzz the reader that is named first."""
    kind = sys.argv.pop(1)
    read = _READERS[kind]
    files = [path.read_bytes() for path in sorted(_DATA.glob(f"*.{kind}"))] or [
        sheet_xlsx(LETTERS["bang-tinh"]) if kind == "xlsx" else office_docx(name) for name in ("bang", "hop", "vntime")
    ]

    def once(octets: bytes) -> None:
        content = _packed(kind, files[0], octets) if kind in _PARTS else octets
        with contextlib.suppress(Unreadable):
            assert isinstance(read(content), Pages)

    with tempfile.TemporaryDirectory() as corpus:
        for number, content in enumerate(files):
            (Path(corpus) / str(number)).write_bytes(_unpacked(kind, content) if kind in _PARTS else content)
        atheris.Setup([*sys.argv, corpus, "-max_len=60000"], once)
        atheris.Fuzz()


def _unpacked(kind: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return _BETWEEN.join(package.read(name) for name in _PARTS[kind])


def _packed(kind: str, content: bytes, parts: bytes) -> bytes:
    out = io.BytesIO()
    changed = dict(zip(_PARTS[kind], parts.split(_BETWEEN), strict=False))
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as made:
        for name in package.namelist():
            made.writestr(name, changed.get(name, package.read(name)))
    return out.getvalue()


if __name__ == "__main__":
    main()
