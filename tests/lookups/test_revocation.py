"""Trust is kept fresh behind the walk, by what can be believed only."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography.x509 import ocsp

from mailbridge.lookups.revocation import Attempt, Came, TrustKeeper
from mailbridge.lookups.revocation_check import CheckedAnswer
from mailbridge.lookups.revocation_fetch import Fetcher
from mailbridge.lookups.revocation_kept import Kept
from mailbridge.lookups.revocation_store import RevocationStore
from mailbridge.lookups.trust import Held, Kind
from tests.lookups.builders_hosts import Host, Reply, body, drip, host
from tests.lookups.builders_trust import (
    DAY,
    HOUR,
    NOW,
    Party,
    authority,
    held,
    judged,
    make_answer,
    make_list,
    make_party,
    person,
)

CA = authority()
MINUTE = timedelta(minutes=1)


def keeper(
    folder: Path,
    served: Host | None = None,
    *,
    brought: Sequence[Held] = (),
    lists: Sequence[str] = (),
    parties: Sequence[Party] = (CA,),
    now: datetime = NOW,
    patience: float = 5.0,
) -> TrustKeeper:
    return TrustKeeper(
        (*held(*parties), *brought),
        store=RevocationStore(folder / "trust"),
        fetcher=Fetcher([served.name] if served else (), patience=patience),
        sealers=("lists.gov.vn",),
        lists=[served.at(path) for path in lists] if served else (),
        now=now,
    )


def brought(der: bytes) -> Held:
    return Held(kind=Kind.LIST, der=der, file=Path("trust/a.crl"))


def problem(trust: TrustKeeper) -> str | None:
    return trust.store_problem


def answers(trust: TrustKeeper) -> int:
    return len(trust.current.ocsps)


def came(attempts: Sequence[Attempt]) -> list[Came]:
    return [each.came for each in attempts]


def test_the_next_mail_meets_a_list_that_was_fetched(tmp_path: Path) -> None:
    der = make_list(CA, [person()])
    with host(a_crl=body(der)) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl"])
        assert (trust.current.anchors, trust.current.crls) == ((CA.der,), ())
        assert trust.current.sealers == ("lists.gov.vn",)
        (attempt,) = trust.refresh(NOW)
        assert (attempt.came, attempt.about) == (Came.NEW, "RootCA thử nghiệm")
        assert trust.current.crls == (der,)
        assert trust.refresh(NOW + MINUTE) == ()
        assert came(trust.refresh(NOW + HOUR)) == [Came.SAME]
        assert trust.problems() == {}
    assert keeper(tmp_path).current.crls == (der,), "it outlives a restart, also where nothing is fetched any more"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (body(make_list(make_party(), claimed=CA)), "no certificate that we hold has signed"),
        (body(make_list(CA, this_update=NOW - 2 * DAY)), "older than the one that we have"),
        (body(make_list(CA, this_update=NOW + DAY)), "from the future"),
        (body(b"<html>maintenance</html>"), "no list could be read"),
        (body(b"", 500), "HTTP 500"),
        (body(b"", 302, Location="http://evil.vn/a.crl"), "is not in the list of hosts"),
    ],
    ids=["forged", "older", "future", "garbage", "500", "elsewhere"],
)
def test_what_cannot_be_believed_changes_nothing(tmp_path: Path, reply: Reply, why: str) -> None:
    ours = make_list(CA, [person()])
    with host(a_crl=body(ours)) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl"])
        trust.refresh(NOW)
        served.pages["/a.crl"] = reply
        (attempt,) = trust.refresh(NOW + HOUR)
        assert attempt.came is Came.NOTHING
        assert why in (attempt.problem or "")
        assert trust.problems() == {served.at("/a.crl"): attempt.problem}
        assert trust.current.crls == (ours,)
        assert keeper(tmp_path).current.crls == (ours,)
        newer = make_list(CA, this_update=NOW + HOUR)
        served.pages["/a.crl"] = body(newer)
        assert came(trust.refresh(NOW + 2 * HOUR)) == [Came.NEW]
        assert trust.current.crls == (newer,)


def test_a_list_brought_by_hand_is_not_beaten_by_an_older_one(tmp_path: Path) -> None:
    with host(a_crl=body(make_list(CA, this_update=NOW - DAY))) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl"], brought=[brought(make_list(CA, [person()]))])
        assert came(trust.refresh(NOW)) == [Came.NOTHING]
        served.pages["/a.crl"] = body(make_list(CA, this_update=NOW - MINUTE))
        assert came(trust.refresh(NOW + HOUR)) == [Came.NEW]
        assert len(trust.current.crls) == 2, "what the administrator has put there is not taken away"


def test_a_list_that_is_over_stays_and_is_told_of(tmp_path: Path) -> None:
    old = make_list(CA, this_update=NOW - 8 * DAY)
    with host(a_crl=body(old)) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl"])
        trust.refresh(NOW)
        served.pages.clear()
        trust.refresh(NOW + HOUR)
        assert trust.current.crls == (old,)
        (alarm,) = trust.alarms(NOW, (90, 30, 7))
        assert (alarm.facts.kind, alarm.within) == (Kind.LIST, None)


def test_a_dead_host_is_not_asked_again_and_again(tmp_path: Path) -> None:
    with host() as served:
        served.pages["/a.crl"] = served.pages["/b.crl"] = drip(served.over, 0.05)
        trust = keeper(tmp_path, served, lists=["/a.crl", "/b.crl"], patience=0.2)
        assert came(trust.refresh(NOW)) == [Came.NOTHING], "the second address is at the same host"
        assert trust.refresh(NOW + MINUTE / 2) == ()
        assert len(trust.refresh(NOW + MINUTE)) == 1
        assert len(trust.refresh(NOW + MINUTE, everything=True)) == 2
        assert trust.current.anchors == (CA.der,)


def test_addresses_of_judged_certificates_are_fetched_when_their_host_may_be_asked(tmp_path: Path) -> None:
    with host(a_crl=body(make_list(CA))) as served:
        trust = keeper(tmp_path, served)
        trust.note([judged(person(), CA, served.at("/a.crl"), "http://elsewhere.vn/b.crl", "ldap://ca/x")])
        assert came(trust.refresh(NOW)) == [Came.NEW]
        assert served.asked == [("GET", "/a.crl")]
        closed = keeper(tmp_path / "other")
        closed.note([judged(person(), CA, served.at("/a.crl"))])
        assert closed.refresh(NOW) == ()


def test_a_responder_is_asked_for_a_signature_that_could_not_be_checked(tmp_path: Path) -> None:
    with host() as served:
        answer = make_answer(person(), CA, status=ocsp.OCSPCertStatus.REVOKED)
        served.pages["/ocsp"] = body(answer)
        trust = keeper(tmp_path, served)
        trust.note([judged(person(), CA, served.at("/ocsp"), sub_indication=None)])
        assert trust.refresh(NOW) == (), "it was checked already"
        trust.note([judged(person(), CA, served.at("/ocsp"))] * 3)
        (attempt,) = trust.refresh(NOW)
        assert (attempt.came, attempt.about) == (Came.NEW, f"{person().serial:x}")
        assert trust.current.ocsps == (answer,)
        assert trust.refresh(NOW + DAY) == (), "nobody asks twice"
        assert keeper(tmp_path).current.ocsps == (answer,)
        assert served.asked == [("POST", "/ocsp")]


def test_a_list_at_an_address_that_looks_like_a_responder_is_found(tmp_path: Path) -> None:
    def reply(handler: BaseHTTPRequestHandler, question: bytes) -> None:
        body(b"", 405)(handler, b"") if question else body(make_list(CA))(handler, b"")

    with host() as served:
        served.pages["/crl"] = reply
        trust = keeper(tmp_path, served)
        trust.note([judged(person(), CA, served.at("/crl"))])
        assert came(trust.refresh(NOW)) == [Came.NEW]
        assert served.asked == [("POST", "/crl"), ("GET", "/crl")]
        assert came(trust.refresh(NOW + HOUR)) == [Came.SAME]
        assert served.asked[2:] == [("GET", "/crl")]


@pytest.mark.parametrize(
    "answer",
    [
        make_answer(person(), CA, by=make_party("Kẻ khác")),
        make_answer(person(), CA, status=ocsp.OCSPCertStatus.UNKNOWN),
        make_answer(make_party("Trần Thị Bình", by=CA, ca=False), CA),
        b"garbage",
    ],
    ids=["forged", "unknown", "other", "garbage"],
)
def test_answers_that_say_nothing_are_not_kept(tmp_path: Path, answer: bytes) -> None:
    with host(ocsp=body(answer)) as served:
        trust = keeper(tmp_path, served)
        trust.note([judged(person(), CA, served.at("/ocsp"))])
        assert came(trust.refresh(NOW)) == [Came.NOTHING]
        assert trust.current.ocsps == ()
        assert trust.refresh(NOW) == ()
        assert len(trust.refresh(NOW + MINUTE)) == 1


def test_answers_go_when_their_time_is_over_and_a_revocation_stays(tmp_path: Path) -> None:
    other = make_party("Trần Thị Bình", by=CA, ca=False)
    with host() as served:
        served.pages["/good"] = body(make_answer(person(), CA))
        served.pages["/bad"] = body(make_answer(other, CA, status=ocsp.OCSPCertStatus.REVOKED))
        trust = keeper(tmp_path, served)
        trust.note([judged(person(), CA, served.at("/good")), judged(other, CA, served.at("/bad"))])
        trust.refresh(NOW)
        assert answers(trust) == 2
        trust.refresh(NOW + 2 * DAY)
        assert answers(trust) == 1
        assert len(list((tmp_path / "trust").glob("*.ors"))) == 1
        assert len(keeper(tmp_path, now=NOW + 2 * DAY).current.ocsps) == 1


def test_who_is_not_issued_by_one_of_ours_makes_us_ask_nobody(tmp_path: Path) -> None:
    stranger = make_party()
    assert stranger.certificate.subject == CA.certificate.subject
    with host(ocsp=body(make_answer(person(), CA)), a_crl=body(make_list(CA))) as served:
        trust = keeper(tmp_path, served)
        forged, addresses = make_party("An", by=stranger, ca=False), (served.at("/ocsp"), served.at("/a.crl"))
        trust.note(judged(forged, stranger, *addresses, chain=chain) for chain in (True, False))
        # By name the chain may lead to one of ours all the same.
        trust.note([judged(forged, CA, *addresses, sub_indication="NO_CERTIFICATE_CHAIN_FOUND")])
        assert trust.refresh(NOW) == ()
        assert served.asked == []


def test_the_sources_of_held_certificates_are_fetched_too(tmp_path: Path) -> None:
    with host() as served:
        listed = make_party("CA cấp dưới 1", by=CA, lists=[served.at("/root.crl"), "ldap://x/"])
        asked = make_party("CA cấp dưới 2", by=CA, responders=[served.at("/ocsp")])
        served.pages["/root.crl"] = body(make_list(CA))
        served.pages["/ocsp"] = body(make_answer(asked, CA))
        trust = keeper(tmp_path, served, parties=(CA, listed, asked))
        assert came(trust.refresh(NOW)) == [Came.NEW, Came.NEW]
        assert (len(trust.current.crls), len(trust.current.ocsps)) == (1, 1)
        assert len(trust.refresh(NOW + HOUR)) == 2, "both are asked for as long as the certificates are held"


def test_a_store_that_cannot_be_written_costs_the_next_start_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "trust").write_text("a file")
    with host(a_crl=body(make_list(CA))) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl"])
        attempts = trust.refresh(NOW)
        assert came(attempts) == [Came.NEW]
        assert len(trust.current.crls) == 1
        assert problem(trust)
        trust.tell(attempts)
        assert "lost at the next start" in caplog.text
        (tmp_path / "trust").unlink()
        served.pages["/a.crl"] = body(make_list(CA, this_update=NOW))
        trust.refresh(NOW + HOUR)
        assert problem(trust) is None


def test_what_another_process_fetched_is_taken_over(tmp_path: Path) -> None:
    with host(a_crl=body(make_list(CA))) as served:
        running = keeper(tmp_path)
        keeper(tmp_path, served, lists=["/a.crl"]).refresh(NOW)
        assert running.current.crls == ()
        running.refresh(NOW)
        assert len(running.current.crls) == 1


def test_a_change_of_the_configuration_keeps_what_was_noted(tmp_path: Path) -> None:
    with host(a_crl=body(make_list(CA)), b_crl=body(make_list(CA))) as served:
        before = keeper(tmp_path, served, lists=["/a.crl"])
        before.note([judged(person(), CA, served.at("/b.crl"))])
        before.refresh(NOW)
        after = keeper(tmp_path, served, lists=["/a.crl"])
        after.follow(before)
        assert after.refresh(NOW + MINUTE) == ()
        assert len(after.refresh(NOW + HOUR)) == 2
        closed = keeper(tmp_path)
        closed.follow(before)
        assert closed.refresh(NOW + HOUR) == ()


def test_the_end_stops_between_two_questions(tmp_path: Path) -> None:
    with host(a_crl=body(b"x"), b_crl=body(b"x")) as served:
        trust = keeper(tmp_path, served, lists=["/a.crl", "/b.crl"])
        assert len(trust.refresh(NOW, is_over=lambda: True)) == 1


def test_an_alarm_is_logged_once_for_each_span(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ends = NOW + 100 * DAY
    short = make_party("CA sắp hết hạn", begin=ends - 400 * DAY, days=400)
    trust = keeper(tmp_path, parties=(short,))
    logged = []
    for day in range(102):
        for _ in range(3):
            with caplog.at_level(logging.WARNING):
                caplog.clear()
                trust.warn(NOW + day * DAY + MINUTE, (90, 30, 7))
                logged += [(day, record.getMessage()) for record in caplog.records]
    assert logged == [
        (10, "trust material ends soon"),
        (70, "trust material ends soon"),
        (93, "trust material ends soon"),
        (100, "trust material is over"),
    ]


def test_lists_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_party("CA khác")
    with host(a_crl=body(make_list(CA)), b_crl=body(make_list(other))) as served:
        monkeypatch.setattr("mailbridge.lookups.revocation_kept._MOST_OCTETS", len(make_list(CA)) + 10)
        trust = keeper(tmp_path, served, lists=["/a.crl", "/b.crl"], parties=(CA, other))
        assert came(trust.refresh(NOW)) == [Came.NEW, Came.NOTHING]


def test_answers_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of revoked certificates stay longest."""
    monkeypatch.setattr("mailbridge.lookups.revocation_kept._MOST_ANSWERS", 2)
    kept = Kept(RevocationStore(tmp_path), (), [CA.der], NOW)
    for serial, days, revoked in ((1, 1, True), (2, 9, False), (3, 5, False)):
        end = NOW + days * DAY
        kept.take_answer(CheckedAnswer(der=b"", key=str(serial), revoked=revoked, this_update=NOW, next_update=end))
    assert {each.file.stem for each in kept.held()} == {"1", "3"}
