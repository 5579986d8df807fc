"""What the suite (test_spf_suite) does not ask: limits to the letter, addresses as they come, costs, reasons."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from mailbridge.mail.envelope import Client, Envelope
from mailbridge.verify.evidence import Evidence, Question
from mailbridge.verify.results import Result, SpfResult
from mailbridge.verify.spf import judge_spf, questions
from tests.verify.builders_dkim import evidence
from tests.verify.builders_zone import FakeZone, gathered, text_zone

CLIENT = Client(ip="192.0.2.1", helo="mx.a.example")
ENVELOPE = Envelope(mail_from="an@a.example", recipients=())


def judge(
    records: Mapping[str, str] | FakeZone, client: Client = CLIENT, mail_from: str | None = "an@a.example"
) -> SpfResult:
    zone = records if isinstance(records, FakeZone) else text_zone(records)
    envelope = Envelope(mail_from=mail_from, recipients=())
    return judge_spf(client, envelope, gathered(zone.ask, lambda known: questions(client, envelope, known)))


def record(terms: str) -> dict[str, str]:
    return {"a.example": f"TXT v=spf1 {terms}"}


@pytest.mark.parametrize(
    ("terms", "result", "reason"),
    [
        ("ip4:192.0.2.1 -all", Result.PASS, None),
        ("-all", Result.FAIL, "the domain does not allow this client to send its mail"),
        ("~all", Result.SOFTFAIL, "the domain probably does not allow this client to send its mail"),
        ("?all", Result.NEUTRAL, "the domain does not say whether this client may send its mail"),
        ("ip4:x", Result.PERMERROR, "the SPF record is malformed"),
        ("include:b.example", Result.PERMERROR, "the SPF record includes a domain that has none"),
        ("redirect=b.example", Result.PERMERROR, "the SPF record leads to a domain that has none"),
    ],
)
def test_result_has_its_reason(terms: str, result: Result, reason: str | None) -> None:
    assert judge(record(terms)) == SpfResult(result=result, domain="a.example", reason=reason)


def test_domain_without_record_has_no_result() -> None:
    assert judge({}) == SpfResult(result=Result.NONE, domain="a.example", reason="the domain has no SPF record")


@pytest.mark.parametrize(
    ("client", "mail_from", "reason"),
    [
        (Client(), "an@a.example", "the address of the client is not known"),
        (Client(ip="unix:/run/x"), "an@a.example", "the address of the client is not known"),
        (CLIENT, None, "the envelope sender is not known"),
        (Client(ip="192.0.2.1"), "", "the envelope sender has no domain that can be asked"),
        (CLIENT, "an", "the envelope sender has no domain that can be asked"),
        (CLIENT, "an@[192.0.2.1]", "the envelope sender has no domain that can be asked"),
        (CLIENT, "an@localhost", "the envelope sender has no domain that can be asked"),
        (CLIENT, "a" * 2000 + "@a.example", "the envelope sender has no domain that can be asked"),
    ],
)
def test_what_cannot_be_asked_has_no_result(client: Client, mail_from: str | None, reason: str) -> None:
    envelope = Envelope(mail_from=mail_from, recipients=())
    assert questions(client, envelope, evidence()) == ()
    assert judge_spf(client, envelope, evidence()) == SpfResult(reason=reason)


def test_null_sender_is_judged_by_the_name_of_the_client() -> None:
    zone = text_zone(
        {
            "mx.a.example": "TXT v=spf1 exists:%{l}.%{o}.b.example -all",
            "postmaster.mx.a.example.b.example": "A 127.0.0.2",
        }
    )
    assert judge(zone, mail_from="") == SpfResult(result=Result.PASS, domain="mx.a.example")


@pytest.mark.parametrize("address", ["::ffff:192.0.2.1", "192.0.2.1"])
def test_mapped_address_is_an_ipv4_address(address: str) -> None:
    assert judge(record("ip4:192.0.2.1 -all"), Client(ip=address)).result is Result.PASS


def test_zone_of_a_link_local_address_does_not_count() -> None:
    assert judge(record("ip6:fe80::/10 -all"), Client(ip="fe80::1%eth0")).result is Result.PASS


def test_domain_in_vietnamese_letters_is_asked_in_a_labels() -> None:
    records = {"xn--snv-c7a.example": "TXT v=spf1 +all"}
    assert judge(records, mail_from="an@SƠNV.example") == SpfResult(result=Result.PASS, domain="xn--snv-c7a.example")


def test_local_part_in_vietnamese_letters_never_matches() -> None:
    """RFC 8616 §4."""
    zone = text_zone(record("exists:%{l}.b.example -all") | {"xn--n-9ia.b.example": "A 127.0.0.2"})
    assert judge(zone, mail_from="ân@a.example").result is Result.FAIL
    assert [question.name for question in zone.asked] == ["a.example"]


def test_backslash_names_nothing() -> None:
    zone = text_zone(record("exists:%{l}.b.example -all"))
    assert judge(zone, mail_from="a\\.b@a.example").result is Result.FAIL
    assert len(zone.asked) == 1


@pytest.mark.parametrize(
    ("terms", "silent"), [("+all", "a.example"), ("a:b.example", "b.example"), ("mx:b.example", "b.example"),
                          ("include:b.example", "b.example"), ("exists:b.example", "b.example")]
)  # fmt: skip
def test_silence_is_no_failure(terms: str, silent: str) -> None:
    found = judge(
        {**record(f"{terms} -all"), **({silent: "SILENT"} if silent != "a.example" else {"a.example": "SILENT"})}
    )
    assert (found.result, found.reason) == (Result.TEMPERROR, "the DNS gave no answer that SPF needs")


def test_silence_of_the_reverse_zone_is_passed_over() -> None:
    """RFC 7208 §5.5: who publishes the record has no hand in it."""
    records = record("ptr ~all") | {"1.2.0.192.in-addr.arpa": "SILENT"}
    assert judge(records).result is Result.SOFTFAIL
    records = record("ptr ~all") | {
        "1.2.0.192.in-addr.arpa": "PTR x.a.example.\nPTR y.a.example.",
        "x.a.example": "SILENT",
        "y.a.example": "A 192.0.2.1",
    }
    assert judge(records).result is Result.PASS


def test_what_was_not_asked_is_no_failure() -> None:
    found = judge_spf(CLIENT, ENVELOPE, evidence())
    assert (found.result, found.reason) == (Result.TEMPERROR, "the DNS was not asked for all of SPF")


def test_answer_that_is_not_needed_is_not_asked_for() -> None:
    zone = text_zone(record("ip4:192.0.2.1 a mx include:b.example exp=c.example -all"))
    assert judge(zone).result is Result.PASS
    assert zone.asked == [Question(name="a.example", type="TXT")]


def test_explanation_is_never_fetched() -> None:
    zone = text_zone(record("-all exp=c.example"))
    assert judge(zone).result is Result.FAIL
    assert len(zone.asked) == 1


def includes(number: int) -> dict[str, str]:
    return {f"i{each}.example": "TXT v=spf1 -all" for each in range(number)}


@pytest.mark.parametrize(("number", "result"), [(10, Result.PASS), (11, Result.PERMERROR)])
def test_eleventh_lookup_is_too_many(number: int, result: Result) -> None:
    terms = " ".join(f"include:i{each}.example" for each in range(number))
    assert judge(record(f"{terms} +all") | includes(number)).result is result


def test_unneeded_lookups_do_not_count() -> None:
    """A redirect that is not followed is none, and neither is a mechanism behind the one that matched."""
    terms = " ".join(f"include:i{each}.example" for each in range(10))
    assert judge(record(f"{terms} ?all redirect=b.example a a") | includes(10)).result is Result.NEUTRAL


def test_includes_without_bottom_end() -> None:
    zone = FakeZone(records={f"{n}.example": {"TXT": [f"v=spf1 include:{n + 1}.example".encode()]} for n in range(99)})
    assert judge(zone, mail_from="an@0.example").result is Result.PERMERROR
    assert len(zone.asked) == 11


@pytest.mark.parametrize(("number", "result"), [(2, Result.FAIL), (3, Result.PERMERROR)])
def test_third_term_that_finds_nothing_is_too_many(number: int, result: Result) -> None:
    terms = " ".join(f"a:n{each}.example" for each in range(number))
    assert judge(record(f"{terms} -all")).result is result


def test_mail_servers_without_address_of_this_family_are_no_such_terms() -> None:
    """RFC 7208 §4.6.4 counts terms: a client of IPv6 must not spoil a record that names mail servers of IPv4."""
    hosts = [f"m{each}.example" for each in range(5)]
    records = record("mx -all") | dict.fromkeys(hosts, "A 192.0.2.9")
    records["a.example"] += "".join(f"\nMX 10 {host}." for host in hosts)
    assert judge(records, Client(ip="2001:db8::1")).result is Result.FAIL


@pytest.mark.parametrize(("number", "result"), [(10, Result.FAIL), (11, Result.PERMERROR)])
def test_eleventh_mail_server_is_too_many(number: int, result: Result) -> None:
    records = record("mx -all")
    records["a.example"] += "".join(f"\nMX 10 m{each}.example." for each in range(number))
    zone = text_zone(records)
    assert judge(zone).result is result
    assert len(zone.asked) == (12 if number == 10 else 2)


def test_mail_servers_are_asked_for_in_one_round() -> None:
    records = record("mx -all")
    records["a.example"] += "\nMX 10 m1.example.\nMX 20 m2.example.\nMX 0 ."
    zone = text_zone(records)
    known = evidence(*(zone.ask(Question(name="a.example", type=kind)) for kind in ("TXT", "MX")))
    assert [each.name for each in questions(CLIENT, ENVELOPE, known)] == ["m1.example", "m2.example"]


def test_only_ten_names_of_the_client_are_looked_up() -> None:
    names = "".join(f"PTR p{each}.a.example.\n" for each in range(50))
    zone = text_zone(record("ptr -all") | {"1.2.0.192.in-addr.arpa": names, "p10.a.example": "A 192.0.2.1"})
    assert judge(zone).result is Result.FAIL
    assert len(zone.asked) == 12


def test_name_of_the_client_is_looked_up_once() -> None:
    """Two thousand macros in a record ask no more than one."""
    zone = text_zone(
        record("exists:" + "%{p}." * 1600 + "x.example -all")
        | {"1.2.0.192.in-addr.arpa": "PTR h.a.example.", "h.a.example": "A 192.0.2.1"}
    )
    assert judge(zone).result is Result.FAIL
    assert len(zone.asked) == 4


@pytest.mark.parametrize(
    ("names", "expected"),
    [("b.example. a.example. x.a.example.", "a.example"), ("b.example. x.a.example.", "x.a.example"),
     ("b.example. c.example.", "b.example"), ("", "unknown")],
)  # fmt: skip
def test_name_of_the_client_is_the_nearest_to_the_domain(names: str, expected: str) -> None:
    hosts = names.split()
    records = {host.removesuffix("."): "A 192.0.2.1" for host in hosts} | {
        "1.2.0.192.in-addr.arpa": "\n".join(f"PTR {host}" for host in hosts)
    }
    own = record("exists:%{p}.p.example -all")["a.example"]
    records["a.example"] = f"{own}\n{records.get('a.example', '')}".strip()
    assert judge(records | {f"{expected}.p.example": "A 127.0.0.2"}).result is Result.PASS


def test_octets_that_are_no_address_match_nothing() -> None:
    zone = FakeZone(records={"a.example": {"TXT": [b"v=spf1 a -all"], "A": [b"192.0.2.1 ", b"\xff", b"::1", b""]}})
    assert judge(zone).result is Result.FAIL


def test_evaluations_do_not_meet_in_threads() -> None:
    """Nothing of one evaluation is seen by another, as it would be in a library with a resolver for all."""
    found: list[SpfResult] = []

    def run(number: int) -> None:
        terms = f"include:b{number}.example -all"
        zone = {"a.example": f"TXT v=spf1 {terms}", f"b{number}.example": f"TXT v=spf1 ip4:192.0.2.{number} -all"}
        for _ in range(20):
            found.append(judge(zone, Client(ip=f"192.0.2.{number % 5}")))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.result for each in found) == [Result.FAIL] * 100 + [Result.PASS] * 100


def test_judgement_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    known: Evidence = evidence()
    assert judge_spf(CLIENT, ENVELOPE, known).result is Result.TEMPERROR
    assert judge(record("a mx ptr include:b.example exists:%{p}.c.example -all")).result is Result.PERMERROR


def test_no_more_addresses_are_compared_than_anybody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(text: str) -> IPv4Address | IPv6Address:
        read.append(text)
        return ip_address(text)

    monkeypatch.setattr("mailbridge.verify.spf.ip_address", counted)
    zone = FakeZone(records={"a.example": {"TXT": [b"v=spf1 a -all"], "A": [b"192.0.2.9"] * 4000}})
    assert judge(zone).result is Result.FAIL
    assert len(read) < 1100
