"""The answers to commands, as letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailbridge.decision.findings import Agency
from mailbridge.letters.environment import packaged
from mailbridge.letters.replies import ReplyView, compose_reply, rendered_reply, reply_samples
from mailbridge.mail.letter import Letter
from mailbridge.mail.parse import parse

AGENCY = Agency(
    id="sonv",
    name="Sở Nội vụ tỉnh Bắc Kạn",
    domains=("sonv.example",),
    addresses=("vanthu@sonv.example",),
    clerks=("lan@sonv.example",),
)


def written(view: ReplyView, *, secret: bytes = bytes(32), language: str = "vi") -> Letter:
    return compose_reply(
        view,
        agency=AGENCY,
        to="lan@sonv.example",
        key="command:1",
        mail_id="mail-1",
        answers="<reply@sonv.example>",
        references="<first@sonv.example>",
        secret=secret,
        language=language,
        now=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_answer_can_be_written_in_both_languages(language: str) -> None:
    for view in reply_samples():
        subject, text, html = rendered_reply(view, language, packaged())
        assert subject.startswith("[")
        assert "None" not in text + html


def test_only_what_can_be_taken_back_offers_it() -> None:
    full = reply_samples()[0]
    assert "Trả lời HOÀN TÁC để trả về như cũ." in parse(written(full).content).text
    assert "HOÀN TÁC" not in parse(written(replace(full, can_undo=False, help=())).content).text


def test_what_a_person_wrote_is_escaped() -> None:
    view = replace(reply_samples()[0], said=("<b>duyệt</b>",))
    html = next(part for part in parse(written(view).content).parts if part.declared_type == "text/html")
    assert b"&lt;b&gt;" in html.content


def test_a_warning_has_no_seal_and_no_links() -> None:
    letter = written(replace(reply_samples()[1], answers=()), secret=b"")
    assert letter.key == "command:1"
    assert b"[#" not in letter.content
    assert "mailto:" not in parse(letter.content).text


def test_the_same_arguments_give_the_same_octets() -> None:
    assert written(reply_samples()[0]) == written(reply_samples()[0])
