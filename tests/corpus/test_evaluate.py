"""A small part of `make corpus`: figures that must hold for documents made from ten records, through the real path."""

from __future__ import annotations

import pytest

from tests.corpus import counting, report
from tests.corpus.builders_corpus import JOB, facts
from tests.corpus.comparing import Match
from tests.corpus.evaluate import main, put
from tests.corpus.looking import Outcome, run_here
from tests.corpus.orders import Form, Order, Shape

_RECORDS = tuple(facts())
_ORDERS = (
    *(Order(record=record, form=form) for record in _RECORDS for form in (Form.PDF, Form.DOCX)),
    *(
        Order(record="d0012", form=form)
        for form in (Form.RTF, Form.ODT, Form.XLSX, Form.DOCX_OLD, Form.HTML, Form.BODY)
    ),
    Order(record="d0022", form=Form.PDF, shape=Shape.ZIPPED),
    Order(record="d0134", form=Form.DOCX, shape=Shape.FORWARDED),
    Order(record="d0076", form=Form.PDF, shape=Shape.SECRET),
    Order(record="d0082", form=Form.SCAN),
    Order(record="d0059", form=Form.SCAN_PEN),
    *(Order(record=text, form=form) for text in ("n0001", "n0093", "n0133") for form in (Form.PDF, Form.BODY)),
    Order(record="e-chatter-10", form=Form.EVERYDAY),
)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return list(run_here(_ORDERS, JOB))


def of(outcomes: list[Outcome], *forms: Form) -> list[Outcome]:
    return [each for each in outcomes if each.made.order.form in forms]


def test_official_mails_are_taken_for_official_and_others_are_not(outcomes: list[Outcome]) -> None:
    counted = counting.kinds(outcomes)
    assert (counted.recall, counted.precision) == (1.0, 1.0)


def test_required_fields_of_files_with_text_are_right(outcomes: list[Outcome]) -> None:
    text = [each for each in outcomes if each.made.order.form.is_text_layer]
    missed = [report.told(each) for each in counting.answers(text) if each.match is not Match.RIGHT]
    required = [line for line in missed if line.split(" ")[1] in counting.REQUIRED]
    assert len(required) <= 2, "\n".join(missed)


def test_no_entry_is_wrong(outcomes: list[Outcome]) -> None:
    assert counting.book(outcomes).wrong == 0


def test_most_documents_need_no_hand(outcomes: list[Outcome]) -> None:
    assert counting.book(of(outcomes, Form.PDF, Form.DOCX)).straight_share >= 0.85


def test_a_number_by_hand_is_left_to_a_person(outcomes: list[Outcome]) -> None:
    (scan,) = of(outcomes, Form.SCAN_PEN)
    assert scan.action == "hold"
    assert not [each for each in counting.answers([scan]) if each.field == "symbol" and each.match is Match.WRONG]


def test_a_mark_of_secrecy_stops_the_mail(outcomes: list[Outcome]) -> None:
    assert [each.action for each in outcomes if each.made.order.shape is Shape.SECRET] == ["stop"]


def test_tables_name_every_figure(outcomes: list[Outcome]) -> None:
    found = report.figures(outcomes)
    accepted = {**found, "official: recall": 0.5}
    told = report.tables(outcomes, found, accepted)
    assert "| recall | 100.0 % (+50.0) |" in told
    assert "### Fields: text layer" in told


def test_what_was_missed_is_listed_with_record_and_both_values(outcomes: list[Outcome]) -> None:
    for line in report.missed(outcomes):
        assert any(each.made.order.id in line for each in outcomes), line


def test_without_records_nothing_is_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert main(["--corpus", str(tmp_path_factory.mktemp("empty"))]) == 1


def test_the_page_keeps_what_stands_around_the_figures(tmp_path_factory: pytest.TempPathFactory) -> None:
    page = tmp_path_factory.mktemp("docs") / "page.md"
    page.write_text("before\n<!-- corpus: figures -->\nold\n<!-- corpus: end of figures -->\nbehind\n")
    put(page, "new\n")
    assert page.read_text() == "before\n<!-- corpus: figures -->\nnew\n<!-- corpus: end of figures -->\nbehind\n"
