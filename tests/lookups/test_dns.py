from __future__ import annotations

import dns.flags
import dns.rcode
import pytest

from mailbridge.errors import Misconfigured
from mailbridge.lookups.dns import Resolver
from mailbridge.verify.evidence import Answered, Question
from tests.keys.pki import AT
from tests.lookups.builders_dns import SILENCE, Zone, name_server

ZONE: Zone = {
    "s._domainkey.example.vn": 'TXT "v=DKIM1; " "p=AAAA" "\\195\\164"',
    "example.vn": "MX 10 mail.example.vn.",
    "broken.vn": dns.rcode.SERVFAIL,
    "refused.vn": dns.rcode.REFUSED,
    "silent.vn": SILENCE,
}


def question(name: str, kind: str = "TXT") -> Question:
    return Question(name=name, type=kind)


async def test_strings_of_a_record_are_joined_as_octets() -> None:
    async with name_server(ZONE) as (server, asked):
        answer = await Resolver([server]).ask(question("s._domainkey.example.vn"), AT)
    assert (answer.answered, answer.values) == (Answered.FOUND, (b"v=DKIM1; p=AAAA\xc3\xa4",))
    assert (answer.asked_at, answer.authentic) == (AT, False)
    assert asked[0].flags & dns.flags.AD, "a validating resolver must be asked to tell what it validated"


async def test_other_types_come_as_text() -> None:
    async with name_server(ZONE) as (server, _):
        answer = await Resolver([server]).ask(question("example.vn", "MX"), AT)
    assert answer.values == (b"10 mail.example.vn.",)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("four.vn", "A", b"192.0.2.1"),
        ("six.vn", "AAAA", b"2001:db8::1"),
        ("1.2.0.192.in-addr.arpa", "PTR", b"Mail.example.vn."),
    ],
)
async def test_addresses_and_names_come_as_spf_reads_them(name: str, kind: str, value: bytes) -> None:
    zone = {"four.vn": "A 192.0.2.1", "six.vn": "AAAA 2001:DB8:0::1", "1.2.0.192.in-addr.arpa": "PTR Mail.example.vn."}
    async with name_server(zone) as (server, _):
        answer = await Resolver([server]).ask(question(name, kind), AT)
    assert answer.values == (value,)


async def test_validated_answer_is_noted() -> None:
    async with name_server(ZONE, authentic=True) as (server, _):
        resolver = Resolver([server])
        assert (await resolver.ask(question("s._domainkey.example.vn"), AT)).authentic is True
        assert (await resolver.ask(question("nobody.vn"), AT)).authentic is True


async def test_missing_name_and_missing_type_are_told_apart() -> None:
    async with name_server(ZONE) as (server, _):
        resolver = Resolver([server])
        assert (await resolver.ask(question("nobody.vn"), AT)).answered is Answered.NXDOMAIN
        assert (await resolver.ask(question("example.vn"), AT)).answered is Answered.NO_DATA


@pytest.mark.parametrize("name", ["broken.vn", "refused.vn", "silent.vn"])
async def test_trouble_of_the_server_is_unanswered(name: str) -> None:
    async with name_server(ZONE) as (server, _):
        answer = await Resolver([server], patience=0.3).ask(question(name), AT)
    assert answer.answered is Answered.UNANSWERED
    assert answer.detail


async def test_nobody_at_the_port_is_unanswered() -> None:
    async with name_server(ZONE) as (server, _):
        pass
    answer = await Resolver([server], patience=0.3).ask(question("example.vn"), AT)
    assert answer.answered is Answered.UNANSWERED


@pytest.mark.parametrize("name", ["a" * 64 + ".vn", ".".join(["abcdefgh"] * 40), "a..vn", "ü" * 70 + ".vn"])
async def test_impossible_name_does_not_exist(name: str) -> None:
    async with name_server(ZONE) as (server, asked):
        answer = await Resolver([server], patience=0.3).ask(question(name), AT)
    assert answer.answered is Answered.NXDOMAIN
    assert not asked


@pytest.mark.parametrize("server", ["dns.example.vn", "127.0.0.1:", "127.0.0.1:70000", "[::1]:x", "", "[::1"])
def test_server_that_is_no_address_is_misconfigured(server: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Resolver([server])
    assert caught.value.remedy


@pytest.mark.parametrize("server", ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:53"])
def test_servers_are_written_as_usual(server: str) -> None:
    Resolver([server])
