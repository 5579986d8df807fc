"""What a reader sees of HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.markup import Opened, visible
from mailbridge.mail.readable import readable


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div style='DISPLAY : none'>ẩn<div>x</div></div>thấy", "thấy"),
        ("<p style='mso-hide:all'>ẩn<p>thấy</p>", "thấy"),
        ("<span style='font-size:0px'>ẩn</span>thấy", "thấy"),
        ("<span style='font-size:10px;opacity:0.9'>thấy</span>", "thấy"),
        ("<!-- <p>ẩn</p> --><!--[if mso]>ẩn<![endif]-->thấy", "thấy"),
        ("<style>p{}</style><script>a<b</script><title>x</title>thấy", "thấy"),
        ("<a title='1 > 0' href=x>thấy</a>", "thấy"),
        ("1 < 2 &lt;b&gt; &#272;i&#x1EC1;u&nbsp;5", "1 < 2 <b> Điều 5"),
        ("<p>Kính gửi<o:p></o:p></p><br/>Sở", "Kính gửi\nSở"),
        ("thấy<!-- không đóng", "thấy"),
        ("thấy<a href='không đóng", "thấy"),
        ("<template>ẩn</template>&nbsp;&nbsp;", ""),
    ],
)
def test_only_what_is_shown_is_read(html: str, text: str) -> None:
    assert readable(html) == text


def test_values_of_attributes_are_resolved() -> None:
    (tag,) = (
        event for event in visible("<A class=x HREF = 'https://x.test/?a=1&amp;b=2'>") if isinstance(event, Opened)
    )
    assert (tag.name, tag.value("href"), tag.value("class"), tag.value("id")) == (
        "a",
        "https://x.test/?a=1&b=2",
        "x",
        None,
    )


@pytest.mark.timeout(60)  # the library's reader takes hours
@pytest.mark.parametrize(
    "unit", ["<!--", "<a ", '<a "', "<a '\"", "<", "<script>", "</", "<!", "&#", "<p>x", "<div a="]
)
def test_hostile_html_ends(unit: str) -> None:
    readable(unit * (1_000_000 // len(unit)))


@given(st.text(alphabet="<>/ab!-='\" \n&;#style", max_size=300))
def test_anything_is_html(html: str) -> None:
    readable(html)
