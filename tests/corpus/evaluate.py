"""
How well documents are read: `make corpus`.

Makes mails from the records of the corpus, judges each through the real path, prints tables, and lists in
tests/corpus/run/missed.txt what went wrong. Exit status 1 when an aim is missed. With --accept the figures become those
that later runs are compared with, and docs/explanation/reading-quality.md shows them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.corpus import counting, looking, report
from tests.corpus.aims import AIMS
from tests.corpus.facts import read_facts, read_negatives
from tests.corpus.looking import Job, Outcome
from tests.corpus.office import Office
from tests.corpus.orders import Order, planned

HERE = Path(__file__).parent
RUN = HERE / "run"
ACCEPTED = HERE / "accepted.json"
PAGE = HERE.parents[1] / "docs" / "explanation" / "reading-quality.md"
_FEW = 40
"""As many mails are told one by one, each field; more in tables."""
_STEP = 200
"""Mails after which a log is told how far the run is; a terminal is told at each."""
_BEGIN, _END = "<!-- corpus: figures -->", "<!-- corpus: end of figures -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one evaluation."""
    given = _given(arguments)
    documents, negatives = given.corpus / "documents-dev.jsonl", given.corpus / "negatives-dev.jsonl"
    if not documents.exists():
        _say(f"There are no records at {given.corpus}; name their folder with CORPUS=…")
        return 1
    RUN.mkdir(exist_ok=True)
    keep = RUN / "kept" if given.keep else None
    if keep:
        keep.mkdir(exist_ok=True)
    job = Job(documents=documents, negatives=negatives, converted=RUN / "office", keep=keep)
    orders = list(planned(read_facts(documents), read_negatives(negatives), seed=given.seed, quick=given.quick))
    if given.only:
        orders = [order for order in orders if given.only in order.id]
    if given.text:
        orders = [order for order in orders if not order.form.is_scan]
    began = time.monotonic()
    orders = _possible(orders, job, given.jobs)
    outcomes = _outcomes(orders, job, given.jobs)
    if keep:
        _unpack(keep)
    if len(outcomes) <= _FEW:
        _show(outcomes)
        return 0
    return _told(outcomes, given, time.monotonic() - began)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--corpus", type=Path, default=Path("../shared/corpus"), help="folder of the records")
    reader.add_argument("--quick", action="store_true", help="one record in six")
    reader.add_argument("--text", action="store_true", help="without pictures, which take most of the time")
    reader.add_argument("--only", metavar="NAME", help="only mails with this in their name: d0127, d0127:scan, :zipped")
    reader.add_argument("--keep", action="store_true", help="keep mails and files in tests/corpus/run/kept")
    reader.add_argument("--accept", action="store_true", help="later runs are compared with this one")
    reader.add_argument("--seed", type=int, default=1, help="another number invents other documents")
    reader.add_argument("-j", dest="jobs", type=int, default=os.cpu_count() or 1, help="processes")
    return reader.parse_args(arguments)


def _possible(orders: Sequence[Order], job: Job, jobs: int) -> list[Order]:
    """Convert what LibreOffice has to convert; leave out and name what cannot be made."""
    maker = looking.maker_of(job)
    office = Office(job.converted)
    wishes = {order: list(maker.wishes(order)) for order in orders}
    missing = office.convert((wish for some in wishes.values() for wish in some), jobs)
    if not missing:
        return list(orders)
    _say(f"{missing} files are left out: they need LibreOffice (soffice), which is not here or did not convert them.")
    return [order for order in orders if all(office.find(wish) for wish in wishes[order])]


def _outcomes(orders: Sequence[Order], job: Job, jobs: int) -> list[Outcome]:
    done: list[Outcome] = []
    shown, began = sys.stderr.isatty(), time.monotonic()
    for outcome in looking.run(orders, job, jobs):
        done.append(outcome)
        if shown or len(done) % _STEP == 0:
            end = "\r" if shown else "\n"
            sys.stderr.write(f"{len(done)} of {len(orders)} after {time.monotonic() - began:.0f} s{end}")
    return sorted(done, key=lambda outcome: outcome.made.order.id)


def _told(outcomes: Sequence[Outcome], given: argparse.Namespace, seconds: float) -> int:
    found = report.figures(outcomes)
    # A quick run and another seed hold other documents: what they show is no change of the program.
    comparable = not (given.quick or given.text or given.only) and given.seed == 1
    accepted = report.load_accepted(ACCEPTED) if comparable and not given.accept else {}
    aimed = [aim for aim in AIMS if aim.figure in found]
    met = sum(aim.is_met(found) for aim in aimed)
    aims = "\n".join((f"{met} of {len(aimed)} aims met:", "", *(aim.told(found) for aim in aimed)))
    text = f"{len(outcomes)} mails.\n\n{aims}\n\n{report.tables(outcomes, found, accepted)}"
    _say(f"{text}\n")
    (RUN / "missed.txt").write_text("\n".join(report.missed(outcomes)) + "\n", encoding="utf-8")
    _say(f"{seconds:.0f} s. What was missed stands in {os.path.relpath(RUN / 'missed.txt')}.")
    if given.accept and comparable:
        report.save_accepted(ACCEPTED, found)
        put(PAGE, text)
        _say("These figures are accepted.")
    return 0 if met == len(aimed) else 1


def put(page: Path, text: str) -> None:
    """Replace what stands between the markers of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}\n{text.strip()}\n{_END}{after}", encoding="utf-8")


def _show(outcomes: Sequence[Outcome]) -> None:
    """Tell everything of a few mails."""
    for outcome in outcomes:
        _say(
            f"{outcome.made.order.id}: {outcome.kind} ({outcome.confidence:.2f}), {outcome.action} by {outcome.rule}, "
            f"{outcome.milliseconds:.0f} ms"
        )
        for problem in outcome.problems:
            _say(f"    problem: {problem}")
        for answer in counting.answers([outcome]):
            _say(f"    {report.told(answer)}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _unpack(folder: Path) -> None:
    """Lay the files of the kept mails beside them."""
    for file in folder.glob("*.eml"):
        for part in message_from_bytes(file.read_bytes(), policy=default).walk():
            name = part.get_filename()
            content = part.get_payload(decode=True)
            if name and isinstance(content, bytes):
                (folder / f"{file.stem}-{Path(name).name}").write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
