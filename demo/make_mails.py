"""
The recipe of `demo/mails`, `demo/zone` and `demo/trust`: run it from the root of a development clone.

    .venv/bin/python -m demo.make_mails

Agencies, people and documents are invented; the form is that of Nghị định 30/2020/NĐ-CP. Keys are made new each time
and thrown away: only certificates, the revocation list and the public DKIM keys stay.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from tests.keys.dkim_keys import DkimKey, rsa_key, sign_mail
from tests.keys.pki import Pki, make_pki
from tests.reading.builders_files import LetterFields, letter_docx, letter_pdf

HERE = Path(__file__).parent
SIGNED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
YEARS = 8
"""How long the revocation list is good; the certificates are good for nine years more."""
SELECTOR = "vb2026"
SILENT = "truongchinhtri.example"
"""A domain whose name server never answers: a judgement that stays open."""

OURS = "vanthu@sonv.backan.gov.vn"

PROVINCE = "Ủy ban nhân dân tỉnh Bắc Kạn"
HOME_AFFAIRS = "Sở Nội vụ tỉnh Bắc Kạn"


@dataclass(frozen=True, kw_only=True)
class Post:
    """One mail of the demonstration; `signed_by` is the DKIM domain, None for a mail without signature."""

    name: str
    sender: str
    subject: str
    text: str
    files: tuple[tuple[str, str, bytes], ...] = ()
    header: tuple[tuple[str, str], ...] = ()
    signed_by: str | None = None


def provincial_letter(pki: Pki) -> bytes:
    """Signed by the person, then by the organisation: an original without paper (NĐ 30/2020 Điều 5)."""
    page = letter_pdf(
        superior=None,
        issuer=PROVINCE,
        symbol="3526/UBND-KGVX",
        place_date="Bắc Kạn, ngày 20 tháng 11 năm 2026",
        subject="tăng cường gửi, nhận văn bản điện tử có ký số giữa các cơ quan nhà nước",
        addressees=(
            "Các sở, ban, ngành;",
            "Ủy ban nhân dân các xã, phường.",
        ),
        body=(
            "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ và Chỉ thị số 15/CT-TTg ngày "
            "22 tháng 5 năm 2012 của Thủ tướng Chính phủ, Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị:",
            "1. Gửi, nhận văn bản điện tử có ký số qua thư điện tử công vụ; không gửi kèm bản giấy đối với văn bản đã "
            "có chữ ký số của người có thẩm quyền và của cơ quan.",
            "2. Đăng ký văn bản đến và thông báo đã nhận cho nơi gửi ngay trong ngày.",
            "Báo cáo kết quả về Ủy ban nhân dân tỉnh trước ngày 15 tháng 12 năm 2026./.",
        ),
        authority="KT. Chủ tịch",
        position="Phó Chủ tịch",
        signer="Hoàng Thị Minh",
        recipients=("Như trên;", "Chủ tịch, các PCT UBND tỉnh;", "Lưu: VT, KGVX."),
    )
    person = pki.issue(C="VN", L="Bắc Kạn", O=PROVINCE.upper(), CN="Hoàng Thị Minh", E="minhht@ubnd.backan.gov.vn")
    office = pki.issue(C="VN", L="Bắc Kạn", CN=PROVINCE.upper())
    signed = pki.sign_pdf(page, person, field="NguoiKy", timestamp=True)
    return pki.sign_pdf(signed, office, field="CoQuan", timestamp=True)


def decision(pki: Pki) -> bytes:
    """Signed by the organisation only, as a copy is."""
    page = letter_pdf(
        superior=None,
        issuer="Bộ Nội vụ",
        symbol="1187/QĐ-BNV",
        place_date="Hà Nội, ngày 18 tháng 11 năm 2026",
        type_title="Quyết định",
        subject="Về việc ban hành Kế hoạch kiểm tra công tác văn thư, lưu trữ năm 2027",
        addressees=(),
        body=(
            "BỘ TRƯỞNG BỘ NỘI VỤ",
            "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
            "Theo đề nghị của Cục trưởng Cục Văn thư và Lưu trữ nhà nước.",
            "QUYẾT ĐỊNH:",
            "Điều 1. Ban hành kèm theo Quyết định này Kế hoạch kiểm tra công tác văn thư, lưu trữ năm 2027.",
            "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./.",
        ),
        authority="KT. Bộ trưởng",
        position="Thứ trưởng",
        signer="Trần Quốc Việt",
        recipients=("Như Điều 3;", "Sở Nội vụ các tỉnh, thành phố;", "Lưu: VT, VTLTNN."),
    )
    ministry = pki.issue(C="VN", L="Hà Nội", CN="BỘ NỘI VỤ")
    return pki.sign_pdf(page, ministry, field="CoQuan", timestamp=True)


def invitation() -> tuple[bytes, bytes]:
    """Urgent, as PDF and as DOCX of the same text, not signed."""
    fields: LetterFields = {
        "superior": PROVINCE,
        "issuer": "Văn phòng",
        "symbol": "87/GM-VP",
        "place_date": "Bắc Kạn, ngày 20 tháng 11 năm 2026",
        "type_title": "Giấy mời",
        "subject": "Họp rà soát việc xử lý văn bản đến trên môi trường mạng",
        "addressees": ("Lãnh đạo Sở Nội vụ",),
        "body": (
            "Văn phòng Ủy ban nhân dân tỉnh trân trọng kính mời lãnh đạo Sở Nội vụ dự họp lúc 14 giờ 00, ngày 24 "
            "tháng 11 năm 2026 tại Phòng họp số 2, trụ sở Ủy ban nhân dân tỉnh. Chủ trì: Chánh Văn phòng./.",
        ),
        "authority": "KT. Chánh Văn phòng",
        "position": "Phó Chánh Văn phòng",
        "signer": "Lý Văn Tuấn",
        "recipients": ("Như trên;", "Lưu: VT, TH."),
        "urgency": "Khẩn",
    }
    return letter_pdf(**fields), letter_docx(**fields)


def submission() -> bytes:
    """A commune's submission without any digital signature."""
    return letter_pdf(
        superior=None,
        issuer="Ủy ban nhân dân xã Chợ Rã",
        symbol="42/TTr-UBND",
        place_date="Chợ Rã, ngày 19 tháng 11 năm 2026",
        type_title="Tờ trình",
        subject="Về việc đề nghị bổ sung biên chế công chức văn thư năm 2027",
        addressees=("Sở Nội vụ tỉnh Bắc Kạn",),
        body=("Căn cứ Quyết định số 999/QĐ-UBND ngày 02 tháng 6 năm 2026 của Ủy ban nhân dân tỉnh;", "Kính trình./."),
        authority="TM. Ủy ban nhân dân",
        position="Chủ tịch",
        signer="Nông Văn Hải",
        recipients=("Như trên;", "Lưu: VT."),
    )


