"""Which links of a mail lead to a document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.mail.links import LONGEST_URL, MOST_LINKS, Link, document_links
from mailbridge.mail.message import Message
from tests.mail.builders_mail import html_mail, text_mail


def urls(message: Message) -> list[str]:
    return [link.url for link in document_links(message)]


@pytest.mark.parametrize(
    "text",
    [
        "Kính gửi Quý cơ quan, tải văn bản tại: {}",
        "Đề nghị truy cập đường link sau để tải file:\n\n{}\n\nTrân trọng.",
        "Văn bản được đăng tải tại địa chỉ {}.",
        "Xem toàn văn công văn tại <{}>",
        "Please download the attachment here: {}",
        "Link tài liệu họp: {}",
        "Đề nghị các đơn vị nhận dự thảo theo đường dẫn ({}).",
    ],
)
def test_a_link_where_a_document_is_said_to_be_counts(text: str) -> None:
    assert urls(text_mail(text.format("https://sonv.example.vn/tin/12?x=1"))) == ["https://sonv.example.vn/tin/12?x=1"]


@pytest.mark.parametrize(
    "url",
    [
        "https://sonv.backan.gov.vn/uploads/3526-UBND-KGVX.pdf",
        "http://x.test/cv.signed.pdf?download=1",
        "https://x.test/h%E1%BB%8Dp.DOCX",
        "https://drive.google.com/file/d/1a2B3c/view?usp=sharing",
        "https://docs.google.com/document/d/1a2B3c/edit",
        "https://x-my.sharepoint.com/:b:/g/personal/a/Eabc?e=1",
        "https://1drv.ms/b/s!Abc",
        "https://www.dropbox.com/scl/fi/abc/cv?rlkey=1",
        "https://vanban.chinhphu.vn/?pageid=27160&docid=204011",
        "https://qlvb.hanoi.gov.vn/portal/DownloadFile.aspx?attachid=99",
        "drive.google.com/drive/folders/1a2B3c",
    ],
)
def test_a_link_to_a_file_or_a_store_of_files_counts_by_itself(url: str) -> None:
    assert urls(text_mail(f"Kính gửi.\n{url}\nTrân trọng")) == [url]


@pytest.mark.parametrize(
    "text",
    [
        "Trân trọng.\n-- \nVăn phòng UBND tỉnh\nWebsite: https://backan.gov.vn/trang-chu\nĐT: 0209",
        "Cổng thông tin điện tử: http://backan.gov.vn",
        "Văn bản gửi từ hệ thống quản lý văn bản tại https://qlvb.backan.gov.vn/",
        "Hủy đăng ký nhận văn bản tại https://x.test/unsubscribe?id=1",
        "Họp trực tuyến: https://zoom.us/j/12345?pwd=x",
        "Mời đăng ký tại https://docs.google.com/forms/d/e/1FA/viewform",
        "Theo dõi chúng tôi https://www.facebook.com/ubnd.backan",
        "Chi tiết xem https://backan.gov.vn/tin-tuc/le-hoi-2026",
        "Liên hệ mailto:vanthu@backan.gov.vn để nhận văn bản",
        "Đường đến cơ quan: https://maps.google.com/?q=21,105",
        "Không có đường dẫn nào trong thư này, văn bản gửi kèm.",
    ],
)
def test_pages_signatures_meetings_and_forms_do_not_count(text: str) -> None:
    assert urls(text_mail(text)) == []


def test_in_html_the_words_of_the_link_and_its_line_speak() -> None:
    html = (
        "<p>Đề nghị Quý cơ quan tải văn bản <a href='https://x.test/a?b=1&amp;c=2'>tại đây</a>.</p>"
        "<p><a href='https://x.test/news'>Tin mới</a></p>"
        "<p><a href='https://x.test/b?d=1'><b>Tải file</b> đính kèm</a></p>"
        "<p style='display:none'><a href='https://x.test/hidden.pdf'>Tải văn bản</a></p>"
        "<img src='https://x.test/pixel.pdf?u=1'>"
        "<p><a href='https://x.test/unsubscribe.pdf'>unsubscribe</a></p>"
    )
    assert document_links(html_mail(html)) == (
        Link(url="https://x.test/a?b=1&c=2", text="tại đây", where="1"),
        Link(url="https://x.test/b?d=1", text="Tải file đính kèm", where="1"),
    )


def test_the_same_link_in_both_texts_is_one() -> None:
    url = "https://x.test/cv.pdf"
    message = html_mail(f"<a href='{url}'>Công văn</a>", text=f"Công văn: {url}")
    assert urls(message) == [url]


def test_what_a_mail_filter_wrapped_is_unwrapped() -> None:
    wrapped = "https://apc01.safelinks.protection.outlook.com/?url=https%3A%2F%2F1drv.ms%2Fb%2Fs%21A&data=05"
    assert urls(html_mail(f"<a href='{wrapped}'>Công văn 12</a>")) == ["https://1drv.ms/b/s!A"]


def test_a_link_is_clean_and_bounded() -> None:
    html = "<a href='https://x.test/\u202efdp.\nexe?f=a.pdf'>Tải\u202e văn bản</a>"
    (link,) = document_links(html_mail(html))
    assert (link.url, link.text) == ("https://x.test/fdp.exe?f=a.pdf", "Tải văn bản")
    (link,) = document_links(html_mail(f"<a href='https://x.test/{'a' * 5000}.pdf'>Tải văn bản</a>"))
    assert len(link.url) == LONGEST_URL


@pytest.mark.parametrize("href", ["javascript:alert(1)//.pdf", "data:application/pdf;base64,AA", "cid:a.pdf", "#a.pdf"])
def test_only_what_a_server_gives_is_a_link(href: str) -> None:
    assert urls(html_mail(f"<a href='{href}'>Tải văn bản</a>")) == []


def test_there_are_not_more_than_a_clerk_can_look_at() -> None:
    assert len(urls(text_mail("\n".join(f"https://x.test/{n}.pdf" for n in range(100))))) == MOST_LINKS


@pytest.mark.timeout(60)
def test_a_hostile_text_ends() -> None:
    document_links(text_mail("tải " * 200_000 + " https://x.test/a?b"))
    document_links(html_mail("<a href='https://x.test/a?b'>văn bản " * 40_000))


@settings(max_examples=100)
@given(st.text(alphabet="htps:/.[]@<>a= '\"\n%?#&vn", max_size=200))
def test_anything_like_a_link_is_looked_at(text: str) -> None:
    document_links(html_mail(f"<a href='http://{text}'>tải văn bản</a>http://{text}"))
