"""Reading a whole configuration: all files, every finding, and the settings when there is none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mailbridge.classifier.learned import NO_HINTS
from mailbridge.decision.policy import Policy
from mailbridge.settings.book_files import read_books, read_kinds
from mailbridge.settings.calendar_files import read_calendar
from mailbridge.settings.database_url import DATABASE_VARIABLE
from mailbridge.settings.directory_files import read_directory
from mailbridge.settings.duty_files import read_duty
from mailbridge.settings.example_files import read_examples, try_examples
from mailbridge.settings.hint_file import HINTS, read_hints
from mailbridge.settings.main_file import MainSettings, main_settings
from mailbridge.settings.pieces import Settings
from mailbridge.settings.problem import Place, Problem, Report, suggestion
from mailbridge.settings.rule_files import read_rules
from mailbridge.settings.shape import shaped
from mailbridge.settings.source import overlaid, read_source
from mailbridge.settings.written import MainFile

MAIN = "mailbridge.toml"
_TOML_FILES = (MAIN, "books.toml", "kinds.toml", HINTS)


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """
    Read the configuration.

    Args:
        path: `mailbridge.toml`, or the folder it lies in.
        environment: Variables; those of the process when None.

    Raises:
        Misconfigured: the first finding; `check_files` tells all.
    """
    report = Report()
    settings = _read(path, os.environ if environment is None else environment, report)
    if settings is None or report.problems:
        raise report.problems[0].as_error()
    return settings


def check_files(path: Path, environment: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with the files, in the order of reading; examples are tried too."""
    report = Report()
    _read(path, os.environ if environment is None else environment, report)
    return tuple(dict.fromkeys(report.problems))


def _read(path: Path, environment: Mapping[str, str], report: Report) -> Settings | None:
    main_path = path / MAIN if path.is_dir() else path
    folder = main_path.parent.absolute()
    if not main_path.is_file():
        remedy = "name the file or its folder with -c, or write one with: mailbridge init"
        report.add(Place(file=str(main_path)), "there is no configuration here", remedy)
        return None
    main = _main(main_path, folder, environment, report)
    shown = main_path.parent
    _find_strangers(shown, main_path, report)
    sound = len(report.problems)
    books = read_books(shown / "books.toml", report)
    # What hangs on something that is wrong itself is not compared with it: one slip, one finding.
    book_ids = tuple(book.id for book in books) if len(report.problems) == sound else None
    kinds = read_kinds(shown / "kinds.toml", report)
    agencies = frozenset(agency.id for agency in main.agencies) if main else None
    sound = len(report.problems)
    rules = read_rules(shown / "rules.d", book_ids, agencies, report)
    names = frozenset(rule.name for rule in rules.rules) if len(report.problems) == sound else None
    examples = read_examples(shown / "rules.d" / "tests", names, report)
    directory = read_directory(shown / "directory", report)
    hints = read_hints(shown / HINTS, report)
    calendar = read_calendar(shown / "calendar", report)
    roster = read_duty(shown / "duty", report)
    if main is None or report.problems:
        return None
    settings = Settings(
        folder=folder,
        language=main.language,
        data=main.data,
        hostname=main.hostname,
        database=main.database,
        agencies=main.agencies,
        units=main.units,
        mailboxes=main.mailboxes,
        listeners=main.listeners,
        outbound=main.outbound,
        dns=main.dns,
        trust=main.trust,
        proof=main.proof,
        authentication=main.authentication,
        web=main.web,
        spool=main.spool,
        work=main.work,
        reading=main.reading,
        roles=main.roles,
        least_confidence=main.least_confidence,
        pass_in_failure=main.pass_in_failure,
        control_folder=main.control_folder,
        metrics=main.metrics,
        shadow=main.shadow,
        rules=rules,
        books=books,
        kinds=kinds,
        examples=examples,
        directory=directory,
        hints=hints if main.use_hints else NO_HINTS,
        timetable=replace(main.timetable, hours=replace(main.timetable.hours, calendar=calendar)),
        roster=roster,
        answering=main.answering,
    )
    try_examples(_for_examples(settings), examples, report)
    return settings


def _for_examples(settings: Settings) -> Policy:
    return settings.policy(settings.agencies[0])


def _main(path: Path, folder: Path, environment: Mapping[str, str], report: Report) -> MainSettings | None:
    sources = [read_source(each, report) for each in (path, *sorted((path.parent / "conf.d").glob("*.toml")))]
    found = [source for source in sources if source is not None]
    if len(found) < len(sources):
        return None
    source = overlaid(found)
    written = shaped(MainFile, source, report)
    if written is None:
        return None
    return main_settings(written, source, folder, report, environment.get(DATABASE_VARIABLE))


def _find_strangers(folder: Path, main: Path, report: Report) -> None:
    """Name the TOML files that nobody reads: a slip in a file's name would otherwise go unnoticed."""
    for path in sorted(folder.glob("*.toml")):
        if path.name not in _TOML_FILES and path != main:
            report.add(Place(file=str(path)), "nobody reads this file", suggestion(path.name, _TOML_FILES))
