from __future__ import annotations

import io
import zipfile

import pytest

from mailbridge.mail.filetype import WINMAIL
from mailbridge.mail.message import Part
from mailbridge.mail.parse import parse
from mailbridge.reading.pdf import read_pdf
from tests.corpus.builders_corpus import facts, maker
from tests.corpus.letter import ABSENT
from tests.corpus.making import OFFICIAL, Made, NotMade
from tests.corpus.orders import Form, Order, Shape

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def made(record: str, form: Form, shape: Shape = Shape.PLAIN, beside: str | None = None) -> Made:
    return maker().make(Order(record=record, form=form, shape=shape, beside=beside))


def files(mail: Made) -> list[Part]:
    return [part for part in parse(mail.content).parts if part.is_attachment]


def test_what_is_to_be_read_is_what_the_record_says() -> None:
    (document,) = made("d0082", Form.PDF).documents
    record = facts()["d0082"]
    told = (record.number, str(record.issued), record.issuer, record.subject, record.superior, record.kind)
    names = ("symbol", "issued_date", "issuer", "subject", "superior", "type")
    assert tuple(document.truth[name] for name in names) == told


def test_the_same_order_prints_the_same_letters() -> None:
    def text(mail: Made) -> str:
        return read_pdf(files(mail)[0].content).text

    assert text(made("d0012", Form.PDF)) == text(made("d0012", Form.PDF))
    assert "Số" in text(made("d0012", Form.PDF))


def test_a_number_by_hand_is_not_to_be_read() -> None:
    (document,) = made("d0012", Form.PDF_PEN).documents
    assert document.truth["symbol"] == ABSENT
    assert "504" not in read_pdf(files(made("d0012", Form.PDF_PEN))[0].content).text


def test_a_number_by_a_signing_program_is_on_the_page() -> None:
    assert "504" in read_pdf(files(made("d0012", Form.PDF_SIGNED))[0].content).text


@pytest.mark.parametrize(
    ("form", "type_"),
    [
        (Form.PDF, "application/pdf"),
        (Form.PDF_OLD, "application/pdf"),
        (Form.SCAN, "application/pdf"),
        (Form.PHOTO, "image/jpeg"),
        (Form.SCAN_TIFF, "image/tiff"),
        (Form.SCAN_FINE, "image/jpeg"),
        (Form.RTF, "application/rtf"),
        (Form.RTF_OLD, "application/rtf"),
        (Form.DOCX_OLD, _DOCX),
        (Form.ODT, "application/vnd.oasis.opendocument.text"),
        (Form.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_is_what_it_is_called(form: Form, type_: str) -> None:
    (file,) = files(made("d0012", form))
    assert file.type == type_


_ONE_FILE = [
    shape
    for shape in Shape
    if shape not in (Shape.ANNEX, Shape.SIGNED_ANNEX, Shape.TWO, Shape.TWO_ZIPPED, Shape.SECRET)
]


@pytest.mark.parametrize("shape", _ONE_FILE)
def test_the_file_is_in_every_shape_of_mail(shape: Shape) -> None:
    mail = made("d0022", Form.DOCX, shape)
    packed = {Shape.ZIPPED: "application/zip", Shape.NESTED: "application/zip", Shape.WINMAIL: WINMAIL}
    assert [part.type for part in files(mail) if part.type != "message/rfc822"] == [packed.get(shape, _DOCX)]
    assert mail.kinds == (OFFICIAL,)


def test_an_annex_is_a_second_file_of_the_same_document() -> None:
    mail = made("d0022", Form.PDF, Shape.SIGNED_ANNEX)
    assert [document.parts for document in mail.documents] == [2]
    assert len(files(mail)) == 2


def test_two_documents_in_an_archive() -> None:
    mail = made("d0022", Form.PDF, Shape.TWO_ZIPPED, beside="d0012")
    (archive,) = files(mail)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert {document.file for document in mail.documents} == set(opened.namelist())


def test_a_sentence_about_a_document_is_no_document() -> None:
    mail = maker().make(Order(record="n0001", form=Form.BODY))
    assert OFFICIAL not in mail.kinds
    assert not mail.documents


def test_what_needs_another_program_says_so() -> None:
    with pytest.raises(NotMade):
        made("d0012", Form.DOC)
