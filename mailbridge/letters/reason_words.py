"""
The reasons of classifier, reading, verify and mail in Vietnamese: the English sentence, and how a clerk says it.

What varies stands in braces, by the same name on both sides: {problem} and {reason} are reasons themselves, {day} is a
date, {text} may hold anything; every other name stands for words without a semicolon. A test reads the sources of those
rooms and names each reason that is missing here.
"""

from __future__ import annotations

PAGE = {
    # What an edXML packet says of its document.
    "the edXML header does not say it": "tiêu đề gói edXML không ghi",
    "the edXML header gives no number": "tiêu đề gói edXML không ghi số văn bản",
    "the edXML packet revokes a document that was sent before": "gói edXML thu hồi văn bản đã gửi trước đó",
    "the edXML packet changes a document that was sent before": "gói edXML cập nhật văn bản đã gửi trước đó",
    # Boxes of Phụ lục I that have no value.
    "no Kính gửi on the first page": "trang 1 không có phần “Kính gửi”",
    "nothing stands behind Kính gửi": "sau “Kính gửi” không có nội dung",
    "the number is blank on the page": "số văn bản còn để trống",
    "the number before the notation is blank on the page": "phần số trước ký hiệu còn để trống",
    "no regular number in “{text}”": "không có số, ký hiệu đúng thể thức trong “{text}”",
    "no number in the letterhead": "phần đầu văn bản không có số, ký hiệu",
    "the letterhead names one agency only": "phần đầu văn bản chỉ ghi tên một cơ quan",
    "no letterhead": "phần đầu văn bản không ghi tên cơ quan",
    "no name of an agency in the letterhead": "phần đầu văn bản không có tên cơ quan",
    "the name of the issuer is shorter than its abbreviation {abbreviation}": (
        "tên cơ quan đọc được ngắn hơn chữ viết tắt {abbreviation} trong ký hiệu"
    ),
    "the name of the issuer lost its beginning": "tên cơ quan bị mất phần đầu",
    "a number stands in the name of the issuer": "tên cơ quan bị lẫn số, ký hiệu",
    "the name of the issuer stops before its place": "tên cơ quan thiếu địa danh",
    "the name of the issuer breaks off": "tên cơ quan bị ngắt giữa chừng",
    "no mark of urgency": "văn bản không ghi độ khẩn",
    "several marks of urgency": "văn bản có nhiều dấu chỉ độ khẩn khác nhau",
    "no Nơi nhận on the pages that were read": "các trang đã đọc không có phần “Nơi nhận”",
    "nothing stands under Nơi nhận": "dưới “Nơi nhận” không có nội dung",
    "no signing block on the pages that were read": "các trang đã đọc không có phần ký văn bản",
    "several people signed": "văn bản có nhiều người ký",
    "the name of the signer is not in the text": "họ tên người ký không có ở dạng chữ trong tệp",
    "no full date is set for an answer": "văn bản không nêu đủ ngày, tháng, năm phải trả lời",
    "no place and date in the letterhead": "phần đầu văn bản không có địa danh và ngày, tháng, năm",
    "no date in box 4": "ô số 4 không có ngày, tháng, năm",
    "the date is blank on the page": "ngày, tháng còn để trống",
    "the date is incomplete on the page": "ngày, tháng, năm ghi chưa đủ",
    "there is no day {date}": "lịch không có ngày {date}",
    "the year {year} cannot be right": "năm {year} không hợp lý",
    "no place before the date": "trước ngày, tháng, năm không có địa danh",
    "the place breaks off": "địa danh bị ngắt giữa chừng",
    "the place cannot be told from the text before it": "không tách được địa danh khỏi phần chữ đứng trước",
    "no title line, and the number does not tell the type": (
        "văn bản không có dòng tên loại và ký hiệu không cho biết tên loại"
    ),
    "no title line, and the number is too short to tell the type": (
        "văn bản không có dòng tên loại và ký hiệu quá ngắn để suy ra tên loại"
    ),
    "no summary under the number or the title": "không có trích yếu dưới số, ký hiệu hoặc dưới tên loại",
    "nothing stands behind V/v": "sau “V/v” không có nội dung",
    # Ink that nobody could read.
    "the addressees are written by hand or unreadable": "nơi nhận ở phần “Kính gửi” viết tay hoặc không đọc được",
    "the name is written by hand or unreadable": "tên cơ quan viết tay hoặc không đọc được",
    "the name of the issuer is written by hand or unreadable": "tên cơ quan ban hành viết tay hoặc không đọc được",
    "the number is written by hand or unreadable": "số văn bản viết tay hoặc không đọc được",
    "the date is written by hand or unreadable": "ngày, tháng viết tay hoặc không đọc được",
    "the place is written by hand or unreadable": "địa danh viết tay hoặc không đọc được",
    "the summary is written by hand or unreadable": "trích yếu viết tay hoặc không đọc được",
    "the recipients are written by hand or unreadable": "phần “Nơi nhận” viết tay hoặc không đọc được",
    "the signing block is written by hand or unreadable": "phần ký văn bản viết tay hoặc không đọc được",
    # Files that could not be read as a document.
    "the file could not be read ({problem})": "không đọc được tệp ({problem})",
    "the file could not be read": "không đọc được tệp",
    "its text shows no form of a document": "nội dung tệp không theo thể thức văn bản",
    "the file has no text layer": "tệp không có lớp chữ (có thể là bản quét)",
}
"""Why a field was not read (`Reading.reason`)."""

