"""Clauses that hand a document over: "giao P.TCHC chủ trì", "phối hợp VP, KHTC", "hạn 15/8", "ý kiến: …"."""

from __future__ import annotations

import re
from datetime import date

from mailbridge.commands import troubles
from mailbridge.commands.courtesy import without_courtesy
from mailbridge.commands.days import WorksOn, Wrong, day_at, read_deadline
from mailbridge.commands.phrases import CAPITAL, pattern, words
from mailbridge.commands.pieces import Clause, Found, Handing

_GIVE = words(
    "giao|giao cho|giao việc cho|chuyển|chuyển cho|chuyển đến|chuyển tới|chuyển xử lý|phân cho|phân công|"
    "phân công cho|chuyển xử lý cho|chuyển giao|chuyển vb cho|chuyển văn bản cho|assign to|assign|forward to|"
    "chuyển về|giao về"
)
_LEADS = words(
    "chủ trì|chủ trì xử lý|làm đầu mối|đầu mối|ctrì|chủ trì tham mưu|chủ trì giải quyết|lead|"
    "chủ trì thực hiện|là đơn vị chủ trì"
)
_DOES = words(
    "xử lý|giải quyết|tham mưu|thực hiện|nghiên cứu|triển khai|trả lời|báo cáo|góp ý|soạn|dự thảo|đề xuất|"
    "tổng hợp|tham mưu xử lý|để xử lý|để thực hiện|để biết|để giải quyết"
)
_DOES_WHAT = words(
    "văn bản|công văn|trả lời|báo cáo|kế hoạch|theo quy định|theo thẩm quyền|góp ý|xử lý|đề xuất|tham mưu|"
    "thực hiện|triển khai|giải quyết|tờ trình|lãnh đạo|giám đốc|ubnd tỉnh"
)
_LEAD_LABEL = pattern(rf"{words('chủ trì|đơn vị chủ trì|giao chủ trì|người nhận|lead|đơn vị xử lý')}[ ]*[:=][ ]*")
_GIVES = pattern(rf"(?P<give>{_GIVE})[ ]*:?[ ]*")
_WITH_WORDS = words("phối hợp|phối hợp với|phối hợp cùng|cùng|cùng với|ph|phối hợp là|with|đơn vị phối hợp")
_WITH = pattern(rf"{_WITH_WORDS}[ ]*:?[ ]*")
_DUE_WORDS = words(
    "hạn|hạn xử lý|thời hạn|thời hạn xử lý|hạn trả lời|hạn chót|hạn giải quyết|hạn hoàn thành|"
    "thời hạn giải quyết|hạn báo cáo|deadline|due|due date"
)
_DUE = pattern(
    rf"(?:{words('sửa|đổi|sửa lại|gia|lùi')}[ ]+)?{_DUE_WORDS}[ ]*"
    rf"(?:[:=]|{words('là|đến|đến ngày|trước|trước ngày|đến hết|đến hết ngày|thành|vào|is')})?[ ]*"
)
_BEFORE = pattern(
    rf"(?:{words('xong|hoàn thành|trả lời|báo cáo|xử lý|xử lý xong|có kết quả')}[ ]+)?"
    rf"{words('trước|trước ngày|chậm nhất|chậm nhất ngày|chậm nhất là|chậm nhất là ngày|before|by')}[ ]+"
)
_DIRECTS = pattern(
    rf"{words('ý kiến|ý kiến chỉ đạo|chỉ đạo|yêu cầu|nội dung giao|ý kiến phân phối|direction')}[ ]*[:=][ ]*"
)
_UNIT = words(
    "phòng|ban|văn phòng|vp|chi cục|trung tâm|tt|bộ phận|thanh tra|tổ|đội|khối|đ/c|đồng chí|anh|chị|ông|bà|"
    "cô|chú|bác|sở|trạm|đơn vị|tp|ptp|pgđ|gđ|phó giám đốc|giám đốc|trưởng phòng|phó trưởng phòng|"
    "chánh văn phòng|cvp|chuyên viên|cv"
)
_STARTS_AS_NAME = pattern(rf"{_UNIT}(?:[ ]|$)|p\.?[ ]?[\wĐđ]{{2,}}$|(?-i:{CAPITAL})|[bcdđghklmnpqrstvx]{{2,8}}$")
_NOBODY = pattern(
    words(
        "phòng|ban|chi cục|trung tâm|tt|bộ phận|tổ|đội|khối|đ/c|đồng chí|anh|chị|ông|bà|cô|chú|bác|sở|trạm|đơn vị|"
        "các phòng|các đơn vị|chuyên viên|cv|p.|các anh chị|anh chị"
    )
)
"""Titles without a name: nobody is named by them alone."""

