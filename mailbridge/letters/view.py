"""
What a letter template may use: the names here are a public surface, for agencies put their own templates over ours.

Every text is clean (one line, NFC, no hidden characters), every date and time is written out for Vietnam. `None` means
not known; a template has to ask before it prints one. A template sees nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailbridge.letters.replies_answers import AnswerView


@dataclass(frozen=True, kw_only=True, slots=True)
class AgencyView:
    """The receiving agency; `contact` is telephone and mailbox of the clerks, as far as there are any."""

    name: str
    address: str
    phone: str | None
    contact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailView:
    """
    The mail that the letter is about.

    `time` and `date` are those of receipt. `subject` may be None; `sender` is the single From address, None when there
    is none. Both are None in a notice about a secret mark, and `files` is 0. `in_mailbox`: the mail itself went the
    usual way to those it was sent to; False when somebody gave it to us by hand, or nobody knows.
    """

    id: str
    date: str
    time: str
    sender: str | None
    subject: str | None
    files: int
    in_mailbox: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A label and what stands behind it."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AssuranceView:
    """How far the documents can be relied on: one of five levels, 1 the best, why, and what the clerk does next."""

    level: int
    title: str
    reason: str
    next_step: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentView:
    """
    One document: as the book has it when it was registered, else as it was read.

    Attributes:
        number: The số đến, two digits at least; None when it was not registered.
        awaits_number: The number comes from another system and is not there yet; then it is not in the book.
        year: Year of the book.
        book_date: Day on which it came into the book, and `book_time` the time of receipt.
        name: Type, number and date as one phrase, "Công văn số 3526/VPCP-KGVX ngày 04/05/2013"; shorter when parts are
            not known, "Văn bản" at least.
        known_by: "Văn bản số … ngày …" as subjects of letters say it; None without number.
        about: Column 6 of the book, "Quyết định về việc ban hành …", "V/v tăng cường …"; `short_about` fits a subject.
        proposed_due: A deadline that was read from the text, with what speaks for it; nobody has set it yet.
        files: How many files of this mail belong to it.
        signatures: State of the digital signatures on its main file, in words; to be said only when `files` is known.
        paper: Whether paper or a signed version has to follow, in words for the sender; None while that is not known.
        fields: The columns of the book that are known and what else helps to find or enter it, in order.
        doubts: Required fields that were not read or not sure, and readings that contradict each other.
        signers: One row a signature that a person should look at: words, and who signed when; () when all is well.
    """

    number: str | None = None
    awaits_number: bool = False
    year: str | None = None
    book_date: str | None = None
    book_time: str | None = None
    name: str
    known_by: str | None = None
    type: str | None = None
    symbol: str | None = None
    issued_date: str | None = None
    issuer: str | None = None
    subject: str | None = None
    about: str | None = None
    short_about: str | None = None
    urgency: str | None = None
    due_date: str | None = None
    proposed_due: str | None = None
    files: int | None = None
    signatures: str
    paper: str | None = None
    fields: tuple[Row, ...] = ()
    doubts: tuple[Row, ...] = ()
    signers: tuple[Row, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeView:
    """What was changed: its name, and how it stood and stands; "" stands for nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageView:
    """
    What a clerk decided, in a letter that follows from it.

    Attributes:
        code: Of the edXML status, "02" to "16".
        title: The stage in words: "Đã phân công".
        short: The reason in a few words, for a subject; "" without one.
        sentence: The reason, a sentence; "" without one.
        is_question: The sender is asked to add something, and nothing is sent back.
        is_agreed: A recall or a change was agreed to.
        changes: What is different from what the sender was told before.
    """

    code: str
    title: str
    short: str = ""
    sentence: str = ""
    is_question: bool = False
    is_agreed: bool = False
    changes: tuple[ChangeView, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterView:
    """
    Everything of one letter; its fields are the names at the top of a template.

    Attributes:
        action: A word of CONTRACT.md `decision.action`; `badge` the same for readers.
        numbers: All numbers of the documents, "15, 16"; None when there are none.
        urgency_mark: "[HỎA TỐC]" or the like, None when nothing is urgent.
        addressee: Whom the letter greets.
        verdict: One sentence: who sent it by which proof, and what the signatures are.
        assurance: The level of the least reliable document; None when there is none.
        cautions: What to mind about the sender, a sentence each: another body, imitating, met for the first time.
        notes: What else is known of the sender, a sentence each: confirmed in writing, named in the directory.
        reasons: The deciding reason first; what the level of the documents says already is not among them.
        rule: Name of the office's own rule that decided, "" when what decided cannot be configured.
        files: Files that could not be opened, each with its reason.
        defects: What was irregular about the mail itself.
        check: The beginning of the letter's token, in groups, by which it can be checked; None in notices.
        stage: What a clerk decided; None in letters that follow from a judgement.
        answers: What a notice can be answered with, a mailto link each; () where no answer is taken.
    """

    agency: AgencyView
    mail: MailView
    documents: tuple[DocumentView, ...]
    action: str
    badge: str
    numbers: str | None
    urgency_mark: str | None
    addressee: str
    verdict: str
    reasons: tuple[str, ...]
    rule: str
    files: tuple[Row, ...]
    defects: tuple[str, ...]
    assurance: AssuranceView | None = None
    cautions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    check: str | None = None
    stage: StageView | None = None
    answers: tuple[AnswerView, ...] = ()
