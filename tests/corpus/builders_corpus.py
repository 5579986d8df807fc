"""The small corpus that lies beside the tests, and a run over it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.corpus.facts import Facts, Negative, read_facts, read_negatives
from tests.corpus.looking import Job
from tests.corpus.making import Maker
from tests.corpus.office import Office

_DATA = Path(__file__).parent / "data"
JOB = Job(
    documents=_DATA / "documents.jsonl", negatives=_DATA / "negatives.jsonl", converted=_DATA / "nothing-converted"
)


@cache
def facts() -> dict[str, Facts]:
    return {record.id: record for record in read_facts(JOB.documents)}


@cache
def negatives() -> dict[str, Negative]:
    return {text.id: text for text in read_negatives(JOB.negatives)}


def maker() -> Maker:
    return Maker(facts(), negatives(), Office(JOB.converted))
