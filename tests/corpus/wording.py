"""Sentences of invented documents: the phrases that agencies write, with nothing in them that is true of anybody."""

from __future__ import annotations

from datetime import date
from random import Random

from tests.corpus.facts import Facts

_LAWS = (
    "Luật Tổ chức chính quyền địa phương",
    "Luật Ban hành văn bản quy phạm pháp luật",
    "Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015",
    "Luật Đầu tư công ngày 13 tháng 6 năm 2019",
    "Luật Cán bộ, công chức",
    "Luật Công nghệ thông tin ngày 29 tháng 6 năm 2006",
)
_TYPES_OF_CITED = {
    "NĐ": "Nghị định",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "NQ": "Nghị quyết",
    "KH": "Kế hoạch",
    "TB": "Thông báo",
    "TTr": "Tờ trình",
    "BC": "Báo cáo",
}
_OPENINGS = (
    "{issuer} nhận được {cited} của các cơ quan, đơn vị đề nghị cho ý kiến về {subject}. Về vấn đề này, {issuer} có ý "
    "kiến như sau:",
    "Thực hiện {cited}, để bảo đảm tiến độ công việc được giao, {issuer} đề nghị các cơ quan, đơn vị phối hợp thực "
    "hiện một số nội dung sau đây:",
    "Trả lời đề nghị của quý cơ quan tại {cited}, sau khi nghiên cứu, {issuer} hướng dẫn như sau:",
    "Trong thời gian qua, các cơ quan, đơn vị đã có nhiều cố gắng trong công tác chỉ đạo, điều hành. Tuy nhiên, qua "
    "kiểm tra theo {cited}, việc thực hiện ở một số nơi còn chậm so với yêu cầu.",
)
_POINTS = (
    "Rà soát, thống kê số liệu theo biểu mẫu gửi kèm; người đứng đầu cơ quan, đơn vị chịu trách nhiệm về tính chính "
    "xác của số liệu báo cáo.",
    "Tổ chức phổ biến, quán triệt đến toàn thể cán bộ, công chức, viên chức và người lao động thuộc phạm vi quản lý.",
    "Bố trí kinh phí trong dự toán được giao hằng năm theo quy định của pháp luật về ngân sách nhà nước và huy động "
    "các nguồn lực hợp pháp khác.",
    "Tăng cường thanh tra, kiểm tra, kịp thời phát hiện, chấn chỉnh và xử lý nghiêm các trường hợp vi phạm theo thẩm "
    "quyền.",
    "Phân công một lãnh đạo trực tiếp phụ trách; định kỳ trước ngày 20 hằng tháng tổng hợp tình hình, kết quả thực "
    "hiện.",
    "Đẩy mạnh ứng dụng công nghệ thông tin, bảo mật thông tin và an toàn dữ liệu trong giải quyết công việc.",
    "Đối với các khu vực có mật độ dân cư cao, chủ động xây dựng phương án phù hợp với điều kiện thực tế của địa "
    "phương.",
    "Trường hợp có khó khăn, vướng mắc, đề nghị phản ánh kịp thời để được hướng dẫn, xử lý.",
)
_ENDINGS = (
    "Trên đây là ý kiến của {issuer}, đề nghị quý cơ quan nghiên cứu, thực hiện theo quy định./.",
    "Đề nghị các cơ quan, đơn vị nghiêm túc triển khai thực hiện./.",
    "{issuer} thông báo để quý cơ quan biết, thực hiện./.",
)
_SECTIONS = (
    "I. MỤC ĐÍCH, YÊU CẦU",
    "II. NỘI DUNG THỰC HIỆN",
    "III. KINH PHÍ",
    "IV. TỔ CHỨC THỰC HIỆN",
)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
_MIDDLE = ("Văn", "Thị", "Đức", "Minh", "Quang", "Thanh", "Ngọc", "Hữu")
_GIVEN = ("Hưng", "Hường", "Thủy", "Dũng", "Lan", "Sơn", "Bình", "Hải", "Quyền", "Thưởng")


def name(rng: Random) -> str:
    """Invent the name of a person."""
    return f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)}"


