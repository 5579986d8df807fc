"""
Papers that look like official documents and are none: contracts, invoices, declarations, news with a number in it.

They carry the Quốc hiệu, the name of an office or a number as documents do; what they are stands in their own title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbridge.classifier.folding import fold
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import (
    ABOUT,
    PARTY_NAME,
    STATE_NAME,
    Role,
    bare,
    is_number_line,
    role_of,
    state_name_words,
)
from mailbridge.classifier.symbol import find_symbols
from mailbridge.classifier.types import type_by_title
from mailbridge.mail.pages import Layer, Pages

_LINES = 24
_OTHER_TITLE = re.compile(
    r"(?:phu luc )?hop dong\b(?! dong)|hoa don (?:gia tri|ban hang|gtgt|vat)|(?:bang |phieu )?bao gia\b|to khai\b|"
    r"bien ban (?:nghiem thu|ban giao|thanh ly|doi chieu|giao nhan)|phieu (?:thu|chi|xuat kho|nhap kho|dang ky)\b|"
    r"giay (?:de nghi|bien nhan|xac nhan|cam ket|uy quyen)\b|ban cam ket\b|so yeu ly lich|ly lich khoa hoc|"
    r"don (?:xin|de nghi|dang ky|khieu nai|to cao|kien nghi)\b|giay chung nhan (?:quyen|dang ky)|"
    r"(?:bao cao thuc tap|khoa luan|luan van|luan an|tieu luan|do an)\b"
)
_TWO_HEADINGS = 4
"""Words of the Quốc hiệu on one line from which on it is its heading, cut by a narrow column."""


def is_other_paper(pages: Pages) -> bool:
    """Say whether the first page shows by its title, or by lack of a letterhead, that it is no official document."""
    if not pages.pages:
        return False
    page = pages.pages[0]
    lines = [line.text[:200] for line in page.lines[:_LINES]]
    if has_other_title(lines):
        return True
    if page.layer is Layer.OCR or any(map(is_heading, lines)):
        return False
    return not _has_letterhead(lines) or _is_list(lines)


def is_heading(line: str) -> bool:
    """Say whether a line is or holds the Quốc hiệu or the heading of the Party, whole or cut by a narrow column."""
    if role_of(line) in (Role.STATE_NAME, Role.MOTTO, Role.PARTY_NAME, Role.YOUTH_NAME):
        return True
    if state_name_words(line) >= _TWO_HEADINGS:
        return True
    plain = bare(line[:400])
    return bool(STATE_NAME.search(plain) or PARTY_NAME.search(plain))


def is_in_capitals(line: str) -> bool:
    """Say whether a line is written in capitals, but for a few letters."""
    letters = [char for char in line if char.isalpha()]
    return len(letters) > 1 and sum(char.isupper() for char in letters) > 0.8 * len(letters)


def has_other_title(lines: Sequence[str]) -> bool:
    """
    Say whether the title among the first lines of a page is that of a contract, an invoice or the like.

    The first title decides: a THÔNG BÁO may speak of HÓA ĐƠN in its next line, a "V/v" of anything.
    """
    for line in lines:
        if ABOUT.match(bare(line)) or role_of(line) in (Role.ADDRESSED, Role.GROUNDS):
            return False
        if is_in_capitals(line):
            if _OTHER_TITLE.match(fold(line)):
                return True
            if type_by_title(line) is not None:
                return False
    return False


def _has_letterhead(lines: Sequence[str]) -> bool:
    return any(is_in_capitals(line) and starts_agency(line) for line in lines)


def _is_list(lines: Sequence[str]) -> bool:
    """Say whether several numbers stand in a page without heading: a portal's list, a page of search results."""
    return sum(1 for line in lines if is_number_line(line) and find_symbols(line)) > 1
