"""Evidence is kept whole: a judgement can be repeated when the world has forgotten what it said."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbridge.decision.findings import Judgement
from mailbridge.errors import Unavailable
from mailbridge.kept import TrustFiles, load_evidence, trust_named_in
from mailbridge.lookups.zone import ZoneFile
from mailbridge.recheck import look_by, verdict_text
from mailbridge.record import evidence_object
from mailbridge.registry.entry import Known
from mailbridge.seen import Seen, judge_seen
from mailbridge.verify.digests import TrustDigests
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from tests.demo.builders_demo import AT, DEMO, demo, policy, reading
from tests.recheck.builders_recheck import Office, book_in

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

TRUST = Trust(anchors=(b"root",), others=(b"issuing", b"root"), crls=(b"list" * 1000,), sealers=("a.vn",))


def told(judgement: str) -> str:
    object_ = json.loads(judgement)
    return json.dumps({key: object_[key] for key in ("authentication", "signatures")}, ensure_ascii=False)


def judged(seen: Seen) -> Judgement:
    return judge_seen(seen, Known(), policy())[0]


@pytest.fixture
def office(tmp_path: Path, reading: object) -> Iterator[Office]:
    with book_in(tmp_path) as engine:
        yield Office(engine=engine, folder=tmp_path, reading=reading, names=ZoneFile(DEMO / "zone"))  # type: ignore[arg-type]  # the fixture of the demonstration


async def test_a_judgement_is_repeated_octet_for_octet_when_key_and_trust_are_gone(office: Office) -> None:
    """C7: the key was withdrawn, the folder of trust is empty; evidence and mail are enough."""
    outcome = await office.receive(demo("01"), AT)
    assert outcome.case.evidence is not None
    assert outcome.case.judgement is not None
    assert json.loads(outcome.case.judgement)["signatures"]
    evidence = load_evidence(outcome.case.evidence, office.files.load)
    assert evidence.trust == office.trust
    again = await look_by(evidence, demo("01"), office.reading)
    assert verdict_text(again, judged(again)) == told(outcome.case.judgement)
    bare = await look_by(Evidence(at=evidence.at, trust=Trust()), demo("01"), office.reading)
    assert verdict_text(bare, judged(bare)) != told(outcome.case.judgement)


async def test_a_mail_without_signatures_keeps_no_certificate(office: Office) -> None:
    outcome = await office.receive(demo("04"), AT)
    assert json.loads(outcome.case.judgement or "")["signatures"] == []
    assert tuple(trust_named_in(outcome.case.evidence or "")) == ()
    assert not (office.folder / "evidence").exists()


async def test_when_evidence_cannot_be_kept_the_mail_waits(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is decided on evidence that is not on the disk; with room again the same mail goes on."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="No space left"):
            await office.receive(demo("01"), AT)
    assert office.registry.decided("mail-01-1", "sonv") is None
    assert office.letters() == []
    assert (await office.receive(demo("01"), AT)).case.action == "register"


def test_each_object_is_kept_once_under_its_digest(tmp_path: Path) -> None:
    files = TrustFiles(tmp_path / "evidence")
    digests = files.keep(TRUST)
    assert files.keep(TRUST) == digests == TrustFiles(tmp_path / "evidence").keep(TRUST)
    assert digests.anchors[0] == digests.others[1]
    found = sorted(path.relative_to(tmp_path / "evidence") for path in tmp_path.rglob("*") if path.is_file())
    assert found == sorted(Path(name[:2]) / f"{name}.der" for name in digests)
    assert [files.load(name) for name in digests] == [b"root", b"issuing", b"list" * 1000]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "evidence").rglob("*.der")} == {0o600}


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """Whoever may write into the folder could have root write elsewhere."""
    (name,) = TrustFiles(tmp_path / "first").keep(Trust(anchors=(b"root",)))
    folder, other = tmp_path / "second" / name[:2], tmp_path / "other"
    folder.mkdir(parents=True)
    (folder / f".{name}.{os.getpid()}").symlink_to(other)
    assert TrustFiles(tmp_path / "second").keep(Trust(anchors=(b"root",))).anchors == (name,)
    assert (folder / f"{name}.der").read_bytes() == b"root"
    assert not other.exists()


def test_what_a_crash_left_is_written_anew(tmp_path: Path) -> None:
    files = TrustFiles(tmp_path)
    (name,) = files.keep(Trust(anchors=(b"root",)))
    path = tmp_path / name[:2] / f"{name}.der"
    path.write_bytes(b"ro")
    with pytest.raises(Unavailable, match="other octets"):
        files.load(name)
    TrustFiles(tmp_path).keep(Trust(anchors=(b"root",)))
    assert files.load(name) == b"root"


def test_what_is_gone_says_so(tmp_path: Path) -> None:
    files = TrustFiles(tmp_path / "evidence")
    files.keep(TRUST)
    shutil.rmtree(tmp_path / "evidence")
    with pytest.raises(Unavailable, match="No such file"):
        files.load("0" * 64)
    assert [files.load(name) for name in files.keep(TRUST)]


def test_evidence_comes_back_as_it_was(tmp_path: Path) -> None:
    files = TrustFiles(tmp_path)
    question = Question(name="s._domainkey.a.vn", type="TXT")
    answers = (
        Answer(question=question, answered=Answered.FOUND, values=(bytes(range(256)),), asked_at=AT, authentic=True),
        Answer(question=Question(name="b.vn", type="MX"), answered=Answered.UNANSWERED, asked_at=AT, detail="SERVFAIL"),
    )
    evidence = Evidence(at=AT, trust=TRUST, answers=answers)
    text = json.dumps(evidence_object(evidence, files.keep(TRUST)), ensure_ascii=False)
    assert load_evidence(text, files.load) == evidence


def test_what_older_programs_wrote_is_read(tmp_path: Path) -> None:
    """Without the key `trust`: no material was kept then."""
    text = '{"at": "2026-11-21T02:00:00Z", "answers": []}'
    assert load_evidence(text, TrustFiles(tmp_path).load) == Evidence(at=AT, trust=Trust())
    assert trust_named_in(text) == TrustDigests()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at": 1, "answers": []}', '{"at": "x", "answers": [{}]}', "null"])
def test_what_is_no_evidence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_evidence(text, lambda _: b"")
