"""Mails on a disk."""

from __future__ import annotations

from mailbridge.mail.files import as_transmitted, is_mbox, mails_of_mbox


def test_every_line_end_becomes_crlf_once() -> None:
    assert as_transmitted(b"a\nb\r\nc\r\n\n") == b"a\r\nb\r\nc\r\n\r\n"
    assert as_transmitted(b"no line") == b"no line"


def test_an_mbox_is_cut_and_unquoted() -> None:
    first = b"Subject: 1\n\ntext\n>From the start\nFrom the middle of a paragraph\n"
    second = b"Subject: 2\n\n"
    box = b"From a@x Sat Nov 21 08:00:00 2026\n" + first + b"\nFrom b@x Sat Nov 21 08:00:00 2026\n" + second
    assert is_mbox(box)
    assert list(mails_of_mbox(box)) == [first.replace(b">From", b"From"), second.removesuffix(b"\n")]


def test_a_mail_is_no_mbox() -> None:
    assert not is_mbox(b"From: a@x.test\r\n\r\n")
