"""Two clerks at once, and a program that is killed between: one entry a mail, and no number lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from sqlalchemy import func, select

from mailbridge.desk.desk import Did, Refused
from mailbridge.mail.letter import LetterKind
from mailbridge.registry.acts import acts_about
from mailbridge.registry.books import Books
from mailbridge.registry.tables import act
from tests.desk.builders_desk import BY_LAN, BY_MAI, Room, Walked
from tests.registry.conftest import Database

ROOT = Path(__file__).parents[2]
MAILS = 12


def fill(room: Room, mail: Walked, count: int = MAILS) -> list[str]:
    """Let mails wait, each with a file and a symbol of its own."""
    ids = []
    for number in range(count):
        told = json.loads(mail.case.judgement or "")
        for part in told["message"]["parts"]:
            part["sha256"] = f"{number:064x}"
        (document,) = told["documents"]
        document["symbol"] = f"{number + 1}/STC-QLNS"
        case = room.receive(mail, mail_id=f"mail-{number:02d}", judgement=json.dumps(told))
        ids.append(case.mail_id)
    return ids


class Confirming:
    """A process that confirms, begun when told to."""

    def __init__(self, url: str, name: str) -> None:
        arguments = (sys.executable, "-m", "tests.desk.confirming_process", url, name)
        self._process = subprocess.Popen(
            arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.out.readline() == "ready\n"

    @property
    def out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def said(self, most: int | None = None) -> list[list[str]]:
        """Read what it says, to the end or so many lines."""
        lines = self.out if most is None else (self.out.readline() for _ in range(most))
        return [line.split() for line in lines]

    def end(self, *, by_kill: bool = False) -> None:
        if by_kill:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(60)


def test_two_processes_confirm_the_same_mails_and_each_is_entered_once(
    room: Room, database: Database, mails: dict[str, Walked]
) -> None:
    ids = fill(room, mails["07"])
    both = [Confirming(database.url, name) for name in ("lan", "mai")]
    for each in both:
        each.begin()
    told = [line for each in both for line in each.said()]
    for each in both:
        each.end()

    entered = {line[0]: int(line[1]) for line in told if line[1] != "refused"}
    assert sorted(entered) == ids
    assert sorted(entered.values()) == list(range(1, MAILS + 1))
    assert {line[2] for line in told if line[1] == "refused"} <= {"settled"}
    assert len(list(Books(room.engine).entries())) == MAILS
    kinds = [each.letter.kind for each in Books(room.engine).letters()]
    assert kinds == [LetterKind.ACCEPTED] * MAILS


def test_a_process_that_is_killed_leaves_whole_acts_and_no_gap(
    room: Room, database: Database, mails: dict[str, Walked]
) -> None:
    ids = fill(room, mails["07"])
    first = Confirming(database.url, "lan")
    first.begin()
    promised = {line[0]: int(line[1]) for line in first.said(4)}
    first.end(by_kill=True)

    second = Confirming(database.url, "mai")
    second.begin()
    second.said()
    second.end()

    entries = {each.draft.mail_id: each.number for each in Books(room.engine).entries()}
    assert promised.items() <= entries.items()
    assert sorted(entries) == ids
    assert sorted(entries.values()) == list(range(1, MAILS + 1))
    with room.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(act)).scalar_one() == MAILS
    assert room.desk.waiting() == ()


def test_two_threads_settle_one_mail_in_different_ways_and_one_is_told(room: Room, mails: dict[str, Walked]) -> None:
    """H10: the first answer wins, whatever it was."""
    (mail_id,) = fill(room, mails["07"], 1)
    desk, refused, done = room.desk, list[Refused](), list[Did]()
    start = threading.Barrier(3)

    def settle(number: int) -> None:
        start.wait()
        try:
            match number:
                case 0:
                    done.append(desk.confirm(mail_id, "sonv", **BY_LAN).what)
                case 1:
                    done.append(desk.dismiss(mail_id, "sonv", **BY_MAI).what)
                case _:
                    done.append(desk.return_mail(mail_id, "sonv", "wrong-place", **BY_MAI).what)
        except Refused as error:
            refused.append(error)

    threads = [threading.Thread(target=settle, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(done) == 1
    assert [each.code for each in refused] == ["settled", "settled"]
    with room.engine.connect() as connection:
        (only,) = acts_about(connection, mail_id=mail_id)
    assert only.what is done[0]


def test_an_act_is_undone_once_though_two_want_it(room: Room, mails: dict[str, Walked]) -> None:
    (mail_id,) = fill(room, mails["07"], 1)
    desk = room.desk
    settled = desk.confirm(mail_id, "sonv", **BY_LAN)
    undone: list[Did] = []
    refused: list[str] = []
    start = threading.Barrier(2)

    def undo() -> None:
        start.wait()
        try:
            undone.append(desk.undo(settled.undo, **BY_LAN).what)
        except Refused as error:
            refused.append(error.code)

    threads = [threading.Thread(target=undo) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (undone, refused) == ([Did.UNDONE], ["undone"])
    assert [each.mail_id for each in desk.waiting()] == [mail_id]
