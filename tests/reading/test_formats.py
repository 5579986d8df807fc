from __future__ import annotations

import sys

import pytest

from mailbridge.mail.containers import DOC, DOCX, ENCRYPTED_OFFICE, MSG, XLSX, ZIP
from mailbridge.mail.filetype import EDXML, ENVELOPE, PDF, RTF, WEB_ARCHIVE, WINMAIL
from mailbridge.reading.formats import is_container, is_picture, problem_of_type, read_letters, read_text
from mailbridge.reading.problems import Unreadable


@pytest.mark.parametrize("media_type", [ZIP, MSG, WINMAIL, ENVELOPE, EDXML, "application/x-tar", "application/vnd.rar"])
def test_containers_are_told(media_type: str) -> None:
    assert is_container(media_type)
    assert problem_of_type(media_type) is None


@pytest.mark.parametrize("media_type", [PDF, DOC, DOCX, RTF, XLSX, "text/html", "text/csv", WEB_ARCHIVE, "image/png"])
def test_documents_are_read(media_type: str) -> None:
    assert not is_container(media_type)
    assert problem_of_type(media_type) is None


@pytest.mark.parametrize(
    ("media_type", "problem"),
    [
        (ENCRYPTED_OFFICE, "encrypted: the office file opens only with a password"),
        ("image/svg+xml", "unsupported: image/svg+xml is not read yet"),
        ("application/x-msdownload", "unsupported: application/x-msdownload is not read yet"),
    ],
)
def test_others_say_why_not(media_type: str, problem: str) -> None:
    assert str(problem_of_type(media_type)) == problem
    assert not is_picture(media_type)


def test_scan_without_the_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mailbridge.reading.scan", None)
    with pytest.raises(Unreadable) as caught:
        read_letters("image/png", b"", (1,))
    assert str(caught.value) == 'unsupported: image/png needs the extra "ocr"'


def test_page_saved_by_word_is_read() -> None:
    archive = (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Location: file:///C:/a.htm\n"
        b"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html; charset=utf-8\n\n"
        b"<html><body><p>S=E1=BB=91: 12/Q=C4=90-UBND</p></body></html>\n--x--\n"
    )
    assert read_text(WEB_ARCHIVE, archive, first=3, last=2).text == "Số: 12/QĐ-UBND"


def test_web_archive_without_a_page_says_so() -> None:
    with pytest.raises(Unreadable):
        read_text(
            WEB_ARCHIVE, b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--\n", first=1, last=1
        )
