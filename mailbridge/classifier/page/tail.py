"""The foot of the document: "Nơi nhận" at the left (box 9b), the signing block at the right (boxes 7a, 7b)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Reading, Rival, Signer
from mailbridge.classifier.page.addressing import Item, items_of
from mailbridge.classifier.page.certainty import Place, absent, is_unread
from mailbridge.classifier.page.markers import Role, bare, role_of
from mailbridge.classifier.page.offices import is_office
from mailbridge.classifier.page.signing import AUTHORITY, has_surname, is_authority, is_person, signings
from mailbridge.classifier.types import TypeGroup, type_by_title
from mailbridge.mail.pages import UNREAD, Line, Page, Pages

_RECIPIENTS = re.compile(r"\W{0,3}N[o0]i nhan(?: va thuc hien)?\b\s*[:;.]?\s*", re.IGNORECASE)
# Asked first, since it needs no second text without marks.
_RECIPIENTS_HINT = re.compile(r"n\wi\s+nh", re.IGNORECASE)
_RECIPIENTS_WITHIN = re.compile(r"(?<=\s)Nơi nhận\s*:")
_BULLET = re.compile(r"\s*[-–—•*+●]\s*\S")
_BULLETS = re.compile(r"^[\s\-–—•*+●]+")
# Behind a comma it is a unit that keeps a copy: "Lưu: VT, KT."
_AUTHORITY_WITHIN = re.compile(rf"(?<=\s)(?<!, )(?:{AUTHORITY.pattern})")
# How much of a page can belong to its foot: a page has some 50 lines, and no foot is longer than one page.
_FOOT_LINES = 70
_LONGEST_LINE = 400
_LONGEST_BLOCK = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Foot:
    """
    Lines of both halves of the foot, top to bottom; a line that held both is there twice, with its part of the text.

    `apart` says that boxes told the halves from each other; otherwise words had to.
    """

    page: Page
    recipients: tuple[Line, ...] | None
    signing: tuple[Line, ...]
    apart: bool
    mended: bool = False


def find_foot(pages: Pages) -> Foot | None:
    """
    Find the foot of the main document: the first page with "Nơi nhận", or else the last with a signing block.

    Annexes may follow the signature in the same file, so the last page is not always the one.
    """
    for page in pages.pages:
        lines = _before_copy(page)
        anchor = next((i for i, line in enumerate(lines) if _is_anchor(line.text)), None)
        if anchor is not None:
            return _foot_at(page, lines, anchor)
    for page in reversed(pages.pages):
        lines = _before_copy(page)
        start = _last_signing(lines, page)
        if start is not None:
            found = tuple(line for line in lines[start : start + _FOOT_LINES] if _stands_right(line, lines[start]))
            return Foot(page=page, recipients=None, signing=found, apart=_has_halves(lines[start:], page))
    return None


def _is_anchor(text: str) -> bool:
    if not _RECIPIENTS_HINT.search(text[:_LONGEST_LINE]):
        return False
    plain = bare(text[:_LONGEST_LINE])
    match = _RECIPIENTS.match(plain)
    if match is None:
        return _RECIPIENTS_WITHIN.search(text[:_LONGEST_LINE]) is not None
    rest = plain[match.end() :]
    # "Nơi nhận hồ sơ: …" is a line of a form.
    return ":" in match.group() or not rest or _BULLET.match(rest) is not None or is_authority(rest)


def _before_copy(page: Page) -> tuple[Line, ...]:
    """Leave out what a copying office adds under the original: its own heading, number and signature."""
    for index, line in enumerate(page.lines):
        if index and len(line.text) < 60 and line.text.isupper():
            kind = type_by_title(line.text)
            if kind is not None and kind.group is TypeGroup.COPY:
                first = index
                while first and role_of(page.lines[first - 1].text[:200]) is not Role.OTHER and index - first < 8:
                    first -= 1
                return page.lines[:first]
    return page.lines


def _foot_at(page: Page, lines: Sequence[Line], anchor: int) -> Foot:
    apart = _has_halves(lines[max(anchor - 6, 0) : anchor + _FOOT_LINES], page)
    if apart:
        return _by_boxes(page, lines, anchor)
    return _by_words(page, lines, anchor)


def _has_halves(lines: Sequence[Line], page: Page) -> bool:
    """Say whether some lines begin in the right half of the page, as a signing block does."""
    return any(line.box.left > 0.38 * page.width and _middle(line) > 0.5 * page.width for line in lines)


def _middle(line: Line) -> float:
    return (line.box.left + line.box.right) / 2


def _stands_right(line: Line, first: Line) -> bool:
    return line.box.right > first.box.left


def _by_boxes(page: Page, lines: Sequence[Line], anchor: int) -> Foot:
    here = lines[anchor]
    half, edge = 0.5 * page.width, 0.33 * page.width
    area = [line for line in lines[: anchor + _FOOT_LINES] if line.box.top > here.box.top - 8 * max(here.size, 8)]
    right = [line for line in area if _middle(line) > half and line.box.left > edge]
    # Over the line of "Nơi nhận" the signing block may have begun, but the end of the body may stand there too.
    right = _from_block_start(right, here.box.top - here.size)
    left = [
        line for line in area if line.box.top >= here.box.top - 1 and (_middle(line) <= half or line.box.left <= edge)
    ]
    # One line may hold both halves where the gap between them was narrow.
    pieces = [piece for line in left for piece in _halves(line)]
    words = tuple(line for line, is_right in pieces if not is_right)
    found = tuple(line for line, is_right in pieces if is_right)
    signing = (*found, *right)
    return Foot(page=page, recipients=_own_lines(words), signing=signing, apart=True, mended=bool(found))


def _from_block_start(right: Sequence[Line], top: float) -> list[Line]:
    for index, line in enumerate(right):
        if line.box.top >= top or is_authority(line.text) or is_office(line.text):
            return list(right[index:])
    return []


def _by_words(page: Page, lines: Sequence[Line], anchor: int) -> Foot:
    before = lines[max(anchor - 12, 0) : anchor]
    pieces = [piece for line in lines[anchor : anchor + _FOOT_LINES] for piece in _halves(line)]
    left: list[Line] = []
    right: list[Line] = []
    last = left
    for line, is_right in pieces:
        last = right if is_right or _is_signing(line.text, left, right, last) else left
        if last is right or not (right and left) or _BULLET.match(line.text) or not _is_closed(left[-1].text):
            last.append(line)
    mended = any(is_right for _, is_right in pieces)
    if not right:
        start = next((i for i, line in enumerate(before) if is_authority(line.text) or is_office(line.text)), None)
        right = list(before[start:]) if start is not None else []
    return Foot(page=page, recipients=_own_lines(left), signing=tuple(right), apart=False, mended=mended)


def _is_signing(text: str, left: Sequence[Line], right: Sequence[Line], last: Sequence[Line]) -> bool:
    """Say whether a line in one column belongs to the signing block: by its words, or by what it follows."""
    if is_authority(text) or is_office(text):
        return True
    if not right or _BULLET.match(text) or not (is_person(text) or text == text.upper()):
        return False
    return last is right or not left or _is_closed(left[-1].text)


def _is_closed(entry: str) -> bool:
    return entry.rstrip().endswith((";", "."))


def _halves(line: Line) -> Iterator[tuple[Line, bool]]:
    """Cut a line that holds an entry of "Nơi nhận" and a piece of the signing block; the flag says which is which."""
    text = line.text[:_LONGEST_LINE]
    plain = bare(text)
    if not (_BULLET.match(text) or _RECIPIENTS.match(plain)):
        cut = _RECIPIENTS_WITHIN.search(text)
        if cut:
            yield replace(line, text=text[: cut.start()].strip()), True
            yield replace(line, text=text[cut.start() :]), False
        else:
            yield replace(line, text=text), False
        return
    match = _AUTHORITY_WITHIN.search(plain)
    start = match.start() if match else _right_piece(text)
    if start is None:
        yield replace(line, text=text), False
        return
    yield replace(line, text=text[:start].strip()), False
    yield replace(line, text=text[start:].strip()), True


def _right_piece(text: str) -> int | None:
    """Find an office in capitals or a name behind the ";" or "." that closes an entry, or behind "Nơi nhận:"."""
    for match in re.finditer(r"(?<=[;.:])\s+(?=\w)", text):
        rest = text[match.end() :]
        if is_office(rest) or (is_person(rest) and has_surname(rest)):
            return match.end()
    return None


def _own_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the entries of "Nơi nhận" with its heading taken off the first."""
    if not lines:
        return ()
    match = _RECIPIENTS.match(bare(lines[0].text))
    first = replace(lines[0], text=lines[0].text[match.end() :]) if match else lines[0]
    return tuple(line for line in (first, *lines[1:]) if any(char.isalnum() or char == UNREAD for char in line.text))


