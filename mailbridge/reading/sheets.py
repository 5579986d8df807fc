"""XLS, XLSX and ODS to pages of lines: a letter that was typed in a sheet, letterhead in cells left and right."""

from __future__ import annotations

from mailbridge.mail.pages import Pages
from mailbridge.reading.compound import is_compound
from mailbridge.reading.package import Package
from mailbridge.reading.sheet_grid import lay_out_grid
from mailbridge.reading.sheet_ods import read_ods
from mailbridge.reading.sheet_xls import read_xls
from mailbridge.reading.sheet_xlsx import read_xlsx


def read_sheet(content: bytes) -> Pages:
    """
    Read the first sheet that shows something: rows below each other, cells where their columns are.

    Numbers are shown as the sheet shows them as far as letters need it: whole numbers, decimals, days.

    Raises:
        Unreadable: `encrypted`, `too-large`, `malformed`; `unsupported` for sheets of Excel 4 and older.
    """
    if is_compound(content):
        return lay_out_grid(read_xls(content))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or Package(content).has("content.xml"):
        return lay_out_grid(read_ods(content))
    return lay_out_grid(read_xlsx(content))
