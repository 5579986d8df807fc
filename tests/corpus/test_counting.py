from __future__ import annotations

from dataclasses import replace

from tests.corpus.counting import answers, book, calibration, is_right, kinds, main_share, paired, tally
from tests.corpus.looking import FIELDS, Found, FoundDocument, Outcome
from tests.corpus.making import OFFICIAL, Made, WantedDocument
from tests.corpus.orders import Form, Order

TRUTH = {
    "symbol": "12/QĐ-UBND",
    "issued_date": "2020-01-02",
    "type": "Quyết định",
    "issuer": "UBND",
    "subject": "về việc gì",
    "urgency": "",
}


def found(file: str | None = "a.pdf", parts: int = 1, **values: str) -> FoundDocument:
    read = {**dict.fromkeys(FIELDS, ""), **TRUTH, **values}
    fields = {
        name: Found(value=text, sure=0.97 if text else 0.0, source="", reason=None) for name, text in read.items()
    }
    return FoundDocument(file=file, parts=parts, fields=fields)


def outcome(
    *documents: FoundDocument,
    wanted: tuple[WantedDocument, ...] = (WantedDocument(file="a.pdf", truth=TRUTH),),
    action: str = "register",
    kind: str = OFFICIAL,
    right: tuple[str, ...] = (OFFICIAL,),
    confidence: float = 0.99,
) -> Outcome:
    order = Order(record="d1", form=Form.PDF)
    return Outcome(
        made=Made(order=order, content=b"", kinds=right, documents=wanted, label="Quyết định"),
        kind=kind,
        confidence=confidence,
        reasons=(),
        action=action,
        rule="",
        documents=documents,
        problems=(),
        milliseconds=1.0,
    )


def test_every_field_of_every_document_is_asked() -> None:
    wrong = outcome(found(symbol="13/QĐ-UBND", issuer=""))
    told = {answer.field: answer.match.value for answer in answers([wrong])}
    assert told == {**dict.fromkeys(TRUTH, "right"), "symbol": "wrong", "issuer": "absent"}


def test_a_document_that_was_not_found_is_absent_field_by_field() -> None:
    counted = tally(answers([outcome()]))
    # The urgency, which is not printed, is rightly not read.
    assert (counted.asked, counted.right, counted.absent, counted.nothing) == (6, 1, 5, 1)


def test_precision_and_recall_speak_of_values_and_not_of_blanks() -> None:
    counted = tally(answers([outcome(found(symbol="13/QĐ-UBND", issuer=""))]))
    assert counted.precision == 3 / 4
    assert counted.recall == 3 / 5
    assert counted.exact == 4 / 6


def test_a_wrong_entry_is_one_with_a_wrong_required_field() -> None:
    counted = book([outcome(found()), outcome(found(subject="khác")), outcome(found(urgency="khẩn"))])
    assert (counted.complete, counted.straight, counted.entries, counted.wrong) == (3, 2, 3, 1)


def test_what_is_held_is_neither_straight_nor_a_wrong_entry() -> None:
    counted = book([outcome(found(subject="khác"), action="hold")])
    assert (counted.straight, counted.entries, counted.wrong) == (0, 0, 0)


def test_an_entry_for_what_is_no_document_is_wrong() -> None:
    assert book([outcome(found(), wanted=(), right=("other",))]).wrong == 1


def test_a_document_too_many_is_wrong() -> None:
    assert not is_right(outcome(found(), found("b.pdf")))


def test_a_mail_without_complete_facts_cannot_go_straight_through() -> None:
    blank = WantedDocument(file="a.pdf", truth={**TRUTH, "symbol": ""})
    assert book([outcome(found(symbol=""), wanted=(blank,), action="hold")]).complete == 0


def test_documents_are_paired_by_the_name_of_their_file() -> None:
    first, second = WantedDocument(file="a.pdf", truth=TRUTH), WantedDocument(file="b.pdf", truth=TRUTH)
    pairs = paired(outcome(found("b.pdf"), found("a.pdf"), wanted=(first, second)))
    assert [(wanted.file, read.file if read else None) for wanted, read in pairs] == [
        ("a.pdf", "a.pdf"),
        ("b.pdf", "b.pdf"),
    ]


def test_the_main_file_counts_where_there_are_several() -> None:
    wanted = (WantedDocument(file="a.pdf", truth=TRUTH, parts=2),)
    right, other = outcome(found(parts=2), wanted=wanted), outcome(found("phu luc.docx", parts=2), wanted=wanted)
    assert main_share([right, other, outcome(found("z.pdf"))]) == 0.5


def test_official_mails_are_counted_by_what_they_are_and_what_they_were_taken_for() -> None:
    counted = kinds(
        [
            outcome(found()),
            outcome(kind="other"),
            outcome(found(), wanted=(), right=("other",), confidence=0.5),
            outcome(wanted=(), right=("other",), kind="other"),
            # A damaged head may be taken for either.
            outcome(right=(OFFICIAL, "other"), kind="other"),
        ]
    )
    assert (counted.recall, counted.precision, counted.sure_precision, counted.unsure_share) == (0.5, 0.5, 1.0, 0.25)


def test_calibration_counts_only_what_was_read() -> None:
    some = tuple(answers([outcome(found(subject="khác", issuer=""))]))
    assert calibration(some)[1] == ("0.95–0.99", 4, 3 / 4)
    assert replace(some[0].found, sure=1.0).sure == 1.0
