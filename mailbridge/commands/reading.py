"""
The answer of a clerk, read: what it asks for, or why nothing may be done.

All of the words have to be understood. One command beside a sentence that is not understood ("ok nhưng chờ anh Nam
xem") is no command: nothing is guessed, and the person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailbridge.commands import troubles
from mailbridge.commands.command import Assign, Command, Confirm, Correct, Undo
from mailbridge.commands.courtesy import BARE_A, GREETING, PARTICLE, THANKS, YES_SIR
from mailbridge.commands.days import WorksOn
from mailbridge.commands.handing import handing_clause
from mailbridge.commands.orders import help_or_find, order_clause
from mailbridge.commands.own_words import own_words
from mailbridge.commands.phrases import pattern, words
from mailbridge.commands.pieces import Clause, Found, Handing, Nothing, Piece, Value
from mailbridge.commands.values import QUOTES, value_clause
from mailbridge.decision.sentence import Sentence

MOST_LINES = 40
"""Lines of an answer; whoever writes more than a page does not give a command."""

_LONGEST_LINE = 2_000
_FEW_WORDS = 4
_BULLET = pattern(r"\A(?:[-*•+·–—]|\d{1,2}[.)](?=[ ]+\D))[ ]*")
_BETWEEN = pattern(rf"[ ]*(?:[,;.!/+&]|-(?=[ ])|(?<!\w){words('và|rồi|đồng thời|sau đó|and|then|với')})*[ ]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    What an answer says.

    Attributes:
        commands: What was understood, in the order in which it is to be done. Not to be done when `unclear`.
        unread: The lines that were not understood, as written.
        unclear: Why nothing may be done; None when all is clear, and then there is at least one command.
    """

    commands: tuple[Command, ...] = ()
    unread: tuple[str, ...] = ()
    unclear: Sentence | None = None


def read_commands(text: str, today: date, *, author: str = "", works_on: WorksOn | None = None) -> Reading:
    """
    Read the body of a reply. Raises nothing.

    Args:
        text: The readable body, with whatever it quotes below, above or between.
        today: The day in Vietnam on which it came.
        author: Display name of the person, see `own_words`.
        works_on: The calendar of the office, for "cuối tuần".
    """
    lines = own_words(text, author=author)
    if len(lines) > MOST_LINES or any(len(line) > _LONGEST_LINE for line in lines):
        return Reading(unread=lines[:MOST_LINES], unclear=troubles.UNKNOWN_WORDS)
    return read_lines(lines, today, works_on)


def read_lines(lines: tuple[str, ...], today: date, works_on: WorksOn | None = None) -> Reading:
    """Read lines that a person wrote, nothing around them."""
    pieces: list[Piece] = []
    unread: list[str] = []
    trouble: Sentence | None = None
    whole = "\n".join(lines)
    for line in lines:
        begun = any(not isinstance(each, Nothing) for each in pieces)
        found, problem = _read_line(_BULLET.sub("", line, count=1).strip(), today, works_on, whole, begun=begun)
        pieces.extend(found)
        if problem is not None:
            unread.append(line)
            trouble = trouble or problem
    commands, clash = _put_together(pieces)
    if trouble is None and clash is None and not commands:
        trouble = troubles.EMPTY
    return Reading(commands=commands, unread=tuple(unread), unclear=trouble or clash)


def _read_line(
    line: str, today: date, works_on: WorksOn | None, whole: str, *, begun: bool
) -> tuple[list[Piece], Sentence | None]:
    """
    Read all clauses of a line; a sentence when one of them is not clear, or something is left over.

    Args:
        begun: Something is asked for above; behind it "gửi VP" greets nobody, it hands over.
    """
    # "٣" and "３" are numbers to a program, and nothing that a clerk here has on the keyboard.
    if any(each.isdecimal() and not each.isascii() for each in line):
        return [], troubles.UNKNOWN_WORDS
    asked = help_or_find(line)
    if isinstance(asked, Found):
        return [asked.piece], None
    pieces: list[Piece] = []
    at = _behind(line, 0)
    while at < len(line):
        greets = not begun and all(isinstance(each, Nothing) for each in pieces)
        clause = _clause(line, at, today, works_on, whole, greets=greets)
        if clause is None:
            return pieces, troubles.why_unread((line,))
        if isinstance(clause, Sentence):
            return pieces, troubles.QUESTION if "?" in line else clause
        problem = _joined_badly(line, at, pieces, clause, today)
        if problem is not None:
            return pieces, problem
        pieces.append(clause.piece)
        end = clause.end
        end = _behind_particles(line, end, clause.piece)
        at = _behind(line, end)
        if at == end < len(line) and not line[end - 1 : end].isspace() and not line[end : end + 1].isspace():
            return pieces, troubles.why_unread((line,))
    return pieces, None