def _last_signing(lines: Sequence[Line], page: Page) -> int | None:
    """Find where the last signing block begins; on a page without "Nơi nhận" only the right half counts."""
    halves = _has_halves(lines, page)
    found = None
    for index, line in enumerate(lines):
        text = line.text[:_LONGEST_LINE]
        if len(text) > 90 or not (is_authority(text) or is_office(text)):
            continue
        if halves and _middle(line) <= 0.5 * page.width:
            continue
        if found is not None and index - found <= 3:
            continue
        found = index
    return found


def read_recipients(foot: Foot | None, part: str) -> Reading[tuple[str, ...]]:
    """Read box 9b as printed, the "Lưu" entry included, without dashes and closing marks."""
    if foot is None or foot.recipients is None:
        return absent("no Nơi nhận on the pages that were read")
    items = _until_archive(items_of(line.text for line in foot.recipients))
    if not items:
        return absent("nothing stands under Nơi nhận")
    last = next((i for i, line in enumerate(foot.recipients) if _is_archive(_BULLETS.sub("", line.text))), None)
    ink = foot.recipients if last is None else foot.recipients[: last + 1]
    if is_unread(ink):
        return absent("the recipients are written by hand or unreadable")
    place = Place(part=part, page=foot.page.number, layer=foot.page.layer)
    whole = _is_archive(items[-1].text)
    sure = 0.97 if whole and foot.apart else 0.93 if whole and not foot.mended else 0.8
    return place.found(tuple(item.text for item in items), sure, "9b", of=ink)


