"""
The few keys by which a running program is found, read without judging the rest.

A slip anywhere in the configuration must not stand between an administrator and `bypass on`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailbridge.settings.problem import Report
from mailbridge.settings.source import overlaid, read_source
from mailbridge.settings.values import absolute

MAIN = "mailbridge.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """What a running program with this configuration has chosen; `language` is None when the file says none of ours."""

    data: Path
    control_folder: Path
    language: str | None


def glance(path: Path) -> Glance:
    """
    Read `data`, `[control] folder` and `language`.

    Args:
        path: `mailbridge.toml`, or the folder it lies in.

    Raises:
        Misconfigured: The file is not there, is no TOML, or does not say where the data are.
    """
    main = path / MAIN if path.is_dir() else path
    folder, report = main.parent.absolute(), Report()
    first = read_source(main, report)
    if first is None:
        raise report.problems[0].as_error()
    # One of these that cannot be read is as good as not there: what counts is to find the program.
    others = [read_source(each, report) for each in sorted((main.parent / "conf.d").glob("*.toml"))]
    source = overlaid([first, *(each for each in others if each is not None)])
    data = source.table.get("data")
    if not isinstance(data, str) or not data.strip():
        report.problems.clear()
        report.add(source.place(("data",)), 'the key "data" is missing', 'add data = "…" here')
        raise report.problems[0].as_error()
    control = source.table.get("control")
    chosen = control.get("folder") if isinstance(control, dict) else None
    language = source.table.get("language")
    where = absolute(data, folder)
    return Glance(
        data=where,
        control_folder=absolute(chosen, folder) if isinstance(chosen, str) and chosen else where / "run",
        language=language if language in ("vi", "en") and isinstance(language, str) else None,
    )
