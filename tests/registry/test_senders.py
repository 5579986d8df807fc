"""Who has sent before: by the address, or by its domain among the recent mails; every agency for itself."""

from __future__ import annotations

import pytest

from mailbridge.registry.entry import Acquaintance
from tests.registry.builders_registry import case, private_case
from tests.registry.conftest import Rooms


@pytest.fixture
def met(rooms: Rooms) -> Rooms:
    with rooms.registry.transaction() as current:
        current.record(case("mail-1", author="VanThu@vpcp.example"), [])
        current.record(case("mail-2", author="van_thu@so.example"), [])
        current.record(private_case("mail-3"), [])
    return rooms


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("VanThu@vpcp.example", Acquaintance.ADDRESS),
        ("lan@vpcp.example", Acquaintance.DOMAIN),
        ("lan@VPCP.example", Acquaintance.DOMAIN),
        ("lan@cp.example", Acquaintance.STRANGER),
        ("lan@sub.vpcp.example", Acquaintance.STRANGER),
        ("van_thu@so.example", Acquaintance.ADDRESS),
        # "_" and "%" are letters here, not signs of a pattern.
        ("x@s_.example", Acquaintance.STRANGER),
        ("x@%", Acquaintance.STRANGER),
        ("postmaster", Acquaintance.STRANGER),
    ],
)
def test_a_sender_is_known_by_what_was_kept(met: Rooms, author: str, expected: Acquaintance) -> None:
    assert met.registry.acquaintance("sonv", author) is expected


def test_one_agency_does_not_know_the_senders_of_another(met: Rooms) -> None:
    assert met.registry.acquaintance("sotc", "VanThu@vpcp.example") is Acquaintance.STRANGER
