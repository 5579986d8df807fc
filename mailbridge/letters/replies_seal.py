"""
The seal of a notice: what a reply shows to prove that its writer has the notice that went to him.

A letter is known by its token, which follows from its key (`mail.letter.token_of`). The key of a notice that may be
answered ends with a seal that only we can make, so that nobody finds the token who has not seen the notice, whatever
else he knows of the mail. It is in the Message-ID, which comes back in In-Reply-To, and in the subject.
"""

from __future__ import annotations

import hmac
import json
import re
from hashlib import sha256

from mailbridge.mail.letter import token_of

TAG_DIGITS = 16
"""Hexadecimal digits of a token in a subject: 64 bits, and whoever guesses has to be proven as the recipient first."""

_SEAL = re.compile(r":seal-[0-9a-f]{32}\Z")
_TAG = re.compile(r"\[#([0-9a-f]{4}(?:-[0-9a-f]{4}){3})\]", re.IGNORECASE)


def sealed(key: str, *, agency: str, about: str, to: str, secret: bytes) -> str:
    """
    Return the key of a letter with its seal.

    Args:
        about: Id of the mail, entry or round that the letter speaks of.
        to: Address of its one recipient; in another's hands the seal proves nothing.
        secret: Of this installation, at least 32 octets; raises ValueError for a shorter one.
    """
    return f"{key}:seal-{_seal(key, agency, about, to, secret)}"


def is_sealed(key: str, *, agency: str, about: str, to: str, secret: bytes) -> bool:
    """Say whether this key was sealed by us, for this recipient and this matter."""
    found = _SEAL.search(key)
    if found is None:
        return False
    bare = key[: found.start()]
    return hmac.compare_digest(key, sealed(bare, agency=agency, about=about, to=to, secret=secret))


def without_seal(key: str) -> str:
    """Return a key as it was before it was sealed."""
    return _SEAL.sub("", key)


def _seal(key: str, agency: str, about: str, to: str, secret: bytes) -> str:
    if len(secret) < 32:
        raise ValueError("the secret is too short")
    said = json.dumps([key, agency, about, to.strip().lower()]).encode()
    return hmac.new(secret, said, sha256).hexdigest()[:32]


def tag_of(key: str) -> str:
    """Return what stands in the subject of a notice: "[#3f2a-9c1b-77d0-a41e]"."""
    token = token_of(key)[:TAG_DIGITS]
    return f"[#{'-'.join(token[place : place + 4] for place in range(0, TAG_DIGITS, 4))}]"


def tags_in(subject: str) -> tuple[str, ...]:
    """Return the digits of the tags in a subject, each once."""
    return tuple(dict.fromkeys(found.replace("-", "").lower() for found in _TAG.findall(subject[:2000])))


def without_tags(subject: str) -> str:
    """Return a subject without its tags."""
    return " ".join(_TAG.sub(" ", subject).split())
