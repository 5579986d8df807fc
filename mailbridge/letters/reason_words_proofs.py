"""
The reasons of SPF, DMARC, ARC, S/MIME, CMS, XML, office files and changed PDF files in Vietnamese.

As in `reason_words`, of which this is a part: what varies stands in braces.
"""

from __future__ import annotations

SENDER = {
    "neither SPF nor DKIM speaks for the domain in From": (
        "cả SPF và DKIM đều không xác nhận tên miền trong trường From"
    ),
    "the domain in From has no DMARC record": "tên miền gửi chưa công bố chính sách DMARC",
    "the DMARC record was not asked for": "chưa tra cứu chính sách DMARC",
    "the DNS gave no answer for SPF or a signature of the domain in From": (
        "máy chủ tên miền chưa trả lời khi tra cứu SPF hoặc khóa của tên miền gửi"
    ),
    "the mail has no single From address": "thư không ghi rõ một người gửi",
    "the domain in From is no name of the DNS": "tên miền gửi không hợp lệ",
    "the DNS gave no answer for the DMARC record": "máy chủ tên miền chưa trả lời khi tra cứu chính sách DMARC",
    "the domain in From has several DMARC records, so none applies": (
        "tên miền gửi công bố nhiều chính sách DMARC nên không áp dụng được"
    ),
    "the DMARC record names no policy": "bản ghi DMARC không nêu chính sách",
    "the domain does not allow this client to send its mail": "tên miền gửi không cho phép máy chủ này gửi thư",
    "the domain probably does not allow this client to send its mail": (
        "máy chủ này nhiều khả năng không được tên miền gửi cho phép"
    ),
    "the domain does not say whether this client may send its mail": (
        "tên miền gửi không nêu rõ máy chủ này có được phép gửi thư hay không"
    ),
    "the domain has no SPF record": "tên miền gửi chưa công bố SPF",
    "the DNS gave no answer that SPF needs": "máy chủ tên miền chưa trả lời khi tra cứu SPF",
    "the DNS was not asked for all of SPF": "chưa tra cứu đủ để kiểm tra SPF",
    "the address of the client is not known": "không rõ địa chỉ máy chủ gửi",
    "the envelope sender is not known": "không rõ địa chỉ gửi trên phong bì thư",
    "the envelope sender has no domain that can be asked": (
        "địa chỉ gửi trên phong bì thư không có tên miền tra cứu được"
    ),
    "the SPF record leads to a domain that has none": "bản ghi SPF dẫn đến tên miền không có SPF",
    "the SPF record includes a domain that has none": "bản ghi SPF gộp một tên miền không có SPF",
    "the SPF record needs more than {count} lookups in the DNS": "bản ghi SPF cần hơn {count} lần tra cứu",
    "the SPF record names a domain with more than {count} mail servers": (
        "bản ghi SPF nêu tên miền có hơn {count} máy chủ thư"
    ),
    "the SPF record names more than {count} things that the DNS does not have": (
        "bản ghi SPF nêu hơn {count} mục không có trong DNS"
    ),
    "the SPF record is malformed": "bản ghi SPF sai quy cách",
    "the domain has several SPF records": "tên miền gửi công bố nhiều bản ghi SPF",
    "the SPF record is longer than {count} octets": "bản ghi SPF dài hơn {count} byte",
    # ARC (RFC 8617).
    "the ARC chain has more than {count} keys, it was not judged": "chuỗi ARC có hơn {count} khóa, chưa được kiểm tra",
    "the newest ARC-Message-Signature: {reason}": "chữ ký ARC mới nhất: {reason}",
    "the ARC-Seal of set {number}: {reason}": "dấu ARC số {number}: {reason}",
    "an ARC-Authentication-Results field does not begin with its instance": "kết quả ARC không ghi số thứ tự",
    "an ARC-Authentication-Results field cannot be read": "không đọc được kết quả ARC",
    "the mail has more than {count} ARC sets": "thư có hơn {count} bộ ARC",
    "an ARC set is missing or not whole": "chuỗi ARC thiếu bộ hoặc không đủ trường",
    "an ARC set has a field twice": "một bộ ARC có trường lặp lại",
    "an ARC field has no instance from 1 to 50": "trường ARC không có số thứ tự từ 1 đến 50",
    "the sealer of ARC set {number} found that the chain had failed": (
        "máy chủ lập dấu ARC số {number} đã ghi nhận chuỗi không đạt"
    ),
    "the ARC-Seal of set {number} has a wrong cv=": "dấu ARC số {number} ghi sai cv=",
    "an ARC-Seal must not have h=": "dấu ARC không được có h=",
    "an ARC-Message-Signature must not sign ARC-Seal fields": "chữ ký ARC không được ký trường ARC-Seal",
}
"""What is behind SPF, DMARC and ARC (`SpfResult.reason` and the others)."""

