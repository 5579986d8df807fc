"""The acknowledgement waits for the number that another system gives, and leaves with it (E7)."""

from __future__ import annotations

from functools import partial

from mailbridge.desk.around import Office
from mailbridge.desk.desk import Around
from mailbridge.desk.numbering import tell_numbers
from mailbridge.mail.letter import LetterKind
from mailbridge.registry.authority import Authority
from mailbridge.registry.books import Books
from mailbridge.registry.numbers import Gift, SqlNumbers
from mailbridge.registry.series import Declared, declare_numbers
from tests.demo.builders_demo import policy
from tests.desk.builders_desk import BY_LAN, LAN, NOW, Room, Walked


def kinds(room: Room) -> list[LetterKind]:
    return [each.letter.kind for each in Books(room.engine).letters() if each.letter.kind is not LetterKind.NOTICE]


def test_confirmed_mail_is_acknowledged_when_its_number_comes(room: Room, mails: dict[str, Walked]) -> None:
    declare_numbers(room.engine, [Declared("sonv", book.id, Authority.EXTERNAL) for book in policy().books], at=NOW)
    case = room.receive(mails["08"])
    done = room.desk.confirm(case.mail_id, "sonv", values=(("symbol", "12/SGDĐT-VP"),), force=True, why="x", **BY_LAN)
    assert done.entry is not None
    assert done.entry.awaits_number
    assert kinds(room) == []

    around = Around(policies=(policy(clerks=(LAN,)),), archive=room.shelf)
    then = partial(tell_numbers, Office(room.engine, around, lambda: room.now))
    gifts = [Gift(entry_id=done.entry.id, number=457)]
    SqlNumbers(room.engine, clock=lambda: room.now).give(gifts, by=LAN, why="iOffice", then=then)

    assert kinds(room) == [LetterKind.ACCEPTED]
    (letter,) = (each.letter for each in Books(room.engine).letters() if each.letter.kind is LetterKind.ACCEPTED)
    assert letter.mail_id == case.mail_id
