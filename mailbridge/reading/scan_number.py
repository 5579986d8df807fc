"""
The number line and the date line of a scan: several readings must agree, and a hand is told from print.

A number misread is worse than one that is absent. So what readings do not agree on, and what was written by hand,
becomes `UNREAD`; nobody guesses here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median
from typing import TYPE_CHECKING

from mailbridge.classifier.page.markers import bare
from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Glyph, Word
from mailbridge.reading.scan_hand import Space, checked, tails
from mailbridge.reading.scan_rows import Row
from mailbridge.reading.scan_views import SCALES, View, box_around, view, widened

if TYPE_CHECKING:
    from mailbridge.reading.scan_sheet import Sheet

_LABEL = re.compile(r"[Ss][o06e][:;.,]*")
# What a number line is written with: no vowel of a symbol carries a tone, so that Ọ is a Q.
_SYMBOLS = "SốSỐô:;.,0123456789/-–&()_ ABCDEGHIKLMNOPQRSTUVWXYZĐƯÔabcdeghiklmnopqrstuvwxyzđư"
_NUMBER_ROW = re.compile(r"(?:S[ốôồổỗộòóỐÔÓo06éế]|s[ốô06](?=\s?:))(?![^\W\d_])\s?[:;.,]*\s*(?P<rest>.*)")
_NUMBER = re.compile(r"\d{1,6}[a-z]?")
_DATE, _TOUCHED_DATE = (
    re.compile(
        rf"(?P<before>.*?)(?P<day_word>ng[ae]y)(?P<day>.*?)(?P<month_word>{month}[ae]ng)(?P<month>.*?)"
        r"(?P<year_word>n[ae]m)(?P<year>.*?)[.,]*$",
        re.IGNORECASE,
    )
    # A pen that touches "tháng" hides its beginning; then nothing before it can be told from it.
    for month in ("th", r"\D{0,3}")
)
_DAY_WORD = re.compile(r"ng[àa]y$", re.IGNORECASE)
_DAY, _MONTH, _YEAR = (
    re.compile(pattern) for pattern in (r"0?[1-9]|[12]\d|3[01]", r"0?[1-9]|1[0-2]", r"(?:19|20)\d\d")
)
# Where four readings differ, there are two more.
_MORE_SCALES = (1.5, 1.25)
_ALIKE = ({"O", "Q"}, {"D", "Đ"})
_ENOUGH, _ENOUGH_AGAINST = 3, 5
# What the majority is worth, when one reading says something else.
_SURE_OF_MOST = 0.85
# In heights of its letters; where the first reading lost the number, it is looked for so far to the right.
_LONGEST_SYMBOL = 16
_BLANK = 0.3
_LONGEST_PLACE = 40
_LONGEST_YEAR = 8
_LEAST_YEAR = 3
_LEAST_SURE_PLACE = 0.3


def is_number_row(row: Row) -> bool:
    """Say whether a row begins with "Số" and goes on as box 3 does."""
    match = _NUMBER_ROW.match(row.text)
    return match is not None and re.match(r"$|[\d/.…_]|\W|.{0,25}[/-]", match["rest"]) is not None


def is_date_row(row: Row) -> bool:
    """Say whether a row is "place, ngày … tháng … năm …" and no sentence with a date in it."""
    text = bare(row.text).replace(" ", "")
    match = _DATE.match(text) or _TOUCHED_DATE.match(text)
    return match is not None and len(match["before"]) <= _LONGEST_PLACE and len(match["year"]) <= _LONGEST_YEAR


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A part of a reading: its text, and the glyphs it was read from."""

    text: str
    glyphs: tuple[Glyph, ...]

    @property
    def sure(self) -> float:
        return min((glyph.sure for glyph in self.glyphs), default=0.0)


