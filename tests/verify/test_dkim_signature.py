from __future__ import annotations

import pytest

from mailbridge.verify.dkim_signature import read_signature
from mailbridge.verify.dkim_text import Malformed, split_content

TAGS = {
    "v": "1",
    "a": "rsa-sha256",
    "d": "a.vn",
    "s": "s1",
    "h": "From :\r\n\tTo",
    "bh": "AA==",
    "b": "AA ==",
    "c": "relaxed",
}


def field(**changed: str | None) -> bytes:
    tags = {name: text for name, text in (TAGS | changed).items() if text is not None}
    return ("DKIM-Signature: " + "; ".join(f"{name}={text}" for name, text in tags.items()) + "\r\n\r\n").encode()


def test_tags_become_values() -> None:
    signature = read_signature(split_content(field(l="3", x="20", t="10", i="x@B.a.vn")).header[0])
    assert (signature.kind, signature.digest) == ("rsa", "sha256")
    assert (signature.relaxed_header, signature.relaxed_body) == (True, False)
    assert signature.names == (b"from", b"to")
    assert (signature.length, signature.expires, signature.identity_domain) == (3, 20, "b.a.vn")
    assert signature.question.name == "s1._domainkey.a.vn"


@pytest.mark.parametrize("tag", ["v", "a", "b", "bh", "d", "h", "s"])
def test_signature_without_a_required_tag_is_malformed(tag: str) -> None:
    with pytest.raises(Malformed, match=f"no {tag}="):
        read_signature(split_content(field(**{tag: None})).header[0])
