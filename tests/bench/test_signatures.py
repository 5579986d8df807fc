from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.costs import Cost
from bench.equipment import DEFAULT_BENCH, ROOT, RUN
from bench.imported import only_for_verdicts
from bench.signatures import report, what_is_missing

GOOD = {"status": "total-passed", "time_source": "claimed"}
STAMPED = GOOD | {"time_source": "timestamp"}


def _told(*, spf: str = "pass", dkim: tuple[str, ...] = ("pass",), action: str = "register", **other: Any) -> Any:
    authentication = {"spf": {"result": spf}, "dkim": [{"result": one} for one in dkim], "dmarc": {"result": "pass"}}
    told = {"authentication": authentication, "signatures": [GOOD, STAMPED], "decision": {"action": action}}
    return told | other


def test_the_mail_to_be_measured_is_good_in_everything() -> None:
    assert what_is_missing(_told()) is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (_told(spf="softfail"), "spf is softfail"),
        (_told(dkim=()), "dkim is none"),
        (_told(dkim=("pass", "fail")), "dkim is pass, fail"),
        (_told(signatures=[STAMPED]), "1 good signatures"),
        (_told(signatures=[STAMPED, GOOD | {"status": "indeterminate"}]), "1 good signatures"),
        (_told(signatures=[GOOD, GOOD]), "no timestamp"),
        (_told(action="hold"), "it would not be entered in the book"),
    ],
)
def test_a_mail_that_takes_another_way_is_not_measured(told: Any, said: str) -> None:
    assert what_is_missing(told) == said


def test_libraries_and_modules_that_judge_are_found_and_values_are_not() -> None:
    modules = (
        *("sys", "ssl", "mailbridge.verify", "mailbridge.verify.results", "mailbridge.verifying", "mailbridge.spool"),
        *("lxml.etree", "lxml", "mailbridge.verify.pdf", "mailbridge.reading.files", "dnssomething", "spool"),
    )
    assert only_for_verdicts(modules) == ("lxml", "mailbridge.reading.files", "mailbridge.verify.pdf")


def test_one_module_is_too_many_and_is_named() -> None:
    cost = Cost(name="a mail", limit=2.0, rounds=(1.0,))
    clean, dear = report("here", [cost], ()), report("here", [cost], ("lxml",))
    assert "2 of 2 aims met" in clean
    assert "only verdicts need: none." in clean
    assert "1 of 2 aims met" in dear
    assert "`lxml`" in dear


@pytest.mark.live
@pytest.mark.skipif(not (RUN / "corpus").is_dir(), reason="`make bench` was never run here")
@pytest.mark.skipif(not DEFAULT_BENCH.is_dir(), reason="no load generator beside the project")
def test_a_quick_run_measures_every_aim(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, "-m", "bench.signatures", "--quick", "--workdir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "of 6 aims met" in ran.stdout
    assert "not measured" not in ran.stdout
    assert not list(tmp_path.iterdir())
