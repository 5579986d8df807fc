"""From an order to the octets of a mail, and what a reader shall find in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from random import Random

from tests.corpus import hand, pages_docx, pages_old_pdf, pages_open, pages_pdf, pages_rtf, scans, signing_program
from tests.corpus.comparing import key
from tests.corpus.everyday import EVERYDAY
from tests.corpus.facts import Facts, Negative
from tests.corpus.flow import Block, Row, Text, blocks
from tests.corpus.legacy import VN_TIME
from tests.corpus.letter import ABSENT, Letter, write
from tests.corpus.mails import OFFICE, PRIVATE, Attached, mail, sent
from tests.corpus.office import Office, Wish
from tests.corpus.orders import Form, Order, Shape
from tests.corpus.shapes import shaped, zipped
from tests.corpus.style import NOTO, Style, style

OFFICIAL, OTHER, SECRET = "official-document", "other", "secret"
_NOTE = "Kính gửi quý cơ quan văn bản đính kèm.\n\nTrân trọng./.\n"
_PDF, _DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_CONVERTED = {
    Form.PDF_OFFICE: ("docx", "pdf", _PDF),
    Form.DOC: ("docx", "doc", "application/msword"),
    Form.RTF_OFFICE: ("docx", "rtf", "application/rtf"),
    Form.ODT_OFFICE: ("docx", "odt", "application/vnd.oasis.opendocument.text"),
    Form.XLS: ("xlsx", "xls", "application/vnd.ms-excel"),
    Form.DOC_OLD: ("docx", "doc", "application/msword"),
}
_SCANNERS = {
    Form.SCAN: scans.Scanner(dpi=200),
    Form.SCAN_PEN: scans.Scanner(dpi=200),
    Form.SCAN_COARSE: scans.Scanner(dpi=150, noise=5, blur=0.4),
    Form.SCAN_FINE: scans.Scanner(dpi=300, noise=10, as_type="jpg"),
    Form.SCAN_TIFF: scans.Scanner(dpi=200, grey=True, as_type="tiff"),
    Form.TWO_UP: scans.Scanner(dpi=200),
}


class NotMade(Exception):
    """This cannot be made here: the program that it needs is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedDocument:
    """
    What shall be read of one document, by the names of `Document`.

    `file` is the name of its main file; None when it has none, or a name that says nothing. `parts` is of how many
    files it consists.
    """

    file: str | None
    truth: Mapping[str, str]
    parts: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """
    A mail, and what shall be found in it.

    `kinds` are those that are right, the best first. `label` is the tên loại, or what a text is that is no document.
    """

    order: Order
    content: bytes
    kinds: tuple[str, ...]
    documents: tuple[WantedDocument, ...]
    label: str


