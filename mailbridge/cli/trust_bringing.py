"""`mailbridge trust import|update`: what would be believed is shown, and nothing is before a person has agreed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, with_session
from mailbridge.cli.texts import local_time, say, say_word, visible
from mailbridge.errors import Misconfigured

if TYPE_CHECKING:
    from mailbridge.lookups.trust_facts import Facts
    from mailbridge.lookups.trust_import import Step

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_YES = click.option("--yes", is_flag=True, help="Ask nothing: the fingerprints were compared already.")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE…")
@click.option("--intermediate", is_flag=True, help="The certificates only help to build chains; none is trusted.")
@click.option(
    "--fingerprint",
    "fingerprints",
    multiple=True,
    metavar="SHA256",
    help="The fingerprint of an anchor to trust, as its authority says it; instead of the question.",
)
@_YES
@with_session
def bring_in(
    session: Session, files: Sequence[Path], intermediate: bool, fingerprints: Sequence[str], yes: bool
) -> int:
    """
    Bring certificates, revocation lists and OCSP answers into the configuration.

    FILE is PEM, DER, .p7b, .crl or .ors. Before a certificate becomes an anchor its fingerprint is shown, and asked
    about. Without a terminal --fingerprint or --yes has to be said. With a finding nothing is written, exit status 65.
    """
    from mailbridge.lookups.trust import read_items
    from mailbridge.lookups.trust_import import Brought, plan_import, write_steps

    folder = session.settings().folder / "trust"
    try:
        brought = [Brought(name=str(each), items=read_items(each), intermediate=intermediate) for each in files]
        steps = plan_import(folder, brought, datetime.now(UTC))
    except Misconfigured as error:
        return _refuse(session, error)
    language = session.lang()
    _show_all(language, steps, with_prints=True)
    if not any(step.writes for step in steps):
        click.echo(say(language, "nothing has changed"))
        return 0
    if not _agreed(language, steps, fingerprints, yes):
        return ANSWER_NO
    write_steps(steps)
    _tell_written(session, steps)
    return 0


@click.command("update")
@click.argument("file", type=_FILE)
@_YES
@with_session
def update(session: Session, file: Path, yes: bool) -> int:
    """
    Apply a signed update of certificates and lists, for machines without a network.

    FILE is the .p7m around a ZIP, or the ZIP with its signature beside it (.zip.p7s). Its signer's certificate, or the
    one that has issued it, must lie in trust/updates. What changes is shown and asked about; exit status 65 when the
    update cannot be believed, 1 when it is not wanted.
    """
    from mailbridge.lookups.trust_update import apply_update, read_update

    folder, language = session.settings().folder / "trust", session.lang()
    try:
        found = read_update(file, folder, datetime.now(UTC))
    except Misconfigured as error:
        return _refuse(session, error)
    told = say(language, "update {serial}, signed by {signer}", serial=found.serial, signer=found.signer)
    click.echo(visible(told))
    _show_all(language, found.steps, with_prints=False)
    for facts in found.gone:
        _show(language, say(language, "taken away"), facts, with_prints=False)
    if found.is_applied and not found.gone and not any(step.writes for step in found.steps):
        click.echo(say(language, "nothing has changed"))
        return 0
    if not yes and not _may_go_on(language, say(language, "Apply all of this?")):
        return ANSWER_NO
    apply_update(found, folder)
    _tell_written(session, found.steps)
    return 0


def _refuse(session: Session, error: Misconfigured) -> int:
    text = f"{say(session.lang(), 'bad data')}: {error}; {say(session.lang(), 'nothing was written')}"
    click.echo(f"mailbridge: {visible(text)}", err=True)
    return BAD_DATA


def _show_all(language: str, steps: Sequence[Step], *, with_prints: bool) -> None:
    for step in steps:
        _show(language, say_word(language, "bring", step.change.value), step.facts, with_prints=with_prints)


def _show(language: str, what: str, facts: Facts, *, with_prints: bool) -> None:
    """Show one item; of a certificate whatever a person compares."""
    from mailbridge.lookups.trust_facts import grouped

    click.echo(visible(f"{say_word(language, 'trust', facts.kind.value)}: {facts.name} ({what})"))
    lines = [("Holder", facts.subject or ""), ("Issuer", facts.issuer)]
    if facts.subject == facts.issuer:
        lines[1] = ("Issuer", say(language, "itself"))
    until = local_time(facts.ends)[:10] if facts.ends else "?"
    lines.append(("Period", f"{local_time(facts.begins)[:10]} – {until}"))
    if with_prints and facts.subject:
        lines += [("SHA-1", grouped(facts.sha1)), ("SHA-256", grouped(facts.sha256))]
    if facts.ends is not None and facts.ends < datetime.now(UTC):
        lines.append(("Note", say_word(language, "trust", "over")))
    shown = [(say(language, head), text) for head, text in lines if text]
    width = max(len(head) for head, _ in shown)
    for head, text in shown:
        click.echo(visible(f"  {head:<{width}}  {text}"))


def _agreed(language: str, steps: Sequence[Step], fingerprints: Sequence[str], yes: bool) -> bool:
    """Ask about the anchors; fingerprints that were given must be those of all of them."""
    from mailbridge.lookups.trust import Kind

    anchors = [step.facts for step in steps if step.writes and step.facts.kind is Kind.ANCHOR]
    given = {each.replace(" ", "").replace(":", "").lower() for each in fingerprints}
    if given:
        strangers = [facts for facts in anchors if facts.sha256 not in given]
        for facts in strangers:
            text = "{name} has another fingerprint than was said; nothing was written"
            click.echo(visible(say(language, text, name=facts.name)), err=True)
        return not strangers
    if yes or not anchors:
        return True
    click.echo(say(language, "Whatever these sign is trusted. Compare SHA-256 with the authority over another way."))
    return _may_go_on(language, say(language, "Trust {count} new anchors?", count=len(anchors)))


def _may_go_on(language: str, question: str) -> bool:
    """Ask; without a terminal there is nobody to answer."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: say --yes, or for an anchor --fingerprint")
    if click.confirm(question, default=False):
        return True
    click.echo(say(language, "nothing was written"), err=True)
    return False


def _tell_written(session: Session, steps: Sequence[Step]) -> None:
    language = session.lang()
    for step in steps:
        if step.writes:
            click.echo(visible(say(language, "written: {path}", path=step.target)))
    where = session.settings_path()
    click.echo(visible(say(language, "next: {command}", command=f"mailbridge -c {where} reload")))
