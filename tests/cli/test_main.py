"""Exit statuses, languages, options before and behind the verb, and what is said when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailbridge import __version__
from mailbridge.cli.main import VERBS
from tests.cli.builders_cli import DEMO, MAILS, CommandLine, init_flags

PROGRAM = (sys.executable, "-m", "mailbridge")


def start(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    """Start the program as a shell would."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    return subprocess.Popen([*PROGRAM, *arguments], **pipes)  # type: ignore[call-overload,no-any-return]  # pipes vary


def test_version(mailbridge: CommandLine) -> None:
    answer = mailbridge("--version")
    assert (answer.status, answer.out.strip()) == (0, f"mailbridge, version {__version__}")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_help_lists_every_verb_in_a_line(mailbridge: CommandLine, language: str) -> None:
    answer = mailbridge("--lang", language, "--help")
    listed = [line.split()[0] for line in answer.out.splitlines() if line.startswith("  ") and line.split()[0] in VERBS]
    assert answer.status == 0
    assert listed == list(VERBS)
    assert "..." not in answer.out.partition("COMMAND [ARGS]...")[2]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help(mailbridge: CommandLine, verb: str) -> None:
    answer = mailbridge(verb, "--help")
    assert answer.status == 0
    assert "--lang" in answer.out
    assert "--config" in answer.out


def test_help_does_not_wait_for_the_book() -> None:
    """Start-up is quick: what a verb needs is imported when it runs."""
    shown = "import sys; from mailbridge.__main__ import main; main(['--help']); main(['register', 'list', '--help'])"
    code = f"{shown}; print([name for name in ('sqlalchemy', 'aiosmtpd', 'pydantic', 'rich') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["register"],
        ["register", "nothing"],
        ["register", "list", "--year", "x"],
        ["try"],
        ["try", "--at", "yesterday", "x.eml"],
        ["try", "--at", "2026-11-21T08:00:00", "x.eml"],
        ["try", "--client-ip", "host", "x.eml"],
        ["try", "-j", "0", "x.eml"],
        ["try", "--zone", "not-there", "x.eml"],
        ["serve", "--role", "pickup"],
        ["--lang", "fr", "check"],
        ["letters", "list", "--state", "lost"],
    ],
)
def test_wrong_usage_is_64(mailbridge: CommandLine, arguments: list[str]) -> None:
    answer = mailbridge(*arguments)
    assert answer.status == 64
    assert answer.out == ""
    assert "Usage: mailbridge" in answer.err


@pytest.mark.parametrize("verb", [["check"], ["serve"], ["register", "list"], ["queue", "list"], ["db", "current"]])
def test_without_a_configuration_78(mailbridge: CommandLine, tmp_path: Path, verb: list[str]) -> None:
    answer = mailbridge("-c", tmp_path, *verb)
    assert answer.status == 78
    assert "mailbridge init" in answer.out + answer.err


@pytest.mark.parametrize("order", ["before", "behind", "between"])
@pytest.mark.parametrize("named", ["file", "folder"])
def test_the_configuration_stands_before_or_behind_the_verb(
    mailbridge: CommandLine, config: Path, order: str, named: str
) -> None:
    option = ["-c", str(config / "mailbridge.toml" if named == "file" else config)]
    match order:
        case "before":
            answer = mailbridge(*option, "rules", "list")
        case "behind":
            answer = mailbridge("rules", "list", *option)
        case _:
            answer = mailbridge("rules", *option, "list")
    assert answer.status == 0
    assert "official-signed" in answer.out


def test_what_stands_behind_the_verb_wins(mailbridge: CommandLine, config: Path, tmp_path: Path) -> None:
    assert mailbridge("-c", tmp_path / "nowhere", "rules", "list", "-c", config).status == 0
    assert "Quy tắc" in mailbridge("--lang", "en", "rules", "list", "-c", config, "--lang", "vi").out


def test_the_configuration_chooses_the_language_and_lang_overrules_it(mailbridge: CommandLine, config: Path) -> None:
    assert "ví dụ đạt" in mailbridge("rules", "test", "-c", config).out
    assert "examples passed" in mailbridge("rules", "test", "-c", config, "--lang", "en").out


