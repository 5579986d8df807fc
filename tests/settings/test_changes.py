"""Which changes wait for the next start."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.settings import load
from mailbridge.settings.changes import needs_restart
from tests.settings.builders_settings import MAIN, configuration

MILTER = '[[listener]]\nkind = "milter"\nlisten = "127.0.0.1:2727"\n'
RUN = '[roles]\nrun = ["hop", "milter"]\n'


@pytest.mark.parametrize(
    ("there", "instead", "waits"),
    [
        ('language = "vi"', 'language = "en"', ()),
        ('language = "vi"', 'language = "vi"\nshadow = true', ()),
        ("Sở Nội vụ", "Sở Tài chính", ()),
        ("[outbound]", "max_size = 4096\nmax_header_size = 2048\n[outbound]", ()),
        ("[outbound]", "[work]\nparallel = 4\n[outbound]", ()),
        ('next_hop = "127.0.0.1:25"\n[', 'next_hop = "127.0.0.1:26"\n[', ()),
        ('data = "data"', 'data = "other"', ("data", "database.url", "control.folder")),
        ("2525", "2526", ("listener.listen",)),
        ('[outbound]\nnext_hop = "127.0.0.1:25"', '[outbound]\nnext_hop = "127.0.0.1:26"', ("outbound",)),
        ('language = "vi"', 'language = "vi"\nhostname = "mx.vn"', ("hostname",)),
        ("[outbound]", '[metrics]\nlisten = "127.0.0.1:9108"\n[outbound]', ("metrics.listen",)),
        ("[outbound]", '[failure]\npass = ["*"]\n[outbound]', ("failure.pass",)),
        ("[outbound]", f"{MILTER}{RUN}[outbound]", ("roles.run", "listener.listen")),
    ],
)
def test_what_waits(tmp_path: Path, there: str, instead: str, waits: tuple[str, ...]) -> None:
    main = MAIN.replace('language = "vi"', 'language = "vi"\nhostname = "a.vn"') if "hostname" not in instead else MAIN
    started = load(configuration(tmp_path, mailbridge=main), {})
    assert there in main
    changed = load(configuration(tmp_path, mailbridge=main.replace(there, instead, 1)), {})
    assert needs_restart(started, changed) == waits
    assert needs_restart(changed, changed) == ()


def test_a_milter_takes_over_what_does_not_concern_its_socket(tmp_path: Path) -> None:
    started = load(configuration(tmp_path, mailbridge=f"{MAIN}{MILTER}{RUN}"), {})
    changed = load(configuration(tmp_path, mailbridge=f"{MAIN}{MILTER}max_size = 2000000\n{RUN}"), {})
    assert needs_restart(started, changed) == ()


def test_a_journal_keeps_its_protocol(tmp_path: Path) -> None:
    journal, run = MILTER.replace("milter", "journal"), RUN.replace("milter", "journal")
    started = load(configuration(tmp_path, mailbridge=f"{MAIN}{journal}{run}"), {})
    changed = load(configuration(tmp_path, mailbridge=f'{MAIN}{journal}protocol = "lmtp"\n{run}'), {})
    assert needs_restart(started, changed) == ("listener.protocol (127.0.0.1:2727)",)


def test_more_who_pass_need_no_restart(tmp_path: Path) -> None:
    few = load(configuration(tmp_path, mailbridge=MAIN + '[failure]\npass = ["a.vn"]\n'), {})
    many = load(configuration(tmp_path, mailbridge=MAIN + '[failure]\npass = ["a.vn", "b.vn"]\n'), {})
    assert needs_restart(few, many) == ()
