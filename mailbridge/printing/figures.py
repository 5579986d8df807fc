"""The figures that agencies owe, as tables with charts under Vietnamese titles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from mailbridge.printing.results import Cell, Heading, Report, Share, Table
from mailbridge.registry.figures import By, Figures, HeldFigures
from mailbridge.registry.figures_periods import Period

TITLE = "Báo cáo tình hình giải quyết văn bản đến"

_TITLES = {
    By.UNIT: "Thống kê theo đơn vị xử lý",
    By.SENDER: "Thống kê theo cơ quan gửi",
    By.KIND: "Thống kê theo tên loại văn bản",
    By.DAY: "Thống kê theo ngày đến",
}
_FIRST = {By.UNIT: "Đơn vị, người nhận", By.SENDER: "Nơi gửi", By.KIND: "Tên loại", By.DAY: "Ngày đến"}
_UNKNOWN = "Không rõ"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def figures_report(
    period: Period,
    whole: Figures,
    held: HeldFigures,
    parted: Sequence[tuple[By, Sequence[tuple[str | date, Figures]]]] = (),
    *,
    agency: str,
    voided: int,
    written_at: datetime,
) -> Report:
    """
    Lay out the figures of a period.

    Args:
        parted: Figures apart, each list as one more table.
        voided: Entries of the period that stand for no document any more.
    """
    tables = [_electronic(whole), _dealt_with(whole, voided), _held(held)]
    if held.reasons:
        tables.append(_reasons(held))
    tables += [_apart(by, rows) for by, rows in parted]
    told = (period.label,)
    return Report(title=TITLE, agency=agency, told=told, tables=tuple(tables), written_at=written_at)


def _two(title: str, rows: Sequence[tuple[Cell, ...]]) -> Table:
    columns = (Heading(text="Chỉ tiêu", width=5), Heading(text="Số lượng"), Heading(text="Tỷ lệ"))
    return Table(title=title, columns=columns, rows=tuple(rows))


def _electronic(of: Figures) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("Tổng số văn bản đến", of.documents, None),
        ("Văn bản điện tử", of.electronic, Share(part=of.electronic, whole=of.documents)),
        ("Văn bản giấy", of.documents - of.electronic, Share(part=of.documents - of.electronic, whole=of.documents)),
        (
            "Văn bản điện tử có chữ ký số hợp lệ của cơ quan",
            of.signed,
            Share(part=of.signed, whole=of.electronic),
        ),
        ("Văn bản điện tử không cần bản giấy", of.without_paper, Share(part=of.without_paper, whole=of.electronic)),
        ("Văn bản còn chờ bản giấy hoặc bản ký số", of.awaiting_paper, None),
    ]
    return _two("Thống kê văn bản điện tử", rows)


def _dealt_with(of: Figures, voided: int) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("Đăng ký trong ngày", of.same_day, Share(part=of.same_day, whole=of.documents)),
        (
            "Đăng ký đúng hạn (trong ngày, chậm nhất ngày làm việc tiếp theo; văn bản khẩn trong ngày)",
            of.on_time,
            Share(part=of.on_time, whole=of.documents),
        ),
        ("Văn bản khẩn", of.urgent, Share(part=of.urgent, whole=of.documents)),
        ("Văn bản khẩn đăng ký trong ngày", of.urgent_on_time, Share(part=of.urgent_on_time, whole=of.urgent)),
        (
            "Văn bản điện tử đã báo nhận trong ngày",
            of.acknowledged_same_day,
            Share(part=of.acknowledged_same_day, whole=of.electronic),
        ),
        ("Thời gian từ khi đến tới khi đăng ký: trung vị", span(of.median), None),
        ("Thời gian từ khi đến tới khi đăng ký: 95 % văn bản không quá", span(of.p95), None),
        ("Số đến đã hủy hoặc đã gộp", voided, None),
    ]
    return _two("Tiếp nhận và đăng ký", rows)


def _held(of: HeldFigures) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("Thư Văn thư phải xem", of.held, None),
        ("Đang chờ", of.waiting, Share(part=of.waiting, whole=of.held)),
        ("Trong đó đề nghị trả lại", of.proposed, Share(part=of.proposed, whole=of.held)),
        ("Đã vào sổ", of.confirmed, Share(part=of.confirmed, whole=of.held)),
        ("Gộp với văn bản đã có", of.joined, Share(part=of.joined, whole=of.held)),
        ("Không phải văn bản", of.dismissed, Share(part=of.dismissed, whole=of.held)),
        ("Đã trả lại", of.returned, Share(part=of.returned, whole=of.held)),
        ("Thời gian chờ: trung vị", span(of.median), None),
        ("Thời gian chờ: lâu nhất", span(of.longest), None),
    ]
    return _two("Thư chờ Văn thư và thư trả lại", rows)


def _reasons(of: HeldFigures) -> Table:
    columns = (Heading(text="Lý do trả lại", width=5), Heading(text="Số lượng"))
    return Table(title="Danh sách lý do trả lại", columns=columns, rows=of.reasons, chart=1)


def _apart(by: By, rows: Sequence[tuple[str | date, Figures]]) -> Table:
    columns = (
        Heading(text=_FIRST[by], width=3.5),
        Heading(text="Văn bản"),
        Heading(text="Điện tử"),
        Heading(text="Có ký số"),
        Heading(text="Không cần giấy"),
        Heading(text="Đúng hạn"),
        Heading(text="Khẩn"),
        Heading(text="Trung vị"),
    )
    told = tuple(
        (
            name or _UNKNOWN,
            of.documents,
            Share(part=of.electronic, whole=of.documents),
            Share(part=of.signed, whole=of.electronic),
            Share(part=of.without_paper, whole=of.electronic),
            Share(part=of.on_time, whole=of.documents),
            of.urgent,
            span(of.median),
        )
        for name, of in rows
    )
    return Table(title=_TITLES[by], columns=columns, rows=told, chart=1)


def span(time: timedelta | None) -> str:
    """Write a span of time as people say it: "35 giây", "12 phút", "3 giờ 05 phút", "2 ngày 4 giờ"; "" of none."""
    if time is None:
        return ""
    seconds = int(time.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} giây"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} phút"
    if seconds < _DAY:
        return f"{seconds // _HOUR} giờ {seconds % _HOUR // _MINUTE:02d} phút"
    return f"{seconds // _DAY} ngày {seconds % _DAY // _HOUR} giờ"