MAIL_SIGNATURES = {
    "the signatures of the mail could not be judged ({problem})": "chưa kiểm tra được chữ ký số của thư ({problem})",
    "the signature was made over lines that end in LF, not CRLF": "chữ ký số của thư tính trên dòng kết thúc bằng LF",
    "the signature was made with another line end behind the signed part": (
        "chữ ký số của thư tính với ký tự xuống dòng khác ở cuối phần được ký"
    ),
    "the transfer encoding of the signed part was converted on the way; what it stands for is unchanged": (
        "cách mã hóa phần được ký đã chuyển đổi trên đường đi, nội dung không đổi"
    ),
    "the signer's certificate holds no mail address": "chứng thư số của người ký không ghi địa chỉ thư",
    "the signer is not the author of the mail": "người ký không phải người gửi thư",
    "only a part of the mail is signed": "chỉ một phần của thư được ký",
    "From shows other addresses than the author's": "trường From hiển thị địa chỉ khác với người gửi",
    "another signature of the same content failed": "một chữ ký khác trên cùng nội dung không hợp lệ",
    "the signature of the mail is missing": "thư thiếu tệp chữ ký số",
    "where the signature should be is something else": "vị trí của chữ ký số là nội dung khác",
    "the signature holds another content than the mail shows": "chữ ký số chứa nội dung khác với nội dung thư hiển thị",
    "the certificate is not meant for signing mail": "chứng thư số không dùng để ký thư",
    "the certificate is not meant for timestamps": "chứng thư số không dùng để cấp dấu thời gian",
}
"""What is wrong with an S/MIME signature (`SmimeResult.reason`)."""

CERTIFICATES = {
    "the certificate breaks a rule of an authority above it": (
        "chứng thư số không đúng quy định của tổ chức chứng thực cấp trên"
    ),
    "a certificate of the issuing authority has expired": "chứng thư số của tổ chức chứng thực đã hết hạn",
    "a certificate of the issuing authority was not yet valid": (
        "chứng thư số của tổ chức chứng thực chưa có hiệu lực"
    ),
    "the certificate could not be read": "không đọc được chứng thư số",
    "the file that was signed did not come with the signature": "tệp được ký không gửi kèm chữ ký số",
    "several files have the name of the signed one, and others were not signed": (
        "có nhiều tệp trùng tên với tệp được ký, các tệp khác không được ký"
    ),
    "the signature cannot be read ({error})": "không đọc được chữ ký số ({error})",
    "the certificate is not the one that the signature names": "chứng thư số không phải chứng thư mà chữ ký nêu",
    "the signature does not say once what its content is": "chữ ký số không nêu rõ loại nội dung được ký",
    "the content is of another type than the signature says": "loại nội dung khác với loại mà chữ ký số nêu",
    "the signature names several certificates as its own": "chữ ký số nêu nhiều chứng thư số là của mình",
    "what is signed is no document": "nội dung được ký không phải văn bản",
    "the signature names two different digest algorithms": "chữ ký số nêu hai thuật toán băm khác nhau",
    "the type of the content is not signed": "loại nội dung không được ký",
    "the content is what another signature has signed about its content": (
        "nội dung là phần thông tin của một chữ ký số khác"
    ),
    "signatures by this algorithm cannot be checked": "chưa hỗ trợ kiểm tra chữ ký theo thuật toán này",
}
"""What is wrong with a certificate or a CMS signature."""

