"""The recipe of ARC sets: written and sealed by the book (RFC 8617 §5.1), with any wrong in any place of them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache

from mailbridge.verify.arc import questions
from mailbridge.verify.evidence import Answer, Answered, Evidence, Trust
from tests.keys.dkim_keys import DkimKey, rsa_key
from tests.keys.pki import AT
from tests.verify.builders_by_book import body_form, header_form, raw_signature

Edits = Sequence[tuple[str, str]]

SEALER = "example.org"
RESULTS = (
    " lists.example.org;\r\n spf=pass smtp.mfrom=jqd@d1.example;\r\n"
    " dkim=pass (1024-bit key) header.i=@d1.example;\r\n dmarc=pass"
)
MAIL = (
    b"MIME-Version: 1.0\r\nReturn-Path: <jqd@d1.example>\r\n"
    b"Received: by 192.0.2.1 with HTTP; Tue, 3 Jan 2017 12:22:54 -0800 (PST)\r\n"
    b"Message-ID: <1@d1.example>\r\nDate: Thu, 14 Jan 2015 15:00:01 -0800\r\nFrom: John Q Doe <jqd@d1.example>\r\n"
    b"To: arc@dmarc.example\r\nSubject: Example 1\r\n\r\nHey  gang, \r\nThis is a test message.\r\n\r\n"
)
NAMES_SIGNED = "from:to:date:subject:mime-version:arc-authentication-results"
_NAMES = ("arc-authentication-results", "arc-message-signature", "arc-seal")


def seal_mail(
    content: bytes = MAIL,
    *,
    instance: int | None = None,
    chain: str | None = None,
    domain: str = SEALER,
    key: DkimKey | None = None,
    results: str = RESULTS,
    aar: Edits = (),
    ams: Edits = (),
    seal: Edits = (),
    drop: Sequence[str] = (),
    after: Edits = (),
) -> bytes:
    """
    Put the next ARC set on top of a mail.

    Args:
        instance: The number of the set; that of the newest and one by default.
        chain: The value of cv=; what is right by default.
        aar: What is written otherwise in ARC-Authentication-Results; `ams` in ARC-Message-Signature, `seal` in
            ARC-Seal, each before it is signed. BH and SIG stand for hash and signature.
        drop: Fields that are left out at the end, by their names.
        after: What is changed in the whole mail when all is signed.
    """
    key = key or rsa_key(1024)
    header, _, body = content.partition(b"\r\n\r\n")
    fields = split_fields(header)
    number = instance or 1 + max((_instance(field) for field in fields if _name(field) in _NAMES), default=0)
    own = f" i={number}; a={key.algorithm}; d={domain}; s=dummy; t=12345;"
    first = edited(f"ARC-Authentication-Results: i={number};{results}", aar).encode()
    fields.insert(0, first)
    second = edited(f"{own} c=relaxed/relaxed;\r\n h={NAMES_SIGNED};\r\n bh=BH;\r\n b=SIG", ams)
    fields.insert(0, _message_signature(second, fields, body, key))
    cv = chain or ("none" if number == 1 else "pass")
    fields.insert(0, _seal(edited(f"{own} cv={cv};\r\n b=SIG", seal), fields, key))
    kept = [field for field in fields if not (_name(field) in drop and _instance(field) == number)]
    whole = b"\r\n".join(kept) + b"\r\n\r\n" + body
    return edited(whole.decode(), after).encode()


@cache
def chain_of(number: int) -> bytes:
    """Seal a mail so many times."""
    return seal_mail(chain_of(number - 1)) if number else MAIL


def edited(text: str, edits: Edits) -> str:
    """Replace each text once; one that is not there is a mistake of the test."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def split_fields(header: bytes) -> list[bytes]:
    return re.split(rb"\r\n(?![ \t])", header) if header else []


def _name(field: bytes) -> str:
    return field.partition(b":")[0].decode().strip().lower()


def _instance(field: bytes) -> int:
    found = re.search(rb"(?<![a-z])i\s*=\s*(\d+)", field)
    return int(found[1]) if found else 0


def _message_signature(text: str, fields: list[bytes], body: bytes, key: DkimKey) -> bytes:
    form = found[1] if (found := re.search(r"\bc\s*=\s*(\w+/\w+)", text)) else "relaxed/relaxed"
    header, _, rest = form.partition("/")
    if header not in ("simple", "relaxed"):
        header = rest = "relaxed"
    length = int(found[1]) if (found := re.search(r"\bl=(\d+)", text)) else None
    digest = base64.b64encode(hashlib.sha256(body_form(body, rest)[:length]).digest()).decode()
    own = "ARC-Message-Signature:" + text.replace("BH", digest)
    names = found[1] if (found := re.search(r"\bh\s*=([^;]*)", text)) else ""
    signed = selected(fields, re.sub(r"\s", "", names).lower().split(":"))
    return _signed(own, header_form(signed, header), header, key)


def selected(fields: list[bytes], names: Sequence[str]) -> list[bytes]:
    """Choose the fields of h=, each name from the bottom up (RFC 6376 §5.4.2)."""
    left, chosen = list(fields), []
    for name in names:
        place = next((at for at in range(len(left) - 1, -1, -1) if _name(left[at]) == name), None)
        if place is not None:
            chosen.append(left.pop(place))
    return chosen


def _seal(text: str, fields: list[bytes], key: DkimKey) -> bytes:
    sealed = [field for field in fields if _name(field) in _NAMES]
    sealed.sort(key=lambda field: (_instance(field), _NAMES.index(_name(field))))
    return _signed("ARC-Seal:" + text, header_form(sealed, "relaxed"), "relaxed", key)


def _signed(own: str, before: bytes, form: str, key: DkimKey) -> bytes:
    """Put the signature of what stands before and of the field itself into the place that is left for it."""
    octets = (before + header_form([own.replace("SIG", "").encode()], form)).removesuffix(b"\r\n")
    text = base64.b64encode(raw_signature(key, octets)).decode()
    return own.replace("SIG", "\r\n ".join(text[start : start + 70] for start in range(0, len(text), 70))).encode()


def evidence_for(content: bytes, *, record: bytes | None = None, sealers: Sequence[str] = ()) -> Evidence:
    """Answer all that the chain asks with one key record."""
    record = rsa_key(1024).record().encode() if record is None else record
    answers = tuple(
        Answer(question=each, answered=Answered.FOUND, values=(record,), asked_at=AT) for each in questions(content)
    )
    return Evidence(at=AT, trust=Trust(sealers=tuple(sealers)), answers=answers)
