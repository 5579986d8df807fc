"""
Marks of state secrets in few words: the subject of a mail or of a document, and the names of files.

People who send a secret document by mistake often say so themselves: "[MẬT] …", "Công văn mật số 12", "12 TỐI MẬT.pdf".
Those who write about secrets say it too: "Tập huấn quản lý tài liệu MẬT". A word counts where it is set apart, or in
capitals among small letters, and not where the rest of the line speaks of such documents in general.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from mailbridge.classifier.folding import fold, fold_tones

_LEVELS = MappingProxyType({"mat": "mật", "toi mat": "tối mật", "tuyet mat": "tuyệt mật"})

RANK = MappingProxyType({level: rank for rank, level in enumerate(_LEVELS.values())})
"""The levels, the lowest first."""

_LONGEST = 500
_MARK = r"(?P<level>(?:TỐI |TUYỆT )?MẬT)"
_IN_BRACKETS = re.compile(
    r"[\[(<{【«*]\s{0,3}(?:(?:độ )?(?P<level>(?:tối |tuyệt )?mật))\s{0,3}[\])>}】»*]", re.IGNORECASE
)
_BARE_IN_BRACKETS = re.compile(r"[\[(]\s{0,3}(?P<level>(?:TOI |TUYET )?MAT)\s{0,3}[\])]")
_REPLY = r"(?:(?:Re|RE|Fw|FW|Fwd|FWD|Chuyển|Chuyển tiếp|Trả lời)\s{0,2}:\s{0,2}){0,5}"
_PREFIX = re.compile(_REPLY + _MARK + r"\s{0,2}(?:[:|/–—_]|-\s|-(?=HỎA|KHẨN|THƯỢNG)|\Z)")
_SUFFIX = re.compile(r"[:|/–—_-]\s{0,2}" + _MARK + r"\s{0,2}\.?\Z")
_LABEL = re.compile(r"(?:muc )?do mat ?[:;–—-] ?(?P<level>(?:toi |tuyet )?mat)(?:\Z| ?[,;.|\])–—-])")
_AMONG_SMALL = re.compile(r"(?<!\w)" + _MARK + r"(?!\w)")
_BARE_AMONG_SMALL = re.compile(r"(?<![\w-])(?P<level>(?:TOI|TUYET) MAT)(?![\w-])")
_CALLED = re.compile(
    r"(?:(?:re|fw|fwd|gui|chuyen|kinh gui)[: ]{1,3}){0,4}(?:cong van|cv|van ban|tai lieu|bao cao|ho so|cong dien) "
    r"(?P<level>(?:toi |tuyet )?mat)(?= so\b| \d|:|\Z)"
)
_ABOUT_SECRETS = re.compile(
    r"\b(?:quan ly|bao ve|quy dinh|tap huan|huong dan|danh muc|xu ly|tieu huy|giai mat|giam do|cong tac|quy che|"
    r"soan thao|luu giu|van chuyen|giao nhan|ban giao|kiem tra|ra soat|thong ke|bi mat|luat|nghi dinh|thong tu|do mat|"
    r"cap do|so dang ky|dang ky|phan loai|xac dinh|khong|chua|ve viec|v/v|ca mau)\b"
)
_NAME_PIECE = re.compile(
    r"(?:\A|[_\[(])(?P<level>(?:TỐI[ _-]?|TUYỆT[ _-]?)?MẬT|TOI[ _-]?MAT|TUYET[ _-]?MAT)(?=\Z|[_\])]|\s?-\s)"
)
_NAME_TOKEN = re.compile(r"(?<![^ ._-])(?P<level>(?:TỐI[ _-]|TUYỆT[ _-])?MẬT)(?![^ ._-])")
# What may stand before it: numbers and abbreviations, since "NUÔI ONG LẤY MẬT" ends in it as well.
_NAME_NUMBER = re.compile(r"\w*\d\w*|[A-ZĐ]{1,5}|TTr|")
_NAME_CALLED = re.compile(
    r"(?:\A|(?<=[ ._-]))(?:CV|BC|QĐ|QD|TTr|KH|CÔNG VĂN|CONG VAN|VĂN BẢN|VAN BAN|TÀI LIỆU|TAI LIEU|BÁO CÁO|BAO CAO)"
    r"[ _-](?P<level>(?:TOI[ _-]|TUYET[ _-])?MAT)(?=\Z|[_-]|\s\d)"
)
_NAME_SMALL = re.compile(
    r"(?:(?:cong van|cv|van ban|tai lieu|bao cao)[ _-])?(?P<level>(?:toi[ _-]|tuyet[ _-])?mat)(?=[ _-]\d|\Z)"
)
_WORD = fold_tones("mật")


def level_of(text: str) -> str:
    """Return the level that a matched text means: mật, tối mật or tuyệt mật."""
    folded = re.sub(r"[_-]", " ", fold(text)).replace("toimat", "toi mat").replace("tuyetmat", "tuyet mat")
    return _LEVELS[" ".join(folded.split())]


def levels_in_subject(subject: str) -> Iterator[str]:
    """Give the levels that a subject marks itself with."""
    text = " ".join(subject[:_LONGEST].split())
    for pattern in (_IN_BRACKETS, _BARE_IN_BRACKETS, _PREFIX, _SUFFIX):
        found = pattern.match(text) if pattern is _PREFIX else pattern.search(text)
        if found:
            yield level_of(found["level"])
    folded = fold(text)
    found = _LABEL.search(folded)
    if found and _has_word(text):
        yield level_of(found["level"])
    if _ABOUT_SECRETS.search(folded):
        return
    found = _CALLED.match(folded)
    if found and _has_word(text):
        yield level_of(found["level"])
    if _is_mostly_capital(text):
        return
    for pattern in (_AMONG_SMALL, _BARE_AMONG_SMALL):
        found = pattern.search(text)
        if found and not _joins_a_word(text, found.start("level"), found.end("level")):
            yield level_of(found["level"])


def levels_in_name(name: str | None) -> Iterator[str]:
    """
    Give the levels in a file name: `12-QD_MẬT.pdf`, `[Mật] 12.pdf`, `TOI_MAT_12.pdf`, `12 BC MẬT.pdf`.

    A bare "MAT" is no mark, for it may be anything, unless it stands behind the word for a document.
    """
    if not name:
        return
    stem = name[:_LONGEST].rsplit(".", 1)[0]
    about = _ABOUT_SECRETS.search(fold(stem).replace("_", " ")) is not None
    for pattern in (_IN_BRACKETS, _BARE_IN_BRACKETS, _NAME_PIECE, *(() if about else (_NAME_TOKEN, _NAME_CALLED))):
        found = pattern.search(stem)
        if found and pattern is _NAME_TOKEN and not _follows_numbers(stem, found.start()):
            continue
        if found and not _joins_a_word(stem, found.start("level"), found.end("level")):
            yield level_of(found["level"])
    small = _NAME_SMALL.match(fold(stem))
    if small and (_has_word(stem) or "toi" in small["level"] or "tuyet" in small["level"]):
        yield level_of(small["level"])


def _follows_numbers(stem: str, start: int) -> bool:
    return all(_NAME_NUMBER.fullmatch(token) for token in re.split(r"[ ._-]+", stem[:start]))


def _has_word(text: str) -> bool:
    return _WORD in fold_tones(text.casefold())


def _is_mostly_capital(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(char.isupper() for char in letters) * 10 > 6 * len(letters)


def _joins_a_word(stem: str, start: int, end: int) -> bool:
    """Say whether a neighbour makes a plain word of it: "BẢO_MẬT", "BÍ_MẬT", "MẬT_KHẨU", "MẬT_ĐỘ"."""
    before, behind = fold(stem[max(0, start - 8) : start]), fold(stem[end : end + 8])
    return bool(
        re.search(r"(?:\A|[^a-z])(?:bao|bi|can|noi|co|ong|duong)[ ._-]{0,2}\Z", before)
        or re.match(r"[ ._-]{0,2}(?:khau|do|ong|ma|vu|danh|thiet|thu|phuong|nghi)(?![a-z])", behind)
    )
