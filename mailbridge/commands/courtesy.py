"""Words that ask for nothing: greetings, thanks, the particles of politeness."""

from __future__ import annotations

from mailbridge.commands.phrases import CAPITAL, has_marks, pattern, words

_PERSON = words(
    "anh|chị|em|tôi|mình|bạn|cô|chú|bác|sếp|cậu|anh chị|các anh chị|các bạn|mọi người|cả nhà|quý cơ quan|"
    "văn thư|hệ thống|các em|a|c|e|mb|team|all|you"
)
_NAMED = rf"(?-i:{CAPITAL}[\w.]*)"
_GREETS = words("xin chào|kính chào|chào|kính gửi|gửi|kính thưa|thưa|dear|hi|hello|hey")
GREETING = pattern(
    rf"(?!{words('gửi')}[ ]+(?-i:[A-ZĐ]{{2,}}|P\.))"
    rf"(?:{_PERSON}[ ]+)?{_GREETS}(?:[ ]+(?:{_PERSON}|{_NAMED})){{0,6}}(?:[ ]+{words('ạ|nhé|buổi sáng')})?"
    r"[ ]*(?=[,.!;:\n]|$)[,.!;:]*"
)
"""A greeting up to its comma or the end of the line; "gửi VP" is none, it may hand over."""

THANKS = pattern(
    rf"(?:{_PERSON}[ ]+)?(?:{words('xin|rất|chân thành')}[ ]+)?"
    rf"{words('cảm ơn|cám ơn|thanks|thank you|thank|tks|thks|thx|many thanks')}"
    rf"(?:[ ]+(?:{_PERSON}|{words('nhiều|rất nhiều|nhé|ạ|trước|a lot|very much|so much')}|{_NAMED}))"
    r"{0,5}[ ]*(?=[,.!;\n]|$)"
)
"""Thanks to whomever."""

YES_SIR = pattern(rf"(?:{words('dạ|vâng|vầng|ừ|ừm|uh|thưa|dạ vâng|vâng ạ|dạ vâng ạ')}[ ,]*)+")
"""What is said before the answer and is none itself: "vâng" answers a person who asked."""

PRONOUN = pattern(rf"{words('anh|chị|em|tôi|mình|cô|chú|bác|vt|văn thư|i|we')}[ ]+")
"""Who speaks, or who is spoken to."""

FOR_ME = pattern(rf"[ ]*{words('giúp|hộ|giùm|dùm')}(?:[ ]+{_PERSON})?")
"""A request for a favour: with a pronoun before the verb it is made to another person."""

PARTICLE = pattern(
    rf"[ ]*{words('ạ|nhé|luôn|ngay|đi|please|pls|anh|chị|em|anh ạ|em ạ|chị ạ')}"
    r"(?![ ]*[:\d])"
)
"""What softens an answer and changes nothing."""

BARE_A = pattern(r"[ ]*a(?!\w)")
"""Without marks "ạ", which is polite, and "à", which asks, are written alike."""

_TAIL = pattern(
    rf"(?:[ ,.;!]+(?:{words('ạ|nhé|nha|em nhé|anh nhé|chị nhé|anh ạ|chị ạ|em ạ')}"
    rf"|{words('giúp em|giúp chị|giúp anh|giúp tôi|giúp mình|cảm ơn|cám ơn|thanks|tks')}"
    rf"(?:[ ]+(?:{_PERSON}|{words('nhiều|nhé|ạ')})){{0,3}}))+[ .!]*$"
)


_LETTER_A = pattern(r"[ ,.;]a[ .!]*$")
_HOUSE = pattern(r"[ ,.;]nha[ .!]*$")


def without_courtesy(text: str) -> str:
    """
    Take politeness off the end of a value, "về việc cải cách hành chính nhé" without its last word.

    "a" is a letter ("cúm A") and "nha" may be a house ("nhà") where marks are left out: they stay.
    """
    if _LETTER_A.search(text) or (_HOUSE.search(text) and not has_marks(text)):
        return text.strip()
    return _TAIL.sub("", text).strip()