class Maker:
    """Makes mails from the records of the corpus."""

    def __init__(self, facts: Mapping[str, Facts], negatives: Mapping[str, Negative], office: Office) -> None:
        self._facts, self._negatives, self._office = facts, negatives, office
        self._everyday = {each.id: each for each in EVERYDAY}

    def make(self, order: Order) -> Made:
        """
        Make one mail; the same order makes the same text every time.

        Raises:
            NotMade: a program that this machine does not have would have to convert a file.
        """
        if order.record in self._everyday:
            each = self._everyday[order.record]
            content = sent(each.made(), domain=PRIVATE)
            return Made(order=order, content=content, kinds=each.kinds, documents=(), label=each.label)
        if order.record in self._negatives:
            return _negative(self._negatives[order.record], order)
        if order.form is Form.COPIED:
            return _copied(self._facts[order.record], order)
        return self._document(order)

    def wishes(self, order: Order) -> Iterator[Wish]:
        """Tell which file of this order another program must convert."""
        if order.record in self._facts and order.form in _CONVERTED:
            chance = order.chance
            letter = write(self._facts[order.record], chance)
            yield _wish(letter, style(chance), order)

    def _document(self, order: Order) -> Made:
        facts = self._facts[order.record]
        chance = order.chance
        letter = write(facts, chance)
        habits = style(chance)
        if order.shape is Shape.SECRET:
            letter = replace(letter, urgency=chance.choice(("MẬT", "TỐI MẬT", "TUYỆT MẬT")))
        if order.form in (Form.BODY, Form.BODY_HTML):
            message = _pasted(letter, habits, order.form, chance)
            return _official(order, facts, sent(message), WantedDocument(file=None, truth=letter.truth))
        file, truth = self._file(letter, habits, order)
        subject = _subject(letter, chance)
        wanted = WantedDocument(file=file.name, truth=truth)
        match order.shape:
            case Shape.SECRET:
                content = sent(mail(subject, _NOTE, [file]))
                return Made(order=order, content=content, kinds=(SECRET,), documents=(), label="mark of secrecy")
            case Shape.ANNEX | Shape.SIGNED_ANNEX:
                message = mail(subject, _NOTE, _in_any_order([file, _annex(letter, order)], chance))
                return _official(order, facts, sent(message), replace(wanted, parts=2))
            case Shape.TWO | Shape.TWO_ZIPPED:
                return self._two(order, file, wanted)
            case _:
                shape, name = shaped(order.shape, subject, file, chance)
                return _official(order, facts, sent(shape), replace(wanted, file=name))

    def _two(self, order: Order, file: Attached, wanted: WantedDocument) -> Made:
        assert order.beside
        facts = self._facts[order.beside]
        chance = replace(order, record=order.beside).chance
        letter = write(facts, chance)
        other, truth = self._file(letter, style(chance), order)
        files = [file, other]
        if order.shape is Shape.TWO_ZIPPED:
            files = [Attached(name="van ban.zip", content=zipped(files), declared="application/zip")]
        content = sent(mail("Gửi các văn bản", _NOTE, files))
        return _official(
            order, self._facts[order.record], content, wanted, WantedDocument(file=other.name, truth=truth)
        )

    def _file(self, letter: Letter, habits: Style, order: Order) -> tuple[Attached, Mapping[str, str]]:
        """Make the file of a letter; return what is to be read in it."""
        name, form = _file_name(letter), order.form
        if form in _CONVERTED:
            _, ending, declared = _CONVERTED[form]
            content = self._office.find(_wish(letter, habits, order))
            if content is None:
                raise NotMade(f"{form.value} needs LibreOffice")
            return Attached(name=f"{name}.{ending}", content=content, declared=declared), letter.truth
        if form.is_scan:
            return _scan(letter, habits, order, name)
        if form in (Form.PDF, Form.PDF_SIGNED, Form.PDF_PEN):
            content, truth = _pdf(letter, habits, order)
            return Attached(name=f"{name}.pdf", content=content, declared=_PDF), truth
        return _flowing(form, name, blocks(letter, habits), habits), letter.truth


def _official(order: Order, facts: Facts, content: bytes, *documents: WantedDocument) -> Made:
    return Made(order=order, content=content, kinds=(OFFICIAL,), documents=documents, label=facts.kind)


def _flowing(form: Form, name: str, some: tuple[Block, ...], habits: Style) -> Attached:
    match form:
        case Form.DOCX:
            content = pages_docx.as_docx(some, size=habits.size)
            return Attached(name=f"{name}.docx", content=content, declared=_DOCX)
        case Form.DOCX_OLD:
            content = pages_docx.as_docx(some, font=VN_TIME, size=habits.size)
            return Attached(name=f"{name}.docx", content=content, declared=_DOCX)
        case Form.PDF_OLD:
            content = pages_old_pdf.as_old_pdf(some, size=habits.size)
            return Attached(name=f"{name}.pdf", content=content, declared=_PDF)
        case Form.RTF:
            content = pages_rtf.as_rtf(some, size=habits.size)
            # Word saves RTF under .doc when it is asked to.
            ending = "doc" if habits.share < 0.43 else "rtf"
            return Attached(name=f"{name}.{ending}", content=content, declared="application/msword")
        case Form.RTF_OLD:
            return Attached(name=f"{name}.rtf", content=pages_rtf.as_rtf(some, font=VN_TIME, size=habits.size))
        case Form.ODT:
            return Attached(name=f"{name}.odt", content=pages_open.as_odt(some))
        case Form.XLSX:
            return Attached(name=f"{name}.xlsx", content=pages_open.as_xlsx(some))
        case Form.HTML:
            ending = "doc" if habits.share < 0.43 else "html"
            return Attached(name=f"{name}.{ending}", content=pages_open.as_html(some).encode(), declared="text/html")
        case _:
            raise AssertionError(form)


