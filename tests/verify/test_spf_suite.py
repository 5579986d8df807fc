"""The openspf test suite of RFC 7208, every case of it, through our own questions and judgement (data/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailbridge.mail.envelope import Client, Envelope
from mailbridge.verify.spf import judge_spf, questions
from tests.verify.builders_zone import FakeZone, gathered

SCENARIOS = json.loads((Path(__file__).parent / "data" / "spf-rfc7208.json").read_text(encoding="utf-8"))


def cases() -> Iterator[Any]:
    for scenario in SCENARIOS:
        for name, case in scenario["tests"].items():
            yield pytest.param(scenario["zonedata"], case, id=name)


def read_zone(zonedata: dict[str, list[Any]]) -> FakeZone:
    """Read a zone of the suite: an SPF record stands for a TXT record where none is given; TIMEOUT is silence."""
    records: dict[str, dict[str, list[bytes]]] = {}
    silent: set[str | tuple[str, str]] = set()
    for raw, entries in zonedata.items():
        name = raw.lower()
        held = records.setdefault(name, {})
        pairs = [pair for entry in entries if entry != "TIMEOUT" for pair in entry.items()]
        if not any(kind == "TXT" for kind, _ in pairs):
            pairs += [("TXT", value) for kind, value in pairs if kind == "SPF"]
        for kind, value in pairs:
            if value == "TIMEOUT":
                silent.add((name, kind))
            elif value != "NONE":
                held.setdefault(kind, []).append(octets(kind, value))
        if "TIMEOUT" in entries:
            silent |= {(name, kind) for kind in ("A", "AAAA", "MX", "PTR", "TXT") if kind not in held}
    return FakeZone(records=records, silent=frozenset(silent))


def octets(kind: str, value: Any) -> bytes:
    if kind in ("TXT", "SPF"):
        return "".join([value] if isinstance(value, str) else value).encode()
    if kind == "MX":
        return f"{value[0]} {value[1]}.".encode()
    return f"{value}.".encode() if kind in ("PTR", "CNAME") else str(value).encode()


@pytest.mark.parametrize(("zonedata", "case"), list(cases()))
def test_case_of_the_suite(zonedata: dict[str, list[Any]], case: dict[str, Any]) -> None:
    client, envelope = (
        Client(ip=case["host"], helo=case["helo"]),
        Envelope(mail_from=case["mailfrom"], recipients=()),
    )
    zone = read_zone(zonedata)
    evidence = gathered(zone.ask, lambda known: questions(client, envelope, known))
    expected = [case["result"]] if isinstance(case["result"], str) else case["result"]
    found = judge_spf(client, envelope, evidence)
    assert found.result.value in expected, found.reason
    assert (found.reason is None) == (found.result.value == "pass")


def test_the_suite_is_whole() -> None:
    assert sum(len(scenario["tests"]) for scenario in SCENARIOS) == 203