def test_a_complaint_speaks_the_language(mailbridge: CommandLine, config: Path) -> None:
    assert "thử lại sau" in mailbridge("register", "list", "-c", config).err
    assert "sai cách dùng" in mailbridge("--lang", "vi", "nothing").err


@pytest.mark.parametrize("verb", [["register", "list"], ["trace", "1"], ["letters", "list"], ["queue", "list"]])
def test_a_book_that_is_not_there_yet_is_75_and_says_what_to_do(
    mailbridge: CommandLine, config: Path, tmp_path: Path, verb: list[str]
) -> None:
    answer = mailbridge("--lang", "en", "-c", config, *verb)
    assert answer.status == 75
    assert "mailbridge db upgrade" in answer.err
    assert not (tmp_path / "data").exists(), "looking made something"


def test_a_disk_that_does_not_take_it_is_75() -> None:
    with Path("/dev/full").open("wb") as full:
        done = start("--lang", "en", "try", str(MAILS), "--zone", str(DEMO / "zone"), stdout=full)
        _, err = done.communicate(timeout=60)
    assert done.returncode == 75
    assert b"try again later" in err
    assert b"Traceback" not in err


def test_a_closed_pipe_is_no_trouble() -> None:
    done = start("try", str(MAILS), "--zone", str(DEMO / "zone"), "--json", "-j", "1")
    assert done.stdout is not None
    assert done.stderr is not None
    assert done.stdout.readline()
    done.stdout.close()
    assert done.stderr.read() == b""
    assert done.wait(timeout=60) == 0
    done.stderr.close()


def test_ctrl_c_is_130_without_a_traceback() -> None:
    done = start("try", *[str(MAILS)] * 5, "--zone", str(DEMO / "zone"), "--json")
    assert done.stdout is not None
    assert done.stdout.readline()
    done.send_signal(signal.SIGINT)
    _, err = done.communicate(timeout=60)
    assert done.returncode == 130
    assert b"Traceback" not in err


def test_a_program_reads_utf8_whatever_the_locale() -> None:
    mail = str(MAILS / "01-cong-van-ky-so.eml")
    world = {
        **os.environ,
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "latin-1",
    }
    done = start("try", mail, "--json", "--zone", str(DEMO / "zone"), env=world)
    out, _ = done.communicate(timeout=60)
    assert json.loads(out.decode("utf-8"))["documents"][0]["issuer"] == "Ủy ban nhân dân tỉnh Bắc Kạn"


def test_serve_takes_mail_until_it_is_told_to_end(tmp_path: Path, mailbridge: CommandLine) -> None:
    config = tmp_path / "config"
    mailbridge("init", config, *init_flags(tmp_path, listen="127.0.0.1:0"))
    done = start("serve", "-c", str(config), "--lang", "en")
    assert done.stderr is not None
    said = b""
    while b"Ctrl-C ends" not in said:
        line = done.stderr.readline()
        assert line, said
        said += line
    # The doors open first; the process behind them makes the book.
    until = time.monotonic() + 60
    while mailbridge("db", "current", "-c", config).status and time.monotonic() < until:
        time.sleep(0.2)
    done.send_signal(signal.SIGTERM)
    with done, done.stderr:
        rest = done.stderr.read()
    assert done.returncode == 0
    assert b"stopped" in rest
    assert mailbridge("register", "list", "-c", config).status == 0


def test_serve_says_which_roles_this_version_has_not(tmp_path: Path, mailbridge: CommandLine, config: Path) -> None:
    text = (config / "mailbridge.toml").read_text(encoding="utf-8")
    text = text.replace('run = ["hop", "work", "send"]', 'run = ["web"]').replace(
        'listen = ""', 'listen = "[::1]:8080"'
    )
    (config / "mailbridge.toml").write_text(text[: text.index("\n[[listener]]")] + text[text.index("\n[outbound]") :])
    answer = mailbridge("--lang", "en", "serve", "-c", config)
    assert answer.status == 78
    assert "no role web" in answer.err
    assert not (tmp_path / "data").exists()
