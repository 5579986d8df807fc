"""
Shows in a mailbox what the book knows of its mails; `Showing.run` is one round.

Everything may be done twice and be broken off anywhere: what stands on a mail is looked at before it is changed, and
the cursor moves on when all that lies behind it is done or noted to be looked for again. Mails that a person moved or
deleted are no error. The book is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.connection import FoundMail, Mailbox, OpenFolder, connected
from mailbridge.mailboxes.settings import MailboxSettings
from mailbridge.mailboxes.states import OURS, Alike, View, alike
from mailbridge.registry.shown import Cursor, Shown, ShownStates

LOOK_BACK = timedelta(days=30)
"""What happened longer ago is not shown in a mailbox that is new; what happens to old mails from now on is."""

_LOOK_AT_LEAST = timedelta(minutes=10)
"""How often a mailbox is opened though nothing happened: a folder that was made anew must be noticed."""

_MOST = 500
"""Events, and mails not found, that one round takes on."""

_AGAIN = tuple(timedelta(seconds=each) for each in (10, 30, 60, 300, 600, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
"""When a mail is looked for again that is not there: it may still be on its way. Then it is left until it changes."""

Connect = Callable[[MailboxSettings], AbstractContextManager[Mailbox]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """
    What one round did.

    Attributes:
        changed: Mails whose keywords or folder changed.
        missed: Mails that are not there, or not yet.
        problem: What the office or the server has to change, though the rest was shown; "" nothing.
    """

    changed: int = 0
    missed: int = 0
    problem: str = ""


class Showing:
    """
    One mailbox and its rows; for one thread at a time.

    Args:
        least_confidence: That of the configuration, below which nothing that was read is believed.
        connect: Opens a connection; it is closed when the round ends.
    """

    def __init__(
        self, engine: Engine, settings: MailboxSettings, least_confidence: float, connect: Connect = connected
    ) -> None:
        self._settings = settings
        self._rows = ShownStates(engine, settings.agency, settings.name)
        self._least = least_confidence
        self._connect = connect
        self._looked_at: datetime | None = None
        self._mailbox: Mailbox | None = None

    def end(self) -> None:
        """Break off what is under way, from another thread: the round raises `Unavailable`, and nothing is lost."""
        if mailbox := self._mailbox:
            mailbox.cut()

    def run(self, now: datetime, is_over: Callable[[], bool] = lambda: False) -> Round:
        """
        Show what changed since the last round; blocks for as long as the server takes.

        Args:
            is_over: Asked between two mails; then the round ends, and the next one does the rest.

        Raises:
            Unavailable: The server, the database, or something that the configuration names cannot be reached; the
                text says what.
        """
        cursor = self._rows.cursor(now - LOOK_BACK)
        mail_ids, led = self._rows.changed(cursor, _MOST)
        missed = self._rows.missed(now, _MOST)
        due = self._due((*mail_ids, *missed), frozenset(missed))
        is_fresh = self._looked_at is not None and now - self._looked_at < _LOOK_AT_LEAST
        done = Round()
        if due or not is_fresh:
            done, cursor = self._look(due, cursor, now, is_over)
        if not is_over() and led != cursor.seen:
            self._rows.move(replace(cursor, seen=led))
        return done

    def _due(self, mail_ids: Sequence[str], missed: frozenset[str]) -> tuple[Alike, ...]:
        """Leave out what is shown already."""
        found = alike(self._rows.known(mail_ids), self._least)
        shown = self._rows.shown([mail_id for each in found for mail_id in each.views])

        def is_due(mail_id: str, view: View) -> bool:
            row = shown.get(mail_id)
            # What nobody has shown need not be taken away.
            return mail_id in missed or (row.state if row else "") != str(view)

        return tuple(each for each in found if any(is_due(*item) for item in each.views.items()))

    def _look(
        self, due: Sequence[Alike], cursor: Cursor, now: datetime, is_over: Callable[[], bool]
    ) -> tuple[Round, Cursor]:
        with self._connected() as mailbox:
            folder = mailbox.open(self._settings.folder)
            if folder.uidvalidity != cursor.uidvalidity:
                was_known = cursor.uidvalidity is not None
                cursor = replace(cursor, uidvalidity=folder.uidvalidity)
                # Another folder under the old name: what stood on its mails may be gone, and is looked at again.
                self._rows.doubt_all(cursor, now) if was_known else self._rows.move(cursor)
            visit = Visit(mailbox, self._settings)
            found: dict[str, list[str]] = {each.message_id: [] for each in due}
            for here in visit.folders():
                for each in due:
                    if is_over():
                        return visit.told(), cursor
                    found[each.message_id] += visit.show(each, here)
        rows = [row for each in due for row in self._noted(each, frozenset(found[each.message_id]), now)]
        self._rows.keep(rows)
        self._looked_at = now
        return replace(visit.told(), missed=sum(1 for row in rows if row.attempts)), cursor

    @contextmanager
    def _connected(self) -> Iterator[Mailbox]:
        with self._connect(self._settings) as mailbox:
            self._mailbox = mailbox
            try:
                yield mailbox
            finally:
                self._mailbox = None

    def _noted(self, mails: Alike, found: frozenset[str], now: datetime) -> Iterator[Shown]:
        earlier = self._rows.shown(list(mails.views))
        for mail_id, view in mails.views.items():
            row = earlier.get(mail_id)
            state = str(view)
            attempts = 0 if mail_id in found else row.attempts + 1 if row and row.state == state else 1
            again = _AGAIN[attempts - 1] if 0 < attempts <= len(_AGAIN) else None
            yield Shown(mail_id=mail_id, state=state, at=now, attempts=attempts, next_at=now + again if again else None)


class Visit:
    """One connection, from folder to folder."""

    def __init__(self, mailbox: Mailbox, settings: MailboxSettings) -> None:
        self._mailbox = mailbox
        self._settings = settings
        self._places = dict(settings.folders)
        self._changed = 0
        self._problem = ""
        self._open = OpenFolder(uidvalidity=0, permanent=frozenset())
        self._there: frozenset[str] = frozenset()

    def told(self) -> Round:
        """Say what was done so far."""
        return Round(changed=self._changed, problem=self._problem)

    def folders(self) -> Iterator[str]:
        """Open the folder for incoming mail, then those that mail is moved to, and yield the name of each."""
        main, moved_to = self._settings.folder, dict.fromkeys(self._places.values())
        missing = [folder for folder in moved_to if not self._mailbox.has(folder)]
        if missing:
            self._problem = f"there is no folder {', '.join(missing)}"
        elif moved_to and not self._mailbox.can_move:
            self._problem = "the server cannot move mails (no MOVE, RFC 6851)"
        self._there = frozenset((main, *moved_to)) - frozenset(missing)
        for folder in dict.fromkeys((main, *moved_to)):
            if folder in self._there:
                self._open = self._mailbox.open(folder)
                yield folder

    def show(self, mails: Alike, here: str) -> tuple[str, ...]:
        """Show the state of these mails in the folder that is open; return those that are there."""
        found: list[str] = []
        for each in self._mailbox.find(mails.message_id):
            view = mails.view(each.mark)
            if view is not None:
                found += mails.members(each.mark)
                self._changed += self._show(each, view, here)
        return tuple(found)

    def _show(self, mail: FoundMail, view: View, here: str) -> bool:
        changed = self._settings.keywords and self._mark(mail, view)
        goes_to = self._places.get(view.state) if view.state else None
        place = goes_to or self._settings.folder
        if place != here and place in self._there and self._mailbox.can_move:
            self._mailbox.move(mail.uid, place)
            return True
        return changed

    def _mark(self, mail: FoundMail, view: View) -> bool:
        """Take our keywords of another state away, and set those of this one; say whether there was something to do."""
        ours = {flag for flag in mail.flags if flag.lower() in OURS}
        standing = {flag.lower() for flag in ours}
        wanted = {word.lower() for word in view.keywords}
        add = [word for word in view.keywords if word.lower() not in standing]
        remove = [flag for flag in ours if flag.lower() not in wanted]
        if add and not self._open.keeps(add):
            self._refuse_keywords()
            add = []
        if add or remove:
            self._mailbox.change(mail.uid, add=add, remove=remove)
        return bool(add or remove)

    def _refuse_keywords(self) -> None:
        problem = "the server keeps no keywords in this mailbox (PERMANENTFLAGS without \\*)"
        if not self._places:
            raise Unavailable("mailbox", problem)
        self._problem = self._problem or problem