_NO_NAME_WORDS = pattern(
    r"(?:^|(?<=[ ]))"
    + words(
        "nếu|khi|sau|trước|chờ|đợi|nhưng|mà|rồi|thì|để|không|chưa|đừng|hay|hoặc|xem|đã|sẽ|đang|được|bị|lại|cũng|"
        "giúp|hộ|xong|tiếp|đi|này|kia|nhé|gấp|ngay|luôn|cho|vào|từ|duyệt|hủy|if|when|or|not|nhờ|như|đó|"
        "theo|sang|gì|ai|nào|khác|tôi|mình|em|của"
    )
)
_ENDS_IN_DAY = re.compile(r"(?<=[ ])(?:\d{1,2}[/.-]\d{1,2}\S*|mai|nay|mốt|kia|tuần này|tuần sau)$")
"""A deadline that "hạn" or "trước" does not introduce; with a capital, "Mai" is a person."""
_NAME_LETTERS = re.compile(r"[\w./&()' -]+")
_BEHIND_NAME = f"{_LEADS}|{_DOES}|{_WITH_WORDS}|{_DUE_WORDS}|" + words(
    "và|trước|trước ngày|xong|hoàn thành|chậm nhất|nhé|ạ|giúp|by|before|để biết|để"
)
# A full stop behind one or two letters is that of an abbreviation: "P. Nội vụ".
_STOPS = pattern(
    rf"[ ]*(?:[,;:!]|(?<![ ][A-Za-z])(?<![ ][A-Za-z][A-Za-z])\.(?:[ ]|$)|$|[ ](?:{_BEHIND_NAME})|"
    rf"[ ]-[ ](?-i:(?!{CAPITAL}))|[ ]\+[ ])"
)
_AND = pattern(rf"[ ]*(?:,|;|\+|(?<!\w){words('và|cùng|and')})[ ]*(?:{_WITH_WORDS}[ ]+)?")
_MOST_WORDS = 8


def handing_clause(line: str, at: int, today: date, works_on: WorksOn | None) -> Clause:
    """Read a part of an assignment at this place of a line."""
    return _due(line, at, today, works_on) or _direction(line, at) or _lead(line, at) or _cooperating(line, at)


def _due(line: str, at: int, today: date, works_on: WorksOn | None) -> Clause:
    found = _DUE.match(line, at)
    before = None if found else _BEFORE.match(line, at)
    introduced = found or before
    if introduced is None:
        return None
    end = day_at(line, introduced.end())
    if end is None:
        return troubles.NO_DAY if found else None
    day = read_deadline(line[introduced.end() : end], today, works_on)
    match day:
        case date():
            return Found(piece=Handing(due=day), end=end)
        case Wrong.PAST:
            return troubles.PAST
        case _:
            return troubles.NO_DAY


def _direction(line: str, at: int) -> Clause:
    found = _DIRECTS.match(line, at)
    if found is None:
        return None
    text = without_courtesy(line[found.end() :]).rstrip(" .")
    if not text:
        return troubles.NO_VALUE
    if "?" in text:
        return troubles.QUESTION
    return Found(piece=Handing(direction=text), end=len(line))


def _lead(line: str, at: int) -> Clause:
    if label := _LEAD_LABEL.match(line, at):
        end = _end_of_name(line, label.end())
        named = _named(line[label.end() : end])
        return Found(piece=Handing(lead=named), end=end) if named else troubles.NO_NAME
    gives = _GIVES.match(line, at)
    start = gives.end() if gives else at
    end = _end_of_name(line, start)
    named = _named(line[start:end])
    if named is None:
        return troubles.NO_NAME if gives and gives["give"] else None
    leads = pattern(rf"[ ]+{_LEADS}").match(line, end)
    if leads:
        end = leads.end()
    elif gives is None:
        return None
    does = pattern(rf"[ ,]+(?P<what>{_DOES}(?:[ ]+(?:{_DOES}|{_DOES_WHAT})){{0,6}})").match(line, end)
    if does is None:
        return Found(piece=Handing(lead=named), end=end)
    said = does["what"]
    only_leads = pattern(words("xử lý|giải quyết|thực hiện|để xử lý|để giải quyết|để thực hiện"))
    direction = None if only_leads.fullmatch(said) else said
    return Found(piece=Handing(lead=named, direction=direction), end=does.end())


def _cooperating(line: str, at: int) -> Clause:
    found = _WITH.match(line, at)
    if found is None:
        return _names_before(line, at)
    names: list[str] = []
    at = found.end()
    while True:
        end = _end_of_name(line, at)
        named = _named(line[at:end])
        if named is None or (names and _begins_clause(line, at, end)):
            break
        names.append(named)
        last = end
        joined = _AND.match(line, end)
        if joined is None or joined.end() == end:
            break
        at = joined.end()
    return Found(piece=Handing(cooperating=tuple(names)), end=last) if names else troubles.NO_NAME


def _names_before(line: str, at: int) -> Clause:
    """Read "VP, P.KHTC phối hợp"."""
    found = pattern(rf"(?P<names>[^;:?!]{{2,120}}?)[ ]+{words('phối hợp|cùng phối hợp')}(?=[ ]*(?:[,;.!]|$))").match(
        line, at
    )
    if found is None:
        return None
    names = [_named(each) for each in re.split(rf"[ ]*(?:,|{words('và|&')})[ ]*", found["names"], flags=re.IGNORECASE)]
    if not names or any(name is None for name in names):
        return None
    return Found(piece=Handing(cooperating=tuple(name for name in names if name)), end=found.end())


def _begins_clause(line: str, at: int, end: int) -> bool:
    """Say whether what looks like one more name begins another part: "…, P.KHTC chủ trì", "…, giao VP"."""
    return _GIVES.match(line, at) is not None or pattern(rf"[ ]+{_LEADS}").match(line, end) is not None


def _end_of_name(line: str, at: int) -> int:
    found = _STOPS.search(line, at)
    return found.start() if found else len(line)


def _named(text: str) -> str | None:
    """Return a name of a unit or a person as it was written; None when these words cannot be one."""
    name = text.strip(" .-")
    if not name or len(name.split()) > _MOST_WORDS or len(name) < 2 or not _NAME_LETTERS.fullmatch(name):
        return None
    if _NO_NAME_WORDS.search(name) or _NOBODY.fullmatch(name) or not _STARTS_AS_NAME.match(name):
        return None
    if _ENDS_IN_DAY.search(name):
        return None
    return name
