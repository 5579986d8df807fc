"""What came of a command, for the letter that answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mailbridge.commands.reading import Reading
from mailbridge.decision.findings import Agency
from mailbridge.decision.sentence import Sentence
from mailbridge.desk.answers import Done
from mailbridge.desk.mail_work import MOST_FOUND, Worked
from mailbridge.desk.wording import DID_EN, DID_VI, number_of
from mailbridge.letters.replies import FoundLine, Reply, ReplyView
from mailbridge.letters.replies_words import told
from mailbridge.letters.typeset import day, one_line, shortened
from mailbridge.letters.view import ChangeView
from mailbridge.registry.acts import SETTLING, Act, Did
from mailbridge.registry.corrections_fields import shown
from mailbridge.registry.entry import RegisterEntry

_ABOUT = 80


class _Says(Protocol):
    def said(self, language: str) -> str: ...


def worked_view(worked: Worked, said: Sequence[str], agency: Agency, subject: str, language: str) -> ReplyView:
    """Tell what was done, with how fields stood and stand."""
    if worked.found is not None:
        return found_view(worked.found, said, agency, language)
    kind = Reply.HELP if worked.asked_help else Reply.DONE
    if worked.refused:
        kind = Reply.PARTLY if worked.done else Reply.REFUSED
    return ReplyView(
        kind=kind,
        agency=agency.name,
        about=_about(worked.done, subject, language),
        sentences=tuple(
            _one(each) for each in (*(_done(done, language) for done in worked.done), *_said(worked.refused, language))
        ),
        said=_lines(said),
        changes=tuple(_changes(worked.done, language)),
        remarks=tuple(dict.fromkeys(_remarks(worked.done, language))),
        can_undo=any(done.act_id and done.what is not Did.UNDONE for done in worked.done),
    )


def unclear_view(
    reading: Reading, said: Sequence[str], why: Sentence, agency: Agency, subject: str, language: str
) -> ReplyView:
    """Ask back: what was understood, what was not, and why nothing was done."""
    return ReplyView(
        kind=Reply.UNCLEAR,
        agency=agency.name,
        about=shortened(one_line(subject), _ABOUT),
        sentences=(why.said(language),),
        said=_lines(reading.unread or said),
        understood=tuple(told(command, language) for command in reading.commands),
    )


def refused_view(why: Sentence, said: Sequence[str], agency: Agency, subject: str, language: str) -> ReplyView:
    """Say why nothing was done."""
    about = shortened(one_line(subject), _ABOUT)
    return ReplyView(
        kind=Reply.REFUSED, agency=agency.name, about=about, sentences=(why.said(language),), said=_lines(said)
    )


def interrupted_view(
    acts: Sequence[Act], said: Sequence[str], agency: Agency, subject: str, language: str
) -> ReplyView:
    """Say what was done of a command before the program ended; the rest was not, and is not done by itself."""
    words = DID_VI if language == "vi" else DID_EN
    why = Sentence(
        vi="Hệ thống bị ngắt khi đang thực hiện; đề nghị kiểm tra và trả lời lại phần chưa thực hiện.",
        en="The system was interrupted; please check, and answer again for what was not done.",
    )
    listed = ", ".join(words[act.what] for act in acts) or ("chưa thực hiện gì" if language == "vi" else "nothing")
    return ReplyView(
        kind=Reply.INTERRUPTED,
        agency=agency.name,
        about=shortened(one_line(subject), _ABOUT),
        sentences=(why.said(language), f"{'Đã thực hiện' if language == 'vi' else 'Done'}: {listed}."),
        said=_lines(said),
        can_undo=bool(acts),
    )


def attempt_view(author: str, when: str, agency: Agency, language: str) -> ReplyView:
    """Warn the clerks of a command that nobody is proven to have sent."""
    why = Sentence(
        vi=f"Lúc {when} có thư mang tên {author} trả lời thư báo, nhưng không xác thực được người gửi.",
        en=f"At {when} a mail in the name of {author} answered a notice, but its sender is not proven.",
    )
    not_done = Sentence(
        vi="Lệnh trong thư không được thực hiện, người mang tên không được trả lời. Nếu chính người đó gửi, đề nghị "
        "gửi lại từ hộp thư cơ quan.",
        en="Nothing in it was done and nobody was answered. If that person did send it, please send it again from the "
        "office's mailbox.",
    )
    return ReplyView(
        kind=Reply.ATTEMPT,
        agency=agency.name,
        about=one_line(author, _ABOUT),
        sentences=(one_line(why.said(language)), not_done.said(language)),
    )


def found_view(lines: Sequence[RegisterEntry], said: Sequence[str], agency: Agency, language: str) -> ReplyView:
    """List what was asked for: at most `MOST_FOUND` lines, with numbers, days, and where each is."""
    vi = language == "vi"
    none = "Không tìm thấy văn bản nào trong sổ." if vi else "Nothing was found in the book."
    some = f"Tìm thấy {len(lines[:MOST_FOUND])} văn bản." if vi else f"{len(lines[:MOST_FOUND])} found."
    return ReplyView(
        kind=Reply.FOUND,
        agency=agency.name,
        about=shortened(one_line(" ".join(said)), _ABOUT),
        sentences=(some if lines else none,),
        found=tuple(_found(line) for line in lines[:MOST_FOUND]),
        more=len(lines) > MOST_FOUND,
    )


def _found(line: RegisterEntry) -> FoundLine:
    draft = line.draft
    return FoundLine(
        number=number_of(line),
        arrived=day(line.arrival_date),
        symbol=one_line(draft.symbol or ""),
        issuer=one_line(draft.issuer or ""),
        about=one_line(draft.type_and_subject, 200),
        where=one_line(draft.recipients or "", 200) if line.status.stands else line.status.value,
    )


def _done(done: Done, language: str) -> str:
    words = (DID_VI if language == "vi" else DID_EN)[done.what]
    numbers = ", ".join(number_of(line) for line in done.entries or ((done.entry,) if done.entry else ()))
    if not done.act_id:
        return "Thông tin đã đúng như vậy, không có gì để sửa." if language == "vi" else "It said so already."
    at = f", {'số đến' if language == 'vi' else 'number'} {numbers}" if numbers else ""
    if done.undid is not None:
        return _undone(done.undid, numbers, at, language)
    return f"{words[:1].upper()}{words[1:]}{at}."


def _undone(undid: Did, numbers: str, at: str, language: str) -> str:
    """Say what was taken back, and what that means for the mail and its number."""
    vi = language == "vi"
    told = [f"Đã hoàn tác: {DID_VI[undid].removeprefix('đã ')}{at}." if vi else f"Undone: {DID_EN[undid]}{at}."]
    if undid is Did.CONFIRMED and numbers:
        told.append(
            f"Số đến {numbers} không còn giá trị và không cấp lại."
            if vi
            else f"Number {numbers} stands for nothing now."
        )
    if undid in SETTLING:
        told.append("Thư lại chờ Văn thư xử lý." if vi else "The mail waits for a clerk again.")
    return " ".join(told)


def _changes(done: Sequence[Done], language: str) -> Iterator[ChangeView]:
    for each in done:
        for change in each.changes:
            old, new = (one_line(shown(value)) for value in (change.old, change.new))
            yield ChangeView(label=change.field.title(language), old=old, new=new)


def _remarks(done: Sequence[Done], language: str) -> Iterator[str]:
    """Yield what is to be known besides, with the number that it is about where there are several."""
    is_one = len({each.mail_id for each in done}) < 2
    for each in done:
        numbers = "" if is_one else _about((each,), "", language)
        for remark in _said(each.remarks, language):
            yield f"{numbers}: {remark}" if numbers else remark


def _about(done: Sequence[Done], subject: str, language: str) -> str:
    """Name the number where there is one, else the old subject."""
    numbers = dict.fromkeys(
        number_of(line) for each in done for line in each.entries or ((each.entry,) if each.entry else ())
    )
    if not numbers:
        return shortened(one_line(subject), _ABOUT)
    return f"{'Số đến' if language == 'vi' else 'Number'} {', '.join(list(numbers)[:5])}"


def _said(each: Sequence[_Says], language: str) -> tuple[str, ...]:
    return tuple(_one(sentence.said(language)) for sentence in each)


def _one(text: str) -> str:
    return one_line(text)


def _lines(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(one_line(line, 300) for line in said[:10])
