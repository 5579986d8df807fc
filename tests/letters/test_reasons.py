from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.letters.reasons import PROBLEMS, TEXTS, problem_words, said
from tests.letters.reason_sources import ROOT, Found, found_in, reasons

FALLBACK = "chi tiết kỹ thuật"

NO_REASONS = {
    # Classification.reasons: kept in the case, in no letter.
    "a report of a mail system",
    "an acknowledgement or a status",
    "the subject is that of an acknowledgement or a return",
    "it carries drafts without a number",
    "part X7 looks like a document from outside: malformed: the PDF cannot be opened",
    "part X7 shows X7 of an official document",
    "a mark of state secrecy stands in a X7",
    "a complaint, denunciation or petition of a person",
    "sent by a machine or to many (X7), without a document",
    "a conversation without official signs",
    "from a free mailbox, without official signs",
    "no form of an official document",
    "it only has a link to a document",
    "the text of the mail holds what looks like a document",
    "it invites to a meeting",
    "it brings the papers of a meeting",
    "it is sent for information",
    "it reports to somebody",
    "it is a notice to everybody in an office",
    "it asks for an opinion on a draft",
    "it comments on a draft",
    "it asks to take back a document that was sent before",
    # Where a value was read (`Reading.source`): `letters.doubts` has the words.
    "read before the hint",
    "hint from X7 corrections of this sender; X7",
    "in doubt: corrected in X7 of X7 documents of this sender; X7",
    # What an authority of timestamps did wrong: in the log and in the counts of `register verify`.
    "the answer is too large",
    "the answer is to another question",
    "the authority answers: X7",
    "the answer is no timestamp",
    # Errors of ours, for the log; the mail is tried again.
    "the process that opens files cannot be started",
    "the process that opens files did not start",
    "the process that opens files does not answer",
    "the process that opens files was killed",
    "pyHanko waits for something although nothing may be fetched",
    "a UUIDv7 takes ten random octets",
    # Errors within a check, told as "malformed (ValueError)" or as one of the reasons above.
    "<?xml version='1.0'?><a>X7</a>",
    "a primitive element of indefinite length",
    "an element of indefinite length has no end",
    "a piece of an octet string is none",
    "a tag that nobody has numbered",
    "a length that no file has",
    "the responder did not answer",
    "the answer has a critical extension",
    "not as long as the curve asks for",
    "a stream stands where a dictionary belongs",
    # Words in names of bodies, not sentences.
    "VU TO CHUC",
    "BAN TO CHUC",
}
"""Texts of those rooms that read like reasons and reach no reader of a letter, each group with its why."""


def test_every_reason_has_a_vietnamese_wording() -> None:
    """Add what is named here to `reason_words`, or, when no letter shows it, to NO_REASONS."""
    shown = (found for found in reasons() if found.text not in NO_REASONS)
    assert [found for found in shown if FALLBACK in said(found.text, "vi")] == []


def test_no_exception_outlives_its_text() -> None:
    assert NO_REASONS - {found.text for found in reasons()} == set()


def test_no_wording_outlives_its_reason() -> None:
    written = {said(found.text, "vi") for found in reasons()}
    fixed = {vietnamese for english, vietnamese in TEXTS.items() if "{" not in english}
    assert fixed - written == set()


@pytest.mark.parametrize(
    "source",
    [
        "absent('torn and bent')",
        "absent(f'torn by {name}')",
        "slips += ('odd letters',)",
        "defects.append('odd letters')",
        "Reading(reason='odd letters')",
        "raise Unreadable(Problem.MALFORMED, 'odd letters')",
        "def f():\n    return None, 'the page is torn'",
        "_REASONS = {'X': 'odd letters'}",
        "problem: str = 'odd letters' if x else None",
    ],
)
def test_a_new_reason_is_found_however_it_is_written(source: str) -> None:
    (found,) = found_in(source, ROOT / "classifier" / "new.py")
    assert FALLBACK in said(found.text, "vi")


@pytest.mark.parametrize("source", ["'''the page is torn'''", "x = 'cong van di'", "y = r'(?:no|not) reply'"])
def test_what_is_no_reason_is_left_alone(source: str) -> None:
    assert [*found_in(source, ROOT / "classifier" / "new.py")] == []


def test_a_reason_in_grammar_is_found_in_its_tuple() -> None:
    found = [*found_in("def f():\n    return (), ('torn BODY',)", Path(ROOT / "classifier" / "grammar.py"))]
    assert found == [Found(where="mailbridge/classifier/grammar.py:2", text="torn BODY")]


@pytest.mark.parametrize(
    ("reason", "vietnamese"),
    [
        ("the number is blank on the page", "số văn bản còn để trống"),
        ("there is no day 31/02/2026", "lịch không có ngày 31/02/2026"),
        ("no regular number in “Số: a; b”", "không có số, ký hiệu đúng thể thức trong “Số: a; b”"),
        ("QD read as QĐ; small letters", "“QD” đã đọc là “QĐ”; ký hiệu viết bằng chữ thường"),
        (
            "the title line says Quyết định; slash for hyphen",
            "dòng tên loại ghi “Quyết định”; ghi dấu “/” thay cho dấu “-”",
        ),
        (
            "the certificate was revoked on 2026-11-20; nothing proves that it was used before",
            "chứng thư số bị thu hồi ngày 20/11/2026, không có căn cứ xác định đã ký trước ngày đó",
        ),
        (
            "the certificate was revoked on an unknown day, before the signature was made",
            "chứng thư số bị thu hồi ngày không rõ, trước khi ký",
        ),
        (
            "the file could not be read (encrypted: the PDF opens only with a password)",
            "không đọc được tệp (tệp PDF chỉ mở được khi có mật khẩu)",
        ),
        (
            "the signatures of the file could not be judged (timeout: reading took more than 10 s)",
            "chưa kiểm tra được chữ ký số trong tệp (đọc tệp quá 10 giây)",
        ),
        ('image/png needs the extra "ocr"', "loại tệp image/png cần cài thêm thành phần nhận dạng chữ “ocr”"),
        ("a new reason", "chi tiết kỹ thuật: “a new reason”"),
        ("small letters; a new reason", "chi tiết kỹ thuật: “small letters; a new reason”"),
        ("", ""),
    ],
)
def test_reasons_are_said_in_vietnamese_and_stay_in_english(reason: str, vietnamese: str) -> None:
    assert said(reason, "vi") == vietnamese
    assert said(reason, "en") == reason


def test_problems_of_files_are_said_in_words() -> None:
    assert problem_words("encrypted: the PDF opens only with a password", "vi") == "tệp PDF chỉ mở được khi có mật khẩu"
    assert problem_words("encrypted: x", "vi") == "có mật khẩu (chi tiết kỹ thuật: “x”)"
    assert problem_words("encrypted: x", "en") == "has a password (x)"
    assert problem_words("malformed", "en") == "damaged"
    assert problem_words("new-word: x", "vi") == "chi tiết kỹ thuật: “new-word: x”"
    assert all(each.vi and each.en for each in PROBLEMS.values())


def test_every_wording_keeps_what_varies() -> None:
    for english, vietnamese in TEXTS.items():
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", vietnamese)), english


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_text_is_said_and_none_raises(text: str) -> None:
    assert bool(said(text, "vi")) == bool(text)