def _wish(letter: Letter, habits: Style, order: Order) -> Wish:
    source, target, _ = _CONVERTED[order.form]
    font = VN_TIME if order.form is Form.DOC_OLD else habits.office_font
    some = blocks(letter, habits)
    if source == "docx":
        # Noto is wider than Times; whoever writes with it takes a smaller size.
        size = habits.size - 2.5 if font == NOTO else habits.size
        content = pages_docx.as_docx(some, font=font, size=size)
    else:
        content = pages_open.as_xlsx(some)
    return Wish(content=content, source=source, target=target, name=f"{font}{some!r}{habits.size}")


def _pdf(letter: Letter, habits: Style, order: Order) -> tuple[bytes, Mapping[str, str]]:
    chance = order.chance
    match order.form:
        case Form.PDF_SIGNED:
            open_letter, number, day = signing_program.blank(letter)
            return signing_program.fill(pages_pdf.as_pdf(open_letter, habits), number, day, chance), letter.truth
        case Form.PDF_PEN:
            written, pens = hand.by_hand(letter, chance)
            return pages_pdf.as_pdf(written, habits, pens, sealed=True), written.truth
        case _:
            return pages_pdf.as_pdf(letter, habits), letter.truth


def _scan(letter: Letter, habits: Style, order: Order, name: str) -> tuple[Attached, Mapping[str, str]]:
    chance = order.chance
    # On paper the stamp of the office that got it before is common.
    habits = replace(habits, stamp=chance.random() < 0.15, page_break=order.form is Form.TWO_UP or habits.page_break)
    pens = hand.printed(letter, chance)
    if order.form is Form.SCAN_PEN:
        letter, pens = hand.by_hand(letter, chance)
    pdf = pages_pdf.as_pdf(letter, habits, pens, sealed=True)
    if order.form is Form.PHOTO:
        return Attached(
            name="IMG_2041.jpg", content=scans.photographed(pdf, chance), declared="image/jpeg"
        ), letter.truth
    scanner = _SCANNERS[order.form]
    scan = scans.two_up if order.form is Form.TWO_UP else scans.scanned
    file = Attached(name=f"{name}.{scanner.as_type}", content=scan(pdf, scanner, chance))
    return file, letter.truth


def _annex(letter: Letter, order: Order) -> Attached:
    number = letter.truth["symbol"]
    lines = [
        "PHỤ LỤC I",
        "DANH MỤC NHIỆM VỤ VÀ PHÂN CÔNG THỰC HIỆN",
        f"(Kèm theo {letter.facts.kind} số {number} {letter.place_date.partition(', ')[2]})",
        *(f"{place}. Nhiệm vụ thứ {place}: đơn vị chủ trì, thời hạn hoàn thành" for place in range(1, 9)),
    ]
    if order.shape is Shape.SIGNED_ANNEX:
        mark = [f"Số: {number}", "Thời gian ký: 2026-11-20T08:12:33+07:00"]
        content = pages_pdf.typst_pdf(_TEXT_TYPST, lines=json.dumps(lines), mark=json.dumps(mark))
        return Attached(name="Phu luc kem theo.pdf", content=content, declared=_PDF)
    return Attached(name="Phu luc 1.docx", content=pages_docx.as_docx([Text(text=line) for line in lines]))


def _in_any_order(files: list[Attached], chance: Random) -> list[Attached]:
    chance.shuffle(files)
    return files


def _file_name(letter: Letter) -> str:
    return letter.name.replace("/", "_").replace(" ", "") if letter.truth["symbol"] else "Van ban"