SLIPS = {
    "a foreign letter was read as Đ": "có ký tự lạ, đã đọc là Đ",
    "blanks around a separator": "có dấu cách quanh dấu “/” hoặc “-”",
    "stray punctuation before the number": "có dấu câu thừa trước số",
    "the mark behind the number is lost": "thiếu dấu “/” hoặc “-” sau số",
    "a blank inside a group": "có dấu cách giữa chữ viết tắt",
    "a hyphen is lost": "thiếu dấu “-”",
    "the number is blank": "số còn để trống",
    "small letters": "ký hiệu viết bằng chữ thường",
    "the issuer is missing": "ký hiệu thiếu chữ viết tắt tên cơ quan",
    "hyphen for slash before the issuer": "ghi dấu “-” thay cho dấu “/” trước tên cơ quan",
    "hyphen for slash behind the number": "ghi dấu “-” thay cho dấu “/” sau số",
    "slash for hyphen": "ghi dấu “/” thay cho dấu “-”",
    "full stop for hyphen": "ghi dấu “.” thay cho dấu “-”",
    "a State body in the Party form": "ký hiệu của cơ quan nhà nước ghi theo thể thức văn bản của Đảng",
    "a Party body in the State form": "ký hiệu của cơ quan Đảng ghi theo thể thức văn bản hành chính",
    "a công văn has no type in its number": "ký hiệu công văn không ghi chữ viết tắt tên loại",
    "the title line says {type}": "dòng tên loại ghi “{type}”",
    "{written} read as {meant}": "“{written}” đã đọc là “{meant}”",
    "torn UBND": "chữ “UBND” bị tách",
    "no hyphen between type and issuer": "thiếu dấu “-” giữa tên loại và tên cơ quan",
    "the unit stands in brackets": "chữ viết tắt đơn vị đặt trong ngoặc đơn",
    "a year without a type": "ký hiệu có năm nhưng không có tên loại",
}
"""What was mended in a number and symbol (`DocumentSymbol.slip`)."""