def settle_number(row: Row, others: Sequence[Row], sheet: Sheet) -> Row:
    """
    Read box 3 several times; where its end was lost, look for it up to the next column. `others` are the rows around.

    The row comes back as "Số:" and one word, `UNREAD` where the number or a letter of the notation is doubtful.
    """
    reach = widened(row, others, sheet.black)
    if re.search(r"[/-]\w", row.text) is None:
        reach = reach[0], max(reach[1], _free_until(row, others, sheet))
    box = _with_room_above(box_around(row, sheet.black, reach), row)
    views = [view(sheet.black, box, scale, only=_SYMBOLS) for scale in SCALES]
    seen = _seen_numbers([*views, _as_view(row)])
    if len({(parts[1].text, _notation(parts[2].text)) for parts in seen}) > 1:
        more = [view(sheet.black, box, scale, only=_SYMBOLS, soft=True) for scale in _MORE_SCALES]
        seen += _seen_numbers(more)
    if len(seen) < 2:
        return _unread_number(row)
    number, sure = _agreed([parts[1].text for parts in seen], _NUMBER)
    with_places = next((parts for parts in seen if parts[2].glyphs), None)
    rests = [_notation(parts[2].text) for parts in seen]
    rest, rest_sure = _merged(_by_their_tails(rests, with_places[2], box, sheet) if with_places else rests)
    if with_places is not None:
        label, _, behind = with_places
        beside = (behind.glyphs[0].right, behind.glyphs[-1].right)
        space = Space(left=label.glyphs[-1].right, right=behind.glyphs[0].left, beside=(beside,))
        number = checked(number, space, box, sheet)
    sure = min(sure, median(parts[1].sure for parts in seen)) if number not in ("", UNREAD) else 1.0
    sure = min(sure, rest_sure, median(parts[2].sure for parts in seen) if rest else 1.0)
    return _rewritten(row, box, f"{number}{rest}", sure, views)


def _seen_numbers(views: Sequence[View]) -> list[tuple[_Part, _Part, _Part]]:
    readings = [parts for seen in views if (parts := _number_parts(seen))]
    return [parts for parts in readings if parts[1].glyphs or parts[2].glyphs]


def _notation(text: str) -> str:
    """Take off what dirt adds to a notation, and put right what no office is called: "TIg" for "TTg", "UBNĐ"."""
    clean = re.sub(r"^-+(?=/)", "", text).rstrip("-.,;:_ ")
    return re.sub(r"(UB|HĐ)NĐ\b", r"\1ND", re.sub(r"T[I1l]g$", "TTg", clean))


def _by_their_tails(texts: Sequence[str], placed: _Part, box: tuple[int, int, int, int], sheet: Sheet) -> Sequence[str]:
    """
    Put right in all readings which letters are an O and which a Q: recognition takes one for the other, ink does not.

    `placed` is a reading whose glyphs have places; readings that are not as long as its notation stay as they are, and
    all do where that was mended.
    """
    glyphs = [glyph for glyph in placed.glyphs if not glyph.text.isspace()]
    model = _notation(placed.text)
    start = "".join(glyph.text[:1] for glyph in glyphs).replace("–", "-").replace("—", "-").find(model)
    if start < 0 or not any(char in "OQ" for text in texts for char in text):
        return texts
    hanging = tails(glyphs[start : start + len(model)], box, sheet)

    def settled(text: str) -> str:
        if len(text) != len(model):
            return text
        return "".join(
            char if char not in "OQ" or tail is None else "Q" if tail else "O"
            for char, tail in zip(text, hanging, strict=True)
        )

    return [settled(text) for text in texts]


def _unread_number(row: Row) -> Row:
    """Keep the notation alone, where not even two readings see a number line."""
    parts = _number_parts(_as_view(row))
    if parts is None or not (parts[1].text or parts[2].text):
        return row
    text = f"{UNREAD}{parts[2].text}"
    last = row.words[-1]
    words = (row.words[0]._replace(text="Số:"), last._replace(text=text, sure=0.0)) if len(row.words) > 1 else row.words
    return replace(row, words=words)


def _free_until(row: Row, others: Sequence[Row], sheet: Sheet) -> int:
    """Return where the next row on the same base line begins, at most the middle of the sheet."""
    beside = (other.left - row.em for other in others if other.left > row.right and abs(other.base - row.base) < row.em)
    return round(min([*beside, sheet.black.width * 0.5, row.right + _LONGEST_SYMBOL * row.em]))


def _rewritten(row: Row, box: tuple[int, int, int, int], text: str, sure: float, views: Sequence[View]) -> Row:
    """Make the row "Số:" and `text` anew."""
    left, right = row.left, max([row.right, *(word.right for seen in views for word in seen.words)])
    label = row.words[0]._replace(text="Số:", sure=max(row.words[0].sure, sure))
    if not text:
        return replace(row, words=(label._replace(sure=row.words[0].sure),))
    # Where "Số:123" was one word, its end is not known any more; the label takes two letters.
    end = label.right if len(row.words) > 1 and len(row.words[0].text) <= 4 else left + round(1.5 * row.em)
    word = label._replace(text=text, left=end + 1, right=max(right, end + 2), sure=sure)
    return replace(row, words=(label._replace(right=end), word))


