"""The words of a reply in plain text, in HTML, or in both."""

from __future__ import annotations

from datetime import date
from textwrap import wrap

import pytest

from mailbridge.commands.command import Correct
from mailbridge.desk.mail_read import read_reply
from tests.commands.builders_commands import told
from tests.desk.builders_mail import seen_reply

TODAY = date(2026, 11, 21)
LONG = "về việc tăng cường sử dụng văn bản điện tử trong hoạt động của các cơ quan nhà nước trên địa bàn tỉnh"

HTML_ONLY = {
    "gmail": '<div>duyệt</div><br><div class="gmail_quote"><div class="gmail_attr">A đã viết:</div>hủy: x</div>',
    "outlook": '<p>duyệt</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> A</div>hủy: x',
    "apple": '<p>duyệt</p><br><blockquote type="cite"><div>On 1/1/2026, A wrote:</div><p>hủy: x</p></blockquote>',
    "zimbra": '<div>duyệt</div><hr id="zwchr"><b>Từ: </b>A<br>hủy: x',
    "yahoo": '<p>duyệt</p><div class="yahoo_quoted"><div>hủy: x</div></div>',
}


@pytest.mark.parametrize("html", [pytest.param(html, id=name) for name, html in HTML_ONLY.items()])
def test_html_alone(html: str) -> None:
    reading = read_reply(seen_reply(None, "", html=html).message, TODAY)
    assert (told(reading.commands), reading.unclear) == ("confirm", None)


def test_words_below_a_quotation_in_html_count() -> None:
    html = '<div class="gmail_quote">Kính gửi</div><div>duyệt</div><div>nhưng chờ đã</div>'
    assert read_reply(seen_reply(None, "", html=html).message, TODAY).unclear is not None


def test_a_long_line_that_was_cut_is_whole_in_the_html_beside_it() -> None:
    cut = "\n".join(wrap(f"trích yếu: {LONG}", 72))
    html = f"<p>trích yếu: {LONG}</p>"
    assert read_reply(seen_reply(None, cut).message, TODAY).unclear is not None
    reading = read_reply(seen_reply(None, cut, html=html).message, TODAY)
    assert reading.commands == (Correct(values=(("subject", LONG),)),)


def test_html_with_other_words_is_not_taken_in_place_of_the_text() -> None:
    assert read_reply(seen_reply(None, "duyệt\nkhoan đã", html="<p>duyệt</p>").message, TODAY).unclear is not None