XML = {
    "the file can be taken for one of another kind": "tệp có thể bị mở như một loại tệp khác",
    "it is not what the directory says": "nội dung không khớp với danh mục của tệp nén",
    "a part that was signed is gone": "một phần đã ký không còn trong tệp",
    "the document shows content that changes with the reader": "tệp hiển thị nội dung thay đổi theo chương trình đọc",
    "a part of the document is not covered by the signature": "một phần văn bản không được chữ ký số bảo đảm",
    "the signature refers to what is not in the file": "chữ ký số dẫn đến nội dung không có trong tệp",
    "the main part of the document is not covered by the signature": (
        "phần chính của văn bản không được chữ ký số bảo đảm"
    ),
    "the document shows values that are not covered by the signature": (
        "văn bản hiển thị giá trị không được chữ ký số bảo đảm"
    ),
    "the signature has more than {count} references": "chữ ký số có hơn {count} tham chiếu",
    "a link between parts of the document is not covered by the signature": (
        "liên kết giữa các phần của văn bản không được chữ ký số bảo đảm"
    ),
    "the package is too large to be judged": "tệp quá lớn, chưa kiểm tra được chữ ký số",
    "the package says nothing of the types of its parts": "tệp không ghi loại của các phần bên trong",
    "the relationships of a part are malformed": "liên kết của một phần trong tệp sai quy cách",
    "the package has an entry with a strange name": "tệp có thành phần mang tên bất thường",
    "a relationship transform is not followed by a canonicalization": (
        "phép biến đổi liên kết trong chữ ký sai quy cách"
    ),
    "the package names the types of its parts in two ways": "tệp ghi loại của các phần theo hai cách khác nhau",
    "the package has two entries of one name": "tệp có hai thành phần trùng tên",
    "the type of a signed part was changed": "loại của một phần đã ký bị thay đổi",
    "the certificate is another than the one that the signer named": (
        "chứng thư số khác với chứng thư mà người ký đã nêu"
    ),
    "the signed properties do not belong to this signature": "thuộc tính được ký không thuộc chữ ký số này",
    "the signed properties are not covered by the signature": "thuộc tính của chữ ký không được chữ ký số bảo đảm",
    "the signature has more than one set of signed properties": "chữ ký số có nhiều bộ thuộc tính được ký",
    "the signature uses a canonicalization that is not judged": "chữ ký số dùng cách chuẩn hóa chưa hỗ trợ",
    "the signature is made with a shared secret, which proves nobody": (
        "chữ ký tạo bằng khóa dùng chung, không xác nhận được người ký"
    ),
    "the signature uses an algorithm that is not judged": "chữ ký số dùng thuật toán chưa hỗ trợ",
    "the signature has wrong parameters": "tham số của chữ ký số không đúng",
    "the certificate's key is of another kind than the signature": "khóa của chứng thư số khác loại với chữ ký",
    "the XML has no canonical form": "nội dung XML không chuẩn hóa được",
    "xml:base is not joined as Canonical XML 1.1 asks for": "thuộc tính xml:base chưa xử lý được theo chuẩn",
    "the elements around what is signed are not covered by the signature": (
        "các phần tử bao quanh nội dung được ký không được chữ ký số bảo đảm"
    ),
    "content of the file is not covered by the signature": "có nội dung trong tệp không được chữ ký số bảo đảm",
    "the signature holds content that is not covered by it": "trong chữ ký có nội dung không được chính chữ ký bảo đảm",
    "a certificate in the signature cannot be read": "không đọc được một chứng thư số trong chữ ký",
    "the package is compressed in a way that is not judged": "tệp được nén theo cách chưa hỗ trợ kiểm tra chữ ký",
    "the package has octets that its directory does not name": "tệp có dữ liệu nằm ngoài mục lục",
    "the package has two descriptions of one entry": "tệp mô tả một thành phần theo hai cách khác nhau",
    "the package cannot be opened": "không mở được tệp để kiểm tra chữ ký số",
    "an entry of the package cannot be read": "không đọc được một thành phần của tệp",
    "the XML is too large to be judged": "nội dung XML quá lớn, chưa kiểm tra được chữ ký số",
    "the XML declares a document type": "nội dung XML có khai báo bất thường (DOCTYPE)",
    "the XML is not well-formed": "nội dung XML bị lỗi cấu trúc",
    "the XML is neither in UTF-8 nor in UTF-16": "nội dung XML không ở dạng UTF-8 hoặc UTF-16",
    "the signature has more than one {element}": "chữ ký số có nhiều hơn một phần {element}",
    "the signature has no {element}": "chữ ký số thiếu phần {element}",
    "{element} holds more than text": "phần {element} của chữ ký số có nội dung lạ",
    "the signature holds something that is not in base64": "chữ ký số có phần mã hóa base64 sai",
    "more than one element bears the id that was signed": "có nhiều phần tử trùng mã định danh với phần được ký",
    "the signature covers too much to be judged": "phạm vi ký quá lớn, chưa kiểm tra được",
    "the signature uses a transform that is not judged": "chữ ký số dùng phép biến đổi chưa hỗ trợ",
    "the signature is too large to be judged": "chữ ký số quá lớn, chưa kiểm tra được",
    "the signature refers to nothing": "chữ ký số không dẫn đến nội dung nào",
    "a reference has more than {count} transforms": "một tham chiếu có hơn {count} phép biến đổi",
}
"""What is wrong with a signature of XML, OOXML or ODF."""

