"""What the command line says, in both languages; English is the text itself, Vietnamese is looked up."""

from __future__ import annotations

import re
from datetime import datetime

from mailbridge.registry.entry import VIETNAM

VIETNAMESE = {
    # answers
    "nothing found": "không có gì",
    "no such entry": "không có mục này trong sổ",
    "all good": "tất cả đều đạt",
    "one finding": "1 điểm cần sửa",
    "{count} findings": "{count} điểm cần sửa",
    "written: {path}": "đã ghi: {path}",
    "next: {command}": "tiếp theo: {command}",
    "{done} of {total} files": "{done}/{total} tệp",
    "{passed} of {total} examples passed": "{passed}/{total} ví dụ đạt",
    "there is no database yet": "chưa có cơ sở dữ liệu",
    "the database has schema {revision}": "cơ sở dữ liệu có cấu trúc {revision}",
    "schema {found}, the newest": "cấu trúc {found}, mới nhất",
    "schema {found}, this program needs {needed}; run `mailbridge db upgrade`": (
        "cấu trúc {found}, chương trình này cần {needed}; hãy chạy `mailbridge db upgrade`"
    ),
    "there is no book yet; `mailbridge serve` makes it, and so does `mailbridge db upgrade`": (
        "chưa có sổ; `mailbridge serve` sẽ tạo, hoặc chạy `mailbridge db upgrade`"
    ),
    "serving; Ctrl-C ends": "đang chạy; Ctrl-C để dừng",
    "stopped": "đã dừng",
    "listening on {where}, next hop {next_hop}": "nghe tại {where}, máy chủ kế tiếp {next_hop}",
    "{kind} listening on {where}": "{kind} nghe tại {where}",
    "this version has no role {role}; it is left out": "phiên bản này chưa có vai trò {role}; bỏ qua",
    # the running program
    "nothing runs": "chương trình không chạy",
    "role {role} does not run": "vai trò {role} không chạy",
    "{name} does not answer": "{name} không trả lời",
    "the process that works ended with {exit}; it is started anew": (
        "tiến trình đọc thư đã dừng với mã {exit}; đang được khởi động lại"
    ),
    "the process that works is starting": "tiến trình đọc thư đang khởi động",
    "the database does not answer; mail flows, and is entered later": (
        "cơ sở dữ liệu không trả lời; thư vẫn được chuyển và sẽ vào sổ sau"
    ),
    "the database has the schema of another version; run `mailbridge db upgrade`": (
        "cơ sở dữ liệu có cấu trúc của phiên bản khác; hãy chạy `mailbridge db upgrade`"
    ),
    "{count} mails have no recorded outcome": "{count} thư không có kết quả được ghi lại",
    "{count} delivered mails were neither decided nor kept": (
        "{count} thư đã chuyển nhưng không được xét và không còn giữ"
    ),
    "the disk of the spool does not answer": "ổ đĩa của hàng đợi không trả lời",
    "process {pid} ends": "tiến trình {pid} đang kết thúc",
    "on": "bật",
    "off": "tắt",
    "since {since}, by {who}: {reason}": "từ {since}, người bật: {who}, lý do: {reason}",
    "on: mail is passed on, and none is kept": "bật: thư được chuyển tiếp, không giữ bản sao",
    "on: nothing is entered and no letter leaves": "bật: không vào sổ, không gửi thư",
    "none": "không có",
    "{count}, the oldest for {age}": "{count}, thư cũ nhất đã chờ {age}",
    "{count} s": "{count} giây",
    "{count} min": "{count} phút",
    "{count} h": "{count} giờ",
    "{count} days": "{count} ngày",
    "ready": "sẵn sàng",
    "does not answer": "không trả lời",
    "other schema": "cấu trúc khác",
    "restarts: {count}": "số lần khởi động lại: {count}",
    "the running program keeps its configuration, as the one on the disk is wrong: {problem}": (
        "chương trình đang chạy giữ cấu hình cũ, vì cấu hình trên đĩa sai: {problem}"
    ),
    "not given": "không ghi",
    "the configuration was read again": "đã đọc lại cấu hình",
    "these keys wait for the next start: {keys}": "các khóa này chờ lần khởi động sau: {keys}",
    "nothing has changed": "không có gì thay đổi",
    "bypass is on": "chế độ đi thẳng đã bật",
    "bypass is off": "chế độ đi thẳng đã tắt",
    "bypass was off": "chế độ đi thẳng vốn đang tắt",
    "waiting until sessions have ended": "đang chờ các phiên kết thúc",
    "ended": "đã kết thúc",
    # complaints
    "bad configuration": "cấu hình chưa dùng được",
    "try again later": "thử lại sau",
    "wrong usage": "sai cách dùng",
    "bad data": "dữ liệu không dùng được",
    "error": "lỗi",
    "see: {command}": "xem: {command}",
    # questions of init
    "Name of the agency": "Tên cơ quan",
    "Mail domain of the agency": "Tên miền thư của cơ quan",
    "Published address; it sends the letters": "Địa chỉ thư công bố, cũng là nơi gửi thư báo nhận",
    "Address of the clerk": "Địa chỉ thư của Văn thư",
    "Address and port of the hop": "Địa chỉ và cổng của cầu SMTP",
    "Address and port of the mail server behind it": "Địa chỉ và cổng của máy chủ thư đứng sau",
    # try
    "{path}: there is no such file": "{path}: không có tệp này",
    "{path}: cannot be read: {why}": "{path}: không đọc được: {why}",
    "{path}: no mail in this folder": "{path}: không có thư trong thư mục này",
    "{path}: this Outlook message cannot be opened: {why}": "{path}: không mở được thư Outlook này: {why}",
    "{path}: this is a document, not a mail; send it as an attachment, or save the mail as .eml": (
        "{path}: đây là văn bản, không phải thư; hãy gửi kèm trong thư, hoặc lưu thư thành tệp .eml"
    ),
    "would be entered in book {book}: {documents}; {why}": "sẽ vào sổ {book}: {documents}; {why}",
    "of": "của",
    "rule": "quy tắc",
    # verbs
    "Verbs": "Lệnh",
    "Write a commented configuration for one agency.": "Ghi cấu hình có chú giải cho một cơ quan.",
    "Find what is wrong before mail comes.": "Tìm chỗ sai trước khi có thư đến.",
    "Run in the foreground.": "Chạy chương trình.",
    "Show how the running program is.": "Xem tình trạng chương trình đang chạy.",
    "Let the running program read its configuration again.": "Cho chương trình đang chạy đọc lại cấu hình.",
    "Pass all mail on without keeping it, or stop doing so.": "Bật, tắt chế độ đi thẳng (chuyển thư, không giữ lại).",
    "End the running program once its sessions have ended.": "Dừng chương trình sau khi các phiên kết thúc.",
    "Judge mails from files; store and send nothing.": "Xét thư từ tệp; không lưu, không gửi gì.",
    "Show the book of incoming documents.": "Xem sổ đăng ký văn bản đến.",
    "Show what happened to a mail.": "Xem diễn biến của một thư.",
    "Show acknowledgements and notices.": "Xem thư báo nhận và thông báo.",
    "Draw up accounts and figures.": "Lập báo cáo, đối soát.",
    "Show mail that waits or was set aside.": "Xem thư đang chờ hoặc để riêng.",
    "Show the rules and run their examples.": "Xem quy tắc và chạy thử ví dụ.",
    "Show and bring in the directory of agencies.": "Xem và nhập danh bạ cơ quan.",
    "Make or bring forward the database.": "Tạo hoặc nâng cấp cơ sở dữ liệu.",
    # column heads
    "No.": "Số đến",
    "Arrived": "Ngày đến",
    "Author": "Tác giả",
    "Symbol": "Số, ký hiệu",
    "Date": "Ngày văn bản",
    "Type and subject": "Tên loại và trích yếu",
    "Type": "Tên loại",
    "Subject": "Trích yếu",
    "Urgency": "Độ khẩn",
    "Signer": "Người ký",
    "Pages": "Số trang",
    "Due": "Hạn xử lý",
    "Recipients": "Nơi nhận",
    "Handed over": "Ngày chuyển",
    "Note": "Ghi chú",
    "Agency": "Cơ quan",
    "Book": "Sổ",
    "Time": "Thời gian",
    "What": "Việc",
    "Detail": "Chi tiết",
    "Mail": "Thư",
    "State": "Trạng thái",
    "Reason": "Lý do",
    "Letter": "Loại thư",
    "To": "Gửi đến",
    "Attempts": "Số lần gửi",
    "Superior": "Cơ quan chủ quản",
    "Code": "Mã định danh",
    "Addresses": "Hộp thư",
    "Domains": "Tên miền",
    "{count} agencies": "{count} cơ quan",
    "{path} is there already; --replace puts this list in its place": (
        "đã có {path}; dùng --replace để thay bằng danh sách này"
    ),
    "new": "mới",
    "changed": "thay đổi",
    "gone": "không còn",
    "Rule": "Quy tắc",
    "Action": "Hành động",
    "Text": "Nội dung",
    "Where": "Ở đâu",
    "Kind": "Loại",
    "Mails": "Số thư",
    "Letters": "Thư trả lời",
    "Queue id": "Mã hàng đợi",
    # the account of deliveries
    "account of {days}: it balances": "Đối soát ngày {days}: khớp",
    "account of {days}: BROKEN": "Đối soát ngày {days}: KHÔNG KHỚP",
    "accepted {accepted} = delivered {delivered} + refused {refused} + uncertain {held}": (
        "đã nhận {accepted} = đã chuyển {delivered} + bị từ chối {refused} + chưa rõ {held}"
    ),
    "delivered {delivered} = decided {decided} + waiting {waiting} + set aside {aside} + just now {young}": (
        "đã chuyển {delivered} = đã xét {decided} + đang chờ {waiting} + để riêng {aside} + vừa chuyển {young}"
    ),
    "delivered {delivered}, refused {refused}, uncertain {held}": (
        "đã chuyển {delivered}, bị từ chối {refused}, chưa rõ {held}"
    ),
    "missing {count}": "thiếu {count}",
    "no outcome is recorded of {writer} {serials}, before {at}": (
        "không có kết quả của thư số {serials} tại {writer}, trước {at}"
    ),
    "stands there twice: {mail_id}": "ghi hai lần: {mail_id}",
    "delivered, not decided, not in the spool: {mail_id}": (
        "đã chuyển nhưng chưa xét và không còn trong bộ đệm: {mail_id}"
    ),
    "{delivered} delivered, {found} of them in the log, {unnamed} without a queue id": (
        "đã chuyển {delivered} thư, {found} thư có trong nhật ký, {unnamed} thư không có mã hàng đợi"
    ),
    "not in the log": "không có trong nhật ký",
    "not in the ledger": "không có trong sổ giao thư",
    # shadow mode
    "{letter}: would not leave ({why})": "{letter}: không gửi ({why})",
    "action/register": "vào sổ",
    "action/hold": "chờ xử lý",
    "action/duplicate": "trùng văn bản",
    "action/return": "đề nghị trả lại",
    "action/stop": "dừng",
    "action/pass": "không vào sổ",
    "Process": "Tiến trình",
    "Does": "Vai trò",
    "Since": "Từ lúc",
    "Sessions": "Phiên",
    "Taken today": "Nhận hôm nay",
    "Delivered": "Đã chuyển",
    "Refused": "Từ chối",
    "Bypass": "Đi thẳng",
    "Shadow mode": "Chạy thử",
    "Waiting": "Đang chờ xét",
    "Set aside": "Để riêng",
    "Answer unknown": "Chưa rõ đã chuyển",
    "Letters waiting": "Thư chờ gửi",
    "Database": "Cơ sở dữ liệu",
    "Wrong": "Cần xử lý",
    # states of mail, entries and letters
    "waiting": "đang chờ",
    "set aside": "để riêng",
    "answer of the next hop unknown": "chưa rõ máy chủ kế tiếp đã nhận",
    "held for a clerk": "chờ Văn thư xử lý",
    "sent": "đã gửi",
    "failed": "không gửi được",
    "registered": "đã đăng ký",
    # kinds of letters
    "letter/arrived": "báo đã đến",
    "letter/accepted": "báo nhận",
    "letter/refused": "từ chối",
    "letter/correction": "đính chính",
    "letter/notice": "thông báo",
    # the time line
    "event/accepted": "đã nhận thư",
    "event/registered": "đã đăng ký",
    "event/decided": "đã quyết định",
    "event/held": "chờ xử lý",
    "event/duplicate": "trùng văn bản",
    "event/return-proposed": "đề nghị trả lại",
    "event/stopped": "đã dừng",
    "event/passed": "không phải văn bản",
    "event/letter-queued": "thư chờ gửi",
    "event/letter-sent": "thư đã gửi",
    "event/letter-deferred": "thư gửi lại sau",
    "event/letter-failed": "thư không gửi được",
    "event/shadow": "chạy thử",
    "event/delivered": "đã chuyển",
    "event/refused": "bị từ chối",
    "event/uncertain": "chưa rõ đã chuyển",
    "event/series-started": "bắt đầu dãy số",
}

# Controls (of which ESC begins orders to the terminal), and marks that turn the direction of writing (bidi).
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def say(language: str, text: str, **facts: object) -> str:
    """Return a text in the language asked for, with its facts filled in."""
    pattern = VIETNAMESE.get(text, text) if language == "vi" else text
    return pattern.format(**facts)


def say_word(language: str, about: str, word: str) -> str:
    """Return a word of the program (`about` is "event", "letter" or "action") for people; an unknown one stays."""
    return VIETNAMESE.get(f"{about}/{word}", word) if language == "vi" else word


def visible(text: str) -> str:
    """Make what strangers wrote safe to show: one line, and nothing in it that a terminal would obey."""
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split("\n")).replace("\t", " "))


def utc(at: datetime) -> str:
    """Write a time for programs (RFC 3339, "Z")."""
    return at.isoformat().replace("+00:00", "Z")


def local_time(at: datetime) -> str:
    """Write a time for people, by the clock in Vietnam."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
