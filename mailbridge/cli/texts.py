"""What the command line says, in both languages; English is the text itself, Vietnamese is looked up."""

from __future__ import annotations

VIETNAMESE = {
    "nothing found": "không có gì",
    "the program is misconfigured": "cấu hình chưa dùng được",
    "try again later": "thử lại sau",
    "serving; Ctrl-C ends": "đang chạy; Ctrl-C để dừng",
    "listening on {where}, next hop {next_hop}": "nghe tại {where}, máy chủ kế tiếp {next_hop}",
    "all good": "tất cả đều đạt",
    "{count} findings": "{count} điểm cần sửa",
    "written: {path}": "đã ghi: {path}",
    "next: {command}": "tiếp theo: {command}",
    "{done} of {total} mails": "{done}/{total} thư",
    "no such entry": "không có mục này trong sổ",
    "{passed} of {total} examples passed": "{passed}/{total} ví dụ đạt",
    # column heads
    "No.": "Số đến",
    "Arrived": "Ngày đến",
    "Author": "Tác giả",
    "Symbol": "Số, ký hiệu",
    "Date": "Ngày văn bản",
    "Type and subject": "Tên loại và trích yếu",
    "Recipients": "Nơi nhận",
    "Note": "Ghi chú",
    "Time": "Thời gian",
    "What": "Việc",
    "Detail": "Chi tiết",
    "Mail": "Thư",
    "State": "Trạng thái",
    "Reason": "Lý do",
    "Letter": "Loại thư",
    "To": "Gửi đến",
    "Attempts": "Số lần gửi",
    "Rule": "Quy tắc",
    "Action": "Hành động",
    "Text": "Nội dung",
    "Where": "Ở đâu",
    "Book": "Sổ",
    "Year": "Năm",
    # states of mail and letters
    "waiting": "đang chờ",
    "set aside": "để riêng",
    "answer of the next hop unknown": "chưa rõ máy chủ kế tiếp đã nhận",
    "held for a clerk": "chờ Văn thư xử lý",
    "sent": "đã gửi",
    "failed": "không gửi được",
}


def say(language: str, text: str, **facts: object) -> str:
    """Return a text in the language asked for, with its facts filled in."""
    pattern = VIETNAMESE.get(text, text) if language == "vi" else text
    return pattern.format(**facts)
