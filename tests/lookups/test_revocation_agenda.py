"""When something is fetched again."""

from __future__ import annotations

from datetime import timedelta

from mailbridge.lookups.revocation_agenda import Agenda
from mailbridge.lookups.revocation_check import CertificateId
from tests.lookups.builders_trust import DAY, HOUR, NOW

A, B = "http://a.vn/a.crl", "http://a.vn/b.crl"
MINUTE = timedelta(minutes=1)


def identity(serial: int) -> CertificateId:
    return CertificateId(issuer=b"x", serial=serial)


def test_a_list_is_fetched_at_once_and_then_by_the_hour_or_before_it_ends() -> None:
    agenda = Agenda(HOUR)
    agenda.add_source(A)
    (source,) = agenda.due_sources(NOW)
    for end, due in {
        None: NOW + HOUR,
        NOW + DAY: NOW + HOUR,
        NOW + 30 * MINUTE: NOW + 25 * MINUTE,
        NOW + MINUTE: NOW + 5 * MINUTE,
        NOW - DAY: NOW + 5 * MINUTE,
    }.items():
        agenda.succeeded(source, NOW, end)
        assert source.due == due, end


def test_what_fails_is_tried_less_and_less_often() -> None:
    agenda = Agenda(HOUR)
    agenda.add_source(A)
    source = agenda.sources[A]
    waits = []
    for _ in range(14):
        agenda.failed(source, NOW, "HTTP 404")
        waits.append((source.due - NOW) / MINUTE)
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == 360
    assert source.problem == "HTTP 404"
    agenda.succeeded(source, NOW, None)
    assert source.failures == 0
    assert agenda.sources[A].problem is None


def test_a_silent_host_is_left_alone_with_all_its_addresses() -> None:
    agenda = Agenda(HOUR)
    for address in (A, B, "http://other.vn/a.crl"):
        agenda.add_source(address)
    agenda.was_silent(A, NOW)
    assert [each.address for each in agenda.due_sources(NOW)] == ["http://other.vn/a.crl"]
    assert len(agenda.due_sources(NOW + MINUTE)) == 3
    agenda.was_silent(B, NOW + MINUTE)
    assert not agenda.may_ask(A, NOW + 2 * MINUTE)
    agenda.has_answered(A)
    assert agenda.may_ask(B, NOW)


def test_a_wish_is_gone_when_it_is_answered_or_has_failed_too_often() -> None:
    agenda = Agenda(HOUR)
    agenda.add_wish(identity(1), ["http://a.vn/"])
    agenda.add_wish(identity(1), ["http://a.vn/"])
    agenda.add_wish(identity(2), ["http://a.vn/"])
    agenda.add_wish(identity(3), ["http://a.vn/"], lasting=True)
    first, second, lasting = agenda.due_wishes(NOW)
    agenda.succeeded(first, NOW, NOW + DAY)
    agenda.succeeded(lasting, NOW, NOW + DAY)
    for _ in range(6):
        agenda.failed(second, NOW, "silent")
    assert list(agenda.wishes.values()) == [lasting]
    assert lasting.due == NOW + HOUR


def test_strangers_cannot_make_it_grow_without_end() -> None:
    agenda = Agenda(HOUR)
    agenda.add_wish(identity(0), ["http://a.vn/"], lasting=True)
    for number in range(1000):
        agenda.add_source(f"http://a.vn/{number}.crl")
        agenda.add_wish(identity(number), ["http://a.vn/"])
    assert (len(agenda.sources), len(agenda.wishes)) == (64, 256)
    assert {wish.certificate.serial for wish in agenda.wishes.values()} >= {0, 999}
    agenda.add_source(A, always=True)
    assert A in agenda.sources


def test_a_change_of_the_configuration_forgets_nothing_that_is_still_allowed() -> None:
    before, after = Agenda(HOUR), Agenda(HOUR)
    for address in (A, B, "http://gone.vn/a.crl"):
        before.add_source(address)
    before.add_wish(identity(1), ["http://a.vn/"])
    before.add_wish(identity(2), ["http://gone.vn/"])
    before.succeeded(before.sources[A], NOW, None)
    before.was_silent(B, NOW)
    after.add_source(A, always=True)
    after.follow(before, [A, B, "http://a.vn/"])
    assert set(after.sources) == {A, B}
    assert after.sources[A].due == NOW + HOUR
    assert [wish.certificate.serial for wish in after.wishes.values()] == [1]
    assert not after.may_ask(A, NOW)
