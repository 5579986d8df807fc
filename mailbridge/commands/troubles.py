"""Why an answer is not followed, in a sentence for the person who wrote it; whatever it is, nothing is changed."""

from __future__ import annotations

from mailbridge.commands.phrases import pattern, words
from mailbridge.decision.sentence import Sentence

EMPTY = Sentence(
    vi="Không thấy câu trả lời nào trong thư, ngoài phần trích lại và chữ ký.",
    en="There is no answer in the mail beside what is quoted and the signature.",
)
QUESTION = Sentence(
    vi="Thư có câu hỏi; chỉ câu trả lời dứt khoát mới được thực hiện.",
    en="There is a question in the mail; only a plain answer is followed.",
)
NEGATION = Sentence(
    vi="Có từ phủ định (không, chưa, đừng …), nên chưa rõ phải làm gì.",
    en="There is a negation, so that it is not clear what to do.",
)
CONDITION = Sentence(
    vi="Có điều kiện hoặc ý chờ đợi (nếu, khi, chờ, nhưng …), nên chưa thực hiện gì.",
    en="There is a condition or something to wait for, so nothing was done.",
)
UNKNOWN_WORDS = Sentence(
    vi="Có phần không hiểu được; cả thư không được thực hiện.", en="Some words were not understood; nothing was done."
)
CONTRADICTION = Sentence(
    vi="Các yêu cầu không đi cùng nhau được; đề nghị chỉ ghi một.",
    en="These requests cannot go together; write only one of them.",
)
SEVERAL_VALUES = Sentence(
    vi="Một mục có nhiều giá trị khác nhau.", en="There are several different values for one field."
)
NO_REASON = Sentence(
    vi="Thiếu lý do; ghi thêm sau dấu hai chấm, ví dụ: hủy: nhập nhầm.",
    en='The reason is missing; write it behind a colon, such as "void: entered by mistake".',
)
DOUBTFUL_REASON = Sentence(
    vi="Lý do đọc như một lời hẹn hoặc nhắn ai đó, nên chưa thực hiện.",
    en="The reason reads like something to wait for or to ask somebody, so nothing was done.",
)
NO_NUMBER = Sentence(
    vi="Chưa ghi số đến của văn bản đã có, ví dụ: trùng với số 0123.",
    en='Write the arrival number of the document that is there, such as "duplicate of 0123".',
)
WHICH_NUMBER = Sentence(
    vi="Chưa rõ là số của văn bản hay số đến; ví dụ: số 123/QĐ-UBND, hoặc số văn bản: 123.",
    en='It is not clear which number is meant; write such as "symbol 123/QĐ-UBND" or "number: 123".',
)
NUMBER_OR_DAY = Sentence(
    vi="Chưa rõ là số, ký hiệu hay ngày tháng.", en="It is not clear whether this is a symbol or a day."
)
NO_DAY = Sentence(vi="Ngày không đúng; ví dụ: 15/8/2026.", en="This is no day; write such as 15/8/2026.")
PAST = Sentence(vi="Hạn xử lý đã qua.", en="The deadline lies in the past.")
FUTURE = Sentence(vi="Ngày văn bản sau ngày hôm nay.", en="The day of the document lies in the future.")
NO_VALUE = Sentence(vi="Chưa rõ giá trị đúng của mục cần sửa.", en="The right value of the field is not clear.")
WHOSE_WORDS = Sentence(
    vi="Chưa rõ phần cuối dòng là một phần của nội dung hay là câu trả lời; đề nghị ghi thành dòng riêng.",
    en="It is not clear whether the end of the line belongs to the value; write it on a line of its own.",
)
FIX_OR_NAME = Sentence(
    vi="Chưa rõ là sửa số, ký hiệu hay chỉ nhắc lại; đề nghị ghi riêng một dòng, ví dụ: số 123/QĐ-UBND.",
    en="It is not clear whether the symbol is to be corrected or only named; write it on a line of its own.",
)
WHO_SHALL = Sentence(
    vi="Đọc như lời nhờ người khác; chưa thực hiện.", en="It reads like a request to somebody else; nothing was done."
)
NO_NAME = Sentence(vi="Chưa rõ giao cho đơn vị hoặc người nào.", en="It is not clear to whom it is to be handed over.")

_NEGATION = pattern(
    rf"(?<!\w){words('không|chưa|đừng|chớ|chẳng|thôi|dừng|ngừng|bỏ|sai|not|no|never')}"
    r"|n't\b"
)
_CONDITION = pattern(
    r"(?<!\w)"
    + words(
        "nếu|khi|chờ|đợi|nhưng|khoan|tuy nhiên|để xem|xem đã|trừ khi|miễn là|sau khi|hoặc|hay là|hay|có lẽ|chắc|"
        "hình như|tạm|tạm thời|if|when|but|wait|or|until|unless|maybe|perhaps|after|before|hỏi|để|mà"
    )
)
_ASKS = pattern(rf"(?:^|[ ,]){words('hả|à|chứ|nhỉ|chưa|không|phải không|vậy')}[ .!]*$")


def why_unread(lines: tuple[str, ...]) -> Sentence:
    """Say what may be the matter with lines that were not understood."""
    if any("?" in line or _ASKS.search(line) for line in lines):
        return QUESTION
    if any(_CONDITION.search(line) for line in lines):
        return CONDITION
    if any(_NEGATION.search(line) for line in lines):
        return NEGATION
    return UNKNOWN_WORDS


_HESITATES = pattern(
    r"(?<!\w)"
    + words(
        "chờ|đợi|nếu|khoan|để xem|xem đã|xem giúp|xem lại|có lẽ|hình như|hay là|hỏi lại|hỏi|từ từ|tạm thời|"
        "chưa chắc|không chắc|lệnh|thao tác|kiểm tra giúp|kiểm tra lại|làm ơn|wait|if|maybe|unless|until|gọi|nhờ|"
        "ơi"
    )
)


def hesitates(reason: str) -> bool:
    """Say whether a reason reads as if its writer had not decided, or spoke to somebody else."""
    return "?" in reason or _HESITATES.search(reason) is not None or _ASKS.search(reason) is not None
