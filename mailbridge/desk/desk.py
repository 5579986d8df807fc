"""
The desk: what a clerk may do, the same by mail, on the command line and on the web page.

Each act is one transaction and one row of the table `act`; it is `Done`, or `Refused` with a sentence for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine

from mailbridge.decision.units import Unit
from mailbridge.desk import entries, queue, returning, settling, undoing
from mailbridge.desk.answers import Done, Refused, Waiting
from mailbridge.desk.around import Archive, Around, Office, Said, clerks_and_heads_may
from mailbridge.desk.entries import Assignment, Share, Values
from mailbridge.desk.settling import Wanted
from mailbridge.registry.acts import Act, Did, Via
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.entry import RegisterEntry

__all__ = [
    "Act",
    "Archive",
    "Around",
    "Assignment",
    "Desk",
    "Did",
    "Done",
    "Refused",
    "Share",
    "Unit",
    "Via",
    "Waiting",
    "clerks_and_heads_may",
]


class Desk:
    """
    Acts on SQLite or PostgreSQL. Its methods block, and raise `Refused` and `Unavailable`.

    `by` is who answers for an act: a mail address, or the user at the terminal with `Via.CLI`.
    """

    def __init__(self, engine: Engine, around: Around, *, clock: Clock = utc_now) -> None:
        self._office = Office(engine, around, clock)

    def waiting(self, agency: str | None = None) -> tuple[Waiting, ...]:
        """List the mails that wait for a clerk: the most urgent first, then in the order of arrival."""
        return queue.waiting(self._office, agency)

    def confirm(
        self,
        mail_id: str,
        agency: str,
        *,
        values: Values = (),
        document: str | None = None,
        anyway: bool = False,
        force: bool = False,
        by: str,
        via: Via,
        why: str = "",
    ) -> Done:
        """
        Enter the documents of a mail that waits; their numbers are given now, in the order of entering.

        What was read when the mail came is version 1, what the clerk corrects version 2. The sender gets the
        acknowledgement if he was proven then.

        Args:
            document: The file that the values are for, by the index of its part or its name; of one document it may
                also be another file than the program took.
            anyway: Enter it though an entry has the same number, symbol and issuer.
            force: Enter it though needed fields are missing; needs a reason.

        Raises:
            Refused: Another clerk was quicker ("settled"), fields are missing ("missing"), it looks entered
                ("twin") or is ("entered"), nothing of it is kept ("not-kept"), several files can be the document.
        """
        wanted = Wanted(values=values, document=document, anyway=anyway, force=force)
        return settling.confirm(self._office, mail_id, agency, wanted, Said.of(by, via, why))

    def dismiss(self, mail_id: str, agency: str, *, by: str, via: Via, why: str = "") -> Done:
        """Settle a mail that waits as no document."""
        return settling.dismiss(self._office, mail_id, agency, Said.of(by, via, why))

    def return_mail(
        self,
        mail_id: str,
        agency: str,
        reason: str,
        *,
        without_letter: bool = False,
        by: str,
        via: Via,
        why: str = "",
    ) -> Done:
        """
        Settle a mail that waits as returned; its sender is told why, when he is proven (G10).

        Args:
            reason: A code of `letters.stage.ReturnReason` or its short name, with more behind a colon, or any text of
                ten characters or more.
            without_letter: The clerk tells the sender otherwise.

        Raises:
            Refused: As `confirm`; "unproven" when no letter may leave, "no-reason" when the reason says too little.
        """
        said, found = Said.of(by, via, why or reason), returning.reason_called(reason)
        return returning.return_mail(self._office, mail_id, agency, found, said, without_letter=without_letter)

    def join(self, mail_id: str, agency: str, into: RegisterEntry, *, by: str, via: Via, why: str = "") -> Done:
        """Settle a mail that waits as another copy of what an entry has."""
        return settling.join(self._office, mail_id, agency, into, Said.of(by, via, why))

    def merge(self, entry_id: str, into_id: str, *, by: str, via: Via, why: str = "") -> Done:
        """Merge two entries of one document: the later one into the earlier one."""
        return entries.merge(self._office, entry_id, into_id, Said.of(by, via, why))

    def undo(self, act_id: str, *, by: str, via: Via, why: str = "") -> Done:
        """Take an act back; what came after it must be taken back first."""
        return undoing.undo(self._office, act_id, Said.of(by, via, why))

    def last_act(self, agency: str, by: str | None = None) -> Act:
        """Find what was done last in an agency, by anybody or by one person, and was not taken back."""
        return undoing.last_act(self._office, agency, by)

    def find(self, text: str, agency: str | None = None, *, limit: int = 20) -> tuple[RegisterEntry, ...]:
        """Find entries by what people call them, else by words; the newest first, at most `limit`."""
        return queue.find(self._office, text, agency, limit)

    def correct(self, entry_id: str, values: Values, *, by: str, via: Via, why: str = "") -> Done:
        """Write values into the fields of an entry; `Done.act_id` is "" when it says so already."""
        return entries.correct(self._office, entry_id, values, Said.of(by, via, why))

    def void(self, entry_id: str, *, by: str, via: Via, why: str) -> Done:
        """Void an entry; its line stays, and its number is never given again."""
        return entries.void(self._office, entry_id, Said.of(by, via, why))

    def assign(
        self,
        entry_id: str,
        *,
        lead: Share | str | None = None,
        cooperating: Sequence[Share | str] = (),
        due: date | None = None,
        direction: str | None = None,
        by: str,
        via: Via,
        why: str = "",
    ) -> Done:
        """
        Hand a document over to units, each with its own deadline; `due` is that of all that name none.

        Units are found by their names, ids and initials, marks or not; an agency that has named none takes any name.
        """
        wanted = Assignment(
            lead=_share(lead, due) if lead else None,
            cooperating=tuple(_share(each, due) for each in cooperating),
            direction=direction,
            due=due,
        )
        return entries.assign(self._office, entry_id, wanted, Said.of(by, via, why))

    def send_back(self, entry_id: str, *, by: str, via: Via, why: str) -> Done:
        """Give a document that went to the wrong unit back to the clerks."""
        return entries.send_back(self._office, entry_id, Said.of(by, via, why))

    def progress(self, entry_id: str, what: Did, *, by: str, via: Via, why: str = "") -> Done:
        """Say how far a document has come: `Did.SUBMITTED`, `STARTED`, `DONE`."""
        return entries.progress(self._office, entry_id, what, Said.of(by, via, why))

    def answered(self, entry_id: str, symbol: str, day: date, *, by: str, via: Via, why: str = "") -> Done:
        """Close the obligation by our own answer, whose number and day are kept."""
        return entries.answered(self._office, entry_id, symbol, day, Said.of(by, via, why))


def _share(given: Share | str, due: date | None) -> Share:
    share = Share(name=given) if isinstance(given, str) else given
    return share if share.due else Share(name=share.name, due=due)
