"""
Marks that recognition got wrong, put right where Vietnamese spelling or a fixed phrase leaves one reading only.

Over a capital letter two marks share three pixels: "VIẸC", "TĨNH BẮC NINH", "BỒ SUNG". The letters beneath are nearly
always right. So only marks are changed, never a letter, and what was changed is never quite sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from mailbridge.classifier.page.markers import bare
from mailbridge.classifier.proper_names import FIELDS, FIXED, HEADS, OTHER_PLACES, PROVINCES
from mailbridge.reading.scan_engine import Word

_TONES = "\u0300\u0301\u0303\u0309\u0323"
# Spellings that do not occur, and the one that is meant; over text without tones. "gi" is a consonant before "e".
_IMPOSSIBLE = (
    (re.compile(r"(?<=(?<!g)[iy])e(?=(?:c|m|n|ng|p|t|u)$)"), "ê"),
    (re.compile(r"(?<=(?<!q)u)a(?=[nt]$)"), "â"),
    (re.compile(r"ưo(?=(?:c|i|m|n|ng|p|t|u)$)"), "ươ"),
    (re.compile(r"(?<!q)uơ(?=(?:c|i|m|n|ng|p|t|u)$)"), "ươ"),
)
_EDGES = ".,;:()[]“”\"'*_-–…"
_LONG = 3
"""Syllables of a phrase that cannot be meant otherwise, however sure the reading was."""
_UNSURE = 0.93
_SURE_OF_MENDED = 0.85
_LONGEST_PHRASE = 10

# Words of two and more syllables of which no other words are the same without marks.
_PHRASES = """
ban hành; bổ sung; sửa đổi; phê duyệt; quy định; hướng dẫn; triển khai; phát triển; thực hiện; tăng cường; công tác;
chuyển đổi số; đề nghị; kết luận; thông báo; kế hoạch; quyết định; nghị quyết; nghị định; thông tư; chỉ thị;
báo cáo; tờ trình; công văn; giấy mời; biên bản; chương trình; phương án; đề án; dự án; hội nghị; hội thảo;
tập huấn; đào tạo; bồi dưỡng; tuyển dụng; tuyển sinh; bổ nhiệm; khen thưởng; kỷ luật; thi đua; thi hành; thẩm quyền;
thẩm định; thủ tục; thủ tục hành chính; bộ thủ tục hành chính; cải cách hành chính; chức năng; nhiệm vụ; quyền hạn;
cơ cấu tổ chức; tổ chức; bộ máy; biên chế; công chức; viên chức; cán bộ; người lao động; tài sản; sản xuất; chi phí;
ngân sách; kinh phí; kinh tế; xã hội; kinh tế - xã hội; quốc phòng; an ninh; đầu tư; đấu thầu; xây dựng; quản lý;
quản lý nhà nước; nhà nước; doanh nghiệp; nông nghiệp; công nghiệp; thương mại; xuất khẩu; nhập khẩu; hải quan;
thuế giá trị gia tăng; bảo hiểm; bảo hiểm y tế; bảo hiểm xã hội; giáo dục; đại học; phổ thông; trung học phổ thông;
trung học cơ sở; học sinh; y tế; bệnh viện; phòng, chống; phòng cháy; chữa cháy; cứu nạn; thiên tai; dịch bệnh;
môi trường; tài nguyên; khoáng sản; đất đai; thu hồi đất; giải phóng mặt bằng; quy hoạch; kiến trúc; giao thông;
vận tải; an toàn; thực phẩm; lĩnh vực; địa bàn; trên địa bàn; trên địa bàn tỉnh; trên địa bàn thành phố;
trên địa bàn huyện; giai đoạn; định hướng; mục tiêu; giải pháp; chính sách; chế độ; hỗ trợ; trợ cấp; phụ cấp;
tiền lương; lao động; việc làm; về việc; đối với; theo dõi; kiểm tra; thanh tra; giám sát; kiểm soát; xử lý;
vi phạm; khiếu nại; tố cáo; tiếp công dân; pháp luật; tư pháp; hộ tịch; công chứng; chứng thực; văn bản; văn thư;
lưu trữ; hồ sơ; điện tử; chữ ký số; công nghệ; thông tin; truyền thông; công nghệ thông tin; khoa học và công nghệ;
dữ liệu; cơ sở dữ liệu; hệ thống; dịch vụ công; trực tuyến; đơn vị; cơ quan; phối hợp; tham mưu; tổng hợp; rà soát;
đánh giá; kết quả; kỳ họp; cử tri; kiến nghị; đại biểu; bầu cử; ủy ban nhân dân tỉnh; ủy ban nhân dân thành phố;
ủy ban nhân dân huyện; ủy ban nhân dân xã; ủy ban nhân dân phường; hội đồng nhân dân tỉnh;
hội đồng nhân dân thành phố; hội đồng nhân dân xã; văn phòng; tổng cục; bộ trưởng; thứ trưởng; thủ tướng;
phó chủ tịch; chủ tịch; giám đốc; phó giám đốc; cục trưởng; phó cục trưởng; chánh văn phòng;
độc lập - tự do - hạnh phúc; kính gửi; nơi nhận; như trên; đảng bộ; chi bộ; cấp ủy; mặt trận tổ quốc; điều lệ;
điều lệnh; nội vụ; sở nội vụ; đội ngũ; nghi lễ; công an nhân dân; quân đội; biên phòng; biển đảo; dân tộc; tôn giáo;
văn hóa; thể thao; du lịch; di sản; trụ sở; công trình; nguyên liệu; nhiên liệu; vướng mắc; chính quyền số;
đổi mới sáng tạo; nông thôn mới; thủ đô; chi nhánh; tài khoản; ngân hàng; tín dụng; chứng khoán; kiểm toán;
bồi thường; tái định cư; đơn giá; vật kiến trúc; điều ước quốc tế; thỏa thuận quốc tế; hợp tác; đối ngoại;
ngoại giao; cơ quan lãnh sự; đăng ký; quản lý hộ tịch; người cai nghiện; ma túy; trách nhiệm; đóng góp; cộng đồng;
số hóa; số nhà; năm học; lớp học
"""


def mended(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of one row with their marks put right; places stay."""
    found = [_spelt(word) for word in words]
    keys = [_key(word.text) for word in found]
    spoken = [at for at, key in enumerate(keys) if key]
    for first in range(len(spoken)):
        for length in range(min(_LONGEST_PHRASE, len(spoken) - first), 1, -1):
            places = spoken[first : first + length]
            phrase = _table().get(tuple(keys[at] for at in places))
            if phrase is not None:
                for at, syllable in zip(places, phrase, strict=True):
                    found[at] = _with_marks(found[at], syllable, surely=length >= _LONG)
                break
    return tuple(found)