FILES = {
    "the reader of the file gave no sensible answer": "chương trình đọc tệp không cho kết quả hợp lệ",
    "the signatures of the file could not be judged ({problem})": "chưa kiểm tra được chữ ký số trong tệp ({problem})",
    "{type} is not read yet": "chưa hỗ trợ đọc loại tệp {type}",
    "the package has no text document in it": "tệp không chứa nội dung văn bản",
    "the office file opens only with a password": "tệp chỉ mở được khi có mật khẩu",
    "the ZIP package opens only with a password": "tệp nén chỉ mở được khi có mật khẩu",
    "the ZIP package has more than {count} members": "tệp nén có hơn {count} thành phần",
    "the ZIP package cannot be opened": "không mở được tệp (cấu trúc ZIP bị lỗi)",
    "the file has more than {size} MB": "tệp lớn hơn {size} MB",
    "line {line} cannot be parted into cells: {why}": "dòng {line} không tách được thành ô: {why}",
    "the text is neither UTF-8 nor UTF-16 nor windows-1258": "bảng mã không phải UTF-8, UTF-16 hoặc windows-1258",
    "{name} grows beyond {size} MB or {ratio} times": (
        "phần {name} trong tệp quá lớn khi giải nén (quá {size} MB hoặc quá {ratio} lần)"
    ),
    # Office files, sheets, pages and pictures.
    "more than {count} letters": "tệp có hơn {count} ký tự",
    "more than {count} paragraphs and rows": "tệp có hơn {count} đoạn và dòng bảng",
    "the compound file is shorter than its header": "tệp Office bị đứt đoạn",
    "the tables of the compound file are larger than the file": "bảng mục lục của tệp Office lớn hơn chính tệp",
    "the compound file cannot be opened": "không mở được tệp Office (cấu trúc bị lỗi)",
    "the stream {name} is larger than {size} MB": "phần {name} của tệp Office lớn hơn {size} MB",
    "the stream {name} cannot be read": "không đọc được phần {name} của tệp Office",
    "the document contradicts itself": "cấu trúc tệp Word mâu thuẫn, không đọc được",
    "the compound file has no text document in it": "tệp không chứa văn bản Word",
    "the document opens only with a password": "tệp chỉ mở được khi có mật khẩu",
    "documents of Word 95 and older are not read": "chưa hỗ trợ đọc tệp Word 95 trở về trước",
    "the stream of tables is missing": "tệp Word thiếu phần mục lục",
    "the structure lies outside of its stream": "cấu trúc tệp Word bị lỗi",
    "the pieces are out of order": "các đoạn trong tệp Word sai thứ tự",
    "a piece lies outside of its stream": "một đoạn trong tệp Word nằm ngoài tệp",
    "tables or text boxes are nested too deeply": "bảng hoặc khung chữ lồng nhau quá nhiều lớp",
    "the edXML file has no message header": "tệp edXML không có phần tiêu đề",
    "the edXML file declares a document type, which no packet does": "tệp edXML có khai báo bất thường (DOCTYPE)",
    "the file is not in base64": "tệp trong gói edXML mã hóa base64 sai",
    "the page is larger than {size} MB": "trang HTML lớn hơn {size} MB",
    "there is nothing in the page": "trang HTML không có nội dung",
    "the page cannot be parsed": "không đọc được trang HTML",
    "elements are nested too deeply": "các phần của trang HTML lồng nhau quá nhiều lớp",
    "the package has no document in it": "tệp không chứa nội dung văn bản (ODF)",
    "there is no text document in the file": "tệp không chứa văn bản",
    "there is no letter in it": "tệp Outlook không chứa thư",
    "the file does not begin as RTF does": "tệp không phải là RTF",
    "more than {count} groups within each other": "tệp RTF lồng nhau hơn {count} lớp",
    "more than {count} pieces of text": "tệp RTF có hơn {count} đoạn chữ",
    "the picture has more than {count} megapixels": "ảnh lớn hơn {count} megapixel",
    "the picture cannot be opened": "không mở được ảnh",
    "the picture cannot be decoded": "không giải mã được ảnh",
    "there is no sheet in the file": "tệp không có bảng tính",
    "the workbook opens only with a password": "bảng tính chỉ mở được khi có mật khẩu",
    "the compound file has no workbook in it": "tệp không chứa bảng tính",
    "the workbook contradicts itself": "cấu trúc bảng tính mâu thuẫn, không đọc được",
    "sheets of Excel 4 and older are not read": "chưa hỗ trợ đọc bảng tính Excel 4 trở về trước",
    "the sheet has more than {count} cells": "bảng tính có hơn {count} ô",
    "the package has no workbook in it": "tệp nén không chứa bảng tính",
    # Containers.
    "files lie in one another in the archive": "các tệp trong tệp nén chồng lên nhau, không bình thường",
    "the file opens only with a password": "tệp chỉ mở được khi có mật khẩu",
    "the archive opens only with a password": "tệp nén chỉ mở được khi có mật khẩu",
    "the file cannot be taken out of the archive": "không lấy được tệp này ra khỏi tệp nén",
    "the archive cannot be opened": "không mở được tệp nén",
    "the file is packed in a way that is not read": "tệp được nén theo cách chưa hỗ trợ",
    "the archive breaks off or is damaged": "tệp nén bị đứt đoạn hoặc bị lỗi",
    "the packed file is damaged": "tệp nén bị lỗi",
    "the packed file breaks off or is damaged": "tệp nén bị đứt đoạn hoặc bị lỗi",
    "the file breaks off": "tệp bị đứt đoạn",
    'archives of this kind need the extra "archives" and libarchive': (
        "loại tệp nén này cần cài thêm thành phần “archives” và thư viện libarchive"
    ),
    "there are more files in it than are opened": "trong tệp có quá nhiều tệp, vượt giới hạn mở",
    "the containers of this mail hold more files than are opened": (
        "các tệp nén của thư có quá nhiều tệp, vượt giới hạn mở"
    ),
    "its files are more than {count} times as large as itself": "các tệp bên trong lớn hơn {count} lần chính nó",
    "its files are more than is taken out of one mail": "các tệp bên trong vượt dung lượng cho phép của một thư",
    "more than {count} containers in one another": "tệp nén lồng nhau hơn {count} lớp",
    "more than {count} mails in one another": "thư lồng nhau hơn {count} lớp",
    "letters are attached to letters without end": "thư đính kèm thư lồng nhau quá nhiều lớp",
    "the content opens only with the key of its recipient": "nội dung chỉ mở được bằng khóa của người nhận",
    "a wrapper of another kind than a signature": "kiểu đóng gói không phải là chữ ký số",
    "the signed wrapper cannot be opened": "không mở được gói chữ ký số",
    "the wrapper holds no content": "gói chữ ký số không có nội dung",
    "the letter cannot be opened": "không mở được thư Outlook",
    "the file lies elsewhere, only its place is in the mail": "tệp nằm ở nơi khác, thư chỉ ghi đường dẫn",
    "an object of another program, not a file": "đối tượng của chương trình khác, không phải tệp",
    "there is no page in the web archive": "tệp lưu trang web không có nội dung trang",
    '{type} needs the extra "ocr"': "loại tệp {type} cần cài thêm thành phần nhận dạng chữ “ocr”",
    "{name} is not well-formed XML": "phần {name} trong tệp bị lỗi XML",
    "{name} cannot be taken out of the ZIP package": "không lấy được phần {name} trong tệp nén",
    "the PDF opens only with a password": "tệp PDF chỉ mở được khi có mật khẩu",
    "the PDF is encrypted in a way that is not supported": "tệp PDF được mã hóa theo cách chưa hỗ trợ",
    "the PDF cannot be opened": "không mở được tệp PDF",
    "the file broke its reader": "chương trình đọc bị dừng đột ngột khi mở tệp",
    "the file holds more text than fits into one answer": "tệp có quá nhiều chữ, vượt giới hạn đọc",
    "the files of this mail took more than {seconds} s together": "các tệp của thư đọc quá {seconds} giây",
    "uuencoded, and more than {size} MB": "tệp mã hóa kiểu uuencode, lớn hơn {size} MB",
    "more than {count} levels": "thư lồng hơn {count} lớp",
    "the rest of the mail was not read": "các phần còn lại của thư chưa được đọc",
    "reading took more than {seconds} s": "đọc tệp quá {seconds} giây",
    "reading took more than {size} MB of memory": "đọc tệp cần hơn {size} MB bộ nhớ",
}
"""Why a file was not opened (`OpenedFile.problem`, behind the colon)."""

