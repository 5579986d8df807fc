"""The same letters in all formats: what is read of one must be read of the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import Pages
from mailbridge.reading.doc import read_doc
from mailbridge.reading.docx import read_docx
from mailbridge.reading.html_file import read_html
from mailbridge.reading.odt import read_odt
from mailbridge.reading.rtf import read_rtf
from mailbridge.reading.sheets import read_sheet
from tests.reading.builders_office import FEATURES, HIDDEN, LETTERS, features_docx, office_docx, sheet_xlsx

DATA = Path(__file__).parent / "data"
READERS = {
    ".doc": read_doc,
    ".docx": read_docx,
    ".html": read_html,
    ".ods": read_sheet,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".xls": read_sheet,
    ".xlsx": read_sheet,
}
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix in READERS and path.stem in LETTERS)
MADE = [f"{name}.xlsx" if name == "bang-tinh" else f"{name}.docx" for name in LETTERS]


def read(file: str) -> Pages:
    path = Path(file)
    if path.suffix == ".docx":
        content = features_docx() if path.stem == "nhieu" else office_docx(path.stem)
    elif path.suffix == ".xlsx":
        content = sheet_xlsx(LETTERS[path.stem])
    else:
        content = (DATA / file).read_bytes()
    return READERS[path.suffix](content)


@pytest.mark.parametrize("file", [*FILES, *MADE])
def test_every_field_is_read_in_every_format(file: str) -> None:
    letter = LETTERS[Path(file).stem]
    document = read_document(read(file), part="1", file_name=None)
    assert document is not None
    assert document.symbol.value is not None
    assert document.symbol.value.text == letter.symbol
    assert document.issued_date.value == letter.issued
    assert document.place.value == letter.place
    assert document.type.value == letter.type
    assert document.subject.value == letter.subject
    assert (document.issuer.value or "").upper() == letter.issuer
    assert (document.superior.value or "").upper() == letter.superior
    signer = document.signer.value
    assert signer is not None
    assert signer.name == letter.signer
    assert (signer.position or "").upper() == letter.position
    assert (signer.authority or "").upper() == (letter.authority or "")


@pytest.mark.parametrize("file", [name for name in (*FILES, *MADE) if not name.endswith("tab.html")])
def test_columns_of_the_letterhead_stand_side_by_side(file: str) -> None:
    """LibreOffice writes tabs into HTML as blanks, and all there is of `tab.html` is one column."""
    lines = read(file).pages[0].lines
    left = next(line for line in lines if line.text.startswith(LETTERS[Path(file).stem].superior))
    right = next(line for line in lines if line.text.startswith("CỘNG HÒA"))
    assert abs(left.box.top - right.box.top) < 1
    assert left.box.right <= right.box.left
    assert right.bold


@pytest.mark.parametrize("file", ["nhieu.doc", "nhieu.docx", "nhieu.odt", "nhieu.rtf"])
def test_what_is_shown_is_read_and_what_is_hidden_is_not(file: str) -> None:
    pages = read(file)
    text = pages.text.replace("\N{NON-BREAKING HYPHEN}", "-")
    lines = text.replace("\f", "\n").splitlines()
    assert sorted(lines) == sorted(FEATURES)
    assert not any(hidden in text for hidden in HIDDEN)
    assert lines[0] == FEATURES[0]
    assert [page.lines[0].text for page in pages.pages] == [FEATURES[0], "trang hai"]
    assert lines[-1] == FEATURES[-1]
    inner, outer = (
        next(line for line in pages.pages[0].lines if line.text.startswith(word)) for word in ("trong", "ngoài")
    )
    assert inner.box.right <= outer.box.left
