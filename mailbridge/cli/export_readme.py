"""What stands in an export to explain it, in Vietnamese and English."""

from __future__ import annotations

README = """\
TOÀN BỘ SỔ VÀ HỒ SƠ, XUẤT TỪ MAILBRIDGE (English below)

Mọi tệp ở đây là định dạng mở, đọc được không cần MailBridge. Văn bản là UTF-8; giờ là UTC (đuôi Z), ngày đến theo giờ
Việt Nam.

  SHA256SUMS      SHA-256 của từng tệp; kiểm tra bằng lệnh: sha256sum -c SHA256SUMS
  manifest.json   đây là gì, lúc nào, mỗi bảng bao nhiêu dòng; "content" là mã của toàn bộ nội dung: hai lần xuất cùng
                  nội dung cho cùng một mã
  books/          mỗi sổ mỗi năm một tệp CSV: mọi trường đầu vào (NĐ 30/2020/NĐ-CP, Phụ lục VI) của mọi phiên bản của
                  từng số đến; mở bằng Excel hoặc LibreOffice
  tables/         toàn bộ cơ sở dữ liệu, mỗi bảng một tệp JSON Lines (mỗi dòng một đối tượng); xem danh sách dưới đây
  mails/          thư gốc đã lưu, tệp .eml, nguyên từng byte; mails.jsonl: thông tin phong bì và dấu niêm phong
  documents/      các tệp đính kèm của những thư đó, tên tệp là SHA-256; documents.csv: tệp nào, thư nào, tên gốc
  letters/        thư MailBridge đã gửi (xác nhận, trả lại, thông báo), tệp .eml; tên là "token" trong letter_token
  evidence/       chứng thư số, danh sách thu hồi đã dùng khi kiểm tra chữ ký số, tên tệp là SHA-256
  archive/        chỉ có khi một thư không thể dựng lại từ mails/: tệp lưu nguyên trạng
  proof.gz        bằng chứng toàn vẹn: mailbridge register verify proof.gz (không cần mạng, không cần cơ sở dữ liệu)
  configuration/  cấu hình, không kèm khóa bí mật và mật khẩu

Nhập lại: mailbridge -c CẤU_HÌNH db restore THƯ_MỤC_NÀY (vào cơ sở dữ liệu trống, SQLite hoặc PostgreSQL).


THE WHOLE BOOK AND ITS RECORDS, TAKEN OUT OF MAILBRIDGE

Every file is in an open format and needs no MailBridge to be read. Text is UTF-8; times are UTC (with a Z), days of
arrival are those of Vietnam.

  SHA256SUMS      the SHA-256 of every file; to check: sha256sum -c SHA256SUMS
  manifest.json   what this is, of when, how many rows each table has; "content" is one digest of all contents: the same
                  contents have the same, whenever they are taken out
  books/          a CSV file a book and year: all input fields (Decree 30/2020/NĐ-CP, Phụ lục VI) of every version of
                  every entry
  tables/         all of the database, a file of JSON Lines a table (an object a line); see the list below
  mails/          the original mails that were kept, .eml, octet for octet; mails.jsonl: their envelopes and seals
  documents/      the files attached to them, named by their SHA-256; documents.csv: which file, which mail, which name
  letters/        letters of ours (acknowledgements, returns, notices), .eml, named by their token in letter_token
  evidence/       certificates and lists of revocations that judgements rested on, named by their SHA-256
  archive/        only for a mail that cannot be made again from mails/: its file as it lies
  proof.gz        the proof of the journal: mailbridge register verify proof.gz (without network and database)
  configuration/  the configuration without private keys and passwords

Files inside archives (ZIP and the like) lie in these, as they came.
To bring all back: mailbridge -c CONFIGURATION db restore THIS_FOLDER (into an empty database, SQLite or PostgreSQL).


tables/

  entry            số đến: sổ, năm, số, lúc đến, thư, SHA-256 của tệp / the entries: book, year, number, arrival
  entry_version    nội dung từng phiên bản, ai ghi, lúc nào, lý do / what they say, every version with who, when, why
  counter numbering number_block number_reserved number_given
                   số tiếp theo, thẩm quyền cấp số, khối số, số giữ chỗ / numbers: next ones, whose they are, reserved
  link             liên kết: gộp, tách, bản giấy, thu hồi, thay thế / what entries have to do with one another
  closing          khóa sổ ngày, năm và mở lại / days and years closed, and opened again
  mail_case        mỗi thư đã được xét ra sao / what became of each mail
  verdict pending_verdict
                   kết quả kiểm tra theo thời gian / what was judged of a mail over time
  act              thao tác của người dùng / what people did
  event            nhật ký sự kiện / everything that happened
  reading          ai đã xem / who read what
  delivery         số phận mọi thư tại cửa vào / what became of each mail at its door
  outbox letter_token letter_fate answered breaker
                   thư đi và hồi báo / letters of ours and what came back
  journal journal_head root root_stamp
                   nhật ký băm chuỗi, mã chốt ngày, dấu thời gian / the chain of hashes, its daily roots, their stamps
  document_text entry_search saved_search
                   văn bản để tìm kiếm, tìm kiếm đã lưu / text for the search, searches that are kept
  clock_letter     thư nhắc theo giờ / what was told by the clock
  mailbox_cursor shown_state
                   hộp thư đã đọc đến đâu, nhãn trên thư / how far mailboxes were read, marks on mails in them
"""