SIGNATURES = {
    "the file claims a signature and cannot be read ({error})": "tệp có ghi chữ ký số nhưng không đọc được ({error})",
    "the file is encrypted": "tệp được bảo vệ bằng mật khẩu",
    "the signature is malformed ({error})": "chữ ký số sai cấu trúc ({error})",
    "the signature is malformed": "chữ ký số sai cấu trúc",
    "signatures of this old format cannot be judged": "chữ ký số theo định dạng cũ, chưa hỗ trợ kiểm tra",
    "the timestamp does not fit the signature": "dấu thời gian không khớp với chữ ký số",
    "the timestamp of the content does not fit": "dấu thời gian của nội dung không khớp",
    "its timestamp could not be verified ({indication})": "chưa xác minh được dấu thời gian ({indication})",
    "the file was changed after this signature, and no later good signature covers the change": (
        "tệp đã thay đổi sau chữ ký số này, không có chữ ký số hợp lệ nào sau đó xác nhận phần thay đổi"
    ),
    "more than {count} signatures, the others were not judged": (
        "tệp có hơn {count} chữ ký số, các chữ ký còn lại chưa được kiểm tra"
    ),
    "the signature fields cannot be read ({error})": "không đọc được các trường chữ ký số ({error})",
    "the signature field is no dictionary": "trường chữ ký số sai cấu trúc",
    "the signed byte range does not enclose the signature and nothing else": (
        "phạm vi dữ liệu được ký không đúng quy cách"
    ),
    "no chain leads from the certificate to an anchor that we trust": (
        "chứng thư số không do tổ chức chứng thực được tin cậy cấp"
    ),
    "the signer's certificate is not in the signature": "chữ ký số không kèm chứng thư số của người ký",
    "the certificate is not meant for signing documents": "chứng thư số không dùng để ký văn bản",
    "the signature uses an algorithm or a key that is too weak": "thuật toán hoặc khóa ký không đủ mạnh",
    "a certificate of the issuing authority was revoked": "chứng thư số của tổ chức chứng thực đã bị thu hồi",
    "revocation of the certificate could not be checked: no current list or answer is at hand": (
        "chưa kiểm tra được chứng thư số có bị thu hồi hay không, vì không có danh sách thu hồi còn hiệu lực"
    ),
    "the certificate was not yet valid": "chứng thư số chưa có hiệu lực",
    "the certificate has expired and nothing proves that it was used before": (
        "chứng thư số đã hết hạn, không có căn cứ xác định đã ký trước khi hết hạn"
    ),
    "the certificate had expired when the signature was made": "chứng thư số đã hết hạn khi ký",
    "the certificate could not be checked": "chưa kiểm tra được chứng thư số",
    "the certificate was revoked on {day}; nothing proves that it was used before": (
        "chứng thư số bị thu hồi ngày {day}, không có căn cứ xác định đã ký trước ngày đó"
    ),
    "the certificate was revoked on {day}, before the signature was made": (
        "chứng thư số bị thu hồi ngày {day}, trước khi ký"
    ),
    "the signed content was changed": "nội dung tệp không còn khớp với chữ ký số",
    "the signature does not fit the certificate's key": "chữ ký số không khớp với khóa của chứng thư số",
    "the signature is not of the kind that its field asks for": (
        "chữ ký số không đúng loại mà trường chữ ký trong tệp yêu cầu"
    ),
}
"""What is wrong with a document signature, or could not be checked (`SignatureStatus.reason`)."""