def without_number() -> bytes:
    """The number was drawn on the picture, not in the text: a clerk has to look."""
    return letter_pdf(
        superior=PROVINCE,
        issuer="Sở Giáo dục và Đào tạo",
        symbol="        /SGDĐT-VP",
        place_date="Bắc Kạn, ngày 20 tháng 11 năm 2026",
        subject="cử cán bộ tham gia lớp bồi dưỡng công tác văn thư",
        addressees=("Sở Nội vụ",),
        authority=None,
        position="Giám đốc",
        signer="Phạm Thu Hà",
        recipients=("Như trên;", "Lưu: VT, VP."),
    )


def altered(pki: Pki) -> bytes:
    """Somebody changed one octet after the organisation had signed."""
    page = letter_pdf(
        superior=PROVINCE,
        issuer="Sở Tài chính",
        symbol="2210/STC-QLNS",
        place_date="Bắc Kạn, ngày 20 tháng 11 năm 2026",
        subject="thẩm định dự toán kinh phí số hóa tài liệu lưu trữ",
        addressees=("Sở Nội vụ",),
        authority=None,
        position="Giám đốc",
        signer="Đỗ Mạnh Cường",
        recipients=("Như trên;", "Lưu: VT, QLNS."),
    )
    office = pki.issue(C="VN", L="Bắc Kạn", O=PROVINCE.upper(), CN="SỞ TÀI CHÍNH")
    signed = bytearray(pki.sign_pdf(page, office, field="CoQuan", timestamp=True))
    at = signed.index(b"endstream") - 20
    signed[at] ^= 1
    return bytes(signed)


def from_a_private_box() -> bytes:
    """A proper looking letter, but nothing proves who sent it."""
    return letter_pdf(
        superior=None,
        issuer="Ủy ban nhân dân phường Đức Xuân",
        symbol="315/UBND-VX",
        place_date="Đức Xuân, ngày 20 tháng 11 năm 2026",
        subject="phối hợp tổ chức hội nghị cải cách hành chính",
        addressees=("Sở Nội vụ tỉnh Bắc Kạn",),
        authority="TM. Ủy ban nhân dân",
        position="Chủ tịch",
        signer="Hà Thị Lan",
        recipients=("Như trên;", "Lưu: VT, VX."),
    )


