"""What can be wrong with a file that is imported, in sentences for people. CORE."""

from __future__ import annotations

from collections.abc import Sequence

from mailbridge.registry.importing_heads import PRINTED, Column
from mailbridge.registry.importing_lines import Fault

_SHOWN = 12
"""Stretches of missing numbers that are named; the others are counted."""


def found_no_heads() -> Fault:
    """Tell that no row of the file is one of heads."""
    known = ", ".join(column.value for column in PRINTED)
    return Fault(
        row=0,
        column="",
        code="no-heads",
        vi=f"Không tìm thấy dòng tiêu đề cột. Các cột: {known}. Tên khác: --map “tên trong tệp=tên cột”.",
        en=f'There is no row of heads. Columns: {known}. Other names: --map "name in the file=column".',
    )


def found_nothing() -> Fault:
    """Tell that there is no line below the heads."""
    return Fault(
        row=0,
        column="",
        code="no-lines",
        vi="Tệp không có dòng văn bản nào.",
        en="There is no line of a document in the file.",
    )


def doubled(row: int, number: int, year: int, first: int) -> Fault:
    """Tell a number that another row of the file has."""
    return _of_number(
        row,
        "doubled",
        f"Số đến {number:02d}/{year} đã có ở dòng {first} của tệp.",
        f"Number {number:02d}/{year} stands in row {first} of the file already.",
    )


def taken(row: int, number: int, year: int) -> Fault:
    """Tell a number that the book has."""
    return _of_number(
        row, "taken", f"Số đến {number:02d}/{year} đã có trong sổ.", f"The book has number {number:02d}/{year} already."
    )


def reserved_number(row: int, number: int, year: int) -> Fault:
    """Tell a number that was set apart for paper."""
    return _of_number(
        row,
        "reserved",
        f"Số đến {number:02d}/{year} là số đã giữ; dùng --emergency hoặc register add --reserved {number}.",
        f"Number {number:02d}/{year} is reserved; use --emergency, or register add --reserved {number}.",
    )


def not_next(row: int, number: int, year: int, following: int) -> Fault:
    """Tell a line of an emergency that does not continue the series."""
    return _of_number(
        row,
        "not-next",
        f"Số đến {number:02d}/{year} không nối tiếp sổ: số kế tiếp là {following:02d}.",
        f"Number {number:02d}/{year} does not continue the book: the next one is {following:02d}.",
    )


def not_ours(book: str) -> Fault:
    """Tell that the numbers of a book come from elsewhere, so that no emergency book continues them."""
    return Fault(
        row=0,
        column=Column.NUMBER.value,
        code="not-ours",
        vi=f"Số đến của sổ {book} do hệ thống khác cấp; không có sổ khẩn cấp ở đây.",
        en=f"The numbers of book {book} come from another system; it has no emergency book here.",
    )


def out_of_order(row: int, number: int, year: int) -> Fault:
    """Tell a number whose day lies before that of a lower number; it is imported as it stands."""
    return Fault(
        row=row,
        column=Column.ARRIVED.value,
        code="out-of-order",
        vi=f"Số đến {number:02d}/{year} có ngày đến sớm hơn số trước nó.",
        en=f"Number {number:02d}/{year} arrived before a lower number.",
        stops=False,
    )


def gap_elsewhere(year: int, missing: Sequence[int]) -> Fault:
    """Tell the missing numbers of a book whose numbers another system gives: they may have documents there."""
    told = stretches(missing)
    return Fault(
        row=0,
        column=Column.NUMBER.value,
        code="gap-elsewhere",
        vi=f"Năm {year} thiếu {len(missing)} số đến: {told} (số do hệ thống khác cấp).",
        en=f"{len(missing)} numbers of {year} are missing: {told} (another system gives them).",
        stops=False,
    )


def gap_in(year: int, missing: Sequence[int]) -> Fault:
    """Tell the numbers of a year that are missing."""
    told = stretches(missing)
    vi = f"Năm {year} thiếu {len(missing)} số đến: {told}. Ghi lý do: --gaps “…”; mỗi số sẽ có một dòng “Bỏ số”."
    en = f'{len(missing)} numbers of {year} are missing: {told}. Say why: --gaps "…"; each gets a line that says so.'
    return Fault(row=0, column=Column.NUMBER.value, code="gap", vi=vi, en=en)


def far_away(year: int, before: int, after: int) -> Fault:
    """Tell a gap that cannot be one."""
    return Fault(
        row=0,
        column=Column.NUMBER.value,
        code="far-away",
        vi=f"Năm {year}: từ số {before} đến số {after} quá xa; kiểm tra lại số đến.",
        en=f"{year}: from number {before} to {after} is too far; one of them is misread.",
    )


def stretches(numbers: Sequence[int]) -> str:
    """Write numbers as stretches: "3, 7-9"."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    named = [str(first) if first == last else f"{first}-{last}" for first, last in found[:_SHOWN]]
    return ", ".join([*named, "…"] if len(found) > _SHOWN else named)


def _of_number(row: int, code: str, vi: str, en: str) -> Fault:
    return Fault(row=row, column=Column.NUMBER.value, code=code, vi=vi, en=en)
