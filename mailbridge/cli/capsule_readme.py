"""What lies beside the evidence in a capsule, for whoever opens it years later without us."""

from __future__ import annotations

README = """\
GÓI BẰNG CHỨNG CỦA MỘT THƯ / EVIDENCE CAPSULE OF ONE MAIL
mailbridge-capsule/1

Tệp này chứa một thư đã nhận, toàn bộ căn cứ xác minh và vị trí của văn bản trong sổ đăng ký văn bản đến.
Kiểm tra trên bất kỳ máy nào, không cần mạng, không cần cơ sở dữ liệu:

    mailbridge signature verify GOI.zip

  mail.eml        thư, đúng từng octet như khi nhận
  envelope.json   phong bì SMTP: máy gửi, người gửi, người nhận, thời điểm nhận
  case.json       kết quả xử lý khi tiếp nhận
  verdicts.json   các lần xác minh: thời điểm, kết quả, câu trả lời DNS đã dùng
  entries.json    các mục trong sổ, mọi phiên bản
  events.json     diễn biến
  trust/          chứng thư số, danh sách thu hồi (CRL), trả lời OCSP đã dùng; tên tệp là SHA-256
  manifest.json   SHA-256 của từng tệp, phiên bản chương trình

Gói này không có chữ ký: người đóng gói chọn chứng thư gốc và câu trả lời DNS. Hãy dùng chứng thư gốc của mình:
mailbridge signature verify --trust THU-MUC GOI.zip; hoặc so SHA-256 của gói với gói được đóng lại từ sổ.

Không có chương trình: giải nén, so SHA-256 của từng tệp với manifest.json; chữ ký trong mail.eml kiểm tra được bằng
công cụ DKIM và PDF thông dụng, với khóa trong verdicts.json và chứng thư trong trust/.

----

This file holds one mail as it was received, all that its verification rests on, and the place of its document in the
book of incoming documents. To check it on any machine, with no network and no database:

    mailbridge signature verify CAPSULE.zip

  mail.eml        the mail, octet for octet as it was received
  envelope.json   the SMTP envelope: client, sender, recipients, time of receipt
  case.json       what was decided at its reception
  verdicts.json   each verification: when, with which result, by which DNS answers
  entries.json    the entries of the book, every version
  events.json     what happened
  trust/          certificates, revocation lists (CRL) and OCSP answers that were used, named by their SHA-256
  manifest.json   the SHA-256 of each file, and the versions of the program

Nobody has signed this file: who packed it chose the anchors and the DNS answers in it. Bring anchors of your own, with
mailbridge signature verify --trust FOLDER CAPSULE.zip; or compare its SHA-256 with a capsule packed anew from the book.

Without the program: unpack it, compare the SHA-256 of each file with manifest.json; the signatures in mail.eml can be
checked by any tool for DKIM and PDF, with the keys in verdicts.json and the certificates in trust/.
"""
