"""
Check the templates of letters before the first mail needs them (G12).

An unknown name is found in every branch, from the text of the template; what only shows when it is used is found by
rendering each template with samples. Each finding names the file and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.letters.compose import rendered
from mailbridge.letters.environment import OF_STAGES, PARTS, Template, environment
from mailbridge.letters.replies import FoundLine, ReplyTemplate, ReplyView, rendered_reply, reply_samples
from mailbridge.letters.replies_answers import AnswerView
from mailbridge.letters.rounds import EntryLine, Round, RoundView, WaitingLine, rendered_round, round_samples
from mailbridge.letters.samples import samples, stage_samples
from mailbridge.letters.typeset import one_line
from mailbridge.letters.view import (
    AgencyView,
    AssuranceView,
    ChangeView,
    DocumentView,
    LetterView,
    MailView,
    Row,
    StageView,
)
from mailbridge.letters.wording import LANGUAGES

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SHARED = ("frame.html", "parts.html", "answers.html", "answers.txt")
"""Files that the HTML parts of all letters are built on."""

_VIEWS = (LetterView, AgencyView, MailView, AssuranceView, DocumentView, Row, StageView, ChangeView, AnswerView)
_VIEWS_OF_ROUNDS = (RoundView, WaitingLine, EntryLine, ReplyView, FoundLine)
_LETTERS = (*Template, *Round, *ReplyTemplate)
_SPECIAL = frozenset({"caller", "self", "super", "varargs", "kwargs"})
_OF_LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex", "previtem", "nextitem"})
_OF_TEXT = frozenset(name for name in dir(str) if not name.startswith("_"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateProblem:
    """What is wrong with a template: `file` as it was found, `line` from 1, and what to do about it."""

    file: str
    line: int
    problem: str
    remedy: str


def check_templates(override: Path | None = None) -> tuple[TemplateProblem, ...]:
    """
    Return what is wrong with the templates, ours and those of the agency; () when every letter can be written.

    Args:
        override: The agency's folder, as for `environment()`.
    """
    templates = environment(override)
    found = [*_strangers(override)] if override else []
    for folder in (f"{language}/{template.value}" for language in LANGUAGES for template in _LETTERS):
        wrong = [problem for part in PARTS for problem in _of_file(f"{folder}/{part}", templates)]
        found += wrong or [*_of_letter(folder, templates)]
    found += [problem for name in SHARED for problem in _of_file(name, templates)]
    return tuple(replace(problem, file=_found(problem.file, override)) for problem in dict.fromkeys(found))


def _found(name: str, override: Path | None) -> str:
    """Return where a template that was asked for by its name lies, when the agency has put it there."""
    return str(override / name) if override and (override / name).is_file() else name


def _names() -> frozenset[str]:
    return frozenset(field.name for view in (LetterView, RoundView, ReplyView) for field in fields(view))


def _attributes() -> frozenset[str]:
    return (
        frozenset(field.name for view in (*_VIEWS, *_VIEWS_OF_ROUNDS) for field in fields(view)) | _OF_LOOP | _OF_TEXT
    )


def _strangers(override: Path) -> Iterator[TemplateProblem]:
    """Name the files that no letter reads: a slip in a folder's name would otherwise go unnoticed."""
    read = {f"{language}/{template.value}/{part}" for language in LANGUAGES for template in _LETTERS for part in PARTS}
    for path in sorted(override.rglob("*")):
        name = path.relative_to(override).as_posix()
        if path.is_file() and not path.name.startswith(".") and name not in read and name not in SHARED:
            yield TemplateProblem(
                file=str(path),
                line=1,
                problem="no letter reads this file",
                remedy=f"name it <lang>/<letter>/<part>: {', '.join(LANGUAGES)}; {', '.join(_LETTERS)}; "
                f"{', '.join(PARTS)}",
            )


