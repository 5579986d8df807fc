"""What a stranger may make of a mail costs no more than its length: sixteen times as long, not 256 times as much."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mailbridge.mail.address import Address
from mailbridge.verify.arc import judge_arc
from mailbridge.verify.arc_results import read_results
from mailbridge.verify.dkim import judge_dkim
from mailbridge.verify.dkim_text import Malformed, canonical_body
from tests.keys.dkim_keys import rsa_key, sign_mail
from tests.keys.pki import AT
from tests.verify.builders_arc import evidence_for, seal_mail
from tests.verify.builders_dkim import AUTHOR, DOMAIN, MAIL, everything

SIGNED = sign_mail(MAIL, DOMAIN, "s1", rsa_key(), at=AT)
SEALED = seal_mail()


def judge_signed(content: bytes) -> None:
    judge_dkim(content, AUTHOR, everything(content, rsa_key().record().encode()))


def judge_sealed(content: bytes) -> None:
    judge_arc(content, Address(local="a", domain="b.example"), evidence_for(content))


def read(value: bytes) -> None:
    try:
        read_results(value)
    except Malformed:
        return


def form(body: bytes) -> None:
    canonical_body(body, relaxed=True)


def seconds(work: Callable[[bytes], None], content: bytes) -> float:
    """Return the CPU time of the quickest of three runs."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        work(content)
        taken.append(time.thread_time() - began)
    return min(taken)


@pytest.mark.parametrize(
    ("work", "make"),
    [
        (judge_signed, lambda n: b"X: y\r\n" * n + SIGNED),
        (judge_signed, lambda n: b"Received: a\r\n\tb\r\n" * n + SIGNED),
        (judge_signed, lambda n: SIGNED.replace(b"h=from", b"h=from" + b":x" * n)),
        (judge_signed, lambda n: b"From: a@b.vn\r\n" * n + SIGNED),
        (judge_signed, lambda n: SIGNED + b"a  \t b \r\n" * n),
        (judge_sealed, lambda n: b"ARC-Seal: i=1; a=b\r\n" * n + SEALED),
        (judge_sealed, lambda n: SEALED + b"a  \t b \r\n" * n),
        (judge_sealed, lambda n: SEALED.replace(b"ARC-Seal: i=1;", b"ARC-Seal: i=1;" + b"\r\n \t" * n)),
        (judge_sealed, lambda n: SEALED.replace(b"ARC-Seal: i=1;", b"ARC-Seal: i=1;" + b"a=;" * n)),
        (read, lambda n: b"i=1; a;" + b"(" * (n // 8)),
        (read, lambda n: b"i=1; a; b=c" + b" d=e" * (n // 8)),
        (read, lambda n: b'i=1; a; b="' + b"\\x" * (n // 8)),
        (form, lambda n: b" " * 50 * n),
        (form, lambda n: b"x" * 50 * n + b" " * n),
        (form, lambda n: (b" " * 63 + b"x") * n),
        (form, lambda n: b" \r\n" * 20 * n),
    ],
)
def test_cost_grows_as_the_mail(work: Callable[[bytes], None], make: Callable[[int], bytes]) -> None:
    """A cost that is the square of its input would be 256 times as much: the line between lies far from both.

    What else the machine does moves a run by half, hardly by four; and only what fails three times has failed.
    """
    work(make(100))
    short, long = make(1_250), make(20_000)
    grown = [seconds(work, long) / (seconds(work, short) + 0.0001) for _ in range(3)]
    assert min(grown) < 64
