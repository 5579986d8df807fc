"""Whose mail passes without a copy, and whose waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.smtp_hooks.failure import pass_list

OFFICIAL = ("VanThu@sonv.backan.gov.vn",)


@pytest.mark.parametrize(
    ("names", "recipients", "passes"),
    [
        ([], ["a@b.vn"], False),
        ([], [], False),
        (["*"], [], False),
        (["*"], ["a@b.vn", "lan@sonv.backan.gov.vn"], True),
        (["*"], ["postmaster"], True),
        (["b.vn"], ["postmaster"], False),
        (["b.vn"], ["a@B.vn."], True),
        (["b.vn"], ["a@c.b.vn"], False),
        (["b.vn"], ["a@b.vn", "a@c.vn"], False),
        (["b.vn", "a@c.vn"], ["a@b.vn", "A@c.vn"], True),
        (["a@c.vn"], ["b@c.vn"], False),
        (["a@c.vn"], ["@relay.vn,@x.vn:a@c.vn"], True),
        (["a b@c.vn"], ['"a\\ b"@c.vn'], True),
        (["xn--s-lym.vn"], ["a@sở.vn"], True),
        # official boxes: only when they are named in full
        (["*"], ["vanthu@sonv.backan.gov.vn"], False),
        (["*"], ['"vanthu"@SONV.backan.gov.vn.'], False),
        (["*"], ["vanthu+gap@sonv.backan.gov.vn"], False),
        (["*"], ["@relay.vn:vanthu@sonv.backan.gov.vn"], False),
        (["*"], ["lan@sonv.backan.gov.vn", "vanthu@sonv.backan.gov.vn"], False),
        (["sonv.backan.gov.vn"], ["vanthu@sonv.backan.gov.vn"], False),
        (["sonv.backan.gov.vn"], ["lan@sonv.backan.gov.vn"], True),
        (["vanthu@sonv.backan.gov.vn"], ["vanthu@sonv.backan.gov.vn"], True),
    ],
)
def test_who_passes(names: list[str], recipients: list[str], passes: bool) -> None:
    assert pass_list(names, OFFICIAL)(recipients) is passes


@given(st.lists(st.text(max_size=20), max_size=4))
def test_whatever_a_client_writes_an_answer_is_given(recipients: list[str]) -> None:
    assert pass_list(["*"], OFFICIAL)(recipients) is bool(recipients)
    assert not pass_list([], OFFICIAL)(recipients)