def _with_room_above(box: tuple[int, int, int, int], row: Row) -> tuple[int, int, int, int]:
    """A hand writes higher than print."""
    return box[0], max(0, box[1] - round(0.2 * row.em)), box[2], box[3]


def _as_view(row: Row) -> View:
    """Take the first reading, whose glyphs have no places of their own, as a view."""
    words = []
    for word in row.words:
        width = (word.right - word.left) / max(len(word.text), 1)
        glyphs = tuple(
            Glyph(text=char, left=word.left + width * at, right=word.left + width * (at + 1), sure=word.sure)
            for at, char in enumerate(word.text)
        )
        words.append(word._replace(glyphs=glyphs))
    return View(words=tuple(words))


def _number_parts(seen: View) -> tuple[_Part, _Part, _Part] | None:
    """Part a reading of box 3 into label, number and the rest, which begins with a slash or a dash."""
    glyphs = _of_symbol(seen)
    text = bare("".join(glyph.text[0] for glyph in glyphs))
    label = _LABEL.match(text)
    if label is None:
        return None
    end = label.end()
    parting = re.search(r"[/-]", text[end:])
    cut = end + parting.start() if parting else len(text)
    return _part(glyphs[:end]), _part(glyphs[end:cut]), _part(glyphs[cut:])


def _of_symbol(seen: View) -> tuple[Glyph, ...]:
    """Return the glyphs of the label and the symbol, up to a word that does not belong to it."""
    kept: list[Word] = []
    for word in seen.words:
        if len(kept) >= 2 and re.search(r"[/-]", bare("".join(each.text for each in kept))):
            tied = kept[-1].text[-1:] in "/-–&" or word.text[:1] in "/-–&" or word.text.isdigit()
            # A blank that only recognition saw is narrower than one that was typed before another word.
            height = min(word.bottom - word.top, kept[-1].bottom - kept[-1].top)
            if not tied and word.left - kept[-1].right > _BLANK * height:
                break
        kept.append(word)
    return tuple(glyph for word in kept for glyph in word.glyphs)


def _part(glyphs: Sequence[Glyph]) -> _Part:
    text = "".join(glyph.text for glyph in glyphs).replace("–", "-").replace("—", "-")
    return _Part(text=text.strip(" .…_"), glyphs=tuple(glyphs))


def _agreed(texts: Sequence[str], valid: re.Pattern[str]) -> tuple[str, float]:
    """
    Return the text that the readings agree on; "" when all are empty, `UNREAD` without agreement.

    Three overrule readings that are no number at all; it takes five to overrule one that is another number.
    """
    counts = Counter(texts)
    best, votes = counts.most_common(1)[0]
    if votes == len(texts):
        return (best, 1.0) if not best or valid.fullmatch(best) else (UNREAD, 0.0)
    other_numbers = sum(count for text, count in counts.items() if text != best and valid.fullmatch(text))
    if valid.fullmatch(best) and votes >= (_ENOUGH if not other_numbers else _ENOUGH_AGAINST) and other_numbers <= 1:
        return best, _SURE_OF_MOST
    return UNREAD, 0.0


def _merged(texts: Sequence[str]) -> tuple[str, float]:
    """Return the notation that most readings have, letter by letter; `UNREAD` for letters without a majority."""
    counts = Counter(texts)
    best, votes = counts.most_common(1)[0]
    if votes == len(texts):
        return best, 1.0
    agreeing = [0] * len(best)
    for text in texts:
        for kind, a, b, c, d in SequenceMatcher(None, best, text, autojunk=False).get_opcodes():
            for at, other in zip(range(a, b), range(c, d), strict=False):
                if kind == "equal":
                    agreeing[at] += 1
                elif {best[at], text[other]} in _ALIKE:
                    # One voice that sees the tail of the Q outweighs those that do not.
                    agreeing[at] -= len(texts)
    enough = min(_ENOUGH, len(texts))
    merged = "".join(char if agree >= enough else UNREAD for char, agree in zip(best, agreeing, strict=True))
    # A letter that the others have between two of these is a doubt too.
    longer = sum(len(text) > len(best) for text in texts)
    sure = _SURE_OF_MOST if votes >= enough and not longer > 1 else 0.5
    return re.sub(f"{UNREAD}+", UNREAD, merged), sure