DOMAIN = {
    "more than {count} signatures, this one was not judged": (
        "thư có hơn {count} chữ ký tên miền, chữ ký này chưa được kiểm tra"
    ),
    "the signature is longer than {count} octets, it was not judged": (
        "chữ ký tên miền dài hơn {count} byte, chưa được kiểm tra"
    ),
    "the signature names too many fields, it was not judged": (
        "chữ ký tên miền nêu quá nhiều trường, chưa được kiểm tra"
    ),
    "the signature has {count} blanks in a row, it was not judged": (
        "chữ ký tên miền có {count} dấu cách liền nhau, chưa được kiểm tra"
    ),
    "the header is too long to be judged": "phần đầu thư quá dài nên chưa kiểm tra",
    "the signature has no {tag}=": "chữ ký tên miền thiếu {tag}=",
    "the signature has an unknown version": "chữ ký tên miền có phiên bản lạ",
    "the signature has an unknown algorithm": "chữ ký tên miền dùng thuật toán lạ",
    "the signature has an unknown canonicalisation": "chữ ký tên miền dùng cách chuẩn hóa lạ",
    "the signature asks for a key that is not in the DNS": "khóa của chữ ký tên miền không nằm trong DNS",
    "the name of the key is too long for the DNS": "tên khóa quá dài so với quy định của DNS",
    "the signature expires before it was made": "chữ ký tên miền ghi hạn dùng trước thời điểm ký",
    "the signature has a domain or selector that is no name": "chữ ký tên miền ghi sai tên miền hoặc tên khóa",
    "the signature has a {tag}= that is no number": "chữ ký tên miền có {tag}= không phải là số",
    "the signature has a {tag}= that is not base64": "chữ ký tên miền có {tag}= sai mã hóa",
    "a From field is not signed": "chữ ký tên miền không bao gồm trường From",
    "i= lies outside of the domain in d=": "địa chỉ i= nằm ngoài tên miền d=",
    "the key was not asked for": "chưa tra cứu khóa",
    "the DNS gave no answer for the key": "máy chủ tên miền chưa trả lời khi tra cứu khóa",
    "there is no key at {name}": "không có khóa tại {name}",
    "there is no key in the record": "bản ghi tên miền không có khóa",
    "the key is for another algorithm than the signature": "khóa không cùng thuật toán với chữ ký tên miền",
    "the key does not allow this hash algorithm": "khóa không cho phép thuật toán băm này",
    "the key does not allow sub-domains in i=": "khóa không cho phép tên miền con trong i=",
    "the body is shorter than l= says": "nội dung thư ngắn hơn độ dài đã ký (l=)",
    "the body was changed": "nội dung thư đã bị thay đổi sau khi gửi",
    "the key has {size} bits, fewer than {least}": "khóa dài {size} bit, ngắn hơn mức tối thiểu {least} bit",
    "the key has {size} bits; more than {most} are not tried": "khóa dài {size} bit, vượt giới hạn kiểm tra {most} bit",
    "the signature does not fit the header": "chữ ký tên miền không khớp với phần đầu thư",
    "the signature has expired (x=)": "chữ ký tên miền đã hết hạn",
    "the signature uses SHA-1": "chữ ký tên miền dùng thuật toán SHA-1 đã cũ",
    "the header has a line break that is not CRLF": "phần đầu thư có dấu xuống dòng sai quy cách",
    "the header has a control character that some take for a blank": "phần đầu thư có ký tự điều khiển sai quy cách",
    "the header has a line that is no field": "phần đầu thư có dòng sai quy cách",
    "a tag list is malformed": "chữ ký tên miền sai cấu trúc",
    "the tag {tag}= is given twice": "chữ ký tên miền ghi {tag}= hai lần",
    "the key record is malformed": "bản ghi khóa sai cấu trúc",
    "the key record is malformed (p=)": "bản ghi khóa sai cấu trúc (p=)",
    "the key was withdrawn by its owner (p= is empty)": "khóa đã bị chủ tên miền thu hồi",
    "the key is not meant for mail (s=)": "khóa không dùng cho thư điện tử",
    "the key is no RSA key": "khóa không phải là khóa RSA",
    "the key is no RSA key that can be used": "khóa RSA không dùng được",
    "the key is no Ed25519 key": "khóa không phải là khóa Ed25519",
}
"""What is wrong with the signature of the sending domain (`DkimResult.reason`)."""

