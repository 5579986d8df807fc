r"""
RTF to pages of lines (RTF Specification 1.9.1).

A file is groups within groups; each inherits the formats of the one around it. Tables have no bounds of their own: a
paragraph says that it stands in one, \cell and \row end what they are called. Styles are not asked, for writers repeat
what they say at each paragraph.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from mailbridge.mail.pages import Pages
from mailbridge.reading.blocks import LINE_BREAK, PAGE_BREAK, SOFT_HYPHEN, Block, Paragraph, Run, lay_out
from mailbridge.reading.margins import Margins
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.rtf_shapes import RtfShape
from mailbridge.reading.rtf_state import TWIPS, In, RowShape, State, Story
from mailbridge.reading.rtf_text import Font, code_page, joined
from mailbridge.reading.rtf_tokens import Kind, Token, Tokens

_MOST_GROUPS = 1_000
_MOST_RUNS = 500_000
_LONGEST_NAME = 100
_NO_FONT = Font()

_SPELT = {
    "tab": "\t",
    "line": LINE_BREAK,
    "page": PAGE_BREAK,
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_SIGNS = {"~": "\xa0", "_": "-", "-": SOFT_HYPHEN, "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
# Destinations that hold nothing to be seen. Others with \* before them are passed over too, unless known.
# fmt: off
_UNSEEN = frozenset({
    "colortbl", "stylesheet", "info", "pict", "fldinst", "nonshppict", "objdata", "objclass", "objname", "bkmkstart",
    "bkmkend", "annotation", "atnid", "atnauthor", "atndate", "atnicn", "atnparent", "atnref", "atrfstart", "atrfend",
    "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "template", "filetbl", "revtbl", "listtable",
    "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "themedata", "datastore", "latentstyles",
    "colorschememapping", "mmathPr", "shprslt", "headerl", "footer", "footerl", "footerr", "footerf", "falt", "panose",
    "xe", "tc", "tcn", "pgptbl", "mailmerge", "oldcprops", "oldpprops", "oldsprops", "oldtprops", "private",
    "passwordhash",
})
# fmt: on
_KNOWN = frozenset({"shpinst", "nesttableprops", "ud", "do", "footnote", "shppict"})
_STORIES = frozenset({"shp", "do", "shptxt", "dptxbxtext", "footnote", "header", "headerr", "headerf"})
_LETTER_WORDS = frozenset({"b", "i", "fs", "f", "caps", "v", "deleted", "plain"})
_ENDS = frozenset({"par", "sect", "cell", "row", "nestcell", "nestrow"})


_INSIDE = {"fonttbl": In.FONTS, "sn": In.NAME, "sv": In.VALUE, "upr": In.NOTHING, "ud": In.TEXT}


def read_rtf(content: bytes) -> Pages:
    """
    Read the whole text: header of the first page, paragraphs, tables, text boxes; footnotes last.

    Deleted and hidden text and the codes of fields are left out. Text in the old Vietnamese fonts becomes Unicode.

    Raises:
        Unreadable: `too-large` or `malformed`.
    """
    if not content.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"{\\rtf"):
        raise Unreadable(Problem.MALFORMED, "the file does not begin as RTF does")
    tokens = Tokens(content)
    reader = _Reader(tokens)
    for token in tokens:
        reader.take(token)
    body = reader.finish()
    header = reader.headers.get("headerf" if reader.has_title_page else "header") or reader.headers.get("headerr", [])
    return lay_out(body, header=header, notes=reader.notes)


class _Reader:
    """Takes one token after the other."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.headers: dict[str, list[Block]] = {}
        self.notes: list[Block] = []
        self.has_title_page = False
        self._body: list[Block] = []
        self._state = State(story=Story(self._body.extend), row=RowShape())
        self._groups: list[State] = []
        self._fonts: dict[int, Font] = {}
        self._page = "cp1252"
        self._margins = Margins()
        self._default_font = 0
        self._starred = False
        self._to_skip = 0
        # One of them at most holds something: letters, or octets whose font tells what they are.
        self._units: list[str] = []
        self._octets = bytearray()
        self._name = self._value = ""
        self._count = 0

    def take(self, token: Token) -> None:
        """Do what a token says."""
        match token.kind:
            case Kind.TEXT:
                self._text(token.octets)
            case Kind.WORD if self._to_skip and token.word != "u":
                self._to_skip -= 1
            case Kind.WORD:
                starred, self._starred = self._starred, False
                self._word(token.word, token.number, starred=starred)
            case Kind.SIGN:
                self._sign(token.word)
            case Kind.OPEN:
                self._open()
            case Kind.CLOSE:
                self._close()
            case _:
                assert_never(token.kind)

    def finish(self) -> list[Block]:
        """End all groups, for a file may be cut, and return the main text."""
        while self._groups:
            self._close()
        self._end_story()
        return self._body

    def _open(self) -> None:
        self._flush()
        self._to_skip = 0
        if len(self._groups) >= _MOST_GROUPS:
            raise Unreadable(Problem.MALFORMED, f"more than {_MOST_GROUPS} groups within each other")
        self._groups.append(self._state.copied())

    def _close(self) -> None:
        self._flush()
        self._to_skip = 0
        if not self._groups:
            return
        ended, self._state = self._state, self._groups.pop()
        if ended.story is not self._state.story:
            self._end_story(ended)
        if ended.inside is In.VALUE and self._state.inside is not In.VALUE and ended.place is not None:
            ended.place.set(self._name, self._value.strip())

    def _text(self, octets: bytes) -> None:
        if self._to_skip:
            left = octets[self._to_skip :]
            self._to_skip = max(0, self._to_skip - len(octets))
            octets = left
        match self._state.inside:
            case In.TEXT if octets:
                if self._units:
                    self._flush()
                self._octets += octets
            case In.FONTS:
                font = self._fonts.setdefault(self._state.font, Font())
                font.name = (font.name + octets[:_LONGEST_NAME].decode("latin-1").replace(";", ""))[:_LONGEST_NAME]
            case In.NAME:
                self._name = octets.decode("latin-1")
            case In.VALUE:
                self._value = octets[:40].decode("latin-1")
            case _:
                pass

    def _letter(self, letters: str) -> None:
        """Add letters that are told as such."""
        if self._state.inside is In.TEXT:
            if self._octets:
                self._flush()
            self._units.append(letters)

    def _flush(self) -> None:
        """Make a run of what was gathered."""
        state = self._state
        if not self._units and not self._octets:
            return
        font = self._fonts.get(state.font, _NO_FONT)
        text = joined("".join(self._units)) + font.decoded(bytes(self._octets), self._page)
        self._units, self._octets = [], bytearray()
        if text and not state.hidden:
            self._count += 1
            if self._count > _MOST_RUNS:
                raise Unreadable(Problem.TOO_LARGE, f"more than {_MOST_RUNS} pieces of text")
            state.story.runs.append(Run(text, state.look, font.name, state.capitals))

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif self._to_skip:
            self._to_skip -= 1
        elif sign in "\r\n":
            self._end_paragraph()
        elif sign in _SIGNS:
            self._letter(_SIGNS[sign])

    def _word(self, word: str, number: int | None, *, starred: bool) -> None:
        state = self._state
        if word in _UNSEEN or (starred and word not in _KNOWN):
            self._tokens.skip_group()
        elif state.inside is In.FONTS:
            self._font_word(word, number)
        elif word in _STORIES:
            self._begin_story(word)
        elif word in _INSIDE:
            state.inside = _INSIDE[word]
        elif state.place is not None and word.startswith("shp"):
            state.place.word(word, number or 0)
        elif state.inside is not In.TEXT:
            pass
        elif word in _SPELT:
            self._letter(_SPELT[word])
        elif word == "u":
            self._letter(chr((number or 0) & 0xFFFF))
            self._to_skip = state.fallback
        else:
            self._format(word, number)

    def _format(self, word: str, number: int | None) -> None:
        """Take what ends something, or says how the text is set."""
        if word in _LETTER_WORDS:
            self._flush()
            self._state.take_letters(word, number, self._default_font)
        elif word in _ENDS:
            self._end(word)
        elif not self._state.take_paragraph(word, number or 0):
            self._of_document(word, number or 0)

    def _of_document(self, word: str, number: int) -> None:
        match word:
            case "ansicpg":
                self._page = code_page(number)
            case "mac":
                self._page = "mac-roman"
            case "pc" | "pca":
                self._page = "cp437" if word == "pc" else "cp850"
            case "deff":
                self._default_font = self._state.font = number
            case "uc":
                self._state.fallback = min(max(number, 0), 10)
            case "titlepg":
                self.has_title_page = True
            case "sbknone":
                self._state.story.turns = False
            case "margl":
                self._margins = replace(self._margins, left=number / TWIPS)
            case "margt":
                self._margins = replace(self._margins, top=number / TWIPS)
            case _:
                pass

    def _font_word(self, word: str, number: int | None) -> None:
        font = self._fonts.setdefault(self._state.font, Font())
        match word:
            case "f":
                self._state.font = number or 0
                self._fonts[self._state.font] = Font()
            case "fcharset":
                font.charset = number
            case "cpg":
                font.page = number
            case _:
                pass

    def _end(self, word: str) -> None:
        """End a paragraph, a cell, a row or a section."""
        state = self._state
        tables = state.story.tables
        match word:
            case "par":
                self._end_paragraph()
            case "sect":
                self._end_paragraph()
                state.story.turns = True
            case "cell" | "nestcell":
                self._end_paragraph(at_least=1 if word == "cell" else 2)
                tables.end_cell()
            case _:
                self._flush()
                tables.take(state.story.boxes, self._depth(1 if word == "row" else 2))
                state.story.boxes = []
                tables.end_row(state.row.borders, state.row.merged)

    def _end_paragraph(self, at_least: int = 0) -> None:
        self._flush()
        state, story = self._state, self._state.story
        if state.inside is not In.TEXT:
            return
        paragraph = Paragraph(
            runs=tuple(story.runs),
            align=state.align,
            left=state.left,
            right=state.right,
            tabs=state.tabs,
            page_before=state.page_before or story.turns,
            look=state.look,
        )
        story.tables.take([*story.boxes, paragraph], self._depth(at_least))
        story.runs, story.boxes, story.turns = [], [], False

    def _depth(self, at_least: int) -> int:
        state = self._state
        return max(at_least, (state.depth or 1) if state.in_table else 0)

    def _begin_story(self, word: str) -> None:
        """Begin a text of its own, or what leads to one."""
        state = self._state
        outer = state.story
        match word:
            case "shp" | "do":
                state.place, state.inside = RtfShape(self._margins), In.NOTHING
                return
            case "shptxt" | "dptxbxtext":
                place = state.place or RtfShape(self._margins)
                # The place is asked at the end: older files tell it behind the text.
                story = Story(lambda blocks: outer.boxes.append(place.box(blocks)))
            case "footnote":
                story = Story(self.notes.extend)
            case _:
                story = Story(lambda blocks: self.headers.update({word: blocks}) if word not in self.headers else None)
        self._state = State(story=story, row=RowShape(), font=self._default_font, fallback=state.fallback)

    def _end_story(self, ended: State | None = None) -> None:
        story = (ended or self._state).story
        if story.runs or story.boxes:
            before, self._state = self._state, ended or self._state
            self._end_paragraph()
            self._state = before
        story.keep(story.tables.finish())
