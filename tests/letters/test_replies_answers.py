"""The links below notices."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from mailbridge.decision.findings import Action
from mailbridge.letters.replies_answers import OF_WAITING, answer_views, choices_of, link_to
from mailbridge.letters.replies_seal import tag_of


def test_a_link_opens_a_letter_with_the_tag_and_the_words() -> None:
    views = answer_views(
        OF_WAITING, address="vanthu@sonv.example", subject="[Chờ xử lý] Công văn", key="k", language="vi"
    )
    link = urlsplit(views[0].link)
    asked = parse_qs(link.query)
    assert (link.scheme, link.path) == ("mailto", "vanthu@sonv.example")
    assert asked == {"subject": [f"Re: [Chờ xử lý] Công văn {tag_of('k')}"], "body": ["duyệt"]}


def test_nothing_in_a_subject_can_add_a_field_to_the_letter() -> None:
    link = link_to("a@b.example", "x&cc=evil@example.com\r\nBcc: y", "z&to=w")
    assert list(parse_qs(urlsplit(link).query)) == ["subject", "body"]
    assert "\n" not in link


@pytest.mark.parametrize("action", list(Action))
def test_only_what_somebody_works_on_is_answered(action: Action) -> None:
    assert bool(choices_of(action)) == (action in (Action.HOLD, Action.RETURN, Action.REGISTER))