def _with_marks(word: Word, syllable: str, *, surely: bool) -> Word:
    core = word.text.strip(_EDGES)
    if _same(core, syllable) or (word.sure >= _UNSURE and not surely):
        return word
    return _replaced(word, core, "".join(map(_in_case_of, syllable, core)))


def _in_case_of(char: str, model: str) -> str:
    return char.upper() if model.isupper() else char


def _replaced(word: Word, core: str, new: str) -> Word:
    return word._replace(text=word.text.replace(core, new, 1), sure=min(word.sure, _SURE_OF_MENDED))


def _spelt(word: Word) -> Word:
    """Put a spelling right that Vietnamese does not have: "VIẸC", "LUẠT", "THƯONG"."""
    core = word.text.strip(_EDGES)
    if not core.isalpha() or not (core.isupper() or core.islower() or core.istitle()):
        return word
    lower, tones = _without_tones(core.lower())
    new = lower
    for pattern, letter in _IMPOSSIBLE:
        new = pattern.sub(letter, new)
    if new == lower:
        return word
    toned = unicodedata.normalize("NFC", "".join(char + tones.get(at, "") for at, char in enumerate(new)))
    return _replaced(word, core, "".join(map(_in_case_of, toned, core)))


def _without_tones(text: str) -> tuple[str, dict[int, str]]:
    """Part a word into letters without tones and the tone of each place."""
    letters, tones = [], {}
    for at, char in enumerate(text):
        parts = unicodedata.normalize("NFD", char)
        tone = next((part for part in parts if part in _TONES), "")
        letters.append(unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts))
        if tone:
            tones[at] = tone
    return "".join(letters), tones


def _same(one: str, other: str) -> bool:
    """Compare without regard to case and to which vowel carries the tone (ủy, uỷ)."""
    return _sorted_marks(one) == _sorted_marks(other)


def _sorted_marks(text: str) -> tuple[str, list[str]]:
    letters, tones = _without_tones(text.lower())
    return letters, sorted(tones.values())


def _key(text: str) -> str:
    return bare(text.strip(_EDGES)).lower()


@cache
def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Build phrase without marks → with marks; what two phrases share is left out."""
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    doubtful: set[tuple[str, ...]] = set()
    for phrase in _all_phrases():
        syllables = tuple(re.findall(r"[^\W\d_]+", phrase.lower()))
        key = tuple(map(_key, syllables))
        if len(syllables) < 2 or len(syllables) > _LONGEST_PHRASE:
            continue
        if key in table and not all(map(_same, table[key], syllables)):
            doubtful.add(key)
        table.setdefault(key, syllables)
    for key in doubtful:
        del table[key]
    return table


def _all_phrases() -> Iterable[str]:
    yield from (phrase.strip() for phrase in _PHRASES.replace("\n", " ").split(";"))
    yield from FIXED
    yield from OTHER_PLACES
    for place in PROVINCES:
        yield from (place, f"tỉnh {place}", f"thành phố {place}", f"dân tỉnh {place}")
    for field in FIELDS:
        yield from (field, f"Bộ {field}", f"Sở {field}", f"Phòng {field}")
    yield from (head for head in HEADS if " " in head)
