"""`mailbridge init`: from answers to a configuration that `check` accepts."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import click
import pytest

from mailbridge.settings import load
from tests.cli.builders_cli import CommandLine, init_flags


def test_options_are_enough(mailbridge: CommandLine, tmp_path: Path) -> None:
    answer = mailbridge("init", tmp_path / "c", *init_flags(tmp_path))
    assert answer.status == 0
    assert answer.out.splitlines()[0].endswith("mailbridge.toml")
    assert mailbridge("check", "--offline", "-c", tmp_path / "c").status == 0


def test_what_is_not_said_has_defaults(mailbridge: CommandLine, tmp_path: Path) -> None:
    mailbridge("init", tmp_path / "c", "--name", "A", "--domain", "a.vn", "--address", "vp@a.vn")
    settings = load(tmp_path / "c", {})
    (agency,) = settings.agencies
    assert (agency.addresses, agency.clerks) == (("vp@a.vn",), ("vp@a.vn",))
    assert str(settings.listeners[0].listen) == "127.0.0.1:2525"
    assert settings.database.url == "sqlite:////var/lib/mailbridge/mailbridge.db"


def test_a_database_url_is_taken(mailbridge: CommandLine, tmp_path: Path) -> None:
    url = "postgresql+psycopg://mb@db/mb"
    mailbridge("init", tmp_path / "c", *init_flags(tmp_path, database=url))
    written = tomllib.loads((tmp_path / "c" / "mailbridge.toml").read_text(encoding="utf-8"))
    assert written["database"]["url"] == url


def test_a_configuration_that_is_there_stays(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    before = (config / "mailbridge.toml").read_bytes()
    answer = mailbridge("init", config, *init_flags(tmp_path, name="Cơ quan khác"))
    assert answer.status == 78
    assert (config / "mailbridge.toml").read_bytes() == before


@pytest.mark.parametrize(
    "changes", [{"domain": "no domain"}, {"clerk": "lan"}, {"listen": "2525"}, {"next_hop": "x:y"}, {"database": "x"}]
)
def test_a_slip_writes_nothing_and_says_what_to_write(
    mailbridge: CommandLine, tmp_path: Path, changes: dict[str, str]
) -> None:
    answer = mailbridge("init", tmp_path / "c", *init_flags(tmp_path, **changes))
    assert answer.status == 64
    assert 'write "' in answer.err or "such as" in answer.err
    assert not (tmp_path / "c").exists()


def test_without_a_terminal_nobody_is_asked(mailbridge: CommandLine, tmp_path: Path) -> None:
    answer = mailbridge("init", tmp_path / "c", "--name", "A")
    assert answer.status == 64
    assert "--domain" in answer.err


def test_on_a_terminal_it_asks_and_asks_again_for_what_cannot_be(
    mailbridge: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["Sở Y tế", "không phải", "soyte.backan.gov.vn", "", "lan@soyte.backan.gov.vn", "", "mx.local:25"])
    asked: list[str] = []

    def answer_next(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(click.termui, "visible_prompt_func", answer_next)
    answer = mailbridge("--lang", "vi", "init", tmp_path / "c", "--data", tmp_path / "data")
    assert answer.status == 0
    (agency,) = load(tmp_path / "c", {}).agencies
    assert (agency.name, agency.domains) == ("Sở Y tế", ("soyte.backan.gov.vn",))
    assert (agency.addresses, agency.clerks) == (("vanthu@soyte.backan.gov.vn",), ("lan@soyte.backan.gov.vn",))
    assert answer.out.count("Tên miền thư của cơ quan") == 2 or sum("Tên miền" in one for one in asked) == 2


def test_a_folder_that_cannot_be_made_is_75(mailbridge: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = mailbridge("init", tmp_path / "file" / "c", *init_flags(tmp_path))
    assert answer.status == 75
    assert "file" in answer.err
