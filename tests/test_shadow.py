"""Shadow mode: everything is decided, nothing is entered, nothing leaves, and nobody is told what is not so."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailbridge.letters.answering import Correspondence
from mailbridge.mail.letter import Letter
from mailbridge.pipeline import Ports, conclude, process
from mailbridge.registry.books import Books
from mailbridge.registry.conflicts import AlreadyDecided
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Acquaintance, Case, DraftEntry, Known, RegisterEntry
from mailbridge.registry.judged import Verdict
from mailbridge.registry.relations import Relations
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.texts import DocumentText
from mailbridge.seen import Seen, look
from tests.demo.builders_demo import AT, OURS, demo, ledger, policy, ports, reading
from tests.registry.conftest import migrated_file, new_sqlite

# pytest finds fixtures by their names in this module
__all__ = ["migrated_file", "new_sqlite", "ports", "reading"]

SHADOW = replace(policy(), shadow=True)
DEMO_MAILS = [f"{number:02d}" for number in range(1, 15)]


class Strict:
    """A ledger in memory that takes cases, and neither a number nor a letter."""

    def __init__(self) -> None:
        self.cases: dict[tuple[str, str], Case] = {}

    def decided(self, mail_id: str, agency: str) -> Case | None:
        return self.cases.get((mail_id, agency))

    def known(
        self, agency: str, mail_sha256: str, files: Sequence[str], symbols: Sequence[str], message_id: str | None = None
    ) -> Known:
        return Known()

    def same_text(self, agency: str, texts: Sequence[str], entries: Sequence[RegisterEntry]) -> frozenset[str]:
        return frozenset()

    def acquaintance(self, agency: str, author: str) -> Acquaintance:
        return Acquaintance.STRANGER

    def would_be_entered(self, agency: str, mail_sha256: str, message_id: str | None) -> bool:
        return False

    @contextmanager
    def transaction(self) -> Iterator[Strict]:
        yield self

    def enter(self, draft: DraftEntry, arrived_at: object) -> RegisterEntry:
        raise AssertionError(f"a number for {draft.symbol}")

    def post(self, letter: Letter) -> bool:
        raise AssertionError(f"a letter to {letter.recipient}")

    def judge(self, verdict: Verdict) -> None:
        raise AssertionError(f"a verdict on {verdict.mail_id}")

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        raise AssertionError(f"a look at {mail_id} that is to come")

    @property
    def correspondence(self) -> Correspondence:
        raise AssertionError("a letter is to be withheld or written")

    def relate(self, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
        raise AssertionError(f"relations of {case.mail_id}")

    def keep_texts(self, texts: Sequence[DocumentText]) -> int:
        raise AssertionError(f"{len(texts)} texts for the search")

    def record(self, case: Case, entries: Sequence[RegisterEntry]) -> None:
        if (case.mail_id, case.agency) in self.cases:
            raise AlreadyDecided(case)
        assert not entries
        self.cases[case.mail_id, case.agency] = case


def once_more(seen: Seen, number: int) -> Seen:
    """Return another mail of the same kind."""
    mail = replace(seen.mail, id=f"mail-{number}", sha256=f"{number:064x}")
    return replace(seen, mail=mail, message=replace(seen.message, message_id=f"<{number}@so.example>"))


async def test_ten_thousand_mails_give_no_number_and_no_letter(ports: Ports) -> None:
    """B15. Each kind of mail there is, the mails of machines and of private people most often, as in an office."""
    kinds = [
        await look(demo(name), ports.lookups, ports.reading, AT) for name in (*DEMO_MAILS, *("11", "12", "13") * 8)
    ]
    strict = Strict()
    shadow = replace(ports, registry=strict)

    def walk_all() -> None:
        for number, seen in zip(range(10_000), itertools.cycle(kinds), strict=False):
            mail = once_more(seen, number)
            conclude(mail.mail, mail, shadow, (SHADOW,), AT)

    await asyncio.to_thread(walk_all)
    assert len(strict.cases) == 10_000
    assert all(case.shadow for case in strict.cases.values())
    assert {case.action for case in strict.cases.values()} == {"register", "hold", "pass", "stop"}


@pytest.mark.parametrize("name", DEMO_MAILS)
async def test_shadow_decides_as_earnest_does(ports: Ports, name: str) -> None:
    (earnest,) = await process(demo(name, 1), ports, (policy(),), AT)
    other = replace(demo(name, 2), sha256="0" * 64)
    shadow_ports = replace(ports, registry=type(ledger(ports))())
    (shadow,) = await process(other, shadow_ports, (SHADOW,), AT)
    assert (shadow.case.action, shadow.case.rule, shadow.case.kind) == (
        earnest.case.action,
        earnest.case.rule,
        earnest.case.kind,
    )
    assert (shadow.entries, shadow.letters) == ((), ())
    assert (ledger(shadow_ports).ledger.entries, ledger(shadow_ports).ledger.letters) == ([], {})


async def test_the_case_says_what_would_have_been(ports: Ports) -> None:
    (outcome,) = await process(demo("01"), ports, (SHADOW,), AT)
    case = outcome.case
    assert (case.shadow, case.action, case.rule) == (True, "register", "official-signed")
    assert case.reason == (
        "Chạy thử, lẽ ra: vào sổ den: Công văn số 3526/UBND-KGVX ngày 20/11/2026 của Ủy ban nhân dân tỉnh Bắc Kạn; "
        "văn bản có chữ ký số hợp lệ của cơ quan."
    )
    assert case.judgement is not None
    told = json.loads(case.judgement)
    assert told["documents"][0]["symbol"] == "3526/UBND-KGVX"
    assert [(each["kind"], each["suppressed"]) for each in told["letters"]] == [("accepted", None), ("notice", None)]


@pytest.mark.parametrize(
    ("name", "language", "reason"),
    [
        ("01", "en", "Shadow mode, would be: entered in book den: Công văn no. 3526/UBND-KGVX "),
        ("09", "vi", "Chạy thử, lẽ ra: chờ xử lý: "),
        ("09", "en", "Shadow mode, would be: waiting for a clerk: "),
    ],
)
async def test_nothing_is_called_registered(ports: Ports, name: str, language: str, reason: str) -> None:
    (outcome,) = await process(demo(name), ports, (replace(SHADOW, language=language),), AT)
    assert outcome.case.reason.startswith(reason)
    assert "registered" not in outcome.case.reason.lower()
    assert "đã đăng ký" not in outcome.case.reason.lower()


@pytest.mark.parametrize("name", ["11", "12", "13", "14"])
async def test_nothing_of_private_automatic_or_secret_mail_is_written_down(ports: Ports, name: str) -> None:
    (outcome,) = await process(demo(name), ports, (SHADOW,), AT)
    case = outcome.case
    assert case.action in ("pass", "stop")
    kept = (case.author, case.subject, case.message_id, case.judgement, case.evidence, case.next_hop_reply)
    assert kept == (None,) * 6


async def test_the_same_mail_again_would_be_a_duplicate(ports: Ports) -> None:
    await process(demo("01", 1), ports, (SHADOW,), AT)
    for number in (2, 3):
        mail = demo("01", number)
        content = b"X-Replay: %d\r\n" % number + mail.content
        again = replace(mail, content=content, sha256=hashlib.sha256(content).hexdigest())
        (outcome,) = await process(again, ports, (SHADOW,), AT)
        assert (outcome.case.action, outcome.case.rule) == ("duplicate", "shadow:same-mail")
        assert outcome.case.judgement is not None
        assert [each["suppressed"] for each in json.loads(outcome.case.judgement)["letters"]] == ["policy"]


async def test_the_same_held_mail_again_would_be_held_again(ports: Ports) -> None:
    await process(demo("09", 1), ports, (SHADOW,), AT)
    (outcome,) = await process(demo("09", 2), ports, (SHADOW,), AT)
    assert outcome.case.action == "hold"


async def test_mail_for_nobody_here_is_a_shadow_where_all_agencies_are(ports: Ports) -> None:
    stranger = ("x@elsewhere.example",)
    other = replace(policy(id="stc", domains=("stc.backan.gov.vn",)), shadow=False)
    (outcome,) = await process(demo("01", 1, recipients=stranger), ports, (SHADOW,), AT)
    assert outcome.case.shadow
    (outcome,) = await process(demo("01", 2, recipients=stranger), ports, (SHADOW, other), AT)
    assert not outcome.case.shadow


async def test_one_agency_may_be_in_shadow_beside_another(ports: Ports) -> None:
    other = policy(id="stc", domains=("stc.backan.gov.vn",), addresses=("vanthu@stc.backan.gov.vn",))
    recipients = (OURS, "vanthu@stc.backan.gov.vn")
    shadow, earnest = await process(demo("01", recipients=recipients), ports, (SHADOW, other), AT)
    assert (shadow.case.agency, shadow.case.shadow, shadow.entries) == ("sonv", True, ())
    assert (earnest.case.agency, earnest.case.shadow, earnest.entries[0].number) == ("stc", False, 1)
    assert {each.letter.agency for each in ledger(ports).ledger.letters.values()} == {"stc"}


async def test_leaving_shadow_begins_at_one_and_walks_nothing_again(
    ports: Ports, new_sqlite: Callable[[], str]
) -> None:
    engine = open_database(new_sqlite())
    real = replace(ports, registry=SqlRegistry(engine))
    for number, name in enumerate(("01", "02", "09"), 1):
        await process(demo(name, number), real, (SHADOW,), AT)
    books = Books(engine)
    assert (list(books.entries()), list(books.letters()), books.held(), list(books.cases())) == ([], [], (), [])

    (same,) = await process(demo("01", 1), real, (policy(),), AT)
    assert (same.case.shadow, same.entries) == (True, ())
    (new,) = await process(demo("03", 4), real, (policy(),), AT)
    assert new.entries[0].number == 1
    # What came in shadow mode was never entered, so its sender's second try is as good as the first.
    (again,) = await process(demo("01", 5), real, (policy(),), AT + timedelta(days=1))
    assert (again.case.action, again.entries[0].number) == ("register", 2)
    assert [letter.letter.kind.value for letter in books.letters(mail_id="mail-01-5")] == ["accepted", "notice"]

    assert [each.mail_id for each in books.cases(shadow=True)] == ["mail-01-1", "mail-02-2", "mail-09-3"]
    told = sorted((each.what, each.detail) for each in books.trace("mail-01-1"))
    assert told == [("accepted", "door hop"), ("shadow", "register, rule official-signed")]
    engine.dispose()


async def test_a_held_mail_of_shadow_mode_is_answered_when_it_comes_in_earnest(
    ports: Ports, new_sqlite: Callable[[], str]
) -> None:
    engine = open_database(new_sqlite())
    real = replace(ports, registry=SqlRegistry(engine))
    await process(demo("09", 1), real, (SHADOW,), AT)
    (outcome,) = await process(demo("09", 2), real, (policy(),), AT)
    (fresh,) = await process(demo("09", 1), ports, (policy(),), AT)
    assert [letter.suppressed for letter in outcome.letters] == [letter.suppressed for letter in fresh.letters]
    engine.dispose()
