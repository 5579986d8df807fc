"""Taking an act back, as long as nothing came after it that still stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, assert_never

from mailbridge.decision.policy import Policy
from mailbridge.decision.sentence import Sentence
from mailbridge.desk.answering import post_correction
from mailbridge.desk.answers import Done, Refused
from mailbridge.desk.around import Office, Said, Writing
from mailbridge.desk.lines import lock_case, locked_line, version
from mailbridge.desk.wording import DID_EN, DID_VI, number_of, when
from mailbridge.registry.acts import SETTLING, Act, Did, acts_about, find_act, newest_act, settlement, undone_by
from mailbridge.registry.corrections import rewrite
from mailbridge.registry.corrections_fields import Change
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links_rows import refuse_change
from mailbridge.registry.merging import undo_link
from mailbridge.registry.rows import entries_of_document, standing, write_event

_WHY = "hoàn tác"
_LEFT = Sentence(
    vi="Thư trả lại có thể đã đến nơi gửi; đề nghị báo lại nơi gửi.",
    en="The letter of return may have reached the sender; please tell them.",
)


def last_act(office: Office, agency: str, by: str | None) -> Act:
    """Find what was done last in an agency and still stands; raises `Refused` when there is nothing."""
    with reaching_database(), reading(office.engine).begin() as connection:
        found = newest_act(connection, agency, by)
    if found is None:
        raise Refused("Không có thao tác nào để hoàn tác.", "There is nothing to undo.", code="no-act")
    return found


def undo(office: Office, act_id: str, said: Said) -> Done:
    """
    Take an act back, which is one more act; what came after it must be taken back first.

    Raises `Refused` for an act that was taken back, one that takes back another, and one after which something came.
    """
    with office.writing() as writing:
        act = find_act(writing.connection, act_id)
        if act is None:
            raise Refused("Không có thao tác này.", "There is no such act.", code="no-act")
        policy = office.check(Did.VOIDED if act.what is Did.VOIDED else Did.UNDONE, said, act.agency)
        if act.mail_id:
            lock_case(writing.connection, act.mail_id, act.agency)
        _refuse_undone(writing, act)
        return _undone(office, policy, writing, act, said)


def _refuse_undone(writing: Writing, act: Act) -> None:
    if act.what is Did.UNDONE:
        raise Refused(
            "Không hoàn tác một lần hoàn tác; đề nghị thực hiện lại thao tác.",
            "An undo is not undone; please do the act again.",
            code="no-act",
        )
    earlier = undone_by(writing.connection, act.id)
    if earlier is not None:
        raise Refused(
            f"Thao tác này đã được {earlier.written_by} hoàn tác lúc {when(earlier.written_at)}.",
            f"This was undone by {earlier.written_by} at {when(earlier.written_at)}.",
            code="undone",
        )


def _undone(office: Office, policy: Policy, writing: Writing, act: Act, said: Said) -> Done:
    match act.what:
        case Did.CONFIRMED:
            lines, changes, remarks = _void_entered(office, policy, writing, act, said)
        case Did.DISMISSED:
            _refuse_other_settlement(writing, act)
            lines, changes, remarks = (), (), ()
        case Did.RETURNED:
            _refuse_other_settlement(writing, act)
            lines, changes, remarks = (), (), ((_LEFT,) if json.loads(act.after).get("letter") else ())
        case Did.JOINED:
            _refuse_other_settlement(writing, act)
            made = undo_link(writing.connection, json.loads(act.after)["link"], writing.author(said, _WHY))
            lines, changes, remarks = (made.entry,), (), ()
        case Did.MERGED:
            made = undo_link(writing.connection, json.loads(act.after)["link"], writing.author(said, _WHY))
            lines, changes, remarks = (made.entry,), (), ()
        case (
            Did.CORRECTED
            | Did.VOIDED
            | Did.ASSIGNED
            | Did.SENT_BACK
            | Did.SUBMITTED
            | Did.STARTED
            | Did.ANSWERED
            | Did.DONE
        ):
            old, line, changes = _put_back(writing, act, said)
            corrected = post_correction(writing, office, policy, old, line)
            lines, remarks = (line,), (*((corrected,) if corrected else ()), *_told_units(act))
        case Did.UNDONE:
            raise AssertionError("refused before")
        case _:
            assert_never(act.what)
    act_id = writing.act(
        Did.UNDONE,
        said,
        agency=act.agency,
        mail_id=act.mail_id,
        entry_id=act.entry_id,
        after={"versions": {line.id: line.version for line in lines}},
        undoes=act.id,
    )
    _tell(writing, act, said)
    return Done(
        act_id=act_id,
        what=Did.UNDONE,
        changes=changes,
        entry=lines[0] if lines else None,
        entries=tuple(lines),
        remarks=remarks,
        mail_id=act.mail_id,
        undid=act.what,
    )


def _void_entered(
    office: Office, policy: Policy, writing: Writing, act: Act, said: Said
) -> tuple[tuple[RegisterEntry, ...], tuple[Change, ...], tuple[Sentence, ...]]:
    """Void what a confirmation entered: its numbers stay taken, and the mail waits again."""
    _refuse_other_settlement(writing, act)
    author = writing.author(said, _WHY)
    lines, told = [], []
    for entry_id, number in _versions(act).items():
        line = _unchanged(writing, entry_id, number)
        refuse_change(writing.connection, line)
        voided, _ = rewrite(writing.connection, line, line.draft, EntryStatus.VOIDED, author, Happening.VOIDED)
        told.append(post_correction(writing, office, policy, line, voided))
        lines.append(voided)
    return tuple(lines), (), tuple(each for each in told if each)


def _put_back(writing: Writing, act: Act, said: Said) -> tuple[RegisterEntry, RegisterEntry, tuple[Change, ...]]:
    """Write what the entry said before as a further version; return the entry as it was, and as it is, and changes."""
    ((entry_id, number),) = _versions(act).items()
    line = _unchanged(writing, entry_id, number)
    old = version(writing.connection, entry_id, _versions(act, before=True)[entry_id])
    if act.what is Did.VOIDED:
        _refuse_entered_anew(writing, line)
    else:
        refuse_change(writing.connection, line)
    author = writing.author(said, _WHY)
    newer, changes = rewrite(writing.connection, line, old.draft, old.status, author, Happening.CORRECTED)
    return line, newer, changes


def _unchanged(writing: Writing, entry_id: str, number: int) -> RegisterEntry:
    """Read an entry that must be as the act left it, or is so again because what came after was taken back."""
    line = locked_line(writing.connection, entry_id)
    if not _is_back_at(writing, line, number):
        raise Refused(
            f"Số đến {number_of(line)} đã thay đổi sau thao tác này (phiên bản {line.version}); "
            "hoàn tác các thao tác sau trước.",
            f"Number {number_of(line)} was changed after this (version {line.version}); undo what came after first.",
            code="changed",
        )
    return line


def _is_back_at(writing: Writing, line: RegisterEntry, number: int) -> bool:
    """
    Say whether an entry says what it said in one of its versions, with nothing between but acts and their undoing.

    Whoever takes an act back writes a further version that says what the one before the act did.
    """
    done = acts_about(writing.connection, entry_ids=(line.id,))
    before = {each.id: _versions(each, before=True).get(line.id) for each in done}
    back = {_versions(each).get(line.id): before.get(each.undoes) for each in done if each.undoes}
    at: int | None = line.version
    while at is not None and at > number:
        at = back.get(at)
    return at == number


def _refuse_entered_anew(writing: Writing, line: RegisterEntry) -> None:
    sha256 = line.draft.document_sha256
    found = entries_of_document(writing.connection, line.draft.agency, sha256) if sha256 else ()
    anew = standing(found)
    if anew is not None:
        raise Refused(
            f"Văn bản đã vào sổ lại với số đến {number_of(anew)}.",
            f"The document was entered anew as number {number_of(anew)}.",
            code="entered",
        )


def _refuse_other_settlement(writing: Writing, act: Act) -> None:
    now = settlement(writing.connection, act.mail_id, act.agency)
    if now is None or now.id != act.id:
        raise Refused(
            f"Sau đó thư {DID_VI[now.what] if now else 'đã thay đổi'}; không hoàn tác được.",
            f"The mail was settled otherwise since ({DID_EN[now.what] if now else 'changed'}).",
            code="changed",
        )


def _told_units(act: Act) -> tuple[Sentence, ...]:
    """Name the units that heard of a hand-over: no letter tells them that it was taken back."""
    told: dict[str, Any] = json.loads(act.after)
    shares = [share for share in (told.get("lead"), *told.get("with", ())) if share]
    names = ", ".join(share["name"] for share in shares)
    if not names:
        return ()
    return (
        Sentence(
            vi=f"{names} có thể đã được báo nhận văn bản; đề nghị báo lại.",
            en=f"{names} may have been told of the document; please tell them.",
        ),
    )


def _versions(act: Act, *, before: bool = False) -> Mapping[str, int]:
    told: dict[str, Any] = json.loads(act.before if before else act.after)
    return dict(told.get("versions", {}))


def _tell(writing: Writing, act: Act, said: Said) -> None:
    happened = Event(
        at=writing.now,
        mail_id=act.mail_id,
        entry_id=None if act.what in SETTLING else act.entry_id,
        actor=said.by,
        what=Happening.UNDONE,
        detail=": ".join(filter(None, (act.what.value, said.why))),
    )
    write_event(writing.connection, act.agency, happened)
