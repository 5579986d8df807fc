"""The root of a day is stamped by an authority, once; what fails is tried again later, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asn1crypto import tsp
from sqlalchemy import Engine

from mailbridge.cli.register_verify_roots import Stamped, judge_stamps
from mailbridge.registry import schema
from mailbridge.registry.database import open_database
from mailbridge.registry.journal_check import Asked, one_moment
from mailbridge.registry.journal_file import ProofFile, write_proof
from mailbridge.registry.journal_proof import Wrong
from mailbridge.registry.journal_roots import make_root, roots_of, stamps_of
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import Settings
from mailbridge.settings.pieces import ProofSettings
from mailbridge.verify.evidence import Trust
from mailbridge.wiring.stamping import Stamper
from tests.keys.pki import _stamper, make_pki
from tests.lookups.builders_hosts import Host, body, host
from tests.registry.builders_journal import TODAY, behind_our_back, enter, proven
from tests.registry.builders_registry import NOON
from tests.wiring.builders_wiring import settings_of

PKI = make_pki()
NOW = PKI.at


@dataclass
class Keeper:
    current: Trust


@dataclass
class Chosen:
    settings: Settings
    keeper: Keeper


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Engine]:
    """A book with two entries and the root of their day."""
    url = f"sqlite:///{tmp_path}/book.db"
    schema.upgrade(url)
    engine = open_database(url)
    for name in "ab":
        enter(SqlRegistry(engine), name)
    with engine.begin() as connection:
        assert make_root(connection, "sonv", TODAY)
    yield engine
    engine.dispose()


def stamping(handler: BaseHTTPRequestHandler, question: bytes) -> None:
    answer = _stamper(PKI.tsa, NOW - timedelta(minutes=1)).request_tsa_response(tsp.TimeStampReq.load(question))
    body(answer.dump(), Content_Type="application/timestamp-reply")(handler, question)


@pytest.fixture
def authority() -> Iterator[Host]:
    with host(tsa=stamping) as served:
        yield served


def chosen(folder: Path, served: Host, url: str | None = None) -> Chosen:
    settings = settings_of(folder, below=f'[trust]\nfetch = ["{served.name}"]\n')
    proof = ProofSettings(timestamp_url=served.at("/tsa") if url is None else url)
    return Chosen(replace(settings, proof=proof), Keeper(PKI.trust()))


def judged(engine: Engine, trust: Trust | None = None) -> Stamped:
    with one_moment(engine) as connection:
        roots, stamps = list(roots_of(connection)), list(stamps_of(connection))
    return judge_stamps(roots, stamps, trust or PKI.trust(), NOW)


def test_a_root_is_stamped_once_and_the_stamp_is_good(book: Engine, authority: Host, tmp_path: Path) -> None:
    stamper = Stamper(book)
    configuration = chosen(tmp_path, authority)
    assert stamper.stamp_due(configuration, NOW) == 1
    assert stamper.stamp_due(configuration, NOW) == 0
    assert authority.asked == [("POST", "/tsa")]
    assert authority.headers[0]["Content-Type"] == "application/timestamp-query"
    found = judged(book)
    assert (found.roots, found.stamps, found.good, found.faults) == (1, 1, 1, ())
    assert found.newest is not None
    assert found.newest[0].day == TODAY
    assert proven(book).faults == ()
    assert "01/01/2126" in found.told("vi")


def test_a_book_written_anew_with_its_roots_is_found_by_the_stamp(
    book: Engine, authority: Host, tmp_path: Path
) -> None:
    Stamper(book).stamp_due(chosen(tmp_path, authority), NOW)
    with behind_our_back(book) as connection:
        connection.exec_driver_sql("UPDATE root SET hash = 'f' || substr(hash, 2)")
        roots, stamps = list(roots_of(connection)), list(stamps_of(connection))
    found = judge_stamps(roots, stamps, PKI.trust(), NOW)
    assert [(each.wrong, each.agency) for each in found.faults] == [(Wrong.STAMP_WRONG, "sonv")]
    gone = judge_stamps([], stamps, PKI.trust(), NOW)
    assert [each.wrong for each in gone.faults] == [Wrong.STAMP_WRONG]


def test_the_stamp_comes_along_in_the_file(book: Engine, authority: Host, tmp_path: Path) -> None:
    Stamper(book).stamp_due(chosen(tmp_path, authority), NOW)
    path = tmp_path / "proof.gz"
    with one_moment(book) as connection, path.open("wb") as file:
        write_proof(connection, Asked(), file, now=NOON)
    proof = ProofFile(path)
    assert proof.prove().faults == ()
    found = judge_stamps(proof.roots, proof.stamps, PKI.trust(), NOW)
    assert (found.good, found.faults) == (1, ())
    unknown = judge_stamps(proof.roots, proof.stamps, Trust(), NOW)
    assert (unknown.good, unknown.faults) == (0, ())
    assert "could not be verified" in unknown.told("en")


def test_what_fails_is_tried_again_after_a_while(book: Engine, authority: Host, tmp_path: Path) -> None:
    configuration = chosen(tmp_path, authority)
    stamper = Stamper(book)
    authority.pages["/tsa"] = body(b"", 503)
    assert stamper.stamp_due(configuration, NOW) == 0
    authority.pages["/tsa"] = stamping
    assert stamper.stamp_due(configuration, NOW + timedelta(minutes=1)) == 0
    assert len(authority.asked) == 1
    assert stamper.stamp_due(configuration, NOW + timedelta(minutes=11)) == 1
    assert judged(book).good == 1


@pytest.mark.parametrize("reply", [b"<html>", b""], ids=("html", "empty"))
def test_what_is_no_stamp_is_not_kept(book: Engine, authority: Host, tmp_path: Path, reply: bytes) -> None:
    authority.pages["/tsa"] = body(reply)
    assert Stamper(book).stamp_due(chosen(tmp_path, authority), NOW) == 0
    assert judged(book).stamps == 0


def test_an_old_answer_played_again_is_not_kept(book: Engine, authority: Host, tmp_path: Path) -> None:
    other = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)},
            "nonce": 5,
            "cert_req": True,
        }
    )
    authority.pages["/tsa"] = body(_stamper(PKI.tsa, NOW).request_tsa_response(other).dump())
    assert Stamper(book).stamp_due(chosen(tmp_path, authority), NOW) == 0
    assert judged(book).stamps == 0


def test_nobody_is_asked_who_is_not_in_the_list(book: Engine, authority: Host, tmp_path: Path) -> None:
    with host(tsa=stamping) as stranger:
        assert Stamper(book).stamp_due(chosen(tmp_path, authority, stranger.at("/tsa")), NOW) == 0
        assert stranger.asked == []


def test_without_an_address_nothing_is_stamped(book: Engine, authority: Host, tmp_path: Path) -> None:
    assert Stamper(book).stamp_due(chosen(tmp_path, authority, ""), NOW) == 0
    assert authority.asked == []