def _subject(letter: Letter, chance: Random) -> str:
    subject = letter.truth["subject"]
    short = subject[:80].capitalize() if subject.isupper() else subject[:80]
    return chance.choice((f"{letter.name} {short}", f"Gửi văn bản {letter.name}", "Gửi văn bản", f"V/v {short}"))


def _pasted(letter: Letter, habits: Style, form: Form, chance: Random) -> EmailMessage:
    some = blocks(letter, habits)
    text = pages_open.as_text([_stacked(block) for block in some])
    html = pages_open.as_html(some) if form is Form.BODY_HTML else None
    return mail(_subject(letter, chance), text, html=html)


def _stacked(block: Block) -> Block:
    """Put the two columns of a table one under the other, as programs do that paste text."""
    return Row(left=(*block.left, *block.right), right=()) if isinstance(block, Row) else block


def _copied(facts: Facts, order: Order) -> Made:
    """Send the head as the page of the web shows it; a sentence about a document is no document."""
    text = "\n".join(facts.lines)
    content = sent(mail((facts.subject or facts.kind)[:70].capitalize(), f"{text}\n"))
    if not facts.is_letter:
        return Made(order=order, content=content, kinds=(OTHER, "working-mail"), documents=(), label="reference")
    if facts.header != "letterhead":
        kinds = (OFFICIAL, OTHER, "working-mail")
        return Made(order=order, content=content, kinds=kinds, documents=(), label=facts.kind)
    return _official(order, facts, content, WantedDocument(file=None, truth=_shown(facts)))


def _shown(facts: Facts) -> Mapping[str, str]:
    """Tell what a reader can know of a head: what the page does not show as the record has it is left to a person."""
    shown = key("subject", " ".join(facts.lines))
    fields = {
        "type": facts.kind,
        "symbol": facts.number,
        "issued_date": facts.issued.isoformat() if facts.issued else None,
        "issuer": facts.issuer,
        "subject": facts.subject,
        "place": facts.place,
        "superior": facts.superior,
    }
    return {
        name: value or ABSENT
        for name, value in fields.items()
        if name in ("type", "issued_date") or not value or key("subject", value) in shown
    }


_TEXT_TYPST = """
#set page(paper: "a4", margin: 25mm)
#set text(size: 12pt, lang: "vi", hyphenate: false, ligatures: false)
#if "mark" in sys.inputs { place(top + right, dy: -12mm, align(left, text(size: 10pt,
  json(bytes(sys.inputs.mark)).join(linebreak())))) }
#for line in json(bytes(sys.inputs.lines)) { par(line) }
"""


def _negative(text: Negative, order: Order) -> Made:
    kinds = {"petition": ("petition", OTHER, "personal"), "draft": ("working-mail", OTHER)}
    wanted = kinds.get(text.label, (OTHER, "working-mail", "automatic", "personal"))
    name = "".join(char for char in text.title.lower() if char.isalnum())[:24]
    lines = list(text.lines)
    domain = order.chance.choice((OFFICE, PRIVATE))
    note = "Gửi anh chị tham khảo.\n"
    match order.form:
        case Form.PDF:
            content = pages_pdf.typst_pdf(_TEXT_TYPST, lines=json.dumps(lines))
            message = mail(text.title[:80], note, [Attached(name=f"{name}.pdf", content=content)], domain=domain)
        case Form.DOCX:
            content = pages_docx.as_docx([Text(text=line) for line in lines])
            message = mail(text.title[:80], note, [Attached(name=f"{name}.docx", content=content)], domain=domain)
        case Form.BODY_HTML:
            html = pages_open.as_html([Text(text=line) for line in lines])
            headers = _NEWS if text.label in ("news", "article", "advert") else ()
            message = mail(text.title[:80], "\n".join(lines), html=html, domain=domain, headers=headers)
        case _:
            message = mail(text.title[:80], "\n\n".join(lines), domain=domain)
    return Made(order=order, content=sent(message, domain=domain), kinds=wanted, documents=(), label=text.label)


_NEWS = (("List-Unsubscribe", "<mailto:thoi@tin.corpus.vn>"), ("List-Id", "<tin.corpus.vn>"))
