"""Read one official document from its pages: every box of Phụ lục I to its field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from mailbridge.classifier.kinds import Document, Reading, Rival
from mailbridge.classifier.naming import title_case_name
from mailbridge.classifier.page.addressing import read_addressees
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.certainty import Place, absent, is_unread
from mailbridge.classifier.page.deadline import read_due_date
from mailbridge.classifier.page.head import Head, read_head
from mailbridge.classifier.page.letterhead import Letterhead, read_letterhead, with_place
from mailbridge.classifier.page.markers import Role, bare
from mailbridge.classifier.page.number import read_symbol
from mailbridge.classifier.page.place_date import read_issue
from mailbridge.classifier.page.segments import Column
from mailbridge.classifier.page.summary import read_subject
from mailbridge.classifier.page.tail import find_foot, read_recipients, read_signer
from mailbridge.classifier.page.title import read_type
from mailbridge.classifier.symbol import DocumentSymbol, find_symbols
from mailbridge.mail.pages import Page, Pages

# References and deadlines are looked for in so much text: some 100 pages of a document.
_MOST_TEXT = 250_000
_LONGEST_LINE = 2_000
# What citizens and firms write under the Quốc hiệu too.
_PRIVATE = re.compile(r"HOP DONG|DON\b|PHU LUC HOP DONG|GIAY UY QUYEN|BAN CAM KET|SO YEU LY LICH|GIAY XAC NHAN")
_NO_LETTERHEAD = "no letterhead"
_URGENCIES = {"khan": "khẩn", "thuong khan": "thượng khẩn", "hoa toc": "hỏa tốc"}


def read_document(pages: Pages, *, part: str, file_name: str | None) -> Document | None:
    """
    Read the fields of one official document; None when the first page has no form of one.

    Args:
        pages: The pages that were read of one file, or the text of a mail as one page.
        part: Index of the part in the mail ("1.2"), for the sources of the readings.
        file_name: A hint at most: its number becomes a rival, never a value.

    Source: NĐ 30/2020/NĐ-CP, Phụ lục I; Party form by Hướng dẫn 36-HD/VPTW. Time is linear in the size of the pages.
    """
    if not pages.pages:
        return None
    first = pages.pages[0]
    head = read_head(first)
    if not _has_form(head):
        return None
    place = Place(part=part, page=first.number, layer=first.layer)
    symbol = read_symbol(head, place, file_name)
    issue = read_issue(head, place)
    letterhead = _letterhead(head, symbol.value)
    foot = find_foot(pages)
    own = symbol.value.text if symbol.value else None
    subject = read_subject(head, symbol.value, place)
    return Document(
        main=part,
        parts=(part,),
        type=read_type(head, symbol, place),
        symbol=_checked_year(symbol, issue.date.value),
        issued_date=issue.date,
        place=issue.place,
        superior=_superior(letterhead, head, place),
        issuer=_issuer(letterhead, head, place, symbol.value, _Told(town=issue.place.value, subject=subject.value)),
        subject=subject,
        signer=read_signer(foot, part),
        addressees=read_addressees(head, place),
        recipients=read_recipients(foot, part),
        urgency=_urgency(head, place),
        due_date=read_due_date(
            ((Place(part=part, page=page.number, layer=page.layer), text) for page, text in _texts(pages)),
            issue.date.value,
        ),
        references=tuple(_references(pages, own)),
        pages=pages.total,
        draft=head.draft,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What other boxes tell about where the issuer is."""

    town: str | None
    subject: str | None


def _has_form(head: Head) -> bool:
    """
    Say whether the head is that of an official document.

    The Quốc hiệu alone stands over petitions and contracts too, and an agency's name over any news; so two of heading,
    letterhead and number are asked for, and a number without a heading only close under the letterhead.
    """
    agency = any(starts_agency(segment.text) for segment in head.letterhead)
    if not agency and any(_PRIVATE.match(bare(segment.text)) for segment in (*head.letterhead, *head.title)):
        return False
    if head.heading is Role.YOUTH_NAME:
        return bool(head.letterhead and head.number)
    if head.heading is not None:
        return agency or _is_filled(head) or (head.in_columns and bool(head.letterhead) and bool(head.number))
    return agency and _is_filled(head) and head.number[0].line - head.letterhead[0].line <= 8


def _is_filled(head: Head) -> bool:
    return bool(head.number) and any(char.isdigit() for segment in head.number for char in segment.text)


def _letterhead(head: Head, symbol: DocumentSymbol | None) -> Letterhead:
    joint = symbol is not None and len(symbol.issuers) > 1 and symbol.rule == "L2"
    read = read_letterhead(head.letterhead, joint=joint)
    if head.heading is Role.YOUTH_NAME and read.superior is None:
        name = next(segment.text for segment in head.row if segment.role is Role.YOUTH_NAME)
        return replace(read, superior=name, sure=min(read.sure, 0.9))
    return read