def _of_file(name: str, templates: SandboxedEnvironment) -> Iterator[TemplateProblem]:
    """Read one file as text: can it be decoded and parsed, and are all names in it known?"""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    file = name
    try:
        if templates.loader is None:
            raise TemplateNotFound(name)
        source, path, _ = templates.loader.get_source(templates, name)
        file = path or name
        yield from _unknown(source, file, templates)
    except UnicodeDecodeError as error:
        yield TemplateProblem(file=file, line=1, problem=f"not UTF-8: {error.reason}", remedy="save it as UTF-8")
    except TemplateSyntaxError as error:
        yield TemplateProblem(
            file=file, line=error.lineno, problem=error.message or "syntax error", remedy="mend the Jinja2 syntax"
        )
    except TemplateNotFound:
        yield TemplateProblem(file=file, line=1, problem="missing", remedy="put the file back")


def _unknown(source: str, file: str, templates: SandboxedEnvironment) -> Iterator[TemplateProblem]:
    from jinja2 import nodes
    from jinja2.meta import find_undeclared_variables

    tree = templates.parse(source)
    imported = {node.target for node in tree.find_all(nodes.Import)}
    # What stands at the top of a file reaches into its blocks, which Jinja2's own search does not know.
    declared = imported | {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    undeclared = find_undeclared_variables(tree) - declared - _names() - set(templates.globals) - _SPECIAL
    for name in tree.find_all(nodes.Name):
        if name.name in undeclared:
            yield _unknown_name(file, name.lineno, name.name)
    for attribute in tree.find_all(nodes.Getattr):
        of_import = isinstance(attribute.node, nodes.Name) and attribute.node.name in imported
        if not of_import and attribute.attr not in _attributes():
            yield _unknown_name(file, attribute.lineno, attribute.attr)


def _unknown_name(file: str, line: int, name: str) -> TemplateProblem:
    return TemplateProblem(
        file=file, line=line, problem=f"unknown field {name!r}", remedy="use a name that LetterView has"
    )


def _of_letter(folder: str, templates: SandboxedEnvironment) -> Iterator[TemplateProblem]:
    """Write the letter with each sample; name the first that cannot be written."""
    from jinja2 import TemplateError

    for render in _renderings(folder, templates):
        try:
            subject, text, _html = render()
        # A template is foreign code: whatever it raises is its fault, and the administrator must read of it.
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            yield _failed(folder, error)
            return
        if not subject or not one_line(text):
            empty = "body.txt" if subject else "subject.txt"
            yield TemplateProblem(
                file=f"{folder}/{empty}", line=1, problem="nothing comes out of it", remedy="write at least one line"
            )
            return


def _renderings(folder: str, templates: SandboxedEnvironment) -> Iterator[Callable[[], tuple[str, str, str]]]:
    """Yield what writes a letter with each of its samples."""
    language, _, letter = folder.partition("/")
    if letter in set(Round):
        views = (view for kind, view in round_samples() if kind == letter)
        yield from (partial(rendered_round, Round(letter), view, language, templates) for view in views)
    elif letter in set(ReplyTemplate):
        yield from (partial(rendered_reply, view, language, templates) for view in reply_samples())
    else:
        template = Template(letter)
        yield from (partial(rendered, view, template, language, templates) for view in _fitting(template))


def _fitting(template: Template) -> tuple[LetterView, ...]:
    """Return the samples that the letter can meet: what tells of entries always has a document."""
    views = stage_samples() if template in OF_STAGES else samples()
    with_documents = tuple(view for view in views if view.documents)
    return with_documents if template in _OF_ENTRIES else views


_OF_ENTRIES = frozenset({Template.ACCEPTED, Template.DUPLICATE, Template.CORRECTION, Template.PROGRESS})


def _failed(folder: str, error: Exception) -> TemplateProblem:
    file, line = folder, 1
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        # Jinja2 puts frames of the template into the traceback, with its own file name and line.
        if "__jinja_template__" in trace.tb_frame.f_globals or name.endswith(PARTS + SHARED):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return TemplateProblem(
        file=file, line=line, problem=one_line(str(error), 200), remedy="ask `is not none` before using a field"
    )