DEFECTS = {
    "the header has no end, or is longer than {size} KB": "phần đầu thư không kết thúc hoặc dài hơn {size} KB",
    "a header line is no field": "phần đầu thư có dòng sai quy cách",
    "there is no usable Message-ID": "thư không có mã định danh (Message-ID) hợp lệ",
    "there is no From field": "thư không có trường From (người gửi)",
    "there are several From fields": "thư có nhiều trường From (người gửi)",
    "From holds no address": "trường From (người gửi) không có địa chỉ",
    "From holds several addresses": "trường From (người gửi) có nhiều địa chỉ",
    "there is no usable Date": "thư không có ngày gửi hợp lệ",
    "there are more than {count} parts; the rest was not read": "thư có hơn {count} phần, chưa đọc các phần còn lại",
    "there are more than {count} levels; deeper ones were not read": (
        "thư lồng hơn {count} lớp, các lớp sâu hơn chưa được đọc"
    ),
    "the mail holds itself more than {count} times; the rest was not read": (
        "thư chứa chính nó hơn {count} lần, chưa đọc các phần còn lại"
    ),
    "a {name} field is longer than {count} octets; the rest was not read": (
        "trường {name} dài hơn {count} byte, phần còn lại chưa được đọc"
    ),
    "a text holds files": "trong phần chữ của thư có tệp nhúng",
    "a part says that it is base64, and is not": "một phần ghi là base64 nhưng không phải",
    "a part is encoded, and does not say so": "một phần được mã hóa mà không ghi",
    "a uuencoded part is broken": "một tệp uuencode bị lỗi",
    "the MIME tree could not be read ({error})": "không đọc được cấu trúc thư ({error})",
    "MIME: no part between the boundaries": "thư khai nhiều phần nhưng không có phần nào",
    "MIME: boundary in another case": "ranh giới giữa các phần của thư viết sai chữ hoa, chữ thường",
    "MIME: parts behind the closing boundary": "thư có phần nằm sau ranh giới kết thúc",
    "MIME: parts without a declaration": "thư có nhiều phần mà không khai báo",
    "MIME: {error}": "cấu trúc thư có lỗi ({error})",
}
"""What is irregular about the mail itself (`Message.defects`)."""