def _superior(letterhead: Letterhead, head: Head, place: Place) -> Reading[str]:
    if letterhead.superior is None:
        return absent("the letterhead names one agency only" if letterhead.issuer else _NO_LETTERHEAD)
    ink = head.letterhead[: letterhead.above] or head.letterhead
    if is_unread(ink):
        return absent("the name is written by hand or unreadable")
    return place.found(title_case_name(letterhead.superior), _sure(letterhead, head), "2", of=ink)


def _issuer(
    letterhead: Letterhead, head: Head, place: Place, symbol: DocumentSymbol | None, told: _Told
) -> Reading[str]:
    if letterhead.issuer is None:
        return absent(letterhead.problem or _NO_LETTERHEAD)
    ink = head.letterhead[letterhead.above :]
    if is_unread(ink):
        return absent("the name of the issuer is written by hand or unreadable")
    name = title_case_name(letterhead.issuer)
    problem = letterhead.problem or _contradiction(letterhead, symbol, told.town)
    own = Rival(value=name, source=place.source("2"))
    if problem:
        whole = with_place(name, told.town, told.subject)
        return place.found(whole, 0.8, "2", of=ink, rivals=(own,)) if whole else absent(problem, (own,))
    other = letterhead.other
    rivals = (Rival(value=title_case_name(other), source=place.source("2")),) if other else ()
    return place.found(name, _sure(letterhead, head), "2", of=ink, rivals=rivals)


def _sure(letterhead: Letterhead, head: Head) -> float:
    """Lower the sureness where nothing but words tells where box 2 ends."""
    if head.letterhead[0].column is Column.LEFT and not any(segment.cut for segment in head.letterhead):
        sure = letterhead.sure
    else:
        sure = min(letterhead.sure, 0.96 if len(head.letterhead) <= 3 else 0.9)
    if head.arrival or head.heading is None:
        sure = min(sure, 0.9)
    return sure


def _contradiction(letterhead: Letterhead, symbol: DocumentSymbol | None, town: str | None) -> str | None:
    """Notice a name cut short: the symbol begins with its initials and goes on ("BỘ VĂN HOÁ, THỂ THAO", BVHTTDL)."""
    if symbol is None or len(symbol.issuers) != 1 or letterhead.issuer is None:
        return None
    initials = _initials(letterhead.issuer)
    abbreviation = bare(symbol.issuers[0]).upper().replace("&", "")
    rest = abbreviation.removeprefix(initials)
    if len(initials) < 2 or rest == abbreviation or not rest.isalpha():
        return None
    # Behind its own initials a body may carry those of its town or superior: SYTHN, BTCTU; TW is Trung ương.
    others = [_initials(text) for text in (town, letterhead.superior) if text]
    if rest == "TW" or any(rest in initials for initials in others):
        return None
    return f"the name of the issuer is shorter than its abbreviation {symbol.issuers[0]}"


def _initials(name: str) -> str:
    words = (word for word in re.split(r"[^A-Z]+", bare(name.upper())) if word and word not in ("VA", "CUA"))
    # "NN&PTNT" inside a name stands for all its letters.
    return "".join(word[0] if re.search(r"[AEIOUY]", word) else word for word in words)


def _checked_year(symbol: Reading[DocumentSymbol], issued: date | None) -> Reading[DocumentSymbol]:
    """Trust a number less when the year in it is not that of the date (Phụ lục I: year of issue)."""
    if symbol.value is None or symbol.value.year is None or issued is None or symbol.value.year == issued.year:
        return symbol
    return replace(symbol, confidence=min(symbol.confidence, 0.7))


def _urgency(head: Head, place: Place) -> Reading[str]:
    words = {_urgency_word(segment.text): segment for segment in head.urgency}
    if not words:
        return absent("no mark of urgency")
    if len(words) > 1:
        rivals = tuple(Rival(value=word, source=place.source("10b")) for word in words)
        return absent("several marks of urgency", rivals)
    word, segment = next(iter(words.items()))
    marked = segment.text == segment.text.upper()
    plain = segment.text == bare(segment.text)
    return place.found(word, 0.97 if marked and not segment.cut and not plain else 0.8, "10b", of=(segment,))


def _urgency_word(text: str) -> str:
    plain = bare(text).lower()
    return next(word for key, word in sorted(_URGENCIES.items(), key=lambda item: -len(item[0])) if key in plain)


def _texts(pages: Pages) -> Iterator[tuple[Page, str]]:
    """Give each page as running text, lines cut and all together not beyond what one document can hold."""
    left = _MOST_TEXT
    for page in pages.pages:
        text: list[str] = []
        for line in page.lines:
            if left <= 0:
                break
            text.append(line.text[:_LONGEST_LINE])
            left -= len(text[-1]) + 1
        yield page, " ".join(text)


def _references(pages: Pages, own: str | None) -> Iterator[str]:
    seen = {own}
    for _, text in _texts(pages):
        for symbol in find_symbols(text):
            if symbol.number is not None and symbol.text not in seen:
                seen.add(symbol.text)
                yield symbol.text
