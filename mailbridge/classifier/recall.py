"""
What a mail asks of a document that was sent before: to take it back, to put another in its place, to change it.

An edXML packet says so in its header (QCVN 102:2016/BTTTT, BussinessDocType 1, 2, 3), and what the header says stands
before every word around it. A mail says so in its subject, its text, or in the trích yếu of the letter it carries
(NĐ 30/2020/NĐ-CP, Điều 18 khoản 3: the receiver of a recall cancels the document). That one document repeals another
by law ("Quyết định này thay thế Quyết định số …") is no such thing: it takes nothing back that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from mailbridge.classifier.kinds import Asks, Notice
from mailbridge.classifier.mentions import mentions
from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.classifier.writing import plain
from mailbridge.mail.canonical import nfc
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.message import Message

_BEFORE = 120
_LONGEST = 4_000
"""Characters of a mail's text that are read: whoever asks to take something back says so at once."""

_DOCUMENT = (
    r"(?:van ban|cong van|quyet dinh|thong bao|giay moi|thu moi|ke hoach|to trinh|bao cao|huong dan|cong dien|chi thi|"
    r"nghi quyet|chuong trinh|quy che|quy dinh|phuong an|de an|thong tu|tai lieu|tep|ban)"
)
_ADDED = r"(?:dien tu|da gui|da phat hanh|da ban hanh|giay|nham|neu tren|ke tren|hanh chinh|ky so)"
_NAMED = (
    rf"(?:(?:cac|nhung|toan bo|ca)\s+)?(?:{_DOCUMENT}\s+(?:{_ADDED}\s+){{0,3}}){{0,2}}"
    r"(?:co\s+)?(?:so\s{0,2}[:.]?\s{0,2})?\Z"
)
_RECALL = re.compile(
    rf"(?<!\w)(?:thu hoi|lay lai|rut lai)(?:\s*(?:,|va)\s*huy(?: bo)?)?(?:\s+hieu luc)?(?:\s+lai)?\s*:?\s+{_NAMED}",
    re.IGNORECASE,
)
_REPLACE = re.compile(rf"(?<!\w)thay(?: the)?(?:\s+cho)?\s*:?\s+{_NAMED}", re.IGNORECASE)
_NOT = re.compile(r"(?<!\w)(?:khong|chua|chang|dung)(?:\s+\w+){0,2}\s+(?:thu hoi|lay lai|rut lai|thay)", re.IGNORECASE)
_SENT_BEFORE = re.compile(
    r"(?<!\w)da (?:gui|phat hanh|chuyen|ban hanh)(?!\w)|(?<!\w)gui (?:lai|nham)(?!\w)", re.IGNORECASE
)


def notices(
    message: Message, edxml: Mapping[str, EdxmlHeader], subjects: Sequence[str] = (), *, carries_document: bool = False
) -> tuple[Notice, ...]:
    """
    Tell what a mail asks of earlier documents, each once.

    Args:
        edxml: Headers of packets by part; with one that is no status, the words of the mail count for nothing.
        subjects: The trích yếu of the documents in the mail.
        carries_document: A document came along, which may be the one that replaces another.

    Raises nothing.
    """
    headers = {part: header for part, header in edxml.items() if header.action is not None}
    if headers:
        return _once(each for part, header in headers.items() for each in _of_header(part, header))
    texts = (("subject", message.subject), ("text", message.text[:_LONGEST]))
    said = [each for source, text in texts for each in _of_text(text, source, replacing=carries_document)]
    said += [each for text in subjects for each in _of_text(text, "trích yếu", replacing=False)]
    return _once(said)


_BUSINESS = {"revoke": Asks.RECALL, "update": Asks.UPDATE, "replace": Asks.REPLACE}


def _of_header(part: str, header: EdxmlHeader) -> Iterator[Notice]:
    asks = _BUSINESS.get(header.action or "")
    if asks is None:
        return
    for symbol, issued in _earlier(header, asks):
        yield Notice(
            asks=asks,
            symbol=symbol,
            issued=issued,
            issuer=header.organ_name,
            source=f"part {part}, edXML",
            reason=header.reason,
        )


def _earlier(header: EdxmlHeader, asks: Asks) -> Iterator[tuple[str, date | None]]:
    """Name the earlier documents; a recall that names none by its id is about the one that its header describes."""
    found = [named for named in map(_by_id, header.earlier) if named is not None]
    if not found and asks is not Asks.REPLACE and header.number:
        text = f"{header.number}/{header.notation}" if header.notation else header.number
        found = [(_normal(text), header.issued_date)]
    yield from found


def _by_id(text: str) -> tuple[str, date | None] | None:
    """Read the id of a document, "000.00.00.G22,2018/09/20,7816/VPCP-TTĐT"; None when it is not of this form."""
    parts = text.split(",", 2)
    if len(parts) != 3 or not parts[2].strip():
        return None
    return _normal(parts[2].strip()), _day(parts[1])


def _normal(text: str) -> str:
    symbol = parse_symbol(text)
    return symbol.text if symbol else text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None


def _of_text(text: str, source: str, *, replacing: bool) -> Iterator[Notice]:
    flat = nfc(plain(text))
    reading = bare(flat)
    for named in mentions(text):
        place = flat.find(named.symbol.raw)
        if place < 0:
            continue
        before, around = reading[max(0, place - _BEFORE) : place], reading[max(0, place - _BEFORE) : place + _BEFORE]
        asks = _asked(before, around, replacing=replacing)
        if asks is not None:
            yield Notice(asks=asks, symbol=named.symbol.text, issued=named.issued, issuer=named.issuer, source=source)


def _asked(before: str, around: str, *, replacing: bool) -> Asks | None:
    sentence = re.split(r"[.;!?\n]\s", before)[-1]
    if _NOT.search(sentence):
        return None
    if _RECALL.search(sentence):
        return Asks.RECALL
    # A document that stands in the place of one that was sent; a law that repeals another does not speak of sending.
    if replacing and _REPLACE.search(sentence) and _SENT_BEFORE.search(around):
        return Asks.REPLACE
    return None


def _once(found: Iterable[Notice]) -> tuple[Notice, ...]:
    """Keep the first notice of each document, with what later ones know better."""
    kept: dict[str, Notice] = {}
    for each in found:
        kept.setdefault(each.symbol, each)
    return tuple(kept.values())
