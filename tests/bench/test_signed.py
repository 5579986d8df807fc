from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import signed, timed
from bench.costs import Trying
from bench.equipment import ROOT
from bench.signatures import told_of, what_is_missing
from bench.signed import Signed, make
from tests.keys.pki import one_page_pdf

# The corpus of `make bench` is not there in a test run: a letter of one page has the same heads.
LETTER = one_page_pdf(("UY BAN NHAN DAN TINH GIA DINH", "So: 12/UBND-VP", "Kinh gui: Cac so, ban, nganh"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    folder = tmp_path_factory.mktemp("made") / "signed"
    folder.mkdir()
    (folder / "old.eml").touch()
    return make(folder, LETTER)


def test_what_an_earlier_run_made_is_gone(files: Signed) -> None:
    assert not files.usual.with_name("old.eml").exists()


def test_the_mails_have_their_sizes(files: Signed) -> None:
    assert files.usual.stat().st_size == pytest.approx(235_000, rel=0.01)
    assert files.large.stat().st_size == pytest.approx(5_000_000, rel=0.01)


def test_all_that_it_made_is_found_good(files: Signed, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "official.eml").write_bytes(files.official.read_bytes())
    trying = Trying(project=ROOT, zone=files.zone, at=signed.AT.isoformat(), words=told_of(files))
    told = json.loads(trying.said(folder))
    # A page without accents is not entered by itself; what is proven by it is looked at here.
    assert what_is_missing(told | {"decision": {"action": "register"}}) is None


@pytest.mark.parametrize("what", ["dkim", "pdf", "pdf-in-child"])
def test_each_round_has_its_line(files: Signed, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, world = (files.usual, ("--zone", files.zone)) if what == "dkim" else (files.pdf, ("--trust", files.trust))
    timed.main([what, str(file), *map(str, world), "--at", signed.AT.isoformat(), "--rounds", "2", "--times", "1"])
    assert len([float(line) for line in capsys.readouterr().out.split()]) == 2


@pytest.mark.parametrize("what", ["pdf", "pdf-in-child"])
def test_a_file_that_is_not_good_is_not_measured(files: Signed, what: str, tmp_path: Path) -> None:
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(files.pdf.read_bytes().replace(b"12/UBND", b"13/UBND"))
    with pytest.raises(SystemExit, match="two good signatures"):
        timed.main([what, str(changed), "--trust", str(files.trust), "--at", signed.AT.isoformat()])


def test_a_mail_that_does_not_pass_is_not_measured(files: Signed, tmp_path: Path) -> None:
    silent = tmp_path / "zone"
    silent.write_text("", encoding="ascii")
    with pytest.raises(SystemExit, match="does not pass"):
        timed.main(["dkim", str(files.usual), "--zone", str(silent), "--at", signed.AT.isoformat()])


def test_the_first_judgement_does_not_count() -> None:
    calls: list[None] = []
    costs = list(timed.costs_of(lambda: calls.append(None), 3, 4))
    assert len(costs) == 3
    assert len(calls) == 1 + 3 * 4
