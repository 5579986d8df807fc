"""S/MIME mails, honest ones and those that show something else than what was signed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from mailbridge.mail.address import Address
from mailbridge.mail.parse import parse
from mailbridge.mail.smime import SignedEntity, signed_entities
from mailbridge.verify.evidence import Trust
from mailbridge.verify.results import SmimeResult
from mailbridge.verify.smime import judge_smime
from tests.keys.pki import AT, Identity
from tests.verify.builders_cms import mailer, pki, signer_info, wrapped

ADDRESS = "an.nv@backan.gov.vn"
HEADER = (
    f"From: =?utf-8?q?Nguy=E1=BB=85n_V=C4=83n_An?= <{ADDRESS}>\r\nSubject: Bao cao\r\nMIME-Version: 1.0\r\n".encode()
)
LETTER = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + (
    "Kính gửi quý cơ quan.\r\nTrân trọng.\r\n".encode()
)
FORGED = LETTER.replace(b"Tr", b"Xin tr")


def an() -> Identity:
    return mailer(ADDRESS)


def armoured(cms: bytes) -> bytes:
    return base64.encodebytes(cms).replace(b"\n", b"\r\n")


def signature_part(cms: bytes) -> bytes:
    return (
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=smime.p7s\r\n\r\n" + armoured(cms)
    )


def multipart(kind: str, *entities: bytes, mark: str = "b1") -> bytes:
    """Write a multipart entity, its field first."""
    declared = f'Content-Type: multipart/{kind}; boundary="{mark}"'
    if kind == "signed":
        declared += '; protocol="application/pkcs7-signature"; micalg=sha-256'
    line = f"--{mark}".encode()
    body = b"".join(line + b"\r\n" + each + b"\r\n" for each in entities)
    return declared.encode() + b"\r\n\r\n" + body + line + b"--\r\n"


def signature_over(entity: bytes, *signers: Identity, content: bytes | None = None, **how: Any) -> bytes:
    """Sign an entity apart; `content` is what the signature holds besides, which it should not."""
    return wrapped(content, [signer_info(entity, who, **how) for who in signers], signers)


def signed(entity: bytes = LETTER, *signers: Identity, shown: bytes | None = None, mark: str = "b1") -> bytes:
    """Write a multipart/signed as mail programs do; `shown` is what stands in the place of what was signed."""
    cms = signature_over(entity, *(signers or (an(),)))
    return multipart("signed", entity if shown is None else shown, signature_part(cms), mark=mark)


def opaque(entity: bytes = LETTER, *signers: Identity) -> bytes:
    whom = signers or (an(),)
    cms = wrapped(entity, [signer_info(entity, who) for who in whom], whom)
    return (
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n"
        + armoured(cms)
    )


def entities_of(mail: bytes) -> tuple[SignedEntity, ...]:
    return signed_entities(mail, parse(mail))


def judged(mail: bytes, trust: Trust | None = None) -> list[SmimeResult]:
    """Judge all of a mail as the child does."""
    author: Address | None = parse(mail).author
    given = pki().trust() if trust is None else trust
    return [result for entity in entities_of(mail) for result in judge_smime(entity, author, given, AT)]


def vouched(results: Sequence[SmimeResult]) -> list[SmimeResult]:
    """Return those results that would prove the author of the mail."""
    return [each for each in results if each.status.value == "total-passed" or each.sub_indication is None]
