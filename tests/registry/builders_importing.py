"""Old books as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailbridge.registry.importing import Checked, SqlImport, Wanted
from tests.registry.builders_registry import NOON
from tests.registry.conftest import Database

HEADS = (
    "Ngày đến",
    "Số đến",
    "Tác giả",
    "Số, ký hiệu văn bản",
    "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Đơn vị hoặc người nhận",
    "Ngày chuyển",
    "Ký nhận",
    "Ghi chú",
)


def old(
    number: object, day: str = "05/01/2024", symbol: str = "12/QĐ-UBND", about: str = "Quyết định về việc họp"
) -> tuple[str, ...]:
    """Write a row of an old book."""
    return (day, str(number), "UBND tỉnh Bắc Kạn", symbol, "03/01/2024", about, "Phòng TCCB", "06/01/2024", "Hoa", "")


def numbered(rows: Sequence[Sequence[str]]) -> list[tuple[int, Sequence[str]]]:
    return list(enumerate(rows, 1))


def wanted(**changes: Any) -> Wanted:
    told: dict[str, Any] = {"agency": "sonv", "book": "den", "file": "so-2024.xlsx", "sha256": "ab" * 32}
    return Wanted(**told | changes)


def bring(database: Database, *rows: Sequence[str], heads: Sequence[str] = HEADS, **changes: Any) -> Checked:
    """Import rows below the printed heads."""
    there = numbered([heads, *rows])
    return SqlImport(database.engine, clock=lambda: NOON).write(
        wanted(**changes), lambda: there, by="lan", why="chuyển sổ giấy"
    )


def check(database: Database, *rows: Sequence[str], **changes: Any) -> Checked:
    """Look at rows below the printed heads."""
    there = numbered([HEADS, *rows])
    return SqlImport(database.engine, clock=lambda: NOON).check(wanted(**changes), lambda: there)
