"""`mailbridge check`: everything that can be known before mail comes."""

from __future__ import annotations

import click

from mailbridge.cli.session import ANSWER_NO, BAD_CONFIGURATION, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible


@click.command("check")
@click.option("--offline", is_flag=True, help="Do not talk to next hops, database servers or the DNS.")
@as_json_option
@with_session
def command(session: Session, offline: bool, as_json: bool) -> int:
    """
    Check configuration, rules, templates, trust anchors, database and next hops.

    Each finding names file and line and says what to do. Exit status 78: the files cannot be used; 1: they can, but
    something around them is not as it must be.
    """
    from mailbridge.settings import check_files

    wrong = check_files(session.settings_path())
    found = wrong
    if not wrong:
        from mailbridge.cli.findings import find

        found = tuple(find(session.settings(), session.settings_path(), offline=offline))
    if as_json:
        print_json(
            {"file": each.file, "line": each.line, "problem": each.problem, "remedy": each.remedy} for each in found
        )
    else:
        for each in found:
            click.echo(visible(str(each)))
        text = "all good" if not found else "one finding" if len(found) == 1 else "{count} findings"
        click.echo(say(session.lang(), text, count=len(found)))
    return BAD_CONFIGURATION if wrong else ANSWER_NO if found else 0