def _behind_particles(line: str, at: int, said: Piece) -> int:
    """Go behind the particles of politeness; a bare "a" is one only behind what nobody asks about."""
    while (particle := PARTICLE.match(line, at)) is not None and particle.end() > at:
        if BARE_A.fullmatch(particle[0]) and not isinstance(said, Confirm | Undo | Value):
            return at
        at = particle.end()
    return at


def _behind(line: str, at: int) -> int:
    """Go behind what parts one clause from the next."""
    between = _BETWEEN.match(line, at)
    return between.end() if between else at


def _clause(line: str, at: int, today: date, works_on: WorksOn | None, whole: str, *, greets: bool) -> Clause:
    order = order_clause(line, at, whole=whole)
    if order is not None:
        return order
    for polite in (*((GREETING,) if greets else ()), THANKS, YES_SIR):
        found = polite.match(line, at)
        if found is not None and found.end() > at:
            return Found(piece=Nothing(), end=found.end())
    handed = handing_clause(line, at, today, works_on)
    return handed if isinstance(handed, Found) else value_clause(line, at, today) or handed


def _joined_badly(line: str, at: int, before: list[Piece], clause: Found, today: date) -> Sentence | None:
    """Refuse what may be one thought rather than two: "duyệt số 123/QĐ-UBND", "trích yếu: … Duyệt"."""
    is_named = isinstance(clause.piece, Value) and bool(before) and isinstance(before[-1], Confirm)
    if is_named and line[:at].rstrip()[-1:].isalnum():
        return troubles.FIX_OR_NAME
    if isinstance(clause.piece, Value | Handing) and clause.end == len(line) and line[-1] not in QUOTES:
        text = clause.piece.text if isinstance(clause.piece, Value) else clause.piece.direction or ""
        before_last, *rest = pattern(r"[.;,!][ ]+").split(text)
        if rest and (_is_order(rest[-1], before_last) or _hands_over(rest[-1], today)):
            return troubles.WHOSE_WORDS
    return None


def _hands_over(words_of_end: str, today: date) -> bool:
    """Say whether the last words of a text would hand the document over: "…, giao P.TCHC", "…, hạn 15/8"."""
    clause = handing_clause(words_of_end, 0, today, None)
    if isinstance(clause, Found):
        return not words_of_end[clause.end :].strip(" .!")
    return clause is troubles.PAST


def _is_order(words_of_end: str, whole: str) -> bool:
    """Say whether the last words of a text would be an order, were they alone."""
    clause = order_clause(words_of_end, 0, whole=whole)
    if isinstance(clause, Found):
        return not words_of_end[clause.end :].strip(" .!")
    return isinstance(clause, Sentence) and len(words_of_end.split()) < _FEW_WORDS


def _put_together(pieces: list[Piece]) -> tuple[tuple[Command, ...], Sentence | None]:
    """Make commands of what the clauses say, the same said twice once; a sentence when they cannot go together."""
    said = list(dict.fromkeys(each for each in pieces if not isinstance(each, Nothing)))
    values = [each for each in said if isinstance(each, Value)]
    parts = [each for each in said if isinstance(each, Handing)]
    whole = [each for each in said if not isinstance(each, Value | Handing)]
    commands: list[Command] = list(whole)
    clash: Sentence | None = None
    if values:
        commands.append(Correct(values=tuple((each.name, each.text) for each in values)))
        clash = _clash_of_values(values)
    if parts:
        assign, problem = _assigned(parts)
        commands.append(assign)
        clash = clash or problem
    others = [each for each in commands if not isinstance(each, Confirm | Correct | Assign)]
    if others and len(commands) > 1:
        clash = troubles.CONTRADICTION
    return tuple(commands), clash


def _clash_of_values(values: list[Value]) -> Sentence | None:
    names = [each.name for each in values]
    if len(names) != len(set(names)) or ("symbol" in names and {"number", "notation"} & set(names)):
        return troubles.SEVERAL_VALUES
    return None


def _assigned(parts: list[Handing]) -> tuple[Assign, Sentence | None]:
    leads = list(dict.fromkeys(each.lead for each in parts if each.lead))
    dues = list(dict.fromkeys(each.due for each in parts if each.due))
    directions = list(dict.fromkeys(each.direction for each in parts if each.direction))
    cooperating = tuple(dict.fromkeys(name for each in parts for name in each.cooperating))
    several = len(leads) > 1 or len(dues) > 1 or (leads and leads[0] in cooperating)
    assign = Assign(
        lead=leads[0] if leads else None,
        cooperating=cooperating,
        due=dues[0] if dues else None,
        direction="; ".join(directions) or None,
    )
    return assign, troubles.SEVERAL_VALUES if several else None