CHANGES = {
    "the file was added to after this signature, and the later signature over that is not verified yet": (
        "tệp được bổ sung sau chữ ký số này, và chữ ký số sau bao phủ phần đó chưa xác minh xong"
    ),
    "the file is a portfolio, which some readers show as the files that it holds": (
        "tệp là một bộ sưu tập tệp; một số chương trình đọc hiển thị các tệp bên trong thay cho trang đã ký"
    ),
    "the file has layers that come and go with the size or the language in which it is read": (
        "tệp có lớp hiển thị thay đổi theo cỡ xem hoặc ngôn ngữ của chương trình đọc"
    ),
    "signatures of this format cannot be judged": "chưa hỗ trợ kiểm tra chữ ký số theo định dạng này",
    "something stands before the head of the PDF file": "có dữ liệu đứng trước phần đầu của tệp PDF",
    "the file was changed after this signature in a way that its certification forbids": (
        "tệp đã thay đổi sau chữ ký số này theo cách mà chữ ký không cho phép"
    ),
    "form fields were filled in after this signature, as its certification permits, and nobody signed that": (
        "có ô biểu mẫu được điền sau chữ ký số này (được phép), phần điền thêm chưa được ký"
    ),
    "what was changed between this signature and a later one could not be compared": (
        "chưa so sánh được phần thay đổi giữa chữ ký này và chữ ký sau"
    ),
    "pages were removed after this signature, under a later good one": (
        "có trang bị xóa sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "the content of a page was replaced after this signature, under a later good one": (
        "nội dung một trang bị thay thế sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "fonts or pictures of a page were replaced after this signature, under a later good one": (
        "phông chữ hoặc hình ảnh của một trang bị thay thế sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "an annotation, a field or a signature was replaced after this signature, under a later good one": (
        "có chú thích, ô hoặc chữ ký bị thay thế sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "a filled form field was changed after this signature, under a later good one": (
        "ô biểu mẫu đã điền bị thay đổi sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "the layers of the file were switched after this signature, under a later good one": (
        "lớp hiển thị của tệp bị bật, tắt sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "what the file does when it is opened was changed after this signature, under a later good one": (
        "thao tác tự chạy khi mở tệp bị thay đổi sau chữ ký này, một chữ ký số hợp lệ sau đó đã xác nhận"
    ),
    "the file runs a script when it is opened, which can change what is shown": (
        "tệp chạy mã lệnh khi mở, có thể làm thay đổi nội dung hiển thị"
    ),
    "the file does something when it is opened that can change what is shown": (
        "tệp có thao tác tự chạy khi mở, có thể làm thay đổi nội dung hiển thị"
    ),
    "the file is a dynamic form (XFA), which each reader shows as its program says": (
        "tệp là biểu mẫu động (XFA), hiển thị tùy chương trình đọc"
    ),
    "the file shows content that lies outside of it": "tệp hiển thị nội dung nằm ngoài tệp",
    "the file has more pages and actions than can be looked through": (
        "tệp có quá nhiều trang và thao tác để kiểm tra hết"
    ),
    "what the file does when it is opened could not be read": "không đọc được thao tác tự chạy khi mở tệp",
    "the file has hidden layers, which a reader can switch on": "tệp có lớp ẩn mà người đọc có thể bật",
}
"""What was done to a PDF file after a signature, or what can change what it shows."""
