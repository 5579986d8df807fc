"""The summary (trích yếu): box 5b under the number of a công văn, box 5a under the title of all other documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Reading
from mailbridge.classifier.naming import title_case_sentence
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.certainty import Place, absent, is_unread
from mailbridge.classifier.page.head import Head, text_of
from mailbridge.classifier.page.markers import ABOUT, Role, bare
from mailbridge.classifier.page.places import is_known_place
from mailbridge.classifier.page.segments import Column, Segment
from mailbridge.classifier.page.wording import carries_on, ends_in_whole_place, has_broken_words, joined, starts_body
from mailbridge.classifier.symbol import DocumentSymbol

_MOST_LINES = 14
# A summary printed under the number is broken after some 40 characters; a longer line was not broken at all.
_LONGER_THAN_A_COLUMN = 60
_LONGER_THAN_A_LINE = 90
_AGAIN = re.compile(r"^(?:v/v|ve viec)\b[:\s]*", re.IGNORECASE)
_WHO_DECIDES = re.compile(
    r"(?:BO TRUONG|CHU TICH|GIAM DOC|THU TUONG|CHANH|CUC TRUONG|TONG CUC TRUONG|HIEU TRUONG|VIEN TRUONG|THONG DOC|"
    r"TONG GIAM DOC|TRUONG (?:BAN|PHONG|CONG AN|DOAN|KHOA|TIEU BAN)|TONG THANH TRA|CHI CUC TRUONG|BAN THUONG VU|"
    r"THUONG TRUC|BI THU|CHU NHIEM|TONG KIEM TOAN|HOI DONG THAM PHAN|TU LENH|CHI HUY TRUONG|THU TRUONG)\b"
)
_WHO_SPEAKS = re.compile(
    r"(?:CUA|C\.UA) (?:BAN|BO|TINH UY|THANH UY|HUYEN UY|DANG UY|UY BAN|HOI DONG|QUOC HOI|CHU TICH)\b"
)
_ANNEX = re.compile(r"^\W*(?:Ban hanh kem theo|Kem theo|Phu luc)\b", re.IGNORECASE)
_CITES = re.compile(
    r"\b(?:nghi dinh|nghi quyet|quyet dinh|chi thi|thong tu|lien tich|ket luan|cong van|ke hoach|thong bao|luat)$",
    re.IGNORECASE,
)
_ISSUED = re.compile(r"\bban hanh$", re.IGNORECASE)
# "… CỦA BỘ / TRƯỞNG BỘ …", "… CHO ỦY BAN / NHÂN DÂN …": the next line cannot be one of its own.
_ENDS_IN_HEAD = re.compile(
    r"\b(?:BO|SO|CUC|VU|VIEN|UY BAN|UY BAN NHAN|HOI DONG|HOI DONG NHAN|PHO|QUYEN|VAN PHONG|BAN|HOI|GIUA|TRUOC|SAU)$"
)
_WITHOUT_SUMMARY = frozenset(
    (
        *("Giấy mời", "Giấy giới thiệu", "Giấy nghỉ phép", "Giấy đi đường", "Giấy uỷ quyền"),
        *("Phiếu gửi", "Phiếu chuyển", "Phiếu báo", "Bản sao y", "Bản trích sao", "Bản sao lục"),
    )
)
_OCCASION = re.compile(r"(?:Ve |V/v|Du |Hop |Tham du|Tham gia|Lam viec)", re.IGNORECASE)
_NO_SUMMARY = "no summary under the number or the title"
# A body line is indented by 1 to 1.27 cm (Phụ lục I), which moves its middle by 14 points or more.
_AXIS = 9.0
_INDENT = 45.0
_FULL = 300.0
_MOST_BODY = 40


def read_subject(head: Head, symbol: DocumentSymbol | None, place: Place) -> Reading[str]:
    """Read the summary from under the number (5b, without its "V/v") or from under the title (5a)."""
    if head.about:
        return _from_about(head, place)
    lines = _title_lines(head)
    begun = _begun_in_title(head, lines)
    text = _tidy(joined([begun, *(line.text for line in lines)]))
    if not any(char.isalpha() for char in text):
        return absent(_NO_SUMMARY)
    ink = (*(head.title if begun else ()), *lines)
    if is_unread(ink):
        return absent("the summary is written by hand or unreadable")
    if not head.title:
        # Where no title line was read, only a line in capitals behind a typed number can be the summary.
        if symbol is None or symbol.type_abbr is None or text != text.upper():
            return absent(_NO_SUMMARY)
        return place.found(_in_sentence_case(text), 0.75, "5a", of=ink)
    sure = min(_sure_of(head, lines) if lines else 0.9, _sure_of_wording(text))
    return place.found(_in_sentence_case(text), sure, "5a", of=ink)


def _begun_in_title(head: Head, lines: Sequence[Segment]) -> str:
    """Return what follows the type in the title line, where it is the beginning of the summary or all of it."""
    if head.tail and lines and not _is_capital(lines[0].text):
        # "BIÊN BẢN LÀM VIỆC / Về việc …": the occasion belongs to the title, the summary stands under it.
        return ""
    return head.tail


def _from_about(head: Head, place: Place) -> Reading[str]:
    first = head.about[0]
    match = ABOUT.match(bare(first.text))
    begun = first.text[match.end() if match else 0 :]
    text = _tidy(joined([begun, *(segment.text for segment in head.about[1:])]))
    if again := _AGAIN.match(bare(text)):
        text = text[again.end() :]
    if not text:
        return absent("nothing stands behind V/v")
    if is_unread(head.about):
        return absent("the summary is written by hand or unreadable")
    sure = _sure_of_about(head)
    return place.found(_in_sentence_case(text), min(sure, _sure_of_wording(text)), "5b", of=head.about)


def _sure_of_about(head: Head) -> float:
    """In a column of its own a summary ends where the column ends; otherwise only "Kính gửi" shows its end."""
    first = head.about[0]
    if first.column is Column.LEFT and not first.cut:
        return 0.98
    if first.cut and not all(is_known_place(date.text.split(",")[0]) for date in head.date):
        return 0.7
    addressed = any(segment.role is Role.ADDRESSED for segment in head.row)
    if len(head.about) == 1 and not first.cut and (addressed or len(first.text) > _LONGER_THAN_A_COLUMN):
        return 0.96
    return 0.92 if addressed and not first.cut else 0.88


def _sure_of_wording(text: str) -> float:
    """Lower the sureness of text that breaks off or lost letters or blanks ("trung cp nghề", "BANHÀNH KẾ HOẠCH")."""
    if carries_on(text):
        return 0.92 if ends_in_whole_place(text) else 0.7
    return 0.8 if has_broken_words(text) else 1.0


def _title_lines(head: Head) -> list[Segment]:
    lines: list[Segment] = []
    grounds = False
    for segment in _behind_who_speaks(head):
        if segment.role is Role.ADDRESSED or segment.role is Role.GROUNDS:
            grounds = segment.role is Role.GROUNDS
            break
        if segment.role is not Role.OTHER and not (lines and _is_word_like_a_mark(lines[-1], segment)):
            if lines and segment.role is not Role.DATE:
                break
            continue
        if not (_goes_on(head, lines, segment) if lines else _begins(head, segment)):
            grounds = _is_who_decides(head, segment.text) or grounds
            break
        lines.append(segment)
        if len(lines) == _MOST_LINES:
            break
    return _without_who_decides(head, lines) if grounds else lines


def _is_word_like_a_mark(last: Segment, segment: Segment) -> bool:
    """
    Tell a line of a summary from what its words are elsewhere.

    "… THEO THÔNG TƯ / SỐ 04/2010/TT-BXD" cites a number; "… TÀI NGUYÊN NƯỚC / MẶT" is no mark of secrecy, which is
    written with another letter.
    """
    if segment.role is Role.NUMBER:
        return segment.column is not Column.LEFT and _CITES.search(bare(last.text)) is not None
    return segment.role is Role.SECRECY and "MẬT" not in segment.text and segment.text != bare(segment.text)


def _behind_who_speaks(head: Head) -> Sequence[Segment]:
    """Leave out "CỦA BAN THƯỜNG VỤ TỈNH ỦY" between the title and a summary that begins anew under it."""
    rest = head.rest[:30]
    if len(rest) > 1 and _WHO_SPEAKS.match(bare(rest[0].text)) and _is_capital(rest[0].text):
        behind = rest[1]
        if behind.role is Role.OTHER and (not _is_capital(behind.text) or bare(behind.text).startswith("VE ")):
            return rest[1:]
    return rest


def _begins(head: Head, segment: Segment) -> bool:
    """Say whether a line under the title opens the summary and is not the body already."""
    plain = bare(segment.text)
    if _ANNEX.match(plain) or plain.startswith(("Noi nhan", "Kinh moi", "Tran trong", "Hom nay")):
        return False
    if not head.title or _is_capital(segment.text):
        return True
    if segment.text.endswith(":"):
        return False
    title = head.title[0]
    if title.column is Column.UNDER and title.centred and not _is_centred(head, segment):
        return title.bold is True and segment.bold is True
    # In one column nothing but words tells a summary from a body: these types mostly have none.
    return head.type is None or head.type.name not in _WITHOUT_SUMMARY or _OCCASION.match(plain) is not None


def _is_centred(head: Head, segment: Segment) -> bool:
    """
    Say whether a line is centred under the title.

    The first line of a body begins with an indent at the margin, so that its middle lies off the axis; a centred one
    that kept the indent of its style lies off the axis too, but begins far from the margin.
    """
    if abs(_middle(head.title[0]) - _middle(segment)) < _AXIS:
        return True
    return segment.centred and segment.box.left > _margin(head) + _INDENT


def _margin(head: Head) -> float:
    """Return where the lines of the body begin at the left."""
    full = [s.box.left for s in head.rest[:_MOST_BODY] if s.box.right - s.box.left > _FULL]
    return min(full or [s.box.left for s in head.rest[:_MOST_BODY]], default=0.0)


def _middle(segment: Segment) -> float:
    return (segment.box.left + segment.box.right) / 2


def _goes_on(head: Head, lines: Sequence[Segment], segment: Segment) -> bool:
    first, last = lines[0], lines[-1]
    gap = segment.box.top - last.box.bottom
    size = max(last.size, 8.0)
    # Boxes that hug their letters stand apart by a mark more or less, so that small gaps say nothing.
    if gap > 1.1 * size or (len(lines) > 1 and gap > max(2 * _gap(lines) + 3, 0.7 * size)):
        return False
    if not any(char.isalpha() for char in segment.text):
        return True
    if _ANNEX.match(bare(segment.text)) and not _is_within_summary(lines, segment):
        return False
    if not _is_capital(segment.text) and starts_body(segment.text) and not _is_tied(last.text):
        return False
    if first.bold is True and segment.bold is not None:
        return segment.bold and _is_capital(first.text) == _is_capital(segment.text)
    if _is_capital(first.text) or _is_capital(segment.text):
        return _is_capital(first.text) and _is_capital(segment.text)
    if head.title and head.title[0].centred and first.column is Column.UNDER and _is_centred(head, first):
        return _is_centred(head, segment)
    if first.centred:
        return segment.centred
    if first.column is Column.UNKNOWN and _is_over_grounds(head, segment):
        return True
    return segment.text[:1].islower() or segment.text[:1].isdigit() or carries_on(last.text)


def _is_over_grounds(head: Head, segment: Segment) -> bool:
    """Say whether only short lines stand between here and "Căn cứ": in one column, what else than the summary."""
    start = head.rest.index(segment)
    for other in head.rest[start : start + _MOST_LINES]:
        if other.role is Role.GROUNDS:
            return True
        if (
            other.role is not Role.OTHER
            or len(other.text) > _LONGER_THAN_A_LINE
            or other.text.endswith((".", ";", ":"))
        ):
            return False
    return False


def _is_within_summary(lines: Sequence[Segment], segment: Segment) -> bool:
    """Tell "… ban hành / kèm theo Quyết định số …" from the line that says whose annex this is."""
    if segment.text[:1].islower() or carries_on(lines[-1].text):
        return True
    tied = _ISSUED.search(bare(lines[-1].text)) is not None
    return tied and not segment.text.startswith("(") and _is_capital(lines[-1].text) == _is_capital(segment.text)


def _gap(lines: Sequence[Segment]) -> float:
    return max(lines[1].box.top - lines[0].box.bottom, 0.0)


def _is_capital(text: str) -> bool:
    return text == text.upper() and any(char.isalpha() for char in text)


def _is_who_decides(head: Head, text: str) -> bool:
    """Say whether a line in capitals over "Căn cứ" names who decides: an office, or the issuer of the letterhead."""
    if not _is_capital(text):
        return False
    if _WHO_DECIDES.match(bare(text)):
        return True
    issuer, own = fold(text_of(head.letterhead)), fold(text)
    return starts_agency(text) and bool(issuer) and (own in issuer or any(fold(s.text) in own for s in head.letterhead))


def _without_who_decides(head: Head, lines: list[Segment]) -> list[Segment]:
    """Drop the line in capitals over "Căn cứ" that names who decides, unless the summary runs into it."""
    for index in range(len(lines) - 1, max(len(lines) - 4, -1), -1):
        if _is_who_decides(head, lines[index].text) and not (index and _is_tied(lines[index - 1].text)):
            return lines[:index]
    return lines


def _is_tied(text: str) -> bool:
    return carries_on(text) or _ENDS_IN_HEAD.search(bare(text.upper())) is not None


def _sure_of(head: Head, lines: Sequence[Segment]) -> float:
    if all(line.bold for line in lines) or all(_is_capital(line.text) for line in lines):
        return 0.97
    if len(lines) == 1 or all(line.centred or (head.title and _is_centred(head, line)) for line in lines):
        return 0.96
    behind = head.rest[head.rest.index(lines[-1]) + 1 :][:1]
    return 0.92 if behind and behind[0].role is Role.GROUNDS else 0.85


def _in_sentence_case(text: str) -> str:
    return title_case_sentence(text) if _is_capital(text) else text


def _tidy(text: str) -> str:
    return text.strip(" \t*_").rstrip(" .,;:/").strip()
