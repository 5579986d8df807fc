"""Clauses that settle a document as a whole: confirm, dismiss, return, void, merge, undo; ask and help."""

from __future__ import annotations

from mailbridge.commands import troubles
from mailbridge.commands.command import (
    BatchConfirm,
    Confirm,
    Dismiss,
    Find,
    Help,
    Merge,
    Return,
    Undo,
    Void,
)
from mailbridge.commands.courtesy import FOR_ME, PRONOUN, without_courtesy
from mailbridge.commands.phrases import has_marks, pattern, words
from mailbridge.commands.pieces import Clause, Found

_APPROVES = words(
    "duyệt|đã duyệt|phê duyệt|đồng ý duyệt|duyệt rồi|đồng ý|nhất trí|thống nhất|chấp nhận|duyệt đăng ký|"
    "đồng ý đăng ký|đăng ký|đăng ký vào sổ|vào sổ|cho vào sổ|cho số|cấp số|xác nhận|xác nhận đúng|"
    "xác nhận đăng ký|approve|approved|confirm|confirmed|agree|agreed"
)
_RIGHT = words(
    "đúng|đúng rồi|đúng hết|đúng hết rồi|đúng cả|đúng vậy|chính xác|chuẩn|chuẩn rồi|ok|oke|okay|okie|oki|okê|"
    "ok rồi|được|được rồi|yes|correct|right|ổn|ổn rồi|thông tin đúng|nội dung đúng|đúng thông tin|"
    "đúng nội dung|đúng như trên|okela"
)
_SEEN = rf"(?:{words('đã xem|đã kiểm tra|đã đọc|đã xem lại|đã kiểm tra lại')}[ ]*,?[ ]*)?"
_THIS = rf"(?:[ ]+{words('văn bản này|văn bản|vb này|công văn này|cv này|thư này|số này|this')})?"
_CONFIRM = pattern(rf"{_SEEN}(?:{_APPROVES}{_THIS}|{_RIGHT})")

_ASKS_SOMEBODY = pattern(
    rf"(?:{words('anh|chị|em|cô|chú|bác')}[ ]+\S+(?:[ ]\S+)?[ ]+đi|"
    rf"{words('anh|chị|cô|chú|bác')}[ ]+\S+(?:[ ]\S+)?[ ]+ạ)"
    r"[ .!]*$"
)
"""Nobody bids himself: "em duyệt đi"; nobody says "ạ" of himself by the name of an elder: "chị duyệt ạ"."""

_DUNG = pattern(r"dung\Z")

_NUMBERS = r"\d{1,3}(?:[ ]*(?:-|–|đến|den|tới|to)[ ]*\d{1,3})?"
_LIST = rf"{_NUMBERS}(?:(?:[ ]*,[ ]*(?:{words('và|and')}[ ]*)?|[ ]+{words('và|and')}[ ]+|[ ]+){_NUMBERS}){{0,60}}"
_ALL = words("hết|tất cả|toàn bộ|cả|hết tất cả|all|hết cả|tất")
_BUT = words("trừ|ngoại trừ|trừ ra|trừ số|trừ các số|trừ mục|except|but|chừa|ngoài|không tính")
_BEHIND = r"(?![\w/]|[.,-]?\d|-\w|[ ]*[/%])"
_APPROVE_FEW = words("duyệt|đồng ý|xác nhận|ok|approve|confirm|duyệt các số|duyệt số")
_BATCH_ALL = pattern(
    rf"{_APPROVE_FEW}[ ]*(?:{_ALL})?[ ]*,?[ ]*{_BUT}[ ]*:?[ ]*(?P<but>{_LIST}){_BEHIND}|"
    rf"{_APPROVE_FEW}[ ]+{_ALL}(?P<all>)"
)
_BATCH_SOME = pattern(
    rf"{_APPROVE_FEW}[ ]*(?:{words('số|các số|mục|các mục|dòng|từ')}[ ]*)?:?[ ]*(?P<list>{_LIST}){_BEHIND}"
)
_MOST_LINE = 500

