"""
Names that keep capitals when text in capitals is turned into the usual writing.

Source of the habit: NĐ 30/2020/NĐ-CP, Phụ lục II (viết hoa): the first letter of the kind of body and of each field of
its work; every syllable of a place or person. Provinces: the 63 before and the 34 since 01/7/2025.
"""

from __future__ import annotations

# fmt: off
PROVINCES_UNTIL_2025 = (
    "An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương",
    "Bình Định", "Bình Phước", "Bình Thuận", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đắk Nông",
    "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hải Dương",
    "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hồ Chí Minh", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu",
    "Lạng Sơn", "Lào Cai", "Lâm Đồng", "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận", "Phú Thọ",
    "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh",
    "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Trà Vinh", "Tuyên Quang", "Vĩnh Long",
    "Vĩnh Phúc", "Yên Bái",
)
# fmt: on
# fmt: off
PROVINCES_SINCE_2025 = (
    "Hà Nội", "Huế", "Lai Châu", "Điện Biên", "Sơn La", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa", "Nghệ An", "Hà Tĩnh",
    "Cao Bằng", "Tuyên Quang", "Lào Cai", "Thái Nguyên", "Phú Thọ", "Bắc Ninh", "Hưng Yên", "Hải Phòng", "Ninh Bình",
    "Quảng Trị", "Đà Nẵng", "Quảng Ngãi", "Gia Lai", "Khánh Hòa", "Lâm Đồng", "Đắk Lắk", "Hồ Chí Minh", "Đồng Nai",
    "Tây Ninh", "Cần Thơ", "Vĩnh Long", "Đồng Tháp", "Cà Mau", "An Giang",
)
# fmt: on
PROVINCES = tuple(dict.fromkeys((*PROVINCES_UNTIL_2025, *PROVINCES_SINCE_2025)))

# These names are also plain words ("hòa bình": peace); inside a sentence they need "tỉnh" or "thành phố" before them.
DOUBTFUL_PLACES = frozenset({"hòa bình", "thái bình", "huế", "long an", "hà nam", "phú thọ"})

OTHER_PLACES = ("Việt Nam", "Trường Sa", "Hoàng Sa", "Phú Quốc", "Sa Pa", "Buôn Ma Thuột", "Pleiku", "Côn Đảo")

FIELDS = (
    "Nội vụ",
    "Tài chính",
    "Công an",
    "Quốc phòng",
    "Tư pháp",
    "Ngoại giao",
    "Ngoại vụ",
    "Y tế",
    "Xây dựng",
    "Công Thương",
    "Công nghiệp",
    "Thương mại",
    "Thủy sản",
    "Giáo dục và Đào tạo",
    "Khoa học và Công nghệ",
    "Khoa học, Công nghệ và Môi trường",
    "Văn hóa, Thể thao và Du lịch",
    "Văn hóa và Thể thao",
    "Văn hóa - Thông tin",
    "Văn hóa - Xã hội",
    "Du lịch",
    "Nông nghiệp và Môi trường",
    "Nông nghiệp và Phát triển nông thôn",
    "Tài nguyên và Môi trường",
    "Thông tin và Truyền thông",
    "Bưu chính, Viễn thông",
    "Kế hoạch và Đầu tư",
    "Giao thông vận tải",
    "Giao thông Vận tải",
    "Quy hoạch - Kiến trúc",
    "Lao động - Thương binh và Xã hội",
    "Dân tộc và Tôn giáo",
    "Dân tộc",
    "An toàn thực phẩm",
)

FIXED = (
    "Chính phủ",
    "phi chính phủ",
    "của Đảng",
    "Tỉnh ủy",
    "Thành ủy",
    "Huyện ủy",
    "Quận ủy",
    "Cục Văn thư và Lưu trữ nhà nước",
    "Thủ tướng Chính phủ",
    "Phó Thủ tướng Chính phủ",
    "Văn phòng Chính phủ",
    "Thanh tra Chính phủ",
    "Quốc hội",
    "Văn phòng Quốc hội",
    "Chủ tịch nước",
    "Ủy ban Thường vụ Quốc hội",
    "Ủy ban nhân dân",
    "Hội đồng nhân dân",
    "Văn phòng Ủy ban nhân dân",
    "Tòa án nhân dân",
    "Viện kiểm sát nhân dân",
    "Kiểm toán nhà nước",
    "Ngân hàng Nhà nước",
    "Ngân hàng Nhà nước Việt Nam",
    "Kho bạc Nhà nước",
    "Bảo hiểm xã hội",
    "Mặt trận Tổ quốc",
    "Mặt trận Tổ quốc Việt Nam",
    "Tổ quốc",
    "Trung ương Đảng",
    "Đảng Cộng sản Việt Nam",
    "Bộ Chính trị",
    "Ban Bí thư",
    "Ban Chấp hành Trung ương",
    "Ban Thường vụ",
    "Ban Chỉ đạo",
    "Hội Liên hiệp Phụ nữ",
    "Hội Nông dân",
    "Hội Cựu chiến binh",
    "Hội Chữ thập đỏ",
    "Hồ Chí Minh",
    "Tổng cục Hải quan",
    "Tổng cục Thuế",
    "Cộng hòa xã hội chủ nghĩa Việt Nam",
)

HEADS = (
    "Bộ",
    "Sở",
    "Ty",
    "Cục",
    "Tổng cục",
    "Chi cục",
    "Vụ",
    "Viện",
    "Học viện",
    "Phân viện",
    "Trường",
    "Đại học",
    "Cao đẳng",
    "Phòng",
    "Ban",
    "Tiểu ban",
    "Ủy ban",
    "Hội đồng",
    "Hội",
    "Hiệp hội",
    "Liên đoàn",
    "Liên hiệp",
    "Trung tâm",
    "Văn phòng",
    "Chi nhánh",
    "Quỹ",
    "Đài",
    "Báo",
    "Bệnh viện",
    "Công ty",
    "Tổng công ty",
    "Tập đoàn",
    "Ngân hàng",
    "Thanh tra",
    "Đoàn",
    "Tỉnh đoàn",
    "Thành đoàn",
    "Đảng ủy",
    "Tỉnh ủy",
    "Thành ủy",
    "Huyện ủy",
    "Quận ủy",
    "Chi bộ",
    "Đảng bộ",
    "Công an",
    "Bộ Tư lệnh",
    "Quân khu",
)

RANKS = ("tỉnh", "thành phố", "huyện", "quận", "thị xã", "thị trấn", "xã", "phường", "đặc khu", "tp", "tp.")

# What follows is a name of its own, each syllable a capital: "Trường Tiểu học Kim Đồng", "Công ty Cổ phần Tân Phú".
NAMED_KINDS = (
    "THPT",
    "THCS",
    "Tiểu học",
    "Mầm non",
    "Mẫu giáo",
    "Trung học cơ sở",
    "Trung học phổ thông",
    "Công ty Cổ phần",
    "Công ty TNHH",
    "Công ty TNHH MTV",
    "Công ty TNHH một thành viên",
)

TYPES_BEFORE_NUMBER = (
    "nghị định",
    "nghị quyết",
    "quyết định",
    "chỉ thị",
    "thông tư",
    "thông tư liên tịch",
    "kết luận",
    "công văn",
    "công điện",
    "thông báo",
    "kế hoạch",
    "luật",
    "hướng dẫn",
    "tờ trình",
    "báo cáo",
)

ACRONYMS = frozenset({"UNESCO", "UNICEF", "ASEAN", "COVID", "UNDP", "TP", "VIETGAP", "UBND", "HĐND", "OCOP"})