def settle_date(row: Row, others: Sequence[Row], sheet: Sheet) -> tuple[Row, ...]:
    """
    Read box 4 several times; day, month and year become `UNREAD` where readings differ or a hand wrote them.

    A place that was read badly comes back as a row of its own, so that it does not spoil the date.
    """
    box = _with_room_above(box_around(row, sheet.black, widened(row, others, sheet.black)), row)
    views = [view(sheet.black, box, scale) for scale in SCALES]
    readings = [parts for seen in (*views, _as_view(row)) if (parts := _date_parts(seen))]
    if len(readings) < 2:
        return (row,)
    if len({tuple(parts[name].text for name in ("day", "month", "year")) for parts in readings}) > 1:
        more = (view(sheet.black, box, scale, soft=True) for scale in _MORE_SCALES)
        readings += [parts for seen in more if (parts := _date_parts(seen))]
    placed = readings[0]
    settled, sures = [], []
    for name, valid in (("day", _DAY), ("month", _MONTH), ("year", _YEAR)):
        text, sure = _agreed([parts[name].text for parts in readings], valid)
        text = checked(text, _date_space(placed, name), box, sheet)
        settled.append(text)
        if text not in ("", UNREAD):
            sures.append(min(sure, median(parts[name].sure for parts in readings)))
    return _parted_place(_with_date(row, placed, settled, min(sures, default=0.0)))


def _parted_place(row: Row) -> tuple[Row, ...]:
    at = next((at for at, word in enumerate(row.words) if word.text == "ngày"), 0)
    place = row.words[:at]
    if not place or (place[-1].text.endswith(",") and all(word.sure >= _LEAST_SURE_PLACE for word in place)):
        return (row,)
    return replace(row, words=place), replace(row, words=row.words[at:])


def _date_parts(seen: View) -> dict[str, _Part] | None:
    glyphs = seen.glyphs
    text = bare("".join(glyph.text[0] for glyph in glyphs))
    whole = _DATE.match(text)
    match = whole or _TOUCHED_DATE.match(text)
    if match is None:
        return None
    parts = {name: _part(glyphs[match.start(name) : match.end(name)]) for name in match.groupdict()}
    return parts if whole else parts | {"day": replace(parts["day"], text=UNREAD)}


def _date_space(parts: dict[str, _Part], name: str) -> Space:
    behind = {"day": "month_word", "month": "year_word", "year": None}[name]
    left = parts[f"{name}_word"].glyphs[-1].right
    glyphs = parts[name].glyphs
    right = parts[behind].glyphs[0].left if behind else (glyphs[-1].right if glyphs else left)
    # Digits of the year are printed as a rule; where a hand wrote some of them they are no even row.
    year, word = parts["year"].glyphs, parts["month_word"].glyphs
    measure = year if len(year) >= _LEAST_YEAR else word
    return Space(left=left, right=right, beside=((measure[0].left, measure[-1].right),))


def _with_date(row: Row, placed: dict[str, _Part], parts: Sequence[str], sure: float) -> Row:
    """Put the settled parts behind the place of the row."""
    start = placed["day_word"].glyphs[0].left
    words = [word for word in row.words if (word.left + word.right) / 2 < start]
    if words and (ended := _DAY_WORD.search(words[-1].text)):
        words[-1] = words[-1]._replace(text=words[-1].text[: ended.start()])
    model = row.words[-1]

    def add(text: str, left: float, right: float, how_sure: float) -> None:
        if text:
            words.append(
                model._replace(text=text, left=round(left), right=max(round(right), round(left) + 2), sure=how_sure)
            )

    for name, printed, text in zip(("day", "month", "year"), ("ngày", "tháng", "năm"), parts, strict=True):
        label, space = placed[f"{name}_word"].glyphs, _date_space(placed, name)
        add(printed, label[0].left, label[-1].right, max(sure, label[0].sure))
        add(text, space.left + 1, space.right - 1, 0.0 if text == UNREAD else sure)
    return replace(row, words=tuple(word for word in words if word.text))
