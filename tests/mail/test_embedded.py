"""Files that stand in the text of a mail."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.embedded import MOST_FILES, embedded_files, without_files
from tests.mail.builders_mail import PDF
from tests.mail.test_transfer import uu

FILE = PDF * 4


def test_several_uuencoded_files_are_found_with_their_names() -> None:
    text = b"Kinh gui\n" + uu(FILE, "mot.pdf") + b"\nva\n\n" + uu(b"x" * 100, "hai ba.doc") + b"\nTran trong\n"
    files = embedded_files(text)
    assert [(file.raw_name, file.content) for file in files] == [("mot.pdf", FILE), ("hai ba.doc", b"x" * 100)]
    assert without_files(text, files) == b"Kinh gui\n\nva\n\n\nTran trong\n"


def test_base64_without_its_header_is_found() -> None:
    text = b'xin gui\r\nContent-Type: application/pdf; name="12.pdf"\r\n\r\n' + base64.encodebytes(FILE).replace(
        b"\n", b"\r\n"
    )
    (file,) = embedded_files(text + b"\r\nhet\r\n")
    assert (file.raw_name, file.content) == ("12.pdf", FILE)


@pytest.mark.parametrize(
    "text",
    [b"begin 644 things\nas they are\n", b"we begin 2026 well\n", b"JVBERi0 is how it starts\n", b"begin 644 a\n"],
)
def test_sentences_are_no_files(text: bytes) -> None:
    assert embedded_files(text) == ()


@pytest.mark.timeout(60)
def test_a_hostile_text_ends() -> None:
    for unit in (
        b"begin 644 x\nM!\n",
        b"begin 644 x\n",
        uu(b"a"),
        b"JVBERi0" + b"A" * 60 + b"\n",
        b"UEsDB" + b"A" * 70 + b" x\n",
    ):
        assert len(embedded_files(unit * (2_000_000 // len(unit)))) <= MOST_FILES


@given(
    st.lists(
        st.sampled_from(
            [b"begin 644 x\n", b"M!\n", b"#86)C\n", b"`\n", b"end\n", b"JVBERi0" + b"A" * 60 + b"\n", b"\n"]
        )
    )
)
def test_any_lines_are_read(lines: list[bytes]) -> None:
    text = b"".join(lines)
    files = embedded_files(text)
    assert len(without_files(text, files)) <= len(text)
