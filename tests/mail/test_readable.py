"""HTML mail as text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailbridge.mail.readable import readable


def test_blocks_become_lines_and_scripts_vanish() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>Kính gửi:&nbsp;Sở Nội vụ</p>"
        "<script>alert(1)</script><div>Số: <b>12</b>/UBND-VX<br>Trân trọng</div></body></html>"
    )
    assert readable(html) == "Kính gửi: Sở Nội vụ\nSố: 12/UBND-VX\nTrân trọng"


@given(st.text(alphabet="<>/ab!-='\" \n&;#", max_size=300))
def test_broken_html_never_raises(html: str) -> None:
    readable(html)
