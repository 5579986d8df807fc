"""What the command line says of safety copies, of bringing the schema forward, and of leaving, in Vietnamese."""

from __future__ import annotations

VIETNAMESE_OF_LEAVING = {
    "{path} is there already; name a new folder": "{path} đã có; hãy chọn một thư mục mới",
    "{rows} rows, {mails} mails, {evidence} pieces of evidence": (
        "{rows} dòng dữ liệu, {mails} thư, {evidence} tệp chứng cứ"
    ),
    "left out as a secret: {name}": "không sao chép vì là bí mật: {name}",
    "not as it was written: {place}": "không còn nguyên vẹn: {place}",
    "{path} is there already with other content": "{path} đã có với nội dung khác",
    "{rows} rows of {made_at} are back": "đã phục hồi {rows} dòng dữ liệu, bản sao lúc {made_at}",
    "this is no folder of `db backup` or `export all`": "đây không phải thư mục của `db backup` hoặc `export all`",
    "the copy has schema {found}, which this program does not know": (
        "bản sao có cấu trúc {found}, chương trình này không biết cấu trúc đó"
    ),
    "a program is running ({lock}); stop it before": "chương trình đang chạy ({lock}); hãy dừng trước",
    "the database has rows; a copy is brought back into an empty one only": (
        "cơ sở dữ liệu đã có dữ liệu; chỉ phục hồi vào cơ sở dữ liệu trống"
    ),
    "the database has tables of schema {found}, the copy is of {needed}; name a new one": (
        "cơ sở dữ liệu có cấu trúc {found}, bản sao có cấu trúc {needed}; hãy dùng một cơ sở dữ liệu mới"
    ),
    "the database has schema {found}, this program knows up to {needed}": (
        "cơ sở dữ liệu có cấu trúc {found}, chương trình này chỉ biết đến {needed}"
    ),
    "nothing was changed": "chưa thay đổi gì",
    "a copy was made: {path}": "đã sao lưu: {path}",
    "from schema {found} to {needed}:": "từ cấu trúc {found} lên {needed}:",
    "{path} may not be written by this user": "người dùng này không được ghi vào {path}",
    "this user of the database may not make tables, or does not own them": (
        "người dùng của cơ sở dữ liệu không được tạo bảng, hoặc không sở hữu các bảng"
    ),
    "{count} connections of a running program; stop it before": (
        "chương trình đang chạy còn {count} kết nối; hãy dừng trước"
    ),
    "{folder} has {free} MB free, {needed} MB are needed": "{folder} còn trống {free} MB, cần {needed} MB",
    # export all
    "contents: {digest}": "mã nội dung: {digest}",
    "damaged in the archive, taken out as it is: {name}": "thư lưu đã hỏng, xuất nguyên trạng: {name}",
    "{rows} rows, {books} books, {mails} mails, {documents} files of documents": (
        "{rows} dòng dữ liệu, {books} sổ, {mails} thư, {documents} tệp văn bản"
    ),
    "the book is not whole: see `mailbridge register verify`": (
        "sổ không còn nguyên vẹn: xem `mailbridge register verify`"
    ),
    # register file
    "nothing of a mail is kept for this entry": "số đến này không có thư lưu kèm",
    "the kept mail is not there: {detail}": "không có thư đã lưu: {detail}",
    "the kept mail was changed: {detail}": "thư đã lưu không còn nguyên vẹn: {detail}",
    "the file of the entry is not in its mail": "không tìm thấy tệp của văn bản trong thư đã lưu",
    "there is no part {part}; parts: {known}": "không có phần {part}; các phần: {known}",
    "intact (SHA-256 {sha256}): {path}": "nguyên vẹn (SHA-256 {sha256}): {path}",
    "CHANGED: the book says SHA-256 {sha256}": "ĐÃ BỊ THAY ĐỔI: trong sổ ghi SHA-256 {sha256}",
}
