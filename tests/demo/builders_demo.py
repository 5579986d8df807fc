"""The demonstration's mails as mail objects, and the ports around a walk of them: real reading, a ledger in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.pipeline import Ports
from mailbridge.reading.files import LimitedReading
from mailbridge.settings import default_policy
from tests.registry.fakes_registry import FakeRegistry

DEMO = Path(__file__).parents[2] / "demo"
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OURS = "vanthu@sonv.backan.gov.vn"
AGENCY = Agency(
    id="sonv",
    name="Sở Nội vụ tỉnh Bắc Kạn",
    domains=("sonv.backan.gov.vn",),
    addresses=(OURS,),
    clerks=("lan@sonv.backan.gov.vn",),
)


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    opened = LimitedReading()
    yield opened
    opened.close()


@pytest.fixture
def ports(reading: LimitedReading) -> Ports:
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    return Ports(lookups=lookups, reading=reading, registry=FakeRegistry())


def policy(**changes: Any) -> Policy:
    return replace(default_policy("vi"), agency=replace(AGENCY, **changes))


def demo(name: str, number: int = 1, *, recipients: tuple[str, ...] = (OURS,)) -> MailObject:
    content = next((DEMO / "mails").glob(f"{name}*.eml")).read_bytes()
    return MailObject(
        id=f"mail-{name}-{number}",
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="a@backan.gov.vn", recipients=recipients),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=AT + timedelta(seconds=number),
        next_hop_reply="250 2.0.0 Ok",
    )


def ledger(ports: Ports) -> FakeRegistry:
    assert isinstance(ports.registry, FakeRegistry)
    return ports.registry
