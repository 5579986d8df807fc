"""
The characters of a page of a PDF, with their places, as few questions to pdfium as possible.

A question costs half a microsecond, and a page has 3000 characters with five questions each. So the text is fetched
in one piece; the widths of letters are asked once for each font; and where the ends of a stretch of text are where its
letters put them, the stretch is one glyph, and none of its letters is asked for. Where the figures do not agree
(letters spaced, columns in one object, marks drawn apart) it is taken letter by letter.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.mail.pages import UNREAD
from mailbridge.mail.vietnamese import by_font
from mailbridge.reading.glyphs import Glyph, Style, mingled
from mailbridge.reading.pdf_accents import MARKS, composed
from mailbridge.reading.pdf_drawing import Drawing, address
from mailbridge.reading.pdf_faces import NO_FACE, Face, face_of, style_of
from mailbridge.reading.pdf_view import View

if TYPE_CHECKING:
    import pypdfium2 as pdfium

# A dense A4 page has 6000 characters; what has ten times as many is a drawing, or an attack on our patience.
_MOST_CHARACTERS = 60_000
# Smaller letters cannot be read on paper; narrower ones (in parts of their height, on the average) neither.
_LEAST_SIZE = 1.5
_LEAST_WIDTH = 0.1
# In heights of the letters: how much longer than its letters a stretch may be without a gap that parts words, with its
# blanks stretched but no columns in it; how much before a digit has room in a blank that a form leaves; and how much
# shorter before letters lie on top of each other.
_LOOSE = 0.13
_STRETCHED = 2.0
_ROOM = 0.5
_TIGHT = 0.15
# So many characters are asked for one by one where they do not come in one piece.
_PIECE = 64
_FILLED_AND_STROKED = 2  # ISO 32000-1 table 106: to look bold
# Points: a blank stands so little before its word; its width is of no use to anybody.
_HAIR = 0.01
_STRAIGHT = 1e-4
# A glyph lower than this part of its size is empty, whatever letter it says it is.
_EMPTY = 0.02
# Letters of one stretch: a blank parts, two blanks or more are a hole.
_STRETCH = re.compile(r"\S+(?:[ \u00a0]\S+)*")
_FORM = re.compile(r"(?:[Ss]ố|SỐ)\s*:?\s[/-]|ngày\stháng|tháng\snăm|(?:[Ss]ố|SỐ)\s*:?$")
_HOLE = re.compile(r"\s\s")
_LEADER = re.compile(r"[.…_]{3}")
_DOUBLED = re.compile(r"([^\s.…_])\1")
# No Vietnamese word has one letter twice but those in -oo-; some programs draw ơ as an o and a horn, and call both ơ.
_TWICE = re.compile(r"([^\W\doO])\1")
_LINE = re.compile(r"[^\r\n]+")
_BLANK = re.compile(r"\s")
# Codes that mean something else than a letter: controls, halves and non-characters, private ones.
_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffd-\uffff\U000f0000-\U0010ffff]")
_HYPHENS = {"\x02", "\ufffe"}  # pdfium's own codes for a hyphen at the end of a line
_SOFT_HYPHEN = "\u00ad"
_WIDEST_HYPHEN = 0.42
_SYMBOLIC = range(0xF000, 0xF100)  # where fonts without a charset put their octets


class Written(NamedTuple):
    """The glyphs of a page, how many characters have no known meaning, and the text objects that may be unseen."""

    glyphs: list[Glyph]
    unknown: int
    suspects: frozenset[int]


class _Hand:
    """What text objects of the same font, size and direction share; `advance`: how far letters go, as they are met."""

    __slots__ = ("advance", "empty", "face", "style")

    def __init__(self, style: Style, face: Face) -> None:
        self.style = style
        self.face = face
        self.advance: dict[str, float] = {}
        self.empty: set[str] = set()


class Fonts:
    """What was learned of the fonts of a document, for all its pages; keep the pages open, for fonts go by address."""

    def __init__(self) -> None:
        self.faces: dict[int, Face] = {}
        self.hands: dict[tuple[object, ...], _Hand] = {}


def read_text(page: pdfium.PdfPage, view: View, drawing: Drawing, fonts: Fonts) -> Written:
    """Read the characters of a page."""
    textpage = page.get_textpage()
    try:
        return _Reader(textpage, view, drawing, fonts).read()
    finally:
        textpage.close()


class _Reader:
    def __init__(self, textpage: pdfium.PdfTextPage, view: View, drawing: Drawing, fonts: Fonts) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._page = textpage.raw
        self._handle = ctypes.cast(self._page, ctypes.c_void_p)
        self._owner = _owners()
        self._view = view
        self._is_simple = abs(view.a - 1) + abs(view.b) + abs(view.c) + abs(view.d + 1) < _STRAIGHT
        self._e, self._f = view.e, view.f
        self._drawing = drawing
        self._rectangle = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._x, self._y, self._size = ctypes.c_double(), ctypes.c_double(), ctypes.c_float()
        self._tight = tuple(ctypes.c_double() for _ in range(4))
        self._fonts = fonts
        self._runs: dict[int, _Hand] = {}
        self._suspects: set[int] = set()
        self._places: dict[tuple[int, float, float], tuple[int, int]] = {}
        self._unknown = 0
        self._is_odd = self._is_doubled = self._has_leader = self._has_hole = True
        self._count = min(textpage.count_chars(), _MOST_CHARACTERS)
        self._text = self._fetch()

    def read(self) -> Written:
        apart = MARKS.search(self._text) is not None
        self._is_odd = _ODD.search(self._text) is not None
        self._is_doubled = _DOUBLED.search(self._text) is not None
        self._has_leader = _LEADER.search(self._text) is not None
        self._has_hole = _HOLE.search(self._text) is not None
        glyphs: list[Glyph] = []
        for line in _LINE.finditer(self._text):
            for start, end, owner in self._parts(line.start(), line.end()):
                if owner:  # else a blank or line end that pdfium made up
                    glyphs.extend(self._stretches(start, end, owner, apart))
        if apart:
            glyphs = composed(glyphs)
        spelled = mingled(glyphs)
        if spelled or self._suspects:
            glyphs = [
                letter
                for index, glyph in enumerate(glyphs)
                for letter in (self._spelled(glyph) if index in spelled or glyph.run in self._suspects else (glyph,))
            ]
        return Written(glyphs, self._unknown, frozenset(self._suspects))

    def _fetch(self, start: int = 0, end: int | None = None) -> str:
        """Return one character for each index; in one piece, which works where each character has a meaning."""
        end = self._count if end is None else end
        count = end - start
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        got = self._raw.FPDFText_GetText(self._page, start, count, buffer)
        text = bytes(buffer)[: 2 * max(got - 1, 0)].decode("utf-16-le", errors="surrogatepass")
        if len(text) == count:
            return text
        if count > _PIECE:
            middle = start + count // 2
            return self._fetch(start, middle) + self._fetch(middle, end)
        codes = (self._raw.FPDFText_GetUnicode(self._page, index) for index in range(start, end))
        return "".join(chr(code) if code <= 0x10FFFF else "\uffff" for code in codes)

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """
        Cut a row of characters where their text object changes: start, end, address of the object (0: none).

        The characters of an object stand together, so to ask at the blanks and at the end is enough.
        """
        ask, handle = self._owner, self._handle
        probes = [found.start() for found in _BLANK.finditer(self._text, start + 1, end - 1)]
        probes = [start, *probes, end - 1]
        owners = list(map(ask, repeat(handle), probes))
        begin, before, current = start, start, owners[0] or 0
        if current and owners.count(current) == len(owners):
            yield start, end, current
            return
        for probe, found in zip(probes, owners, strict=True):
            owner = found or 0
            # Blanks that pdfium made up have no object, and letters of any stand between two of them.
            if owner != current or not owner:
                for index in range(before + 1, probe + 1):
                    own = owner if index == probe else ask(handle, index) or 0
                    if own != current:
                        yield begin, index, current
                        begin, current = index, own
            before = probe
        yield begin, end, current

    def _stretches(self, start: int, end: int, owner: int, apart: bool) -> Iterator[Glyph]:
        hand = self._runs.get(owner)
        if hand is None:
            hand = self._runs[owner] = self._hand(owner, start)
        text = self._text[start:end]
        if hand.style.size < _LEAST_SIZE or hand.face.is_signs:
            return
        if hand.face.is_legacy:
            yield from self._words(start, end, hand, owner, text)
        elif apart or hand.style.direction != 0 or self._is_strange(text):
            yield from self._letters(start, end, hand, owner)
        elif text.strip() == text and not (self._has_hole and _HOLE.search(text)):
            yield from self._stretch(start, end, hand, owner)
        else:
            yield from self._pieces(start, text, hand, owner)

    def _pieces(self, start: int, text: str, hand: _Hand, owner: int) -> Iterator[Glyph]:
        """Return what stands between the blanks at the ends and the holes of a text object."""
        reached = 0
        last: Glyph | None = None
        for found in _STRETCH.finditer(text):
            for glyph in self._stretch(start + found.start(), start + found.end(), hand, owner):
                if found.start() > reached:
                    # One at each end of a hole: something may have been printed into it.
                    for left in (last.right, glyph.left - _HAIR) if last else (glyph.left - _HAIR,):
                        yield glyph._replace(text=" ", left=left, right=left)
                    reached = found.end()
                yield glyph
                last = glyph
            reached = found.end()
        if last is None:
            yield self._blank(start, hand, owner)
        elif reached < len(text):
            yield last._replace(text=" ", left=last.right, right=last.right)

    def _is_strange(self, text: str) -> bool:
        """Say whether each character must be looked at: it means nothing, or leads through a hole in a form."""
        if self._is_odd and _ODD.search(text):
            return True
        return self._has_leader and _LEADER.search(text) is not None

    def _stretch(self, start: int, end: int, hand: _Hand, owner: int) -> Iterator[Glyph]:
        """Return letters without a hole as one glyph, where the figures agree."""
        text = self._text[start:end]
        left, top, right, bottom = self._box(start)
        if end - start > 1:
            left2, top2, right2, bottom2 = self._box(end - 1)
            if right2 < right or left2 < left:  # written from right to left, or not in order
                yield from self._letters(start, end, hand, owner)
                return
            right, top, bottom = right2, min(top, top2), max(bottom, bottom2)
        for letter in set(text) - hand.advance.keys():
            self._measure(start + text.index(letter), letter, hand)
        if not hand.empty.isdisjoint(text):
            self._suspects.add(owner)
        size = hand.style.size
        excess = (right - left) - sum(map(hand.advance.__getitem__, text))
        if excess > _LOOSE * size and not _BLANK.search(text):
            yield from self._letters(start, end, hand, owner)
        elif excess > _STRETCHED * size or (excess > _ROOM * size and _FORM.search(text)):
            yield from self._words(start, end, hand, owner, text)
        elif self._lies_twice(text, excess / size):
            yield from self._letters(start, end, hand, owner)
        elif right - left >= _LEAST_WIDTH * size * len(text) and self._is_on_page(left, top, right, bottom):
            x, y = self._origin(start)
            self._places[owner, left, y] = start, end
            yield Glyph(text, left, top, right, bottom, x, y, owner, hand.style)

    def _lies_twice(self, text: str, excess: float) -> bool:
        """Say whether letters may lie on top of each other."""
        if not self._is_doubled:
            return False
        return _TWICE.search(text) is not None or (excess < -_TIGHT and _DOUBLED.search(text) is not None)

    def _words(self, start: int, end: int, hand: _Hand, owner: int, text: str) -> Iterator[Glyph]:
        """Return word by word; those in an old charset whole, since one letter may be two characters there."""
        reached = 0
        for word in re.finditer(r"\S+", text):
            if word.start() > reached:
                yield self._blank(start + reached, hand, owner)
            reached = word.end()
            if not hand.face.is_legacy:
                yield from self._stretch(start + word.start(), start + reached, hand, owner)
                continue
            left, top, right, bottom = self._box(start + word.start())
            left2, top2, right2, bottom2 = self._box(start + reached - 1)
            right = max(right, right2)
            if reached < len(text):  # a letter may be wider than the way it goes, and reach over the blank behind it
                right = max(left, min(right, self._box(start + reached)[0]))
            box = min(left, left2), min(top, top2), right, max(bottom, bottom2)
            if self._is_on_page(*box):
                x, y = self._origin(start + word.start())
                yield Glyph(
                    by_font(self._octets(start + word.start(), word.group(), hand), hand.face.name),
                    *box,
                    x,
                    y,
                    owner,
                    hand.style,
                )
        if reached < len(text):
            yield self._blank(start + reached, hand, owner)

    def _octets(self, start: int, word: str, hand: _Hand) -> str:
        """
        Return a word of an old charset as its octets are in windows-1252.

        Symbolic fonts say them as private characters; and to PDF the soft hyphen is a hyphen (ISO 32000-1 annex D.2),
        but in TCVN3 it is ư, which is wider than any hyphen.
        """
        made = [chr(ord(letter) & 0xFF) if ord(letter) in _SYMBOLIC else letter for letter in word]
        for place, letter in enumerate(word):
            if letter == "-" or letter in _HYPHENS:
                left, _, right, _ = self._box(start + place)
                made[place] = _SOFT_HYPHEN if right - left > _WIDEST_HYPHEN * hand.style.size else "-"
        return "".join(made)

    def _letters(self, start: int, end: int, hand: _Hand, owner: int) -> list[Glyph]:
        glyphs: list[Glyph] = []
        for index in range(start, end):
            character = self._text[index]
            if character in _HYPHENS:
                character = "-"
            elif _ODD.match(character):
                if self._is_empty(index, hand.style.size):
                    continue
                self._unknown += 1
                character = UNREAD
            box = self._box(index)
            if not self._is_on_page(*box):
                continue
            if character == UNREAD and glyphs and glyphs[-1].text == UNREAD:
                # As many as there are, they are one gap in what is known.
                glyphs[-1] = glyphs[-1]._replace(right=max(glyphs[-1].right, box[2]))
            else:
                glyphs.append(Glyph(character, *box, *self._origin(index), owner, hand.style))
        return glyphs

    def _spelled(self, glyph: Glyph) -> Iterable[Glyph]:
        """Take a stretch apart into its letters."""
        place = self._places.get((glyph.run, glyph.left, glyph.y))
        return (glyph,) if place is None else self._letters(*place, self._runs[glyph.run], glyph.run)

    def _hand(self, owner: int, index: int) -> _Hand:
        """Read size, face and direction of a text object, once for all that have the same."""
        raw, fonts = self._raw, self._fonts
        handle, mode = self._drawing.handle(owner)
        raw.FPDFText_GetMatrix(self._page, index, self._matrix)
        raw.FPDFTextObj_GetFontSize(handle, self._size)
        font = raw.FPDFTextObj_GetFont(handle)
        key = address(font)
        face = fonts.faces.get(key)
        if face is None:
            face = fonts.faces[key] = face_of(font) if font else NO_FACE
        if not self._drawing.is_plain(owner, face.has_outlines):
            self._suspects.add(owner)
        is_heavy = mode == _FILLED_AND_STROKED
        matrix, size = self._matrix, self._size.value
        figures = (key, is_heavy, size, matrix.a, matrix.b, matrix.c, matrix.d, self._view[:4])
        hand = fonts.hands.get(figures)
        if hand is None:
            hand = fonts.hands[figures] = _Hand(style_of(self._view, matrix, size, face, is_heavy), face)
        return hand

    def _measure(self, index: int, letter: str, hand: _Hand) -> None:
        """Learn how far a letter goes, and whether there is anything of it to be seen."""
        left, _, right, _ = self._box(index)
        hand.advance[letter] = right - left
        if letter.isalnum() and self._is_empty(index, hand.style.size):
            hand.empty.add(letter)

    def _is_empty(self, index: int, size: float) -> bool:
        left, right, bottom, top = self._tight
        self._raw.FPDFText_GetCharBox(self._page, index, left, right, bottom, top)
        return min(right.value - left.value, top.value - bottom.value) < _EMPTY * size

    def _blank(self, index: int, hand: _Hand, owner: int) -> Glyph:
        return Glyph(" ", *self._box(index), *self._origin(index), owner, hand.style)

    def _box(self, index: int) -> tuple[float, float, float, float]:
        box = self._rectangle
        self._raw.FPDFText_GetLooseCharBox(self._page, index, box)
        if self._is_simple:  # as nearly all pages are
            return box.left + self._e, self._f - box.top, box.right + self._e, self._f - box.bottom
        return self._view.box(box.left, box.bottom, box.right, box.top)

    def _origin(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharOrigin(self._page, index, self._x, self._y)
        return self._view.point(self._x.value, self._y.value)

    def _is_on_page(self, left: float, top: float, right: float, bottom: float) -> bool:
        return right > 0 and bottom > 0 and left < self._view.width and top < self._view.height


def _owners() -> Callable[[ctypes.c_void_p, int], int | None]:
    """Return the question for the text object of a character in a form that answers with its address, and quicker."""
    import pypdfium2.raw as raw

    place = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(place or 0)
