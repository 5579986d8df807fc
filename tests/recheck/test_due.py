"""Verdicts that had no answer are asked for again; the one at reception stays, and nothing is told as a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailbridge.kept import load_evidence
from mailbridge.lookups.dns import Resolver
from mailbridge.lookups.zone import ZoneFile
from mailbridge.recheck import ask_due, ask_now
from mailbridge.registry.judged import Cause
from mailbridge.registry.merging import SqlMerging
from mailbridge.verify.evidence import Question
from tests.demo.builders_demo import AT, DEMO, demo, reading
from tests.lookups.builders_dns import SILENCE, name_server
from tests.recheck.builders_recheck import Office, book_in
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import draft

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

KEY = "vb2026._domainkey.backan.gov.vn"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path, reading: object) -> Iterator[Office]:
    with book_in(tmp_path) as engine:
        yield Office(engine=engine, folder=tmp_path, reading=reading, names=ZoneFile(DEMO / "zone"))  # type: ignore[arg-type]  # the fixture of the demonstration


async def key_record() -> str:
    answer = await ZoneFile(DEMO / "zone").ask(Question(name=KEY, type="TXT"), AT)
    (value,) = answer.values
    text = value.decode()
    return "TXT " + " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


def dkim(text: str) -> list[str]:
    return [each["result"] for each in json.loads(text)["authentication"]["dkim"]]


async def test_an_outage_of_the_dns_is_pending_until_it_is_over(office: Office) -> None:
    """The drill: a real name server on the loopback that is dead first and alive later (C6)."""
    zone: dict[str, object] = {KEY: SILENCE}
    async with name_server(zone) as (server, asked):  # type: ignore[arg-type]  # changed while it serves
        office.names = Resolver([server], patience=0.4)
        outcome = await office.receive(demo("01"), AT)
        assert outcome.case.action == "hold"
        assert [each.letter.kind.value for each in office.letters()] == ["notice"]
        (first,) = office.verdicts_of("mail-01-1")
        assert (first.cause, dkim(first.judgement)) == (Cause.RECEPTION, ["temperror"])

        assert await ask_due(office.world(), {}, AT + MINUTE / 2) == 0
        office.now = AT + MINUTE
        assert await ask_due(office.world(), {}, office.now) == 1
        _, again = office.verdicts_of("mail-01-1")
        assert (again.cause, dkim(again.judgement)) == (Cause.RETRY, ["temperror"])
        assert len(office.letters()) == 1

        zone[KEY] = await key_record()
        assert await ask_due(office.world(), {}, office.now + 4 * MINUTE) == 0
        office.now += 5 * MINUTE
        assert await ask_due(office.world(), {}, office.now) == 1
        assert asked
    verdicts = office.verdicts_of("mail-01-1")
    assert [dkim(each.judgement) for each in verdicts] == [["temperror"], ["temperror"], ["pass"]]
    assert {each.for_moment for each in verdicts} == {outcome.case.accepted_at}
    assert verdicts[0].judgement == outcome.case.judgement
    assert office.registry.decided("mail-01-1", "sonv") == outcome.case
    letters = office.letters()
    assert [each.letter.kind.value for each in letters] == ["notice", "arrived", "notice"]
    assert letters[1].letter.recipient == json.loads(outcome.case.judgement or "")["letters"][0]["to"]
    assert await ask_due(office.world(), {}, office.now + timedelta(days=9)) == 0


async def test_what_was_answered_is_not_asked_again(office: Office) -> None:
    class Counting:
        def __init__(self) -> None:
            self.asked: list[str] = []

        async def ask(self, question: Question, at: object) -> object:
            self.asked.append(question.name)
            return await ZoneFile(DEMO / "zone").ask(question, at)  # type: ignore[arg-type]  # passed on

    office.names = counting = Counting()  # type: ignore[assignment]  # fulfils it by shape
    await office.receive(demo("01"), AT)
    first = list(counting.asked)
    assert KEY in first
    case = office.registry.decided("mail-01-1", "sonv")
    assert case is not None
    await ask_now(case, office.world(), AT + timedelta(days=1))
    assert counting.asked == first


async def test_while_nothing_is_heard_no_file_is_opened_again(office: Office) -> None:
    """An outage of hours must not have every mail of these hours read seven times."""

    class NoReading:
        async def open(self, parts: object, evidence: object) -> tuple[()]:
            raise AssertionError("read")

        async def judge_mail(self, entities: object, author: object, evidence: object) -> tuple[()]:
            raise AssertionError("read")

    await office.receive(demo("10"), AT)
    assert await ask_due(office.world(reading=NoReading()), {}, AT + MINUTE) == 1
    first, second = office.verdicts_of("mail-10-1")
    kept = json.loads(first.judgement)
    assert json.loads(second.judgement) == {key: kept[key] for key in ("authentication", "signatures")}
    assert load_evidence(second.evidence, office.files.load).at == first.for_moment


async def test_pauses_grow_and_end(office: Office) -> None:
    await office.receive(demo("10"), AT)
    now, tries = AT, []
    while office.verdicts.due(now + timedelta(days=30), 1):
        pause = next(p for p in (1, 5, 15, 60, 240, 1440) if office.verdicts.due(now + p * MINUTE, 1))
        now += pause * MINUTE
        tries.append(pause)
        assert await ask_due(office.world(), {}, now) == 1
    assert tries == [1, 5, 15, 60, 240, 1440]
    assert {each.cause for each in office.verdicts_of("mail-10-1")[1:]} == {Cause.RETRY}
    assert {each for one in office.verdicts_of("mail-10-1") for each in dkim(one.judgement)} == {"temperror"}


async def test_a_settled_mail_is_not_in_the_queue(office: Office) -> None:
    await office.receive(demo("01"), AT)
    assert office.verdicts.due(AT + timedelta(days=9), 1) == ()
    assert [each.sequence for each in office.verdicts_of("mail-01-1")] == [1]


@pytest.mark.parametrize("name", ["11", "12", "13", "14"])
async def test_nothing_is_kept_of_mail_that_is_not_kept(office: Office, name: str) -> None:
    outcome = await office.receive(demo(name), AT)
    assert outcome.case.judgement is None
    assert office.verdicts_of(outcome.case.mail_id) == ()
    assert not (office.folder / "evidence").exists()


async def test_a_mail_of_another_node_is_left_alone(office: Office) -> None:
    await office.receive(demo("10"), AT)
    office.mails.clear()
    left: dict[tuple[str, str], object] = {}
    assert await ask_due(office.world(), left, AT + MINUTE) == 0  # type: ignore[arg-type]  # looked at below
    assert list(left) == [("mail-10-1", "sonv")]
    assert office.verdicts.due(AT + MINUTE, 1)


async def test_the_second_of_two_same_mails_is_not_answered_later(office: Office) -> None:
    zone = office.names
    office.names = ZoneFile(silent(office.folder))
    await office.receive(demo("01", 1), AT)
    await office.receive(demo("01", 2), AT + MINUTE)
    office.names = zone
    office.now = AT + 9 * MINUTE
    assert await ask_due(office.world(), {}, office.now) == 2
    answers = [each.letter for each in office.letters() if each.letter.kind.value == "arrived"]
    assert [each.mail_id for each in answers] == ["mail-01-1"]


async def test_a_letter_leaves_once_however_often_it_is_due(office: Office) -> None:
    zone = office.names
    office.names = ZoneFile(silent(office.folder))
    await office.receive(demo("01"), AT)
    office.names = zone
    office.now = AT + MINUTE
    assert await ask_due(office.world(), {}, office.now) == 1
    with office.registry.transaction() as tx:
        tx.ask_again("mail-01-1", "sonv", office.now)
    assert await ask_due(office.world(), {}, office.now) == 1
    assert [each.letter.kind.value for each in office.letters()].count("arrived") == 1


async def test_mail_whose_entry_was_voided_is_not_answered_later(office: Office) -> None:
    zone = office.names
    office.names = ZoneFile(silent(office.folder))
    await office.receive(demo("01"), AT)
    with office.registry.transaction() as tx:
        line = tx.enter(draft("a", mail_id="mail-01-1", agency="sonv"), AT)
    Changes(office.engine).void(line.id, by="lan", why="không phải văn bản đến")
    office.names = zone
    office.now = AT + MINUTE
    assert await ask_due(office.world(), {}, office.now) == 1
    assert "arrived" not in [each.letter.kind.value for each in office.letters()]


async def test_mail_whose_entry_was_merged_into_one_that_was_voided_is_not_answered_later(office: Office) -> None:
    """What a letter says of a merged entry is what became of the one that it points to."""
    zone = office.names
    office.names = ZoneFile(silent(office.folder))
    await office.receive(demo("01"), AT)
    with office.registry.transaction() as tx:
        stands = tx.enter(draft("b", mail_id="mail-00", agency="sonv"), AT - MINUTE)
        line = tx.enter(draft("a", mail_id="mail-01-1", agency="sonv"), AT)
    SqlMerging(office.engine).merge(line.id, stands.id, by="lan", why="gửi hai lần")
    Changes(office.engine).void(stands.id, by="lan", why="không phải văn bản đến")
    office.names = zone
    office.now = AT + MINUTE
    assert await ask_due(office.world(), {}, office.now) == 1
    assert "arrived" not in [each.letter.kind.value for each in office.letters()]


async def test_an_office_back_in_shadow_mode_sends_nothing(office: Office) -> None:
    zone = office.names
    office.names = ZoneFile(silent(office.folder))
    await office.receive(demo("01"), AT)
    before = len(office.letters())
    office.names = zone
    office.now = AT + MINUTE
    shadow = tuple(replace(each, shadow=True) for each in office.policies)
    assert await ask_due(office.world(policies=shadow), {}, office.now) == 1
    assert dkim(office.verdicts_of("mail-01-1")[-1].judgement) == ["pass"]
    assert len(office.letters()) == before


async def test_what_turns_out_to_be_secret_is_not_written_down(office: Office) -> None:
    """A file that could not be read in time may be read later, and hold a mark."""
    await office.receive(demo("10"), AT)
    secret = demo("14")
    office.mails["mail-10-1"] = replace(demo("10"), content=secret.content)
    office.now = AT + MINUTE
    assert await ask_due(office.world(), {}, office.now) == 1
    assert len(office.verdicts_of("mail-10-1")) == 1
    assert office.verdicts.due(AT + timedelta(days=9), 1) == ()
    told = office.letters()[-1].letter.content.decode()
    assert "01/UBND-NC" not in told


async def test_one_bad_mail_stops_nothing(office: Office) -> None:
    await office.receive(demo("10", 1), AT)
    await office.receive(demo("10", 2), AT)
    office.mails["mail-10-1"] = None  # type: ignore[assignment]  # what no archive returns
    broken = office.world(archive=lambda case: office.mails[case.mail_id] or 1 / 0)
    left: dict[tuple[str, str], object] = {}
    assert await ask_due(broken, left, AT + MINUTE) == 1  # type: ignore[arg-type]  # looked at below
    assert [mail for mail, _ in left] == ["mail-10-1"]


def silent(folder: Path) -> Path:
    """Write a zone in which no key is ever told."""
    path = folder / "silent.zone"
    path.write_text(f"$SILENT {KEY}.\n")
    return path
