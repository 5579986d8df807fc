"""Verdicts over time, in words that a clerk reads in the time line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbridge.cli.verdict_words import states, verdict_events
from mailbridge.lookups.zone import ZoneFile
from mailbridge.recheck import ask_due, ask_now
from mailbridge.registry.judged import Cause, Verdict
from tests.demo.builders_demo import DEMO, reading
from tests.keys.pki import AT
from tests.recheck.builders_recheck import Office, book_in
from tests.recheck.builders_signed import pki, revoking, signed_mail, signed_pdf
from tests.registry.builders_registry import verdict

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

KEY = {"domain": "a.vn", "selector": "s", "aligned": True, "weaknesses": [], "reason": None}
NOTHING = {"spf": {"result": "none"}, "arc": {"result": "none"}, "dmarc": {"result": "none"}, "smime": [], "inner": []}


def told(*results: str, sequence: int = 1, **changes: Any) -> Verdict:
    sender = NOTHING | {"dkim": [KEY | {"result": result} for result in results]}
    text = json.dumps({"authentication": sender, "signatures": []})
    return replace(verdict(sequence=sequence), judgement=text, **changes)


def words(*verdicts: Verdict, language: str = "vi") -> list[str]:
    return [event.detail for event in verdict_events(verdicts, language)]


def test_the_first_is_told_in_full_and_later_ones_by_what_is_new() -> None:
    first, second, third = words(
        told("temperror"), told("temperror", sequence=2), told("pass", sequence=3, cause=Cause.ASKED)
    )
    assert first == "khi tiếp nhận: DKIM a.vn: chưa tra cứu được"
    assert second == "xác minh lại: không thay đổi"
    assert third == "xác minh lại theo yêu cầu, tính đến 20/11/2026 12:00:00: DKIM a.vn: chưa tra cứu được → đạt"


def test_two_signatures_of_one_domain_are_two() -> None:
    (first,) = words(told("pass", "fail"))
    assert first == "khi tiếp nhận: DKIM a.vn: đạt; DKIM a.vn (2): không đạt"


def test_in_english_the_words_are_those_of_the_standard() -> None:
    assert words(told("pass"), language="en") == ["reception: DKIM a.vn: pass"]


def test_a_judgement_of_an_older_program_is_no_error() -> None:
    assert states({}, "vi") == {}
    assert words(replace(told("pass"), judgement="{}")) == ["khi tiếp nhận: không có gì để xác minh"]


@pytest.fixture
def office(tmp_path: Path, reading: object) -> Iterator[Office]:
    signed_pdf()  # signing runs a loop of its own, so not inside that of a test
    with book_in(tmp_path) as engine:
        yield Office(
            engine=engine,
            folder=tmp_path,
            reading=reading,  # type: ignore[arg-type]  # the fixture of the demonstration
            names=ZoneFile(DEMO / "zone"),
            trust=pki().trust(),
        )


async def test_a_certificate_that_was_revoked_later_shows_both_facts(office: Office) -> None:
    """C13: valid at receipt, revoked since; the first verdict stays."""
    outcome = await office.receive(signed_mail(AT), AT)
    kept = office.verdicts_of("mail-signed")
    later = AT + timedelta(days=20)
    office.trust = revoking([pki().person], revoked_at=AT + timedelta(days=10), issued_at=later - timedelta(hours=1))
    await ask_now(outcome.case, office.world(), later, by="lan")
    first, second = office.verdicts_of("mail-signed")
    assert (first,) == kept
    assert [each["status"] for each in json.loads(first.judgement)["signatures"]] == ["total-passed"]
    (now,) = json.loads(second.judgement)["signatures"]
    assert now["status"] != "total-passed"
    assert now["sub_indication"].startswith("REVOKED")
    assert (second.cause, second.for_moment, second.written_by) == (Cause.ASKED, later, "lan")
    one, other = (each.detail for each in verdict_events((first, second), "vi"))
    assert "chữ ký số của người ký hợp lệ" in one
    assert "chữ ký số của người ký hợp lệ → chứng thư số đã bị thu hồi" in other


async def test_a_list_that_comes_later_settles_a_signature(office: Office) -> None:
    """TRY_LATER is pending; the verdict for the moment of reception follows when the list is there (C6)."""
    office.trust = pki().trust(crls=False)
    await office.receive(signed_mail(AT), AT)
    (first,) = office.verdicts_of("mail-signed")
    assert [each["sub_indication"] for each in json.loads(first.judgement)["signatures"]] == ["TRY_LATER"]
    office.trust = pki().trust()
    office.now = AT + timedelta(minutes=1)
    assert await ask_due(office.world(), {}, office.now) == 1
    _, second = office.verdicts_of("mail-signed")
    assert [each["status"] for each in json.loads(second.judgement)["signatures"]] == ["total-passed"]
    assert second.for_moment == AT
    assert office.verdicts.due(AT + timedelta(days=9), 1) == ()