JOURNAL = {
    "it is a journal report that cannot be opened: {problem}": "đây là báo cáo nhật ký thư không mở được: {problem}",
    "a part has an unknown transfer encoding": "một phần của thư dùng cách mã hóa không rõ",
    "a part is no good base64": "một phần của thư mã hóa base64 sai",
    "its parts are not a text and a mail": "các phần của báo cáo không phải một đoạn chữ và một thư",
    "the mail inside is empty": "thư bên trong rỗng",
    "the mail inside has a bare CR or LF": "thư bên trong có ký tự xuống dòng sai quy cách",
    "it is no multipart/mixed": "báo cáo không có cấu trúc multipart/mixed",
    "it has no boundary": "báo cáo không ghi dấu phân cách các phần",
    "it has not exactly two parts": "báo cáo không có đúng hai phần",
    "its last boundary is missing": "báo cáo thiếu dấu phân cách cuối",
    "it does not say who sent the mail, which one, and to whom": ("báo cáo không ghi rõ ai gửi, thư nào và gửi cho ai"),
    "its text is too long": "phần chữ của báo cáo quá dài",
    "a line of its text is no field": "một dòng trong phần chữ của báo cáo không đúng quy cách",
    "the lines of its text are out of order": "các dòng trong phần chữ của báo cáo sai thứ tự",
    "a recipient is no address": "một nơi nhận không phải địa chỉ thư",
    "its text speaks of another mail": "phần chữ của báo cáo nói về một thư khác",
    "the Subject of the mail inside has a line end in it": "tiêu đề của thư bên trong có ký tự xuống dòng",
}
"""Why a journal report could not be opened (`mail.journal_report`)."""