_BECAUSE = rf"[ ]*(?:[:–—-]|,?[ ]*(?<!\w){words('vì|do|lý do|lý do là|because|vì lý do|với lý do')}[ ]*:?)[ ]*"
_NOT_A_DOCUMENT = pattern(
    rf"(?:{words('đây|thư này|cái này|this is')}[ ]+)?(?:"
    + words(
        "không phải văn bản|không phải văn bản đến|không phải công văn|không phải vb|không phải cv|"
        "không phải là văn bản|không phải là công văn|không phải tài liệu|không phải vb đến|thư thường|"
        "không là văn bản|đánh dấu không phải văn bản|not a document|not an official document"
    )
    + r"|(?P<spam>"
    + words("thư rác|spam|quảng cáo|thư quảng cáo|thư riêng|thư cá nhân")
    + r"))"
)
_SEND_BACK = pattern(
    words("trả lại|trả lại nơi gửi|trả về|trả về nơi gửi|trả lại văn bản|từ chối|từ chối tiếp nhận|return")
)
_VOID = pattern(
    rf"(?P<void>{words('hủy|hủy bỏ|void')})(?:[ ]+"
    + words("số này|số đến này|số đến|đăng ký|văn bản này|vb này|mục này|bản ghi|số|entry")
    + r")?"
)
_HUY = pattern(r"huy(?!\w)")
_TAKES_BACK = pattern(
    r"^(?:"
    + words("thôi|đừng|chớ|khoan|chưa cần|chưa vội|chưa nên|chưa phải hủy|không cần|không nên|không phải hủy")
    + rf")|(?<!\w){words('không hủy|đừng hủy|chưa hủy|không trả lại|đừng trả lại|chưa trả lại|không trả nữa')}"
)
"""Reasons that take the order back: "hủy: thôi không hủy nữa"."""
_GIVES_REASON = pattern(
    r"(?<!\w)"
    + words(
        "nhầm|sai|trùng|lỗi|lặp|thừa|thử|test|không|chưa|thiếu|rác|spam|quảng cáo|đã có|đã vào|đã nhận|hai lần|2 lần|"
        "gửi lại|thay thế|thay bằng|thu hồi|hết hiệu lực|lộn|quá hạn|mờ|hỏng|mistake|wrong|duplicate|twice|error"
    )
)
_SOMEBODY = pattern(
    rf"(?:{words('cho|về|phòng|p.|vp|văn phòng|anh|chị|em|cô|chú|bác|ông|bà|đ/c|đồng chí')}"
    r"|p\.|(?-i:[A-ZĐ]{2,}(?:[.-][A-ZĐ]+)*$)).{0,60}"
)
"""People and units of the house."""
_SAME_AS = words(
    "trùng|trùng với|bị trùng với|bị trùng|gộp|gộp với|gộp vào|gộp chung với|trùng văn bản|trùng vb|đã có|"
    "đã vào sổ|đã đăng ký|duplicate of|merge with|merge into|same as|là bản trùng của"
)
_MERGE = pattern(
    rf"{_SAME_AS}[ ]*:?[ ]*(?:{words('văn bản|vb|công văn|cv|with')}[ ]+)?"
    rf"(?:{words('số đến|số|mục|number|no')}[ ]*[.:]?[ ]*)?"
    r"(?P<number>\d{1,6}(?:/(?:19|20)\d\d)?)(?![\w/.-]*\w)"
)
_MERGE_OPEN = pattern(words("trùng|trùng với|bị trùng|gộp|gộp với|gộp vào|trùng văn bản|duplicate|merge|trùng rồi"))
_UNDO = pattern(
    words(
        "hoàn tác|undo|khôi phục|khôi phục như cũ|trả về như cũ|quay lại như cũ|trở lại như cũ|hoàn tác lệnh|"
        "hoàn tác thao tác|hoàn tác lệnh vừa rồi|làm lại như cũ|để lại như cũ"
    )
)
_FIND = pattern(
    rf"(?:{words('cho|giúp|nhờ')}[ ]+)?{words('tìm|tìm kiếm|tra|tra cứu|find|search')}"
    rf"(?:[ ]+{words('giúp em|giúp chị|giúp anh|giúp tôi|giúp|hộ|hộ em|văn bản|vb|cho|for')})*"
    r"[ ]*:?[ ]+(?P<text>\S.*)"
)
_NOT_A_SEARCH = pattern(words("hiểu|cách|ra|thấy|được|lại|về|lời|giúp"))
"""Behind "tìm" or "tra" these make other words: "tìm hiểu", and "tra lai" on a phone is "trả lại"."""
_HELP = pattern(rf"\?+|{words('trợ giúp|hướng dẫn|help|cú pháp|giúp|giúp đỡ|hướng dẫn sử dụng|hdsd|cách dùng')}")


def help_or_find(line: str) -> Clause:
    """Read a line that asks and changes nothing."""
    bare = line.strip(" .!")
    if (found := _HELP.match(bare)) and found.end() == len(bare):
        return Found(piece=Help(), end=len(line))
    asked = _FIND.fullmatch(line)
    if asked is None or _NOT_A_SEARCH.match(asked["text"]):
        return None
    text = without_courtesy(asked["text"].rstrip(" ?.!"))
    return Found(piece=Find(text=text), end=len(line)) if text else None


def order_clause(line: str, at: int, *, whole: str) -> Clause:
    """
    Read an order at this place of a line.

    Args:
        whole: All of the person's words, for what depends on whether they are written with marks.
    """
    readers = (_dismiss, _merge, _undo, _batch, _confirm, _send_back)
    for read in readers:
        if (clause := read(line, at)) is not None:
            return clause
    return _void(line, at, whole)


