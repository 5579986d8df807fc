"""
S/MIME signatures of a mail (RFC 8551, RFC 8550): what is signed, and whether its author signed it.

A good signature says little by itself: it may cover a hidden part, another mail than the one that is shown, or be a
stranger's. Only one over the whole body, by the address that From shows and no other, is total-passed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mailbridge.mail.address import Address
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import SignedEntity, is_mime_entity, signed_entities
from mailbridge.mail.transfer import decoded, encoding_of
from mailbridge.verify.chain import Purpose
from mailbridge.verify.cms import digests_of, judge_signers
from mailbridge.verify.cms_signer import Digest, Judged, held_digest
from mailbridge.verify.cms_wrapper import Wrapped, unwrap
from mailbridge.verify.evidence import Trust
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import Verdict, failed, unclear

_DEEPEST = 3
"""Opaque signatures in one another; RFC 2634 wraps three times."""
_LONGEST_SIGNER = 320

_BARE_LF = re.compile(rb"(?<!\r)\n")
_ENCODING = re.compile(rb"(?im)^(Content-Transfer-Encoding:[ \t]*)([A-Za-z0-9-]{1,40})[ \t]*$")

_CONSTRAINTS = "SIG_CONSTRAINTS_FAILURE"
_OVER_LF = "the signature was made over lines that end in LF, not CRLF"
_OVER_LINE_END = "the signature was made with another line end behind the signed part"
_OVER_CONVERTED = "the transfer encoding of the signed part was converted on the way; what it stands for is unchanged"


def judge_smime(entity: SignedEntity, author: Address | None, trust: Trust, at: datetime) -> tuple[SmimeResult, ...]:
    """
    Judge the signatures of one signed entity, and of those that an opaque one holds.

    Args:
        author: The single From address of the mail that came, also for what lies in a mail inside it.
        at: The moment to judge for (aware): the receipt of the mail.

    Returns:
        One result a signer. total-passed only when it covers the whole mail and the signer is the author; otherwise at
        most indeterminate, SIG_CONSTRAINTS_FAILURE. () for what is not signed but encrypted, and for a signed file,
        which `cms` judges.

    Raises nothing but `MemoryError`, which the sandbox reports.
    """
    try:
        return tuple(_results(entity, author, trust, at, 1))
    except MemoryError:
        raise
    # A stranger's mail: asn1crypto answers broken CMS with a dozen kinds of exceptions, and each means the same.
    except Exception as error:  # noqa: BLE001
        verdict = failed("FORMAT_FAILURE", f"the signature cannot be read ({type(error).__name__})")
        # What is no signature of the whole may be any file; whoever judges files says so.
        is_told = entity.signed is not None or entity.covers_whole_mail
        return (_result(entity, verdict),) if is_told else ()


def _results(
    entity: SignedEntity, author: Address | None, trust: Trust, at: datetime, depth: int
) -> Iterator[SmimeResult]:
    wrapped = unwrap(entity.cms) if entity.cms is not None else None
    if entity.signed is not None:
        yield from _of_detached(entity, wrapped, author, trust, at)
        return
    if wrapped is None or wrapped.content is None or not wrapped.signers or not is_mime_entity(wrapped.content):
        return
    own = digests_of(wrapped.content)
    judged = judge_signers(wrapped, lambda _: own, trust, at, Purpose.MAIL)
    yield from _settled(entity, judged, author)
    if depth < _DEEPEST:
        for inner in _inside(entity, wrapped.content):
            yield from _results(inner, author, trust, at, depth + 1)


def _inside(entity: SignedEntity, content: bytes) -> Iterator[SignedEntity]:
    """Give what is signed within an opaque signature; by the places that its parts get when they are unpacked."""
    for inner in signed_entities(content, parse(content)):
        below = f"{entity.part}.1.{inner.part}"
        yield replace(inner, part=below, covers_whole_mail=False, shows_one_author=entity.shows_one_author)


def _of_detached(
    entity: SignedEntity, wrapped: Wrapped | None, author: Address | None, trust: Trust, at: datetime
) -> Iterator[SmimeResult]:
    if entity.cms is None or (wrapped is not None and not wrapped.signers):
        yield _result(entity, unclear("GENERIC", "the signature of the mail is missing"))
        return
    if wrapped is None:
        yield _result(entity, failed("FORMAT_FAILURE", "where the signature should be is something else"))
        return
    texts = _Texts(entity.signed or b"")
    if wrapped.content is not None and not texts.has(wrapped.content):
        # A reader may show the content of the signature, another one the part beside it.
        yield _result(entity, failed("FORMAT_FAILURE", "the signature holds another content than the mail shows"))
        return
    judged = judge_signers(replace(wrapped, content=entity.signed), texts.digests, trust, at, Purpose.MAIL)
    remarks = [texts.remarks.get(id(signer)) for signer in wrapped.signers]
    remarks += [None] * (len(judged) - len(remarks))
    yield from _settled(entity, [_remarked(*each) for each in zip(judged, remarks, strict=True)], author)


def _remarked(judged: Judged, remark: str | None) -> Judged:
    """Say over what else than the octets that came a good signature was made."""
    if remark is None or judged.verdict.status is not Status.TOTAL_PASSED:
        return judged
    if remark == _OVER_CONVERTED:
        return replace(judged, verdict=unclear(_CONSTRAINTS, remark))
    return replace(judged, verdict=replace(judged.verdict, reason=remark))


@dataclass(slots=True)
class _Texts:
    """
    The forms in which a signed part may have been when it was signed (RFC 8551 §3.1.1): CRLF, and what is met.

    `remarks` tells for a signer, by identity, over which form he signed, where it is not the canonical one.
    """

    signed: bytes
    remarks: dict[int, str] = field(default_factory=dict)
    _taken: list[tuple[Digest, str | None]] = field(default_factory=list)

    def digests(self, signer: Any) -> Digest:
        """Return the digests of the form that a signer signed; of the canonical one when it was none of them."""
        held = held_digest(signer)
        algorithm = str(signer["digest_algorithm"]["algorithm"].native)
        for by, remark in self._forms() if held is not None else ():
            if by(algorithm) == held:
                if remark is not None:
                    self.remarks[id(signer)] = remark
                return by
        return self._form(0)[0]

    def has(self, content: bytes) -> bool:
        """Say whether this is the signed part, but for its line ends."""
        return _lines(content) == _lines(self.signed)

    def _forms(self) -> Iterator[tuple[Digest, str | None]]:
        yield from (self._form(number) for number in range(len(_FORMS)))

    def _form(self, number: int) -> tuple[Digest, str | None]:
        """Make each form when it is asked for: nearly always the first is the right one."""
        while len(self._taken) <= number:
            make, remark = _FORMS[len(self._taken)]
            self._taken.append((digests_of(make(self.signed)), remark))
        return self._taken[number]


def _lines(octets: bytes) -> bytes:
    """Bring line ends into the canonical form; counting first is ten times as fast where they are in it."""
    return octets if octets.count(b"\n") == octets.count(b"\r\n") else _BARE_LF.sub(b"\r\n", octets)


def _as_eight_bit(octets: bytes) -> bytes:
    """Undo what a gateway did that takes seven bits only: the text as it was before it was encoded."""
    head, blank, body = _lines(octets).partition(b"\r\n\r\n")
    found = _ENCODING.search(head.replace(b"\r\n", b"\n"))
    if found is None or not blank:
        return octets
    text, _ = decoded(body, encoding_of(found[2].decode("ascii")), "text/plain")
    eight = _ENCODING.sub(rb"\g<1>8bit", head.replace(b"\r\n", b"\n"), count=1)
    return _lines(eight) + blank + _lines(text)


_FORMS: Sequence[tuple[Callable[[bytes], bytes], str | None]] = (
    (_lines, None),
    (lambda octets: octets, None),
    (lambda octets: _lines(octets).replace(b"\r\n", b"\n"), _OVER_LF),
    (lambda octets: _lines(octets) + b"\r\n", _OVER_LINE_END),
    (lambda octets: _lines(octets).removesuffix(b"\r\n"), _OVER_LINE_END),
    (_as_eight_bit, _OVER_CONVERTED),
)


def _settled(entity: SignedEntity, judged: Sequence[Judged], author: Address | None) -> Iterator[SmimeResult]:
    """Say of each good signature whether it vouches for the mail that a person sees."""
    is_spoilt = any(each.verdict.status is Status.TOTAL_FAILED for each in judged)
    for each in judged:
        addresses = _addresses(each.certificate, each.chain) if each.certificate is not None else ()
        is_sender = author is not None and _key(str(author)) in map(_key, addresses)
        signer = str(author) if is_sender else next(iter(addresses), None)
        result = _result(entity, each.verdict)
        reason = _reservation(entity, addresses, is_sender=is_sender, is_spoilt=is_spoilt)
        if reason is not None and each.verdict.status is Status.TOTAL_PASSED:
            result = _result(entity, unclear(_CONSTRAINTS, reason))
        is_shown = is_sender and entity.shows_one_author
        yield replace(result, signer=signer[:_LONGEST_SIGNER] if signer else None, signer_is_sender=is_shown)


def _reservation(entity: SignedEntity, addresses: Sequence[str], *, is_sender: bool, is_spoilt: bool) -> str | None:
    if not addresses:
        return "the signer's certificate holds no mail address"
    if not is_sender:
        return "the signer is not the author of the mail"
    if not entity.covers_whole_mail:
        return "only a part of the mail is signed"
    if not entity.shows_one_author:
        return "From shows other addresses than the author's"
    return "another signature of the same content failed" if is_spoilt else None


def _result(entity: SignedEntity, verdict: Verdict) -> SmimeResult:
    return SmimeResult(
        part=entity.part,
        status=verdict.status,
        sub_indication=verdict.sub_indication,
        covers_whole_mail=entity.covers_whole_mail,
        reason=verdict.reason,
    )


def _addresses(certificate: Any, chain: Sequence[Any]) -> tuple[str, ...]:
    """
    Return the mail addresses of a certificate (RFC 8550 §3): alternative names first; () for a malformed one.

    An address in the subject, beside alternative names, is one that no constraint of an authority is applied to
    (RFC 5280 §4.2.1.10): below an authority that may issue for some addresses only, it does not count.
    """
    try:
        names = certificate.subject_alt_name_value
        found = [str(name.native) for name in names or () if name.name == "rfc822_name"]
        is_free = names is not None and any(each.name_constraints_value is not None for each in chain)
        told = () if is_free else certificate.subject.native.get("email_address", ())
    except MemoryError:
        raise
    # A stranger's certificate: asn1crypto reads late.
    except Exception:  # noqa: BLE001
        return ()
    return tuple(dict.fromkeys([*found, *([told] if isinstance(told, str) else map(str, told))]))


def _key(address: str) -> tuple[str, str]:
    """
    Bring an address into the form in which it is compared: A-labels, lower case.

    RFC 5321 §2.4 leaves the case of the local part to its host; no host is known that gives two people names that
    differ in case only, and certificates are often written in another case than the mailbox.
    """
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = domain.strip()
    return local.lower(), domain.lower()
