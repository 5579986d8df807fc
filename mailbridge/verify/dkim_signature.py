"""The DKIM-Signature field: its tags, read and checked (RFC 6376 §3.5)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailbridge.verify.dkim_key import HashName
from mailbridge.verify.dkim_text import Field, Malformed, read_tags, without_blanks
from mailbridge.verify.evidence import Question

_ALGORITHMS: Mapping[bytes, tuple[str, HashName]] = {
    b"rsa-sha1": ("rsa", "sha1"),
    b"rsa-sha256": ("rsa", "sha256"),
    b"ed25519-sha256": ("ed25519", "sha256"),
}
_LABELS = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_FORMS = {b"simple": False, b"relaxed": True}
REQUIRED = (b"a", b"b", b"bh", b"d", b"h", b"s")
"""The tags that any signature over a mail must have, besides those that say which kind of signature it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One DKIM-Signature field, read; `relaxed_header` and `relaxed_body` are the two halves of c=."""

    field: Field
    domain: str
    selector: str
    kind: str
    digest: HashName
    relaxed_header: bool
    relaxed_body: bool
    names: tuple[bytes, ...]
    body_hash: bytes
    octets: bytes
    length: int | None
    expires: int | None
    identity_domain: str

    @property
    def question(self) -> Question:
        """Where the key lies (RFC 6376 §3.6.2.1)."""
        return Question(name=f"{self.selector}._domainkey.{self.domain}", type="TXT")


def read_signature(field: Field) -> Signature:
    """
    Read a DKIM-Signature field.

    Raises:
        Malformed: a tag is missing, unknown or wrong by the field alone; no clock is asked, `expires` is only read.
    """
    tags = read_tags(field.value)
    require_tags(tags, (b"v", *REQUIRED))
    if tags[b"v"] != b"1":
        raise Malformed("the signature has an unknown version")
    return signature_of(field, tags)


def require_tags(tags: Mapping[bytes, bytes], names: Iterable[bytes]) -> None:
    """Raise `Malformed` for the first tag that is not there."""
    for name in names:
        if name not in tags:
            raise Malformed(f"the signature has no {name.decode()}=")


def signature_of(field: Field, tags: Mapping[bytes, bytes], *, form: bytes = b"simple/simple") -> Signature:
    """
    Make a signature of tags that have all that is in `REQUIRED`; `form` stands for a missing c=.

    Raises:
        Malformed: as `read_signature`.
    """
    kind, digest = read_algorithm(tags)
    if b"dns/txt" not in without_blanks(tags.get(b"q", b"dns/txt")).lower().split(b":"):
        raise Malformed("the signature asks for a key that is not in the DNS")
    relaxed_header, relaxed_body = _read_forms(tags.get(b"c", form))
    domain, selector = read_signer(tags)
    signed_at, expires = read_number(tags, b"t"), read_number(tags, b"x")
    if signed_at is not None and expires is not None and expires <= signed_at:
        raise Malformed("the signature expires before it was made")
    identity = tags.get(b"i", b"@" + tags[b"d"]).rpartition(b"@")[2]
    return Signature(
        field=field,
        domain=domain,
        selector=selector,
        kind=kind,
        digest=digest,
        relaxed_header=relaxed_header,
        relaxed_body=relaxed_body,
        names=tuple(name.lower() for name in without_blanks(tags[b"h"]).split(b":") if name),
        body_hash=read_base64(tags, b"bh"),
        octets=read_base64(tags, b"b"),
        length=read_number(tags, b"l"),
        expires=expires,
        identity_domain=_read_domain(identity),
    )


def read_algorithm(tags: Mapping[bytes, bytes]) -> tuple[str, HashName]:
    """Read a=: the kind of key and the hash; raises `Malformed` for any that we do not know."""
    try:
        return _ALGORITHMS[tags[b"a"].lower()]
    except KeyError as error:
        raise Malformed("the signature has an unknown algorithm") from error


def read_signer(tags: Mapping[bytes, bytes]) -> tuple[str, str]:
    """Read d= and s=; raises `Malformed` when no key can lie there."""
    domain, selector = _read_domain(tags[b"d"]), _read_domain(tags[b"s"])
    if len(f"{selector}._domainkey.{domain}") > 253:
        raise Malformed("the name of the key is too long for the DNS")
    return domain, selector


def _read_forms(text: bytes) -> tuple[bool, bool]:
    header, _, body = text.lower().partition(b"/")
    try:
        return _FORMS[header], _FORMS[body or b"simple"]
    except KeyError as error:
        raise Malformed("the signature has an unknown canonicalisation") from error


def _read_domain(octets: bytes) -> str:
    try:
        text = octets.decode("utf-8").lower()
        # RFC 8616 §4: U-labels are turned into A-labels before the DNS is asked.
        text = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Malformed("the signature has a domain or selector that is no name") from error
    if len(text) > 253 or not _LABELS.fullmatch(text):
        raise Malformed("the signature has a domain or selector that is no name")
    return text


def read_number(tags: Mapping[bytes, bytes], name: bytes) -> int | None:
    """Read a tag of digits, None when it is not there; raises `Malformed` for anything else."""
    if name not in tags:
        return None
    if not tags[name].isdigit() or len(tags[name]) > 76:
        raise Malformed(f"the signature has a {name.decode()}= that is no number")
    return int(tags[name])


def read_base64(tags: Mapping[bytes, bytes], name: bytes) -> bytes:
    """Read the octets of a tag; raises `Malformed` when it is not base64."""
    try:
        return base64.b64decode(without_blanks(tags[name]), validate=True)
    except binascii.Error as error:
        raise Malformed(f"the signature has a {name.decode()}= that is not base64") from error