def _confirm(line: str, at: int) -> Clause:
    said_by = PRONOUN.match(line, at)
    start = said_by.end() if said_by else at
    found = _CONFIRM.match(line, start)
    if found is None:
        return None
    # Without marks "đúng, …" and "đừng …" are written alike.
    if _DUNG.match(found[0]) and line[found.end() : found.end() + 2].strip(" ")[:1].isalnum():
        return troubles.NEGATION
    favour = FOR_ME.match(line, found.end())
    if said_by and (favour or _ASKS_SOMEBODY.match(line[at:])):
        return troubles.WHO_SHALL
    return Found(piece=Confirm(), end=favour.end() if favour else found.end())


def _batch(line: str, at: int) -> Clause:
    if every := _BATCH_ALL.match(line, at):
        but = _numbers(every["but"] or "")
        return Found(piece=BatchConfirm(all_lines=True, but=but), end=every.end()) if but is not None else None
    some = _BATCH_SOME.match(line, at)
    if some is None:
        return None
    numbers = _numbers(some["list"])
    if not numbers:
        return troubles.UNKNOWN_WORDS
    return Found(piece=BatchConfirm(numbers=numbers), end=some.end())


def _numbers(text: str) -> tuple[int, ...] | None:
    """Read "1, 2, 4-7" in order, none twice; None when a span runs backwards or a number is 0."""
    found: dict[int, None] = {}
    for each in pattern(_NUMBERS).findall(text):
        ends = [int(number) for number in pattern(r"\d+").findall(each)]
        first, last = ends[0], ends[-1]
        if first < 1 or last < first or last > _MOST_LINE:
            return None
        found.update(dict.fromkeys(range(first, last + 1)))
    return tuple(found)


def _dismiss(line: str, at: int) -> Clause:
    found = _NOT_A_DOCUMENT.match(line, at)
    if found is None:
        return None
    said = found["spam"]
    because = pattern(_BECAUSE).match(line, found.end())
    if because is None or because.end() == len(line):
        return Found(piece=Dismiss(why=said.lower() if said else None), end=found.end())
    why = _reason(line, because.end())
    return Found(piece=Dismiss(why=why), end=len(line)) if why else troubles.DOUBTFUL_REASON


def _send_back(line: str, at: int) -> Clause:
    found = _SEND_BACK.match(line, at)
    if found is None:
        return None
    because = pattern(_BECAUSE).match(line, found.end())
    if because is None or because.end() == len(line):
        rest = line[found.end() :].strip(" .!:")
        return troubles.NO_REASON if not rest else None
    why = _reason(line, because.end())
    return Found(piece=Return(why=why), end=len(line)) if why else troubles.DOUBTFUL_REASON


def _void(line: str, at: int, whole: str) -> Clause:
    found = _VOID.match(line, at)
    if found is None:
        return None
    # "Huy" is a name: among words with marks, or before a request, it calls a colleague.
    if _HUY.fullmatch(found["void"]) and has_marks(whole):
        return troubles.WHO_SHALL
    because = pattern(_BECAUSE).match(line, found.end())
    if because is None or because.end() == len(line):
        rest = line[found.end() :].strip(" .!:")
        return troubles.NO_REASON if not rest else None
    why = _reason(line, because.end())
    if why and _HUY.fullmatch(found["void"]) and not _GIVES_REASON.search(why):
        return troubles.WHO_SHALL
    return Found(piece=Void(why=why), end=len(line)) if why else troubles.DOUBTFUL_REASON


def _reason(line: str, at: int) -> str | None:
    """Return a reason to the end of the line; None when it does not read like one."""
    why = without_courtesy(line[at:]).strip(" .,;:")
    if len(why) < 2 or hesitates_or_asks(why) or _TAKES_BACK.search(why):
        return None
    # "Trả lại: P.TCHC" gives it back to somebody in the house, and no reason to somebody outside.
    return None if _SOMEBODY.fullmatch(why) and not _GIVES_REASON.search(why) else why


def hesitates_or_asks(why: str) -> bool:
    """Say whether a reason is none: it waits, asks, or speaks to somebody."""
    return troubles.hesitates(why) or pattern(words("xem|giúp|làm|hỏi|cho|nhớ")).match(why) is not None


def _merge(line: str, at: int) -> Clause:
    found = _MERGE.match(line, at)
    if found:
        return Found(piece=Merge(into=found["number"]), end=found.end())
    return troubles.NO_NUMBER if _MERGE_OPEN.match(line, at) else None


def _undo(line: str, at: int) -> Clause:
    said_by = PRONOUN.match(line, at)
    found = _UNDO.match(line, said_by.end() if said_by else at)
    if found is None:
        return None
    favour = FOR_ME.match(line, found.end())
    return Found(piece=Undo(), end=favour.end() if favour else found.end())