def cited(number: str, before: int, rng: Random) -> str:
    """Speak of another document, of the year `before` or some years earlier, by its number, as sentences do."""
    notation = number.rpartition("/")[2]
    kind = _TYPES_OF_CITED.get(notation.partition("-")[0], "Công văn")
    day, month = rng.randint(10, 28), rng.randint(3, 12)
    return f"{kind} số {number} ngày {day} tháng {month} năm {before - rng.randint(1, 4)}"


def _all_cited(facts: Facts, rng: Random) -> list[str]:
    before = facts.issued.year if facts.issued else 2015
    numbers = list(facts.cited) or [f"{rng.randint(11, 99)}/{before - 2}/NĐ-CP"]
    return [cited(number, before, rng) for number in numbers[:6]]


def letter_body(facts: Facts, issuer: str, subject: str, deadline: str | None, rng: Random) -> tuple[str, ...]:
    """Write the text of a công văn: why it is written, the points, the deadline if there is one, the end."""
    opening = rng.choice(_OPENINGS).format(issuer=issuer, subject=subject, cited=rng.choice(_all_cited(facts, rng)))
    points = rng.sample(_POINTS, rng.randint(2, 5))
    body = [opening, *(f"{place}. {point}" for place, point in enumerate(points, 1))]
    if deadline and deadline.startswith("tr"):
        body.append(f"Đề nghị các cơ quan, đơn vị thực hiện và báo cáo kết quả {deadline}.")
    elif deadline:
        body.append(f"{deadline[0].upper()}{deadline[1:]}.")
    return (*body, rng.choice(_ENDINGS).format(issuer=issuer))


def deadline(due: date, rng: Random) -> str:
    """Set a deadline in one of the ways of writing a date."""
    day = f"{due:%d/%m/%Y}" if rng.random() < 0.4 else f"{due.day:02} tháng {due.month} năm {due.year}"
    return f"trước ngày {day}"


def grounds(facts: Facts, rng: Random) -> tuple[str, ...]:
    """Write the lines "Căn cứ" with the numbers that the real document cites."""
    laws = [f"Căn cứ {law};" for law in rng.sample(_LAWS, 2)]
    numbers = [f"Căn cứ {each};" for each in _all_cited(facts, rng)]
    proposal = f"Theo đề nghị của Chánh Văn phòng tại Tờ trình số {rng.randint(11, 400)}/TTr-VP."
    return (*laws, *numbers, proposal)


def articles(type_name: str, subject: str, rng: Random) -> tuple[str, ...]:
    """Write the articles of a decision."""
    middle = rng.sample(_POINTS, rng.randint(1, 4))
    rest = [f"Điều {place}. {text}" for place, text in enumerate(middle, 2)]
    last = len(rest) + 2
    return (
        f"Điều 1. Nội dung {_small(subject)} được thực hiện theo quy định kèm theo {type_name} này.",
        *rest,
        f"Điều {last}. {type_name} này có hiệu lực kể từ ngày ký.",
        f"Điều {last + 1}. Thủ trưởng các cơ quan, đơn vị và cá nhân có liên quan chịu trách nhiệm thi hành "
        f"{type_name} này./.",
    )


def annexed(facts: Facts, subject: str, issued: date, rng: Random) -> tuple[str, ...]:
    """Write what a decision puts in force: title, name, the line that says where it belongs, articles."""
    day = f"{issued.day:02} tháng {issued.month} năm {issued.year}"
    belongs = f"(Ban hành kèm theo {facts.kind} số {facts.number} ngày {day})"
    articles = (f"Điều {place}. {point}" for place, point in enumerate(rng.sample(_POINTS, 6), 1))
    return rng.choice(("QUY ĐỊNH", "QUY CHẾ", "PHỤ LỤC")), subject, belongs, "Chương I. QUY ĐỊNH CHUNG", *articles


def sections(facts: Facts, issuer: str, rng: Random) -> tuple[str, ...]:
    """Write the text of a plan, a guideline or a notice."""
    body = [f"Thực hiện {rng.choice(_all_cited(facts, rng))}, {issuer} ban hành nội dung cụ thể như sau:"]
    for section in _SECTIONS:
        body += [section, *(f"{place}. {text}" for place, text in enumerate(rng.sample(_POINTS, 2), 1))]
    return (*body, "Yêu cầu các cơ quan, đơn vị nghiêm túc tổ chức thực hiện./.")


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
