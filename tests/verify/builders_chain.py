"""Chains judged in one call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import crl, ocsp, x509

from mailbridge.verify.chain import judge_chain
from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.purposes import Purpose
from mailbridge.verify.verdict import Verdict
from tests.keys.authorities import Identity
from tests.keys.pki import AT
from tests.keys.state import State, make_state


def state() -> State:
    return make_state()


def read(who: Identity) -> Any:
    return x509.Certificate.load(who.der)


def judge(
    who: Identity,
    trust: Trust | None = None,
    *,
    moment: datetime = AT,
    claimed: datetime | None = None,
    purpose: Purpose = Purpose.SIGNING,
    certificates: Sequence[Identity] = (),
    crls: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
) -> Verdict:
    """Judge the chain of a certificate by the state's trust, with what lies beside the signature."""
    return judged(
        who,
        trust,
        moment=moment,
        claimed=claimed,
        purpose=purpose,
        certificates=certificates,
        crls=crls,
        ocsps=ocsps,
    )[0]


def judged(
    who: Identity,
    trust: Trust | None = None,
    *,
    moment: datetime = AT,
    claimed: datetime | None = None,
    purpose: Purpose = Purpose.SIGNING,
    certificates: Sequence[Identity] = (),
    crls: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
) -> tuple[Verdict, tuple[Any, ...]]:
    """Return the verdict and the chain."""
    material = Material(
        state().trust() if trust is None else trust,
        certificates=[read(each) for each in certificates],
        crls=[crl.CertificateList.load(der) for der in crls],
        ocsps=[ocsp.OCSPResponse.load(der) for der in ocsps],
    )
    return judge_chain(read(who), material, moment, claimed, purpose=purpose)