def party_letter() -> bytes:
    """A Party document: heading, star and number by its own form."""
    return letter_docx(
        superior="Đảng bộ tỉnh Bắc Kạn",
        issuer="Đảng ủy Sở Nội vụ",
        symbol="15-CV/ĐU",
        place_date="Bắc Kạn, ngày 17 tháng 11 năm 2026",
        subject="chuẩn bị nội dung sinh hoạt chuyên đề quý IV năm 2026",
        addressees=("Các chi bộ trực thuộc",),
        authority="T/M Đảng ủy",
        position="Bí thư",
        signer="Ma Thị Bình",
        recipients=("Như trên,", "Lưu Văn phòng Đảng ủy."),
    )


def with_secret_mark() -> bytes:
    """A mark of state secrecy: nothing of it may be kept."""
    return letter_pdf(
        superior=None,
        issuer=PROVINCE,
        symbol="01/UBND-NC",
        place_date="Bắc Kạn, ngày 20 tháng 11 năm 2026",
        subject="nội dung không dành cho thư điện tử",
        addressees=("Sở Nội vụ",),
        authority=None,
        position="Chủ tịch",
        signer="Hoàng Văn Thụ",
        secrecy="Mật",
    )


def posts(pki: Pki) -> tuple[Post, ...]:
    """All mails in the order in which they are sent."""
    letter = provincial_letter(pki)
    invited_pdf, invited_docx = invitation()
    return (
        Post(
            name="01-cong-van-ky-so",
            sender="Văn thư UBND tỉnh Bắc Kạn <vanthu@ubnd.backan.gov.vn>",
            subject="Công văn số 3526/UBND-KGVX về tăng cường gửi, nhận văn bản điện tử",
            text="Kính gửi Sở Nội vụ,\n\nVăn phòng UBND tỉnh gửi Công văn số 3526/UBND-KGVX.\n\nTrân trọng./.\n",
            files=(("3526_UBND-KGVX.signed.pdf", "application/pdf", letter),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="02-quyet-dinh",
            sender="Văn thư Bộ Nội vụ <vanthu@moha.gov.vn>",
            subject="Quyết định số 1187/QĐ-BNV",
            text="Bộ Nội vụ gửi Quyết định số 1187/QĐ-BNV ngày 18/11/2026.\n",
            files=(("1187_QD-BNV.pdf", "application/octet-stream", decision(pki)),),
            signed_by="moha.gov.vn",
        ),
        Post(
            name="03-giay-moi-khan",
            sender="Văn phòng UBND tỉnh <vanphong@ubnd.backan.gov.vn>",
            subject="Giấy mời họp (KHẨN)",
            text="Kính mời lãnh đạo Sở dự họp, nội dung trong tệp đính kèm.\n",
            files=(
                ("GM-87.pdf", "application/pdf", invited_pdf),
                (
                    "GM-87.docx",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    invited_docx,
                ),
            ),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="04-to-trinh-chua-ky-so",
            sender="UBND xã Chợ Rã <ubndchora@chora.backan.gov.vn>",
            subject="Tờ trình về biên chế công chức văn thư",
            text="UBND xã Chợ Rã kính gửi Sở Nội vụ Tờ trình số 42/TTr-UBND. Bản giấy gửi sau.\n",
            files=(("to trinh 42.pdf", "application/pdf", submission()),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="05-gui-lai-cong-van",
            sender="Văn thư UBND tỉnh Bắc Kạn <vanthu@ubnd.backan.gov.vn>",
            subject="Gửi lại: Công văn số 3526/UBND-KGVX",
            text="Gửi lại công văn do lần trước chưa thấy báo nhận.\n",
            files=(("3526_UBND-KGVX.signed.pdf", "application/pdf", letter),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="06-cong-van-dang",
            sender="Văn phòng Đảng ủy <vanphong@danguy.backan.gov.vn>",
            subject="Công văn 15-CV/ĐU",
            text="Gửi các chi bộ.\n",
            files=(
                (
                    "15-CV-DU.docx",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    party_letter(),
                ),
            ),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="07-bi-sua-sau-khi-ky",
            sender="Sở Tài chính <vanthu@stc.backan.gov.vn>",
            subject="Công văn số 2210/STC-QLNS",
            text="Sở Tài chính gửi công văn thẩm định dự toán.\n",
            files=(("2210_STC-QLNS.signed.pdf", "application/pdf", altered(pki)),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="08-chua-co-so",
            sender="Sở Giáo dục và Đào tạo <vanthu@sgddt.backan.gov.vn>",
            subject="Công văn cử cán bộ tham gia lớp bồi dưỡng",
            text="Sở GDĐT gửi công văn.\n",
            files=(("cong van cu can bo.pdf", "application/pdf", without_number()),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="09-hop-thu-ca-nhan",
            sender="Phường Đức Xuân <ducxuan.bk@freemail.example>",
            subject="Công văn 315/UBND-VX",
            text="Gửi anh chị văn thư công văn của phường ạ.\n",
            files=(("315 UBND-VX.pdf", "application/pdf", from_a_private_box()),),
        ),
        Post(
            name="10-dns-khong-tra-loi",
            sender=f"Trường Chính trị tỉnh <vanthu@{SILENT}>",
            subject="Thông báo số 77/TB-TCT",
            text="Trường Chính trị gửi thông báo.\n",
            files=(
                (
                    "77_TB-TCT.pdf",
                    "application/pdf",
                    letter_pdf(
                        superior="Tỉnh ủy Bắc Kạn",
                        issuer="Trường Chính trị tỉnh Bắc Kạn",
                        symbol="77/TB-TCT",
                        place_date="Bắc Kạn, ngày 19 tháng 11 năm 2026",
                        type_title="Thông báo",
                        subject="Về việc khai giảng lớp trung cấp lý luận chính trị",
                        addressees=(),
                        authority=None,
                        position="Hiệu trưởng",
                        signer="Triệu Đức Long",
                        recipients=("Các sở, ban, ngành;", "Lưu: VT."),
                    ),
                ),
            ),
            signed_by=SILENT,
        ),
        Post(
            name="11-ban-tin",
            sender="Bản tin công nghệ <bantin@tintuc.example>",
            subject="Bản tin tuần: Công văn 3526 nói gì?",
            text="Bản tin tuần này điểm lại Công văn số 3526/VPCP-KGVX. Bấm vào đây để hủy đăng ký.\n",
            header=(
                ("List-Id", "<bantin.tintuc.example>"),
                ("List-Unsubscribe", "<mailto:huy@tintuc.example>"),
                ("Precedence", "bulk"),
            ),
            signed_by="tintuc.example",
        ),
        Post(
            name="12-thu-rieng",
            sender="Lan Nguyễn <lan.nguyen@freemail.example>",
            subject="Cuối tuần",
            text="Chị ơi, chủ nhật này cả nhà mình về quê nhé. Em mua vé rồi.\n",
        ),
        Post(
            name="13-tra-loi-tu-dong",
            sender="Trần Văn An <antv@stc.backan.gov.vn>",
            subject="Tự động trả lời: Vắng mặt đến 25/11",
            text="Tôi đi công tác đến hết ngày 25/11/2026.\n",
            header=(("Auto-Submitted", "auto-replied"),),
            signed_by="backan.gov.vn",
        ),
        Post(
            name="14-dau-mat",
            sender="Văn phòng UBND tỉnh <vanphong@ubnd.backan.gov.vn>",
            subject="Văn bản",
            text="Gửi kèm văn bản.\n",
            files=(("van ban.pdf", "application/pdf", with_secret_mark()),),
            signed_by="backan.gov.vn",
        ),
    )


def mail_of(post: Post, number: int) -> bytes:
    """Write one mail with CRLF line ends, without DKIM."""
    mail = EmailMessage()
    mail["From"] = post.sender
    mail["To"] = f"{HOME_AFFAIRS} <{OURS}>"
    mail["Subject"] = post.subject
    mail["Date"] = f"Sat, 21 Nov 2026 08:{number:02d}:00 +0700"
    mail["Message-ID"] = f"<demo-{number:02d}@{post.sender.rsplit('@', 1)[1].rstrip('>')}>"
    for name, value in post.header:
        mail[name] = value
    mail.set_content(post.text, cte="base64")
    for name, declared, content in post.files:
        maintype, subtype = declared.split("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes().replace(b"\n", b"\r\n")


def make() -> None:
    """Write all files of the demonstration anew."""
    pki = make_pki(SIGNED_AT, crl_days=YEARS * 365)
    keys: dict[str, DkimKey] = {}
    mails = HERE / "mails"
    shutil.rmtree(mails, ignore_errors=True)
    mails.mkdir()
    for number, post in enumerate(posts(pki), 1):
        content = mail_of(post, number)
        if post.signed_by:
            key = keys.setdefault(post.signed_by, rsa_key(number=len(keys)))
            content = sign_mail(content, post.signed_by, SELECTOR, key, at=SIGNED_AT)
        (mails / f"{post.name}.eml").write_bytes(content)
    lines = [key.zone_line(domain, SELECTOR) for domain, key in keys.items() if domain != SILENT]
    lines.append(f"$SILENT {SELECTOR}._domainkey.{SILENT}.\n")
    (HERE / "zone").write_text("; public DKIM keys of the demonstration\n" + "".join(lines), "utf-8")
    trust = HERE / "trust"
    shutil.rmtree(trust, ignore_errors=True)
    pki.write_trust(trust)


if __name__ == "__main__":
    make()