def _until_archive(items: Sequence[Item]) -> tuple[Item, ...]:
    """End the list with "Lưu: VT, …", its last entry by rule; what follows is the foot of the page."""
    for index, item in enumerate(items):
        if _is_archive(item.text):
            return tuple(items[: index + 1])
    return tuple(items)


def _is_archive(text: str) -> bool:
    return bare(text).lower().startswith("luu")


def read_signer(foot: Foot | None, part: str) -> Reading[Signer]:
    """Read boxes 7a and 7b; several signers, or none whose office is told, are left to a person."""
    if foot is None:
        return absent("no signing block on the pages that were read")
    place = Place(part=part, page=foot.page.number, layer=foot.page.layer)
    found = signings([line.text for line in foot.signing])
    if not found:
        return absent("no signing block on the pages that were read")
    rivals = tuple(Rival(value=signing.signer, source=place.source("7a")) for signing in found)
    if len(found) > 1:
        return absent("several people signed", rivals)
    signer = found[0].signer
    ink = _signed_lines(foot.signing, signer)
    if is_unread(ink):
        return absent("the signing block is written by hand or unreadable")
    if signer.name is None:
        return replace(place.found(signer, 0.8, "7a", of=ink), reason="the name of the signer is not in the text")
    sure = 0.98 if foot.apart and not foot.mended else 0.93
    if not found[0].known_surname or (signer.position is None and signer.authority is None):
        sure = min(sure, 0.8)
    return place.found(signer, min(sure, 0.8) if foot.mended else sure, "7a", of=ink)


def _signed_lines(lines: Sequence[Line], signer: Signer) -> Sequence[Line]:
    """Return the lines of the block down to the name."""
    if signer.name is None:
        return lines[:_LONGEST_BLOCK]
    name = fold(signer.name)
    last = next((i for i, line in enumerate(lines) if name in fold(line.text)), len(lines) - 1)
    return lines[: last + 1]
