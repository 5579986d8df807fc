"""Small CSV files of the office, line by line, with the place of each; headings in Vietnamese, marks or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mailbridge.classifier.folding import fold
from mailbridge.settings.problem import Place, Report


def csv_lines(
    path: Path, columns: Mapping[str, str], needed: Sequence[str], first_line: str, report: Report
) -> Iterator[tuple[Place, dict[str, str]]]:
    """
    Yield the cells of each line that is not empty, by the names of columns; others are left alone.

    Args:
        columns: Heading, folded, to the name of the column.
        needed: Columns without which the file says nothing.
        first_line: How such a file begins, for the remedy.
        report: Takes what is wrong: a file that cannot be read, is not UTF-8 or not CSV, or lacks a column.
    """
    shown = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        report.add(Place(file=shown), f"the file cannot be read: {error.strerror}", "check its path and its rights")
        return
    except UnicodeDecodeError:
        report.add(Place(file=shown), "the text is not UTF-8", "save the file as UTF-8")
        return
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.split("\n", 1)[0] else ",")
    try:
        heads = [columns.get(fold(head)) for head in next(rows, [])]
        missing = [name for name in needed if name not in heads]
        if missing:
            remedy = f"begin the file with the line: {first_line}"
            report.add(Place(file=shown, line=1), f"the heading lacks: {', '.join(missing)}", remedy)
            return
        for row in rows:
            cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False) if head}
            if any(cells.values()):
                yield Place(file=shown, line=rows.line_num), cells
    except csv.Error as error:
        report.add(Place(file=shown, line=rows.line_num), f"not CSV: {error}", "correct this line")
