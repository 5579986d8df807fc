from __future__ import annotations

from tests.corpus.builders_corpus import facts, negatives
from tests.corpus.orders import Form, Order, Shape, planned


def some(**choices: bool) -> list[Order]:
    return list(planned(tuple(facts().values()), tuple(negatives().values()), **choices))


def test_no_order_is_given_twice_and_the_plan_is_the_same_every_time() -> None:
    orders = some()
    assert len({order.id for order in orders}) == len(orders)
    assert orders == some()


def test_every_record_travels_as_text_pdf_and_as_docx() -> None:
    plain = {(order.record, order.form) for order in some() if order.shape is Shape.PLAIN}
    assert {(record, form) for record in facts() for form in (Form.PDF, Form.DOCX)} <= plain


def test_a_number_that_is_not_known_is_not_written_by_hand() -> None:
    assert not [order for order in some() if order.record == "d0127" and order.form is Form.SCAN_PEN]


def test_a_quick_plan_is_a_part_of_the_whole() -> None:
    assert len(some(quick=True)) < len(some()) / 2


def test_chances_are_those_of_the_order() -> None:
    order = Order(record="d1", form=Form.PDF)
    assert order.chance.random() == order.chance.random()
    assert order.chance.random() != Order(record="d1", form=Form.PDF, seed=2).chance.random()
