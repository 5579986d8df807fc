"""`rules.d/NN-name.toml`: the rules of the administrator, in the order of the files and of the rules in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mailbridge.decision.findings import Action
from mailbridge.decision.rules import DEFAULT, Default, Order, Rule, RuleSet
from mailbridge.decision.sentence import Sentence
from mailbridge.settings.asked import Reader
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.problem import Place, Report, suggestion
from mailbridge.settings.shadows import find_dead_rules
from mailbridge.settings.shape import shaped
from mailbridge.settings.source import Source, read_source
from mailbridge.settings.values import ADDRESS_REMEDY, NAME_REMEDY, is_mailbox, is_name
from mailbridge.settings.written import DefaultTable, RulesFile, RuleTable

_FILE_NAME = re.compile(r"[0-9]{2}-[a-z0-9]+(?:-[a-z0-9]+)*\.toml")
_LONGEST_TEXT = 300


def read_rules(folder: Path, books: tuple[str, ...] | None, agencies: frozenset[str] | None, report: Report) -> RuleSet:
    """
    Read all rules below `folder`; with findings in `report` the result is not to be used.

    Args:
        books: The ids that a rule may name; None when they are not known. The same for `agencies`.
    """
    sources = tuple(_sources(folder, report))
    return rule_set(sources, books, agencies, report, nowhere=Place(file=str(folder)))


def _sources(folder: Path, report: Report) -> Iterable[Source]:
    for path in sorted(folder.glob("*.toml")):
        if not _FILE_NAME.fullmatch(path.name):
            remedy = "name it NN-name.toml, such as 50-official.toml: the number gives the order"
            report.add(Place(file=str(path)), "the name of a rule file must begin with two digits", remedy)
        source = read_source(path, report)
        if source is not None:
            yield source


def rule_set(
    sources: tuple[Source, ...],
    books: tuple[str, ...] | None,
    agencies: frozenset[str] | None,
    report: Report,
    *,
    nowhere: Place,
) -> RuleSet:
    """Read the rules of several files as one set; `nowhere` is the place named when the default is missing."""
    clerk = _Clerk(books=books, agencies=agencies, report=report)
    for source in sources:
        clerk.read(source)
    if clerk.default is None and not clerk.defaults:
        remedy = 'end the last file with [default], action = "hold" and text = "…"'
        report.add(nowhere, "the rules have no [default], mail could fall through", remedy)
    find_dead_rules(clerk.rules, report)
    return RuleSet(
        rules=tuple(clerk.rules),
        default=clerk.default or Default(action=Action.HOLD, text=Sentence(vi="-")),
        version=version_of(sources),
    )


def version_of(sources: Iterable[Source]) -> str:
    """Return the SHA-256 over names and octets of the rule files, in order."""
    digest = hashlib.sha256()
    for source in sources:
        name = Path(source.file).name.encode()
        digest.update(b"%d %s %d\n" % (len(name), name, len(source.octets)))
        digest.update(source.octets)
    return digest.hexdigest()


@dataclass(kw_only=True, slots=True)
class _Clerk:
    """Collects the rules of all files and compares each with those before it."""

    books: tuple[str, ...] | None
    agencies: frozenset[str] | None
    report: Report
    rules: list[Rule] = field(default_factory=list)
    default: Default | None = None
    defaults: list[Place] = field(default_factory=list)
    _names: dict[str, Place] = field(default_factory=dict)

    def read(self, source: Source) -> None:
        if "default" in source.table:
            self._one_default(source)
        file = shaped(RulesFile, source, self.report)
        if file is None:
            return
        reader = Reader(source=source, report=self.report, agencies=self.agencies)
        for number, table in enumerate(file.rule):
            path: KeyPath = ("rule", number)
            before = len(self.report.problems)
            self._check(table, path, source)
            when = reader.asked(table.when, (*path, "when"))
            unless = reader.asked(table.unless, (*path, "unless"))
            if len(self.report.problems) == before:
                place = source.place(path)
                self.rules.append(
                    Rule(
                        name=table.name,
                        order=table.action,
                        stop=table.stop,
                        text=Sentence(vi=table.text, en=table.text_en),
                        title=Sentence(vi=table.title, en=table.title_en),
                        when=when,
                        unless=unless,
                        book=table.book or None,
                        notify=table.notify,
                        origin=f"{place.file}:{place.line}",
                    )
                )
        if file.default is not None and self.default is None:
            self.default = self._default(file.default, source)

    def _one_default(self, source: Source) -> None:
        place = source.place((DEFAULT,))
        if self.defaults:
            first = self.defaults[0]
            self.report.add(place, f"a second [default]; the first is {first.file}:{first.line}", "keep one of them")
        self.defaults.append(place)

    def _default(self, table: DefaultTable, source: Source) -> Default:
        place = source.place((DEFAULT,))
        self._check_text(table.text, (DEFAULT, "text"), source)
        return Default(
            action=Action(table.action),
            text=Sentence(vi=table.text, en=table.text_en),
            origin=f"{place.file}:{place.line}",
        )

    def _wrong(self, source: Source, path: KeyPath, problem: str, remedy: str) -> None:
        self.report.add(source.place(path), problem, remedy)

    def _check(self, table: RuleTable, path: KeyPath, source: Source) -> None:
        self._check_name(table.name, (*path, "name"), source)
        self._check_text(table.text, (*path, "text"), source)
        self._check_order(table, path, source)
        for number, address in enumerate(table.notify):
            if not is_mailbox(address):
                here = (*path, "notify", number)
                self._wrong(source, here, f'notify has no mail address: "{address}"', ADDRESS_REMEDY)

    def _check_name(self, name: str, path: KeyPath, source: Source) -> None:
        if name == DEFAULT:
            self._wrong(source, path, f'"{name}" is the name of the default', "choose another name")
        elif not is_name(name):
            self._wrong(source, path, f'"{name}" is not a name for a rule', NAME_REMEDY)
        elif name in self._names:
            first = self._names[name]
            problem = f'a second rule "{name}"; the first is {first.file}:{first.line}'
            self._wrong(source, path, problem, "give each rule its own name")
        self._names.setdefault(name, source.place(path))

    def _check_text(self, text: str, path: KeyPath, source: Source) -> None:
        if not text.strip():
            self._wrong(source, path, "the text of a rule is empty", "say in one sentence why; clerks read it")
        elif len(text) > _LONGEST_TEXT or "\n" in text:
            remedy = f"write one sentence of at most {_LONGEST_TEXT} letters on one line"
            self._wrong(source, path, "the text of a rule is too long", remedy)

    def _check_order(self, table: RuleTable, path: KeyPath, source: Source) -> None:
        name = table.name
        match table.action:
            case Order.NOTIFY:
                if table.stop:
                    problem = f'rule "{name}" only notifies and cannot be the last one asked'
                    self._wrong(source, (*path, "stop"), problem, "write stop = false")
                if not table.notify:
                    remedy = 'add notify = ["…"] with the addresses'
                    self._wrong(source, path, f'rule "{name}" notifies nobody', remedy)
            case Order.STOP:
                if not table.stop:
                    problem = f'rule "{name}" stops a mail, which no later rule may undo'
                    self._wrong(source, (*path, "stop"), problem, "write stop = true")
            case _:
                pass
        if table.book and table.action is not Order.REGISTER:
            problem = f'rule "{name}" names a book but does not register'
            self._wrong(source, (*path, "book"), problem, 'take the book out, or write action = "register"')
        elif table.book and self.books is not None and table.book not in self.books:
            self._wrong(source, (*path, "book"), f'there is no book "{table.book}"', suggestion(table.book, self.books))
