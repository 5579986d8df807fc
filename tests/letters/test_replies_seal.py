"""The seal of notices and their tags."""

from __future__ import annotations

import pytest

from mailbridge.letters.replies_seal import is_sealed, sealed, tag_of, tags_in, without_seal, without_tags
from mailbridge.mail.letter import token_of

SECRET = bytes(range(32))
HOW = {"agency": "sonv", "about": "mail-1", "to": "lan@sonv.example"}


def test_a_seal_holds_for_its_letter_only() -> None:
    key = sealed("mail-1:notice", **HOW, secret=SECRET)
    assert without_seal(key) == "mail-1:notice"
    assert is_sealed(key, **HOW, secret=SECRET)
    assert is_sealed(key, **(HOW | {"to": "LAN@sonv.example"}), secret=SECRET)
    for name in HOW:
        assert not is_sealed(key, **(HOW | {name: "x"}), secret=SECRET)
    assert not is_sealed(key, **HOW, secret=bytes(32))
    assert not is_sealed("mail-1:notice", **HOW, secret=SECRET)
    assert not is_sealed(key.replace("notice", "digest"), **HOW, secret=SECRET)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        sealed("k", **HOW, secret=b"short")


def test_a_tag_is_the_beginning_of_the_token() -> None:
    key = sealed("k", **HOW, secret=SECRET)
    subject = f"Re: Số đến 15 {tag_of(key)}"
    assert tags_in(subject.upper()) == (token_of(key)[:16],)
    assert without_tags(subject) == "Re: Số đến 15"
    assert tags_in("[#12] [#zzzz-zzzz-zzzz-zzzz]") == ()
