"""
dkimpy, fed from evidence: header forms, choice of signed fields, hashes and the check of a signature are the library's.

`Library` is its verifier with four things changed from outside, by what it is given or by overriding; the library as
the rest of the process sees it stays untouched:

* No clock, no resolver, no log. `verify_sig` is called for a field that we have read (t= and x= are judged against the
  evidence), with the one key record that is to be tried. `DKIM.verify` and `validate_signature_fields` ask the clock.
* Linear in blanks. Its reader of mails and its relaxed form of bodies need minutes for a mail of blanks: the cut
  into fields and the canonical body come from `dkim_text`, the body once for all signatures and keys.
* The value of b= is deleted before, for the same reason; what is left of that risk is refused by `too_costly`.
* RSA is calculated by `cryptography`: eight times as fast, strict about the length of a signature, and not to be kept
  busy by giant exponents.

This module costs the import of dkimpy (0.3 s); import it where a signature is at hand.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from enum import Enum, auto

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from nacl.exceptions import BadSignatureError
from nacl.exceptions import ValueError as SignatureLengthError
from nacl.signing import VerifyKey

from mailbridge.verify.dkim_key import Key, Unusable, rsa_numbers
from mailbridge.verify.dkim_signature import Signature
from mailbridge.verify.dkim_text import Content, Field, canonical_body, without_signature

# Real ones have one or two thousand octets, with copied fields (z=) some ten thousand.
_LONGEST_SIGNATURE = 100_000
# dkimpy looks for each name of h= by walking up the whole header. Real mails stay below 50 names and 200 fields; at the
# limit one check takes 60 ms.
_MOST_COMPARISONS = 200_000
# dkimpy looks for b= with an expression whose cost is the square of a run of blanks. Real folding has some ten.
_LONG_RUN = re.compile(rb"\s{100}")
_NO_KEY = {"rsa": "the key is no RSA key that can be used", "ed25519": "the key is no Ed25519 key"}

_Pair = tuple[bytes, bytes]  # a header field as dkimpy keeps it: name as received, value with its last CRLF


class Check(Enum):
    """What dkimpy says of one signature and one key."""

    FITS = auto()
    BODY_CHANGED = auto()
    HEADER_DOES_NOT_FIT = auto()


class Library(dkim.DKIM):  # type: ignore[misc] # dkimpy has no types
    """The verifier of dkimpy over one mail that is cut into fields and body already."""

    # Set by `verify_sig` from the key record: for RSA two numbers.
    pk: dict[str, int] | _RsaKey | VerifyKey
    ktag: bytes
    keysize: int

    def __init__(self, mail: Content) -> None:
        self._bodies: dict[bool, bytes] = {}
        super().__init__(mail, logger=_Silent())

    def set_message(self, message: Content) -> None:
        """Take over the fields as they are; the base class would split header and body again, line by line."""
        super().set_message(None)
        self.mail = message
        self.headers = [_pair(field, field.value) for field in message.header]

    def too_costly(self, signature: Signature) -> str | None:
        """Say why this signature should not be checked, or None; the cost of one that is checked has a bound."""
        if len(signature.field.raw) > _LONGEST_SIGNATURE:
            return f"the signature is longer than {_LONGEST_SIGNATURE} octets, it was not judged"
        if len(signature.names) * len(self.mail.header) > _MOST_COMPARISONS:
            return "the signature names too many fields, it was not judged"
        if _LONG_RUN.search(without_signature(signature.field.value)):
            return "the signature has 100 blanks in a row, it was not judged"
        return None

    def canonical_body(self, signature: Signature) -> bytes:
        """Return the body in the form that the signature asks for, whole, whatever its l= says."""
        relaxed = signature.relaxed_body
        if relaxed not in self._bodies:
            self._bodies[relaxed] = canonical_body(self.mail.body, relaxed=relaxed)
        return self._bodies[relaxed]

    def check(self, signature: Signature, key: Key) -> Check:
        """
        Let dkimpy check body hash and signature with one key.

        Args:
            signature: One that `too_costly` has nothing against.
            key: One of the signature's own kind, which dkimpy itself would not ask for.

        Raises:
            Unusable: dkimpy or cryptography cannot use the key.
        """
        self.body, self.keysize = self.canonical_body(signature), 0
        own = _pair(signature.field, without_signature(signature.field.value))
        try:
            fits = self.verify_sig(self._tags(signature), list(signature.names), own, lambda name, timeout: key.record)
        except dkim.ValidationError:
            # Of its three uses in `verify_sig` two are about s=tlsrpt, which `read_key` has refused.
            return Check.BODY_CHANGED
        except SignatureLengthError:
            return Check.HEADER_DOES_NOT_FIT
        except (dkim.KeyFormatError, AssertionError) as error:
            # Its reader of keys asserts that a NULL is empty.
            raise Unusable(_NO_KEY[key.kind]) from error
        if self.keysize == 0:
            # dkimpy returns False for a key that it could not load, too; only loading sets the size.
            raise Unusable(_NO_KEY[key.kind])
        return Check.FITS if fits else Check.HEADER_DOES_NOT_FIT

    def _tags(self, signature: Signature) -> Mapping[bytes, bytes]:
        # The body is in form already, and the simple form leaves it so; only an empty one would gain a line by it.
        header, body = b"relaxed" if signature.relaxed_header else b"simple", b"simple" if self.body else b"relaxed"
        tags = {
            b"a": f"{signature.kind}-{signature.digest}".encode("ascii"),
            b"c": header + b"/" + body,
            b"d": signature.domain.encode("ascii"),
            b"s": signature.selector.encode("ascii"),
            b"bh": base64.b64encode(signature.body_hash),
            b"b": base64.b64encode(signature.octets),
        }
        if signature.length is not None:
            tags[b"l"] = str(signature.length).encode("ascii")
        return tags

    def verify_sig_process(
        self, sig: Mapping[bytes, bytes], include_headers: list[bytes], sig_header: _Pair, dnsfunc: object
    ) -> bool:
        """
        Check body, then signature, with the key just loaded.

        dkimpy hands the hash to a key object for Ed25519 only, and calculates RSA by a function of its module. So that
        nobody has to replace that function, an RSA key comes as such an object, by the same branch. This passes by
        the library's own limit for short keys, which would give no reason of its own: the caller sets the limits.
        """
        if isinstance(self.pk, dict):
            # SHA-1 is calculated to tell an old signature from a broken one; it never passes (RFC 8301 §3.1).
            digest = hashes.SHA1() if sig[b"a"] == b"rsa-sha1" else hashes.SHA256()  # noqa: S303
            self.pk = _RsaKey(self.pk["modulus"], self.pk["publicExponent"], digest)
            self.ktag = b"ed25519"
        return bool(super().verify_sig_process(sig, include_headers, sig_header, dnsfunc))


def fits(key: Key, digest: bytes, octets: bytes) -> bool:
    """
    Say whether signature octets fit a SHA-256 digest, by the same two libraries; ARC seals have no body and no mail.

    Raises:
        Unusable: the key is none.
    """
    try:
        if key.kind == "ed25519":
            VerifyKey(key.octets).verify(digest, octets)
        else:
            _RsaKey(*rsa_numbers(key), hashes.SHA256()).verify(digest, octets)
    except BadSignatureError:
        return False
    except (dkim.KeyFormatError, SignatureLengthError) as error:
        if key.kind == "ed25519" and len(key.octets) == 32:
            return False
        raise Unusable(_NO_KEY[key.kind]) from error
    return True


class _RsaKey:
    """An RSA key with the one method of an Ed25519 key of pynacl that dkimpy calls."""

    def __init__(self, modulus: int, exponent: int, digest: hashes.HashAlgorithm) -> None:
        self._numbers = RSAPublicNumbers(exponent, modulus)
        self._digest = digest

    def verify(self, digest: bytes, signature: bytes) -> None:
        """Raise what dkimpy expects: `BadSignatureError`, or `KeyFormatError` for numbers that are no key."""
        try:
            self._numbers.public_key().verify(signature, digest, PKCS1v15(), Prehashed(self._digest))
        except InvalidSignature as error:
            raise BadSignatureError from error
        except ValueError as error:
            raise dkim.KeyFormatError(str(error)) from error


class _Name(bytes):
    """
    A field name as received, which compares without the blanks that old mails have before the colon.

    dkimpy hashes the name of a simple form as it is, and looks for it by `lower()`. It must find "From " where h= says
    "from", or a field could be added that the signer has signed as missing.
    """

    compared: bytes

    def lower(self) -> bytes:
        """Return the name to compare with."""
        return self.compared


class _Silent:
    """A log that keeps nothing; dkimpy would write keys and hashes to that of the process."""

    def debug(self, text: str) -> None:
        """Drop it."""

    def error(self, text: str) -> None:
        """Drop it; each error shows in the result too."""


def _pair(field: Field, value: bytes) -> _Pair:
    name = _Name(field.raw[: field.raw.index(b":")])
    name.compared = field.name
    return name, value + b"\r\n"
