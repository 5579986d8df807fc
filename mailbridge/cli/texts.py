"""What the command line says, in both languages; English is the text itself, Vietnamese is looked up."""

from __future__ import annotations

import re
from datetime import datetime

from mailbridge.cli.texts_desk import VIETNAMESE_OF_THE_DESK
from mailbridge.cli.texts_leaving import VIETNAMESE_OF_LEAVING
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
    "the clock is {minutes} minutes behind mail that was accepted; days of arrival may be wrong": (
        "đồng hồ máy chủ chậm {minutes} phút so với thư đã nhận; ngày đến có thể sai"
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
    "Would be entered in “{book}”: {documents}; {why}": "Sẽ được ghi vào “{book}”: {documents}; {why}",
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
    "Show the book of incoming documents, and write into it.": "Xem, tra cứu, ghi sổ đăng ký văn bản đến.",
    "Verify signatures, and pack the evidence of a mail.": "Kiểm tra chữ ký số, đóng gói bằng chứng của một thư.",
    "Show what happened to a mail.": "Xem diễn biến của một thư.",
    "Show acknowledgements and notices.": "Xem thư báo nhận và thông báo.",
    "Draw up accounts and figures.": "Lập báo cáo, đối soát.",
    "Show mail that waits or was set aside.": "Xem thư đang chờ hoặc để riêng.",
    "Show the rules, run their examples, and learn from corrections.": (
        "Xem quy tắc, chạy thử ví dụ và học từ các lần sửa."
    ),
    "the corrections teach nothing new": "các lần sửa không cho thêm gợi ý mới",
    "--write and --undo exclude each other": "--write và --undo không dùng cùng nhau",
    "as it was before: {path}": "đã trả về như trước: {path}",
    "Show and bring in the directory of agencies.": "Xem và nhập danh bạ cơ quan.",
    "Make, bring forward, copy and restore the database.": "Tạo, nâng cấp, sao lưu và phục hồi cơ sở dữ liệu.",
    "Take everything out in open formats.": "Xuất toàn bộ ra định dạng mở.",
    # trust
    "Show and bring in trusted certificates and lists of revoked ones.": (
        "Xem và nhập chứng thư số tin cậy, danh sách chứng thư bị thu hồi."
    ),
    "no anchor: no signature can be valid; `mailbridge trust import`": (
        "chưa có chứng thư gốc tin cậy: chưa xác minh được chữ ký nào; hãy chạy `mailbridge trust import`"
    ),
    "nothing to fetch: name hosts and lists below [trust]": (
        "không có gì để tải: hãy ghi máy chủ và danh sách ở mục [trust]"
    ),
    "what came could not be kept: {why}": "đã tải nhưng không lưu được: {why}",
    "ends within {days} days": "hết hạn trong {days} ngày tới",
    "fetched": "tự tải về",
    "{kind} {name} ends on {day}, within {days} days": "{kind} {name} hết hạn lúc {day}, trong {days} ngày tới",
    "{kind} {name} was over on {day}": "{kind} {name} đã hết hạn lúc {day}",
    "nobody whom we hold has signed this list: {why}": "danh sách này không có giá trị: {why}",
    "ask its authority for the next one, and bring it in with `mailbridge trust import`": (
        "xin chứng thư mới của tổ chức chứng thực, rồi chạy `mailbridge trust import`"
    ),
    "bring a new list in with `mailbridge trust import`, or have it fetched ([trust] fetch and lists)": (
        "nhập danh sách mới bằng `mailbridge trust import`, hoặc cho tự tải ([trust] fetch và lists)"
    ),
    "see with `mailbridge trust fetch` why no new list comes": (
        "chạy `mailbridge trust fetch` để xem vì sao không có danh sách mới"
    ),
    "bring the certificate of its authority, or take the list away": (
        "nhập chứng thư của nơi phát hành, hoặc bỏ danh sách này"
    ),
    "trust: {name} was over": "chứng thư số tin cậy hoặc danh sách thu hồi đã hết hạn: {name}",
    "{name} ends within {days} days": "{name} hết hạn trong {days} ngày tới",
    "trust: what is fetched cannot be kept: {why}": "danh sách thu hồi đã tải nhưng không lưu được: {why}",
    "no list came from {addresses}": "không tải được danh sách từ {addresses}",
    "update {serial}, signed by {signer}": "bản cập nhật {serial}, người ký: {signer}",
    "taken away": "bỏ đi",
    "itself": "tự ký",
    "nothing was written": "chưa ghi gì",
    "{name} has another fingerprint than was said; nothing was written": (
        "{name} có vân tay khác với vân tay đã cho; chưa ghi gì"
    ),
    "Whatever these sign is trusted. Compare SHA-256 with the authority over another way.": (
        "Mọi chứng thư do các chứng thư gốc này cấp sẽ được tin cậy.\n"
        "Hãy đối chiếu SHA-256 với tổ chức chứng thực qua một kênh khác (điện thoại, văn bản)."
    ),
    "Trust {count} new anchors?": "Tin cậy {count} chứng thư gốc mới?",
    "Apply all of this?": "Áp dụng tất cả?",
    "trust/anchor": "chứng thư gốc",
    "trust/intermediate": "chứng thư trung gian",
    "trust/list": "danh sách thu hồi",
    "trust/answer": "trả lời OCSP",
    "trust/good": "còn hạn",
    "trust/early": "chưa có hiệu lực",
    "trust/ending": "sắp hết hạn",
    "trust/over": "đã hết hạn",
    "bring/new": "mới",
    "bring/newer": "thay bản cũ",
    "bring/there": "đã có",
    "bring/older": "cũ hơn bản đang có, bỏ qua",
    "fetch/new": "mới",
    "fetch/same": "không đổi",
    "fetch/nothing": "không tải được",
    "Name": "Tên",
    "Issuer": "Nơi cấp",
    "From": "Từ",
    "Until": "Đến",
    "Address": "Địa chỉ",
    "Period": "Hiệu lực",
    "Holder": "Chủ thể",
    "Trust": "Tin cậy",
    # column heads
    "No.": "Số đến",
    "Year": "Năm",
    "First": "Từ số",
    "Last": "Đến số",
    "Left": "Còn lại",
    "Why": "Lý do",
    "When": "Lúc",
    "By": "Người làm",
    "Entry": "Mã dòng",
    "Row": "Dòng",
    "Column": "Cột",
    "Stops": "Không nhập được",
    "What is wrong": "Lỗi",
    "yes": "có",
    "no": "không",
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
    "Confirmed": "Địa chỉ đã xác nhận",
    "{count} agencies": "{count} cơ quan",
    "{count} confirmed addresses": "{count} địa chỉ đã xác nhận",
    "Reliability: {title}. {reason}": "Mức tin cậy: {title}. {reason}",
    "Next step: {step}": "Việc cần làm: {step}",
    "--csv goes with --own": "--csv dùng cùng với --own",
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
    # signatures (TT 15/2025/TT-BKHCN)
    "no anchor is trusted: nothing can be valid; name a folder by --trust": (
        "chưa tin cậy chứng thư gốc nào nên không chữ ký nào được coi là hợp lệ; hãy chỉ thư mục bằng --trust"
    ),
    "no signature": "không có chữ ký số",
    "Verdict": "Kết quả kiểm tra",
    "File": "Tệp",
    "Form of the signature": "Dạng chữ ký",
    "Signed by": "Người ký",
    "Managing unit": "Cơ quan, đơn vị quản lý",
    "Role": "Loại chữ ký",
    "Time of signing": "Thời gian ký",
    "Integrity": "Tính toàn vẹn",
    "Certificate issued by": "Nơi cấp chứng thư số",
    "Certificate when signed": "Hiệu lực tại thời điểm ký",
    "Period of the certificate": "Thời hạn chứng thư số",
    "Serial number": "Số hiệu chứng thư số",
    "Old algorithms": "Thuật toán cũ",
    "VALID": "HỢP LỆ",
    "INVALID": "KHÔNG HỢP LỆ",
    "NOT VERIFIED": "CHƯA XÁC MINH ĐƯỢC",
    "altered": "nội dung đã bị thay đổi",
    "altered after signing": "nội dung đã bị thay đổi sau khi ký",
    "not checked": "chưa kiểm tra được",
    "whole": "toàn vẹn",
    "whole; what was added later is covered by a later signature": "toàn vẹn; phần thêm sau đã được chữ ký sau bao phủ",
    "revoked": "chứng thư số đã bị thu hồi",
    "outside its period": "ngoài thời hạn của chứng thư số",
    "valid": "còn hiệu lực",
    "within its period; revocation or origin not verified": "trong thời hạn; chưa xác minh được thu hồi hoặc nguồn gốc",
    "role/person": "cá nhân",
    "role/organization": "cơ quan, tổ chức",
    "time/timestamp": "dấu thời gian",
    "time/claimed": "theo máy của người ký",
    # verdicts asked for again, capsules
    "nothing is kept of this mail": "không lưu giữ gì của thư này",
    "several agencies keep this mail: {agencies}; name one by --agency": (
        "nhiều cơ quan lưu giữ thư này: {agencies}; hãy chọn một bằng --agency"
    ),
    "{path} is there already": "đã có {path}",
    "DAMAGED; this is not what was packed:": "ĐÃ BỊ THAY ĐỔI; những phần này không như khi đóng gói:",
    "every file is as it was packed": "mọi tệp đúng như khi đóng gói",
    "every verdict follows from its evidence": "mọi kết quả xác minh đều khớp với bằng chứng",
    "NOT every verdict follows": "KHÔNG phải mọi kết quả xác minh đều khớp với bằng chứng",
    "SHA-256 of the capsule: {sha256}": "SHA-256 của gói: {sha256}",
    "it trusts {name} (SHA-256 {sha256})": "gói tin cậy {name} (SHA-256 {sha256})",
    "; yours too": "; bạn cũng tin cậy",
    "; NOT yours": "; bạn KHÔNG tin cậy",
    "who packed it chose these anchors and DNS answers; name anchors of your own by --trust": (
        "người đóng gói đã chọn các chứng thư gốc và câu trả lời DNS này; hãy dùng --trust để chỉ chứng thư gốc của bạn"
    ),
    "by your own anchors every verdict is the same; DNS answers are those of the capsule": (
        "theo chứng thư gốc của bạn, mọi kết quả xác minh vẫn như vậy; câu trả lời DNS là của gói"
    ),
    "by your own anchors NOT every verdict is the same": (
        "theo chứng thư gốc của bạn, KHÔNG phải mọi kết quả xác minh đều như vậy"
    ),
    "agrees": "khớp",
    "DIFFERS": "KHÔNG KHỚP",
    "version {number}": "phiên bản {number}",
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
    "Mailbox": "Hộp thư",
    "states are shown": "có hiển thị trạng thái",
    "Wrong": "Cần xử lý",
    # states of mail, entries and letters
    "waiting": "đang chờ",
    "set aside": "để riêng",
    "answer of the next hop unknown": "chưa rõ máy chủ kế tiếp đã nhận",
    "held for a clerk": "chờ Văn thư xử lý",
    "sent": "đã gửi",
    "failed": "không gửi được",
    "registered": "đã đăng ký",
    "voided": "đã hủy",
    "merged": "trùng văn bản",
    "recalled": "đã thu hồi",
    "replaced": "đã thay thế",
    "channel/mail": "thư điện tử",
    "channel/paper": "bản giấy",
    # what may happen to an entry
    "a change needs its reason: --why": "cần ghi lý do: --why",
    "{what} is several entries ({names}); say --agency, --book or --year": (
        "{what} là nhiều mục trong sổ ({names}); hãy thêm --agency, --book hoặc --year"
    ),
    "write field=value, not {word}": "hãy viết trường=giá trị, không phải {word}",
    "{field} is given twice": "{field} được ghi hai lần",
    "fields: {known}": "các trường: {known}",
    "there is no field {name}": "không có trường {name}",
    "{name} is given by the book and is not corrected; void the entry instead": (
        "{name} do sổ cấp, không đính chính được; hãy hủy mục này rồi đăng ký lại"
    ),
    "{field}: there are characters that cannot be shown": "{field}: có ký tự không hiển thị được",
    "{field} cannot be empty": "{field} là bắt buộc",
    "{field}: write a day such as 31/12/2026, not {value}": "{field}: hãy viết ngày như 31/12/2026, không phải {value}",
    "write a day such as 31/12/2026, not {value}": "hãy viết ngày như 31/12/2026, không phải {value}",
    "{field}: write a number, not {value}": "{field}: hãy viết số, không phải {value}",
    "{field}: write one of {known}, not {value}": "{field}: chọn một trong {known}, không phải {value}",
    "the day of the document may not lie after that of its arrival, {day:%d/%m/%Y}": (
        "Ngày văn bản không được sau ngày đến ({day:%d/%m/%Y})"
    ),
    "the day of hand-over may not lie before that of arrival, {day:%d/%m/%Y}": (
        "Ngày chuyển không được trước ngày đến ({day:%d/%m/%Y})"
    ),
    "{field} is longer than {most} characters; exports shorten it": (
        "{field} dài hơn {most} ký tự; khi in, xuất sổ sẽ được rút gọn"
    ),
    "it says so already; nothing was written": "nội dung đã như vậy; không ghi gì",
    "number {number} was corrected, version {version}": "đã đính chính số đến {number}, phiên bản {version}",
    "number {number} is voided; it is not given again": "đã hủy số đến {number}; số này không cấp lại",
    "number {number} was voided before; nothing was written": "số đến {number} đã hủy từ trước; không ghi gì",
    "(empty)": "(trống)",
    "files of mail are read: fields and numbers are not given with them": (
        "tệp thư được đọc tự động: không ghi kèm trường hoặc số"
    ),
    "{name}: taken as {id}; the running program walks it": (
        "{name}: đã nhận, mã thư {id}; chương trình đang chạy sẽ xử lý"
    ),
    "Mail file": "Tệp thư",
    "What it would become": "Kết quả dự kiến",
    "Enter {name}?": "Đưa {name} vào?",
    "{count} mails; {documents} of them with documents for the book": (
        "{count} thư; {documents} thư có văn bản cần vào sổ"
    ),
    "Stands in": "Có ở",
    "No. here": "Số đến ở đây",
    "No. there": "Số đến bên kia",
    "Differences": "Khác nhau",
    "both": "cả hai sổ",
    "only-here": "chỉ sổ này",
    "only-there": "chỉ sổ kia",
    "Our book beside {file}": "Đối chiếu sổ với tệp {file}",
    "a report ends in .xlsx or .csv, not {suffix}": "tệp báo cáo có đuôi .xlsx hoặc .csv, không phải {suffix}",
    "{new} entered, {there} were there, {faults} could not be entered": (
        "{new} tệp đã vào sổ, {there} tệp có từ trước, {faults} tệp không vào được"
    ),
    "no scan, empty, or too large": "không phải tệp quét, rỗng hoặc quá lớn",
    "it cannot be read": "không đọc được",
    "signs of a state secret were seen": "có dấu hiệu bí mật nhà nước",
    "; not read: {fields}": "; chưa đọc được: {fields}",
    "it waits for its number in book {book}": "chờ cấp số đến vào sổ {book}",
    "awaiting": "chờ cấp số",
    "say which line and which number: register number WHAT NUMBER": "ghi dòng nào và số nào: register number DÒNG SỐ",
    "give a file or a line, not both": "ghi tệp hoặc một dòng, không ghi cả hai",
    "{number} is no arrival number": "{number} không phải số đến",
    "a block has a first and a last number": "khối số có số đầu và số cuối",
    "block {first}-{last} is added": "đã thêm khối số {first}-{last}",
    "the book has number {number} already; nothing was written": "sổ đã có số đến {number}; không ghi gì",
    "the next number of book {book} is {number}": "số đến kế tiếp của sổ {book} là {number}",
    "write --map “head of the file=column”, not {word}; columns: {known}": (
        "viết --map “tiêu đề trong tệp=tên cột”, không viết {word}; các cột: {known}"
    ),
    "{year}: {lines} lines, numbers {first} to {last}": "năm {year}: {lines} dòng, số đến {first} đến {last}",
    "{count} more; --report writes all of them": "còn {count} điểm; --report ghi đủ",
    "imported": "đã nhập",
    "it can be imported": "có thể nhập",
    "row {row}": "dòng {row}",
    "a report ends in .xlsx, .json or .csv, not {suffix}": (
        "tệp báo cáo có đuôi .xlsx, .json hoặc .csv, không phải {suffix}"
    ),
    "Faults of {file}": "Lỗi của tệp {file}",
    "entered in book {book} as number {number}": "đã đăng ký vào sổ {book}, số đến {number}",
    "say --agency, one of: {known}": "hãy chọn cơ quan bằng --agency: {known}",
    "say --book, one of: {known}": "hãy chọn sổ bằng --book: {known}",
    "--arrived: write a day such as 31/12/2026, or a time with its offset such as 2026-11-21T08:00:00+07:00": (
        "--arrived: hãy viết ngày như 31/12/2026, hoặc thời điểm có múi giờ như 2026-11-21T08:00:00+07:00"
    ),
    "the document cannot have arrived after now": "ngày đến không được sau thời điểm hiện tại",
    "--force needs its reason: --why": "--force cần lý do: --why",
    "a document of an earlier day needs the reason why it is entered late: --why": (
        "văn bản đến từ ngày trước cần lý do vào sổ muộn: --why"
    ),
    "missing: {fields}": "còn thiếu: {fields}",
    "there is a document with the same number, symbol and issuing body: number {number} of {day}": (
        "Đã có văn bản cùng số, ký hiệu và cơ quan ban hành: số đến {number} ngày {day}"
    ),
    "only the first {limit} are shown; --limit shows more": "chỉ hiện {limit} mục đầu; thêm --limit để xem tiếp",
    "Versions": "Lịch sử",
    "Files": "Tệp",
    "Verdicts": "Kết quả xác minh",
    "Directions": "Ý kiến chỉ đạo",
    "Channel": "Kênh nhận",
    # single letters
    "{letters} letters: half left in {p50} s, 99 of 100 in {p99} s; {returned} came back, {withheld} withheld": (
        "{letters} thư báo nhận: một nửa gửi trong {p50} giây, 99% trong {p99} giây; {returned} thư bị trả về, "
        "{withheld} thư tạm không gửi"
    ),
    "Tell how long acknowledgements took from their entry until the next server had them, and how many came back.": (
        "Cho biết thư báo nhận mất bao lâu từ khi vào sổ đến khi gửi đi, bao nhiêu thư bị trả về."
    ),
    "Exit status 1 when one of a hundred took more than two minutes.": ("Trả về 1 khi quá 1% số thư mất hơn hai phút."),
    "Days to look back.": "Số ngày tính ngược lại.",
    "Show a letter: its text, and what became of it. KEY is its key, or its check code.": (
        "Xem một thư: nội dung và tình trạng. KEY là khóa hoặc mã kiểm tra của thư."
    ),
    "Say whether a check code is of a letter of ours: what it acknowledged, and the hashes of what was received.": (
        "Kiểm tra một mã có phải của thư do cơ quan gửi: số đến đã báo và mã băm của tệp đã nhận."
    ),
    "Send a letter once more: one that came back, or that could not leave. KEY is its key, or its check code.": (
        "Gửi lại một thư bị trả về hoặc không gửi được. KEY là khóa hoặc mã kiểm tra của thư."
    ),
    "Show a letter as it would be written; nothing is stored or sent.": ("Xem trước một thư; không lưu, không gửi."),
    "Exit status 1 when there is no such letter.": "Trả về 1 khi không có thư đó.",
    "Tells neither names nor subjects. Exit status 1 when no letter has this code.": (
        "Không cho biết tên, trích yếu. Trả về 1 khi không có thư nào mang mã này."
    ),
    "What was written stays; fields before it say that it went again. Exit status 1 when there is no such letter or it "
    "still waits, 65 when the address cannot be used.": (
        "Nội dung giữ nguyên; phần đầu thư ghi rõ là thư gửi lại. Trả về 1 khi không có thư đó hoặc thư còn chờ gửi, "
        "65 khi địa chỉ không dùng được."
    ),
    "Exactly one of --number and --mail says of what. The numbers of a mail that is not in the book are examples. Exit "
    "status 1 when there is no such entry, or nothing of this kind follows from it.": (
        "Chọn đúng một trong hai: --number hoặc --mail. Số đến của thư chưa vào sổ chỉ là ví dụ. Trả về 1 khi không có "
        "văn bản đó hoặc không có thư loại này."
    ),
    "The mail as it was written, before it is signed.": "Thư gốc đã soạn, trước khi ký.",
    "Another address; the one it went to without it.": "Địa chỉ khác; không có thì gửi lại địa chỉ cũ.",
    "Of an entry: its số đến, its symbol or its id.": "Của văn bản đã vào sổ: số đến, số ký hiệu hoặc mã.",
    "Of a mail in a file.": "Của thư trong tệp.",
    "Write the HTML form there.": "Ghi bản HTML vào tệp này.",
    "What the clerk adds to a refusal.": "Lý do từ chối do Văn thư ghi.",
    "there is no such letter": "không có thư này",
    "no such letter follows from this": "không có thư loại này",
    "say either --number or --mail": "chọn --number hoặc --mail",
    "The letter still waits; it leaves by itself.": "Thư còn chờ gửi; hệ thống sẽ tự gửi.",
    "{to} cannot be used as an address": "không dùng được địa chỉ {to}",
    "Waits to leave for {to}: {key}": "Chờ gửi đến {to}: {key}",
    "This code is of a letter written at {time}.": "Mã này là của thư do cơ quan gửi lúc {time}.",
    "Arrival number {number}/{year}": "Số đến {number}/{year}",
    "returned": "bị trả về",
    # kinds of letters
    "letter/arrived": "báo đã đến",
    "letter/accepted": "báo nhận",
    "letter/refused": "từ chối",
    "letter/correction": "đính chính",
    "letter/notice": "thông báo",
    "letter/progress": "tình trạng xử lý",
    "letter/recall": "trả lời thu hồi",
    "letter/question": "đề nghị xác nhận",
    "fate/returned": "bị trả về",
    "fate/delayed": "chậm đến",
    "fate/answered": "có trả lời tự động",
    # the time line
    "event/accepted": "đã nhận thư",
    "event/registered": "đã đăng ký",
    "event/corrected": "đã đính chính",
    "event/voided": "đã hủy",
    "event/merged": "đã gộp",
    "event/joined": "nhận thêm bản",
    "event/split-off": "đã tách",
    "event/link-undone": "bỏ liên kết",
    "event/reply-linked": "nối với văn bản trước",
    "event/reply-not-linked": "không nối với văn bản trước",
    "event/recall-asked": "đề nghị thu hồi, thay thế",
    "event/recall-unproven": "đề nghị thu hồi chưa rõ nơi gửi",
    "event/recall-agreed": "đồng ý thu hồi, thay thế",
    "event/recall-refused": "từ chối thu hồi, thay thế",
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
    "event/letter-returned": "thư bị trả về",
    "event/letter-delayed": "thư chậm đến",
    "event/letter-answered": "máy trả lời thư",
    "event/shadow": "chạy thử",
    "event/delivered": "đã chuyển",
    "event/refused": "bị từ chối",
    "event/uncertain": "chưa rõ đã chuyển",
    "event/judged": "kết quả xác minh",
    # verdicts over time
    "cause/reception": "khi tiếp nhận",
    "cause/retry": "xác minh lại",
    "cause/asked": "xác minh lại theo yêu cầu",
    "as of {time}": "tính đến {time}",
    "nothing to judge": "không có gì để xác minh",
    "unchanged": "không thay đổi",
    "{signer} (signature in part {part})": "{signer} (phần {part} của thư)",
    "signature in part {part}": "chữ ký số ở phần {part} của thư",
    "result/none": "không có",
    "result/pass": "đạt",
    "result/fail": "không đạt",
    "result/softfail": "không đạt (mức nhẹ)",
    "result/policy": "không chấp nhận",
    "result/neutral": "không khẳng định",
    "result/temperror": "chưa tra cứu được",
    "result/permerror": "cấu hình của nơi gửi sai",
    "event/series-started": "bắt đầu dãy số",
    "event/number-awaited": "chờ cấp số đến",
    "event/number-given": "đã cấp số đến",
    "event/numbers-reserved": "giữ số đến",
    "event/number-skipped": "bỏ số đến",
    "event/block-added": "thêm khối số",
    "event/book-imported": "nhập sổ cũ",
    "event/brought": "đưa vào bằng tay",
    "event/text-forgotten": "bỏ nội dung khỏi tra cứu",
    # search: what is kept, what is written into files, and the answer to who asks
    "Found": "Đoạn tìm thấy",
    "Asked": "Nội dung tìm",
    "Saved": "Lưu lúc",
    "these do not go together: --save, --saved, --asked and the like": (
        "không dùng cùng lúc: --save, --saved, --asked và các tùy chọn tương tự"
    ),
    "kept as {name}": "đã lưu với tên {name}",
    "a search that is kept takes no further words": "tra cứu đã lưu không nhận thêm từ khóa",
    "no search is kept as {name}": "không có tra cứu nào tên {name}",
    "{name} is kept no longer": "đã bỏ tra cứu {name}",
    "a search is kept under a name": "tra cứu được lưu phải có tên",
    "{symbol} is not in the book, and waits nowhere": "Không có văn bản {symbol} trong sổ và trong số thư chờ xem.",
    "{symbol}: received {time}, waits for a clerk, has no number": (
        "{symbol}: đã đến lúc {time}, đang chờ Văn thư xem, chưa có số đến"
    ),
    "{symbol} of {issuer}: received {time}, number {number} in book {book}": (
        "{symbol} của {issuer}: đã nhận lúc {time}, số đến {number}, sổ {book}"
    ),
    "name a file that ends in .xlsx, .docx, .pdf or .csv": "tên tệp phải có đuôi .xlsx, .docx, .pdf hoặc .csv",
    "there is no column {name}; columns: {known}": "không có cột {name}; các cột: {known}",
    "{mails} mails read, {files} files kept for the search, {absent} mails not readable here": (
        "đã đọc {mails} thư, giữ nội dung {files} tệp để tra cứu, {absent} thư không đọc được ở máy này"
    ),
    "text of {count} files taken out of the search": "đã bỏ nội dung của {count} tệp khỏi tra cứu",
    "there is no agency {agency}; agencies: {known}": "không có cơ quan {agency}; các cơ quan: {known}",
    "name one period": "chỉ chọn một kỳ",
    "--window-15 goes with a month, a quarter, a half-year or a year": (
        "--window-15 dùng với tháng, quý, nửa năm hoặc năm"
    ),
    "write a month such as 11/2026, not {value}": "hãy viết tháng như 11/2026, không phải {value}",
    "write a period such as {example}, not {value}": "hãy viết kỳ như {example}, không phải {value}",
    "event/book-closed": "khóa sổ",
    "event/book-reopened": "mở lại sổ",
    "not possible": "không thực hiện được",
    # closing of days and years
    "choose one of --reopen, --rehearse and --check": "chỉ chọn một trong --reopen, --rehearse, --check",
    "--rehearse and --check ask for --year": "--rehearse và --check cần có --year",
    "say --day or --year, not both": "chỉ dùng --day hoặc --year",
    "{book}, {period}: open again": "{book}, {period}: đã mở lại sổ",
    "{book}, {period}: opened again {at} by {by}: {why}": "{book}, {period}: mở lại lúc {at} ({by}), lý do: {why}",
    "{book}, {period}: closed {at} by {by}, {entries} documents": (
        "{book}, {period}: đã khóa sổ lúc {at} ({by}), {entries} văn bản"
    ),
    "{book}: {count} days are closed, the last one {last}": "{book}: đã khóa {count} ngày, gần nhất {last}",
    "Closing": "Khóa sổ",
    "by mail {mail}, on paper {paper}, struck {voided}, corrected {corrected}": (
        "điện tử {mail}, giấy {paper}, gạch bỏ {voided}, có đính chính {corrected}"
    ),
    "numbers: {numbers}": "số đến: {numbers}",
    "CHANGED": "NỘI DUNG ĐÃ KHÁC LÚC KHÓA",
    "nothing of this year was ever closed": "năm này chưa khóa sổ lần nào",
    "{count} mails wait for a clerk: {named}": "{count} thư đang chờ văn thư xử lý: {named}",
    "{count} mails are not yet walked": "{count} thư chưa được đọc xong",
    "{count} mails are set aside": "{count} thư để riêng, cần người xem",
    "{count} letters have not left": "{count} thư trả lời chưa gửi đi",
    "what of it is entered later opens {period} again": "văn bản vào sổ sau sẽ tự mở lại sổ {period}",
    "{book} {year}: {entries} documents, struck {voided}": "{book} {year}: {entries} văn bản, gạch bỏ {voided}",
    "next number {next}/{year}; the next year begins with {first}": (
        "số đến kế tiếp {next}/{year}; năm sau bắt đầu từ số {first}"
    ),
    "numbers without an entry: {named}": "số không có trong sổ: {named}",
    "lines that lack a needed field: {named}": "số đến còn thiếu thông tin bắt buộc: {named}",
    "lines without recipient or day of hand-over: {named}": "số đến chưa ghi người nhận hoặc ngày chuyển: {named}",
    "days that are not closed: {named}": "ngày chưa khóa sổ: {named}",
    "rehearsed; nothing was written into the book": "diễn tập xong; chưa ghi gì vào sổ",
    "nothing stands in the way of closing the year": "không còn việc gì cản trở khóa sổ năm",
    "that it was read could not be written down: {problem}": "không ghi lại được việc đã xem: {problem}",
    "Read by": "Đã xem",
    "event/read": "đã xem",
    # proof of the book
    "nothing changed: {entries} entries, {rows} rows, {links} links, until {until}": (
        "không có gì thay đổi: {entries} văn bản trong sổ, {rows} dòng dữ liệu, {links} mắt xích nhật ký, đến {until}"
    ),
    "looked at: {entries} entries, {rows} rows, {links} links, until {until}": (
        "đã kiểm tra: {entries} văn bản trong sổ, {rows} dòng dữ liệu, {links} mắt xích nhật ký, đến {until}"
    ),
    "CHANGED. The first broken place: {place}": "ĐÃ BỊ THAY ĐỔI. Chỗ sai đầu tiên: {place}",
    "besides: {count}": "ngoài ra: {count}",
    "files: {mails} mails of the archive, {files} pieces of evidence": (
        "tệp: {mails} thư trong kho lưu, {files} tệp chứng cứ"
    ),
    "only a part was looked at: rows that no link names are found without --since": (
        "chỉ kiểm tra một phần: dòng bị thêm bằng tay chỉ tìm được khi không dùng --since"
    ),
    "roots: {roots}, stamped {stamps}": "mã chốt ngày: {roots}, có dấu thời gian: {stamps}",
    "by a trusted authority all up to the day {day} was there at {at}": (
        "cơ quan cấp dấu thời gian xác nhận: toàn bộ nhật ký đến hết ngày {day} đã có lúc {at}"
    ),
    "{count} stamps could not be verified here ({reason})": "{count} dấu thời gian chưa xác minh được ở đây ({reason})",
    "row-changed": "dòng dữ liệu bị sửa",
    "row-missing": "dòng dữ liệu bị xóa",
    "row-added": "dòng dữ liệu bị thêm bằng tay, không có trong nhật ký",
    "link-changed": "mắt xích nhật ký bị sửa",
    "chain-broken": "chuỗi nhật ký bị đứt",
    "end-missing": "phần cuối của nhật ký bị mất",
    "root-wrong": "mã chốt ngày không khớp",
    "stamp-wrong": "dấu thời gian không khớp",
    "number-missing": "thiếu hoặc trùng số đến",
    "counter-wrong": "bộ đếm số đến sai",
    "mail-changed": "tệp thư bị sửa",
    "mail-missing": "tệp thư bị mất",
    "file-changed": "tệp chứng cứ bị sửa",
    "file-missing": "tệp chứng cứ bị mất",
    "table-unreadable": "không đọc được dữ liệu",
    "table {table}, row {key}": "bảng {table}, dòng {key}",
    "link {link} of the journal {chain}": "mắt xích {link} của nhật ký {chain}",
    "of the house": "chung",
    "book {book}, number {number}/{year}": "sổ {book}, số đến {number}/{year}",
    "version {version}": "lần ghi {version}",
    # print and export of the book
    "{path} is there already; --force writes over it": "{path} đã có; dùng --force để ghi đè",
    "no file with entries": "không có hồ sơ nào có văn bản",
    "--number goes with --form slip and cover": "--number đi với --form slip hoặc cover",
    "--file goes with --form file": "--file đi với --form file",
    "volumes are bound of the book": "chỉ sổ đăng ký mới chia quyển",
    "say --volume-pages or --volume-entries, not both": "chỉ dùng --volume-pages hoặc --volume-entries",
    "no entry": "không có văn bản nào trong phần sổ này",
    "no such book, and no entry in it": "không có sổ này, cũng không có văn bản nào",
    "number {number}: cut: {fields}": "số đến {number}: đã rút gọn: {fields}",
    # links, copies and recalls
    "channel/edxml": "gói edXML",
    "number {number} was merged into {into} (link {link})": "đã gộp số đến {number} vào {into} (liên kết {link})",
    "this file is in the book already: number {number}": "tệp này đã có trong sổ: số đến {number}",
    "number {number} was parted off from {origin} (link {link})": "đã tách số đến {number} từ {origin} "
    "(liên kết {link})",
    "no such link": "không có liên kết này",
    "link {link} was taken back; number {number}: {state}": "đã bỏ liên kết {link}; số đến {number}: {state}",
    "say which file, one of: {names}": "cho biết tệp nào, một trong các tệp: {names}",
    "say --agree or --refuse": "cho biết --agree (đồng ý) hoặc --refuse (từ chối)",
    "the sender is told": "đã báo cho nơi gửi",
    "the sender is not told by mail": "không báo cho nơi gửi bằng thư",
    "number {number}: {state}": "số đến {number}: {state}",
    "number {number}: refused, it stands as before": "số đến {number}: từ chối, giữ nguyên như cũ",
    "nothing to compare it with": "không có văn bản nào để so sánh",
    "the text of one of them is not kept; compare the files": "chưa lưu nội dung của một trong hai văn bản; "
    "đề nghị đối chiếu các tệp",
    "the texts say the same": "nội dung giống nhau",
    "the texts differ in line breaks only, or say too little to be compared": "nội dung chỉ khác cách xuống dòng, "
    "hoặc quá ngắn để so sánh",
    "the paper was joined with number {number} (link {link})": "đã ghi nhận bản giấy vào số đến {number} "
    "(liên kết {link})",
    "the paper of this entry is there already": "số đến này đã có bản giấy",
    "nothing was written; if it is the paper of that entry: --copy-of {number}; another one: --force --why": "chưa "
    "ghi gì; nếu là bản giấy của văn bản đó: --copy-of {number}; nếu là văn bản khác: --force --why",
    "Links": "Liên kết",
    "same document as number {other}": "trùng văn bản với số đến {other}",
    "number {other} is the same document": "số đến {other} là cùng văn bản",
    "parted off from number {other}": "tách từ số đến {other}",
    "number {other} was parted off": "đã tách ra số đến {other}",
    "came again, {channel}, {when}, mail {mail}": "nhận thêm bản, {channel}, {when}, thư {mail}",
    "paper came on {when}": "nhận bản giấy {when}",
    "belongs to the earlier number {other}": "liên quan văn bản trước, số đến {other}",
    "number {other} belongs to this one": "số đến {other} liên quan văn bản này",
    "the issuer asks to take it back, mail {mail}; frozen until a clerk answers": "nơi gửi đề nghị thu hồi, "
    "thư {mail}; tạm khóa đến khi Văn thư trả lời",
    "the issuer asks to replace it, mail {mail}; frozen until a clerk answers": "nơi gửi đề nghị thay thế, "
    "thư {mail}; tạm khóa đến khi Văn thư trả lời",
    "the issuer asks to change it, mail {mail}; frozen until a clerk answers": "nơi gửi đề nghị cập nhật, "
    "thư {mail}; tạm khóa đến khi Văn thư trả lời",
    "was recalled": "đã thu hồi",
    "was replaced": "đã thay thế",
    "was changed at the issuer's wish": "đã cập nhật theo đề nghị của nơi gửi",
    ", by number {other}": ", theo số đến {other}",
    ", mail {mail}": ", thư {mail}",
    "recalls number {other}": "thu hồi số đến {other}",
    "replaces number {other}": "thay thế số đến {other}",
    "changes number {other}": "cập nhật số đến {other}",
}

VIETNAMESE |= VIETNAMESE_OF_THE_DESK
VIETNAMESE |= VIETNAMESE_OF_LEAVING

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
